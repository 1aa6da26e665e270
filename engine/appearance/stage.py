"""The appearance stage: find a start, then let CLIP guide the field from there."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from engine import config
from engine.appearance import views, warm_start
from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField
from engine.appearance.guidance import Guide
from engine.appearance.neus import NeusField
from engine.appearance.objective import Objective
from engine.appearance.opinion import favourites
from engine.appearance.pace import Paced, Part
from engine.appearance.reconstruct import fit_pictures, regress
from engine.appearance.reference import Sampling
from engine.appearance.remembered import RememberedFitting
from engine.appearance.residual import ResidualField
from engine.appearance.trainer import Trainer, preview
from engine.body import Body, stand_pose
from engine.errors import EngineError
from engine.mesh.layout import layer_uvs
from engine.perceptor import Perceptor, prompts
from engine.protocol import write_atomically
from engine.report import Reporter
from engine.settings import AppearanceConfig
from engine.userdata import cache_folder
from engine.wardrobe.cloth.remembered import Drapes
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.layers import joined
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Look, look_from_dict
from engine.wardrobe.persona import described

LOOK_FILE = "look.json"
LAYERS_FILE = "layers.safetensors"
RECONSTRUCTED = "reconstructed.pt"
DRESSING = 12
"""Steps that dressing counts as."""
CELL = (0.8, 0.004, 0.012)
"""Cells of the distance grid: metres times pixels of a picture's side, least and most metres."""
COARSE_CELL = 0.03
"""The same where only the time of a step matters."""


def run(
    prompt: str, betas: NDArray, body: Body, perceptor: Perceptor, conf: AppearanceConfig, generator: torch.Generator,
    device: torch.device | str, report: Reporter, checkpoint_dir: Path, meaning: Meaning | None = None,
) -> AvatarField:  # fmt: skip
    """t_app and the coarse body (S,) to the implicit avatar in the stand pose.

    ``meaning``: of the prompt together with what is said of the body, where that is more than the prompt. Interrupted
    runs go on: the found outfit, the networks' reconstruction of the body and the guided field are kept in
    ``checkpoint_dir``.

    Raises:
        EngineError: ``bad_config`` for a setting that cannot be; ``out_of_memory`` when even few rays are too many.
    """
    check(conf)
    meaning = meaning or Meaning.of(prompt)
    guide = Guide(prompt, perceptor, conf.clip.face_text, conf.clip.back_text)
    prompts.warn_of_cut(prompt, prompts.face, perceptor, report)
    wardrobe = Wardrobe(body)
    if report.wants_geometry:
        report.geometry(*BaseSurface.dressed(body, betas, None, wardrobe).mesh())
    joints = body.pose(betas, stand_pose()[None])[1][0]
    seed = int(torch.randint(2**31, (1,), generator=generator))
    asked = conf.initializer == "dressed" and not (checkpoint_dir / LOOK_FILE).exists()
    liked = favourites(meaning, body, perceptor, wardrobe, report) if asked else ()
    parts = _parts(conf)
    paced = Paced(report, parts)
    if conf.initializer == "dressed" and conf.iterations and conf.renderer == "shell":
        parts["guide"].seconds = _step_time(
            BaseSurface.dressed(body, betas, None, wardrobe, device), joints, guide, conf, device
        )
    look = _look(meaning, betas, body, perceptor, conf, generator, paced, checkpoint_dir, wardrobe, liked)
    base = _base(look, betas, body, wardrobe, conf, device, paced, checkpoint_dir, seed,
        f"{meaning.body.text}, {prompt}, {described(meaning.person)}")  # fmt: skip
    field = _field(base, conf, _apart(seed, 0), device, paced, checkpoint_dir)
    stance = views.Stance.of(base.vertices, joints)
    report.preview("step-000000", preview(field, stance, 25.0))
    if report.wants_geometry:
        report.geometry(*field.surface())
    paced.begin("guide")
    Trainer(field, guide, stance, conf, _apart(seed, 1), paced, checkpoint_dir).run()
    return field


def _apart(seed: int, part: int) -> torch.Generator:
    """Chance for one part of the stage, whether the parts before it were run or read back."""
    return torch.Generator().manual_seed(seed + part)


def check(conf: AppearanceConfig) -> None:
    """Refuse settings that cannot be.

    Raises:
        EngineError: ``bad_config`` with one sentence.
    """
    config.check(conf, "appearance")
    own = conf.reference
    for name, least in (("importance_samples", own.upsample_rounds), ("sdf_width", 6 * own.octaves + 4)):
        if getattr(own, name) < least:
            raise EngineError("bad_config", f"appearance.reference.{name} must be at least {least} here.")


HALF_SIZE_TIME = 0.4
"""What a step with pictures of half the size takes of a whole one's time (`benchmarks/README.md`)."""


def _parts(conf: AppearanceConfig) -> dict[str, Part]:
    """The stage's parts in their order."""
    return {
        "search": Part(conf.search if conf.initializer == "dressed" else 0),
        "dress": Part(DRESSING if conf.initializer == "dressed" and conf.renderer == "shell" else 0),
        "reconstruct": Part(conf.reference.reconstruct_iterations if conf.renderer == "reference" else 0),
        "guide": Part(conf.iterations, early=round(conf.growing * conf.iterations), share=HALF_SIZE_TIME),
    }


def _look(
    meaning: Meaning, betas: NDArray, body: Body, perceptor: Perceptor, conf: AppearanceConfig,
    generator: torch.Generator, report: Reporter, folder: Path, wardrobe: Wardrobe, liked: tuple[Look, ...],
) -> Look | None:  # fmt: skip
    """The outfit to start from, found once and then read back; None for the bare body."""
    if conf.initializer == "bare":
        return None
    path = folder / LOOK_FILE
    if path.exists():
        return look_from_dict(json.loads(path.read_text()))
    fitting = RememberedFitting(meaning.appearance.text, body, betas, perceptor, wardrobe, folder=folder)
    look, _ = warm_start.find_look(meaning, fitting, conf.search, generator, report, conf.search, liked)
    write_atomically(path, json.dumps(asdict(look)))
    return look


def _base(
    look: Look | None, betas: NDArray, body: Body, wardrobe: Wardrobe, conf: AppearanceConfig,
    device: torch.device | str, report: Paced, folder: Path, seed: int, text: str,
) -> BaseSurface:  # fmt: skip
    """The surface to start from: layers, or for the paper's networks the closed body painted in the look.

    ``text``: all that is said of the person.
    """
    if look is None or conf.renderer == "reference":
        return BaseSurface.dressed(body, betas, look, wardrobe, device)
    path = folder / LAYERS_FILE
    if path.exists():
        return BaseSurface.from_arrays(load_file(path), device)
    report.begin("dress")

    def tell(done: int, total: int) -> None:
        report.progress(round(DRESSING * done / total), DRESSING)

    kept = Drapes(cache_folder() / "drapes")
    layers = layers_of(look, body, betas, seed, report.warning, tell, device, text, kept)
    layers = [replace(layer, uvs=layer_uvs(layer)) for layer in layers]
    made = BaseSurface.layered(joined(layers), look, device)
    save_file(made.to_arrays(), folder / f".{LAYERS_FILE}")
    (folder / f".{LAYERS_FILE}").replace(path)
    return made


def _field(
    base: BaseSurface, conf: AppearanceConfig, generator: torch.Generator, device: torch.device | str, report: Paced,
    folder: Path,
) -> AvatarField:  # fmt: skip
    """The field that the conf's renderer works on, showing the base surface."""
    if conf.renderer == "shell":
        field = ResidualField(base, conf.shell.grid, conf.shell.symmetric, generator).to(device)
        if conf.iterations:
            factor, least, most = CELL
            field.use_band(min(max(factor / conf.size, least), most))
        return field
    own = conf.reference
    networks = NeusField(
        base, generator, octaves=own.octaves, sdf_layers=own.sdf_layers, sdf_width=own.sdf_width,
        color_layers=own.color_layers, color_width=own.color_width, bias=own.sphere_bias, variance=own.variance_init,
    ).to(device)  # fmt: skip
    path = folder / RECONSTRUCTED
    if path.exists():
        networks.load_state_dict(torch.load(path, weights_only=True, map_location=networks.device))
        return networks
    report.begin("reconstruct")
    steps = conf.reference.reconstruct_iterations
    if own.reconstruct == "distance":
        regress(networks, steps, generator, report, steps)
    else:
        sampling = Sampling(own.uniform_samples, own.importance_samples, own.upsample_rounds)
        weights = (conf.loss.eikonal, conf.loss.mask)
        fit_pictures(networks, steps, sampling, generator, report, steps, *weights)
    torch.save(networks.state_dict(), folder / f".{RECONSTRUCTED}")
    (folder / f".{RECONSTRUCTED}").replace(path)
    return networks


def _step_time(
    base: BaseSurface, joints: NDArray, guide: Guide, conf: AppearanceConfig, device: torch.device | str
) -> float:
    """Seconds of one guided step, measured on the bare body before the outfit is known; for the time left only."""
    field = ResidualField(base, conf.shell.grid, conf.shell.symmetric).to(device)
    field.use_band(COARSE_CELL)
    objective = Objective(field, guide, views.Stance.of(base.vertices, joints), conf)
    generator = torch.Generator().manual_seed(0)
    took = 0.0
    for _ in range(2):  # the first one is slower than the rest
        began = time.monotonic()
        loss, _ = objective(conf.iterations, conf.max_rays, generator)
        loss.backward()
        took = time.monotonic() - began
    return took

"""The appearance stage: find a start, then let CLIP guide the field from there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from numpy.typing import NDArray

from engine.appearance import views, warm_start
from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField
from engine.appearance.guidance import Guide
from engine.appearance.trainer import Trainer, preview
from engine.body import Body, stand_pose
from engine.config import AppearanceConfig
from engine.errors import EngineError
from engine.perceptor import Perceptor, prompts
from engine.protocol import write_atomically
from engine.report import Reporter
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Look, look_from_dict

LOOK_FILE = "look.json"


def run(
    prompt: str, betas: NDArray, body: Body, perceptor: Perceptor, conf: AppearanceConfig, generator: torch.Generator,
    device: torch.device | str, report: Reporter, checkpoint_dir: Path,
) -> AvatarField:  # fmt: skip
    """t_app and the coarse body (S,) to the implicit avatar in the stand pose.

    Interrupted runs go on: the found outfit and the guided field are kept in ``checkpoint_dir``.

    Raises:
        EngineError: ``bad_config`` for an unknown warm start.
    """
    if conf.warm_start not in ("codebook", "none"):
        raise EngineError("bad_config", f"appearance.warm_start is {conf.warm_start!r}.", "Set it to codebook or none.")
    prompts.warn_of_cut(prompt, prompts.face, perceptor, report)
    searching = conf.search if conf.warm_start == "codebook" else 0
    total = searching + conf.iterations
    wardrobe = Wardrobe(body)
    if report.wants_geometry:
        report.geometry(*BaseSurface.dressed(body, betas, None, wardrobe).mesh())
    look = _look(prompt, betas, body, perceptor, conf, generator, report, checkpoint_dir, wardrobe, total)
    base = BaseSurface.dressed(body, betas, look, wardrobe)
    field = AvatarField(base, conf.grid, generator).to(device)
    joints = body.pose(betas, stand_pose()[None])[1][0]
    stance = views.Stance.of(base.vertices, joints)
    report.preview("step-000000", preview(field, stance, 25.0))
    if report.wants_geometry:
        report.geometry(*field.surface())
    Trainer(field, Guide(prompt, perceptor), stance, conf, generator, report, checkpoint_dir).run(searching, total)
    return field


def _look(
    prompt: str, betas: NDArray, body: Body, perceptor: Perceptor, conf: AppearanceConfig, generator: torch.Generator,
    report: Reporter, folder: Path, wardrobe: Wardrobe, total: int,
) -> Look | None:  # fmt: skip
    """The outfit to start from, found once and then read back; None for the bare body."""
    if conf.warm_start == "none":
        return None
    path = folder / LOOK_FILE
    if path.exists():
        return look_from_dict(json.loads(path.read_text()))
    fitting = warm_start.Fitting(prompt, body, betas, perceptor, wardrobe)
    look, _ = warm_start.find_look(prompt, fitting, conf.search, generator, report, total)
    write_atomically(path, json.dumps(asdict(look)))
    return look

"""Three prompts in, a rigged and moving avatar out: the stages of AvatarCLIP in their order.

    shape       t_shape   -> the coarse body M_t, out of a codebook by CLIP         (section 3.2)
    appearance  t_app     -> the implicit surface N, sculpted from M_t and coloured (section 3.3)
    mesh        N         -> vertices, faces, colours, by marching cubes            (section 3.3)
    rig         M         -> skinning weights and the T-pose                        (section 3.3)
    motion      t_motion  -> candidate poses and the sequence through them          (section 3.4)

This is the one place that knows all the stages. They are imported when they run, so that the command line answers at
once, and each sees only its own settings, a generator seeded from (seed, its name), and the results before it.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import engine
from engine import device as devices
from engine import protocol
from engine.cache import StageFolder, digest
from engine.cancel import CancelFlag
from engine.config import PLACEHOLDER, load_config, remarks
from engine.job import Job
from engine.models import Models
from engine.progress import JobReporter
from engine.protocol import Request
from engine.report import Reporter
from engine.settings import Config

if TYPE_CHECKING:
    import torch

    from engine.reader.reading import Reading
    from engine.wardrobe.meaning import Meaning

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline, and how its result is kept."""

    needs: tuple[str, ...]
    """Stages that must come before it; they are added when they were not asked for."""
    takes: tuple[str, ...]
    """Stages whose result it uses when they were asked for."""
    judged: bool
    """Whether the perceptor takes part, so that another perceptor means another result."""
    run: Callable[[Context, Reporter], Any]
    """Computes the result."""
    save: Callable[[Any, Path], None]
    """Stores the result as files in a folder."""
    load: Callable[[Path, Context], Any]
    """Reads the stored result back."""
    check: Callable[[Any], None] = lambda settings: None
    """Refuses settings, a section of the conf, that cannot work; asked before the first stage starts."""


class Context:
    """What the stages of one job share: prompts, settings, device, the loaded models and the results so far."""

    def __init__(
        self,
        request: Request,
        config: Config,
        device: torch.device,
        stages: Mapping[str, Stage],
        models: Models | None = None,
    ) -> None:
        self.request = request
        self.models = models or Models()
        self.config = config
        self.device = device
        self.stages = stages
        self.wanted = with_needed(request.stages, stages)
        self.prompts = _prompts(config, request)
        self.folders: dict[str, StageFolder] = {}
        self.report: Reporter | None = None
        """Hears of what happens while a model is loaded for the current stage, such as a download."""
        self._results: dict[str, Any] = {}

    @cached_property
    def body(self) -> Any:
        """The body model, loaded when a stage first asks for it."""
        return self.models.body(self.config.body, self.config.rig.hands)

    @cached_property
    def perceptor(self) -> Any:
        """The text and image encoders, loaded when a stage first asks for them."""
        return self.models.perceptor(self.config.clip, str(self.device), self.report)

    @cached_property
    def meaning(self) -> Meaning:
        """What the texts of body and appearance mean together; without an appearance stage the body's alone."""
        from engine.wardrobe.meaning import Meaning

        dressed = "appearance" in self.wanted or not self.prompts["shape"]
        appearance = self.prompts["appearance"] if dressed else ""
        return Meaning.of(appearance, self.prompts["shape"], self.request.seed_of("shape"))

    def readings(self) -> dict[str, Reading]:
        """The readings of the prompts that are used, by stage."""
        found = {"shape": self.meaning.body, "appearance": self.meaning.appearance}
        return {name: reading for name, reading in found.items() if name in self.wanted and reading.text.strip()}

    def generator(self, stage: str) -> torch.Generator:
        """Randomness of one stage, which does not depend on the stages before it."""
        import torch

        return torch.Generator().manual_seed(devices.stage_seed(self.request.seed_of(stage), stage))

    def result(self, stage: str) -> Any:
        """The result of an earlier stage, read from the job folder when it was not made in this run."""
        if stage not in self._results:
            self._results[stage] = self.stages[stage].load(self.folders[stage].folder, self)
        return self._results[stage]

    def keep(self, stage: str, result: Any) -> None:
        """Remember what a stage gave."""
        self._results[stage] = result

    def key(self, name: str) -> str:
        """Hash of all that decides a stage's result, the stages before it included."""
        stage = self.stages[name]
        before = [*stage.needs, *(other for other in stage.takes if other in self.wanted)]
        inputs = {
            "stage": name,
            "engine": engine.__version__,
            "seed": self.request.seed_of(name),
            "prompt": self.prompts.get(name),
            "settings": self.config.section(name),
            "file": _checksum(self.config.section(name).get("file")),
            "imported": _imported(name, self.config),
            "person": asdict(self.meaning.build) if name == "shape" else None,
            "wardrobe": _own_wardrobe() if name == "appearance" else None,
            "strength": _strength(self) if name == "appearance" else None,
            "body": self.body.checksum,
            "fingers": name != "shape" and getattr(self.body, "fingers", None) is not None,
            "perceptor": self.perceptor.checksum if stage.judged else None,
            "before": {other: self.folders[other].key for other in before},
        }
        return digest(inputs)


def _prompts(config: Config, request: Request) -> dict[str, str]:
    """The job's texts by stage; that of the body is empty where it follows the appearance."""
    brought = {name: text for name, text in config.section("prompts").items() if text is not None}
    given = {name: text for name, text in {**brought, **request.prompts}.items() if text.strip()}
    return {**protocol.DEFAULT_PROMPTS, **given}


def _checksum(path: str | None) -> str | None:
    """Of the file that a stage reads, so that another content under the same name counts; None if there is none."""
    from engine.provenance import checksum

    return checksum(Path(path)) if path is not None and Path(path).is_file() else None


def _own_wardrobe() -> dict[str, str | None]:
    """Checksums of the user's own records of the wardrobe."""
    from engine import userdata

    folder = userdata.data_folder() / "wardrobe"
    return {path.name: _checksum(str(path)) for path in sorted(folder.glob("*.toml"))}


def _strength(context: Context) -> dict[str, float]:
    """What follows from the perceptor's grade, so that examining it counts."""
    from engine.appearance import grades

    return asdict(grades.strength_of(grades.grade_of(context.perceptor.checksum)))


def _imported(name: str, config: Config) -> dict[str, str] | None:
    """Checksums of the imported weights that a stage is set to use, so that importing others counts."""
    if {"shape": config.shape.codebook, "motion": config.motion.backend}.get(name) != "original":
        return None
    from engine.imported import checksums

    return checksums(name)


def with_needed(stages: tuple[str, ...], known: Mapping[str, Stage]) -> tuple[str, ...]:
    """The wanted stages and those they cannot do without, in the order in which they run."""
    wanted = set(stages)
    for name in reversed(protocol.STAGES):
        if name in wanted:
            wanted.update(known[name].needs)
    return tuple(name for name in protocol.STAGES if name in wanted)


def run_job(
    job: Job,
    request: Request,
    device: str = "auto",
    flag: CancelFlag | None = None,
    live: bool = False,
    stages: Mapping[str, Stage] | None = None,
    finish: Callable[[Job, Context], list[str]] | None = None,
    models: Models | None = None,
) -> list[str]:
    """Run a job's stages, each one only if its inputs changed, and write ``result/``.

    Args:
        job: the locked job folder.
        request: what to make.
        device: ``auto``, ``cpu`` or ``cuda``.
        flag: asks the job to stop or pause; checked at every step.
        live: also store the growing surface with the previews, for a viewport.
        stages: other implementations of the stages (tests), or None for the real ones.
        finish: another writer of the result folder (tests), or None for the real one.
        models: what earlier jobs have loaded, or None to load anew.

    Returns:
        The names of the files in ``result/``.

    Raises:
        EngineError: for everything a user can mend.
        Cancelled: when ``flag`` was set; the same call goes on from there.
    """
    flag = flag or CancelFlag()
    config = load_config(request.preset, request.conf, request.overrides)
    context = Context(request, config, devices.pick(device), stages or STAGES, models)
    job.emit(
        "job_started",
        job=job.path.name,
        engine_version=engine.__version__,
        stages=list(context.wanted),
        device=devices.describe(context.device),
    )
    for remark in remarks(request.conf, request.overrides.get(PLACEHOLDER)) if request.conf else ():
        job.emit("warning", stage=context.wanted[0], message=remark)
    for added in (name for name in context.wanted if name not in request.stages):
        job.emit("warning", stage=added, message=f"{protocol.STAGE_LABELS[added]} was added; other stages need it.")
    for stage, remark in _not_understood(context):
        job.emit("warning", stage=stage, message=remark)
    for name in context.wanted:  # hours of sculpting must not end at a typing error in what comes after
        context.stages[name].check(getattr(config, name))
    _check_of("engine.export")(config.export)
    for name in context.wanted:
        flag.check()
        _run_stage(job, context, name, flag, live)
    flag.check()
    files = (finish or _write_results)(job, context)
    job.emit("result", path=protocol.RESULT_DIR, files=files)
    return files


def _not_understood(context: Context) -> list[tuple[str, str]]:
    """What of the prompts will have no effect: a stage and one sentence each."""
    found = []
    for stage, reading in context.readings().items():
        if reading.language != "en":
            found.append((stage, f"The prompt is read as {reading.language!r}, of which only common words are known."))
        if reading.ignored:
            found.append((stage, f"No effect: {', '.join(reading.ignored)}."))
    return found


def _write_results(job: Job, context: Context) -> list[str]:
    from engine.results import write_results

    return write_results(job, context)


def _run_stage(job: Job, context: Context, name: str, flag: CancelFlag, live: bool) -> None:
    """Run one stage, or take its stored result when nothing that decides it has changed."""
    import torch

    context.report = JobReporter(job, name, flag, live)
    folder = context.folders[name] = StageFolder(job, name, context.key(name))
    if folder.is_finished():
        job.emit("stage_skipped", stage=name)
        return
    job.emit("stage_started", stage=name)
    resumed = folder.begin()
    log.info("stage %s %s (key %s)", name, "goes on" if resumed else "starts", folder.key[:12])
    began = time.monotonic()
    torch.manual_seed(devices.stage_seed(context.request.seed_of(name), name))
    try:
        result = context.stages[name].run(context, context.report)
        context.stages[name].save(result, folder.folder)
    except BaseException:
        folder.interrupted(time.monotonic() - began)
        raise
    folder.finish(time.monotonic() - began)
    context.keep(name, result)
    job.emit("stage_finished", stage=name, seconds=round(folder.seconds(), 3))


# --- the stages ---------------------------------------------------------------------------------------------
def _shape(context: Context, report: Reporter) -> Any:
    """t_shape, and where that is open whom t_app speaks of -> betas of the coarse body."""
    from engine import shape
    from engine.reader import english

    return shape.run(
        english(context.prompts["shape"]),
        context.body,
        context.perceptor,
        context.config.shape,
        context.generator("shape"),
        report,
        context.meaning.build,
    )


def _save_shape(result: Any, folder: Path) -> None:
    np.savez(folder / "shape.npz", betas=result.betas, score=np.float32(result.score))


def _load_shape(folder: Path, context: Context) -> Any:
    from engine.shape import ShapeResult

    with np.load(folder / "shape.npz") as stored:
        return ShapeResult(betas=stored["betas"], score=float(stored["score"]))


def _appearance(context: Context, report: Reporter) -> Any:
    """t_app and the coarse body -> signed distance and colour field in the stand pose."""
    from engine.appearance import AppearanceInputs, Runtime, run

    prompt, betas = context.prompts["appearance"], context.result("shape").betas
    inputs = AppearanceInputs(prompt, betas, context.body, context.perceptor, context.meaning)
    generator, folder = context.generator("appearance"), context.folders["appearance"].steps
    return run(inputs, context.config.appearance, Runtime(generator, context.device, report, folder))


def _save_appearance(field: Any, folder: Path) -> None:
    field.save(folder / "field.safetensors")


def _load_appearance(folder: Path, context: Context) -> Any:
    from engine.appearance import AvatarField

    return AvatarField.load(folder / "field.safetensors", context.device)


def _mesh(context: Context, report: Reporter) -> Any:
    """The field's surface, or the coarse body in neutral grey when there is no appearance."""
    from engine import mesh

    field = _field(context)
    layers = None if field is None or field.base.layers is None else field.layers()
    return mesh.run(field, context.body, context.result("shape").betas, context.config.mesh, report, layers)


def _field(context: Context) -> Any:
    """What the appearance stage made, in the form that the mesh is to have; None without that stage."""
    if "appearance" not in context.wanted:
        return None
    field = context.result("appearance")
    if field.base.layers is None or context.config.mesh.form == "layers":
        return field
    return field.solid(context.body, context.result("shape").betas)


def _save_mesh(mesh: Any, folder: Path) -> None:
    from engine.mesh import save

    save(mesh, folder)


def _load_mesh(folder: Path, context: Context) -> Any:
    from engine.mesh import load

    return load(folder)


def _rig(context: Context, report: Reporter) -> Any:
    """The mesh with skinning weights, brought to the T-pose."""
    from engine import rig

    field = _field(context)
    dressed = None if field is None else field.base
    return rig.run(
        context.result("mesh"), context.body, context.result("shape").betas, context.config.rig, report, dressed
    )


def _save_rig(avatar: Any, folder: Path) -> None:
    from engine.rig import save_avatar

    save_avatar(avatar, folder / protocol.AVATAR_NPZ)


def _load_rig(folder: Path, context: Context) -> Any:
    from engine.rig import load_avatar

    return load_avatar(folder / protocol.AVATAR_NPZ)


def _motion(context: Context, report: Reporter) -> Any:
    """t_motion -> candidate poses and the sequence through them."""
    from engine import motion
    from engine.reader import english

    return motion.run(
        english(context.prompts["motion"]),
        context.body,
        context.result("shape").betas,
        context.perceptor,
        context.config.motion,
        context.generator("motion"),
        report,
    )


def _save_motion(motion: Any, folder: Path) -> None:
    from engine.motion import save_motion

    save_motion(motion, folder / protocol.MOTION_NPZ)


def _load_motion(folder: Path, context: Context) -> Any:
    from engine.motion import load_motion

    return load_motion(folder / protocol.MOTION_NPZ)


def _check_of(module: str) -> Callable[[Any], None]:
    """The function ``check`` of a module that is only loaded when it is asked."""
    return lambda settings: importlib.import_module(module).check(settings)


STAGES: dict[str, Stage] = {
    "shape": Stage((), (), True, _shape, _save_shape, _load_shape),
    "appearance": Stage(
        ("shape",), (), True, _appearance, _save_appearance, _load_appearance, _check_of("engine.appearance.stage")
    ),
    "mesh": Stage(("shape",), ("appearance",), False, _mesh, _save_mesh, _load_mesh, _check_of("engine.mesh.stage")),
    "rig": Stage(("mesh", "shape"), ("appearance",), False, _rig, _save_rig, _load_rig),
    "motion": Stage(("shape",), (), True, _motion, _save_motion, _load_motion, _check_of("engine.motion")),
}

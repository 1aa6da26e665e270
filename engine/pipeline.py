"""Three prompts in, a rigged and moving avatar out: the stages of AvatarCLIP in their order.

    shape       t_shape   -> the coarse body M_t, out of a codebook by CLIP         (section 3.2)
    appearance  t_app     -> the implicit surface N, sculpted from M_t and coloured (section 3.3)
    mesh        N         -> vertices, faces, colours, by marching cubes            (section 3.3)
    rig         M         -> skinning weights and the T-pose                        (section 3.3)
    motion      t_motion  -> candidate poses and the sequence through them          (section 3.4)

What a stage needs, reads and writes stands in ``engine/<stage>/stage.py`` (see `engine.stages`). Each sees only its own
settings, a generator seeded from (seed, its name), and the results before it.
"""

from __future__ import annotations

import logging
import time

import engine
from engine import device as devices
from engine import export, protocol
from engine.cache import StageFolder
from engine.cancel import CancelFlag
from engine.config import PLACEHOLDER, load_config, remarks
from engine.job import Job
from engine.models import Models
from engine.progress import JobReporter
from engine.protocol import Request
from engine.results import write_results
from engine.stages import STAGES, Context

log = logging.getLogger(__name__)


def run_job(
    job: Job,
    request: Request,
    device: str = "auto",
    flag: CancelFlag | None = None,
    live: bool = False,
    models: Models | None = None,
) -> list[str]:
    """Run a job's stages, each one only if its inputs changed, and write ``result/``.

    Args:
        job: the locked job folder.
        request: what to make.
        device: ``auto``, ``cpu`` or ``cuda``.
        flag: asks the job to stop or pause; checked at every step.
        live: also store the growing surface with the previews, for a viewport.
        models: what earlier jobs have loaded, or None to load anew.

    Returns:
        The names of the files in ``result/``.

    Raises:
        EngineError: for everything a user can mend.
        Cancelled: when ``flag`` was set; the same call goes on from there.
    """
    flag = flag or CancelFlag()
    config = load_config(request.preset, request.conf, request.overrides)
    context = Context(request, config, devices.pick(device), STAGES, models)
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
    export.check(config.export)
    for name in context.wanted:
        flag.check()
        _run_stage(job, context, name, flag, live)
    flag.check()
    files = write_results(job, context)
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

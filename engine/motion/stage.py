"""The motion stage: t_motion to candidate poses and the sequence through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine import imported, motion
from engine.methods import FILE, RETRIEVAL, SCULPTING
from engine.motion.io import Motion, load_motion, save_motion
from engine.motion.proposals import looked_at
from engine.protocol import MOTION_NPZ
from engine.provenance import checksum
from engine.reader import english
from engine.report import Reporter
from engine.settings import MotionConfig
from engine.stages import Context


class MotionStage:
    """See `engine.stages.Stage`."""

    needs = ("shape",)
    takes: tuple[str, ...] = ()
    judged = True

    def inputs(self, context: Context) -> dict[str, Any]:
        """The content of the file that it reads, and the imported weights that it is set to use."""
        conf = context.config.motion
        return {
            "file": checksum(Path(conf.file)) if conf.file is not None and Path(conf.file).is_file() else None,
            "imported": imported.checksums("motion") if conf.backend == "original" else None,
        }

    def check(self, settings: MotionConfig) -> None:
        """See `engine.motion.check`."""
        motion.check(settings)

    def run(self, context: Context, report: Reporter) -> Motion:
        """The motion on the coarse body."""
        return motion.run(
            english(context.prompts["motion"]),
            context.body,
            context.result("shape").betas,
            context.perceptor,
            context.config.motion,
            context.generator("motion"),
            report,
        )

    def save(self, result: Motion, folder: Path) -> None:
        """As ``motion.npz``."""
        save_motion(result, folder / MOTION_NPZ)

    def load(self, folder: Path, context: Context) -> Motion:
        """The inverse of `save`."""
        return load_motion(folder / MOTION_NPZ)

    def method(self, context: Context) -> dict[str, Any]:
        """A file, movements that texts name, or an optimiser with some of the paper's three losses."""
        made, conf = context.result("motion"), context.config.motion
        if made.source == "file":
            return {"method": FILE}
        sculpting = made.source in ("optimise", "baseline")
        found = {"method": SCULPTING if sculpting else RETRIEVAL, "source": made.source, "candidates": conf.generator}
        return found | ({"losses": _losses(context)} if sculpting else {})


def _losses(context: Context) -> list[str]:
    """Which of the paper's three losses the optimiser had."""
    own = context.config.motion.optimise
    if own.method == "baseline":
        return ["pose"]
    seen = own.clip > 0 and looked_at(context.config.motion, context.perceptor)
    return ["pose", *(["delta"] if own.delta else []), *(["clip"] if seen else [])]


STAGE = MotionStage()

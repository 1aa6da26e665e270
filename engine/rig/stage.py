"""The rig stage: the mesh with skinning weights, brought to the T-pose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.mesh.stage import sculpted
from engine.methods import COMPUTED
from engine.protocol import AVATAR_NPZ
from engine.report import Reporter
from engine.rig.avatar import Avatar, load_avatar, save_avatar
from engine.rig.rig import run
from engine.settings import RigConfig
from engine.stages import Context


class RigStage:
    """See `engine.stages.Stage`."""

    needs = ("mesh", "shape")
    takes = ("appearance",)
    judged = False

    def inputs(self, context: Context) -> dict[str, Any]:
        """Nothing of its own."""
        return {}

    def check(self, settings: RigConfig) -> None:
        """Nothing to refuse."""

    def run(self, context: Context, report: Reporter) -> Avatar:
        """Weights from what the field started from, or from the body without a field."""
        field = sculpted(context)
        betas, dressed = context.result("shape").betas, None if field is None else field.base
        return run(context.result("mesh"), context.body, betas, context.config.rig, report, dressed)

    def save(self, result: Avatar, folder: Path) -> None:
        """As ``avatar.npz``."""
        save_avatar(result, folder / AVATAR_NPZ)

    def load(self, folder: Path, context: Context) -> Avatar:
        """The inverse of `save`."""
        return load_avatar(folder / AVATAR_NPZ)

    def method(self, context: Context) -> dict[str, Any]:
        """It follows from the mesh."""
        return {"method": COMPUTED}


STAGE = RigStage()

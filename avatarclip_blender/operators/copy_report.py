"""Copy Report: all that somebody who helps wants to know, to the clipboard."""

from __future__ import annotations

import platform
from pathlib import Path

import bpy

from .. import session
from ..contract import protocol
from ..job import Job
from .common import refuse

LINES = 60
"""Of the end of the log."""


class AVATARCLIP_OT_copy_report(bpy.types.Operator):
    """Copy what went wrong to the clipboard: versions, settings, the error and the end of the log"""

    bl_idname = "avatarclip.copy_report"
    bl_label = "Copy Report"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse if there was no job."""
        return refuse(cls, "There was no job in this session" if session.job() is None else "")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Copy it."""
        job = session.job()
        if job is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = report(job)
        self.report({"INFO"}, "The report is in the clipboard")
        return {"FINISHED"}


def report(job: Job) -> str:
    """Return the report on a job as text; paths in the user's home are shortened."""
    state = job.progress
    parts = [
        f"AvatarCLIP report: Blender {bpy.app.version_string}, {platform.platform()}, {state.device or 'no device'}",
        f"{state.phase}: {state.message} {state.hint} [{state.code}] in stage {state.stage}, step {state.step}",
        "--- request",
        _end_of(job.folder / protocol.REQUEST_FILE),
        f"--- end of {job.log_path.name}",
        _end_of(job.log_path),
    ]
    check = session.setup_check()
    if check is not None and check.done:
        parts += ["--- set-up", check.summary, *(finding.text for finding in check.findings), *check.facts]
    return "\n".join(parts).replace(str(Path.home()), "~")


def _end_of(path: Path) -> str:
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:])
    except OSError as error:
        return f"({error.strerror or error})"

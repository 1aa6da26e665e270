"""The running job as Blender sees it: one at a time, drained by a timer on the main thread.

Kept in this module rather than in bpy's data, so that undo, a new file or a reload of the scene cannot lose a running
process.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import bpy.utils.previews

from . import locate, ui
from . import setup_check as checks
from .contract import ENGINE_ROOT, protocol
from .job import Job
from .setup_check import SetupCheck

INTERVAL = 0.1
"""Seconds between two looks at the engine's events."""

_job: Job | None = None
_check: SetupCheck | None = None
_pictures: bpy.utils.previews.ImagePreviewCollection | None = None
_picture_of: tuple[Path, int] | None = None


def job() -> Job | None:
    """Return the running job, or the last one of this session."""
    return _job


def running() -> bool:
    """Tell whether an engine is at work."""
    return _job is not None and _job.running


def create(output_folder: Path, request: protocol.Request) -> Path:
    """Make a new job folder for a request and return it.

    Raises:
        SetupError: if the folder cannot be written.
    """
    folder = locate.new_job_folder(output_folder, request.prompts.get("appearance", ""))
    try:
        protocol.write_atomically(folder / protocol.REQUEST_FILE, request.to_json())
    except OSError as error:
        reason = error.strerror or str(error)
        raise locate.SetupError(f"Cannot write to {folder} ({reason}); choose another Avatars Folder") from None
    return folder


def start(folder: Path, python: Sequence[str]) -> Job:
    """Run the engine on a job folder, new or half-done.

    Raises:
        SetupError: if another job runs, or if the engine cannot be started.
    """
    global _job
    if running():
        raise locate.SetupError("Another avatar is being generated; wait for it or cancel it")
    new = Job(folder)
    try:
        new.start(python, locate.child_environment(ENGINE_ROOT), ENGINE_ROOT)
    except OSError as error:
        raise locate.SetupError(f"Cannot write to {folder} ({error.strerror or error})") from None
    _job = new
    _watch()
    return new


def start_setup_check(python: Sequence[str]) -> SetupCheck:
    """Run the engine's doctor."""
    global _check
    if _check is not None:
        _check.close()
    _check = checks.start(python, locate.child_environment(ENGINE_ROOT), ENGINE_ROOT)
    _watch()
    return _check


def fail_setup_check(summary: str) -> None:
    """Record that the engine's Python is not even known."""
    global _check
    _check = checks.failed(summary)


def setup_check() -> SetupCheck | None:
    """Return the running or last check of the set-up."""
    return _check


def preview_icon() -> int:
    """Return the icon number of the job's newest picture, 0 if there is none."""
    global _pictures, _picture_of
    path = _job.preview_path if _job else None
    if _job is None or path is None or not path.is_file():
        return 0
    picture = (path, _job.progress.previews_seen)
    if _pictures is None:
        _pictures = bpy.utils.previews.new()
    if picture != _picture_of:
        _pictures.clear()
        _pictures.load(f"{picture}", str(path), "IMAGE", True)
        _picture_of = picture
    return next(iter(_pictures.values())).icon_id


def shutdown() -> None:
    """Stop the engine, the check and the timer, and give back the pictures; for unregistering."""
    global _job, _check, _pictures, _picture_of
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _job is not None:
        _job.close()
    if _check is not None:
        _check.close()
    if _pictures is not None:
        bpy.utils.previews.remove(_pictures)
    _job = _check = _pictures = _picture_of = None


def _watch() -> None:
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)  # also when a file is loaded


def _tick() -> float | None:
    """Take in the engine's events; Blender calls this until it returns None."""
    if _job is not None:
        _job.poll()
    checking = _check is not None and not _check.done
    ui.redraw()
    return INTERVAL if running() or checking else None

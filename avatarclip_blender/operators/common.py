"""What several operators and the panel ask: is there a result, can a job go on."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import properties, session
from ..contract import protocol


def last_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder of the last job, of this session or as stored in the file; None if there is none."""
    job = session.job()
    if job is not None:
        return job.folder
    stored = properties.of(context.scene).job_folder
    return Path(bpy.path.abspath(stored)) if stored else None


def finished_result(context: bpy.types.Context) -> Path | None:
    """Return the last job's result folder if there is an avatar in it."""
    job = session.job()
    if job is not None:
        return job.result_folder
    folder = last_folder(context)
    result = folder / protocol.RESULT_DIR if folder else None
    # The manifest is written last: where it stands, the rest is whole.
    return result if result and (result / protocol.MANIFEST_FILE).is_file() else None


def resumable_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder of the last job if it began, and ended without a result."""
    folder = last_folder(context)
    if folder is None or session.running() or finished_result(context) is not None:
        return None
    return folder if (folder / protocol.REQUEST_FILE).is_file() else None

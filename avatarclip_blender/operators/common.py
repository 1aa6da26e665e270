"""What several operators and the panels ask: which avatar is worked on, is there a result, can a job go on."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import disk, flow, preferences, properties, session, settings_table
from ..avatar import find_avatar, why_fixed
from ..contract import protocol
from ..locate import SetupError


def last_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder of the scene's avatar, else of the job at work; None if there is none."""
    job = session.job()
    return session.folder_of(context.scene) or (job.folder if job is not None and job.running else None)


def shown_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder whose pictures are shown: the last one's, or as long as that waits for its turn, the job's."""
    folder, job = last_folder(context), session.job()
    waiting = any(entry.folder == folder for entry in session.queue())
    return job.folder if waiting and job is not None else folder


def finished_result(context: bpy.types.Context) -> Path | None:
    """Return the result folder of the scene's avatar if it is finished."""
    folder = last_folder(context)
    job = session.job()
    if job is not None and folder == job.folder:
        return job.result_folder
    return result_in(folder) if folder is not None else None


@disk.remembered
def result_in(folder: Path) -> Path | None:
    """Return the result folder of a job if it is whole."""
    # The manifest is written last: where it stands, the rest is whole.
    result = folder / protocol.RESULT_DIR
    return result if (result / protocol.MANIFEST_FILE).is_file() else None


def resumable_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder of the last job if it began, and ended without a result."""
    folder = last_folder(context)
    if folder is None or session.running() or finished_result(context) is not None:
        return None
    return folder if request_of(folder) is not None else None


@disk.remembered
def request_of(folder: Path | None) -> protocol.Request | None:
    """Return what a job folder was asked for; None if that cannot be read."""
    if folder is None:
        return None
    try:
        return protocol.Request.from_json((folder / protocol.REQUEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return None


def wanted_request(context: bpy.types.Context, part: str = "") -> protocol.Request:
    """Return the request for a whole avatar as the panel says, or for one part of the scene's avatar anew."""
    wishes = properties.wishes(context)
    values = settings_table.preset_values(wishes.preset)
    if not part:
        return flow.request_all(wishes, values)
    base = request_of(last_folder(context))
    base_values = settings_table.preset_values(base.preset) if base else {}
    return flow.request_part(part, wishes, base, values, base_values)


def is_made(context: bpy.types.Context, request: protocol.Request) -> bool:
    """Tell whether the scene's avatar is finished and was made from this very request."""
    return finished_result(context) is not None and request_of(last_folder(context)) == request


def launch(context: bpy.types.Context, request: protocol.Request) -> None:
    """Start a request, or put it behind the jobs that run and wait, as the scene's next avatar.

    Raises:
        SetupError: if it cannot be started.
    """
    base = last_folder(context)
    try:
        python = preferences.engine_command(context)
        folder = session.create(preferences.output_folder(context), request)
        session.enqueue(folder, python, properties.of(context.scene).device, base)
    except SetupError as error:
        session.problem = error
        raise
    session.set_folder(context.scene, folder)


def refuse(cls: type[bpy.types.Operator], reason: str) -> bool:
    """Refuse for a reason, which the button's tooltip tells; none lets the operator run. What a poll returns."""
    if reason:
        cls.poll_message_set(reason)
    return not reason


def poll_avatar(cls: type[bpy.types.Operator], context: bpy.types.Context, changes: bool = False) -> bool:
    """Refuse if no avatar is active, or if it is to be changed and cannot be, and say so."""
    rig = find_avatar(context.active_object)
    if rig is None:
        return refuse(cls, "Select an avatar, its armature or its mesh")
    busy = "Wait until the rendering has ended" if bpy.app.is_job_running("RENDER") else ""
    return refuse(cls, (busy or why_fixed(rig)) if changes else "")


def poll_network(cls: type[bpy.types.Operator], reason: str = "") -> bool:
    """Refuse without permission to use the network, or else for a reason of the operator's own."""
    return refuse(cls, why_offline() or reason)


def why_offline() -> str:
    """Return one sentence on why Blender may not use the network; empty if it may."""
    if bpy.app.online_access:
        return ""
    if bpy.app.online_access_override:
        return "Blender was started with --offline-mode; start it without"
    return "Blender may not use the network; press Allow Online Access"

"""What happens by itself: when a file is opened or saved, when a job tells something new, when it ends."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import export, history, layers, live, preferences, properties, ready, session
from .job import Job
from .progress import CANCELLED, FAILED, FINISHED


def register() -> None:
    """Listen."""
    bpy.app.handlers.load_post.append(_file_opened)
    bpy.app.handlers.save_pre.append(_file_saving)
    bpy.app.handlers.depsgraph_update_post.append(_scene_changed)
    session.on_tick.append(_show_surface)
    session.on_end.extend((_remember_timings, _take_preview_away, _announce))
    session.on_look.append(_keep_running)
    session.watch("find", _find_job)
    session.warm_engine = ready.engine_for
    session.engine_home = lambda: preferences.engine_home(bpy.context).options()


def unregister() -> None:
    """Listen no longer; the lists of the session are emptied by its shutdown."""
    session.warm_engine = session.engine_home = None
    bpy.app.handlers.load_post.remove(_file_opened)
    bpy.app.handlers.save_pre.remove(_file_saving)
    bpy.app.handlers.depsgraph_update_post.remove(_scene_changed)
    if hasattr(bpy.data, "objects"):
        live.remove()


@persistent
def _file_opened(*_: Any) -> None:
    """Another file has other avatars; an engine that works on one of them is found again."""
    export.clear_up()
    session.forget_folders()
    session.watch("find", _find_job)


@persistent
def _file_saving(*_: Any) -> None:
    """The file shall remember its avatars, and not the preview."""
    session.write_folders()
    live.remove()


@persistent
def _scene_changed(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """A layer may have been hidden or deleted, by Blender's own means: the skin beneath is seen."""
    if bpy.app.is_job_running("RENDER"):
        return  # which reads the meshes in another thread
    if graph.mode == "VIEWPORT" and (graph.id_type_updated("SCENE") or graph.id_type_updated("COLLECTION")):
        layers.update_all_masks(scene)


def _find_job() -> bool:
    """Follow the engine that is at work on an avatar of this file, if any; once."""
    for scene in bpy.data.scenes:
        folder = session.folder_of(scene)
        if folder is not None and session.attach(folder):
            break
    return False


def _keep_running() -> None:
    """Tell the engine what the scene's switch says about the time after Blender."""
    job, wanted = session.job(), properties.of(bpy.context.scene).keep_running
    if job is not None and job.running and job.kept != wanted:
        job.keep_running(wanted)


def _show_surface(job: Job) -> None:
    """Show the growing surface if the scene wants that, and take it away if it no longer does."""
    if bpy.app.is_job_running("RENDER"):
        return
    if properties.of(bpy.context.scene).show_live and job.running:
        live.show(bpy.context, job.surface_path, job.progress.surfaces_seen)
    else:
        live.remove()


def _take_preview_away(job: Job) -> None:
    """Remove the surface; during a rendering, which may read it, when that has ended."""
    session.watch("preview", _preview_waits)


def _preview_waits() -> bool:
    if bpy.app.is_job_running("RENDER"):
        return True
    live.remove()
    return False


def _remember_timings(job: Job) -> None:
    if job.progress.phase == FINISHED:
        history.record(preferences.timings_file(), job.folder, job.progress.device)


def _announce(job: Job) -> None:
    """Say in the status bar that it is done."""
    state = job.progress
    if bpy.app.background or state.phase == CANCELLED:
        return
    message = f"{job.folder.name[16:] or 'The avatar'} is ready; press Import in the Avatar tab"
    if state.phase == FAILED:
        message = state.message
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window):
        bpy.ops.avatarclip.announce(message=message, failed=state.phase == FAILED)

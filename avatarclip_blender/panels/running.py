"""How a job is drawn while it runs, and when it has failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy

from .. import disk, history, mending, pictures, preferences, properties, settings_table, ui
from ..contract import protocol
from ..job import Job
from ..operators.common import request_of
from ..progress import FAILED, Progress, duration_text

_PICTURE_SCALE = 5.0


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, job: Job) -> None:
    """Draw one bar for the whole job, the time left, Pause and Cancel, the picture and the curve."""
    state = job.progress
    share, left = state.whole(_plan(job.folder))
    row = layout.column(align=True)
    row.progress(factor=share, text=_doing(state))
    side = row.row()
    side.alignment = "RIGHT"
    side.active = False
    side.label(text="Paused" if state.paused else _left(state, left))
    row = layout.row(align=True)
    row.enabled = not job.stopping
    if not job.attached:
        paused = state.paused
        row.operator("avatarclip.pause", text="Go On" if paused else "Pause", icon="PLAY" if paused else "PAUSE")
        if state.stage == "appearance" and state.curve_of == "loss":
            row.operator("avatarclip.finish", text="", icon="CHECKMARK")
    row.operator("avatarclip.cancel", text="Stopping…" if job.stopping else "Cancel", icon="CANCEL")
    draw_pictures(layout, job)
    settings = properties.of(context.scene)
    column = layout.column(heading="")
    column.use_property_split = False
    column.prop(settings, "show_live")
    column.prop(settings, "keep_running", text="Keep Running without Blender")


def _left(state: Progress, whole: float | None) -> str:
    """How long it will still take, or as long as nothing was measured on this machine, the running stage."""
    if whole is not None:
        return f"{duration_text(whole)} left"
    stage = state.seconds_left()
    return f"{duration_text(stage)} left of this stage" if stage is not None else ""


def _doing(state: Progress) -> str:
    """What the engine is at."""
    if state.writing:
        return "Writing Files"
    if state.stage is None:
        return "Starting the Engine…"
    label = protocol.STAGE_LABELS.get(state.stage, state.stage)
    return f"{label}  {state.step} / {state.total}" if state.total else label


_is_there = disk.remembered(Path.is_file)


@disk.remembered
def _plan(folder: Path) -> Mapping[str, float]:
    """The predicted seconds of a job's stages; none before anything was measured."""
    request = request_of(folder)
    if request is None:
        return {}
    values = settings_table.preset_values(request.preset) | dict(request.overrides)
    guess = history.predict(preferences.timings_file(), tuple(request.stages), values)
    return guess.stages if guess is not None else {}


def draw_pictures(layout: bpy.types.UILayout, job: Job) -> None:
    """Draw the newest picture, and beside it the curve of the loss or the score."""
    state = job.progress
    picture, curve = pictures.icon(job.preview_path), pictures.curve_icon(state.curve)
    if not picture and not curve:
        return
    row = layout.row()
    for icon in (picture, curve):
        if icon:
            row.template_icon(icon_value=icon, scale=_PICTURE_SCALE)
    if curve:
        row = layout.row()
        row.active = False
        row.alignment = "RIGHT"
        row.label(text=f"{state.curve_of.title()} {state.curve[-1][1]:.3f}")


def draw_failure(layout: bpy.types.UILayout, context: bpy.types.Context, job: Job) -> None:
    """Draw what went wrong, the buttons that mend it, and those that tell more."""
    state, width = job.progress, context.region.width
    ui.wrapped(layout, state.message, width, "ERROR" if state.phase == FAILED else "INFO")
    if state.hint:
        ui.wrapped(layout, state.hint, width, "BLANK1")
    names = mending.mends(state.code, state.device) if state.phase == FAILED else ()
    column = layout.column(align=True)
    for name in names:
        mending.draw_button(column, name)
    column.operator("avatarclip.resume", icon="FILE_REFRESH")
    if state.phase == FAILED:
        row = layout.row(align=True)
        if _is_there(job.log_path):
            row.operator("wm.path_open", text="Open Log", icon="TEXT").filepath = str(job.log_path)
        row.operator("avatarclip.copy_report", icon="COPYDOWN")

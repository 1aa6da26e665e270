"""The first panel: quality, Generate All, and how the job stands."""

from __future__ import annotations

import bpy

from .. import flow, history, library, mending, preferences, preferences_page, properties, ready, session, ui
from ..contract import protocol
from ..job import Job
from ..operators import make_crowd
from ..operators.common import finished_result, last_folder, resumable_folder, wanted_request
from ..progress import duration_text
from . import running
from .base import AvatarPanel
from .parts import draw_prompt


class AVATARCLIP_PT_main(AvatarPanel, bpy.types.Panel):
    """The three prompts, how well, go, and how far.

    Tab goes from one text field of a panel to the next: this one has no others than the prompts.
    """

    bl_label = "AvatarCLIP"
    bl_order = 1

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw the way to the preferences."""
        self.layout.operator("avatarclip.open_preferences", text="", icon="PREFERENCES", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw prompts, quality, the buttons that fit the state, and what the last job left."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        ready.open_tab()
        job, problem = session.job(), session.problem
        missing = draw_missing_engine(layout, context)
        for part in flow.PARTS:
            draw_prompt(layout, context, part)
        if not missing:
            draw_generate(layout, context)
        if problem is not None and not (missing and problem.code == "no_engine"):  # which is said above
            ui.wrapped(layout, str(problem), context.region.width, "ERROR")
            for name in mending.mends(problem.code):
                mending.draw_button(layout, name)
        if job is not None and job.running:
            running.draw(layout, context, job)
        else:
            ours = job is not None and job.folder == last_folder(context)
            draw_ended(layout, context, job if ours else None)
        draw_queue(layout, context)
        if not missing:
            make_crowd.draw(layout, context)


def draw_generate(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the quality and Generate All."""
    settings = properties.of(context.scene)
    narrow = ui.narrow(context.region.width)
    row = layout.column(align=True) if narrow else layout.row(align=True)
    for name in protocol.PRESETS:
        chosen = settings.preset == name
        row.operator("avatarclip.set_quality", text=name.title(), depress=chosen).preset = name
    row = row.row(align=True) if narrow else row
    row.menu("AVATARCLIP_MT_quality_presets", text="", icon="PRESET")
    row.operator("avatarclip.save_preset", text="", icon="ADD")
    row = layout.row()
    row.scale_y = 1.5
    text = "Add to Queue" if session.running() else "Generate All"
    row.operator("avatarclip.generate", text=text, icon="OUTLINER_OB_ARMATURE").part = "ALL"
    if not session.running():
        draw_estimate(layout, context)


def draw_missing_engine(layout: bpy.types.UILayout, context: bpy.types.Context) -> bool:
    """Draw the way to an engine if there is none; tell whether there is none."""
    problem, width = preferences.engine_problem(context), context.region.width
    if problem is None:
        return False
    change = session.installation()
    if change is not None and change.running:
        factor = max(change.step - 0.5, 0.0) / max(change.steps, 1)
        layout.progress(factor=factor, text=change.text)
        layout.operator("avatarclip.cancel_install", icon="CANCEL")
        return True
    if change is not None and change.message:
        ui.wrapped(layout, f"{change.message}. {change.hint}".replace("..", "."), width, "ERROR")
    absent = preferences.engine_state(context) == "absent"
    text = "The engine that makes the avatars is not installed yet" if absent else str(problem)
    ui.wrapped(layout, text, width, "INFO")
    preferences_page.draw_network(layout, context)
    row = layout.row()
    row.scale_y = 1.5
    row.operator("avatarclip.install_engine", text="Install Engine…", icon="IMPORT")
    return True


def draw_estimate(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw how long it will take and how much memory, if anything like it was measured on this machine."""
    wishes = properties.wishes(context)
    guess = history.predict(preferences.timings_file(), wanted_request(context).stages, wishes.values)
    row = layout.row()
    row.active = False
    row.alignment = "CENTER"
    if guess is None:
        ui.wrapped(row, "Time is known after the first avatar", context.region.width)
        return
    text = f"{'About' if guess.measured else 'Roughly'} {duration_text(guess.seconds)}"
    if guess.memory:
        text += f", {guess.memory / 1e9:.1f} GB of memory"
    row.label(text=text)


def draw_ended(layout: bpy.types.UILayout, context: bpy.types.Context, job: Job | None) -> None:
    """Draw what the last job left: a result, or what went wrong and what to do."""
    result = finished_result(context)
    if job is not None and job.progress.message:
        running.draw_failure(layout, context, job)
    elif resumable_folder(context) is not None:
        ui.wrapped(layout, "The last avatar was left half-way", context.region.width, "INFO")
        layout.operator("avatarclip.resume", icon="FILE_REFRESH")
    if job is not None:
        for warning in job.progress.warnings[-3:]:
            ui.wrapped(layout, warning, context.region.width, "INFO")
    if result is not None:
        row = layout.row(align=True)
        row.scale_y = 1.2
        row.operator("avatarclip.import_avatar", text="Import", icon="IMPORT").directory = str(result)
        row.operator("wm.path_open", text="", icon="FILE_FOLDER").filepath = str(result)


def draw_queue(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the jobs that wait for their turn, or the way to those of an earlier session."""
    waiting = session.queue()
    if not waiting:
        left = () if session.running() else library.left_waiting(preferences.output_folder(context))
        if left:
            layout.operator("avatarclip.resume_queue", text=f"Resume Queue ({len(left)})", icon="TIME")
        return
    column = layout.column(align=True)
    column.label(text=f"Waiting: {len(waiting)}")
    for entry in waiting:
        row = column.row(align=True)
        row.label(text=entry.folder.name[16:] or entry.folder.name, icon="TIME")
        row.operator("avatarclip.unqueue", text="", icon="X").folder = str(entry.folder)


CLASSES = (AVATARCLIP_PT_main,)

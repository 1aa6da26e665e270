"""The sidebar tab "Avatar": prompts, progress, result."""

import bpy

from . import properties, session, ui
from .contract import protocol
from .job import Job
from .operators.common import finished_result, resumable_folder
from .progress import FAILED, duration_text


class AvatarPanel:
    """Where the panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Avatar"


class AVATARCLIP_PT_generate(AvatarPanel, bpy.types.Panel):
    """Prompts in, an avatar out."""

    bl_label = "AvatarCLIP"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw prompts, settings and the button that fits the state."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = properties.of(context.scene)
        running = session.running()
        column = layout.column(align=True)
        column.enabled = not running
        for name in protocol.DEFAULT_PROMPTS:
            _draw_prompt(column, settings, name)
        column = layout.column()
        column.enabled = not running
        column.prop(settings, "preset")
        column.prop(settings, "seed")
        job = session.job()
        if running and job is not None:
            _draw_running(layout, job)
        else:
            row = layout.row()
            row.scale_y = 1.5
            row.operator("avatarclip.generate", icon="OUTLINER_OB_ARMATURE")
            _draw_ended(layout, context, job)


def _draw_prompt(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup, name: str) -> None:
    """Draw a prompt with more room for its text than a property usually gets."""
    row = layout.split(factor=0.32)
    row.use_property_split = False
    label = row.row()
    label.alignment = "RIGHT"
    label.label(text=settings.bl_rna.properties[name].name)
    row.prop(settings, name, text="", placeholder=protocol.DEFAULT_PROMPTS[name])


def _draw_running(layout: bpy.types.UILayout, job: Job) -> None:
    """Draw stage, step, time left, picture and Cancel."""
    state = job.progress
    column = layout.column(align=True)
    if state.stage is None:
        column.progress(factor=0.0, text="Starting the Engine…")
    else:
        label = protocol.STAGE_LABELS.get(state.stage, state.stage)
        steps = f"{label}  {state.step} / {state.total}" if state.total else label
        column.progress(factor=state.factor, text=steps)
        left = state.seconds_left()
        row = column.row()
        row.label(text=f"Stage {state.position} of {len(state.stages)}")
        if left is not None:
            side = row.row()
            side.alignment = "RIGHT"
            side.label(text=f"{duration_text(left)} left")
    row = layout.row()
    row.enabled = not job.stopping
    row.operator("avatarclip.cancel", text="Stopping…" if job.stopping else "Cancel", icon="CANCEL")
    _draw_picture(layout)


def _draw_ended(layout: bpy.types.UILayout, context: bpy.types.Context, job: Job | None) -> None:
    """Draw what the last job left: a result, or what went wrong and what to do."""
    width = context.region.width
    if job is not None and job.progress.message:
        state = job.progress
        ui.wrapped(layout, state.message, width, "ERROR" if state.phase == FAILED else "INFO")
        if state.hint:
            ui.wrapped(layout, state.hint, width, "BLANK1")
        row = layout.row(align=True)
        row.operator("avatarclip.resume", icon="FILE_REFRESH")
        if state.phase == FAILED and job.log_path.is_file():
            row.operator("wm.path_open", text="Open Log", icon="TEXT").filepath = str(job.log_path)
    elif resumable_folder(context) is not None:
        layout.operator("avatarclip.resume", icon="FILE_REFRESH")
    if job is not None:
        for warning in job.progress.warnings[-3:]:
            ui.wrapped(layout, warning, width, "INFO")
    result = finished_result(context)
    if result is not None:
        row = layout.row(align=True)
        row.operator("avatarclip.import_avatar", text="Import", icon="IMPORT").directory = str(result)
        row.operator("wm.path_open", text="", icon="FILE_FOLDER").filepath = str(result)
        _draw_picture(layout)


def _draw_picture(layout: bpy.types.UILayout) -> None:
    """Draw the newest picture of the job below the buttons, so that they keep their place when it comes."""
    icon = session.preview_icon()
    if icon:
        layout.template_icon(icon_value=icon, scale=9.0)


class AVATARCLIP_PT_files(AvatarPanel, bpy.types.Panel):
    """Avatars from and to the disk."""

    bl_label = "Files"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender's own convention)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw import and export."""
        column = self.layout.column()
        column.operator("avatarclip.browse_avatar", icon="IMPORT")
        column.operator("avatarclip.export_fbx", icon="EXPORT")


CLASSES = (AVATARCLIP_PT_generate, AVATARCLIP_PT_files)

"""Crowd…: many avatars from texts with choices, on this computer or a cluster, and into the scene."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import crowd, flow, locate, preferences, properties, session, settings_table, ui
from ..contract import ENGINE_ROOT, protocol
from ..crowd_job import CrowdJob
from ..progress import duration_text
from .common import refuse

_PLACE = [
    ("GRID", "In a Grid", "Into the scene, side by side"),
    ("ASSETS", "As Assets", "Into the scene, and into the Asset Browser"),
    ("NONE", "Only Make Them", "They stay in the Avatars Folder"),
]


class State:
    """The crowd at work or the last one, and what becomes of it; kept where undo does not reach."""

    job: CrowdJob | None = None
    place = "GRID"
    problems: tuple[str, ...] = ()


class AVATARCLIP_OT_make_crowd(bpy.types.Operator):
    """Make many avatars: {tall|short} in a text stands for either word"""

    bl_idname = "avatarclip.make_crowd"
    bl_label = "Crowd"
    bl_options = {"REGISTER"}

    shape: bpy.props.StringProperty(name="Body", description="For example: a {tall|short|stocky} {man|woman}")
    appearance: bpy.props.StringProperty(name="Appearance", description="For example: a {baker|smith|nurse}")
    motion: bpy.props.StringProperty(name="Motion", description="For example: {waving|walking|talking}")
    count: bpy.props.IntProperty(name="Number", default=10, min=1, max=10_000, description="Avatars to make")
    seed: bpy.props.IntProperty(name="First Seed", default=0, min=0, max=2**31 - 10_001)
    folder: bpy.props.StringProperty(
        name="Folder", default="crowd", description="In the Avatars Folder; what is finished there is kept"
    )
    place: bpy.props.EnumProperty(name="Import", items=_PLACE, default="GRID")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One crowd at a time."""
        return refuse(cls, "A crowd is being made" if State.job is not None and State.job.running else "")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Begin with the panel's prompts, and ask."""
        for name, text in properties.prompts(properties.of(context.scene)).items():
            if not getattr(self, name):
                setattr(self, name, text)
        return set(context.window_manager.invoke_props_dialog(self, width=420))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Start it."""
        wishes = properties.wishes(context)
        request = flow.request_all(wishes, settings_table.preset_values(wishes.preset))
        prompts = {name: text for name in flow.PARTS if (text := getattr(self, name).strip())}
        row = {
            "prompts": prompts,
            "overrides": request.overrides,
            "preset": request.preset,
            "conf": request.conf or "",
            "count": self.count,
            "seed": self.seed,
        }
        job = CrowdJob(preferences.output_folder(context) / locate.slug(self.folder, 60))
        try:
            job.start(
                row,
                preferences.engine_command(context),
                session.engine_environment(),
                ENGINE_ROOT,
                preferences.engine_home(context),
                properties.of(context.scene).device,
            )
        except (locate.SetupError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        State.job, State.place, State.problems = job, self.place, ()
        session.watch("crowd", _look)
        return {"FINISHED"}


class AVATARCLIP_OT_cancel_crowd(bpy.types.Operator):
    """Stop making the crowd; those that are made stay, and the same crowd goes on later"""

    bl_idname = "avatarclip.cancel_crowd"
    bl_label = "Cancel Crowd"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask it to stop."""
        if State.job is not None:
            State.job.cancel()
        return {"FINISHED"}


class AVATARCLIP_OT_import_crowd(bpy.types.Operator):
    """Import all finished avatars of a crowd's folder, such as one that was made while Blender was closed"""

    bl_idname = "avatarclip.import_crowd"
    bl_label = "Import Crowd"
    bl_options = {"REGISTER", "UNDO"}

    directory: bpy.props.StringProperty(subtype="DIR_PATH")
    as_assets: bpy.props.BoolProperty(name="As Assets", description="Also into the Asset Browser")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the folder."""
        self.directory = self.directory or str(preferences.output_folder(context))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Import them."""
        found = sorted(Path(bpy.path.abspath(self.directory)).glob(f"*/{protocol.RESULT_DIR}/{protocol.MANIFEST_FILE}"))
        rigs, problems = crowd.import_crowd(context, [path.parent for path in found], self.as_assets)
        for problem in problems:
            self.report({"WARNING"}, problem)
        self.report({"INFO"} if rigs else {"ERROR"}, f"{len(rigs)} avatars imported")
        return {"FINISHED"} if rigs else {"CANCELLED"}


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the button, or the one bar of the crowd that is made; below, what went wrong with the last."""
    job = State.job
    if job is None or not job.running:
        layout.operator(AVATARCLIP_OT_make_crowd.bl_idname, text="Crowd…", icon="COMMUNITY")
        for problem in State.problems[:3]:
            ui.wrapped(layout, problem, context.region.width, "ERROR")
        if len(State.problems) > 3:
            layout.label(text=f"and {len(State.problems) - 3} more")
        return
    left = f"  {duration_text(job.eta)} left" if job.eta is not None else ""
    text = f"{job.done} / {job.total}{left}" if job.total else "Starting the Engine…"
    row = layout.row(align=True)
    row.progress(factor=job.share, text=text)
    row.operator(AVATARCLIP_OT_cancel_crowd.bl_idname, text="", icon="CANCEL")


def shutdown() -> None:
    """Let go of a crowd on a cluster, stop one on this computer; for unregistering."""
    if State.job is not None:
        State.job.close()
    State.job, State.problems = None, ()


def _look() -> bool:
    """Take in how far the crowd is; at its end, bring it into the scene."""
    job = State.job
    if job is None or not job.running:
        return False
    if job.poll():
        return True
    problems = list(job.problems)
    if State.place != "NONE" and job.made and not job.cancelled:
        problems += crowd.import_crowd(bpy.context, job.results(), State.place == "ASSETS")[1]
        bpy.ops.ed.undo_push(message="Crowd")
    State.problems = tuple(problems)
    return False


CLASSES = (AVATARCLIP_OT_make_crowd, AVATARCLIP_OT_cancel_crowd, AVATARCLIP_OT_import_crowd)

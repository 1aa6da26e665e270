"""The page in Edit > Preferences: the engine, where avatars go, the user's own models, and whether it all works."""

import bpy

from . import installer, locate, mending, preferences, session, ui
from .contract import environment

_KINDS = [
    ("auto", "Automatic", "CUDA with an NVIDIA card, MPS on Apple silicon, otherwise the processor"),
    ("cpu", "Processor", "The smallest download"),
    ("cuda", "NVIDIA (CUDA)", "The largest download; needs a current driver"),
    ("mps", "Apple (MPS)", "Macs with Apple silicon"),
]


KEYS = [
    ("REDUCED", "As Few as Possible", "Bézier curves within 0.5° and 5 mm of the motion, easy to edit"),
    ("DENSE", "Every Frame", "The motion as it was generated"),
]
_GENDERS = [
    ("auto", "Automatic", "Neutral where there is one"),
    ("neutral", "Neutral", ""),
    ("male", "Male", ""),
    ("female", "Female", ""),
]


class AVATARCLIP_AP_preferences(bpy.types.AddonPreferences):
    """Shown in Edit > Preferences > Add-ons > AvatarCLIP."""

    bl_idname = __package__

    engine_folder: bpy.props.StringProperty(
        name="Engine Folder",
        subtype="DIR_PATH",
        default=str(locate.default_engine_folder()),
        description="Where Install Engine puts the engine's own Python environment; removing the add-on leaves it",
    )
    engine_kind: bpy.props.EnumProperty(
        name="Computes On",
        items=_KINDS,
        default="auto",
        description="Which build of PyTorch is installed",
    )
    base_python: bpy.props.StringProperty(
        name="Base Python",
        subtype="FILE_PATH",
        description="Python 3.11 to 3.14 that the environment is made with; empty takes Blender's own",
    )
    engine_python: bpy.props.StringProperty(
        name="Engine Python",
        subtype="FILE_PATH",
        description="Python of an environment that has the engine's packages already; empty takes the installed engine",
    )
    output_folder: bpy.props.StringProperty(
        name="Avatars Folder",
        subtype="DIR_PATH",
        default=str(locate.default_output_folder()),
        description="Each avatar gets a folder of its own in here; removing the add-on leaves it alone",
    )
    body_model: bpy.props.StringProperty(
        name="SMPL Body",
        subtype="FILE_PATH",
        description="Your own licensed SMPL file or folder; empty takes the open body that is bundled",
    )
    body_gender: bpy.props.EnumProperty(
        name="Gender",
        items=_GENDERS,
        default="auto",
        description="Which of the body files is taken",
    )
    clip_model: bpy.props.StringProperty(
        name="CLIP Model",
        subtype="DIR_PATH",
        description="Folder, OpenAI's own file, or a name on the Hugging Face hub; empty takes the bundled model",
    )
    clip_download: bpy.props.BoolProperty(
        name="Allow Download",
        default=False,
        description="Let the engine download the CLIP model named above, once, when it is first needed",
    )
    read_prompts: bpy.props.BoolProperty(
        name="Read While Typing",
        default=True,
        description="Show under each prompt what the engine understands of it and which words have no effect",
    )
    engine_home: bpy.props.EnumProperty(
        name="Engine",
        default="HERE",
        items=[
            ("HERE", "This Computer", ""),
            ("CLUSTER", "Cluster", "A Ray cluster of yours; crowds there go on when Blender is closed"),
        ],
        description="Where avatars and crowds are made",
    )
    cluster_address: bpy.props.StringProperty(
        name="Address",
        default="auto",
        description="Of the Ray cluster: ray://HOST:10001, HOST:6379, or auto if this computer belongs to it",
    )
    cluster_share: bpy.props.StringProperty(
        name="Shared Place",
        description="Folder or fsspec address that all its machines reach; empty takes the Avatars Folder, if they do",
    )
    minutes_ready: bpy.props.IntProperty(
        name="Keep Engine Ready",
        default=10,
        min=0,
        soft_max=120,
        description="Minutes for which the engine stays loaded after a job, so that the next begins at once; 0 is off. "
        "It holds about a gigabyte of memory meanwhile",
    )
    rotation_mode: bpy.props.EnumProperty(
        name="Rotations",
        default="QUATERNION",
        items=[
            ("QUATERNION", "Quaternion", "Never locks, and blends well"),
            ("EULER", "Euler XYZ", "Three curves a bone, readable in degrees"),
        ],
        description="How the bones of new avatars are keyed",
    )
    keys: bpy.props.EnumProperty(
        name="Keys",
        default="REDUCED",
        items=KEYS,
        description="How many keys a motion gets",
    )
    root_motion: bpy.props.EnumProperty(
        name="Travel",
        default="TRAVEL",
        items=[
            ("TRAVEL", "Root Motion", "The pelvis moves through the scene"),
            ("IN_PLACE", "In Place", "The figure stays where it is; for games that move it themselves"),
        ],
        description="Whether an avatar that walks gets anywhere",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the engine, the folders, the models, and what the check found."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        draw_engine(layout, self, context)
        layout.separator()
        layout.prop(self, "output_folder")
        layout.prop(self, "minutes_ready")
        layout.prop(self, "engine_home")
        if self.engine_home == "CLUSTER":
            layout.prop(self, "cluster_address")
            layout.prop(self, "cluster_share")
        layout.column(heading="Prompts").prop(self, "read_prompts")
        column = layout.column(heading="Motion")
        for name in ("rotation_mode", "keys", "root_motion"):
            column.prop(self, name)
        header, body = layout.panel("avatarclip_models", default_closed=True)
        header.label(text="Your Own Models")
        if body is not None:
            draw_models(body, self)
        draw_check(layout, context)


def draw_engine(layout: bpy.types.UILayout, stored: AVATARCLIP_AP_preferences, context: bpy.types.Context) -> None:
    """Draw how the engine stands and the button that fits."""
    folder = preferences.engine_folder(context)
    change = session.installation()
    if change is not None and change.running:
        column = layout.column(align=True)
        factor = max(change.step - 0.5, 0.0) / max(change.steps, 1)
        column.progress(
            factor=factor, text=f"{change.text}  {change.step} / {change.steps}" if change.steps else change.text
        )
        ui.wrapped(column, change.detail[:110], context.region.width)
        layout.operator("avatarclip.cancel_install", icon="CANCEL")
        return
    state = preferences.engine_state(context)
    labels = {
        "absent": "Install Engine",
        "unfinished": "Go On Installing",
        "outdated": "Update Engine",
        "broken": "Install Again",
        "ready": "Install Again",
    }
    if change is not None and change.message:
        ui.wrapped(layout, f"{change.message}. {change.hint}".replace("..", "."), context.region.width, "ERROR")
    draw_network(layout, context)
    row = layout.row()
    if state == "ready":
        row.label(text="The engine is installed", icon="CHECKMARK")
    else:
        row.operator("avatarclip.install_engine", text=labels[state], icon="IMPORT")
    if state != "absent":
        row.operator("avatarclip.remove_engine", text="", icon="TRASH")
        log = folder / environment.LOG
        if log.is_file():
            row.operator("wm.path_open", text="", icon="TEXT").filepath = str(log)
    if state == "outdated":
        ui.wrapped(
            layout, "This add-on was tested with other packages than those installed", context.region.width, "INFO"
        )
    problem = installer.path_problem(folder)
    if problem:
        ui.wrapped(layout, problem, context.region.width, "ERROR")
    header, body = layout.panel("avatarclip_engine", default_closed=True)
    header.label(text="Engine Options")
    if body is not None:
        body.use_property_split = True
        for name in ("engine_folder", "engine_kind", "base_python"):
            body.prop(stored, name)
        body.separator()
        body.prop(stored, "engine_python")
        ui.wrapped(body, "A Python named here is used instead of the installed engine", context.region.width)


def draw_network(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw why Blender may not use the network and the way to allow it, where the engine is still to be installed."""
    if bpy.app.online_access or preferences.engine_problem(context) is None:
        return
    if bpy.app.online_access_override:
        ui.wrapped(
            layout,
            "Blender was started with --offline-mode; start it without to install the engine",
            context.region.width,
            "INTERNET_OFFLINE",
        )
        return
    ui.wrapped(
        layout,
        "Installing the engine downloads it once, and Blender may not use the network yet",
        context.region.width,
        "INTERNET_OFFLINE",
    )
    layout.operator("avatarclip.allow_online", icon="INTERNET")


def draw_models(layout: bpy.types.UILayout, stored: AVATARCLIP_AP_preferences) -> None:
    """Draw where the user's own models are."""
    layout.use_property_split = True
    layout.prop(stored, "body_model")
    if stored.body_model:
        layout.prop(stored, "body_gender")
    layout.prop(stored, "clip_model")
    if stored.clip_model:
        layout.prop(stored, "clip_download")
    if stored.clip_model != preferences.OPENAI_CLIP:
        layout.operator("avatarclip.use_clip", icon="IMPORT")


def draw_check(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw Check Set-up, and each finding with the button that mends it."""
    check, width = session.setup_check(), context.region.width
    row = layout.row()
    row.enabled = check is None or check.done
    row.operator("avatarclip.check_setup", text="Check Set-up" if row.enabled else "Checking…", icon="VIEWZOOM")
    if check is None or not check.done:
        return
    ui.wrapped(layout, check.summary, width, "CHECKMARK" if check.passed else "ERROR")
    for finding in check.findings:
        split = layout.row()
        ui.wrapped(split.column(), finding.text, width * 0.75, "DOT")
        mending.draw_button(split, finding.mend)
    if check.facts:
        column = layout.column(align=True)
        column.scale_y = 0.8
        for line in check.facts:
            column.label(text=line, icon="BLANK1")


CLASSES = (AVATARCLIP_AP_preferences,)

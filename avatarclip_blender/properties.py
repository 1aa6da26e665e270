"""What the user types into the panel, stored with the scene."""

from collections.abc import Callable
from typing import Any

import bpy

from . import flow, preferences, settings_table
from .contract import protocol

DESCRIPTIONS = {
    "draft": "Minutes on a processor; to try prompts out",
    "standard": "The usual quality; wants a graphics card",
    "high": "The finest detail; takes the longest",
}
_SEED = "The same prompt and seed give the same result; Vary picks another"


def _advanced_annotations() -> dict[str, Any]:
    """A Blender property for each main setting of the engine, with the engine's own explanation as its tooltip."""
    kinds: dict[type, Callable[..., Any]] = {
        int: bpy.props.IntProperty,
        float: bpy.props.FloatProperty,
        bool: bpy.props.BoolProperty,
        str: bpy.props.StringProperty,
    }
    values = settings_table.preset_values(protocol.PRESETS[0])
    found = {}
    for setting in settings_table.main_settings():
        limits: dict[str, Any] = {"min": setting.low, "max": setting.high}
        limits = {name: setting.kind(value) for name, value in limits.items() if value is not None}
        if setting.kind is float:
            limits["precision"] = 4 if 0 < values[setting.key] < 0.01 else 2
        make = bpy.props.EnumProperty if setting.choices else kinds[setting.kind]
        if setting.choices:
            limits["items"] = [(choice, choice.replace("_", " "), "") for choice in setting.choices]
        found[setting.attribute] = make(
            name=setting.label, description=setting.doc, default=values[setting.key], **limits
        )
    return found


AVATARCLIP_PG_advanced = type(
    "AVATARCLIP_PG_advanced",
    (bpy.types.PropertyGroup,),
    {"__annotations__": _advanced_annotations(), "__doc__": "The engine's main settings."},
)


class AVATARCLIP_PG_settings(bpy.types.PropertyGroup):
    """Prompts and settings of the next avatar, and the folder of the last one.

    Without methods and update functions: the bpy module of 4.2 crashes at exit over a property group that has any.
    """

    shape: bpy.props.StringProperty(
        name="Body",
        default=protocol.DEFAULT_PROMPTS["shape"],
        description="What the body is like: height, build, age, for example “a tall strong man”; "
        "empty leaves it to the appearance",
    )
    appearance: bpy.props.StringProperty(
        name="Appearance",
        default=protocol.DEFAULT_PROMPTS["appearance"],
        description="Who it is or what it wears, for example “a firefighter”",
    )
    motion: bpy.props.StringProperty(
        name="Motion",
        default=protocol.DEFAULT_PROMPTS["motion"],
        description="What it does, for example “waving”",
    )
    shape_seed: bpy.props.IntProperty(name="Seed", default=0, min=0, max=2**31 - 1, description=_SEED)
    appearance_seed: bpy.props.IntProperty(name="Seed", default=0, min=0, max=2**31 - 1, description=_SEED)
    motion_seed: bpy.props.IntProperty(name="Seed", default=0, min=0, max=2**31 - 1, description=_SEED)
    preset: bpy.props.EnumProperty(
        name="Quality",
        default=protocol.PRESETS[0],
        items=[(name, name.title(), DESCRIPTIONS.get(name, "")) for name in protocol.PRESETS],
        description="How much time to spend; sets the advanced settings",
    )
    advanced: bpy.props.PointerProperty(type=AVATARCLIP_PG_advanced)
    advanced_of: bpy.props.StringProperty(
        default=protocol.PRESETS[0],
        options={"HIDDEN"},
        description="Quality that the advanced settings were set from; under another one they do not count",
    )
    conf: bpy.props.StringProperty(
        name="Conf File",
        subtype="FILE_PATH",
        description="File of further settings (HOCON), read over the quality; the panel's settings win over it",
    )
    device: bpy.props.EnumProperty(
        name="Device",
        default="auto",
        items=[
            ("auto", "Automatic", "The graphics card where there is a usable one"),
            ("cpu", "Processor", "Slower, but needs no graphics memory"),
            ("cuda", "Graphics Card", "Fails if there is no usable one"),
        ],
        description="Where the engine computes",
    )
    show_live: bpy.props.BoolProperty(
        name="Show in Viewport",
        default=False,
        description="Show the growing surface in the 3D view while it is sculpted; it goes when the job ends",
    )
    keep_running: bpy.props.BoolProperty(
        name="Keep Running",
        default=False,
        description="Let the engine finish when Blender is closed; otherwise it stops, and Resume goes on from there",
    )
    picked: bpy.props.StringProperty(
        name="Picked Poses",
        options={"HIDDEN"},
        description="Numbers of the candidate poses that the motion shall go through, in this order",
    )
    job_folder: bpy.props.StringProperty(
        name="Job Folder",
        subtype="DIR_PATH",
        options={"HIDDEN"},
        description="Folder of the last avatar that was generated from this scene",
    )


def prompts(settings: AVATARCLIP_PG_settings) -> dict[str, str]:
    """Return the three texts by part."""
    return {name: getattr(settings, name).strip() for name in flow.PARTS}


def seeds(settings: AVATARCLIP_PG_settings) -> dict[str, int]:
    """Return the three seeds by part."""
    return {name: getattr(settings, f"{name}_seed") for name in flow.PARTS}


def values(settings: AVATARCLIP_PG_settings) -> dict[str, Any]:
    """Return the main settings by dotted key: the advanced ones if they belong to the quality, else the quality's."""
    if settings.advanced_of != settings.preset:
        return settings_table.preset_values(settings.preset)
    found = {}
    for setting in settings_table.main_settings():
        value = getattr(settings.advanced, setting.attribute)
        found[setting.key] = float(f"{value:.6g}") if setting.kind is float else value  # Blender's floats are short
    return found


def set_quality(settings: AVATARCLIP_PG_settings, preset: str) -> None:
    """Choose a quality and bring the advanced settings to its values."""
    settings.preset = settings.advanced_of = preset
    values = settings_table.preset_values(preset)
    for setting in settings_table.main_settings():
        setattr(settings.advanced, setting.attribute, values[setting.key])


def wishes(context: bpy.types.Context) -> flow.Wishes:
    """Return all that the panel and the preferences say about the next avatar."""
    settings = of(context.scene)
    conf = bpy.path.abspath(settings.conf) if settings.conf.strip() else None
    shared = preferences.shared_overrides(context)
    return flow.Wishes(prompts(settings), seeds(settings), settings.preset, values(settings), shared, conf)


def problem(settings: AVATARCLIP_PG_settings, parts: tuple[str, ...] = flow.PARTS) -> str:
    """Return one sentence on what keeps these settings from being used, or an empty text."""
    try:
        for name, text in prompts(settings).items():
            if name in parts:
                protocol.check_prompt(name, text)
    except protocol.ProtocolError as error:
        return str(error).rstrip(".")
    return ""


def of(scene: bpy.types.Scene) -> AVATARCLIP_PG_settings:
    """Return the settings of a scene."""
    return scene.avatarclip


CLASSES = (AVATARCLIP_PG_advanced, AVATARCLIP_PG_settings)


def register() -> None:
    """Attach the settings to every scene."""
    bpy.types.Scene.avatarclip = bpy.props.PointerProperty(type=AVATARCLIP_PG_settings, name="AvatarCLIP")


def unregister() -> None:
    """Detach them; what is stored in files stays there."""
    del bpy.types.Scene.avatarclip

"""What the user types into the panel, stored with the scene."""

import bpy

from .contract import protocol

_DESCRIPTIONS = {
    "draft": "Minutes on a processor; to try prompts out",
    "standard": "The usual quality; wants a graphics card",
    "high": "The finest detail; takes the longest",
}


class AVATARCLIP_PG_settings(bpy.types.PropertyGroup):
    """Prompts and settings of the next avatar, and the folder of the last one.

    Without methods: the bpy module of 4.2 crashes at exit over a property group that has any.
    """

    shape: bpy.props.StringProperty(
        name="Body", default=protocol.DEFAULT_PROMPTS["shape"],
        description="What the body is like: height, build, age, for example “a tall strong man”",
    )  # fmt: skip
    appearance: bpy.props.StringProperty(
        name="Appearance", default=protocol.DEFAULT_PROMPTS["appearance"],
        description="Who it is or what it wears, for example “a firefighter”",
    )  # fmt: skip
    motion: bpy.props.StringProperty(
        name="Motion", default=protocol.DEFAULT_PROMPTS["motion"],
        description="What it does, for example “waving”",
    )  # fmt: skip
    preset: bpy.props.EnumProperty(
        name="Quality", default=protocol.PRESETS[0],
        items=[(name, name.title(), _DESCRIPTIONS.get(name, "")) for name in protocol.PRESETS],
        description="How much time to spend",
    )  # fmt: skip
    seed: bpy.props.IntProperty(
        name="Seed", default=0, min=0, max=2**31 - 1,
        description="The same prompts and seed give the same avatar; another seed, another avatar",
    )  # fmt: skip
    job_folder: bpy.props.StringProperty(
        name="Job Folder", subtype="DIR_PATH", options={"HIDDEN"},
        description="Folder of the last avatar that was generated from this scene",
    )  # fmt: skip


def prompts(settings: AVATARCLIP_PG_settings) -> dict[str, str]:
    """Return the three texts by stage."""
    return {name: getattr(settings, name).strip() for name in protocol.DEFAULT_PROMPTS}


def problem(settings: AVATARCLIP_PG_settings) -> str:
    """Return one sentence on what keeps these settings from being used, or an empty text."""
    try:
        for name, text in prompts(settings).items():
            protocol.check_prompt(name, text)
    except protocol.ProtocolError as error:
        return str(error).rstrip(".")
    return ""


def of(scene: bpy.types.Scene) -> AVATARCLIP_PG_settings:
    """Return the settings of a scene."""
    return scene.avatarclip


CLASSES = (AVATARCLIP_PG_settings,)


def register() -> None:
    """Attach the settings to every scene."""
    bpy.types.Scene.avatarclip = bpy.props.PointerProperty(type=AVATARCLIP_PG_settings, name="AvatarCLIP")


def unregister() -> None:
    """Detach them; what is stored in files stays there."""
    del bpy.types.Scene.avatarclip

"""What the preferences say: the engine, where avatars go, and the user's own models."""

from pathlib import Path
from typing import Any

import bpy

from . import disk, installer, locate
from .contract import ENGINE_ROOT, environment
from .crowd_job import Home
from .importer import CurveOptions

OPENAI_CLIP = "openai/clip-vit-base-patch32"
"""Name of OpenAI's CLIP ViT-B/32 on the Hugging Face hub: 151 million float32 parameters."""


def _stored(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    addon = context.preferences.addons.get(__package__)
    return addon.preferences if addon else None


def _path(context: bpy.types.Context, name: str) -> str:
    stored = _stored(context)
    text: str = getattr(stored, name).strip() if stored else ""
    return bpy.path.abspath(text) if text.startswith("//") else text


def engine_folder(context: bpy.types.Context) -> Path:
    """Return the folder of the environment that the add-on installs."""
    text = _path(context, "engine_folder")
    return Path(text).expanduser() if text else locate.default_engine_folder()


def engine_state(context: bpy.types.Context) -> str:
    """Return how the environment stands that the add-on installs: ``absent``, ``ready`` and so on. For drawing."""
    return str(_engine_state(engine_folder(context)))


_engine_state = disk.remembered(environment.state)


def engine_problem(context: bpy.types.Context) -> locate.SetupError | None:
    """Return why there is no engine's Python; None if there is one. For drawing."""
    found: locate.SetupError | None = _engine_problem(_path(context, "engine_python"), engine_folder(context))
    return found


@disk.remembered
def _engine_problem(python: str, folder: Path) -> locate.SetupError | None:
    try:
        locate.engine_command(python, ENGINE_ROOT, folder)
    except locate.SetupError as error:
        return error
    return None


def engine_kind(context: bpy.types.Context) -> str:
    """Return for which device the engine is to be installed: ``cpu``, ``cuda`` or ``mps``."""
    stored = _stored(context)
    chosen = stored.engine_kind if stored else "auto"
    return environment.detect() if chosen == "auto" else chosen


def base_python(context: bpy.types.Context) -> list[str]:
    """Return the command of the Python that the environment is made with."""
    return installer.base_python(_path(context, "base_python"))


def engine_command(context: bpy.types.Context) -> list[str]:
    """Return the command of the engine's Python.

    Raises:
        SetupError: if there is none.
    """
    return locate.engine_command(_path(context, "engine_python"), ENGINE_ROOT, engine_folder(context))


def output_folder(context: bpy.types.Context) -> Path:
    """Return the folder that new avatars go to."""
    text = _path(context, "output_folder")
    return Path(text).expanduser() if text else locate.default_output_folder()


def set_output_folder(context: bpy.types.Context, folder: str) -> None:
    """Let new avatars go to another folder."""
    stored = _stored(context)
    if stored is not None:
        stored.output_folder = folder


def shared_overrides(context: bpy.types.Context) -> dict[str, Any]:
    """Return the settings that name the user's own models."""
    named = {"body.model": _path(context, "body_model"), "clip.model": _path(context, "clip_model")}
    overrides: dict[str, Any] = {key: text for key, text in named.items() if text}
    stored = _stored(context)
    if stored is not None and stored.body_model and stored.body_gender != "auto":
        overrides["body.gender"] = stored.body_gender
    if stored is not None and stored.clip_model and stored.clip_download:
        overrides["clip.download"] = True
    return overrides


def use_clip(context: bpy.types.Context) -> None:
    """Name OpenAI's CLIP, with the user's consent to its download."""
    stored = _stored(context)
    if stored is not None:
        stored.clip_model, stored.clip_download = OPENAI_CLIP, True


def reads_prompts(context: bpy.types.Context) -> bool:
    """Tell whether prompts are read while they are typed."""
    stored = _stored(context)
    return stored is None or bool(stored.read_prompts)


def minutes_ready(context: bpy.types.Context) -> int:
    """Return for how many minutes an engine is kept ready; 0 for not at all."""
    stored = _stored(context)
    return int(stored.minutes_ready) if stored else 0


def engine_home(context: bpy.types.Context) -> Home:
    """Return where avatars are made."""
    stored = _stored(context)
    if stored is None or stored.engine_home == "HERE":
        return Home()
    return Home(stored.cluster_address.strip() or "auto", stored.cluster_share.strip())


def timings_file() -> Path:
    """Return the file that remembers how long avatars took on this machine."""
    try:
        return Path(bpy.utils.extension_path_user(__package__, create=True)) / "timings.json"
    except ValueError:  # not installed as an extension: the source tree, in a test
        return Path(bpy.utils.user_resource("CONFIG")) / "avatarclip-timings.json"


def curve_options(context: bpy.types.Context) -> CurveOptions:
    """Return how the user wants motions to become curves."""
    stored = _stored(context)
    if stored is None:
        return CurveOptions(reduced=True)
    return CurveOptions(stored.rotation_mode == "EULER", stored.keys == "REDUCED", stored.root_motion == "IN_PLACE")

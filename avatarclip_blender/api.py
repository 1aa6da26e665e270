"""Everything the panel does, for scripts (``blender --background --python script.py``).

    from bl_ext.user_default.avatarclip_blender import api

    folder = api.generate(shape="a tall strong man", appearance="a knight", motion="marching", preset="draft")
    avatar = api.import_avatar(folder)
    api.export_fbx(avatar.rig, "//knight.fbx")

Functions wait until they are done and raise `AvatarError` with one sentence if they cannot be. They take plain
arguments and leave the panel's settings alone. Paths may begin with ``//``, the open file's folder.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from . import (
    avatar,
    controls,
    export,
    flow,
    importer,
    installer,
    layers,
    locate,
    preferences,
    removal,
    session,
    settings_table,
    twist,
    wear,
)
from . import export_glb as glb
from . import setup_check as checks
from .contract import ENGINE_ROOT, protocol
from .importer import ImportedAvatar
from .job import Job
from .operators.common import request_of
from .progress import FINISHED, Progress

PARTS = flow.PARTS
"""``shape``, ``appearance``, ``motion``."""
PRESETS = protocol.PRESETS
_INTERVAL = 0.05


class AvatarError(RuntimeError):
    """What could not be done: the message is one sentence, ``hint`` the next step, ``code`` for programs."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message, self.hint, self.code = message, hint, code


def generate(
    *,
    shape: str = protocol.DEFAULT_PROMPTS["shape"],
    appearance: str = protocol.DEFAULT_PROMPTS["appearance"],
    motion: str = protocol.DEFAULT_PROMPTS["motion"],
    parts: Sequence[str] = PARTS,
    seed: int = 0,
    seeds: Mapping[str, int] | None = None,
    preset: str = "draft",
    settings: Mapping[str, Any] | None = None,
    conf: str | None = None,
    base: str | Path | None = None,
    output_folder: str | Path | None = None,
    device: str = "auto",
    python: str = "",
    on_progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Make an avatar and wait for it.

    Args:
        shape: what the body is like.
        appearance: who it is or what it wears.
        motion: what it does.
        parts: which of the three to make; the body always is.
        seed: of all parts.
        seeds: of single parts, in place of ``seed``.
        preset: ``draft``, ``standard`` or ``high``.
        settings: the engine's settings by dotted key, over the preset's, such as ``{"motion.frames": 120}``.
        conf: a HOCON file of settings.
        base: folder of an earlier avatar, whose parts that did not change are taken over.
        output_folder: where the avatar's own folder goes; None takes that of the preferences.
        device: ``auto``, ``cpu`` or ``cuda``.
        python: the engine's Python; empty takes that of the preferences.
        on_progress: called whenever the engine says something.

    Returns:
        The avatar's job folder, for `import_avatar` and as another one's ``base``.

    Raises:
        AvatarError: if the request is unusable, the engine is missing, or the engine failed.
    """
    prompts = {"shape": shape, "appearance": appearance, "motion": motion}
    request = protocol.Request(
        prompts=prompts,
        seed=seed,
        seeds=dict(seeds or {}),
        preset=preset,
        stages=flow.stages_of(tuple(parts)),
        overrides={**preferences.shared_overrides(bpy.context), **(settings or {})},
        conf=bpy.path.abspath(conf) if conf else None,
    )
    try:
        request.check()
        command = _python(python)
        place = _path(output_folder) if output_folder else preferences.output_folder(bpy.context)
        folder = session.create(place, request)
        session.take_over(_path(base) if base else None, folder)
    except (protocol.ProtocolError, locate.SetupError, OSError) as error:
        raise AvatarError(str(error)) from None
    return _run(folder, command, device, on_progress)


def resume(
    folder: str | Path, *, device: str = "auto", python: str = "", on_progress: Callable[[Progress], None] | None = None
) -> Path:
    """Go on with an avatar that was left half-way, and wait for it; returns its folder.

    Raises:
        AvatarError: if the folder holds none, the engine is missing, or the engine failed.
    """
    if request_of(_path(folder)) is None:
        raise AvatarError(f"{folder} holds no avatar that can be read.")
    try:
        return _run(_path(folder), _python(python), device, on_progress)
    except locate.SetupError as error:
        raise AvatarError(str(error)) from None


def import_avatar(
    folder: str | Path, *, name: str = "", match_scene_timing: bool = False, few_keys: bool | None = None
) -> ImportedAvatar:
    """Build an avatar in the scene; see `importer.import_avatar`. ``few_keys``: None takes what the preferences say.

    Raises:
        AvatarError: if the folder holds no finished avatar.
    """
    options = preferences.curve_options(bpy.context)
    if few_keys is not None:
        options = dataclasses.replace(options, reduced=few_keys)
    try:
        return importer.import_avatar(
            bpy.context, _path(folder), name=name, match_scene_timing=match_scene_timing, curves=options
        )
    except importer.ResultError as error:
        raise AvatarError(str(error)) from None


def export_fbx(
    rig: bpy.types.Object,
    path: str | Path,
    preset: str = "SMPL",
    motion: str = "",
    detail: str = "GAME",
    all_takes: bool = False,
) -> Path:
    """Write an avatar for a game engine; see `export.export_fbx`. Returns the file's path.

    Raises:
        AvatarError: if it cannot be written.
    """
    return _export(export.export_fbx, path, rig, preset, motion, detail, False, all_takes)


def export_glb(
    rig: bpy.types.Object,
    path: str | Path,
    preset: str = "SMPL",
    motion: str = "TRAVEL",
    detail: str = "GAME",
    all_takes: bool = False,
) -> Path:
    """Write an avatar as it is now as glTF (.glb); see `export_glb.export_glb`. Returns the file's path.

    Raises:
        AvatarError: if it cannot be written.
    """
    return _export(glb.export_glb, path, rig, preset, motion, detail, all_takes)


def export_usd(rig: bpy.types.Object, path: str | Path, motion: str = "TRAVEL", detail: str = "GAME") -> Path:
    """Write an avatar as a USD package (.usdz); see `export.export_usd`. Returns the file's path.

    Raises:
        AvatarError: if it cannot be written.
    """
    return _export(export.export_usd, path, rig, motion, detail)


def add_ik_controls(rig: bpy.types.Object) -> None:
    """Add inverse kinematics for feet and hands, on top of the motion that is there."""
    _tell(controls.add_controls, bpy.context, rig)


def bake_ik_controls(rig: bpy.types.Object) -> None:
    """Key what the controls do into the 24 bones and remove the controls."""
    _tell(controls.bake_controls, bpy.context, rig)


def switch_limb(rig: bpy.types.Object, limb: str, ik: bool) -> None:
    """Let a limb of an avatar with IK controls follow its control, or the keys of its own bones.

    Args:
        rig: the avatar's armature object.
        limb: ``Left Arm``, ``Right Arm``, ``Left Leg`` or ``Right Leg``.
        ik: the control.

    Raises:
        AvatarError: if there are no controls, or no such limb.
    """
    chosen = next((known for known in controls.LIMBS if known.title == limb), None)
    if chosen is None:
        raise AvatarError(f"There is no limb {limb!r}.")
    _tell(controls.switch_limb, bpy.context, rig, chosen, ik)


def add_twist_bones(rig: bpy.types.Object) -> None:
    """Add twist bones to the forearms of an avatar, given its armature."""
    _tell(twist.add_twist, bpy.context, rig, layers.bound_meshes(rig))


def remove_twist_bones(rig: bpy.types.Object) -> None:
    """Remove the twist bones and give their weights back to the 24 bones."""
    _tell(twist.remove_twist, bpy.context, rig, layers.bound_meshes(rig))


def layers_of(rig: bpy.types.Object) -> list[bpy.types.Object]:
    """Return the meshes of an avatar's layers, the body first."""
    return layers.layers_of(rig)


def show_layer(mesh: bpy.types.Object, shown: bool = True) -> None:
    """Show a layer or hide it; what it covers is seen when it is hidden."""
    layers.show_layer(mesh, shown)


def show_game(rig: bpy.types.Object, shown: bool = True) -> None:
    """Show an avatar's game mesh in place of its layers, or the layers again.

    Raises:
        AvatarError: if there is no game mesh.
    """
    _tell(layers.show_game, rig, shown)


def reduce_keys(rig: bpy.types.Object) -> tuple[int, int]:
    """Give an avatar's current take as few keys as keep its movement; returns how many it had and has."""
    return importer.reduce_keys(rig, rig.animation_data.action)


def loop_take(rig: bpy.types.Object, looped: bool = True) -> None:
    """Let an avatar's current take end as it begins and go on for ever, or let it end again."""
    action, render = rig.animation_data.action, bpy.context.scene.render
    if looped and not importer.is_looped(action):
        importer.loop_take(rig, action, render.fps / render.fps_base, preferences.curve_options(bpy.context).reduced)
    elif not looped:
        importer.unloop_take(rig, action)


def delete_avatar(rig: bpy.types.Object) -> None:
    """Delete an avatar with its meshes, materials, textures and takes; what hangs on it stays."""
    removal.delete_avatar(rig)


def tint_layer(mesh: bpy.types.Object, color: Sequence[float]) -> None:
    """Multiply a layer's colour with three linear numbers; 1, 1, 1 gives back its own."""
    layers.tint_layer(mesh, color)


def remove_layer(mesh: bpy.types.Object) -> None:
    """Remove a layer; what it covers is seen again."""
    _tell(layers.remove_layer, bpy.context, mesh)


def wear_layer(mesh: bpy.types.Object, rig: bpy.types.Object) -> bpy.types.Object:
    """Put a copy of a layer on another avatar, given its armature; returns the copy."""
    copy: bpy.types.Object = _tell(wear.wear_layer, mesh, rig)
    return copy


def join_layers(rig: bpy.types.Object) -> bpy.types.Object:
    """Make one mesh of an avatar's layers that are shown, and return it."""
    joined: bpy.types.Object = _tell(layers.join_layers, bpy.context, rig)
    return joined


def mark_as_asset(rig: bpy.types.Object) -> bpy.types.Collection:
    """Make an avatar an asset with a thumbnail; returns its collection."""
    collection: bpy.types.Collection = _tell(avatar.mark_asset, bpy.context, rig)
    return collection


def origin(rig: bpy.types.Object) -> dict[str, Any]:
    """Return what an avatar tells about itself: prompts, seed, preset, settings, versions, licences."""
    return avatar.provenance(rig)


def settings(preset: str = "draft") -> dict[str, tuple[Any, str]]:
    """Return the engine's main settings by dotted key: the value under a preset, and what it means."""
    values = settings_table.preset_values(preset)
    return {setting.key: (values[setting.key], setting.doc) for setting in settings_table.main_settings()}


def check_setup(python: str = "") -> dict[str, Any]:
    """Run the engine's doctor and return its report; ``ok`` says whether avatars can be made.

    Raises:
        AvatarError: if the engine does not answer.
    """
    try:
        check = checks.start(_python(python), session.engine_environment(), ENGINE_ROOT)
    except locate.SetupError as error:
        raise AvatarError(str(error)) from None
    while not check.done:
        time.sleep(_INTERVAL)
    if not check.report:
        raise AvatarError(check.summary)
    return check.report


def install_engine(
    kind: str = "auto", *, folder: str | Path | None = None, on_text: Callable[[str], None] = print
) -> Path:
    """Make the engine's Python environment, or bring it up to date, and wait for it; returns its folder.

    Args:
        kind: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        folder: None takes that of the preferences.
        on_text: called with each step.

    Raises:
        AvatarError: without permission to use the network, or if it cannot be made.
    """
    if not bpy.app.online_access:
        raise AvatarError("Blender may not use the network.", "Start it with --online-mode, or allow it in System.")
    place = _path(folder) if folder else preferences.engine_folder(bpy.context)
    chosen = kind if kind != "auto" else preferences.engine_kind(bpy.context)
    try:
        change = installer.start(place, chosen, preferences.base_python(bpy.context))
    except locate.SetupError as error:
        raise AvatarError(str(error)) from None
    told = 0
    while change.running:
        if change.step > told:
            told = change.step
            on_text(f"{change.step} / {change.steps} {change.text}")
        time.sleep(_INTERVAL)
    if change.message:
        raise AvatarError(change.message, change.hint)
    return place


def _run(folder: Path, command: Sequence[str], device: str, on_progress: Callable[[Progress], None] | None) -> Path:
    job = Job(folder)
    try:
        job.start(command, session.engine_environment(), ENGINE_ROOT, device)
        while job.running:
            if job.poll() and on_progress is not None:
                on_progress(job.progress)
            time.sleep(_INTERVAL)
    except (locate.SetupError, OSError) as error:
        raise AvatarError(str(error)) from None
    finally:
        job.close()
    if job.progress.phase != FINISHED:
        raise AvatarError(job.progress.message, job.progress.hint, job.progress.code or "")
    return folder


def _python(text: str) -> list[str]:
    return locate.parse_command(text) if text else preferences.engine_command(bpy.context)


def _path(path: str | Path) -> Path:
    return Path(bpy.path.abspath(str(path))).expanduser()


def _tell(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except ValueError as error:
        raise AvatarError(str(error)) from None


def _export(write: Callable[..., None], path: str | Path, *arguments: Any) -> Path:
    try:
        write(bpy.context, _path(path), *arguments)
    except export.ExportError as error:
        raise AvatarError(str(error)) from None
    return _path(path)

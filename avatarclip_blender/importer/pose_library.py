"""The chosen candidate poses as a pose library: one pose asset each, with its picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..contract import protocol
from . import takes
from .action import CurveOptions, build_action
from .result import Motion, find_result, load_candidates, load_manifest


def make_pose_library(context: bpy.types.Context, rig: bpy.types.Object, path: Path | str) -> list[bpy.types.Action]:
    """Make pose assets of the candidates of a result, for this avatar's bones; the current take stays.

    Args:
        context: Blender's.
        rig: the avatar's armature object.
        path: a result folder, a job folder, or a file in a result folder.

    Returns:
        The actions, in the candidates' order.

    Raises:
        ResultError: if there are no candidates, or the file is broken.
    """
    folder = find_result(Path(path))
    poses = load_candidates(folder)
    manifest = load_manifest(folder)
    prompts = manifest.get("prompts")
    text = str(prompts.get("motion", "")) if isinstance(prompts, dict) else ""
    options = takes.options_for(rig, CurveOptions())
    animation = rig.animation_data
    current = animation.action if animation else None
    made = []
    for number, pose in enumerate(poses, 1):
        motion = Motion(pose[None], np.zeros((1, 3)), 30.0)
        action = build_action(f"{text or 'Pose'} {number}"[:60], rig, motion, 30.0, 1, options)
        action.use_fake_user = True
        action.asset_mark()
        action.asset_data.description = f"Candidate {number} for “{text}”"[:255]
        action.asset_data.tags.new("avatarclip", skip_if_exists=True)
        _load_picture(
            context,
            action,
            folder.parent / protocol.PREVIEWS_DIR / "motion" / f"candidate-{_shown(manifest, number)}.png",
        )
        made.append(action)
    if current is not None:
        takes.use_take(rig, current)
    else:
        rig.animation_data.action = None
    return made


def _shown(manifest: dict[str, Any], number: int) -> int:
    """The number of the picture of a result's candidate: the user may have picked and reordered them."""
    settings = manifest.get("settings")
    section = settings.get("motion") if isinstance(settings, dict) else None
    chosen = section.get("pick") if isinstance(section, dict) else None
    return int(chosen[number - 1]) if isinstance(chosen, list) and len(chosen) >= number else number


def _load_picture(context: bpy.types.Context, action: bpy.types.Action, picture: Path) -> None:
    """Give an asset its picture, if there is one; without it the asset browser shows an icon."""
    if not picture.is_file():
        return
    with context.temp_override(id=action):
        if bpy.ops.ed.lib_id_load_custom_preview.poll():
            bpy.ops.ed.lib_id_load_custom_preview(filepath=str(picture))

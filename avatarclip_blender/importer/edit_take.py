"""What is done with a take that is there: fewer keys, and a loop without a jump."""

from __future__ import annotations

import bpy
import numpy as np

from .. import compat
from ..contract import protocol, rotations
from .action import ROOT, CurveOptions, write_channels
from .armature import NAMES, names_of, rest_rotations
from .face_keys import TAKE_FACE
from .takes import bake_any, make_own, sampled, use_take

BLEND = 0.4
"""Seconds before a loop's end in which it comes back to its beginning."""
_TRAVELS = 0.15
"""Metres over the floor from which on a take goes on from where it is instead of back to where it began."""
_NAMES = ("location", "rotation_quaternion", "rotation_euler")


def key_count(action: bpy.types.Action) -> int:
    """Return how many keys an action's curves have."""
    return sum(len(curve.keyframe_points) for curve in compat.action_fcurves(action))


def reduce_keys(rig: bpy.types.Object, action: bpy.types.Action) -> tuple[int, int]:
    """Give a take as few keys as keep within the tolerances of `keys`; returns how many it had and has.

    Other curves than those of the avatar's own bones are left alone.
    """
    take, before = _taken_up(rig, action), key_count(action)
    _rewrite(rig, take, *sampled(rig, take), reduced=True)
    return before, key_count(take)


def is_looped(action: bpy.types.Action) -> bool:
    """Tell whether a take goes on after its end."""
    return any(modifier.type == "CYCLES" for curve in compat.action_fcurves(action) for modifier in curve.modifiers)


def loop_take(rig: bpy.types.Object, action: bpy.types.Action, fps: float, reduced: bool) -> None:
    """Let a take end as it begins and then go on for ever; one that travels goes on from where it has got to.

    Args:
        rig: the avatar's armature object.
        action: one of its takes.
        fps: of the scene.
        reduced: whether the new curves get few keys.
    """
    take = _taken_up(rig, action)
    basis, locations = sampled(rig, take)
    pelvis = rest_rotations(rig)[NAMES.index(ROOT)]
    basis, places = closed(basis, locations @ pelvis.T, max(round(BLEND * fps), 1))
    _rewrite(rig, take, basis, places @ pelvis, reduced)
    face = bpy.data.actions.get(str(take.get(TAKE_FACE, "")))
    curves = [*_own_curves(rig, take), *(compat.action_fcurves(face) if face is not None else ())]
    for curve in curves:
        modifier = curve.modifiers.new("CYCLES")
        onward = curve.data_path.endswith(".location")
        modifier.mode_before = modifier.mode_after = "REPEAT_OFFSET" if onward else "REPEAT"


def unloop_take(rig: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a take end where it ends."""
    face = bpy.data.actions.get(str(action.get(TAKE_FACE, "")))
    for curve in [*compat.action_fcurves(action), *(compat.action_fcurves(face) if face is not None else ())]:
        for modifier in [modifier for modifier in curve.modifiers if modifier.type == "CYCLES"]:
            curve.modifiers.remove(modifier)


def closed(basis: np.ndarray, places: np.ndarray, blend: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (T,J,4) and root positions (T,3), z up, that end as they begin.

    What the end differs by is taken off little by little over the last frames; what was travelled stays.
    """
    count = len(basis)
    blend = min(blend, count - 1)
    if blend < 1:
        return basis, places
    share = np.linspace(0.0, 1.0, blend + 1)[1:]
    share = (share * share * (3.0 - 2.0 * share))[:, None]  # (B,1), slow at both ends
    turn = rotations.multiply(basis[:1], rotations.conjugate(basis[-1:]))  # (1,J,4)
    none = np.zeros_like(turn)
    none[..., 0] = 1.0
    basis, places = basis.copy(), places.copy()
    basis[-blend:] = rotations.multiply(rotations.slerp_quaternions(none, turn, share[:, None]), basis[-blend:])
    away = places[0] - places[-1]
    if np.linalg.norm(away[:2]) > _TRAVELS:
        away = away * np.array((0.0, 0.0, 1.0))
    places[-blend:] += share * away
    return basis, places


def _taken_up(rig: bpy.types.Object, action: bpy.types.Action) -> bpy.types.Action:
    """Make a take the current one, with its controls baked; a duplicate's is its own from now on."""
    make_own(rig)
    current = rig.animation_data.action if rig.animation_data else None
    if current != action:
        use_take(rig, action)
    bake_any(rig)
    return rig.animation_data.action


def _own_curves(rig: bpy.types.Object, action: bpy.types.Action) -> list[bpy.types.FCurve]:
    """The curves of an avatar's own bones."""
    return [curve for curve in compat.action_fcurves(action) if curve.data_path.startswith(_starts(rig))]


def _starts(rig: bpy.types.Object) -> tuple[str, ...]:
    return tuple(f'pose.bones["{bone}"].{name}' for bone in names_of(rig) for name in _NAMES)


def _rewrite(
    rig: bpy.types.Object, action: bpy.types.Action, basis: np.ndarray, locations: np.ndarray, reduced: bool
) -> None:
    """Write the curves of the avatar's own bones anew."""
    start = round(action.frame_range[0])
    euler = rig.pose.bones[NAMES[protocol.PARENTS.index(-1)]].rotation_mode != "QUATERNION"
    compat.remove_fcurves(action, _starts(rig))
    write_channels(
        compat.ActionCurves.of(rig, action), rig, basis, locations, start, CurveOptions(euler=euler, reduced=reduced)
    )

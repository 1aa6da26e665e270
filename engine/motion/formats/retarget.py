"""From any skeleton's movement to ours: directions of limbs are kept, the path is scaled by leg length."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.body.model import stand_pose
from engine.errors import EngineError
from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, shortest_turn, slerp, unit
from engine.motion.arrays import Array, array
from engine.motion.formats.fingers import carried_over, find_fingers, wrists_of
from engine.motion.formats.names import NEEDED, find_joints
from engine.motion.formats.take import Take
from engine.motion.skeleton import JOINT, NUM_JOINTS, forward
from engine.protocol import FINGER_NAMES, JOINT_NAMES, PARENTS, SKELETON_NAMES, SKELETON_PARENTS

HINT = (
    "Name its joints as Mixamo, CMU, Daz, VRM or SMPL do, or bring it onto the avatar in Blender with the add-on's "
    "Retarget."
)
SNAP = np.radians(12)
"""A rest pose that is turned about the vertical by less than this counts as facing along an axis. Set by hand."""
UPRIGHT = 0.8
"""Cosine of how far trunk and legs may lean from the vertical in a rest pose in which somebody stands. Set by hand."""
SAME = 1e-4
"""Relative difference of bone lengths up to which a skeleton is this very body's. Set by hand."""

_LIMBS = {
    "hip": "knee",
    "knee": "ankle",
    "collar": "shoulder",
    "shoulder": "elbow",
    "elbow": "wrist",
}
"""Joints whose bone's direction is carried over, and where the bone ends."""


_HAND_OF = [JOINT[f"{name.partition('_')[0]}_wrist"] for name in FINGER_NAMES]
"""On which joint each finger's bones rest."""


class Retargeted(NamedTuple):
    """A movement on our skeleton."""

    poses: Array
    """(T,24,3) axis-angle."""
    root: Array
    """(T,3) pelvis positions, metres; the height is relative to the file's floor."""
    axes: Array
    """(3,3) from the file's axes to these, in which +y is what is up in the rest pose."""
    stands: bool
    """Whether somebody stands in the rest pose; else the axes are the file's own."""
    hands: Array | None
    """(T,2,45) axis-angle of the fingers, if the file and the body have some."""


def retarget(source: Take, name: str, joints: Array) -> Retargeted:
    """Carry a file's movement over to a body.

    Every joint's rotation in the world is taken over relative to the rest pose; where a limb rests in another
    direction than in our T-pose (an A-pose, CMU's spread legs), the shortest turn between the two is added. Where
    nobody stands in the rest pose, the frame in which the figure is most stretched takes its place.

    Args:
        name: of the file, for messages.
        joints: rest joints (24,3) of the body, or (54,3) of one with fingers.
    Raises:
        EngineError: ``bad_request`` if the skeleton isn't a person's by its names or its bones.
    """
    found = find_joints(source.names)
    missing = [joint for joint in NEEDED if joint not in found]
    if missing:
        raise EngineError(
            "bad_request",
            f"{name} can't be brought onto the avatar: of its {len(source.names)} joints none is "
            f"called like {', '.join(joint.replace('_', ' ') for joint in missing[:4])}.",
            HINT,
        )
    if _leg(source.rest, found) < 1e-6:
        raise EngineError("bad_request", f"{name} can't be brought onto the avatar: its legs have no length.", HINT)
    basis = standing(source.rest, found)
    flat, axes = basis is not None, basis
    if basis is None or axes is None:
        source = source.rested(_most_stretched(source, found))
        basis, axes = _body_axes(source.rest, found, joints), np.eye(3, dtype=np.float32)
    rest = source.rest @ basis.T
    world = axes @ source.world @ basis.T
    out = np.zeros((len(world), NUM_JOINTS, 3, 3), np.float32)
    out[:, 0] = world[:, found["pelvis"]]
    _trunk(out, world, source, found)
    for side in ("left", "right"):
        _limbs(out, world, rest, found, side, joints, flat)
    local = out.copy()
    for joint in range(1, NUM_JOINTS):
        local[:, joint] = np.swapaxes(out[:, PARENTS[joint]], -1, -2) @ out[:, joint]
    hands = carried_over(source, find_fingers(source), wrists_of(out, source, found, basis, axes), joints, basis, axes)
    path = _pelvis_path(source, found) @ axes.T
    own = _leg(joints, {key: JOINT[key] for key in NEEDED})
    return Retargeted(
        matrix_to_axis_angle(local), (path * (own / _leg(rest, found))).astype(np.float32), axes, flat, hands
    )


def in_our_order(source: Take) -> Take | None:
    """A file with the skeleton that `write_bvh` writes, its joints in our order; None for any other skeleton."""
    names = SKELETON_NAMES if len(source.names) > NUM_JOINTS else JOINT_NAMES
    if set(source.names) != set(names) or len(source.names) != len(names):
        return None
    order = [source.names.index(name) for name in names]
    parents = tuple(order.index(source.parents[joint]) if source.parents[joint] >= 0 else -1 for joint in order)
    if parents != SKELETON_PARENTS[: len(names)]:
        return None
    return Take(names, parents, source.rest[order], source.world[:, order], source.places[:, order], source.fps)


def taken_over(source: Take, joints: Array) -> tuple[Array, Array, Array | None] | None:
    """The movement of a take with our joints, number by number, if it rests with this very body's bones in the T-pose
    or in the A-pose, as this engine's files do, in any unit.

    Args:
        joints: rest joints (24,3) of the body; fingers behind them don't count.
    Returns:
        Poses (T,24,3), pelvis positions (T,3) in the body's own coordinates, metres, and hands (T,2,45) if the take has
        fingers; None for another body's bones.
    """
    joints = joints[:NUM_JOINTS]
    theirs = source.rest[:NUM_JOINTS] - source.rest[0]
    for pose in (np.zeros((NUM_JOINTS, 3), np.float32), stand_pose()):
        at, turns = forward(axis_angle_to_matrix(pose)[None], joints[:1], joints)
        ours = at[0] - joints[0]
        scale = np.linalg.norm(ours) / max(float(np.linalg.norm(theirs)), 1e-9)
        if np.abs(theirs * scale - ours).max() < SAME * np.abs(ours).max():
            turns = turns[:, [*range(NUM_JOINTS), *_HAND_OF[: len(source.names) - NUM_JOINTS]]]
            local = matrix_to_axis_angle(replace(source, world=source.world @ turns).local())
            hands = local[:, NUM_JOINTS:].reshape(len(local), 2, -1) if len(source.names) > NUM_JOINTS else None
            start = source.rest[0] * scale if np.any(source.rest[0]) else joints[0]  # files may rest on the floor
            return local[:, :NUM_JOINTS], (source.places[:, 0] * scale - start + joints[0]).astype(np.float32), hands
    return None


def standing(places: Array, found: dict[str, int]) -> Array | None:
    """Rotation (3,3) from the file's axes to ours (+x to the left, +y up) by a pose (J,3) in which somebody stands
    along one of the axes, or None if nobody does."""
    hips = (places[found["left_hip"]] + places[found["right_hip"]]) / 2
    ankles = (places[found["left_ankle"]] + places[found["right_ankle"]]) / 2
    trunk, legs = unit(places[found["head"]] - hips), unit(hips - ankles)
    axis = int(np.abs(trunk + legs).argmax())
    sign = np.sign((trunk + legs)[axis])
    if min(trunk[axis] * sign, legs[axis] * sign) < UPRIGHT:
        return None
    up = sign * np.eye(3, dtype=np.float32)[axis]
    left = places[found["left_hip"]] - places[found["right_hip"]]
    left = left - (left @ up) * up
    if np.linalg.norm(left) < 0.05 * np.linalg.norm(places[found["head"]] - ankles):
        return None
    left = unit(left)
    near = np.eye(3)[int(np.abs(left).argmax())] * np.sign(left[int(np.abs(left).argmax())])
    left = near if left @ near > np.cos(SNAP) else left
    return array([left, up, np.cross(left, up)])


def _most_stretched(source: Take, found: dict[str, int]) -> int:
    """The frame in which trunk and legs, whatever way up, are most in line."""
    at = {name: source.places[:, found[name]] for name in NEEDED}
    hips = (at["left_hip"] + at["right_hip"]) / 2
    trunk = unit(at["head"] - hips)
    shins = [unit(at[f"{side}_knee"] - at[f"{side}_ankle"]) for side in ("left", "right")]
    thighs = [unit(at[f"{side}_hip"] - at[f"{side}_knee"]) for side in ("left", "right")]
    return int(sum((trunk * bone).sum(-1) for bone in (*shins, *thighs)).argmax())


def _body_axes(places: Array, found: dict[str, int], joints: Array) -> Array:
    """Rotation (3,3) that sets a pose (J,3) upright, so that hips and trunk stand as in our rest pose (24,3)."""

    def axes(at: Array, where: dict[str, int]) -> Array:
        hips = at[[where["left_hip"], where["right_hip"]]]
        up = unit(at[where["neck" if "neck" in found else "head"]] - hips.mean(0))
        left = hips[0] - hips[1]
        left = unit(left - (left @ up) * up)
        return np.stack([left, up, np.cross(left, up)], 1)

    return array(axes(joints, JOINT) @ axes(places, found).T)


def _pelvis_path(source: Take, found: dict[str, int]) -> Array:
    """World positions (T,3) of the pelvis in the file's axes, by where the hip joints are: in some rigs the joint that
    is called pelvis or root stays behind."""
    hips = [found["left_hip"], found["right_hip"]]
    offset = source.rest[found["pelvis"]] - source.rest[hips].mean(0)
    return source.places[:, hips].mean(1) + source.world[:, found["pelvis"]] @ offset


def _leg(places: Array, found: dict[str, int]) -> float:
    """Hip to ankle along the bones, mean of both sides."""
    legs = [places[[found[f"{side}_{part}"] for part in ("hip", "knee", "ankle")]] for side in ("left", "right")]
    return float(np.mean([np.linalg.norm(np.diff(leg, axis=0), axis=-1).sum() for leg in legs]))


def _trunk(out: Array, world: Array, source: Take, found: dict[str, int]) -> None:
    """Fill in spine, neck and head: the file's joints from pelvis to neck, however many, shared out over our three."""
    end = found.get("neck", found["head"])
    chain = [source.parents[end]]
    while chain[0] >= 0 and chain[0] != found["pelvis"]:
        chain.insert(0, source.parents[chain[0]])
    chain = [joint for joint in chain if joint >= 0] or [found["pelvis"]]
    for number, name in enumerate(("spine1", "spine2", "spine3"), 1):
        place = number / 3 * (len(chain) - 1)
        low = min(int(place), max(len(chain) - 2, 0))
        high = min(low + 1, len(chain) - 1)
        out[:, JOINT[name]] = slerp(
            world[:, chain[low]], world[:, chain[high]], np.full(len(world), place - low, np.float32)
        )
    out[:, JOINT["head"]] = world[:, found["head"]]
    half = np.full(len(world), 0.5, np.float32)
    halfway = slerp(out[:, JOINT["spine3"]], out[:, JOINT["head"]], half)
    out[:, JOINT["neck"]] = world[:, found["neck"]] if "neck" in found else halfway


def _limbs(out: Array, world: Array, rest: Array, found: dict[str, int], side: str, joints: Array, flat: bool) -> None:
    """Fill in one side's leg and arm.

    Args:
        flat: whether the feet rest flat, as in any rest pose in which somebody stands; else their bones tell how.
    """

    def turn_of(part: str, following: str) -> Array:
        ours, end = f"{side}_{part}", f"{side}_{following}"
        return shortest_turn(joints[JOINT[end]] - joints[JOINT[ours]], rest[found[end]] - rest[found[ours]])

    chest = out[:, JOINT["spine3"]]
    turn = np.eye(3, dtype=np.float32)
    for part, following in _LIMBS.items():
        ours = f"{side}_{part}"
        if ours not in found:  # a file without collarbones
            out[:, JOINT[ours]] = chest
            continue
        turn = turn_of(part, following)
        out[:, JOINT[ours]] = world[:, found[ours]] @ turn
    foot = np.eye(3, dtype=np.float32) if flat or f"{side}_foot" not in found else turn_of("ankle", "foot")
    # The hand goes on from the forearm, whose turn is still at hand.
    for part, end_turn in (("wrist", turn), ("ankle", foot)):
        out[:, JOINT[f"{side}_{part}"]] = world[:, found[f"{side}_{part}"]] @ end_turn
    out[:, JOINT[f"{side}_hand"]] = out[:, JOINT[f"{side}_wrist"]]
    out[:, JOINT[f"{side}_foot"]] = out[:, JOINT[f"{side}_ankle"]]

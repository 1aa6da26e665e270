"""From any standing skeleton's movement to ours: directions of limbs are kept, the path is scaled by leg length."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.errors import EngineError
from engine.motion.formats.bvh import HINT, Hierarchy
from engine.motion.formats.names import NEEDED, find_joints
from engine.motion.rotations import Array, array, slerp, to_axis_angle, to_matrix, unit
from engine.motion.skeleton import JOINT, NUM_JOINTS
from engine.protocol import PARENTS

_LIMBS = {
    "hip": "knee", "knee": "ankle", "collar": "shoulder", "shoulder": "elbow", "elbow": "wrist",
}  # fmt: skip
"""Joints whose bone's direction is carried over, and where the bone ends."""


def retarget(source: Hierarchy, name: str, joints: Array) -> tuple[Array, Array]:
    """Carry a file's movement over to a body.

    Every joint's rotation in the world is taken over relative to the rest pose; where a limb rests in another
    direction than
    in our T-pose (an A-pose, CMU's spread legs), the shortest turn between the two is added.

    Args:
        name: of the file, for messages.
        joints: rest joints (24,3) of the body.
    Returns:
        Poses (T,24,3) and pelvis positions (T,3), metres; the height is relative to the file's floor.
    Raises:
        EngineError: ``bad_request`` if the skeleton isn't a person's by its names, or doesn't stand.
    """
    found = find_joints(source.names)
    missing = [joint for joint in NEEDED if joint not in found]
    if missing:
        raise EngineError(
            "bad_request", f"{name} can't be brought onto the avatar: of its {len(source.names)} joints none is "
            f"called like {', '.join(joint.replace('_', ' ') for joint in missing[:4])}.", HINT,
        )  # fmt: skip
    rest = _rest_places(source)
    basis = _basis(rest, found, name)
    rest = rest @ basis.T
    world = basis @ _world(source) @ basis.T
    out = np.zeros((len(world), NUM_JOINTS, 3, 3), np.float32)
    out[:, 0] = world[:, found["pelvis"]]
    _trunk(out, world, source, found)
    for side in ("left", "right"):
        _limbs(out, world, rest, found, side, joints)
    local = out.copy()
    for joint in range(1, NUM_JOINTS):
        local[:, joint] = np.swapaxes(out[:, PARENTS[joint]], -1, -2) @ out[:, joint]
    path = _pelvis_path(source, found, basis)
    own = _leg(joints, {key: JOINT[key] for key in NEEDED})
    return to_axis_angle(local), (path * (own / _leg(rest, found))).astype(np.float32)


def _rest_places(source: Hierarchy) -> Array:
    """Joint positions (J,3) of the rest pose."""
    places = np.zeros_like(source.offsets)
    for joint, parent in enumerate(source.parents):
        places[joint] = source.offsets[joint] + (places[parent] if parent >= 0 else 0)
    return places


def _world(source: Hierarchy) -> Array:
    """World rotations (T,J,3,3)."""
    out = source.rotations.copy()
    for joint, parent in enumerate(source.parents):
        if parent >= 0:
            out[:, joint] = out[:, parent] @ source.rotations[:, joint]
    return out


def _pelvis_path(source: Hierarchy, found: dict[str, int], basis: Array) -> Array:
    """World positions (T,3) of the pelvis, which need not be the file's first joint, in our axes."""
    chain = [found["pelvis"]]
    while source.parents[chain[0]] >= 0:
        chain.insert(0, source.parents[chain[0]])
    world, place = _world(source), source.root.copy()
    for before, joint in pairwise(chain):
        place = place + world[:, before] @ source.offsets[joint]
    return array(place @ basis.T)


def _basis(rest: Array, found: dict[str, int], name: str) -> Array:
    """Rotation (3,3) from the file's axes to ours (+x to the left, +y up), snapped to whole axes."""
    ankles = (rest[found["left_ankle"]] + rest[found["right_ankle"]]) / 2
    up, left = rest[found["head"]] - ankles, rest[found["left_hip"]] - rest[found["right_hip"]]
    rows = np.zeros((3, 3), np.float32)
    for row, vector in ((1, up), (0, left)):
        axis = int(np.abs(vector).argmax())
        if abs(vector[axis]) < 0.8 * np.linalg.norm(vector) or np.linalg.norm(vector) < 1e-6:
            raise EngineError(
                "bad_request", f"{name} can't be brought onto the avatar: in its rest pose nobody stands upright.", HINT
            )
        rows[row, axis] = np.sign(vector[axis])
    rows[2] = np.cross(rows[0], rows[1])
    if abs(np.linalg.det(rows)) < 0.5:
        raise EngineError(
            "bad_request", f"{name} can't be brought onto the avatar: in its rest pose nobody stands upright.", HINT
        )
    return rows


def _leg(places: Array, found: dict[str, int]) -> float:
    """Hip to ankle along the bones, mean of both sides."""
    legs = [places[[found[f"{side}_{part}"] for part in ("hip", "knee", "ankle")]] for side in ("left", "right")]
    return float(np.mean([np.linalg.norm(np.diff(leg, axis=0), axis=-1).sum() for leg in legs]))


def _trunk(out: Array, world: Array, source: Hierarchy, found: dict[str, int]) -> None:
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


def _limbs(out: Array, world: Array, rest: Array, found: dict[str, int], side: str, joints: Array) -> None:
    """Fill in one side's leg and arm."""
    chest = out[:, JOINT["spine3"]]
    turn = np.eye(3, dtype=np.float32)
    for part, following in _LIMBS.items():
        ours, end = f"{side}_{part}", f"{side}_{following}"
        if ours not in found:  # a file without collarbones
            out[:, JOINT[ours]] = chest
            continue
        wanted = joints[JOINT[end]] - joints[JOINT[ours]]
        turn = shortest_turn(wanted, rest[found[end]] - rest[found[ours]])
        out[:, JOINT[ours]] = world[:, found[ours]] @ turn
    # The hand goes on from the forearm, whose turn is still at hand; a foot rests flat in any standing pose.
    for part, end_turn in (("wrist", turn), ("ankle", np.eye(3, dtype=np.float32))):
        out[:, JOINT[f"{side}_{part}"]] = world[:, found[f"{side}_{part}"]] @ end_turn
    out[:, JOINT[f"{side}_hand"]] = out[:, JOINT[f"{side}_wrist"]]
    out[:, JOINT[f"{side}_foot"]] = out[:, JOINT[f"{side}_ankle"]]


def shortest_turn(start: Array, end: Array) -> Array:
    """Rotation (3,3) that takes the direction of `start` to that of `end` by the shortest way."""
    first, second = unit(array(start)), unit(array(end))
    axis = np.cross(first, second)
    sine = float(np.linalg.norm(axis))
    angle = np.arctan2(sine, float(first @ second))
    if sine < 1e-6:
        axis, sine = np.cross(first, [0.0, 0.0, 1.0]), 1.0
        angle = np.pi if float(first @ second) < 0 else 0.0
    return to_matrix(array(axis / max(sine, 1e-9) * angle))

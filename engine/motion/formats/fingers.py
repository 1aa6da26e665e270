"""Fingers of a recorded skeleton: found by their names, carried over by the directions of their bones."""

from __future__ import annotations

import re

import numpy as np

from engine.geometry.rotations import matrix_to_axis_angle, shortest_turn
from engine.motion.arrays import Array
from engine.motion.formats.names import split_side, without_prefix
from engine.motion.formats.take import Take
from engine.motion.skeleton import JOINT, NUM_JOINTS
from engine.protocol import FINGER_NAMES, FINGERS

_WORDS = {
    "index": "index",
    "middle": "middle",
    "mid": "middle",
    "ring": "ring",
    "pinky": "pinky",
    "little": "pinky",
    "thumb": "thumb",
}
_NAMED = re.compile(rf"^(?:hand|in|f|j|bip|g)?({'|'.join(_WORDS)})(?:finger)?(?!.*toe)(.*)$")
_NUMBERED = re.compile(r"^(?:hand)?finger(\d)\w*$")
_COUNTED = ("thumb", "index", "middle", "ring", "pinky")
"""The order in which programs number fingers."""


def find_fingers(take: Take) -> dict[str, int]:
    """`protocol.FINGER_NAMES` -> joints of a file, for all fingers of which it has two joints at least.

    Of each finger the first three joints below the hand are taken, without bones of the palm; what stands behind them
    is its end.
    """
    depth = [_depth(take.parents, joint) for joint in range(len(take.names))]
    chains: dict[tuple[str, str], list[int]] = {}
    parts = [split_side(name) for name in without_prefix(take.names)]
    numbered = {match[1] for side, part in parts if side and (match := _NUMBERED.match(part))}
    for joint, (side, part) in enumerate(parts):
        finger = _finger_of(part, "0" in numbered)
        if side is not None and finger is not None:
            chains.setdefault((side, finger), []).append(joint)
    found: dict[str, int] = {}
    for (side, finger), chain in chains.items():
        chain = sorted(chain, key=lambda joint: depth[joint])[:3]
        if len(chain) >= 2:
            found |= {f"{side}_{finger}{number}": joint for number, joint in enumerate(chain, 1)}
    return found


def _depth(parents: tuple[int, ...], joint: int) -> int:
    depth = 0
    while parents[joint] >= 0:
        joint, depth = parents[joint], depth + 1
    return depth


def _finger_of(part: str, from_nought: bool) -> str | None:
    """Which finger a joint's name without its side is of; None for bones of the palm and everything else."""
    numbered = _NUMBERED.match(part)
    if numbered:
        number = int(numbered[1]) - (0 if from_nought else 1)
        return _COUNTED[number] if 0 <= number < len(_COUNTED) else None
    named = _NAMED.match(part)
    if named is None:
        return None
    finger = _WORDS[named[1]]
    return None if finger != "thumb" and "meta" in named[2] else finger


def carried_over(
    take: Take, found: dict[str, int], wrists: dict[str, tuple[Array, Array]], joints: Array, basis: Array, axes: Array
) -> Array | None:
    """(T,2,45) axis-angle of a body's fingers that point where the file's do; None if the file has none.

    Args:
        take: the file's movement.
        found: of `find_fingers`.
        wrists: of each side the rotations in the world (T,3,3) of our wrist and of the file's.
        joints: (54,3) of our body at rest.
        basis: (3,3) from the file's axes at rest to ours.
        axes: (3,3) the same of its movement.
    """
    if not found or len(joints) == NUM_JOINTS:
        return None
    rest = take.rest @ basis.T
    out = np.tile(np.eye(3, dtype=np.float32), (len(take.world), len(FINGER_NAMES), 1, 1))
    for side, (ours, theirs) in wrists.items():
        hand = np.swapaxes(theirs[0], -1, -2) @ ours[0]  # how our hand is turned in theirs
        for finger in FINGERS:
            above, turn = ours, hand
            for number in (1, 2, 3):
                name, following = f"{side}_{finger}{number}", f"{side}_{finger}{number + 1}"
                if name not in found:
                    break
                if following in found:
                    start = hand @ _along(joints, name)
                    turn = shortest_turn(start, rest[found[following]] - rest[found[name]]) @ hand
                world = axes @ take.world[:, found[name]] @ basis.T @ turn
                out[:, FINGER_NAMES.index(name)] = np.swapaxes(above, -1, -2) @ world
                above = world
    return matrix_to_axis_angle(out).reshape(len(out), 2, -1)


def _along(joints: Array, name: str) -> Array:
    """(3,) our finger's bone that begins at a joint."""
    joint = NUM_JOINTS + FINGER_NAMES.index(name)
    return np.asarray(joints[joint + 1] - joints[joint])


def wrists_of(
    poses: Array, take: Take, found: dict[str, int], basis: Array, axes: Array
) -> dict[str, tuple[Array, Array]]:
    """Rotations in the world (T,3,3) of our wrists and the file's, by side; ``poses`` (T,24,3,3) are ours."""
    return {
        side: (poses[:, JOINT[f"{side}_wrist"]], axes @ take.world[:, found[f"{side}_wrist"]] @ basis.T)
        for side in ("left", "right")
    }

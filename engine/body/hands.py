"""Poses of hands by name: ``hands.toml`` as rotations of the finger joints.

Bending is about an axis across the finger in the palm, turning aside about the palm's normal. Both follow from where
the open body's joints rest, so that one table serves the left and the right hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.body.fingers import OF_HAND, SIDES, full_joints
from engine.body.model import load_open_body
from engine.protocol import FINGERS, SKELETON_NAMES
from engine.tables import read_as

Floats = NDArray[np.float32]
TABLE = Path(__file__).with_name("hands.toml")
LONG = ("index", "middle", "ring", "pinky")
"""The fingers in the order in which ``apart`` counts them."""
RELAXED = "relaxed"


def read_hands(path: Path = TABLE) -> dict[str, dict[str, tuple[float, ...]]]:
    """Degrees of the joints by pose and finger, as the file's head tells them.

    Raises:
        ValueError: names the file, the pose, the finger and what is wrong.
    """
    counts = {
        **dict.fromkeys(LONG, tuple[float, float, float]),
        "apart": tuple[float, float, float, float],
        "thumb": tuple[float, float, float, float, float],
    }
    found: dict[str, dict[str, tuple[float, ...]]] = read_as(path, dict[str, TypedDict("Pose", counts)])  # type: ignore
    return found


@cache
def _table() -> dict[str, dict[str, tuple[float, ...]]]:
    return read_hands()


def hand_poses() -> tuple[str, ...]:
    """The names that `hand_pose` knows."""
    return tuple(_table())


@cache
def _rest() -> dict[str, NDArray[np.float64]]:
    """The left hand's joints in the T-pose by their names without the side, and its wrist."""
    body = load_open_body()
    joints = full_joints(body, np.zeros(body.num_betas)).astype(np.float64)
    return {
        name.removeprefix("left_"): joints[index]
        for index, name in enumerate(SKELETON_NAMES)
        if name.startswith("left_")
    }


@cache
def _palm() -> NDArray[np.float64]:
    """(3,) the direction in which the left palm faces in the T-pose: down."""
    rest = _rest()
    across = np.cross(rest["index1"] - rest["wrist"], rest["pinky1"] - rest["wrist"])
    return np.asarray(-across / np.linalg.norm(across) * np.sign(across[1]))


@cache
def hand_pose(name: str, side: str = "left") -> Floats:
    """(45,) axis-angle of a side's finger joints in the order of `protocol.FINGER_NAMES`, relative to the T-pose.

    Raises:
        KeyError: if there is no such pose.
    """
    row = _table()[name]
    turns = []
    for finger in FINGERS:
        if finger == "thumb":
            turns += _thumb(row["thumb"])
        else:
            turns += _finger(finger, row[finger], row["apart"][LONG.index(finger)])
    pose = np.stack([turn.as_rotvec() for turn in turns])
    if side == SIDES[1]:
        pose = pose * [1, -1, -1]  # mirrored in x = 0
    assert pose.shape == (OF_HAND, 3)
    return np.asarray(pose.reshape(-1), np.float32)


def both_hands(left: str = RELAXED, right: str = RELAXED) -> Floats:
    """(2, 45) poses by name of the left and the right hand."""
    return np.stack([hand_pose(left, "left"), hand_pose(right, "right")])


@cache
def _straight() -> NDArray[np.float64]:
    """(2, 15, 3, 3) how much each joint of a hand with straight fingers is turned in the hand, against how it rests."""
    turns = []
    for finger in FINGERS:
        chain = [Rotation.identity()] * 3 if finger == "thumb" else _finger(finger, [0.0, 0.0, 0.0], 0.0)
        turns += [chain[0], chain[0] * chain[1], chain[0] * chain[1] * chain[2]]
    left = np.stack([turn.as_rotvec() for turn in turns])
    return Rotation.from_rotvec(np.concatenate([left, left * [1, -1, -1]])).as_matrix().reshape(2, OF_HAND, 3, 3)


def from_straight(hands: NDArray) -> Floats:
    """Poses (T, 2, 45) relative to straight fingers, as SMPL-X's hands rest, as poses relative to how these rest."""
    straight = _straight()
    above = np.where((np.arange(OF_HAND) % 3 == 0)[:, None, None], np.eye(3), np.roll(straight, 1, axis=1))
    turns = Rotation.from_rotvec(np.asarray(hands, np.float64).reshape(-1, 3)).as_matrix().reshape(-1, 2, OF_HAND, 3, 3)
    local = above.swapaxes(-1, -2) @ turns @ straight
    return Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(np.shape(hands)).astype(np.float32)


def _finger(finger: str, bends: Sequence[float], apart: float) -> list[Rotation]:
    """Of a left finger: what brings its joints from where they rest to so many degrees from straight."""
    rest, palm = _rest(), _palm()
    along = rest[f"{finger}2"] - rest[f"{finger}1"]
    across = np.cross(along, palm)
    across /= np.linalg.norm(across)
    ahead = np.cross(palm, across)  # along the finger in the plane of the palm
    second = rest[f"{finger}3"] - rest[f"{finger}2"]
    slopes = [np.degrees(np.arctan2(bone @ palm, bone @ ahead)) for bone in (along, second)]
    resting = [slopes[0], slopes[1] - slopes[0], 0.5 * (slopes[1] - slopes[0])]
    turns = [Rotation.from_rotvec(across * (bend - at), degrees=True) for bend, at in zip(bends, resting)]
    return [Rotation.from_rotvec(palm * apart, degrees=True) * turns[0], *turns[1:]]


def _thumb(angles: Sequence[float]) -> list[Rotation]:
    """Of the left thumb: its first joint bent, opposed and turned, the others bent, in degrees from how it rests."""
    rest, palm = _rest(), _palm()
    bend, oppose, twist, second, third = angles
    hand = rest["middle1"] - rest["wrist"]
    hand = hand - (hand @ palm) * palm
    hand /= np.linalg.norm(hand)
    bone = rest["thumb2"] - rest["thumb1"]
    last = rest["thumb3"] - rest["thumb2"]
    first = (
        Rotation.from_rotvec(hand * oppose, degrees=True)
        * Rotation.from_rotvec(-palm * bend, degrees=True)
        * Rotation.from_rotvec(bone / np.linalg.norm(bone) * twist, degrees=True)
    )
    hinge = -palm - (-palm @ last) * last / (last @ last)
    hinge /= np.linalg.norm(hinge)
    return [first, *(Rotation.from_rotvec(hinge * angle, degrees=True) for angle in (second, third))]

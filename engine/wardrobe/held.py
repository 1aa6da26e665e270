"""Hands that hold things: where and how a thing lies in a hand, and fingers that close round a grip.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.protocol import JOINT_NAMES

GRIP = np.array([-0.795, 0.402, 0.012])
"""The middle of what the right hand holds."""
PALM = np.array([-0.795, 0.409, 0.012])
"""The middle of what the right palm only touches."""
FORWARD = np.array([0.234, 0.260, 0.937])
"""Where what is gripped points: to the front when the arm hangs, and a little up."""
SHAFT, OUTER = np.array([0.372, 0.260, 0.892]), np.array([0.0, -0.980, 0.200])
"""Along what a long shaft lies in the fist, and what of it is in front when the hand is turned so that it stands."""
TURNED, TWISTED, BENT = -90.0, -45.0, 28.0
"""Degrees by which a hand that lets a shaft stand is turned about the forearm, of these in the forearm itself, and bent
towards the thumb: an outstretched arm's palm faces the front then, as far as a wrist goes."""
FACED = 74.0
"""Degrees by which a forearm is turned that bears a shield."""
UPRIGHT = np.array([0.669, 0.743, 0.0])
"""Up when the arm hangs as in the pose of sculpting."""
ACROSS, UP, FRONT = np.eye(3)
FINGERS, REACH = 0.004, 0.026
"""Metres beyond the hand's joint where the fingers bend, and from the grip's axis to the middle of a finger."""
CLOSER = np.array([0.018, 0.0115, 0.0])
"""Metres by which what fingers close round lies nearer to the palm than `GRIP`, round which hands without finger bones
are bent."""
CLOSED = frozenset({"fist", "grip_small", "grip_large", "pistol", "cup", "pinch"})
"""Poses of the hand in which its fingers close round what it holds."""
HOLDS = {
    "forward": (FORWARD, UPRIGHT, GRIP),
    "upright": (UPRIGHT, FRONT, PALM),
    "standing": (SHAFT, OUTER, GRIP),
    "hanging": (-UPRIGHT, FRONT, GRIP),
    "pointing": (-ACROSS, FRONT, GRIP),
    "palm": (-UP, FRONT, PALM),
}
"""By name: along what a thing in the right hand lies, what of it is up or in front, and its origin (T-pose)."""


def frame(hold: str) -> tuple[NDArray, NDArray]:
    """(3, 3) rows x, y and z of a thing that is drawn along z, and its origin (3,), in the right hand."""
    axis, up, origin = HOLDS[hold]
    axis = axis / np.linalg.norm(axis)
    up = up - axis * (up @ axis)
    up = up / np.linalg.norm(up)
    return np.stack([np.cross(up, axis), up, axis]), origin


def turns(hold: str, side: str) -> NDArray | None:
    """(2, 3) axis-angle by which a hold turns elbow and wrist of the arm of the stand pose; None: as they are.

    ``hold``: of `HOLDS`, or ``shield`` of what is on the forearm: its back is turned to the front.
    """
    if hold == "shield":
        return np.array([[np.radians(FACED), 0, 0], [0, 0, 0]])
    if hold != "standing":
        return None
    elbow = Rotation.from_euler("x", TWISTED, degrees=True)
    whole = Rotation.from_euler("x", TURNED, degrees=True)
    whole = Rotation.from_euler("z", -BENT, degrees=True) * whole
    found = np.stack([elbow.as_rotvec(), (elbow.inv() * whole).as_rotvec()])
    return found if side == "right" else found * [1, -1, -1]


def fist(vertices: NDArray, joints: NDArray, side: str = "right") -> NDArray:
    """Vertices (V, 3) in the T-pose of a body without finger bones, the fingers of one hand bent round a grip.

    Args:
        vertices: of one shape.
        joints: (24, 3) of it.
    """
    sign = np.array([1.0 if side == "right" else -1.0, 1, 1])
    vertices = vertices * sign
    hand, wrist = (joints[JOINT_NAMES.index(f"{side}_{name}")] * sign for name in ("hand", "wrist"))
    start = hand - FINGERS * ACROSS
    size = abs(hand[0] - wrist[0]) / 0.107
    beyond = start[0] - vertices[:, 0]
    finger = beyond > 0
    if not finger.any():
        return vertices * sign
    reach = REACH * size
    middle = np.median(vertices[finger & (beyond < 0.02 * size), 1])
    angle = np.clip(beyond[finger] / reach, 0, 2.9)
    radius = np.maximum(reach + vertices[finger, 1] - middle + 0.12 * beyond[finger], 0.3 * reach)
    bent = vertices.copy()
    bent[finger, 0] = start[0] - radius * np.sin(angle)
    bent[finger, 1] = middle - reach + radius * np.cos(angle)
    return bent * sign

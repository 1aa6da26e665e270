"""What hands hold: forms on the standard figure in its T-pose, and fingers that close round a grip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.protocol import JOINT_NAMES
from engine.wardrobe.forms import ACCENT, Form, capped, ellipsoid, joined, lathe, outward, tube

RIGHT, LEFT = (JOINT_NAMES.index("right_hand"),), (JOINT_NAMES.index("left_elbow"), JOINT_NAMES.index("left_wrist"))
GRIP = np.array([-0.795, 0.402, 0.012])
"""The middle of what the right hand holds."""
PALM = np.array([-0.795, 0.409, 0.012])
"""The same for what it only touches."""
FORWARD = np.array([0.234, 0.260, 0.937])
"""Where what is gripped points: to the front when the arm hangs, and a little up."""
UPRIGHT = np.array([0.669, 0.743, 0.0])
"""Up when the arm hangs as in the pose of sculpting."""
FINGERS, REACH = 0.004, 0.026
"""Metres beyond the hand's joint where the fingers bend, and from the grip's axis to the middle of a finger."""
GRIPS = {"sword": "grip_small", "axe": "grip_small", "hammer": "grip_small", "wand": "grip_small"}
"""What hands close round, and the pose of `engine.body.hands` that holds it."""


def _along(form: Form, axis: NDArray, origin: NDArray = GRIP) -> Form:
    """A form made along z, with its edge along y, brought to an axis through the hand."""
    axis = axis / np.linalg.norm(axis)
    across = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.5 else np.array([0, 0, 1.0])
    frame = np.stack([across, np.cross(axis, across), axis])
    return form.moved(form.vertices @ frame + origin)


def _rod(low: float, high: float, radius: float, tip: float | None = None) -> Form:
    t = np.linspace(low, high, 24)
    path = np.stack([0 * t, 0 * t, t], 1)
    return tube(path, np.linspace(radius, radius if tip is None else tip, 24), 16)


def _in_accent(form: Form) -> Form:
    return form.painted(np.ones(len(form.vertices), bool), ACCENT)


def _blade(low: float, high: float, wide: float, thick: float) -> Form:
    """Pointed, with an edge on both sides and a ridge."""
    t = np.linspace(0, 1, 26)
    narrow = np.clip((1 - t) / 0.14, 0.02, 1) ** 0.7
    form = lathe(-t, thick * narrow, wide * narrow, 0 * t, columns=24)
    x, y, z = form.vertices.T
    ridge = 1 - 0.16 * (np.abs(z) > 0.45 * wide)
    return form.moved(np.stack([x, z, low + (high - low) * -y], 1)).toned(ridge)


def _sword() -> Form:
    handle = _in_accent(joined(_rod(-0.075, 0.085, 0.0135), ellipsoid((0, 0, -0.09), (0.021, 0.021, 0.021))))
    guard = _in_accent(ellipsoid((0, 0, 0.09), (0.014, 0.095, 0.014), 0.6, columns=24))
    return _along(joined(_blade(0.09, 0.84, 0.030, 0.0095), guard, handle), FORWARD)


def _axe() -> Form:
    t, u = np.linspace(0, 1, 22), np.linspace(0, 2 * np.pi, 24, endpoint=False)
    half = 0.045 + 0.075 * t**1.6  # the edge is wider than the neck
    thick = 0.018 * (1 - t) + 0.007
    rings = np.stack([
        np.outer(thick, np.sign(np.cos(u)) * np.abs(np.cos(u)) ** 0.6),
        np.broadcast_to((-0.03 + 0.17 * t)[:, None], (22, 24)) + np.outer(0.03 * t, 1 - np.sin(u) ** 2),
        0.46 + np.outer(half, np.sign(np.sin(u)) * np.abs(np.sin(u)) ** 0.6),
    ], -1)  # fmt: skip
    head = outward(capped(rings, rings[0].mean(0), rings[-1].mean(0)))
    return _along(joined(head, _in_accent(_rod(-0.14, 0.54, 0.014))), FORWARD)


def _hammer() -> Form:
    head = ellipsoid((0, 0, 0.47), (0.055, 0.105, 0.06), 0.45, columns=36)
    return _along(joined(head, _in_accent(_rod(-0.14, 0.50, 0.014))), FORWARD)


def _wand() -> Form:
    return _along(joined(_rod(-0.06, 0.32, 0.013, 0.008), _in_accent(_rod(-0.07, 0.05, 0.0145))), FORWARD)


def _staff() -> Form:
    knob = _in_accent(ellipsoid((0, 0, 0.80), (0.040, 0.040, 0.045), columns=28))
    return _along(joined(_rod(-0.86, 0.83, 0.016, 0.019), knob), UPRIGHT, PALM)


def _spear() -> Form:
    tip = _in_accent(_blade(0.90, 1.16, 0.034, 0.011))
    return _along(joined(_rod(-0.86, 0.92, 0.014), tip), UPRIGHT, PALM)


def _shield() -> Form:
    """Round and arched, on the outside of the left forearm."""
    t = np.linspace(0, 1, 20)
    radius = np.concatenate([0.30 * t, 0.30 * t[::-1]])
    height = np.concatenate([0.055 * (1 - t**2) + 0.022, 0.055 * (1 - t[::-1] ** 2)])
    form = lathe(height, np.maximum(radius, 1e-3), np.maximum(radius, 1e-3), np.zeros(40), columns=64)
    flat = np.hypot(form.vertices[:, 0], form.vertices[:, 2])
    boss = ellipsoid((0, 0.075, 0), (0.06, 0.035, 0.06), columns=32)
    whole = joined(outward(form.painted(flat > 0.265, ACCENT)), _in_accent(boss))
    return whole.moved(whole.vertices + np.array([0.60, 0.478, 0.012]))


HELD: dict[tuple[str, str | None], tuple[Callable[[], Form], tuple[int, ...]]] = {
    ("sword", None): (_sword, RIGHT), ("axe", None): (_axe, RIGHT), ("hammer", None): (_hammer, RIGHT),
    ("wand", None): (_wand, RIGHT), ("staff", None): (_staff, RIGHT), ("spear", None): (_spear, RIGHT),
    ("shield", None): (_shield, LEFT),
}  # fmt: skip
"""Forms of what is held, and the joints that carry it."""


def fist(vertices: NDArray, joints: NDArray) -> NDArray:
    """Vertices (V, 3) in the T-pose of a body without finger bones, the right hand's fingers bent round a grip.

    Args:
        vertices: of one shape.
        joints: (24, 3) of it.
    """
    start = joints[RIGHT[0]] + [-FINGERS, 0, 0]
    size = abs(joints[RIGHT[0], 0] - joints[JOINT_NAMES.index("right_wrist"), 0]) / 0.107
    beyond = start[0] - vertices[:, 0]
    finger = beyond > 0
    if not finger.any():
        return vertices
    reach = REACH * size
    middle = np.median(vertices[finger & (beyond < 0.02 * size), 1])
    angle = np.clip(beyond[finger] / reach, 0, 2.9)
    radius = np.maximum(reach + vertices[finger, 1] - middle + 0.12 * beyond[finger], 0.3 * reach)
    bent = vertices.copy()
    bent[finger, 0] = start[0] - radius * np.sin(angle)
    bent[finger, 1] = middle - reach + radius * np.cos(angle)
    return bent

"""Elbows and knees that keep their volume: where along the limb a bend passes from one bone to the next.

Linear blend skinning shrinks a section that two bones share in halves to cos(a / 2) at the bending angle a. Over a
fall-off of length L, a limb loses (1 - cos a) ∫ w (1 - w) ds of its length, which is proportional to L. Bodies' own
weights pass from the upper to the lower limb over two thicknesses and not round the joint; here they pass within half
a thickness, centred on it, so that little is lost.
"""

from __future__ import annotations

import numpy as np

from engine.protocol import JOINT_NAMES
from engine.rig.avatar import Floats

HINGES = tuple(
    tuple(JOINT_NAMES.index(f"{side}_{name}") for name in names)
    for side in ("left", "right")
    for names in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
)
"""Bone above, bone below, and the joint at its end."""
THIN = 0.01
"""Metres: no fall-off is shorter than that of a limb with this radius. Set by hand."""
LOOSE, FREE = 1.6, 2.5
"""Radii of the limb from which on cloth counts as hanging loosely, and where it is left as it was. Set by hand."""


def tighten(weights: np.ndarray, vertices: np.ndarray, joints: np.ndarray, body: np.ndarray, width: float) -> Floats:
    """Weights with new shares of upper and lower limb near elbows and knees; sums of rows stay.

    Args:
        weights: (V, 24).
        vertices: (V, 3) in a pose whose elbows and knees are straight.
        joints: (24, 3) in that pose.
        body: (B, 3) vertices of the body in that pose, which say how thick its limbs are.
        width: length of the fall-off, in distances from the limb's axis; 0 leaves the weights alone.
    """
    result = np.array(weights, np.float32)
    if width <= 0.0:
        return result
    for upper, lower, end in HINGES:
        axis = joints[end] - joints[lower]
        axis = axis / np.linalg.norm(axis)
        along, away = _cylindrical(vertices, joints[lower], axis)
        own_along, own_away = _cylindrical(body, joints[lower], axis)
        radius = float(np.median(own_away[(np.abs(own_along) < 0.03) & (own_away < 0.15)]))
        length = width * np.maximum(away, THIN)
        share = _ease(along / length + 0.5)
        snug = 1.0 - _ease((away / radius - LOOSE) / (FREE - LOOSE))
        both = result[:, upper] + result[:, lower]
        for joint, wanted in ((upper, both * (1.0 - share)), (lower, both * share)):
            result[:, joint] += snug * (wanted - result[:, joint])
    return result


def _cylindrical(points: np.ndarray, origin: np.ndarray, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres along an axis and from it, both (V,)."""
    offset = points - origin
    along = offset @ axis
    return along, np.linalg.norm(offset - along[:, None] * axis, axis=1)


def _ease(value: np.ndarray) -> np.ndarray:
    """0 below 0, 1 above 1, a cubic between."""
    t = np.clip(value, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))

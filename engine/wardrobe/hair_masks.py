"""Where hair and beards grow on the standard figure, as masks of canonical `Points`, and the hairline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points
from engine.wardrobe.garment_masks import Mask, ThickMask


def scalp(p: Points) -> NDArray:
    """Where short hair grows: above a line from the forehead over the ears to the nape."""
    return smoothstep_edge(above_hairline(p), p.soft * 1.5)


def above_hairline(p: Points) -> NDArray:
    """Metres by which points lie above the hairline."""
    around = np.arctan2(p.x, p.z - 0.03)
    ragged = 0.0016 * np.sin(41 * around) + 0.0012 * np.sin(97 * around + 2 * np.sin(7 * around))
    return above_smooth_hairline(p) - ragged


def above_smooth_hairline(p: Points) -> NDArray:
    """Metres by which points lie above the hairline as it is without its raggedness."""
    found: NDArray = p.y - 0.742 + 0.95 * np.clip(0.095 - p.z, 0.0, 0.13)
    return found


def smoothstep_edge(signed: NDArray, soft: float) -> NDArray:
    """1 where a signed distance is positive, with a soft edge."""
    t = np.clip(signed / (2 * soft) + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def nape(p: Points, low: float) -> NDArray:
    """The back and sides of the head and neck down to ``low``, beside the scalp."""
    return p.above(p.y, low) * p.below(p.z, 0.035) * p.below(p.side, 0.11)


HAIR_MASKS: dict[str, ThickMask] = {
    "bald": ThickMask(lambda p: np.zeros_like(p.x), 0.0),
    "hood": ThickMask(lambda p: np.zeros_like(p.x), 0.0),
    "buzz": ThickMask(scalp, 0.002),
    "short": ThickMask(scalp, 0.014),
    "medium": ThickMask(lambda p: np.maximum(scalp(p), nape(p, 0.545)), 0.022, 0.6),
    "long": ThickMask(lambda p: np.maximum(scalp(p), nape(p, 0.49)), 0.022, 0.6),
    "ponytail": ThickMask(scalp, 0.010),
    "bun": ThickMask(scalp, 0.010),
    "afro": ThickMask(scalp, 0.055, 1.0),
    "mohawk": ThickMask(lambda p: scalp(p) * p.below(p.side, 0.02), 0.035),
}
BEARD_MASKS: dict[str, Mask] = {
    "none": lambda p: np.zeros_like(p.x),
    "stubble": lambda p: 0.4 * _jaw(p),
    "full": lambda p: _jaw(p),
    "moustache": lambda p: _moustache(p),
    "goatee": lambda p: np.maximum(p.ellipse(0.0, 0.589, 0.021, 0.024), _moustache(p)),
}


def _moustache(p: Points) -> NDArray:
    """Two halves that grow thinner and lower towards their tips."""
    line = 0.6365 - 0.25 * p.side - 6.0 * np.clip(p.side - 0.012, 0, 1) ** 2
    wide = 0.0068 * np.clip(1 - p.side / 0.036, 0, 1) ** 0.5
    return smoothstep_edge(wide - np.abs(p.y - line), p.soft) * p.below(p.side, 0.035) * p.above(p.z, 0.1)


def _jaw(p: Points) -> NDArray:
    cheek = 0.626 + 0.62 * np.clip(0.105 - p.z, 0, 0.055) + 1.8 * np.clip(0.055 - p.z, 0, 0.03)
    below = np.maximum(smoothstep_edge(cheek - p.y, p.soft * 1.5), p.ellipse(0.0, 0.632, 0.029, 0.0085))
    return below * p.above(p.y, 0.562) * p.above(p.z, 0.036) * (1 - p.ellipse(0.0, 0.618, 0.024, 0.010))

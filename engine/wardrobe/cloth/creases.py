"""The small folds that worn cloth keeps at joints, finer than what falls: ridges at elbows, knees, waist and crotch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep

ELBOW, KNEE = 0.44, -0.44
"""Where limbs bend on the standard figure: metres from the middle, and heights."""


def ridges(phase: NDArray, sharp: float = 1.6) -> NDArray:
    """0-1, one ridge a unit of the phase, narrower than its valleys."""
    return np.asarray((0.5 + 0.5 * np.cos(2 * np.pi * phase)) ** sharp)


def creases(p: Points, free: NDArray) -> NDArray:
    """(N,) 0-1: how high the folds of worn cloth stand at points whose ``turn`` and ``along`` are the cloth's grain.

    ``free`` (N,): cloth that is let down, which has falling folds of its own.
    """
    arm, trunk = p.arm, ~p.arm & ~free
    wander = 0.35 * np.sin(2 * p.turn + 1.0) + 0.2 * np.sin(3 * p.turn - 7 * p.along)
    inner = 0.55 + 0.45 * np.cos(p.turn)
    elbow = np.exp(-(((p.side - ELBOW) / 0.075) ** 2)) * inner
    found = arm * elbow * ridges((p.side - ELBOW) / 0.034 + wander)
    upper = smoothstep(p.side, 0.20, 0.26) * smoothstep(p.side, 0.40, 0.30)
    found += 0.45 * arm * upper * ridges(p.side / 0.055 + 0.9 * np.sin(p.turn + 0.6) + wander)
    found += 0.6 * arm * smoothstep(p.side, 0.54, 0.61) * ridges(p.side / 0.030 + 0.5 * np.sin(p.turn + 2) + wander)
    legs = trunk & (p.y < -0.1)
    knee = np.exp(-(((p.y - KNEE) / 0.085) ** 2)) * (0.5 - 0.5 * np.cos(p.turn) + 0.25)
    found += legs * np.clip(knee, 0, 1) * ridges((p.y - KNEE) / 0.040 + wander)
    found += 0.8 * legs * smoothstep(p.y, -0.70, -0.80) * ridges(p.y / 0.042 + 0.4 * np.sin(p.turn + 1) + wander)
    found += (
        0.35 * legs * smoothstep(p.y, -0.12, -0.2) * smoothstep(p.y, -0.36, -0.28) * ridges(p.y / 0.07 + 2 * wander)
    )
    groin = np.hypot(p.side - 0.01, p.y + 0.075)
    fan = np.arctan2(p.y + 0.075, p.side + 0.02)
    found += trunk * (p.z > -0.02) * np.exp(-groin / 0.075) * smoothstep(groin, 0.015, 0.05) * ridges(fan / 0.42)
    pit = np.hypot(p.side - 0.165, p.y - 0.385)
    spread = np.arctan2(p.y - 0.385, 0.185 - p.side)
    found += trunk * (p.y > 0.1) * np.exp(-pit / 0.06) * smoothstep(pit, 0.012, 0.04) * ridges(spread / 0.5)
    waist = np.exp(-(((p.y - 0.10) / 0.07) ** 2)) * (p.y > -0.02) * (0.35 + 0.65 * np.abs(np.sin(p.turn)))
    found += 0.6 * trunk * waist * ridges(p.y / 0.048 + 0.8 * np.sin(1.5 * np.abs(p.turn) + 0.4) + 0.5 * wander)
    return np.asarray(np.clip(found, 0, 1))

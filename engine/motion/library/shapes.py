"""Hands, feet and stances that many movements share; side coordinates (out, up, forward), see `keyposes`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.motion.keyposes import Foot, Hand, Key, feet

DOWN = Hand("sh", (0.13, -0.975, 0.06))
HIPS = Hand("hip", (0.02, 0.10, 0.02), palm=(-1, -0.2, -0.1), fingers=(-0.25, -0.5, 0.85), pole=(1, 0.1, -0.35))
GUARD = Hand("sh", (-0.12, -0.05, 0.42), palm=(-1, 0, -0.2), fingers=(-0.1, 0.9, 0.45), pole=(0.35, -1, 0))
FOLDED_OVER = Hand("chest", (-0.15, -0.12, 0.055), palm=(0, -0.1, -1), fingers=(-1, 0.15, 0.1), pole=(0.9, -0.8, 0.1))
FOLDED_UNDER = Hand("chest", (-0.135, -0.15, 0.03), palm=(0, 0, -1), fingers=(-1, 0.3, -0.1), pole=(0.9, -0.8, 0.1))
PRAYER = Hand("chest", (0.012, 0.02, 0.13), palm=(-1, 0, 0), fingers=(0, 0.9, 0.35), pole=(0.8, -0.8, -0.1))
BEHIND = Hand("root", (0.04, -0.02, -0.20), palm=(-0.2, 0, -1), fingers=(-0.9, -0.5, 0), pole=(0.8, 0, -0.8))
LAP = Hand("knee", (-0.02, 0.11, -0.14), palm=(0, -1, 0.05), fingers=(-0.25, -0.1, 1), pole=(0.6, -0.4, -0.6))
OVERHEAD = Hand("sh", (0.18, 0.96, 0.06), palm=(-0.3, 0, 1), fingers=(0, 1, 0), pole=(1, 0, 0.2))
SIDEWAYS = Hand("sh", (1.0, 0.02, 0.02), palm=(0, -1, 0), fingers=(1, 0, 0), pole=(0, -0.6, -0.8))
FIST_HIP = Hand("sh", (0.2, -0.55, -0.05), palm=(-1, 0.3, 0), fingers=(-0.1, 0, 1), pole=(0.4, -0.3, -1))

WIDE: dict[str, Any] = feet(Foot((0.14, 0, 0), yaw=16))
STRADDLE: dict[str, Any] = feet(Foot((0.26, 0, 0), yaw=25))
SIT: dict[str, Any] = {"root": (0, -0.43, -0.40), "turn": (-4, 0, 0), **feet(Foot((0.04, 0, 0.03), pole=(0.1, 0.4, 1)))}
SIT_FLOOR: dict[str, Any] = {
    "root": (0, -0.84, -0.1), "turn": (-12, 0, 0), "spine": (16, 0, 0),
    **feet(Foot((-0.17, -0.02, 0.22), pitch=25, yaw=55, pole=(1, 0.35, 0.45))),
}  # fmt: skip
SEIZA: dict[str, Any] = {
    "root": (0, -0.66, -0.24), "turn": (4, 0, 0), **feet(Foot((0.0, -0.03, -0.42), pitch=158, yaw=-5, pole=(0.15, 0.1, 1))),
}  # fmt: skip
KNEEL: dict[str, Any] = {
    "root": (0, -0.445, 0), **feet(Foot((0.0, -0.03, -0.41), pitch=158, yaw=-3, pole=(0.1, -0.6, 1))),
}  # fmt: skip
HALF_KNEEL: dict[str, Any] = {
    "root": (0, -0.42, 0.02), "left_foot": Foot((0.06, 0, 0.36), pole=(0.15, 0.3, 1)),
    "right_foot": Foot((0.02, -0.005, -0.42), pitch=55, yaw=0, pole=(0.1, -0.7, 1)),
}  # fmt: skip
CROUCH: dict[str, Any] = {
    "root": (0, -0.42, -0.12), "turn": (22, 0, 0), **feet(Foot((0.10, 0, 0), yaw=18, pole=(0.35, 0.2, 1))),
}  # fmt: skip
FIGHT: dict[str, Any] = {
    "root": (0, -0.07, 0), "turn": (4, -28, 0), "head": (4, 26, 0),
    "left_foot": Foot((0.06, 0, 0.20), yaw=0), "right_foot": Foot((0.10, 0, -0.20), yaw=38),
}  # fmt: skip
ON_BACK: dict[str, Any] = {"root": (0, -0.85, 0), "turn": (-90, 0, 0)}
STRIDE: dict[str, Any] = {
    "left_foot": Foot((0.05, 0, 0.28), yaw=5), "right_foot": Foot((0.06, 0, -0.25), yaw=25), "root": (0, -0.05, 0),
}  # fmt: skip


def closed(period: float, *keys: Key) -> tuple[Key, ...]:
    """Keys of a loop: the first one again at the end."""
    return (*keys, replace(keys[0], time=period))


def still(seconds: float, **pose: Any) -> tuple[Key, ...]:
    """A pose that is held (breathing and sway keep it alive)."""
    return (Key(0.0, **pose), Key(seconds, **pose))


def there_and_back(first: dict[str, Any], second: dict[str, Any], period: float) -> tuple[Key, ...]:
    """A loop between two poses."""
    return closed(period, Key(0.0, **first), Key(period / 2, **second))


__all__ = [name for name in globals() if name.isupper() or name in ("both", "closed", "still", "there_and_back")]

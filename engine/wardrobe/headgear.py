"""Headgear that no record of turned or swept forms describes: forms round the middle of a hat's brim.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine.wardrobe.forms import ACCENT, DARK, Form, angles, capped, ellipsoid, joined, outward, ring, turned
from engine.wardrobe.hairdo import curtain

DEEPER = 0.022
"""Metres by which a head is deeper than wide, each way."""


def _tricorn(part: Mapping[str, Any]) -> Form:
    """A brim turned up on three sides."""
    form = turned(
        [
            (0, 0.098),
            (0.05, 0.095),
            (0.08, 0.078),
            (0.088, 0.03),
            (0.096, 0.016),
            (0.185, 0.012),
            (0.188, 0.006),
            (0.09, -0.006),
            (0, -0.004),
        ],
        0.0,
        DEEPER,
        steps=4,
        columns=72,
    )
    x, y, z = form.vertices.T
    out = np.clip((np.hypot(x, z) - 0.1) / 0.085, 0, 1)
    side = (0.5 - 0.5 * np.cos(3 * angles(form, 0.0))) ** 0.8
    inward = 1 - 0.42 * out * side
    form = form.painted(out > 0.93, ACCENT)
    return form.moved(np.stack([x * inward, y + 0.095 * out * side, z * inward], 1))


def _turban(part: Mapping[str, Any]) -> Form:
    """Wound cloth with a jewel in front."""
    form = ellipsoid((0, 0.042, -0.005), (0.110, 0.074, 0.130), columns=64)
    x, y, _ = form.vertices.T
    fold = np.sin(110 * (y + 0.40 * np.abs(x)))
    around = form.vertices - [0, 0.042, -0.005]
    form = form.moved(around * (1 + 0.03 * fold)[:, None] + [0, 0.042, -0.005]).toned(1 + 0.09 * fold)
    jewel = ellipsoid((0, 0.045, 0.126), (0.014, 0.018, 0.008))
    return joined(form, jewel.painted(np.ones(len(jewel.vertices), bool), ACCENT))


def _crown(part: Mapping[str, Any]) -> Form:
    """A ring with ``spikes``, as high all round or, with ``front``, rising to the front."""
    spikes, front_only = int(part.get("spikes", 8)), bool(part.get("front"))
    count = spikes * 16
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    path = np.stack([0.088 * np.sin(angle), np.full(count, 0.012), 0.110 * np.cos(angle)], 1)
    wave = np.abs((angle * spikes / np.pi + 1) % 2 - 1)  # 1 at a point's tip, also in front
    rise = 0.030 + 0.055 * (1 - wave) ** 1.3
    if front_only:
        front = np.clip(np.cos(angle), 0, 1) ** 1.5
        rise = 0.012 + (0.020 + 0.035 * (1 - wave)) * front
    level = np.linspace(0, 1, 5)
    outer = np.stack([0.006 + 0.012 * level[None] * np.ones((count, 1)), rise[:, None] * level[None]], -1)
    inner = outer[:, ::-1] - [0.009, 0]
    form = ring(path, np.concatenate([outer, inner], 1))
    y = form.vertices[:, 1]
    jewel = (np.abs(y - 0.025) < 0.006) & (np.cos(angles(form, 0.0) * spikes) > 0.8)
    return form.painted(jewel, ACCENT).toned(1 + 0.08 * np.sin(angles(form, 0.0) * 40))


def _bubble(part: Mapping[str, Any]) -> Form:
    """A space helmet: a round shell with a mirrored visor, on a ring."""
    turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    boxed = (np.abs(np.cos(turn) / 0.102) ** 2.6 + np.abs(np.sin(turn) / 0.085) ** 2.6) ** (-1 / 2.6)
    shares = np.concatenate([np.linspace(0.05, 1.0, 12), np.linspace(1.03, 1.15, 4)])
    front = shares[:, None] * boxed  # metres from the middle, seen from the front
    beyond = np.linspace(0, 1, 10)[1:, None]
    front = np.concatenate([front, front[-1] * (1 - beyond) + 0.1405 * beyond])
    depth = 0.156 * np.sqrt(
        np.clip(1 - (front * np.cos(turn) / 0.142) ** 2 - (front * np.sin(turn) / 0.156) ** 2, 0, 1)
    )
    back = np.linspace(0.05, np.pi / 2, 14)[:, None] + 0 * turn
    flat = np.concatenate([front, 0.1405 * np.cos(back)])
    z = np.concatenate([depth, depth[-1] - (depth[-1] + 0.156) * np.sin(back)])
    rings = np.stack([flat * np.cos(turn), -0.046 + flat * np.sin(turn) * 1.08, z - 0.003], -1)
    form = outward(capped(rings, rings[0].mean(0), rings[-1].mean(0)))
    ring_of = np.append(np.repeat(np.arange(len(rings)), 96), [0, len(rings)])
    form = form.painted(ring_of < 12, ACCENT).painted((ring_of >= 12) & (ring_of < 16), DARK)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    base = np.stack([0.10 * np.sin(angle), np.full(40, -0.181), -0.023 + 0.10 * np.cos(angle)], 1)
    around = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    collar = ring(base, 0.02 * np.stack([np.cos(around), np.sin(around)], 1))
    return joined(form, collar.toned(np.full(len(collar.vertices), 0.75)))


def _veil(part: Mapping[str, Any]) -> Form:
    """A cloth that falls from the crown round the back of the head."""
    form = curtain(0.74, 1.75, 0.006, 0.010, 0.014)
    points = form.vertices.copy()
    turn = np.arctan2(points[:, 0], 0.05 - points[:, 2])  # 0 behind
    fall = np.clip((0.775 - points[:, 1]) / 0.74, 0, 1)
    points[:, 1] += 0.34 * (turn / 1.75) ** 2 * fall  # the hem is round, not square
    wide = 1 + 0.34 * np.clip(2.2 * fall - 0.35, 0, 1) + 0.020 * fall * np.sin(11 * turn + 1.0)
    points[:, [0, 2]] = (points[:, [0, 2]] - [0, 0.05]) * wide[:, None] + [0, 0.05]
    return replace(form, vertices=points - [0, 0.735, 0.043], tones=1 + 0.03 * np.sin(11 * turn + 1.0))


MADE: dict[str, Callable[[Mapping[str, Any]], Form]] = {
    "tricorn": _tricorn, "turban": _turban, "crown": _crown, "bubble": _bubble, "veil": _veil,
}  # fmt: skip
"""Forms by the name that a part of a record calls them."""

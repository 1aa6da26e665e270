"""Hats, caps, helmets and crowns: forms on the standard figure's head by kind and cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.wardrobe.forms import ACCENT, DARK, Form, angles, ellipsoid, joined, lathe, ring, tube, turned
from engine.wardrobe.hairdo import curtain

Y, Z = 0.748, 0.045
"""Height of a brim, and where the head's axis is."""


def _usual_hat() -> Form:
    form = turned([(0, 0.866), (0.05, 0.866), (0.078, 0.853), (0.084, 0.83), (0.089, 0.768), (0.095, 0.756),
                   (0.142, 0.750), (0.145, 0.743), (0.09, 0.738), (0, 0.74)])  # fmt: skip
    return _banded(form)


def _banded(form: Form, low: float = 0.757, high: float = 0.782) -> Form:
    """With a band in the accent's colour above the brim."""
    x, y, z = form.vertices.T
    wall = np.hypot(x, z - Z) < 0.118
    return form.painted((y > low) & (y < high) & wall, ACCENT)


def _toque() -> Form:
    form = turned([(0, 0.935), (0.07, 0.935), (0.115, 0.925), (0.128, 0.90), (0.12, 0.87), (0.094, 0.835),
                   (0.086, 0.825), (0.086, 0.74), (0, 0.745)], steps=5, columns=72)  # fmt: skip
    x, y, z = form.vertices.T
    puff = np.clip((y - 0.825) / 0.03, 0, 1)
    pleat = np.sin(17 * angles(form))
    scale = 1 + 0.035 * puff * pleat
    form = form.moved(np.stack([x * scale, y, Z + (z - Z) * scale], 1))
    return form.toned(1 - 0.09 * puff * (1 - pleat) / 2)


def _pointed() -> Form:
    form = turned([(0, 1.10), (0.010, 1.085), (0.032, 1.0), (0.056, 0.90), (0.078, 0.81), (0.088, 0.772),
                   (0.094, 0.757), (0.19, 0.742), (0.192, 0.736), (0.09, 0.738), (0, 0.74)], steps=5)  # fmt: skip
    x, y, z = form.vertices.T
    t = np.clip((y - 0.80) / 0.30, 0, 1)
    wrinkle = 1 + 0.05 * np.sin(40 * t) * np.clip(t * 4, 0, 1) * (1 - t)
    bent = np.stack([x * wrinkle + 0.035 * t**2, y - 0.03 * t**3, Z + (z - Z) * wrinkle - 0.10 * t**2], 1)
    wave = 0.012 * np.sin(3 * angles(form) + 1) * np.clip((np.hypot(x, z - Z) - 0.1) / 0.09, 0, 1)
    return _banded(form, 0.76, 0.79).moved(bent + wave[:, None] * [0, 1, 0])


def _top() -> Form:
    return _banded(_brim_curled(turned(
        [(0, 0.93), (0.088, 0.93), (0.092, 0.925), (0.086, 0.85), (0.086, 0.77), (0.09, 0.755), (0.13, 0.75),
         (0.135, 0.744), (0.09, 0.738), (0, 0.74)], steps=4), 0.03), 0.757, 0.79)  # fmt: skip


def _bowler() -> Form:
    return _banded(_brim_curled(turned(
        [(0, 0.865), (0.04, 0.862), (0.07, 0.845), (0.086, 0.81), (0.088, 0.77), (0.093, 0.755), (0.118, 0.752),
         (0.122, 0.745), (0.09, 0.738), (0, 0.74)]), 0.02))  # fmt: skip


def _brim_curled(form: Form, lift: float) -> Form:
    """The sides of the brim bent upwards by ``lift`` metres."""
    x, y, z = form.vertices.T
    out = np.clip((np.hypot(x, z - Z) - 0.1) / 0.09, 0, 1)
    side = np.sin(angles(form)) ** 2
    return form.moved(np.stack([x * (1 - 0.12 * out * side), y + lift * side * out, z], 1))


def _cowboy() -> Form:
    form = turned([(0, 0.855), (0.035, 0.868), (0.062, 0.866), (0.076, 0.84), (0.088, 0.77), (0.096, 0.756),
                   (0.20, 0.75), (0.203, 0.743), (0.09, 0.738), (0, 0.74)], steps=4)  # fmt: skip
    return _banded(_brim_curled(form, 0.075))


def _straw() -> Form:
    form = turned([(0, 0.845), (0.05, 0.843), (0.08, 0.825), (0.088, 0.77), (0.096, 0.757), (0.215, 0.735),
                   (0.216, 0.729), (0.09, 0.738), (0, 0.74)], steps=6)  # fmt: skip
    x, y, z = form.vertices.T
    rows = np.hypot(x, z - Z) * 420 + y * 300
    form = form.toned(1 + 0.09 * np.sin(rows) + 0.05 * np.sin(24 * angles(form)))
    return _banded(form)


def _tricorn() -> Form:
    form = turned([(0, 0.835), (0.05, 0.832), (0.08, 0.815), (0.088, 0.77), (0.096, 0.756), (0.185, 0.752),
                   (0.188, 0.746), (0.09, 0.738), (0, 0.74)], steps=4, columns=72)  # fmt: skip
    x, y, z = form.vertices.T
    out = np.clip((np.hypot(x, z - Z) - 0.1) / 0.085, 0, 1)
    side = (0.5 - 0.5 * np.cos(3 * angles(form))) ** 0.8
    inward = 1 - 0.42 * out * side
    form = form.painted(out > 0.93, ACCENT)
    return form.moved(np.stack([x * inward, y + 0.095 * out * side, Z + (z - Z) * inward], 1))


def _floppy() -> Form:
    t = np.linspace(0, 1, 16)
    bend = np.clip((t - 0.35) / 0.65, 0, 1)
    path = np.stack([0.17 * bend**1.3, 0.75 + 0.16 * np.sin(np.pi * 0.62 * t) - 0.10 * bend**2, Z - 0.05 * t], 1)
    radii = 0.098 * (1 - t) ** 0.75 + 0.012
    cone = tube(path[::-1], radii[::-1], 24)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    round_head = np.stack([0.092 * np.sin(angle), np.full(40, 0.752), Z + 0.115 * np.cos(angle)], 1)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    fur = ring(round_head, 0.022 * np.stack([np.cos(turn), 1.1 * np.sin(turn)], 1))
    fur = fur.painted(np.ones(len(fur.vertices), bool), ACCENT)
    ball = ellipsoid(path[-1] + [0.01, -0.015, 0], (0.032, 0.032, 0.032))
    return joined(cone, fur, ball.painted(np.ones(len(ball.vertices), bool), ACCENT))


def _beret() -> Form:
    form = ellipsoid((0, 0, 0), (0.118, 0.036, 0.132), columns=28)
    c, s = np.cos(0.25), np.sin(0.25)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    stalk = ellipsoid((0, 0.036, 0), (0.006, 0.012, 0.006))
    both = joined(form, stalk)
    return both.moved(both.vertices @ turn.T + [-0.018, 0.782, 0.04])


def _turban() -> Form:
    form = ellipsoid((0, 0.785, 0.035), (0.108, 0.078, 0.128), columns=48)
    x, y, _ = form.vertices.T
    fold = np.sin(90 * (y + 0.35 * np.abs(x)))
    swell = 1 + 0.02 * fold
    jewel = ellipsoid((0, 0.785, 0.165), (0.016, 0.02, 0.008))
    form = form.moved((form.vertices - [0, 0.785, 0.035]) * swell[:, None] + [0, 0.785, 0.035]).toned(1 + 0.1 * fold)
    return joined(form, jewel.painted(np.ones(len(jewel.vertices), bool), ACCENT))


def _peak(reach: float = 0.085) -> Form:
    """A cap's peak: a thin curved tongue over the forehead."""
    form = ellipsoid((0, 0.738, 0.135), (0.076, 0.006, reach), columns=28)
    x, y, z = form.vertices.T
    return form.moved(np.stack([x, y - 3.2 * x**2 - 0.25 * (z - 0.135), z], 1))


def _peaked() -> Form:
    crown = turned([(0, 0.815), (0.09, 0.817), (0.122, 0.808), (0.126, 0.798), (0.094, 0.768), (0.089, 0.745),
                    (0, 0.745)], steps=4)  # fmt: skip
    x, y, z = crown.vertices.T
    crown = crown.painted(y < 0.764, ACCENT).moved(
        np.stack([x, y + 0.22 * (z - Z) * np.clip((y - 0.76) / 0.04, 0, 1), z], 1)
    )
    peak = _peak(0.07)
    badge = ellipsoid((0, 0.785, 0.165), (0.016, 0.018, 0.006))
    return joined(
        crown,
        peak.painted(np.ones(len(peak.vertices), bool), DARK),
        badge.painted(np.ones(len(badge.vertices), bool), ACCENT),
    )


def _sailor() -> Form:
    return turned([(0, 0.83), (0.05, 0.826), (0.075, 0.81), (0.087, 0.785), (0.092, 0.80), (0.104, 0.803),
                   (0.107, 0.798), (0.097, 0.75), (0.09, 0.745), (0, 0.75)], steps=3)  # fmt: skip


def _horns(reach: float = 0.14) -> Form:
    """Two horns from the sides of a helmet."""
    t = np.linspace(0, 1, 14)
    path = np.stack([0.088 + 0.10 * np.sin(1.7 * t), 0.755 + reach * t**1.6, Z - 0.01 * t], 1)
    horn = tube(path, 0.026 * (1 - t) ** 0.8 + 0.002)
    horn = horn.painted(np.ones(len(horn.vertices), bool), ACCENT).toned(
        1 - 0.12 * (np.sin(260 * horn.vertices[:, 1]) > 0)
    )
    return joined(horn, horn.mirrored())


def _dome(flare: float, top: float = 0.845) -> Form:
    """A smooth shell over the scalp with a rim ``flare`` metres wide."""
    return turned([(0, top), (0.045, top - 0.007), (0.082, top - 0.04), (0.104, 0.765), (0.108, 0.748),
                   (0.108 + flare, 0.742), (0.108 + flare, 0.736), (0.09, 0.738), (0, 0.742)], steps=4)  # fmt: skip


def _horned() -> Form:
    dome = _dome(0.004)
    y = dome.vertices[:, 1]
    return joined(dome.painted((y < 0.757) & (y > 0.735), DARK), _horns())


def _ridge(height: float, width: float, role: int) -> Form:
    """A crest from the forehead to the nape."""
    form = ellipsoid((0, 0.785, 0.03), (width, 0.06 + height, 0.13), columns=28)
    return form.painted(np.ones(len(form.vertices), bool), role)


def _hard() -> Form:
    dome = _dome(0.016)
    x, y, z = dome.vertices.T
    out = np.clip((np.hypot(x, z - Z) - 0.105) / 0.02, 0, 1)
    longer = 1 + 0.28 * out * np.clip(np.cos(angles(dome)), 0, 1)
    return joined(dome.moved(np.stack([x, y, Z + (z - Z) * longer], 1)), _ridge(0.008, 0.018, 0))


def _brim() -> Form:
    dome = _dome(0.03)
    x, y, z = dome.vertices.T
    out = np.clip((np.hypot(x, z - Z) - 0.105) / 0.03, 0, 1)
    back = np.clip(-np.cos(angles(dome)), 0, 1)
    dome = dome.moved(np.stack([x, y - 0.03 * out * back, Z + (z - Z) * (1 + 0.35 * out * back)], 1))
    shield = ellipsoid((0, 0.80, 0.160), (0.026, 0.034, 0.008))
    return joined(dome, _ridge(0.016, 0.012, 0), shield.painted(np.ones(len(shield.vertices), bool), ACCENT))


def _crest() -> Form:
    comb = _ridge(0.062, 0.016, ACCENT)
    return joined(_dome(0.004), comb.toned(1 + 0.12 * np.sin(200 * comb.vertices[:, 2])))


def _visor() -> Form:
    """A great helm: a steel bucket with a slit for the eyes and holes to breathe through."""
    rows = np.concatenate([[0.86, 0.858, 0.85], np.linspace(0.84, 0.535, 70)])
    radius = np.concatenate(
        [[0.0, 0.05, 0.085], np.interp(rows[3:], [0.535, 0.6, 0.70, 0.84], [0.112, 0.106, 0.114, 0.098])]
    )
    form = lathe(rows, radius, radius + 0.024 * np.clip(radius / 0.08, 0, 1), np.full(len(rows), 0.052), 108)
    angle, y = angles(form, 0.052), form.vertices[:, 1]
    near = 1 + 0.05 * np.clip(1 - np.abs(angle) / 0.5, 0, 1)
    form = form.moved(np.stack([form.vertices[:, 0], y, 0.052 + (form.vertices[:, 2] - 0.052) * near], 1))
    slit = (np.abs(y - 0.69) < 0.008) & (np.abs(angle) < 0.85) & (np.abs(angle) > 0.05)
    holes = (np.abs(angle) > 0.15) & (np.abs(angle) < 0.55) & (np.sin(angle * 60) > 0.3) & (np.sin(y * 420) > 0.4)
    edges = (np.abs(y - 0.69) < 0.018) | (np.abs(angle) < 0.05) & (y < 0.72) | (y < 0.545)
    form = form.painted(edges, ACCENT)
    return form.painted(slit | holes & (y < 0.655) & (y > 0.59), DARK)


def _bubble() -> Form:
    """A space helmet: a round shell with a mirrored visor, on a ring."""
    form = ellipsoid((0, 0.69, 0.04), (0.142, 0.156, 0.156), columns=72)
    x, y, z = form.vertices.T
    frame = (np.abs(x) / 0.102) ** 2.6 + (np.abs(y - 0.69) / 0.085) ** 2.6
    form = form.painted((z > 0.06) & (frame < 1.0), ACCENT).painted((z > 0.06) & (frame >= 1.0) & (frame < 1.45), DARK)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    base = np.stack([0.10 * np.sin(angle), np.full(40, 0.555), 0.02 + 0.10 * np.cos(angle)], 1)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    collar = ring(base, 0.02 * np.stack([np.cos(turn), np.sin(turn)], 1))
    return joined(form, collar.toned(np.full(len(collar.vertices), 0.75)))


def _crown(spikes: int = 8, front_only: bool = False) -> Form:
    count = spikes * 16
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    path = np.stack([0.088 * np.sin(angle), np.full(count, 0.752), Z + 0.110 * np.cos(angle)], 1)
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
    jewel = (np.abs(y - 0.765) < 0.006) & (np.cos(angles(form) * spikes) > 0.8)
    return form.painted(jewel, ACCENT).toned(1 + 0.08 * np.sin(angles(form) * 40))


HEADGEAR: dict[tuple[str, str | None], Callable[[], Form]] = {
    ("hat", None): _usual_hat, ("hat", "toque"): _toque, ("hat", "pointed"): _pointed, ("hat", "top"): _top,
    ("hat", "cowboy"): _cowboy, ("hat", "straw"): _straw, ("hat", "tricorn"): _tricorn, ("hat", "floppy"): _floppy,
    ("hat", "bowler"): _bowler, ("hat", "beret"): _beret, ("hat", "turban"): _turban,
    ("cap", None): _peak, ("cap", "peaked"): _peaked, ("cap", "sailor"): _sailor,
    ("helmet", "horned"): _horned, ("helmet", "visor"): _visor, ("helmet", "crest"): _crest, ("helmet", "brim"): _brim,
    ("helmet", "hard"): _hard, ("helmet", "bubble"): _bubble,
    ("hood", "veil"): lambda: curtain(0.62, 1.7, 0.008, 0.010, 0.012),
    ("headband", "crown"): _crown, ("headband", "tiara"): lambda: _crown(7, True),
}  # fmt: skip
ACCENTS = {
    "crown": "dark red", "tiara": "light blue", "horned": "cream", "crest": "red", "brim": "gold", "bubble": "gold",
    "visor": "grey", "peaked": "black", "tricorn": "gold", "turban": "gold", "straw": "brown", "floppy": "white",
}  # fmt: skip
"""Accents of cuts that name none."""

"""Hair that hangs or stands off the head, as forms on the standard figure's head.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import Form, ellipsoid, joined, sheet, tube

Z = 0.03


def strands(along: NDArray, seed: float = 0.0) -> NDArray:
    """Brightness of hair across its strands, about one; ``along`` counts strands."""
    return 1 + 0.10 * np.sin(along + seed) + 0.07 * np.sin(2.3 * along + 1.7 * seed + 1) + 0.05 * np.sin(5.1 * along)


def curtain(length: float, spread: float, thick: float = 0.024, waves: float = 0.006, off: float = 0.0) -> Form:
    """Hair that falls round the back and the sides of the head to a length in metres below the crown.

    ``off`` is how far it stands off the head, ``spread`` how far round it reaches at the top, in radians from the back.
    """
    t, u = np.meshgrid(np.linspace(0, 1, 22), np.linspace(-1, 1, 45), indexing="ij")
    y = 0.775 + off - length * t
    below = np.clip((0.60 - y) / 0.12, 0, 1)  # from the chin down, where shoulders are in the way
    reach = spread * (1 - 0.45 * below)
    phi = u * reach
    ragged = 0.012 * np.sin(23 * u) + 0.008 * np.sin(57 * u + 1)
    y = y + ragged * t**3
    half_x = np.interp(y, [0.10, 0.35, 0.48, 0.54, 0.62, 0.70, 0.775], [0.20, 0.155, 0.145, 0.115, 0.104, 0.100, 0.066])
    half_z = np.interp(y, [0.10, 0.35, 0.48, 0.54, 0.62, 0.70, 0.775], [0.16, 0.125, 0.118, 0.102, 0.094, 0.098, 0.072])
    curl = waves * (np.sin(9 * u * 3.1 + 3 * t) + 0.7 * np.sin(19 * u * 3.1 - 5 * t)) * np.clip(t * 3, 0, 1)
    curl = curl + waves * np.sin(14 * t) * t
    edge = np.clip((1 - np.abs(u)) / 0.12, 0, 1) ** 0.5 * np.clip((1 - t) / 0.10, 0.25, 1)

    def shell(out: NDArray) -> NDArray:
        return np.stack([(half_x + out) * np.sin(phi), y, Z - (half_z + out) * np.cos(phi)], -1)

    outer, inner = shell(curl + off + 0.001), shell(curl + off - thick * (0.15 + 0.85 * edge))
    form = sheet(outer, inner)
    across = np.tile((u * spread).ravel(), 2)
    return form.toned(strands(across * 40 + np.tile(4 * np.sin(6 * t).ravel(), 2)))


def _ponytail() -> Form:
    t = np.linspace(0, 1, 18)
    path = np.stack(
        [
            0 * t,
            0.735 + 0.035 * np.sin(np.pi * np.clip(t * 2.2, 0, 1)) - 0.33 * t**1.5,
            -0.055 - 0.075 * np.sin(np.pi * np.clip(t * 1.1, 0, 0.85)),
        ],
        1,
    )
    radii = 0.034 * np.sin(np.pi * np.clip(0.12 + 0.86 * t, 0, 1)) ** 0.6 + 0.003
    tail = tube(path, radii, 20)
    band = ellipsoid((0, 0.742, -0.066), (0.022, 0.022, 0.014))
    tail = tail.toned(strands(tail.vertices[:, 0] * 500 + 9 * tail.vertices[:, 1]))
    return joined(tail, band.toned(np.full(len(band.vertices), 0.45)))


def _bun() -> Form:
    form = ellipsoid((0, 0.79, -0.045), (0.047, 0.042, 0.045), columns=36)
    x, y, _ = form.vertices.T
    turn = np.arctan2(x, y - 0.79)
    return form.toned(strands(5 * turn + 160 * np.hypot(x, y - 0.79)))


def _mohawk() -> Form:
    form = ellipsoid((0, 0.775, 0.035), (0.014, 0.095, 0.125), columns=48)
    x, y, z = form.vertices.T
    spiky = 1 + 0.10 * np.abs(np.sin(14 * np.arctan2(y - 0.74, z - 0.035))) * (y > 0.79)
    form = form.moved(np.stack([x, 0.775 + (y - 0.775) * spiky, 0.035 + (z - 0.035) * spiky], 1))
    return form.toned(strands(38 * np.arctan2(y - 0.74, z - 0.035)))


def _afro() -> Form:
    form = ellipsoid((0, 0.755, 0.02), (0.145, 0.125, 0.14), columns=64)
    x, y, z = form.vertices.T
    bump = np.sin(95 * x + 3) * np.sin(88 * y) * np.sin(91 * z + 1)
    out = form.vertices - [0, 0.755, 0.02]
    face = np.clip((z - 0.085) / 0.03, 0, 1) * np.clip((0.765 - y) / 0.03, 0, 1)  # the forehead stays free
    scale = (1 + 0.05 * bump) * (1 - 0.30 * face)
    return form.moved(out * scale[:, None] + [0, 0.755, 0.02]).toned(1 + 0.18 * bump)


HAIRDO: dict[str, Callable[[], Form]] = {
    "medium": lambda: curtain(0.215, 1.95, 0.022),
    "long": lambda: curtain(0.40, 1.9),
    "ponytail": _ponytail,
    "bun": _bun,
    "mohawk": _mohawk,
    "afro": _afro,
}
"""Hair styles that need more than what grows on the scalp."""

"""Shells over the crown of a head. Its numbers are set by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import Form, capped, outward
from engine.wardrobe.hard.hulls import Hull

DOME = 72
"""Columns of a shell."""


def dome(
    hull: Hull,
    border: Callable[[NDArray], NDArray],
    lift: float,
    thick: float,
    rim: float = 0.0,
    flare: float = 0.0,
    rows: int = 14,
) -> Form:
    """A closed shell over the crown down to a border, radians of elevation by angles in degrees.

    ``lift``, ``thick``, the height of a rolled ``rim`` and ``flare`` of the border are metres on a grown body;
    ``rows`` lie between crown and border.
    """
    k, theta = hull.size, np.linspace(-180, 180, DOME, endpoint=False)
    low = border(theta)
    t = np.concatenate([[0.03], np.linspace(0.12, 0.88, rows), [0.93, 0.955, 0.975, 0.99, 1.0]])[:, None]
    u = 1.56 + (low - 1.56)[None] * t
    edge = np.clip((t - 0.93) / 0.07, 0, 1)
    out = (
        lift + thick + rim * np.sin(np.pi * np.clip(edge * 1.1, 0, 1)) + flare * np.clip((t - 0.82) / 0.18, 0, 1) ** 2
    ) * k
    inner = (lift + flare * np.clip((t - 0.82) / 0.18, 0, 1) ** 2) * k
    turn = np.broadcast_to(theta, u.shape)
    outside = hull.at(u, turn, np.broadcast_to(out, u.shape))
    inside = hull.at(u, turn, np.broadcast_to(inner, u.shape))
    top = np.array([[1.56], [0.0]])
    poles = [hull.at(top[0], top[1], np.array([height * k]))[0] for height in (lift + thick, lift)]
    return outward(capped(np.concatenate([outside, inside[::-1]]), *poles))


def tinted(form: Form, role: int) -> Form:
    """A form all in one role."""
    return form.painted(np.ones(len(form.vertices), bool), role)

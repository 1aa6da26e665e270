"""From forms to layers: colours by role, weights of the body beneath, rigid or soft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.forms import Form
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import COLORS, Garment

GLOW = (0.62, 0.93, 1.0)
"""What a lamp in armour shines in: role 4, behind MAIN ... LIGHT."""
BRIGHT = 4


@dataclass(frozen=True)
class Piece:
    """A closed form that stands in the stand pose, and its vertices' skinning weights (P, 24)."""

    form: Form
    weights: NDArray


def palette(garment: Garment, accent: str | None = None) -> NDArray:
    """(5, 3) colours of the roles MAIN, ACCENT, DARK, LIGHT and BRIGHT.

    ``accent``: a colour for garments that name none; else theirs is darker or lighter than the main one.
    """
    main = np.array(COLORS[garment.color])
    second = garment.accent or accent
    other = np.array(COLORS[second]) if second else main * 0.6 if main.mean() > 0.25 else main * 0.5 + 0.25
    return np.array([main, other, (0.06, 0.06, 0.065), (0.93, 0.93, 0.92), GLOW])


def carried(mannequin: Mannequin, points: NDArray) -> NDArray:
    """(N, 24) weights of the body's closest points."""
    face, shares, _ = mannequin.caster.closest_point(np.asarray(points, np.float32), signed=False)
    found: NDArray = np.einsum("nk,nkj->nj", shares, mannequin.weights[mannequin.faces[face]])
    return found


def rigid(mannequin: Mannequin, points: NDArray, joints: Sequence[int] = (), most: int = 1) -> NDArray:
    """(N, 24) the same weights for all points: of ``joints``, or of the ``most`` that carry the body beneath most."""
    mean = carried(mannequin, points).mean(0)
    if joints:
        only = np.zeros(24)
        only[list(joints)] = np.maximum(mean[list(joints)], 1e-3)
        mean = only
    else:
        mean = np.where(mean >= np.sort(mean)[-most], mean, 0.0)
    return np.repeat((mean / mean.sum())[None], len(points), 0)


def layer_of(name: str, material: str, pieces: Sequence[Piece], colors: NDArray, mannequin: Mannequin) -> Layer:
    """Pieces as one layer, coloured by their roles; pattern coordinates are those of the body beneath."""
    first = np.cumsum([0, *(len(piece.form.vertices) for piece in pieces)])
    vertices = np.concatenate([piece.form.vertices for piece in pieces]).astype(np.float32)
    faces = np.concatenate([piece.form.faces + start for piece, start in zip(pieces, first)])
    roles = np.concatenate([piece.form.roles for piece in pieces])
    tones = np.concatenate([piece.form.tones for piece in pieces])
    face, shares, _ = mannequin.caster.closest_point(vertices, signed=False)
    canonical = np.einsum("nk,nkc->nc", shares, mannequin.canonical[mannequin.faces[face]])
    return Layer(
        name,
        material,
        vertices,
        faces.astype(np.int32),
        (colors[roles] * tones[:, None]).clip(0, 1).astype(np.float32),
        np.concatenate([piece.weights for piece in pieces]).astype(np.float32),
        canonical.astype(np.float32),
    )

"""From forms to layers: colours by role, weights of the body beneath, rigid or soft. Its numbers are set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from engine.geometry.edges import edge_matrix, rim_edges
from engine.geometry.operators import row_means
from engine.wardrobe.cut import cut_region
from engine.wardrobe.forms import Form, grid_faces, outward, sheet
from engine.wardrobe.hard.hulls import Hull
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import COLORS, Garment

GLOW = (0.62, 0.93, 1.0)
"""What a lamp in armour shines in: role 4, behind MAIN ... LIGHT."""
BRIGHT = 4


@dataclass(frozen=True)
class Piece:
    """A closed form that stands in the stand pose, and its vertices' skinning weights (P, 24)."""

    form: Form
    weights: NDArray
    material: str = ""
    """Of `materials.MATERIALS`; empty: its layer's."""


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
    made = [MATERIALS[piece.material or material] for piece in pieces]
    counts = [len(piece.form.vertices) for piece in pieces]
    return Layer(
        name,
        material,
        vertices,
        faces.astype(np.int32),
        (colors[roles] * tones[:, None]).clip(0, 1).astype(np.float32),
        np.concatenate([piece.weights for piece in pieces]).astype(np.float32),
        canonical.astype(np.float32),
        roughness=np.repeat([one.roughness for one in made], counts).astype(np.float32),
        metallic=np.repeat([one.metallic for one in made], counts).astype(np.float32),
        opacity=np.repeat([one.opacity for one in made], counts).astype(np.float32),
    )


def closed_ring(outer: NDArray, inner: NDArray) -> Form:
    """A shell between two grids (R, C, 3) that close round their columns."""
    rows, columns, _ = outer.shape
    path = np.concatenate([outer, inner[::-1]])
    faces = grid_faces(2 * rows + 1, columns) % (2 * rows * columns)
    return outward(Form(path.reshape(-1, 3), faces.astype(np.int32)))


def band(hull: Hull, low: float, high: float, out: float, inner: float = 0.001, columns: int = 60) -> Form:
    """A band with rounded edges round a hull between two heights; ``out`` and ``inner`` in metres on a grown body."""
    theta, k = np.linspace(-180, 180, columns, endpoint=False), hull.size
    tall = float(np.linalg.norm(np.diff(hull.at(np.array([low, high]), np.zeros(2)), axis=0)))
    edge = min(0.35, 0.0025 * k / max(tall, 1e-4))
    rows = low + (high - low) * np.array([0, 0.3 * edge, edge, 0.5, 1 - edge, 1 - 0.3 * edge, 1])
    share = np.array([0.45, 0.85, 1, 1, 1, 0.85, 0.45])[:, None]
    u, turn = np.meshgrid(rows, theta, indexing="ij")
    lift = inner + (out - inner) * share * np.ones_like(u)
    return closed_ring(hull.at(u, turn, lift * k), hull.at(u, turn, np.full(u.shape, inner * k)))


def clear(points: NDArray, mannequin: Mannequin, distance: float) -> NDArray:
    """Points (..., 3), those moved that lie inside the body or nearer to it than ``distance`` metres."""
    flat = np.asarray(points, np.float32).reshape(-1, 3)
    face, shares, depth = mannequin.caster.closest_point(flat)
    corners = mannequin.faces[face]
    near = np.einsum("nk,nkc->nc", shares, mannequin.vertices[corners])
    out = np.einsum("nk,nkc->nc", shares, mannequin.normals[corners])
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    found: NDArray = np.where((depth < distance)[:, None], near + distance * out, flat).reshape(np.shape(points))
    return found


def strap(
    hull: Hull,
    path: NDArray,
    wide: NDArray | float,
    lift: float,
    thick: float,
    steps: int = 40,
    mannequin: Mannequin | None = None,
) -> Form:
    """A flat strip along a path (N, 2) of heights and angles on a hull.

    ``wide`` (N,) or one, ``lift`` and ``thick`` are metres on a grown body; with a ``mannequin`` it is kept outside it.
    """
    k, at = hull.size, np.linspace(0, 1, len(path))
    t = np.linspace(0, 1, steps)
    u, theta = (PchipInterpolator(at, path[:, i])(t) for i in (0, 1))
    half = 0.5 * np.interp(t, at, np.broadcast_to(wide, len(path))) * k
    middle, above = hull.at(u, theta, np.full(steps, lift * k)), hull.at(u, theta, np.full(steps, (lift + 0.01) * k))
    normal = (above - middle) / np.linalg.norm(above - middle, axis=1, keepdims=True)
    along = np.gradient(middle, axis=0)
    side = np.cross(normal, along)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    across = np.array([-1, -0.9, -0.3, 0.3, 0.9, 1])
    high = np.array([0.5, 1, 1, 1, 1, 0.5]) * thick * k
    flat = middle[:, None] + side[:, None] * (half[:, None] * across)[..., None]
    if mannequin is not None:
        flat = clear(flat, mannequin, 0.5 * lift * k)
    return sheet(flat + normal[:, None] * high[None, :, None], flat)


def skin_shell(mannequin: Mannequin, signed: NDArray, outer: float, inner: float, smooth: int = 0) -> Piece:
    """The part of the body's surface where ``signed`` (V,) >= 0, as a closed shell between two distances from it.

    ``outer`` and ``inner`` in metres on a grown body, ``smooth`` rounds of evening the surface out.
    """
    mix, faces = cut_region(mannequin.faces, signed)
    skin, normals = mix @ mannequin.vertices, mix @ mannequin.normals
    count, k = len(skin), mannequin.size
    mean = row_means(edge_matrix(faces, count).astype(np.float64))
    even, turned = skin.copy(), normals.copy()
    a, b = rim_edges(faces).T
    free = np.ones((count, 1))
    free[a] = 0.0
    for _ in range(smooth):
        even = even + 0.5 * free * (mean @ even - even)
        turned = 0.5 * turned + 0.5 * (mean @ turned)
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
    sunk = np.maximum(((skin - even) * normals).sum(1, keepdims=True), 0)  # never beneath the skin
    top, low = even + turned * (outer * k + sunk), skin + normals * inner * k
    walls = np.concatenate([np.stack([a, a + count, b], 1), np.stack([b, a + count, b + count], 1)])
    form = Form(np.concatenate([top, low]), np.concatenate([faces, faces[:, ::-1] + count, walls]).astype(np.int32))
    weights = mix @ mannequin.weights
    return Piece(outward(form), np.concatenate([weights, weights]))

"""Pieces that stand off the body: skirts, capes, long hair, hats' brims. Closed meshes on the standard figure.

Each piece is made in canonical coordinates (metres, T-pose) and then bound to a body: its vertices follow the body
vertices around them, in shape (by their offsets) and in pose (by their skinning weights).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_COLORS, Garment, Look

Floats = NDArray[np.float32]
ALL = tuple(range(24))
LOWER, TRUNK, HEAD = (0, 1, 2, 3, 4, 5, 7, 8), (0, 3, 6, 9), (12, 15)


@dataclass(frozen=True)
class Prop:
    """A closed mesh: canonical vertices (P, 3), faces (Q, 3), colours (P, 3), the joints that may carry it.

    ``part`` names the entry of `parts.PARTS` that it belongs to.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    colors: Floats
    joints: tuple[int, ...] = ALL
    part: str = "hair"


def grid_faces(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a grid of rows x columns vertices that closes round its columns."""
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns)[None]).ravel()
    b = (np.arange(rows - 1)[:, None] * columns + (np.arange(columns)[None] + 1) % columns).ravel()
    return np.concatenate([np.stack([a, a + columns, b], 1), np.stack([b, a + columns, b + columns], 1)]).astype(
        np.int32
    )


def lathe(heights: NDArray, half_x: NDArray, half_z: NDArray, center_z: NDArray, columns: int = 28) -> tuple:
    """A closed tube of elliptical rings from the top down: vertices (P, 3) and outward faces (Q, 3)."""
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    x = half_x[:, None] * np.sin(angle)
    z = center_z[:, None] + half_z[:, None] * np.cos(angle)
    y = np.broadcast_to(heights[:, None], x.shape)
    rings = np.stack([x, y, z], -1).reshape(-1, 3)
    caps = np.array([[0, heights[0], center_z[0]], [0, heights[-1], center_z[-1]]])
    count, k = len(rings), np.arange(columns)
    last = count - columns
    first_cap = np.stack([k, (k + 1) % columns, np.full(columns, count)], 1)
    last_cap = np.stack([last + (k + 1) % columns, last + k, np.full(columns, count + 1)], 1)
    faces = np.concatenate([grid_faces(len(heights), columns), first_cap, last_cap])
    return np.concatenate([rings, caps]), faces.astype(np.int32)


def ellipsoid(center: tuple, radii: tuple, power: float = 1.0) -> tuple:
    """A closed (super)ellipsoid; ``power`` < 1 makes it boxy."""
    t = np.linspace(0.02, np.pi - 0.02, 11)
    rounded = np.sin(t) ** power
    vertices, faces = lathe(
        np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power, rounded, rounded, np.zeros_like(t), columns=20
    )
    if power < 1.0:
        flat = vertices[:, [0, 2]]
        length = np.maximum(np.abs(flat).max(1) / np.maximum(np.linalg.norm(flat, axis=1), 1e-6), 1e-6)
        vertices[:, [0, 2]] = flat / length[:, None] ** 0.7
    return vertices * np.array(radii) + np.array(center), faces


WAIST, UNDER_A_TOP = 0.055, -0.045
"""Heights in metres at which a skirt begins: worn alone, and below a top that hangs over it."""
OVER_SKIRTS = ("jacket", "hoodie", "armor_torso")
"""Tops whose hem lies over a skirt."""
HEMS = {
    "skirt": -0.31, "dress": -0.33, "coat": -0.44, "long_skirt": -0.83, "gown": -0.88, "robe": -0.89,
}  # fmt: skip
"""Garments that hang from the waist and hide the legs, with the heights of their hems."""


def skirt(begin: float, hem: float, half_x: float, flare: float, rows: int = 10) -> tuple:
    """A tube with soft folds towards the hem, shaped from the waist down; what is above ``begin`` is left out."""
    top, heights = WAIST, np.linspace(begin, hem, rows)
    t = (top - heights) / (top - hem)
    hip = np.clip((top - heights) / 0.14, 0, 1) ** 0.7  # from the waist out over the hips
    wide = half_x - 0.02 + 0.035 * hip + flare * t**1.2
    if begin < WAIST:  # it comes out from under the top
        wide = wide * (1 - 0.2 * np.clip(1 - (begin - heights) / 0.05, 0, 1))
    vertices, faces = lathe(heights, wide, wide * (0.74 + 0.16 * t), np.full(rows, 0.018), columns=54)
    angle = np.arctan2(vertices[:, 0], vertices[:, 2])
    folds = 1 + 0.045 * np.clip((top - vertices[:, 1]) / (top - hem), 0, 1) * np.sin(9 * angle)
    vertices[:, [0, 2]] *= folds[:, None]
    return vertices, faces


def cape() -> tuple:
    """A sheet on the back from the shoulders to the calves, 2 cm thick."""
    columns, rows = 9, 12
    t, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    x = u * (0.16 + 0.17 * t)
    y = 0.50 - 1.12 * t - 0.02 * u**2
    z = -0.085 - 0.02 * np.sin(np.pi * t) - 0.12 * t - 0.03 * t * np.cos(3 * np.pi * u) + 0.05 * u**2 * (1 - t)
    outer = np.stack([x, y, z], -1).reshape(-1, 3)
    inner = outer + np.array([0, 0, 0.02])
    quads = [(i * columns + j, i * columns + j + 1) for i in range(rows - 1) for j in range(columns - 1)]
    a = np.array([q[0] for q in quads])
    back = np.concatenate([np.stack([a, a + columns, a + 1], 1), np.stack([a + 1, a + columns, a + columns + 1], 1)])
    count = rows * columns
    faces = np.concatenate([back[:, ::-1], back + count])
    rim = (
        list(range(columns))
        + [i * columns + columns - 1 for i in range(1, rows)]
        + [(rows - 1) * columns + j for j in range(columns - 2, -1, -1)]
        + [i * columns for i in range(rows - 2, 0, -1)]
    )
    r, s = np.array(rim), np.roll(rim, -1)
    edge = np.concatenate([np.stack([r, s, r + count], 1), np.stack([s, s + count, r + count], 1)])
    return np.concatenate([outer, inner]), np.concatenate([faces, edge[:, ::-1]]).astype(np.int32)


def _garment_shapes(kind: str, begin: float = WAIST) -> list[tuple[tuple, tuple[int, ...]]]:
    """((vertices, faces), joints) of a garment's pieces; a skirt begins at the height ``begin``."""
    table: dict[str, Callable[[], list[tuple[tuple, tuple[int, ...]]]]] = {
        "skirt": lambda: [(skirt(begin, HEMS["skirt"], 0.155, 0.05), LOWER)],
        "long_skirt": lambda: [(skirt(begin, HEMS["long_skirt"], 0.155, 0.11), LOWER)],
        "dress": lambda: [(skirt(WAIST, HEMS["dress"], 0.155, 0.06), LOWER)],
        "gown": lambda: [(skirt(WAIST, HEMS["gown"], 0.155, 0.13), LOWER)],
        "coat": lambda: [(skirt(WAIST, HEMS["coat"], 0.165, 0.045), LOWER)],
        "robe": lambda: [(skirt(WAIST, HEMS["robe"], 0.165, 0.07), LOWER)],
        "cape": lambda: [(cape(), TRUNK)],
        "backpack": lambda: [(ellipsoid((0, 0.31, -0.15), (0.13, 0.18, 0.085), 0.5), TRUNK)],
        "hat": lambda: [
            (ellipsoid((0, 0.748, 0.045), (0.150, 0.010, 0.165)), HEAD),
            (ellipsoid((0, 0.785, 0.045), (0.088, 0.085, 0.108), 0.8), HEAD),
        ],
        "shoes": _shoes,
        "boots": _shoes,
        "cap": lambda: [(ellipsoid((0, 0.742, 0.150), (0.068, 0.009, 0.080)), HEAD)],
        "shoulder_pads": lambda: [
            (ellipsoid((0.20, 0.478, 0.01), (0.085, 0.050, 0.085)), (13, 16)),
            (ellipsoid((-0.20, 0.478, 0.01), (0.085, 0.050, 0.085)), (14, 17)),
        ],
    }
    return table[kind]() if kind in table else []


def _shoes() -> list[tuple[tuple, tuple[int, ...]]]:
    """A rounded toe box on each foot, so that no toes show."""
    return [
        (ellipsoid((sign * 0.112, -0.909, 0.078), (0.055, 0.046, 0.140), 0.75), joints)
        for sign, joints in ((1, (7, 10)), (-1, (8, 11)))
    ]


def _hair_shapes(style: str) -> list[tuple[tuple, tuple[int, ...]]]:
    table: dict[str, Callable[[], list[tuple[tuple, tuple[int, ...]]]]] = {
        "long": lambda: [(ellipsoid((0, 0.56, -0.035), (0.118, 0.205, 0.062)), (*HEAD, 9))],
        "ponytail": lambda: [(ellipsoid((0, 0.635, -0.105), (0.030, 0.125, 0.038)), HEAD)],
        "bun": lambda: [(ellipsoid((0, 0.785, -0.045), (0.047, 0.045, 0.047)), HEAD)],
        "mohawk": lambda: [(ellipsoid((0, 0.775, 0.035), (0.014, 0.085, 0.125)), HEAD)],
    }
    return table[style]() if style in table else []


def props_of(look: Look) -> list[Prop]:
    """The pieces that a look needs, coloured."""
    pieces: list[Prop] = []
    hair = np.array(HAIR_COLORS[look.hair_color], np.float32)
    for (vertices, faces), joints in _hair_shapes(look.hair_style):
        strands = 1 + 0.07 * np.sin(vertices[:, :1] * 310)
        pieces.append(Prop(vertices.astype(np.float32), faces, (hair * strands).clip(0, 1).astype(np.float32), joints))
    begin = UNDER_A_TOP if any(garment.kind in OVER_SKIRTS for garment in look.garments) else WAIST
    for garment in look.garments:
        for (vertices, faces), joints in _garment_shapes(garment.kind, begin):
            colors, part = _prop_colors(garment, vertices), GARMENT_KINDS[garment.kind][0]
            pieces.append(Prop(vertices.astype(np.float32), faces, colors, joints, part))
    return pieces


def _prop_colors(garment: Garment, vertices: NDArray) -> Floats:
    """One colour, or the garment's pattern; an accent marks the hem."""
    from engine.wardrobe.canonical import Points
    from engine.wardrobe.paint import blend, garment_color

    if garment.pattern != "plain":
        return garment_color(garment, Points(vertices, 0.02)).astype(np.float32)
    colors = np.broadcast_to(np.array(COLORS[garment.color]), (len(vertices), 3)).copy()
    if garment.accent and garment.kind in ("skirt", "long_skirt", "dress", "gown", "robe", "coat", "cape"):
        low = vertices[:, 1] < vertices[:, 1].min() + 0.06
        colors = blend(colors, low.astype(float), np.array(COLORS[garment.accent]))
    return colors.astype(np.float32)


@dataclass(frozen=True)
class Binding:
    """How a prop's vertices follow a body: neighbours (P, K), their shares (P, K) and skinning weights (P, 24)."""

    neighbours: NDArray[np.int64]
    shares: Floats
    weights: Floats


def bind(prop: Prop, skinning: Floats, canonical: Floats, neighbours: int = 24) -> Binding:
    """Bind a prop to the body vertices near it that its joints carry."""
    carried = np.flatnonzero(skinning[:, list(prop.joints)].sum(1) > 0.5)
    distance, index = cKDTree(canonical[carried]).query(prop.vertices, k=neighbours)
    shares = 1.0 / (distance + 0.02) ** 2
    shares /= shares.sum(1, keepdims=True)
    index = carried[index]
    weights = np.einsum("pk,pkj->pj", shares, skinning[index])
    if prop.joints == LOWER:  # the two halves of a skirt pass softly from one leg to the other
        weights = _soften_sides(weights, prop.vertices[:, 0])
    weights /= weights.sum(1, keepdims=True)
    return Binding(index, shares.astype(np.float32), weights.astype(np.float32))


def _soften_sides(weights: NDArray, x: NDArray) -> NDArray:
    """Share each leg joint's weight with its mirror by the sideways position."""
    out = weights.copy()
    left = np.clip(x / 0.24 + 0.5, 0, 1)
    for a, b in ((1, 2), (4, 5), (7, 8)):
        total = weights[:, a] + weights[:, b]
        out[:, a], out[:, b] = total * left, total * (1 - left)
    return out

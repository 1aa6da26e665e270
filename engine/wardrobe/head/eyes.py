"""Eyeballs with iris, pupil and cornea, as a layer of their own behind the lids.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.beings.muzzle import Muzzle
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import grid_faces
from engine.wardrobe.head.frame import HEAD, Head
from engine.wardrobe.head.mouth import close_lips
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import EYE_COLORS, Look

IRIS, PUPIL = 0.0057, 0.0021
"""Radii in metres on a grown-up's eyeball."""
BALL = 0.0141
"""Radius in metres of a grown-up's eyeball."""
LIDS = 1.10
"""The eyeball's radius against the distance of the lids' inner border from its centre."""
CORNEA = 0.72
"""Radius of the cornea's curvature against the eyeball's."""
WIDE = 0.0231
"""Metres between the corners of a grown-up's eye."""
LEAST_OPEN = 0.62
"""Share of the eyeball's radius by which the lids of relaxed eyes stay apart."""
NARROWEST, RAISED = 0.50, 0.0025
"""The same of the narrowest eyes, whose lids are raised so far by that many metres at most."""
SUNK = 0.55
"""Share of their distance from the eyeball's centre to which the body's own eyes are sunk."""
SHADOW, SHADED = 0.0026, 0.62
"""Metres from the upper lid's edge over which its shadow fades on a grown-up's eyeball, and how dark it is there."""
COLUMNS = 56
SOCKET = ("sclera", "iris", "pupil", "apex.eye_cavity")


def has_eyes(mannequin: Mannequin) -> bool:
    """Whether the body says where its eyes are; others keep painted ones."""
    return all(f"iris.{side}" in mannequin.labels for side in "LR")


def eyeball(mannequin: Mannequin, side: str) -> tuple[NDArray, float]:
    """Centre (3,) and radius of the eyeball on a side, ``L`` or ``R``.

    The centre is that of the sphere through the eye's labelled points, which `settle_face` leaves; the radius follows
    the lids' border, which it leaves too.
    """
    ids = np.concatenate([mannequin.labels[f"{part}.{side}"] for part in ("sclera", "iris", "pupil")])
    points = mannequin.vertices[ids].astype(np.float64)
    middle = points.mean(0)
    local = points - middle
    found = np.linalg.lstsq(np.c_[2 * local, np.ones(len(local))], (local**2).sum(1), rcond=None)[0]
    center = middle + found[:3]
    border = mannequin.vertices[mannequin.labels[f"eye_cavity.{side}.border"]]
    return center, LIDS * float(np.median(np.linalg.norm(border - center, axis=1)))


def lid_edges(mannequin: Mannequin, side: str) -> tuple[NDArray, NDArray]:
    """Numbers of the upper and of the lower lid's inner edge of the eye ``L`` or ``R``, ordered by x; both have the
    corners."""
    ids = mannequin.labels[f"eye_cavity.{side}.border"]
    places = mannequin.canonical[ids]
    first, last = places[:, 0].argmin(), places[:, 0].argmax()
    chord = np.interp(places[:, 0], places[[first, last], 0], places[[first, last], 1])
    corners = ids[[first, last]]
    upper = np.union1d(ids[places[:, 1] > chord], corners)
    lower = np.union1d(ids[places[:, 1] <= chord], corners)
    found = [part[np.argsort(mannequin.canonical[part, 0], kind="stable")] for part in (upper, lower)]
    return found[0], found[1]


def _opening(mannequin: Mannequin, side: str) -> float:
    """Metres between the lids where they are farthest apart."""
    upper, lower = (mannequin.vertices[edge] for edge in lid_edges(mannequin, side))
    return float((upper[:, 1] - np.interp(upper[:, 0], lower[:, 0], lower[:, 1])).max())


def settle_face(mannequin: Mannequin, lower: float = 0.0017) -> Mannequin:
    """The body with its painted eyes sunk into their sockets, behind the eyeballs, relaxed upper lids and closed lips.

    Args:
        mannequin: as it was shaped; without labels of eyes it stays as it is.
        lower: metres by which the upper lids come down on a grown-up, less where the eyes are narrow; those of very
            narrow ones go up.
    """
    if not has_eyes(mannequin):
        return mannequin
    mannequin = close_lips(mannequin)
    vertices = mannequin.vertices.copy()
    head = Head.of(mannequin)
    for side in "LR":
        center, radius = eyeball(mannequin, side)
        ids = np.unique(np.concatenate([mannequin.labels[f"{part}.{side}"] for part in SOCKET]))
        vertices[ids] = center + SUNK * (vertices[ids] - center)
        away = vertices - center
        above = smoothstep(away[:, 1], 0.0, 0.25 * radius) * smoothstep(away[:, 1], 0.95 * radius, 0.35 * radius)
        near = np.exp(-((away[:, 0] / (0.85 * radius)) ** 2)) * (away[:, 2] > 0.3 * radius)
        lid = above * near
        lid[ids] = 0
        opening = _opening(mannequin, side)
        down = np.clip(opening - LEAST_OPEN * radius, 0, lower * head.size)
        down -= np.clip(NARROWEST * radius - opening, 0, RAISED * head.size)
        vertices[:, 1] -= (down * lid).astype(np.float32)
    return replace(mannequin, vertices=vertices.astype(np.float32))


def eye_layer(look: Look, mannequin: Mannequin, rng: np.random.Generator, muzzle: Muzzle | None = None) -> Layer | None:
    """Both eyeballs, an animal's with its irises and pupils; None for a body that does not say where its eyes are."""
    face = muzzle or Muzzle()
    if not (has_eyes(mannequin) and face.eyes):
        return None
    head = Head.of(mannequin)
    balls = [_ball(mannequin, side, np.array(EYE_COLORS[look.eye_color]), rng, face) for side in "LR"]
    vertices = np.concatenate([ball[0] for ball in balls])
    count = len(balls[0][0])
    weights = np.zeros((2 * count, 24), np.float32)
    weights[:, HEAD] = 1
    return Layer(
        "Eyes",
        "eye",
        vertices.astype(np.float32),
        np.concatenate([balls[0][1], balls[1][1] + count]).astype(np.int32),
        np.clip(np.concatenate([ball[2] for ball in balls]), 0, 1).astype(np.float32),
        weights,
        head.canonical(vertices).astype(np.float32),
    )


def _ball(
    mannequin: Mannequin, side: str, color: NDArray, rng: np.random.Generator, face: Muzzle
) -> tuple[NDArray, NDArray[np.int32], NDArray]:
    """Vertices, faces and colours of one eyeball: rings round its line of sight, close together in the iris."""
    center, radius = eyeball(mannequin, side)
    edge = np.arcsin(min(face.iris * IRIS / BALL, 0.9))
    polar = np.concatenate([np.linspace(0.02, edge * 1.12, 22), np.linspace(edge * 1.25, 1.3, 13), [1.6, 2.0]])
    turn = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    bulge = np.maximum(1.0, _cornea(polar, edge))
    a, b = np.meshgrid(polar, turn, indexing="ij")
    outward = -0.035 if side == "R" else 0.035  # eyes at rest look a little apart
    ahead = np.array([outward, -0.03, 1.0]) / np.linalg.norm([outward, -0.03, 1.0])
    across = np.cross([0.0, 1.0, 0.0], ahead)
    up = np.cross(ahead, across)
    rays = (
        np.cos(a)[..., None] * ahead
        + (np.sin(a) * np.cos(b))[..., None] * across
        + (np.sin(a) * np.sin(b))[..., None] * up
    )
    rings = center + radius * bulge[:, None, None] * rays
    apex = center + radius * bulge[0] * ahead
    back = center - 0.4 * radius * ahead
    vertices = np.concatenate([rings.reshape(-1, 3), apex[None], back[None]])
    count, k = rings.shape[0] * COLUMNS, np.arange(COLUMNS)
    near, last = (k + 1) % COLUMNS, count - COLUMNS
    faces = np.concatenate(
        [
            grid_faces(len(polar), COLUMNS),
            np.stack([k, near, np.full(COLUMNS, count)], 1),
            np.stack([last + near, last + k, np.full(COLUMNS, count + 1)], 1),
        ]
    )
    colors = _painted(a / edge, b, rays, color, rng, face.slit)
    colors = _between_lids(colors, rings, mannequin, side).reshape(-1, 3)
    return vertices, faces, np.concatenate([colors, [[0.012] * 3, [0.7] * 3]])


def _between_lids(colors: NDArray, rings: NDArray, mannequin: Mannequin, side: str) -> NDArray:
    """Colours (R, C, 3) of an eyeball's points (R, C, 3) in the upper lid's shadow, redder towards the corners."""
    upper, lower = (mannequin.vertices[edge].astype(np.float64) for edge in lid_edges(mannequin, side))
    below = np.interp(rings[..., 0], upper[:, 0], upper[:, 1]) - rings[..., 1]
    first, last = float(lower[0, 0]), float(lower[-1, 0])
    size = (last - first) / WIDE
    dark = SHADED * np.exp(-np.clip(below, 0, None) / (SHADOW * size))
    corner = np.minimum(rings[..., 0] - first, last - rings[..., 0])
    red = 0.35 * smoothstep(corner, 0.005 * size, 0.0)
    found: NDArray = colors * (1 - dark[..., None]) * (1 - red[..., None] * np.array([0.1, 0.55, 0.5]))
    return found


def _cornea(polar: NDArray, edge: float) -> NDArray:
    """(R,) how far from the eyeball's centre, in its radii, a cap is that meets the ball at the angle ``edge``."""
    rim = np.sin(edge)
    radius = max(CORNEA, min(1.0, 1.15 * rim))
    ahead = np.cos(edge) - np.sqrt(radius**2 - rim**2)
    inside = np.maximum(radius**2 - (ahead * np.sin(polar)) ** 2, 0.0)
    found: NDArray = np.where(polar < 1.2, ahead * np.cos(polar) + np.sqrt(inside), 0.0)
    return found


def _painted(
    reach: NDArray, turn: NDArray, rays: NDArray, color: NDArray, rng: np.random.Generator, slit: float = 1.0
) -> NDArray:
    """(R, C, 3) colours: ``reach`` is 1 at the iris's border, ``turn`` goes round, ``rays`` (R, C, 3) are outward.

    ``slit``: the pupil's width against its height; a narrow one is taller.
    """
    pupil = PUPIL / IRIS
    tall = 1 + 0.8 * (1 - slit)
    hole = reach * np.hypot(np.cos(turn) / (slit * tall), np.sin(turn) / tall)
    phases = rng.uniform(0, 2 * np.pi, 4)
    fibres = np.zeros_like(turn)
    for frequency, phase in zip((9, 17, 23, 28), phases):
        fibres += 0.25 * np.sin(frequency * turn + phase + 0.8 * np.sin(3 * turn + 5 * reach))
    inner = smoothstep(reach, 0.62, pupil)
    tone = 1.02 + 0.24 * fibres + 0.30 * inner + 0.22 * np.clip(-np.sin(turn), 0, 1)  # light gathers below
    warm = np.array([1.15, 0.92, 0.66]) * color.mean() + color * 0.35
    iris = (color * (1 - 0.45 * inner[..., None]) + 0.45 * inner[..., None] * warm) * tone[..., None]
    iris = iris * (1 - 0.74 * smoothstep(reach, 0.74, 0.97))[..., None]  # the limbal ring
    iris = iris + (np.array([0.012] * 3) - iris) * smoothstep(hole, pupil * 1.12, pupil * 0.92)[..., None]
    white = np.array([0.83, 0.80, 0.77]) * np.ones((*turn.shape, 1))
    shade = np.clip(np.abs(rays[..., 0]) - 0.35, 0, 0.5)
    white = white * (1 - 0.55 * shade[..., None] * np.array([0.75, 1.0, 1.02]))
    colors: NDArray = white + (iris - white) * smoothstep(reach, 1.08, 0.95)[..., None]
    return colors

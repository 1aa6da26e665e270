"""Hair that is swept along the head to a tie: ponytails and buns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import ellipsoid, tube
from engine.wardrobe.head.falling import fall
from engine.wardrobe.head.frame import Head, Seeds, sample, unit, zones
from engine.wardrobe.head.locks import SHORTER_AT_ROOTS, LockForm, Tufts, locks, together
from engine.wardrobe.head.plaits import braid
from engine.wardrobe.head.styles import FREE, STYLES, Style

SWEPT = LockForm(0.40, 0.3, root=0.85, tip=0.95, sides=5)
TAIL = LockForm(0.3, 0.5, root=0.8, sides=6)
WOUND = LockForm(0.3, 0.25, root=0.8, tip=0.9, sides=5)
LOW, BACK = 0.70, np.array([0.0, 0.35, -1.0])
"""Canonical height below which a tie is low: what grows in front goes up and back first, not across the forehead."""

FRINGE, FRINGED = 170, 0.056
"""Locks of the fringe of hair that is tied else, and canonical metres from the middle up to which it grows."""


def gather(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hair swept along the head to one tie or two, what hangs or is wound there, and a fringe that is left out."""
    if style.fringe < FREE:
        seeds = seeds.take(np.flatnonzero(_in_fringe(seeds.canonical) < 0.5))
        return together(gather(replace(style, fringe=FREE), head, seeds, rng), _fringe(style, head, rng))
    steps, count = 12, len(seeds)
    ties = [np.array(style.tie)]
    if style.twin:
        ties.append(ties[0] * [-1, 1, 1])
    places = head.place(np.stack(ties))
    zone = zones(seeds.canonical)
    lift = (zone @ np.array(style.lift)) * rng.uniform(0.3, 1.15, count) * head.size
    clear = head.size * (0.0008 + style.shell * smoothstep(style.above(seeds.canonical), 0.0, 0.0045))
    point, normal = seeds.points + (clear - 0.0015)[:, None] * seeds.normals, seeds.normals
    paths, normals = [point], [normal]
    own = places[(seeds.canonical[:, 0] < 0).astype(int) if style.twin else np.zeros(count, int)]
    aim = own + rng.normal(0, 0.005, (count, 3)) * head.size
    rise = 2.0 * zone[:, :2].sum(1, keepdims=True) * (style.tie[1] < LOW)
    along_way = np.linspace(0, 1, steps) ** SHORTER_AT_ROOTS
    for k in range(1, steps):
        to = aim - point
        left = np.linalg.norm(to, axis=1, keepdims=True)
        to = to + left * rise * (1 - along_way[k]) * BACK
        along = unit(to) - 0.9 * normal * (unit(to) * normal).sum(1, keepdims=True)
        share = (along_way[k] - along_way[k - 1]) / (1 - along_way[k - 1])
        point = point + unit(along) * left * share * np.where(left > 0.02, 1.06, 1.0)
        above = lift * np.interp(k, [0, 2, steps - 1], [0.2, 1, 1.2])
        point, normal = head.off_skin(point, np.maximum(above, clear), 0.5)
        paths.append(point)
        normals.append(normal)
    paths[-1] = aim
    width = style.width * head.size * rng.uniform(0.6, 1.1, count)
    width = width * (0.4 + 0.6 * smoothstep(style.above(seeds.canonical), 0.002, 0.014))
    swept = locks(np.stack(paths, 1), np.stack(normals, 1), width, SWEPT, rng)
    return together(swept, *(_rest(style, head, tie, place, rng) for tie, place in zip(ties, places)))


def _in_fringe(canonical: NDArray) -> NDArray:
    """(N,) how far places of the scalp are of those whose hair falls before the forehead."""
    found: NDArray = zones(canonical)[:, 0] * smoothstep(np.abs(canonical[:, 0]), FRINGED, 0.8 * FRINGED)
    return found


def _fringe(style: Style, head: Head, rng: np.random.Generator) -> Tufts:
    """Hair that falls before the forehead as a bob's fringe does."""
    bob = next(one for one in STYLES["medium"] if one.fringe < FREE)

    def density(canonical: NDArray) -> NDArray:
        return _in_fringe(canonical) * smoothstep(style.above(canonical), -0.001, 0.004)

    seeds = sample(head.mannequin, density, FRINGE, rng)
    return fall(replace(bob, clumps=min(FRINGE // 4, len(seeds)), under=0, fringe=style.fringe), head, seeds, rng)


def _rest(style: Style, head: Head, tie: NDArray, place: NDArray, rng: np.random.Generator) -> Tufts:
    """What hangs from a tie, or is wound there: canonical and on the head."""
    out = unit(tie * [1, 0, 1])
    if style.knot:
        return _knot(style, head, place, out, rng)
    side = -1.0 if tie[0] < 0 else 1.0
    grown = braid if style.plait else _tail
    return together(grown(style, head, place, out, np.array(style.drawn) * [side, 1, 1], rng), _band(head, place, out))


def _band(head: Head, tie: NDArray, out: NDArray) -> Tufts:
    """The ring that holds hair at a tie, whose hair points to ``out`` (3,)."""
    s = head.size
    turn, side = np.linspace(0, 2 * np.pi, 25)[:-1, None], np.cross(out, [0, 1.0, 0])
    ring = (np.cos(turn) * side + np.sin(turn) * ([0, 1.0, 0] + 0.3 * out)) * 0.0125 * s + tie + 0.004 * s * out
    band = tube(np.concatenate([ring, ring[:2]]), np.full(26, 0.0042 * s), 8)
    return Tufts.plain(band.vertices, band.faces, 0.35)


def _tail(style: Style, head: Head, tie: NDArray, out: NDArray, drawn: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a ponytail, which leaves its tie towards ``out`` (3,) and falls as it is ``drawn`` (3,)."""
    count, steps, s = 110, 14, head.size
    around, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    side, up = np.cross(out, [0, 1.0, 0]), np.array([0, 1.0, 0])
    aside, above = (reach * np.cos(around))[:, None], (reach * np.sin(around))[:, None]
    start = tie + s * 0.010 * (aside * side + above * up + 0.2 * out)
    heading = unit(0.55 * aside * side + (0.35 + 0.6 * above) * up + out)
    length = style.tail * s * rng.uniform(0.72, 1.05, count)
    point, paths = start, [start]
    for k in range(1, steps):
        fall = 0.16 + 0.5 * min(1.0, k / 5)
        heading = unit(heading + fall * drawn)
        point = point + heading * (length / (steps - 1))[:, None]
        point, _ = head.off_skin(point, np.full(count, 0.010 * s) * (0.4 + reach), 0.0)
        paths.append(point)
    found = np.stack(paths, 1)
    t = np.linspace(0, 1, steps)
    middle = found.mean(0)
    found = middle + (found - middle) * np.interp(t, [0, 0.3, 0.6, 1], [0.8, 0.9, 0.85, 0.25])[None, :, None]
    phase = rng.normal(0, 0.5, count)
    found[..., 0] += 0.006 * s * t * np.sin(2 * np.pi * 1.3 * t[None] + phase[:, None])
    outward = unit(found - middle + np.array([0, 0.0, -1e-3]))
    return locks(found, outward, 0.0085 * s * rng.uniform(0.6, 1.1, count), TAIL, rng)


def _knot(style: Style, head: Head, tie: NDArray, out: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a bun: locks wound round a ball about the line from the head, towards ``out`` (3,), to it."""
    count, steps, size = 110, 16, style.knot * head.size
    axis = unit(np.array([0.0, 0.62, 0.0]) + 0.78 * out)
    side = np.cross(out, [0, 1.0, 0])
    up = np.cross(axis, side)
    middle = tie + 0.60 * size * axis
    t = np.linspace(0, 1, steps)
    start = rng.uniform(0, 2 * np.pi, count)
    first = rng.uniform(0.55, 2.3, count)
    polar = first[:, None] + t * rng.uniform(-0.35, -0.05, count)[:, None]
    polar = np.clip(polar, 0.12, None)
    turn = start[:, None] + t * (1.6 / np.clip(np.sin(first), 0.5, 1))[:, None]
    swell = 1 + rng.uniform(-0.12, 0.06, count)[:, None] + 0.05 * np.sin(np.pi * t) - 0.12 * (t - 0.5) ** 2 * 4
    rays = (
        np.cos(polar)[..., None] * axis
        + (np.sin(polar) * np.cos(turn))[..., None] * side
        + (np.sin(polar) * np.sin(turn))[..., None] * up
    )
    squashed = rays - 0.22 * (rays @ axis)[..., None] * axis
    paths = middle + size * swell[..., None] * squashed
    wound = locks(paths, rays, 0.0085 * head.size * rng.uniform(0.6, 1.1, count), WOUND, rng)
    core = _ball(middle, 0.86 * size, axis)
    return together(wound, Tufts.plain(core[0], core[1], 0.57))


def _ball(middle: NDArray, radius: float, axis: NDArray) -> tuple[NDArray, NDArray[np.int32]]:
    """Vertices and faces of a ball flattened along an axis."""
    form = ellipsoid((0, 0, 0), (1, 1, 1))
    flat = form.vertices - 0.22 * (form.vertices @ axis)[:, None] * axis
    return middle + radius * flat, form.faces

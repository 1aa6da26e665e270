"""Hair that follows the style's directions over the head and falls: short, medium and long.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.geometry.measures import arc_lengths
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import ROOT, Head, Seeds, hairline, sideburns, unit, zones
from engine.wardrobe.head.locks import SHORTER_AT_ROOTS, LockForm, Tufts, clumped, lock_tones, locks, together
from engine.wardrobe.head.plaits import plaited, resampled
from engine.wardrobe.head.styles import FREE, Style

LOOSE = 0.3
"""Styles with more gravity than that hang; others keep their shape."""
SIDES, LONG = (5, 4), 16
"""Corners of a lock's section, of one in more than so many steps fewer."""
HANGING_SHADES, SHORT_SHADES = (0.74, 1.08), (0.86, 1.02)
"""Brightness at the roots and tips of hair that hangs, and of other. Set by hand."""
CURLED, WINDING = 0.005, 0.55
"""Metres of wave from which on hair is curled; how far curls go in and out, of how far they go aside."""
STRAY = LockForm(0.6, 0.8, root=0.8, tip=1.1)
OFF_FOREHEAD = np.array([0.0, 0.75, -0.6])
"""Added to the directions of what hangs and has its roots at the hairline."""
STRAYS = 10
"""Of so many locks that hang, one has a thin strand beside it that goes its own way."""


def fall(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Locks that follow the style's directions over the head, then fall, over wide ones that let nothing through."""
    upper = _layer(style, head, seeds, rng)
    if not style.under:
        return upper
    above = style.above(seeds.canonical)
    low = (above > 0.003) & (above < 0.045) & (zones(seeds.canonical)[:, 2:].sum(1) > 0.6)
    below = seeds.take(np.flatnonzero(low)[: style.under])
    lift, length = 0.12 * np.array(style.lift), 0.93 * np.array(style.length)
    wide = replace(
        style,
        clumps=min(24, len(below)),
        width=0.013,
        wave=0.5 * style.wave,
        flat=0.16,
        taper=0.25,
        lift=tuple(lift.tolist()),
        length=tuple(length.tolist()),
    )
    return together(_layer(wide, head, below, rng, 0.82), upper)


def _layer(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator, tone: float = 1.0) -> Tufts:
    """The locks of one layer, ``tone`` as bright as hair is."""
    count = len(seeds)
    zone = zones(seeds.canonical)
    away = np.where(seeds.canonical[:, 0] < style.parting, -1.0, 1.0)
    fringed = zone[:, 0] * (style.fringe < FREE)
    hangs = style.gravity > LOOSE
    # locks of a clump are of one side, and of the fringe or not
    beside = np.c_[seeds.points, 0.04 * away * (zone[:, 0] + zone[:, 1]), 0.05 * fringed]
    clumps = cKDTree(beside[: style.clumps]).query(beside)[1]
    wanted = _combing(style, seeds, away)
    wanted += rng.normal(0, style.loose, (style.clumps, 3))[clumps] + rng.normal(0, 0.45 * style.loose, (count, 3))
    burns = sideburns(seeds.canonical)[:, None] * (style.behind == 0)
    wanted = unit(wanted + burns * (np.array([0.0, -1.0, -0.1]) - wanted))
    length = zone @ np.array(style.length) * head.size * rng.uniform(0.9, 1.12)
    length = length * rng.uniform(0.86, 1.08, style.clumps)[clumps] * rng.uniform(0.9, 1.05, count)
    length = length * (1 - 0.45 * burns[:, 0] * (not hangs))
    high = smoothstep(seeds.canonical[:, 1], 0.66, 0.80)  # what grows higher up lies over the rest
    layer = 0.5 * high + 0.3 * rng.random(style.clumps)[clumps] + 0.2 * rng.random(count)
    share = 0.5 + 0.65 * layer
    lift = (zone @ np.array(style.lift)) * share * head.size
    paths, normals = _grown(style, head, seeds, wanted, length, share)
    if style.gather:  # ropes and plaits go each its own way
        paths = _combed(paths, beside)
    paths = clumped(paths, clumps, style.gather)
    paths = _waved(paths, normals, style, head.size, clumps, rng)
    profile = _profile(style)[None] * lift[:, None]
    floor = np.minimum(profile + 0.0006, 0.004 * head.size)
    off, _ = head.off_skin(paths.reshape(-1, 3), floor.ravel(), 0.0)
    paths = _off_the_face(style, head, off).reshape(paths.shape)
    paths[:, 0] = seeds.points - ROOT * seeds.normals
    width = style.width * head.size * rng.uniform(0.65, 1.15, count)
    tones = tone * lock_tones(clumps, style.clumps, count, rng)
    good = _in_place(style, head, paths, 1.5 * (zone @ np.array(style.lift)) * head.size + 0.004)
    if hangs and style.gather:
        good &= _in_company(paths) | (fringed > 0.3)
    if not style.ropes:  # finer hair grows along the hairline
        width = width * (0.45 + 0.55 * smoothstep(style.above(seeds.canonical), 0.002, 0.014))
    width = width * (1 - 0.35 * burns[:, 0]) * (1 - 0.45 * fringed * hangs)
    if style.plait:
        wide = style.plait * head.size
        paths, normals = resampled(paths[good], normals[good], 2.3 * wide)
        return plaited(paths, normals, np.broadcast_to(wide, paths.shape[:2]), rng)
    root, tip = HANGING_SHADES if hangs else SHORT_SHADES
    form = LockForm(style.flat, style.taper, root, tip, SIDES[style.steps > LONG])
    found = locks(paths[good], normals[good], width[good], form, rng, tones[good])
    return together(found, _strays(paths[good], normals[good], head, rng)) if hangs and tone == 1.0 else found


def _combing(style: Style, seeds: Seeds, away: NDArray) -> NDArray:
    """(N, 3) the style's directions at seeds; ``away`` (N,) is on which side of the parting they are, -1 or 1."""
    zone = zones(seeds.canonical)
    sided = np.where(zone[:, 2] + zone[:, 3] > 0.5, np.tanh(seeds.canonical[:, 0] / 0.02), away)
    wanted: NDArray = zone @ np.array([style.front, style.top, style.side, style.back])
    wanted[:, 0] *= sided
    if style.parted:  # from the crown it falls back
        wanted[:, 0] *= 0.2 + 0.8 * smoothstep(seeds.canonical[:, 2], -0.050, 0.0)
    if style.gravity > LOOSE and style.fringe >= FREE:  # off the forehead first
        low = zone[:, 0] * smoothstep(style.above(seeds.canonical), 0.020, 0.0)
        wanted += low[:, None] * OFF_FOREHEAD
    return wanted


def _strays(paths: NDArray, normals: NDArray, head: Head, rng: np.random.Generator) -> Tufts:
    """Thin strands that part from some of the locks (L, K, 3), the more the nearer to the tip."""
    chosen = rng.permutation(len(paths))[: len(paths) // STRAYS]
    own, out = paths[chosen], normals[chosen]
    t = np.linspace(0, 1, own.shape[1])[None, :, None]
    across = unit(np.cross(np.gradient(own, axis=1), out))
    aside, off, turn = (rng.uniform(low, 1, (len(chosen), 1, 1)) for low in (-1, 0.2, 0))
    swing = aside + 0.5 * np.sin(2 * np.pi * (1.5 * t + turn))
    own = own + head.size * t * (0.012 * swing * across + 0.006 * off * out)
    width = head.size * rng.uniform(0.0006, 0.0011, len(chosen))
    return locks(own, out, width, STRAY, rng)


def _in_company(paths: NDArray) -> NDArray:
    """(L,) whether locks (L, K, 3) have others beside them all the way."""
    alone = np.zeros(len(paths), bool)
    for k in (paths.shape[1] // 2, 3 * paths.shape[1] // 4, paths.shape[1] - 2):
        near = cKDTree(paths.reshape(-1, 3)).query(paths[:, k], k=36)[1] // paths.shape[1]
        others = np.array([len(set(row)) for row in near])
        alone |= others < 9
    return ~alone


def _combed(paths: NDArray, beside: NDArray) -> NDArray:
    """Locks (L, K, 3) that lie much as those beside them (L, 4) do, without kinks."""
    near = cKDTree(beside).query(beside, k=min(5, len(beside)))[1]
    shape = paths - paths[:, :1]
    shape = 0.35 * shape + 0.65 * shape[near].mean(1)
    for _ in range(2):
        shape[:, 1:-1] = 0.5 * shape[:, 1:-1] + 0.25 * (shape[:, :-2] + shape[:, 2:])
    found: NDArray = paths[:, :1] + shape
    return found


def _grown(
    style: Style, head: Head, seeds: Seeds, wanted: NDArray, length: NDArray, share: NDArray
) -> tuple[NDArray, NDArray]:
    """Paths (L, steps, 3) and the outward directions along them; ``share`` (L,) of the style's lift is theirs."""
    down = np.array([0.0, -1.0, 0.0])
    profile = _profile(style)
    point, normal = seeds.points - ROOT * seeds.normals, seeds.normals
    heading = unit(0.55 * normal + wanted)
    paths, normals = [point], [normal]
    fringed = zones(seeds.canonical)[:, 0] * (style.fringe < FREE)
    pull = 0.35 if style.gravity < LOOSE else 0.2 + 0.5 * fringed
    places = _steps(style)
    for k, t in enumerate(places[1:], 1):
        x, y, z = head.canonical(point).T
        before = smoothstep(z, 0.04, 0.08) * smoothstep(y, 0.775, 0.74) * smoothstep(np.abs(x), 0.078, 0.055)
        before = before * (1.0 if style.fringe > FREE else smoothstep(y, style.fringe, style.fringe - 0.006))
        sideways = np.sign(x)[:, None] * before[:, None] * np.array([1.0, 0, -0.5])
        along = wanted - 0.85 * normal * (wanted * normal).sum(1, keepdims=True)
        fall = style.gravity * min(1.0, 2.2 * t) * down
        fall = fall - 0.6 * normal * np.clip((fall * normal).sum(1, keepdims=True), None, 0)
        loose = style.gravity > LOOSE
        along = along * (smoothstep(y, 0.60, 0.73)[:, None] if loose else 1.0)
        heading = unit(0.55 * heading + 0.45 * along + fall)
        heading = unit(heading + (0.9 if loose else 0.0) * sideways)
        if style.behind:  # the ears
            ahead = smoothstep(y, 0.755, 0.725) * smoothstep(np.abs(x), 0.035, 0.05) * smoothstep(z, -0.030, 0.0)
            heading = unit(heading + style.behind * ahead[:, None] * np.array([0, 0.1, -1.0]))
        step = (length * (t - places[k - 1]))[:, None]
        if style.level:
            step = step * smoothstep(head.canonical(point)[:, 1], style.level - 0.03, style.level + 0.02)[:, None]
        if style.fringe < FREE:  # cut straight above the brows
            step = step * np.where(z > 0.06, smoothstep(y, style.fringe - 0.002, style.fringe + 0.006), 1.0)[:, None]
        point = _off_the_face(style, head, point + step * heading)
        lift = zones(head.canonical(point)) @ np.array(style.lift) * share * head.size
        point, normal = head.off_skin(point, profile[k] * lift, pull)
        paths.append(point)
        normals.append(normal)
    return np.stack(paths, 1), np.stack(normals, 1)


def _steps(style: Style) -> NDArray:
    """(steps,) shares of the length, shorter at the roots, but of curls, which are round all the way."""
    found: NDArray = np.linspace(0, 1, style.steps) ** (1.0 if style.wave > CURLED else SHORTER_AT_ROOTS)
    return found


def _profile(style: Style) -> NDArray:
    """(steps,) share of the lift along a lock: leaves the skin at the root, lies a little closer at the tip."""
    t = _steps(style)
    return np.interp(t, [0, 0.12, 0.3, 0.7, 1], [0.0, 0.62, 1.0, 0.92, 0.62 if style.gravity > LOOSE else 0.05])


def _lowest(style: Style) -> float:
    """Canonical height below which no hair may be before the face: a little less than a fringe's, which is uneven."""
    return style.fringe - 0.007 * (style.fringe < FREE)


def _off_the_face(style: Style, head: Head, points: NDArray) -> NDArray:
    """Points (N, 3) moved sideways out of the space before the face."""
    local = head.canonical(points)
    lowest = _lowest(style)
    side = np.abs(local[:, 0])
    before = smoothstep(local[:, 2], 0.045, 0.075) * smoothstep(local[:, 1], lowest + 0.005, lowest - 0.010)
    before = before * smoothstep(local[:, 1], 0.52, 0.57)
    edge = 0.066 + 0.010 * smoothstep(local[:, 1], 0.70, 0.62)
    lack = before * np.clip(edge - side, 0, None)
    local[:, 0] += np.where(local[:, 0] < 0, -lack, lack)
    return head.place(local)


def _in_place(style: Style, head: Head, paths: NDArray, highest: NDArray) -> NDArray:
    """(L,) whether locks neither cross the face, nor leave the skull by more than ``highest`` (L,), nor are torn."""
    local = head.canonical(paths)
    inner = (
        (local[..., 2] > 0.085)
        & (local[..., 1] < min(0.715, _lowest(style)))
        & (local[..., 1] > 0.57)
        & (np.abs(local[..., 0]) < 0.052)
    )
    distance = head.mannequin.caster.closest_point(paths.reshape(-1, 3), signed=False)[2].reshape(paths.shape[:2])
    high = (distance > highest[:, None]) & (local[..., 1] > 0.765)
    spans = np.linalg.norm(np.diff(paths, axis=1), axis=2)
    torn = (spans[:, 1:] > 2.2 * spans[:, :-1] + 0.006).any(1)
    fringe = (local[..., 2] > 0.075) & (local[..., 1] < _lowest(style)) & (np.abs(local[..., 0]) < 0.052)
    if style.gravity < LOOSE and style.fringe >= FREE:  # no strays before forehead and temples
        below = hairline(local.reshape(-1, 3)).reshape(local.shape[:2]) < -0.009
        fringe = fringe | (below & (local[..., 2] > 0.058) & (local[..., 1] > 0.69))
    found: NDArray = ~(inner.any(1) | high.any(1) | torn | fringe.any(1))
    return found


def _waved(
    paths: NDArray, normals: NDArray, style: Style, size: float, clumps: NDArray, rng: np.random.Generator
) -> NDArray:
    """Locks with waves across their way, on a head of a ``size``; neighbours swing together."""
    if not style.wave:
        return paths
    reach = arc_lengths(paths)
    t = np.clip(reach / (max(style.length) * size), 0, 1)
    phase = rng.normal(0, 0.7, clumps.max() + 1)[clumps] + rng.normal(0, 0.25, len(paths)) + rng.uniform(0, 6)
    across = unit(np.cross(np.gradient(paths, axis=1), normals))
    wide = size * style.wave * (0.25 + t) * np.clip(4 * t, 0, 1)
    turn = 2 * np.pi * style.waves * t + phase[:, None]
    found: NDArray = paths + (wide * np.sin(turn))[..., None] * across
    if style.wave > CURLED:  # they wind
        found = found + (WINDING * wide * (1 + np.cos(turn)))[..., None] * normals
    return found

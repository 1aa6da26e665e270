"""Hair as locks that grow from the scalp, by the styles of ``catalog/hairstyles.toml``, over a shell in its colour."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.forms import tube
from engine.wardrobe.head.frame import Head, Seeds, hairline, sample, unit
from engine.wardrobe.head.locks import Tufts, clumped, hair_layer, locks, together
from engine.wardrobe.head.scalp import shell
from engine.wardrobe.layers import Layer
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.outfit import HAIR_COLORS

HIDING = frozenset({"helmet", "hood", "mask_full"})
"""Headgear beneath which there is no hair."""
BRIMMED = frozenset({"hat", "cap"})
"""Headgear beneath which hair shows at the sides and the back only."""
BRIM = 0.728
"""Canonical height of their border at the ears; it rises to the front like the regions'."""


@dataclass(frozen=True)
class Style:
    """A hair style: see the head of ``catalog/hairstyles.toml``."""

    name: str
    count: int
    length: tuple[float, float, float, float]
    lift: tuple[float, float, float, float]
    width: float
    grow: str = "fall"
    """How it grows: fall, gather, coils, crest or stubble."""
    shell: float = 0.0018
    clumps: int = 0
    front: tuple[float, float, float] = (0.0, 1.0, 0.0)
    top: tuple[float, float, float] = (0.0, 1.0, 0.0)
    side: tuple[float, float, float] = (0.0, 1.0, 0.0)
    back: tuple[float, float, float] = (0.0, 1.0, 0.0)
    parting: float = 0.0
    gravity: float = 0.0
    wave: float = 0.0
    waves: float = 0.0
    level: float = 0.0
    """Canonical height at which hair is cut; 0: nowhere."""
    steps: int = 12
    flat: float = 0.4
    taper: float = 0.6
    tie: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tail: float = 0.0
    knot: float = 0.0


def read_styles(path: Path = CATALOG / "hairstyles.toml") -> dict[str, Style]:
    """The styles of a file, by name.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    found = {}
    for name, record in tomllib.loads(path.read_text(encoding="utf-8")).items():
        try:
            found[name] = Style(
                name, **{key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
            )
        except TypeError as error:
            raise ValueError(f"{path.name}: [{name}] {str(error).split('__init__() ')[-1]}.") from None
    return found


STYLES = read_styles()
SHORTER_AT_ROOTS = 1.5
"""Power by which the steps of a lock are shorter near its root."""


def hair_layers(style: str, color: str, head: Head, rng: np.random.Generator, covered_by: frozenset[str]) -> list[Layer]:
    """The hair of one of `outfit.HAIR_STYLES` in one of `HAIR_COLORS`; empty for bald heads and beneath helmets."""
    if style not in STYLES or covered_by & HIDING:
        return []
    record, mannequin = STYLES[style], head.mannequin
    record = replace(record, parting=rng.choice([-1.0, 1.0]) * record.parting + rng.normal(0, 0.003))
    covered = bool(covered_by & BRIMMED)
    if covered and record.grow in ("coils", "crest"):
        record = STYLES["short"]

    def where(canonical: NDArray) -> NDArray:
        grown = smoothstep(hairline(canonical), -0.001, 0.004)
        if record.grow == "crest":
            grown = grown * smoothstep(np.abs(canonical[:, 0]), 0.020, 0.014)
        if record.grow == "fall":  # roots stand close along the parting
            line = np.exp(-(((canonical[:, 0] - record.parting) / 0.008) ** 2)) * smoothstep(canonical[:, 1], 0.735, 0.76)
            grown = grown * (0.5 + 0.5 * np.maximum(line, smoothstep(hairline(canonical), 0.014, 0.006)))
        return grown * (_brim(canonical) < 0) if covered else grown

    seeds = sample(mannequin, where, record.count, rng)
    if not len(seeds):
        return []
    within = (lambda c: -_brim(c)) if covered else (lambda c: 0.024 - np.abs(c[:, 0])) if record.grow == "crest" else None
    under = shell(head, record.shell, rng, within)
    tufts = together(under, GROWTH[record.grow](record, head, seeds, rng))
    return [hair_layer("Hair", tufts, np.array(HAIR_COLORS[color]), head)]


def _brim(canonical: NDArray) -> NDArray:
    """(N,) metres above the border of a hat."""
    found: NDArray = canonical[:, 1] + 0.2 * (canonical[:, 2] - 0.05) - BRIM
    return found


def zones(canonical: NDArray) -> NDArray:
    """(N, 4) shares of front, top, side and back at places of the scalp."""
    x, y, z = np.asarray(canonical).T
    top = smoothstep(y, 0.735, 0.772) * smoothstep(z, -0.055, -0.02)
    front = top * smoothstep(z, 0.060, 0.092)
    back = (1 - top) * smoothstep(z, 0.015, -0.02)
    return np.stack([front, top - front, 1 - top - back, back], 1)


def _off_the_face(head: Head, points: NDArray) -> NDArray:
    """Points (N, 3) moved sideways out of the space before the face."""
    local = head.canonical(points)
    side = np.abs(local[:, 0])
    before = smoothstep(local[:, 2], 0.045, 0.075) * smoothstep(local[:, 1], 0.737, 0.722)
    before = before * smoothstep(local[:, 1], 0.52, 0.57)
    edge = 0.066 + 0.010 * smoothstep(local[:, 1], 0.70, 0.62)
    lack = before * np.clip(edge - side, 0, None)
    local[:, 0] += np.where(local[:, 0] < 0, -lack, lack)
    return head.place(local)


def _fall(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Locks that follow the style's directions over the head, then fall."""
    count, steps = len(seeds), style.steps
    zone = zones(seeds.canonical)
    away = np.where(seeds.canonical[:, 0] < style.parting, -1.0, 1.0)
    beside = np.c_[seeds.points, 0.04 * away * (zone[:, 0] + zone[:, 1])]  # locks of a clump are of one side
    clumps = cKDTree(beside[: style.clumps]).query(beside)[1]
    sided = np.where(zone[:, 2] + zone[:, 3] > 0.5, np.tanh(seeds.canonical[:, 0] / 0.02), away)
    wanted = zone @ np.array([style.front, style.top, style.side, style.back])
    wanted[:, 0] *= sided
    wanted += rng.normal(0, 0.13, (style.clumps, 3))[clumps] + rng.normal(0, 0.06, (count, 3))
    wanted = unit(wanted)
    length = zone @ np.array(style.length) * head.size * rng.uniform(0.9, 1.12)
    length = length * rng.uniform(0.84, 1.1, style.clumps)[clumps] * rng.uniform(0.88, 1.06, count)
    layer = rng.random(style.clumps)[clumps] * 0.7 + 0.3 * rng.random(count)
    lift = (zone @ np.array(style.lift)) * (0.35 + 0.8 * layer) * head.size
    paths, normals = _grown(style, head, seeds, wanted, length, lift)
    paths = clumped(paths, clumps, 0.75)
    paths = _waved(paths, normals, style, clumps, rng)
    flat = paths.reshape(-1, 3)
    profile = _profile(steps)[None] * lift[:, None]
    floor = np.minimum(profile, 0.004 * head.size)
    off, _ = head.off_skin(flat, floor.ravel(), 0.0)
    paths = _off_the_face(head, off).reshape(paths.shape)
    paths[:, 0] = seeds.points - 0.0015 * seeds.normals
    width = style.width * head.size * rng.uniform(0.6, 1.15, count)
    tones = _tones(clumps, style.clumps, count, rng)
    good = _in_place(head, paths, 1.5 * (zone @ np.array(style.lift)) * head.size + 0.004)
    return locks(paths[good], normals[good], width[good], style.flat, style.taper, rng, tones[good])


def _in_place(head: Head, paths: NDArray, highest: NDArray) -> NDArray:
    """(L,) whether locks neither cross the face, nor leave the skull by more than ``highest`` (L,), nor are torn."""
    local = head.canonical(paths)
    inner = (local[..., 2] > 0.085) & (local[..., 1] < 0.715) & (local[..., 1] > 0.57) & (np.abs(local[..., 0]) < 0.052)
    distance = head.mannequin.caster.closest_point(paths.reshape(-1, 3), signed=False)[2].reshape(paths.shape[:2])
    high = (distance > highest[:, None]) & (local[..., 1] > 0.72)
    spans = np.linalg.norm(np.diff(paths, axis=1), axis=2)
    torn = (spans[:, 1:] > 2.2 * spans[:, :-1] + 0.006).any(1)
    found: NDArray = ~(inner.any(1) | high.any(1) | torn)
    return found


def _tones(clumps: NDArray, groups: int, count: int, rng: np.random.Generator) -> NDArray:
    """(count,) brightness of locks: clumps differ, and locks within them."""
    tones: NDArray = np.clip(rng.normal(1, 0.08, groups)[clumps] + rng.normal(0, 0.07, count), 0.7, 1.35)
    return tones


def _profile(steps: int) -> NDArray:
    """(steps,) share of the lift along a lock: leaves the skin at the root, lies a little closer at the tip."""
    t = np.linspace(0, 1, steps) ** SHORTER_AT_ROOTS
    return np.interp(t, [0, 0.12, 0.3, 0.7, 1], [0.0, 0.62, 1.0, 0.92, 0.62])


def _grown(
    style: Style, head: Head, seeds: Seeds, wanted: NDArray, length: NDArray, lift: NDArray
) -> tuple[NDArray, NDArray]:
    """Paths (L, steps, 3) and the outward directions along them."""
    steps, down = style.steps, np.array([0.0, -1.0, 0.0])
    profile = _profile(steps)
    point, normal = seeds.points - 0.0015 * seeds.normals, seeds.normals
    heading = unit(0.55 * normal + wanted)
    paths, normals = [point], [normal]
    pull = 0.35 if style.gravity < 0.3 else 0.12
    places = np.linspace(0, 1, steps) ** SHORTER_AT_ROOTS
    for k, t in enumerate(places[1:], 1):
        x, y, z = head.canonical(point).T
        before = smoothstep(z, 0.04, 0.08) * smoothstep(y, 0.775, 0.74) * smoothstep(np.abs(x), 0.078, 0.055)
        sideways = np.sign(x)[:, None] * before[:, None] * np.array([1.0, 0, -0.5])
        along = wanted - 0.85 * normal * (wanted * normal).sum(1, keepdims=True)
        fall = style.gravity * min(1.0, 2.2 * t) * down
        fall = fall - 0.6 * normal * np.clip((fall * normal).sum(1, keepdims=True), None, 0)
        loose = style.gravity > 0.3
        along = along * (smoothstep(y, 0.60, 0.73)[:, None] if loose else 1.0)
        heading = unit(0.55 * heading + 0.45 * along + fall)
        heading = unit(heading + (0.9 if loose else 0.0) * sideways)
        step = (length * (t - places[k - 1]))[:, None]
        if style.level:
            step = step * smoothstep(head.canonical(point)[:, 1], style.level - 0.03, style.level + 0.02)[:, None]
        point = _off_the_face(head, point + step * heading)
        point, normal = head.off_skin(point, profile[k] * lift, pull)
        paths.append(point)
        normals.append(normal)
    return np.stack(paths, 1), np.stack(normals, 1)


def _waved(paths: NDArray, normals: NDArray, style: Style, clumps: NDArray, rng: np.random.Generator) -> NDArray:
    """Locks with waves across their way."""
    if not style.wave:
        return paths
    t = np.linspace(0, 1, paths.shape[1])
    phase = rng.uniform(0, 2 * np.pi, clumps.max() + 1)[clumps] + rng.normal(0, 0.3, len(paths))
    across = unit(np.cross(np.gradient(paths, axis=1), normals))
    size = style.wave * (0.25 + t) * np.clip(4 * t, 0, 1)
    wave = size * np.sin(2 * np.pi * style.waves * t[None] + phase[:, None])
    found: NDArray = paths + wave[..., None] * across
    return found


def _gather(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hair swept along the head to a tie, and what hangs or is wound there."""
    steps, count = 12, len(seeds)
    tie = head.place(np.array(style.tie))
    zone = zones(seeds.canonical)
    lift = (zone @ np.array(style.lift)) * rng.uniform(0.3, 1.15, count) * head.size
    clear = head.size * (0.0008 + style.shell * smoothstep(hairline(seeds.canonical), 0.0, 0.0045))
    point, normal = seeds.points + (clear - 0.002)[:, None] * seeds.normals, seeds.normals
    paths, normals = [point], [normal]
    aim = tie + rng.normal(0, 0.005, (count, 3)) * head.size
    places = np.linspace(0, 1, steps) ** SHORTER_AT_ROOTS
    for k in range(1, steps):
        to = aim - point
        left = np.linalg.norm(to, axis=1, keepdims=True)
        along = unit(to) - 0.9 * normal * (unit(to) * normal).sum(1, keepdims=True)
        share = (places[k] - places[k - 1]) / (1 - places[k - 1])
        point = point + unit(along) * left * share * np.where(left > 0.02, 1.06, 1.0)
        above = lift * np.interp(k, [0, 2, steps - 1], [0.2, 1, 1.2])
        point, normal = head.off_skin(point, np.maximum(above, clear), 0.5)
        paths.append(point)
        normals.append(normal)
    paths[-1] = aim
    width = style.width * head.size * rng.uniform(0.6, 1.1, count)
    swept = locks(np.stack(paths, 1), np.stack(normals, 1), width, 0.45, 0.35, rng, tip=0.95, root=0.8)
    rest = _tail(style, head, tie, rng) if style.tail else _knot(style, head, tie, rng)
    return together(swept, rest)


def _tail(style: Style, head: Head, tie: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a ponytail, behind its band."""
    count, steps, s = 200, 16, head.size
    around, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    start = tie + s * 0.010 * np.stack([reach * np.cos(around), reach * np.sin(around), -0.2 + 0 * reach], 1)
    heading = unit(np.stack([0.55 * reach * np.cos(around), 0.35 + 0.6 * reach * np.sin(around), -1 + 0 * reach], 1))
    length = style.tail * s * rng.uniform(0.72, 1.05, count)
    point, paths = start, [start]
    for k in range(1, steps):
        fall = 0.16 + 0.5 * min(1.0, k / 5)
        heading = unit(heading + fall * np.array([0, -1.0, 0.04]))
        point = point + heading * (length / (steps - 1))[:, None]
        point, _ = head.off_skin(point, np.full(count, 0.010 * s) * (0.4 + reach), 0.0)
        paths.append(point)
    found = np.stack(paths, 1)
    t = np.linspace(0, 1, steps)
    middle = found.mean(0)
    found = middle + (found - middle) * np.interp(t, [0, 0.3, 0.6, 1], [0.8, 0.85, 0.9, 0.6])[None, :, None]
    phase = rng.normal(0, 0.5, count)
    found[..., 0] += 0.006 * s * t * np.sin(2 * np.pi * 1.3 * t[None] + phase[:, None])
    outward = unit(found - middle + np.array([0, 0.0, -1e-3]))
    hair = locks(found, outward, 0.0062 * s * rng.uniform(0.6, 1.1, count), 0.6, 0.6, rng, root=0.8)
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    axis = tie + np.array([0, 0, -0.004]) * s
    ring = np.stack([np.cos(turn), np.sin(turn), -0.3 * np.sin(turn)], 1) * 0.0125 * s + axis
    band = tube(np.concatenate([ring, ring[:2]]), np.full(26, 0.0042 * s), 8)
    return together(hair, Tufts(band.vertices, band.faces, np.full(len(band.vertices), 0.35)))


def _knot(style: Style, head: Head, tie: NDArray, rng: np.random.Generator) -> Tufts:
    """The hair of a bun: locks wound round a ball about the line from the head to it."""
    count, steps, size = 170, 16, style.knot * head.size
    axis = unit(np.array([0.0, 0.62, -0.78]))
    side = np.array([1.0, 0, 0])
    up = np.cross(axis, side)
    middle = tie + 0.60 * size * axis
    t = np.linspace(0, 1, steps)
    start = rng.uniform(0, 2 * np.pi, count)
    first = rng.uniform(0.55, 2.3, count)
    polar = first[:, None] + t * rng.uniform(-0.35, -0.05, count)[:, None]
    polar = np.clip(polar, 0.12, None)
    turn = start[:, None] + t * (1.6 / np.clip(np.sin(first), 0.5, 1))[:, None]
    out = 1 + rng.uniform(-0.12, 0.06, count)[:, None] + 0.05 * np.sin(np.pi * t) - 0.12 * (t - 0.5) ** 2 * 4
    rays = (np.cos(polar)[..., None] * axis + (np.sin(polar) * np.cos(turn))[..., None] * side
            + (np.sin(polar) * np.sin(turn))[..., None] * up)  # fmt: skip
    squashed = rays - 0.22 * (rays @ axis)[..., None] * axis
    paths = middle + size * out[..., None] * squashed
    wound = locks(paths, rays, 0.0068 * head.size * rng.uniform(0.6, 1.1, count), 0.5, 0.25, rng, root=0.8, tip=0.9)
    inner = rng.uniform(0, 1, 1)
    core = _ball(middle, 0.86 * size, axis)
    return together(wound, Tufts(core[0], core[1], np.full(len(core[0]), 0.55 + 0.05 * float(inner[0]))))


def _ball(middle: NDArray, radius: float, axis: NDArray) -> tuple[NDArray, NDArray[np.int32]]:
    """Vertices and faces of a ball flattened along an axis."""
    from engine.wardrobe.forms import ellipsoid

    form = ellipsoid((0, 0, 0), (1, 1, 1))
    flat = form.vertices - 0.22 * (form.vertices @ axis)[:, None] * axis
    return middle + radius * flat, form.faces


def _coils(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Small coils that stand out of a thick shell."""
    count, steps, s = len(seeds), 15, head.size
    zone = zones(seeds.canonical)
    out = unit(seeds.points - head.place(np.array([0.0, 0.715, 0.02])))
    heading = unit(0.6 * out + 0.4 * seeds.normals + rng.normal(0, 0.22, (count, 3)))
    edge = smoothstep(hairline(seeds.canonical), 0.0, 0.035)
    start = seeds.points + heading * (0.55 * style.shell * s * edge)[:, None]
    length = (zone @ np.array(style.length)) * s * (0.35 + 0.65 * edge) * rng.uniform(0.75, 1.2, count)
    t = np.linspace(0, 1, steps)
    side = unit(np.cross(heading, rng.normal(0, 1, (count, 3))))
    other = np.cross(heading, side)
    turn = 2 * np.pi * style.waves * t[None] * rng.choice([-1, 1], count)[:, None] + rng.uniform(0, 6.3, count)[:, None]
    radius = style.wave * s * np.clip(3 * t, 0, 1)[None] * rng.uniform(0.7, 1.2, count)[:, None]
    paths = start[:, None] + (length[:, None] * t)[..., None] * heading[:, None]
    paths = paths + (radius * np.cos(turn))[..., None] * side[:, None] + (radius * np.sin(turn))[..., None] * other[:, None]
    flat, _ = head.off_skin(paths.reshape(-1, 3), np.full(count * steps, 0.003 * s), 0.0)
    return locks(flat.reshape(paths.shape), np.repeat(heading[:, None], steps, 1) + rng.normal(0, 0.1, paths.shape),
                 style.width * s * rng.uniform(0.7, 1.1, count), 0.9, 0.3, rng, root=0.55, tip=1.15)  # fmt: skip


def _crest(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """A fan of spikes along the middle of the head."""
    count, steps, s = len(seeds), 10, head.size
    clumps = cKDTree(seeds.points[: style.clumps]).query(seeds.points * [0.2, 1, 1], workers=1)[1]
    x, y, z = seeds.canonical.T
    out = unit(np.stack([0.0 * x, y - 0.69, z - 0.02], 1) + 1e-6)
    heading = unit(out + np.array([0, 0.15, -0.12]) + rng.normal(0, 0.07, (style.clumps, 3))[clumps] * [0.4, 1, 1])
    long = np.interp(np.arctan2(z - 0.02, y - 0.69), [-2.4, -1.2, 0.2, 0.9], [0.3, 0.75, 1.0, 0.72])
    length = style.length[1] * s * long * rng.uniform(0.8, 1.12, style.clumps)[clumps] * rng.uniform(0.85, 1.05, count)
    t = np.linspace(0, 1, steps)
    bend = np.array([0, 0.0, -0.10]) * (t**2)[None, :, None] * length[:, None, None]
    paths = (seeds.points - 0.002 * seeds.normals)[:, None] + (length[:, None] * t)[..., None] * heading[:, None] + bend
    paths = clumped(paths, clumps, 0.95)
    across = np.tile(np.array([1.0, 0, 0]), (count, steps, 1)) * np.where(x < 0, -1, 1)[:, None, None]
    tones = _tones(clumps, style.clumps, count, rng)
    return locks(paths, across, style.width * s * rng.uniform(0.7, 1.1, count), 0.6, 0.7, rng, tones, root=0.6)


def _stubble(style: Style, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Hairs of a few millimetres."""
    count, s = len(seeds), head.size
    zone = zones(seeds.canonical)
    lean = zone @ np.array([[0, 0.2, 0.9], [0, 0, 1.0], [0, -1.0, 0.2], [0, -1.0, 0]]) + rng.normal(0, 0.25, (count, 3))
    heading = unit(unit(lean) + 0.8 * seeds.normals)
    length = (zone @ np.array(style.length)) * s * rng.uniform(0.7, 1.2, count)
    t = np.linspace(0, 1, 3)
    paths = seeds.points[:, None] + (length[:, None] * t)[..., None] * heading[:, None]
    return locks(paths, np.repeat(seeds.normals[:, None], 3, 1), style.width * s * np.ones(count), 0.8, 0.8, rng, sides=3)


GROWTH = {"fall": _fall, "gather": _gather, "coils": _coils, "crest": _crest, "stubble": _stubble}

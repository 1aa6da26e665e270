"""Beards: a shell over the jaw with a trimmed outline, short locks on it, and long ones that hang to the chest.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.hair_masks import BEARD_MASKS
from engine.wardrobe.head.frame import Head, Seeds, beside_ears, sample, unit
from engine.wardrobe.head.locks import LockForm, Tufts, clumped, hair_layer, lock_tones, locks, together
from engine.wardrobe.head.pressed import over
from engine.wardrobe.head.scalp import shell
from engine.wardrobe.head.standing import stubble
from engine.wardrobe.head.styles import STYLES
from engine.wardrobe.layers import Layer
from engine.wardrobe.outfit import COLORS, HAIR_COLORS, SKINS, Look
from engine.wardrobe.paint import blend

SHORT, LONG = LockForm(0.45, 0.85, root=0.80, tip=1.05), LockForm(0.30, 0.45, root=0.9, tip=1.05, sides=6)
COUNTS = {"full": 1400, "goatee": 500, "moustache": 270, "long": 520}
"""Locks of beards; others are painted."""
LENGTHS = {"full": 0.020, "goatee": 0.017, "moustache": 0.011, "long": 0.30}
"""Metres of their longest."""
HAIRS, STUBBLE = 4200, 0.0055
"""Hairs of stubble, and their length in metres, of which those on the jaw have two fifths."""
MATT = 0.7
"""Roughness: a beard's short ends would glitter."""
EDGE, THIN = 0.007, 0.6
"""Metres inside of its outline in which a beard is thinner, and how much of the skin shows at the outline."""
RISE = 0.011
"""Metres from its outline over which a beard rises at least."""
CHEEK = (0.030, 0.046)
"""Canonical distances from the middle between which that begins: lips and chin have sharp outlines."""
SOFT = 0.012
"""Metres within which the outline of a beard is known."""


def beard_of(look: Look) -> tuple[str, NDArray]:
    """Which beard of `COUNTS` or `outfit.BEARDS` a look has, and its colour (3,)."""
    own = np.array(HAIR_COLORS[look.beard_color])
    extra = next((extra for extra in look.extras if extra.kind == "long_beard"), None)
    if extra is None:
        return look.beard, own
    return "long", own if extra.color in ("hair", "skin") else np.array(COLORS[extra.color])


def beard_layer(look: Look, head: Head, rng: np.random.Generator, clothes: Sequence[Layer] = ()) -> Layer | None:
    """The look's beard, which lies on its clothes, or None where it is only painted."""
    kind, color = beard_of(look)
    if kind == "stubble":
        return _stubbly(color, head, rng)
    if kind not in COUNTS:
        return None
    outline = BEARD_MASKS["full" if kind == "long" else kind]

    def inside(canonical: NDArray) -> NDArray:
        """(N,) metres inside the outline, known near it."""
        near = (outline(Points(canonical, SOFT)) - 0.5) * 2 * SOFT
        return np.minimum(near, beside_ears(canonical) - 0.008)

    def where(canonical: NDArray) -> NDArray:
        return smoothstep(inside(canonical), -0.001, 0.002)

    seeds = sample(head.mannequin, where, COUNTS[kind], rng)
    under = shell(head, lambda canonical: _thick(canonical, kind), rng, line=inside, soft=RISE)
    shade = replace(under, tones=1.3 * under.tones)
    grown = over(_long(head, seeds, rng), head, clothes) if kind == "long" else Tufts.none()
    tufts = together(shade, _short(kind, head, seeds, rng), grown)
    layer = hair_layer("Beard", tufts, color, head)
    places = head.canonical(under.vertices)
    share = THIN * smoothstep(inside(places), EDGE, 0.0) * smoothstep(np.abs(places[:, 0]), *CHEEK)
    colors = layer.colors.copy()
    colors[: len(share)] = blend(colors[: len(share)], share, 0.9 * np.array(SKINS[look.skin]))
    layer = replace(layer, colors=colors.astype(np.float32))
    return replace(layer, roughness=np.full(len(layer.vertices), MATT, np.float32))


def _stubbly(color: NDArray, head: Head, rng: np.random.Generator) -> Layer:
    """Hairs of two millimetres on skin that is painted darker."""
    seeds = sample(
        head.mannequin, lambda c: BEARD_MASKS["full"](Points(c, SOFT)) * (beside_ears(c) > 0.004), HAIRS, rng
    )
    hairs = stubble(replace(STYLES["buzz"][0], length=(STUBBLE,) * 4), head, seeds, rng)
    layer = hair_layer("Beard", hairs, color, head)
    return replace(layer, roughness=np.full(len(layer.vertices), MATT, np.float32))


def _places(canonical: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """(N,) how far places are of the upper lip, of the chin and of the jaw."""
    x, y, z = np.asarray(canonical).T
    lip = smoothstep(y, 0.622, 0.628) * smoothstep(np.abs(x), 0.040, 0.030) * smoothstep(z, 0.09, 0.11)
    chin = smoothstep(y, 0.612, 0.596) * smoothstep(z, 0.07, 0.115)
    return lip, chin, smoothstep(y, 0.64, 0.60)


def _thick(canonical: NDArray, kind: str) -> NDArray:
    """(N,) metres that a beard's shell stands off the skin."""
    _, chin, jaw = _places(canonical)
    found: NDArray = 0.0012 + (0.0018 * jaw + 0.0050 * chin) * (kind != "moustache")
    return found


def _short(kind: str, head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Short locks that lie on the shell, combed down; over the lip, to the sides."""
    s, steps, count = head.size, 5, len(seeds)
    lip, chin, jaw = _places(seeds.canonical)
    sign = np.tanh(seeds.canonical[:, 0] / 0.003)
    heading = np.stack([lip * sign * 1.5 + 0.10 * sign, -1 + 0.30 * lip, 0.30 * chin], 1)
    heading = unit(heading + rng.normal(0, 0.07, (count, 3)))
    longest = min(LENGTHS[kind], 0.020)
    length = longest * s * (0.48 + 0.52 * chin + 0.15 * jaw - 0.05 * lip) * rng.uniform(0.8, 1.1, count)
    t = np.linspace(0, 1, steps)
    clear = 0.0009 * rng.uniform(0.2, 1.0, count) * (1 + 1.6 * chin)
    rise = s * np.interp(t, [0, 0.25, 0.6, 1], [0, 1, 1, 0.7])
    point, paths = seeds.points - 0.0004 * seeds.normals, []
    heading = unit(heading + 0.3 * seeds.normals)
    for k in range(steps):
        paths.append(point)
        point = point + heading * (length / (steps - 1))[:, None]
        heading = unit(heading + 0.10 * (1 - lip)[:, None] * np.array([0, -1.0, 0.05]))
        lift = (_thick(head.canonical(point), kind) + clear) * rise[min(k + 1, steps - 1)]  # out of the shell there
        point = head.off_skin(point, lift, 0.85 * (1 - chin))[0]
    groups = max(count // 5, 1)
    clumps = cKDTree(seeds.points[:groups]).query(seeds.points)[1]
    found = clumped(np.stack(paths, 1), clumps, 0.55)
    width = s * (0.0010 + 0.0004 * jaw) * rng.uniform(0.7, 1.15, count)
    tones = lock_tones(clumps, groups, count, rng)
    normals = np.repeat(seeds.normals[:, None], steps, 1)
    return locks(found, normals, width, SHORT, rng, tones)


def _long(head: Head, seeds: Seeds, rng: np.random.Generator) -> Tufts:
    """Long locks from jaw and lip that come together in front of the chest."""
    s, steps = head.size, 14
    lip, chin, jaw = _places(seeds.canonical)
    chosen = np.flatnonzero(lip + chin + jaw > rng.uniform(0.2, 0.7, len(seeds)))[:300]
    seeds, lip = seeds.take(chosen), lip[chosen]
    count = len(seeds)
    x, y, z = seeds.canonical.T
    front = smoothstep(z, 0.035, 0.115)
    over = rng.random(count)  # 1: on the outside
    length = LENGTHS["long"] * (0.30 + 0.70 * front) * rng.uniform(0.74, 1.04, count) * np.where(lip > 0.5, 0.42, 1.0)
    aside = np.where(lip > 0.5, 1.1 * x + 0.030 * np.sign(x), (0.95 - 0.5 * front) * x)
    tip = np.stack([aside + rng.normal(0, 0.008, count), y - length, 0.128 - 0.03 * (1 - front) + 0.022 * over], 1)
    low = np.stack([1.08 * x + 0.012 * np.sign(x) * lip, y - 0.30 * length, 0.30 * z + 0.098 + 0.010 * over], 1)
    first = seeds.canonical + np.array([0, -0.018, 0]) + 0.016 * seeds.normals * (1 + 0.3 * over[:, None])
    ends = [head.canonical(seeds.points), first, low, tip]
    t = np.linspace(0, 1, steps)[None, :, None]
    shares = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3]
    paths = head.place(np.asarray(sum(share * end[:, None] for share, end in zip(shares, ends))))
    clumps = cKDTree(tip[:26]).query(tip)[1]
    paths = clumped(paths, clumps, 0.8)
    phase = rng.uniform(0, 2 * np.pi, 26)[clumps, None] + rng.normal(0, 0.3, (count, 1))
    paths[..., 0] += 0.006 * s * t[..., 0] * np.sin(2 * np.pi * 2.2 * t[..., 0] + phase)
    falling = smoothstep(head.canonical(paths)[..., 1], 0.56, 0.50)  # over what is worn on the chest
    lift = s * (0.004 + 0.026 * falling + 0.006 * over[:, None]) * np.clip(5 * t[..., 0], 0, 1)
    paths = head.off_skin(paths.reshape(-1, 3), lift.ravel(), 0.0)[0].reshape(paths.shape)
    outward = unit(np.stack([0.6 * paths[..., 0] / s, 0 * paths[..., 0], 0.05 + 0 * paths[..., 0]], 2))
    width = 0.0085 * s * (1 - 0.45 * lip) * rng.uniform(0.7, 1.15, count)
    tones = lock_tones(clumps, 26, count, rng) * (0.86 + 0.16 * over)
    return locks(paths, outward, width, LONG, rng, tones)

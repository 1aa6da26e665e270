"""The bare skin's colours: lips, warmth where blood is near, shadows, freckles, stubble and the ground beneath hair.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.beings.muzzle import Muzzle, painted
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.hair_masks import BEARD_MASKS, smoothstep_edge
from engine.wardrobe.head.face import ANYBODY, Individual
from engine.wardrobe.head.frame import beside_ears, hairline
from engine.wardrobe.head.strokes import BROW, brow_color, brow_height, brow_width, maleness
from engine.wardrobe.head.styles import asked_of
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import HAIR_COLORS, HUMAN_SKINS, SKINS, Look
from engine.wardrobe.paint import blend, paint_face, shade

Floats = NDArray[np.float32]
WARM = np.array([1.03, 0.80, 0.76])
"""What blood beneath the skin does to its colour."""
FLESH = (0.97, 0.90, 0.86)
"""By which the palest skin is multiplied."""
GROUND = {"bald": 0.0, "hood": 0.0, "mohawk": 0.35, "buzz": 0.75}
"""How far the scalp takes the hair's colour; others 0.85."""


SHAVEN = 0.16
"""How far a shaven chin takes the beard's colour."""
GLOSS = 0.05
"""By how much less rough the darkest skin is."""
EYE, EDGE = (0.0200, 0.0435), (0.6872, 0.0052)
"""Canonical distances of an eye's corners from the middle; height of its corners, and of its upper lid above them."""
OLD = (0.68, 0.95)
"""Ages from which on skin grows old, and at which it is."""
NAILS = np.array(
    [
        (0.820, 0.405, -0.032),
        (0.855, 0.413, -0.015),
        (0.868, 0.422, 0.014),
        (0.857, 0.438, 0.054),
        (0.781, 0.430, 0.101),
    ]
)
"""Canonical middles of the left hand's nails, the thumb's last."""


def paint_bare(
    look: Look,
    canonical: NDArray,
    rng: np.random.Generator,
    person: Individual = ANYBODY,
    eyes: bool = False,
    muzzle: Muzzle | None = None,
) -> Floats:
    """Colours (N, 3) sRGB of the bare body.

    Args:
        look: its skin, hair and beard.
        canonical: (N, 3) places.
        rng: decides mottling and freckles.
        person: old skin is paler, spotted and wrinkled, men who shave have a shadow where their beard would be, and
            what is said decides about freckles and moles.
        eyes: paint eyes and brows too, for bodies that have no layers of them.
        muzzle: of an animal's face, which has markings and no brows.
    """
    p = Points(canonical, 0.002)
    skin = np.array(SKINS[look.skin])
    human = look.skin in HUMAN_SKINS
    if human:  # no skin is white
        skin = skin * (1 - float(smoothstep(skin.mean(keepdims=True), 0.72, 0.88)[0]) * (1 - np.array(FLESH)))
    base = np.broadcast_to(skin, (len(p.x), 3)) * _mottled(p, rng, 0.034 if human else 0.045)
    if human:
        base = _nails(_warm(_palms(base, p), p), p)
    socket = 0.75 * p_soft(p, 0.031, 0.6885, 0.022, 0.013) + 0.5 * p_soft(p, 0.027, 0.677, 0.015, 0.005)
    base = blend(base, np.clip(socket, 0, 1) * 0.20, base * np.array([0.80, 0.72, 0.74]))
    base = _lids(base, p)
    base = _lips(base, p, human) if muzzle is None else painted(base, p, muzzle)
    if human:
        base = _marked(base, look, p, rng, person.text.lower())
    age = person.grown
    if human and age > OLD[0]:
        base = _aged(base, p, float(smoothstep(np.array(age), *OLD)), rng)
    shaven = float(smoothstep(np.array(person.gender), 0.0, 0.4) * smoothstep(np.array(age), 0.38, 0.52)) * human
    base = _hair_ground(base, look, p, person, muzzle is None, shaven)
    return np.clip(paint_face(base, look, p) if eyes else base, 0, 1).astype(np.float32)


def p_soft(p: Points, cx: float, cy: float, rx: float, ry: float) -> NDArray:
    """(N,) a soft spot on the front of the head, mirrored where cx > 0."""
    across = (p.side if cx > 0 else p.x) - cx
    found: NDArray = np.exp(-((across / rx) ** 2) - ((p.y - cy) / ry) ** 2) * smoothstep(p.z, 0.03, 0.07)
    return found


def _lids(base: NDArray, p: Points) -> NDArray:
    """The crease above the upper lid, and the lids' edges, which are redder."""
    along = (p.side - EYE[0]) / (EYE[1] - EYE[0])
    arch = EDGE[0] + EDGE[1] * np.clip(1 - (2 * along - 1) ** 2, 0, 1) ** 0.6
    ahead = smoothstep(p.z, 0.10, 0.11)
    line = np.exp(-(((p.y - arch - 0.0031) / 0.0008) ** 2)) * smoothstep(along, -0.05, 0.15)
    line = line * smoothstep(along, 1.25, 0.9) * ahead
    rim = np.exp(-(((p.y - arch - 0.0004) / 0.0007) ** 2)) * smoothstep(np.abs(2 * along - 1), 1.1, 0.9) * ahead
    base = blend(base, 0.55 * line, base * np.array([0.62, 0.48, 0.46]))
    return blend(base, 0.5 * rim, base * np.array([0.86, 0.66, 0.64]))


def _mottled(p: Points, rng: np.random.Generator, depth: float) -> NDArray:
    """(N, 3) factors about one: blotches of a few sizes, red and yellow ones apart."""
    out = np.ones((len(p.x), 3))
    for size, share in ((0.055, 1.0), (0.021, 0.6), (0.008, 0.45)):
        for tint in (np.array([0.35, 1.0, 1.0]), np.array([1.0, 0.9, 0.7])):
            a, b, c = rng.uniform(0, 2 * np.pi, 3)
            turn = rng.normal(0, 1, (3, 3)) / size
            u, v, w = (turn @ np.stack([p.x, p.y, p.z])).astype(np.float64)
            out = out + 0.5 * depth * share * (np.sin(u + a) * np.sin(v + b + 0.7 * np.sin(w + c)))[:, None] * tint
    return out


def _warm(base: NDArray, p: Points) -> NDArray:
    """Cheeks, nose, ears, chin, knuckles, elbows, knees, palms and soles."""
    ear = smoothstep(beside_ears(np.stack([p.x, p.y, p.z], 1)), 0.000, -0.006) * smoothstep(p.side, 0.072, 0.079)
    blood = np.maximum.reduce(
        [
            0.49 * p_soft(p, 0.043, 0.650, 0.022, 0.020),
            0.54 * p_soft(p, 0.0, 0.652, 0.016, 0.013) * smoothstep(p.z, 0.12, 0.14),
            0.46 * ear * (p.y > 0.6),
            0.20 * p_soft(p, 0.0, 0.588, 0.016, 0.010),
            0.34 * smoothstep(p.side, 0.80, 0.86) + 0.20 * np.exp(-(((p.side - 0.775) / 0.012) ** 2)),
            0.26 * np.exp(-(((p.side - 0.443) / 0.03) ** 2)) * smoothstep(p.z, 0.005, -0.025) * p.arm,
            0.24 * np.exp(-(((p.y + 0.435) / 0.05) ** 2)) * smoothstep(p.z, 0.01, 0.04),
            0.30 * smoothstep(p.y, -0.915, -0.935),
        ]
    )
    return blend(base, np.clip(blood, 0, 1), base * WARM)


def _palms(base: NDArray, p: Points) -> NDArray:
    """Palms and soles of dark skin are lighter."""
    palm = smoothstep(p.side, 0.70, 0.73) * smoothstep(p.y, 0.424, 0.410)
    pale = 0.5 * np.clip(palm + smoothstep(p.y, -0.925, -0.935), 0, 1)
    dark = smoothstep(base.mean(1), 0.55, 0.3)
    return blend(base, pale * dark, np.array([0.70, 0.48, 0.38]))


def bare_roughness(canonical: NDArray, age: float, skin: str = "fair") -> Floats:
    """(N,) of bare skin: lips and the middle of the face shine, old skin less, and dark skin shows its forms by it."""
    p = Points(canonical, 0.002)
    oily = np.maximum.reduce(
        [
            p_soft(p, 0.0, 0.735, 0.035, 0.020),
            p_soft(p, 0.0, 0.665, 0.012, 0.022) * smoothstep(p.z, 0.12, 0.14),
            0.7 * p_soft(p, 0.045, 0.668, 0.014, 0.010),
            0.6 * p_soft(p, 0.0, 0.586, 0.014, 0.010),
        ]
    )
    usual = MATERIALS["skin"].roughness
    if skin in HUMAN_SKINS:
        usual -= GLOSS * float(smoothstep(np.array(SKINS[skin]).mean(keepdims=True), 0.42, 0.20)[0])
    found = usual - 0.08 * np.clip(oily, 0, 1) + 0.08 * float(smoothstep(np.array(age), *OLD))
    return np.asarray(found + lips(p)[0] * (usual - 0.16 - found), np.float32)


def lips(p: Points) -> tuple[NDArray, NDArray]:
    """(N,) 1 on the lips, with a soft border, and 1 on the line between them."""
    across = np.clip(p.side / 0.0252, 0, 1)
    bow = 0.0014 * np.exp(-((p.side / 0.0035) ** 2)) - 0.0007 * np.exp(-(((p.side - 0.006) / 0.004) ** 2))
    upper = 0.6190 + 0.0078 * np.sqrt(1 - across**2) * (1 - 0.18 * across) - bow
    lower = 0.6190 - 0.0122 * (1 - across**2) ** 0.75
    inside = np.minimum(upper - p.y, p.y - lower)
    mask = smoothstep_edge(inside - 0.0003, 0.0013) * smoothstep(p.side, 0.0262, 0.0235) * smoothstep(p.z, 0.10, 0.115)
    line = np.exp(-(((p.y - 0.6188) / 0.0009) ** 2)) * smoothstep(p.side, 0.0262, 0.0235) * smoothstep(p.z, 0.10, 0.115)
    return mask, line


def _lips(base: NDArray, p: Points, human: bool) -> NDArray:
    mask, line = lips(p)
    dark = smoothstep(np.array(float(base.mean())), 0.5, 0.25)
    tint = np.array([0.88, 0.66, 0.69]) + dark * (np.array([0.90, 0.74, 0.78]) - np.array([0.88, 0.66, 0.69]))
    color = base * tint if human else base * 0.74
    if human:  # of dark lips the lower one is rosier
        low = dark * smoothstep(p.y, 0.6165, 0.6125)
        color = blend(color, 0.32 * low, np.array([0.56, 0.30, 0.28]))
    lit = 1 + 0.06 * np.exp(-(((p.y - 0.6125) / 0.003) ** 2))
    base = blend(base, 0.82 * mask, color * lit[:, None])
    return blend(base, 0.5 * line, base * np.array([0.50, 0.36, 0.36]))


def _marked(base: NDArray, look: Look, p: Points, rng: np.random.Generator, text: str) -> NDArray:
    """Freckles and moles that the text names, or that some have."""
    asked, chance, mole = "freckle" in text, rng.random(), rng.random()
    if asked or (look.skin in ("pale", "fair") and chance < 0.25):
        base = _freckled(base, p, rng, asked)
    if re.search(r"\b(?:moles?|beauty (?:mark|spot))\b", text) or mole < 0.3:
        x, y = rng.uniform(0.018, 0.045, 1) * rng.choice([-1, 1]), rng.uniform(0.61, 0.665, 1)
        base = blend(base, _spots(p, x, y, np.array([0.0013]), np.array([1.0])), base * np.array([0.55, 0.40, 0.36]))
    return base


def _freckled(base: NDArray, p: Points, rng: np.random.Generator, many: bool) -> NDArray:
    """Small faint freckles over nose and cheeks, here and there one that is darker; many reach the forehead."""
    count = int(rng.integers(70, 150)) * (3 if many else 1)
    wide = 1.5 if many else 1.0
    x, y = rng.normal(0, 0.030 * wide, count), rng.normal(0.661, 0.010 * wide**2, count)
    depth = 0.05 + (0.35 if many else 0.13) * rng.random(count) ** 2
    return blend(base, _spots(p, x, y, rng.uniform(0.0009, 0.0015, count), depth), base * np.array([0.72, 0.54, 0.42]))


def _spots(p: Points, x: NDArray, y: NDArray, size: NDArray, depth: NDArray) -> NDArray:
    """(N,) soft spots of given places (S,), sizes and depths on the front of the face."""
    near = np.flatnonzero((p.z > 0.08) & (p.y > 0.60) & (p.y < 0.78) & (p.side < 0.08))
    away = (p.x[near, None] - x) ** 2 + (p.y[near, None] - y) ** 2
    amount = np.zeros(len(p.x))
    amount[near] = np.clip((depth * np.exp(-away / size**2)).sum(1), 0, max(0.35, depth.max()))
    return amount


def _aged(base: NDArray, p: Points, much: float, rng: np.random.Generator) -> NDArray:
    """Old skin: less colour, wrinkles on forehead, at eyes, nose and mouth, spots on face and hands."""
    grey = base.mean(1, keepdims=True) * np.array([1.03, 1.0, 0.97])
    base = base + much * 0.06 * (grey - base)
    folds = np.zeros(len(p.x))
    wave = 0.0012 * np.sin(95 * p.x + rng.uniform(0, 6)) - 0.0018 * np.cos(70 * p.side)
    for height in (0.7240, 0.7365):
        line = np.exp(-(((p.y - height - wave) / 0.0021) ** 2)) * smoothstep(p.side, 0.052, 0.030)
        folds = np.maximum(folds, 0.38 * line * smoothstep(p.z, 0.07, 0.10))
    for slope in (-0.55, -0.12, 0.30):  # crow's feet
        line = np.exp(-(((p.y - 0.6885 - slope * (p.side - 0.047)) / 0.0014) ** 2))
        folds = np.maximum(folds, 0.5 * line * smoothstep(p.side, 0.048, 0.051) * smoothstep(p.side, 0.066, 0.057))
    run = np.clip((0.652 - p.y) / 0.036, 0, 1)  # from the nose past the mouth
    inside = smoothstep(p.y, 0.612, 0.618) * smoothstep(p.y, 0.655, 0.648) * smoothstep(p.z, 0.09, 0.11)
    folds = np.maximum(folds, 0.55 * np.exp(-(((p.side - 0.019 - 0.016 * run**0.8) / 0.0016) ** 2)) * inside)
    below = np.exp(-(((p.y - 0.6745 - 9.0 * (p.side - 0.031) ** 2) / 0.0013) ** 2))
    folds = np.maximum(
        folds, 0.5 * below * smoothstep(np.abs(p.side - 0.031), 0.017, 0.010) * smoothstep(p.z, 0.08, 0.1)
    )
    base = blend(base, np.clip(much * folds * (p.y > 0.56), 0, 1), base * np.array([0.80, 0.66, 0.62]))
    count = 26
    x, y = rng.uniform(-0.07, 0.07, count), rng.uniform(0.64, 0.765, count)
    spots = _spots(p, x, y, rng.uniform(0.0014, 0.0034, count), rng.uniform(0.06, 0.22, count))
    hands = smoothstep(p.side, 0.70, 0.73) * smoothstep(np.sin(410 * p.x) * np.sin(390 * p.z + 2), 0.72, 0.95)
    return blend(base, much * np.maximum(spots, 0.2 * hands * (p.y > 0.42)), base * np.array([0.72, 0.55, 0.45]))


def _nails(base: NDArray, p: Points) -> NDArray:
    """Nails a little lighter and pinker than the fingers."""
    places = np.stack([p.side, p.y, p.z], 1)
    near = np.flatnonzero(p.side > 0.76)
    away = (places[near, None] - NAILS) / np.array([0.0062, 0.0052, 0.0046])
    amount = np.zeros(len(p.x))
    amount[near] = smoothstep((away**2).sum(2).min(1), 1.3, 0.7)
    return blend(base, 0.65 * amount, np.clip(base * np.array([1.10, 1.06, 1.06]) + np.array([0.05, 0.03, 0.03]), 0, 1))


def _hair_ground(
    base: NDArray, look: Look, p: Points, person: Individual, brows: bool = True, shaven: float = 0.0
) -> NDArray:
    """The skin beneath hair, brows and beard in their colours, so that none shines through; of the shaven, a shadow."""
    hair, beard = np.array(HAIR_COLORS[look.hair_color]), np.array(HAIR_COLORS[look.beard_color])
    asked = asked_of(look)
    above = (asked.above if asked else hairline)(np.stack([p.x, p.y, p.z], 1)) * (p.y > 0.55)
    ground = 0.55 * base if look.hair_style == "mohawk" else 0.75 * hair  # shaved sides keep their natural shadow
    reach = (0.005, 0.026) if look.hair_style in ("buzz", "short") else (-0.004, 0.004)
    grown = smoothstep(above, *reach) * (p.y > 0.55)
    base = blend(base, GROUND.get(look.hair_style, 0.85) * grown, ground)
    if look.beard == "none" and shaven > 0:
        wide = Points(np.stack([p.x, p.y, p.z], 1), 0.010)
        base = blend(base, SHAVEN * shaven * np.clip(BEARD_MASKS["stubble"](wide), 0, 1), 0.75 * beard + 0.10)
    elif look.beard != "none":
        full = look.beard != "stubble"
        wide = Points(np.stack([p.x, p.y, p.z], 1), 0.005)
        strength = 0.80 if full else 0.75
        color = 0.7 * beard if full else 0.80 * beard + 0.12 * shade(base.mean(0), 0.7)
        base = blend(base, np.clip(strength * BEARD_MASKS[look.beard](wide), 0, 1), color)
    if brows and (look.hair_style != "hood" or look.skin in HUMAN_SKINS):
        male = maleness(person.gender, person.age)
        off = np.abs(p.y - brow_height(p.side, male)) - brow_width(p.side, male)
        brow = smoothstep(off, 0.0015, -0.0015) * smoothstep(p.side, BROW[0] - 0.001, BROW[0] + 0.003)
        brow = brow * smoothstep(p.side, BROW[1] + 0.002, BROW[1] - 0.004) * smoothstep(p.z, 0.08, 0.095)
        base = blend(base, 0.42 * brow, brow_color(look))
    return base

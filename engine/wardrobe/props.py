"""Pieces that stand off the body: skirts, capes, long hair, hats' brims. Closed meshes on the standard figure.

Each piece is made in canonical coordinates (metres, T-pose) and then bound to a body: its vertices follow the body
vertices around them, in shape (by their offsets) and in pose (by their skinning weights).

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.wardrobe.forms import Form, joined, lathe
from engine.wardrobe.hairdo import HAIRDO
from engine.wardrobe.hard.free import carriers, drawn, standard_form
from engine.wardrobe.hard.things import THINGS
from engine.wardrobe.outfit import COLORS, EXTRA_KINDS, GARMENT_KINDS, HAIR_COLORS, SKINS, Garment, Look
from engine.wardrobe.worn import apron, cape, lying_hood, pauldron, rucksack, shoe

Floats = NDArray[np.float32]
ALL = tuple(range(24))
LOWER, TRUNK, HEAD, HIPS = (0, 1, 2, 3, 4, 5, 7, 8), (0, 3, 6, 9), (12, 15), (0, 3)
Placed = tuple[Form, tuple[int, ...]]
"""A form, and the joints that may carry it."""
NEARLY_BLACK, NEARLY_WHITE, INNER = np.full(3, 0.06), np.full(3, 0.95), np.array([0.28, 0.10, 0.12])
COVERS_HAIR = ("hat", "cap", "helmet", "hood", "mask_full")
"""Headgear under which no bun or crest of hair stands."""
HEADGEAR = drawn({"hat", "cap", "helmet", "headband", "hood"})
"""Kinds and cuts of headgear that have forms beside the head's own."""
BESIDE = {key: (partial(standard_form, *key), carriers(THINGS[key])) for key in drawn(set(EXTRA_KINDS))}
"""Forms of `outfit.EXTRA_KINDS`, and the joints that carry them."""


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


WAIST, UNDER_A_TOP = 0.055, -0.045
"""Heights in metres at which a skirt begins: worn alone, and below a top that hangs over it."""
OVER_SKIRTS = ("jacket", "hoodie", "armor_torso")
"""Tops whose hem lies over a skirt."""
HEMS = {
    "skirt": -0.31,
    "dress": -0.33,
    "coat": -0.44,
    "long_skirt": -0.83,
    "gown": -0.88,
    "robe": -0.89,
}
"""Garments that hang from the waist and hide the legs, with the heights of their hems."""
LONG = -0.6
"""Height below which the hem of a long one is."""


def skirt(begin: float, hem: float, half_x: float, flare: float, fine: bool = False) -> Form:
    """A tube with soft folds towards the hem, shaped from the waist down; what is above ``begin`` is left out.

    ``fine``: with enough points for a pattern.
    """
    rows, columns = (int((begin - hem) / 0.009), 160) if fine else (14, 72)
    top, heights = WAIST, np.linspace(begin, hem, rows)
    t = (top - heights) / (top - hem)
    hip = np.clip((top - heights) / 0.14, 0, 1) ** 0.7  # from the waist out over the hips
    wide = half_x - 0.02 + 0.035 * hip + flare * t**1.2
    if begin < WAIST:  # it comes out from under the top
        wide = wide * (1 - 0.2 * np.clip(1 - (begin - heights) / 0.05, 0, 1))
    form = lathe(heights, wide, wide * (0.74 + 0.16 * t), np.full(rows, 0.018), columns)
    x, y, z = form.vertices.T
    angle = np.arctan2(x, z)
    lower = np.clip((top - y) / (top - hem), 0, 1)
    fold = 0.7 * np.sin(9 * angle) + 0.5 * np.sin(14 * angle + 1.3)
    folds = 1 + 0.05 * lower * fold
    return form.moved(np.stack([x * folds, y, z * folds], 1)).toned(1 + 0.06 * lower * fold)


def tutu() -> Form:
    """A wide flat skirt of stiff gauze in three layers."""
    layers = []
    for level in (0.0, -0.032, -0.064):
        reach = 0.37 + 0.4 * level
        radius = np.array([0.135, 0.17, 0.25, 0.32, reach, reach, 0.32, 0.25, 0.17, 0.15])
        height = np.array([0.05, 0.040, 0.030, 0.026, 0.020, 0.014, 0.016, 0.018, 0.026, 0.03]) + level
        layer = lathe(height, radius, radius * 0.93, np.full(10, 0.018), columns=108)
        x, y, z = layer.vertices.T
        angle, out = np.arctan2(x, z), np.clip((np.hypot(x, z) - 0.17) / 0.2, 0, 1)
        wave = np.sin(27 * angle + 60 * level)
        layer = layer.moved(np.stack([x, y + 0.011 * out * wave - 0.02 * out**2, z], 1))
        layers.append(layer.toned((1 - 0.07 * out * (1 - wave) / 2) * (1 + 1.2 * level)))
    return joined(*layers)


def fishtail() -> Form:
    """A mermaid's tail in scales, with fins that hide the feet."""
    rows = 70
    y = np.linspace(WAIST, -0.97, rows)
    at = [-0.97, -0.93, -0.86, -0.78, -0.62, -0.44, -0.20, -0.05, WAIST]
    wide = np.interp(y, at, [0.38, 0.35, 0.23, 0.19, 0.19, 0.20, 0.21, 0.20, 0.155])
    deep = np.interp(y, at, [0.17, 0.185, 0.155, 0.12, 0.12, 0.125, 0.14, 0.145, 0.115])
    form = lathe(y, wide, deep, np.interp(y, [-0.9, -0.7], [0.05, 0.015]), columns=96)
    x, height, z = form.vertices.T
    angle, fin = np.arctan2(x / 0.2, z / 0.12), np.clip((-0.80 - height) / 0.1, 0, 1)
    scale = np.maximum(np.sin(26 * angle) * np.sin(height * 150), np.cos(26 * angle) * np.cos(height * 150))

    tones = np.where(fin > 0, 1 - 0.22 * fin * (np.sin(40 * angle) > 0.1), 0.86 + 0.2 * np.clip(scale, 0, 1))
    return form.moved(np.stack([x, height, z], 1)).toned(tones)


def _pair(form: Form, left: tuple[int, ...], right: tuple[int, ...]) -> list[Placed]:
    return [(form, left), (form.mirrored(), right)]


def _garment_shapes(garment: Garment, begin: float, over_skirt: bool, over_gown: bool) -> list[Placed]:
    """(form, joints) of a garment's pieces; a skirt begins at the height ``begin``."""
    kind, cut, fine = garment.kind, garment.cut, garment.pattern != "plain"
    if (kind, cut) in HEADGEAR or (kind, None) in HEADGEAR:
        return [(standard_form(kind, cut if (kind, cut) in HEADGEAR else None), HEAD)]
    table: dict[str, Callable[[], list[Placed]]] = {
        "skirt": lambda: [(tutu(), HIPS) if cut == "tutu" else (skirt(begin, HEMS["skirt"], 0.155, 0.05, fine), LOWER)],
        "long_skirt": lambda: [
            (fishtail() if cut == "fishtail" else skirt(begin, HEMS["long_skirt"], 0.155, 0.11, fine), LOWER)
        ],
        "dress": lambda: [(skirt(WAIST, HEMS["dress"], 0.155, 0.06, fine), LOWER)],
        "gown": lambda: [(skirt(WAIST, HEMS["gown"], 0.155, 0.13, fine), LOWER)],
        "coat": lambda: [(skirt(WAIST, HEMS["coat"], 0.165, 0.045, fine), LOWER)],
        "robe": lambda: [(skirt(WAIST, HEMS["robe"], 0.165, 0.07, fine), LOWER)],
        "cape": lambda: [(cape(cut == "collar", over_gown), TRUNK)],
        "apron": lambda: [(apron(fine, over_skirt), LOWER)],
        "backpack": lambda: [(rucksack(), TRUNK)],
        "hoodie": lambda: [(lying_hood(), TRUNK)],
        "shoes": lambda: _pair(shoe(0.0), (7, 10), (8, 11)),
        "boots": lambda: _pair(shoe(0.012), (7, 10), (8, 11)),
        "shoulder_pads": lambda: _pair(pauldron(), (13, 16), (14, 17)),
    }
    return table[kind]() if kind in table else []


def beside(kind: str, cut: str | None) -> tuple[Callable[[], Form], tuple[int, ...]]:
    """The form of an extra and the joints that carry it; a cut that has no form of its own has its kind's."""
    if (kind, cut) in BESIDE:
        return BESIDE[kind, cut]
    return next(made for (other, _), made in BESIDE.items() if other == kind)


def props_of(look: Look) -> list[Prop]:
    """The pieces that a look needs, coloured."""
    pieces: list[Prop] = []
    hair = np.array(HAIR_COLORS[look.hair_color])
    covered = any(garment.kind in COVERS_HAIR for garment in look.garments)
    if look.hair_style in HAIRDO and not (covered and look.hair_style in ("bun", "mohawk", "afro")):
        pieces.append(
            _colored(HAIRDO[look.hair_style](), [hair] * 4, HEAD if look.hair_style != "long" else (*HEAD, 9))
        )
    skirts = [garment.kind for garment in look.garments if garment.kind in HEMS]
    over_skirt, over_gown = bool(skirts), any(HEMS[kind] < LONG for kind in skirts)
    begin = UNDER_A_TOP if any(garment.kind in OVER_SKIRTS for garment in look.garments) else WAIST
    for garment in look.garments:
        part = GARMENT_KINDS[garment.kind][0]
        for form, joints in _garment_shapes(garment, begin, over_skirt, over_gown):
            pieces.append(_garment_piece(garment, form, joints, part))
    for extra in look.extras:
        if not any(kind == extra.kind for kind, _ in BESIDE):
            continue
        shape, joints = beside(extra.kind, extra.cut)
        own = {"skin": np.array(SKINS[look.skin]), "hair": hair if extra.kind != "long_beard" else _beard(look)}
        color = own[extra.color] if extra.color in own else np.array(COLORS[extra.color])
        accent = np.array(COLORS[extra.accent]) if extra.accent else np.clip(color * 0.6 + INNER, 0, 1)
        pieces.append(_colored(shape(), [color, accent, NEARLY_BLACK, NEARLY_WHITE], joints, "skin"))
    return pieces


def _beard(look: Look) -> NDArray:
    return np.array(HAIR_COLORS[look.beard_color])


def _colored(form: Form, palette: list[NDArray], joints: tuple[int, ...], part: str = "hair") -> Prop:
    """A form with a colour for each role."""
    colors = np.array(palette)[form.roles] * form.tones[:, None]
    return Prop(form.vertices.astype(np.float32), form.faces, colors.clip(0, 1).astype(np.float32), joints, part)


def _garment_piece(garment: Garment, form: Form, joints: tuple[int, ...], part: str) -> Prop:
    """A piece in its garment's colours or pattern; an accent marks the hem."""
    from engine.wardrobe.canonical import Points
    from engine.wardrobe.paint import blend, garment_color, shade

    main = np.array(COLORS[garment.color])
    thing = THINGS.get((garment.kind, garment.cut))
    usual = thing.accent if thing is not None else None
    accent = garment.accent or usual
    if accent == garment.color and usual is not None:
        accent = None
    second = np.array(COLORS[accent]) if accent else shade(main, 0.62)
    if garment.kind in ("shoes", "boots"):
        second = np.array(COLORS[garment.accent]) if garment.accent else _sole(main)
    elif garment.kind == "cape" and garment.accent is None:
        second = shade(main, 0.75)
    piece = _colored(form, [main, second, NEARLY_BLACK, NEARLY_WHITE], joints, part)
    colors: NDArray = piece.colors
    plain = form.roles == 0
    if garment.pattern != "plain":
        points = Points(form.vertices, 0.004)
        if garment.kind in HEMS:  # round a skirt and not across it
            points.around = 0.24 * np.arctan2(points.x, points.z)
            points.along = points.y
        patterned = garment_color(garment, points) * form.tones[:, None]
        colors = np.where(plain[:, None], patterned, colors)
    elif garment.accent and garment.kind in ("skirt", "long_skirt", "dress", "gown", "robe", "coat", "cape"):
        lighter = second.mean() > main.mean() or garment.kind != "coat"  # a doctor's coat has no coloured hem
        low = lighter & plain & (form.vertices[:, 1] < form.vertices[:, 1].min() + 0.06) & (garment.cut is None)
        colors = blend(colors, low.astype(float), second)
    return Prop(piece.vertices, piece.faces, colors.clip(0, 1).astype(np.float32), joints, part)


def _sole(color: NDArray) -> NDArray:
    """Dark under light shoes' uppers reads badly, so a sole is what its shoe is not."""
    return (
        np.array(COLORS["black"])
        if color.mean() > 0.35
        else np.array(COLORS["dark brown"]) * 0.8
        if color.mean() > 0.15
        else np.array(COLORS["dark grey"])
    )


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

"""Colours of cloth: patterns whose borders are edges of the mesh, and marks. Its numbers are set by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.decal import symbol_color
from engine.wardrobe.cloth.details import Mark
from engine.wardrobe.cloth.finish import EDGE, grained
from engine.wardrobe.cloth.motifs import FINE, PATTERNS
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.layers import Floats
from engine.wardrobe.outfit import COLORS, Garment
from engine.wardrobe.paint import BANDED, blend, shade

DRAB = 0.55
"""How far colours of camouflage are those of the ground."""
METAL, SAND = np.array([0.72, 0.72, 0.74]), np.array([0.60, 0.55, 0.40])
"""Colours of zips, and of what camouflage has beside a garment's own."""
LONG = 0.0085
"""Metres beyond which edges are too long for patterns of small forms."""
SECOND_COLORS = {
    "floral": "white",
    "leopard": "black",
    "zebra": "black",
    "flames": "orange",
    "hearts": "white",
    "stars": "white",
    "tie_dye": "orange",
}
"""Second colours of patterns where none is named; another one where that is the first."""
LUMINANCE = np.array([0.3, 0.59, 0.11])
"""How bright red, green and blue are: the luma of Rec. 601, rounded."""


def patterned(piece: Piece, garment: Garment) -> Piece:
    """The cloth with edges on both sides of its pattern's borders."""
    pattern = pattern_of(garment)
    if pattern in FINE and np.median(_longest(piece)) > LONG:
        piece = piece.finer()
    for index in range(len(pattern_borders(pattern, grained(piece)))):
        for shift in (EDGE, -EDGE):
            piece = piece.lined(pattern_borders(pattern, grained(piece))[index] + shift, 0.05)
    return piece


def _longest(piece: Piece) -> NDArray:
    """(F,) metres of each face's longest edge."""
    corners = piece.vertices[piece.faces]
    return np.asarray(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(1))


def pattern_of(garment: Garment) -> str:
    """The name of a garment's pattern: stripes across work clothes are few and narrow, of tape."""
    return "bands" if garment.pattern == "stripes_h" and garment.kind in BANDED else garment.pattern


def pattern_borders(pattern: str, p: Points) -> list[NDArray]:
    """Functions (N,) of the grain that are zero on a pattern's borders, and distances near them."""
    if pattern == "two_tone":
        return [p.x]
    return [signed(p.around, p.along) for signed, _ in PATTERNS.get(pattern, [])]


def tints(main: NDArray, accent: NDArray) -> dict[str, NDArray]:
    """The colours of patterns beside those of `outfit.COLORS`."""
    pale = main.mean() > 0.6
    return {
        "main": main,
        "accent": accent,
        "dark": 0.22 * main,
        "tone": 0.72 * main,
        "earth": np.array([0.16, 0.15, 0.11]),
        "light": 0.5 * accent + 0.5 if not pale else 0.6 * accent + 0.4 * main,
    }


def _pattern(garment: Garment, p: Points, colors: NDArray, accent: NDArray) -> NDArray:
    """Colours (N, 3) with the garment's pattern."""
    pattern = pattern_of(garment)
    if pattern == "tie_dye":
        return _dyed(p, colors, accent, garment)
    masks = [smoothstep(signed, -EDGE, EDGE) for signed in pattern_borders(pattern, p)]
    if pattern == "checks":
        a, b = masks
        return blend(blend(colors, 0.5 * (a + b), accent), a * b, 0.75 * accent)
    if pattern == "two_tone":
        return blend(colors, masks[0], accent)
    known = tints(colors[0].copy(), accent) if len(colors) else {}
    for mask, (_, name) in zip(masks, PATTERNS.get(pattern, [])):
        colors = blend(colors, mask, known[name] if name in known else np.array(COLORS[name]))
    return colors


def _dyed(p: Points, colors: NDArray, accent: NDArray, garment: Garment) -> NDArray:
    """Rings of bleeding colours that wind round the chest."""
    rest = [np.array(COLORS[name]) for name in ("yellow", "turquoise", "hot pink")] if garment.accent is None else []
    wheel = np.array([colors[0], accent, *rest, np.array(COLORS["white"])])
    x, y = np.where(p.arm, p.side - 0.05, p.around), np.where(p.arm, p.around, p.along - 0.22)
    turn, away = np.arctan2(x, y), np.hypot(x, y)
    ragged = 0.10 * np.sin(9 * turn + 40 * away) + 0.06 * np.sin(23 * turn - 31 * away)
    place = (len(wheel) * (away / 0.30 + turn / (2 * np.pi)) + ragged) % len(wheel)
    index = place.astype(int) % len(wheel)
    share = smoothstep(place - np.floor(place), 0.55, 1.0)[:, None]
    return np.asarray((1 - share) * wheel[index] + share * wheel[(index + 1) % len(wheel)])


def paint(garment: Garment, found: list[Mark], piece: Piece, thread: str = "") -> tuple[Floats, Floats]:
    """Colours (P, 3) of a garment's cloth, whose stitches show in ``thread``, and where (P,) it is metal."""
    p, count = grained(piece), len(piece.vertices)
    main = ground_color(garment)
    accent = np.array(COLORS[garment.accent]) if garment.accent else second_color(garment)
    colors = np.broadcast_to(main, (count, 3)).astype(np.float64).copy()
    if garment.pattern != "plain":
        colors = _pattern(garment, p, colors, accent)
    metallic = np.zeros(count)
    for mark in found:
        signed = mark.signed(p)
        inside = smoothstep(signed, 0.0, 0.0015)
        if mark.accent and garment.accent:
            colors = blend(colors, inside, accent)
        if mark.color:
            colors = blend(colors, inside, np.array(COLORS[mark.color]))
        if mark.thread and thread:
            colors = blend(colors, 0.9 * smoothstep(signed, 0.0, 0.0006), np.array(COLORS[thread]))
            continue
        if mark.metal:
            colors = blend(colors, inside, METAL)
            metallic = np.maximum(metallic, inside)
        rim = smoothstep(np.abs(signed - 0.0004), 0.0022, 0.0004)
        colors *= (1 - (1 - mark.tone) * inside - (1 - mark.rim) * rim)[:, None]
    return colors.astype(np.float32), metallic.astype(np.float32)


def ground_color(garment: Garment) -> NDArray:
    """(3,) what is between a pattern: the garment's colour, of camouflage in a drab shade."""
    main = np.array(COLORS[garment.color])
    if garment.pattern != "camo":
        return main
    return (1 - DRAB) * main + DRAB * (0.35 + 0.9 * (main @ LUMINANCE)) * SAND


def second_color(garment: Garment) -> NDArray:
    """A pattern's other colour where none is named."""
    main = ground_color(garment)
    if garment.pattern == "camo":
        return 0.45 * main + 0.55 * SAND
    usual = np.array(COLORS[SECOND_COLORS[garment.pattern]]) if garment.pattern in SECOND_COLORS else None
    if usual is not None and np.abs(usual - main).max() > 0.25:
        return usual
    return shade(main, 0.6 if garment.pattern == "plain" else 1.6)


def decal_color(garment: Garment) -> NDArray:
    """(3,) the second colour, a symbol's usual one, or white or black: the first that stands out from what it lies on,
    which of a pattern are both its colours."""
    ground = [np.array(COLORS[garment.color])]
    if garment.pattern != "plain":
        ground.append(np.array(COLORS[garment.accent]) if garment.accent else second_color(garment))
    what, _, shown = (garment.decal or "").partition(":")
    usual = [garment.accent] if garment.accent else []
    usual += [symbol_color(shown)] if what == "symbol" else []
    for name in usual:
        color = np.array(COLORS[name])
        if min(np.abs(color - beneath).max() for beneath in ground) > 0.2:
            return color
    if len(ground) == 1:
        return np.array(COLORS["white" if ground[0] @ LUMINANCE < 0.55 else "black"])
    plain = [np.array(COLORS[name]) for name in ("white", "black")]
    return max(plain, key=lambda color: min(abs((color - beneath) @ LUMINANCE) for beneath in ground))


def knob(garment: Garment, color: str | None = None) -> NDArray:
    """The colour of buttons, where they have none of their own."""
    if color is not None:
        return np.array(COLORS[color])
    main = np.array(COLORS[garment.color])
    return shade(main, 0.45) if main.mean() > 0.25 else np.clip(main + 0.16, 0, 1)

"""A garment's cloth: cut from the body, let down, fitted and draped. Its numbers are set by hand."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.body import stand_pose
from engine.geometry.edges import edges, loops
from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.skinning import bone_transforms, unpose
from engine.geometry.subdivide import quartered
from engine.protocol import PARENTS
from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth import blocks
from engine.wardrobe.cloth.details import LEGS, TRUNK
from engine.wardrobe.cloth.drape import Cloth, Fabric, drape
from engine.wardrobe.cloth.fit import SPANNED, Beneath, cleft, ease_of, fit
from engine.wardrobe.cloth.piece import CARRIED, Fall, Piece, let_down, taken_along, together
from engine.wardrobe.cloth.records import Record
from engine.wardrobe.cloth.sheet import HOLE, cape, near_weights, poncho, standing
from engine.wardrobe.cloth.supports import supported
from engine.wardrobe.layers import Floats, Mannequin

log = logging.getLogger(__name__)
GAP = 0.0035
"""Metres that cloth keeps from what is beneath while it falls."""
SEAM_AT = 0.19
"""How far out sleeves are sewn on, on the standard figure."""
FRONT_GAP = 0.022
"""Half width in metres of the front of the yoke of a cape that is open there."""
YOKE = 0.475
"""Height on the back down to which the yoke of a cape reaches, on the standard figure."""
ROW = 0.014
"""Metres between rows of cloth that is let down."""
EVENED = 12
"""How often a trunk's cloth is evened out before it is sewn: it has no room for small forms beneath."""
HANGING = 0.006
"""Metres that cloth that is let down hangs outside of what stands off beneath it."""
STRAIGHT = 400
"""How often a border over the seat's cleft is."""
EASED_IN = 8
"""How many rows beside it take part in that, less and less."""
NARROW = 0.035
"""Metres: what is narrower may lie between the body's points."""
UNEVEN = 0.003
"""Metres by which cloth is uneven before it falls."""


def fine(mannequin: Mannequin) -> Mannequin:
    """The body with every triangle quartered: hems are cut from it, and cloth has its points."""
    mix, faces = quartered(mannequin.faces, len(mannequin.vertices))
    parts = [np.asarray(mix @ a, np.float32) for a in (mannequin.vertices, mannequin.weights, mannequin.canonical)]
    return replace(mannequin, vertices=parts[0], faces=faces, weights=parts[1], canonical=parts[2])


def shaped(record: Record, body: Mannequin, beneath: Beneath, device: object = "cpu") -> tuple[Piece, bool]:
    """The garment's cloth where it comes to rest, and whether it fell.

    Args:
        record: how it is cut.
        body: the body, its triangles quartered (`fine`).
        beneath: what it lies on.
        device: where it is draped.
    """
    if record.block in ("cape", "poncho"):
        return _hung(record, body, beneath, device)
    if record.petticoat or record.train:
        beneath = supported(beneath, body, record.petticoat, record.train, record.drop * body.size)
    piece = cut_out(record, body)
    if "sleeve" in record.measures:
        for border in (SEAM_AT, SEAM_AT + 0.003):  # sleeves begin with a straight seam
            p = Points(piece.canonical)
            piece = piece.lined(np.minimum(p.side - border, p.y - 0.35), 0.05)
    if record.drop:
        piece = _lengthened(piece, record, body)
    p = Points(piece.canonical)
    ease = body.size * ease_of(p, record.trunk, record.arms)
    if piece.free.any():
        fitted = _fitted_above(piece, beneath, ease, record, body)
    else:
        fitted = fit(piece, beneath, ease, record.smoothing)
    piece = _opened(piece.moved(fitted), record)
    fitted, p = piece.vertices, Points(piece.canonical)
    if record.train:  # what is too long lies on the floor
        over = np.clip(body.vertices[:, 1].min() - fitted[:, 1], 0, None) * piece.free
        fitted = fitted + (over[:, None] * [0, 1, -1]).astype(np.float32)
    piece = replace(piece, grain=grain(fitted, p, body, piece.free, piece.grain[:, 0]))
    fallen = _fallen(piece, fitted, record, body, beneath, device) if record.drape else fitted
    fell = fallen is not None
    fitted = fitted if fallen is None else fallen
    if piece.free.any():
        fitted = fitted + _off(piece, fitted, beneath, body, 0.03)
    return piece.moved(fitted), fell


def cut_out(record: Record, body: Mannequin) -> Piece:
    """The part of the body that a record covers, with straps that may lie between the body's points."""

    def inside(canonical: NDArray, **other: object) -> NDArray:
        return blocks.signed(record.block, {**record.measures, **other}, canonical, record.kind, record.cut)

    first, last = record.measures.get("strap", (0.0, 0.0))
    if record.block != "strapped" or not 0 < last - first < NARROW:
        return Piece.of(body, inside(body.canonical))
    piece = Piece.of(body, inside(body.canonical, strap=(first - NARROW, last + NARROW)))
    for line in (first, 0.5 * (first + last), last):
        piece = piece.lined(Points(piece.canonical).side - line)
    return piece.cut(inside(piece.canonical))


def _opened(piece: Piece, record: Record) -> Piece:
    """The piece without what its record leaves open: a front cut away, sides of a loincloth, a split skirt."""
    if record.tails:  # the front is cut away
        turn = np.abs(np.arctan2(piece.canonical[:, 0], piece.canonical[:, 2]))
        piece = piece.cut(np.where(piece.free, TRUNK * (turn - record.tails), 0.2)).compact()
    if record.panels and piece.free.any():  # only a flap in front and one behind
        turn = np.abs(np.arctan2(piece.canonical[:, 0], piece.canonical[:, 2]))
        away = TRUNK * (record.panels - np.minimum(turn, np.pi - turn))
        piece = piece.cut(np.where(piece.free, away, 0.2)).compact()
    if record.split and piece.free.any():  # open at the left leg
        at = Points(piece.canonical)
        wedge = np.abs(at.turn - record.split) * TRUNK - 0.16 * np.clip(-0.22 - at.y, -0.02, 0.14)
        piece = piece.cut(np.where(piece.free & (at.z > -0.05), wedge, 0.2)).compact()
    return piece


def _fallen(
    piece: Piece, fitted: Floats, record: Record, body: Mannequin, beneath: Beneath, device: object
) -> Floats | None:
    """(P, 3) where fitted cloth comes to rest, or None if it does not."""
    p = Points(piece.canonical)
    held = np.zeros(len(fitted), bool)
    for low, high in record.held:
        held |= (p.y > low) & (p.y < high) & ~piece.free & ~p.arm
    bumps = (UNEVEN * body.size * _uneven(piece) * ~held)[:, None] * vertex_normals(fitted, piece.faces)
    cloth = Cloth(
        (fitted + bumps).astype(np.float32),
        piece.faces,
        _sewn(piece, fitted, body, record.spare),
        np.where(held, 0.0, 1.0).astype(np.float32),
        np.full(len(fitted), GAP * body.size, np.float32),
    )
    return drape(cloth, beneath.vertices, beneath.faces, Fabric(bend=record.stiff), device=device)


def _sewn(piece: Piece, points: Floats, body: Mannequin, spare: float) -> Floats:
    """(P, 3) the cloth as it was sewn: for a body with its arms out, and ``spare`` times as long as trunk and limbs."""
    transforms = bone_transforms(body.rest_joints, stand_pose()[None], PARENTS)[0]
    sewn = unpose(points, piece.weights, transforms)
    sewn = np.where(piece.free[:, None], points, sewn)
    p = Points(piece.canonical)
    mean, even = averaging(piece.faces, len(sewn)), ~(p.arm | piece.free | (p.y < LEGS))
    for _ in range(EVENED):
        sewn[even] += 0.5 * (mean @ sewn - sewn)[even]
    shoulder = body.rest_joints[16, 0]
    longer = sewn.copy()
    reach = np.clip(np.abs(sewn[:, 0] - body.rest_joints[0, 0]) - shoulder, 0, None)
    longer[:, 0] += np.where(p.arm, (spare - 1) * reach * np.sign(p.x), 0.0)
    drop = np.clip(body.rest_joints[9, 1] - sewn[:, 1], 0, None)
    trunk = np.where(p.y > LEGS, 0.3, 1.0)  # trunks hang, limbs bunch
    longer[:, 1] -= np.where(p.arm | piece.free, 0.0, trunk * (spare - 1) * drop)
    return longer.astype(np.float32)


def _uneven(piece: Piece) -> NDArray:
    """(P,) smooth noise of -1 to 1 that decides where spare cloth folds."""
    sine, cosine, along = piece.grain.T
    u, v = 2 * np.pi * 0.15 * np.arctan2(sine, cosine) / 0.05, 2 * np.pi * along / 0.05
    found: NDArray = 0.5 * (np.sin(0.35 * u + v + 0.8 * np.sin(0.6 * u)) + np.sin(0.8 * u - 0.6 * v + np.sin(0.5 * v)))
    return found


def grain(points: Floats, p: Points, body: Mannequin, free: NDArray, wide: NDArray | float = 1.0) -> Floats:
    """(P, 3) sine and cosine of the turn round trunk, leg or arm, 0 in front, and metres along it, of cloth as it was
    cut: lines of equal length are level, lines of equal turn upright. ``wide`` (P,): how much wider it is let down."""
    size, out = body.size, np.zeros((len(points), 3))
    across, deep = points[:, 0] - body.joints[0, 0], points[:, 2] - body.joints[[0, 3], 2].mean() - 0.01
    out[:, 2] = (points[:, 1] - body.joints[0, 1]) / size
    for side, (shoulder, wrist) in ((1, (16, 20)), (-1, (17, 21))):
        on = p.arm & (side * p.x > 0)
        axis = body.joints[wrist] - body.joints[shoulder]
        axis /= np.linalg.norm(axis)
        off = points[on] - body.joints[shoulder]
        out[on, 2] = 0.175 + off @ axis / size
        across[on], deep[on] = off @ np.cross(axis, [0, 0, 1.0]), off[:, 2]
    for side, (hip, ankle) in ((1, (1, 7)), (-1, (2, 8))):
        on = ~p.arm & ~free & (p.y < LEGS) & (side * p.x > 0)
        share = np.clip((body.joints[hip, 1] - points[on, 1]) / (body.joints[hip, 1] - body.joints[ankle, 1]), 0, 1)
        off = points[on] - body.joints[hip] - share[:, None] * (body.joints[ankle] - body.joints[hip])
        across[on], deep[on] = side * off[:, 0], off[:, 2]
    length = np.maximum(np.hypot(across, deep), 1e-6)
    out[:, 0], out[:, 1] = across / length, deep / length
    out[:, :2] *= np.where(free, wide, 1.0)[:, None]
    return out.astype(np.float32)


def _hung(record: Record, body: Mannequin, beneath: Beneath, device: object) -> tuple[Piece, bool]:
    """A cape, with the yoke that holds it."""
    neck = record.measures.get("neck", HOLE)
    if record.block == "poncho":
        sheet, held = poncho(body, record.drop, record.measures.get("slit", 0.0), ROW, neck)
    else:
        sheet, held = cape(body, record.drop, record.flare, record.waves, record.wave, ROW)
    start = beneath.outside(sheet.vertices, 0.012)
    cloth = Cloth(
        start,
        sheet.faces,
        sheet.vertices,
        np.where(held, 0.0, 1.0).astype(np.float32),
        np.full(len(start), 2 * GAP * body.size, np.float32),
    )
    fallen = drape(cloth, beneath.vertices, beneath.faces, Fabric(bend=record.stiff), device=device)
    sheet = sheet.moved(start if fallen is None else fallen)
    if record.block == "poncho":
        sheet = replace(sheet, weights=near_weights(sheet.vertices, body))
    p = Points(body.canonical)
    ring = np.minimum.reduce([p.neck - neck + 0.007, neck + 0.028 - p.neck, 0.56 - p.y])
    if record.measures.get("slit"):
        ring = np.minimum(ring, np.where(p.z > 0, p.side - FRONT_GAP, 1.0))
    line = p.y - YOKE + 0.6 * (p.side - 0.1)
    behind = np.minimum.reduce([line, 0.165 - p.side, 0.05 - p.z, p.neck - 0.07, 0.56 - p.y])
    yoke = Piece.of(body, ring if record.block == "poncho" else np.maximum(ring, behind))
    ease = np.full(len(yoke.vertices), 0.008 * body.size)
    yoke = yoke.moved(fit(yoke, beneath, ease, 6))
    sheet = together(sheet, yoke)
    if record.stand:
        sheet = together(sheet, standing(body, record.stand, neck))
    return sheet, fallen is not None


def _fitted_above(piece: Piece, beneath: Beneath, ease: NDArray, record: Record, body: Mannequin) -> Floats:
    """(P, 3) a piece whose upper part is fitted to the body and carries the rows that are let down from it along.

    Those rows hang outside of all that stands off beneath them.
    """
    own = np.flatnonzero(~piece.free)
    number = np.full(len(piece.vertices), -1)
    number[own] = np.arange(len(own))
    faces = number[piece.faces]
    arrays = {name: getattr(piece, name)[own] for name in CARRIED}
    upper = Piece(faces=faces[(faces >= 0).all(1)].astype(np.int32), **arrays)
    found = piece.vertices.copy()
    fitted = fit(upper, beneath, ease[own], record.smoothing)
    hem = _hem(upper, record)
    if hem is not None:
        fitted = _spanned(upper, fitted, hem)
    found[own] = fitted
    if hem is not None:
        shift = found[own][hem] - piece.vertices[own][hem]
        rows = int(piece.free.sum()) // len(hem)
        share = np.arange(1, rows + 1)[:, None, None] / rows
        found[piece.free] += (shift * (1 - share * [0, 1, 0])).reshape(-1, 3)  # the new hem stays level
    found += _off(piece, found, beneath, body, 0.10)
    return beneath.outside(found, np.where(piece.free, 0.006, np.minimum(ease, 0.003))).astype(np.float32)


def _straight(line: NDArray, near: NDArray) -> NDArray:
    """(N, 3) a border without the bends of those of its points that are ``near`` (N,)."""
    found = line.astype(np.float64)
    for _ in range(STRAIGHT):
        found[near] = 0.5 * (np.roll(found, 1, axis=0) + np.roll(found, -1, axis=0))[near]
    return found


def _spanned(piece: Piece, points: Floats, hem: NDArray) -> Floats:
    """(P, 3) the cloth with what ease and the seat's cleft made of its hem behind laid flat, and what is above evened
    out to that: else rows that hang from it begin with a fold."""
    near = cleft(piece.canonical)
    found = points.astype(np.float64)
    found[hem] = _straight(points[hem], near[hem])
    near[hem] = False
    mean = averaging(piece.faces, len(found))
    for _ in range(2 * SPANNED):
        found[near] += 0.7 * (mean @ found - found)[near]
    return found.astype(np.float32)


def _off(piece: Piece, points: Floats, beneath: Beneath, body: Mannequin, reach: float) -> Floats:
    """(P, 3) how cloth that is let down moves to hang outside of what stands off up to ``reach`` metres beneath it.

    Edges are tried as points are, for a rim may stand out between two rows. What is higher than the hands stays.
    """
    hands = body.vertices[Points(body.canonical).arm, 1].min() - 0.02
    free = piece.free & (points[:, 1] < hands)
    ends = edges(piece.faces)
    ends = ends[free[ends].all(1)]
    middles = points[ends].mean(1)
    out = np.zeros_like(points)
    out[free] = beneath.enclosed(points[free], body.joints[0], HANGING, reach) - points[free]
    between = beneath.enclosed(middles, body.joints[0], HANGING, reach) - middles
    for column in ends.T:
        further = np.linalg.norm(between, axis=1) > np.linalg.norm(out[column], axis=1)
        out[column[further]] = between[further]
    return taken_along(out, averaging(piece.faces, len(points)), EASED_IN, piece.free).astype(np.float32)


def _hem(piece: Piece, record: Record) -> NDArray[np.int64] | None:
    """The border at the record's hem, in the faces' direction, from front edge to front edge where it is open."""
    height = record.measures["hem"]
    for loop in loops(piece.faces):
        y, side = piece.canonical[loop, 1], np.abs(piece.canonical[loop, 0])
        low = (np.abs(y - height) < 2e-3) & (side < 0.25)
        if low.sum() < 8:
            continue
        if low.all():
            return loop
        start = int(np.flatnonzero(low & ~np.roll(low, 1))[0])
        turned, kept = np.roll(loop, -start), np.roll(low, -start)
        return turned[: int(np.argmin(kept)) or len(kept)]
    return None


def _lengthened(piece: Piece, record: Record, body: Mannequin) -> Piece:
    hem = _hem(piece, record)
    if hem is None:
        return piece
    size = body.size
    points = piece.vertices.copy()  # cloth that hangs from the seat does not come out of its cleft
    points[hem] = _straight(points[hem], cleft(piece.canonical[hem]))
    piece = piece.moved(points)
    fall = Fall(record.drop * size, record.flare, record.waves, record.wave, record.profile, record.train * size)
    return let_down(piece, hem, fall, body, ROW * size)

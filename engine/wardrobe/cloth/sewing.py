"""From cloth at rest to a finished garment: marks, panels, collars, hems, prints, and colours, as layers.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.geometry.vectors import unit
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import Points, smoothstep
from engine.wardrobe.cloth.binding import bindings
from engine.wardrobe.cloth.colors import decal_color, knob, paint, patterned
from engine.wardrobe.cloth.decal import printed, prints_of
from engine.wardrobe.cloth.details import Borders, Mark, Spot
from engine.wardrobe.cloth.edge import Edge, edge_of
from engine.wardrobe.cloth.finish import COLLARS, Ruffle, buttons, collar, engrave, grained, rims, ruffle, strips
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.folds import ahead, folded, shown
from engine.wardrobe.cloth.forms import marks
from engine.wardrobe.cloth.fur import locks
from engine.wardrobe.cloth.lapels import turned_over
from engine.wardrobe.cloth.panels import Panel, laid_on, panels
from engine.wardrobe.cloth.piece import Piece, evened, taken_along, together
from engine.wardrobe.cloth.records import Record
from engine.wardrobe.cloth.sheer import netted, opacity
from engine.wardrobe.cloth.sheet import TOP
from engine.wardrobe.cloth.textile import dyed
from engine.wardrobe.cloth.turned import sewn
from engine.wardrobe.cloth.wear import roughness, torn, weathered
from engine.wardrobe.layers import Floats, Layer, merged
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import Garment

LYING = 0.0015
"""Metres that finished cloth keeps from what is beneath."""
THROUGH, BESIDE = 0.025, 3
"""Metres by which collars and lapels beneath come through cloth, and how many rings of its points make room."""
SEWN_ON, STIFFER = 0.001, 0.8
"""Metres from which on what stands off is a second layer of cloth, and how much less cloth folds there."""
ROUND, EVEN_ROUND = 0.02, 8
"""Metres by which other collars stand beyond a collar that is laid round them, and how many places to both sides move
alike."""
RIPPLES = (0.5, -0.52) * 8
"""By how much points move to the mean of those beside them so that ripples go and folds stay (Taubin 1995)."""
LEAST, ROOM = 0.004, 0.7
"""Metres that folds stand out from close cloth, and how much more where it lies off."""
CROTCH = -0.09
"""Height below which legs are apart."""
FACING, PRESSED = 0.06, (0.5, 0.5, -0.3) * 9
"""Metres to other cloth within which cloth is smooth, and by how much points move to the mean of those beside them."""
MOST, HANGING, DEEPEST = 0.016, 0.03, 0.02
"""Metres that folds stand out at most, those of what hangs, and that they go in at most."""
CHEST = 0.05
"""Height above which there are collars, lapels and ties."""
EVEN = 0.03
"""Metres within which lines drawn on fallen cloth are straightened."""
METALS = frozenset({"silver", "gold", "bronze", "copper"})
"""Colours in which cloth of `LIGHT_CLOTH` shimmers."""
LIGHT_CLOTH = frozenset({"cotton", "silk", "satin", "nylon", "gauze", "hose"})


def make(
    garment: Garment,
    record: Record,
    piece: Piece,
    beneath: Beneath,
    size: float,
    above: Sequence[Record] = (),
    over_collar: bool = False,
) -> list[Layer]:
    """The finished layers of a draped piece: the garment, and trims of another material.

    Args:
        garment: its colours, its pattern, and its material, if that is another than the record's.
        record: how it is finished.
        piece: the cloth at rest.
        beneath: what it lies on.
        size: the body's, against the standard figure.
        above: the garments of cloth that will be worn over it.
        over_collar: whether what lies beneath has a collar, round which that of this one is laid.
    """
    material = usual_material(garment, record)
    made = MATERIALS[material]
    record = replace(record, folds=record.folds * made.folds * record.drape)
    if record.block in ("cape", "poncho") and not record.folds:
        piece = piece.finer()
    piece = smoothed(piece, beneath, size)
    borders = borders_of(record)
    found, spots = marks(record.details, borders)
    found += bindings(record.details, piece)
    if record.drape:
        piece = _folded(evened(piece, EVEN * size), record, found, beneath, size, made.bend, above)
    if over_collar:
        piece = piece.moved(_over(piece, beneath, size))
    piece = engrave(piece, found, size)
    piece = _pressed(piece.moved(beneath.outside(piece.vertices, 0.4 * LYING * size)), size)
    piece = netted(patterned(piece, garment), record)
    if "torn" in garment.traits:
        piece = torn(piece, borders)
    edge, piece = _edge(piece, record, borders, size)
    laid = [(panel, laid_on(piece, panel, size)) for panel in panels(record.details, borders)]
    turned = _turned(piece, record, edge, [cloth for _, cloth in laid if cloth], beneath, size)
    piece = _bordered(piece, garment, record, borders, beneath if over_collar else None, size)
    parts = [_sewn_up(garment, record, piece, found, spots, size, material)]
    parts += _decals(garment, record, piece, size, parts[0].material)
    for panel, cloth in laid:
        if cloth is not None:
            parts.append(_panel_layer(garment, record, panel, cloth, found, size, material))
    for cloth, accent in turned:
        shown = _second(garment, None) if accent else garment
        parts.append(_sewn_up(shown, replace(record, rim=0.0), patterned(cloth, shown), [], [], size, material))
    own = [part for part in parts if part.name == record.name]
    return [merged(own), *(part for part in parts if part.name != record.name)]


def _bordered(
    piece: Piece, garment: Garment, record: Record, borders: Borders, others: Beneath | None, size: float
) -> Piece:
    """The cloth with what goes on from its borders; ``others``: what is worn beneath, if that has a collar."""
    for detail in record.details:
        if detail["form"] == "collar" and detail["style"] in COLLARS:
            before, own_cloth = len(piece.vertices), Beneath(piece.vertices, piece.faces)
            piece = collar(piece, detail["style"], borders, record.measures.get("low"), size)
            if others is not None and len(piece.vertices) > before:
                piece.vertices[before:] = _laid_over(piece.vertices[before:], detail["style"], own_cloth, others, size)
            piece = patterned(piece.compact(), garment) if garment.pattern != "plain" else piece.compact()
        elif detail["form"] == "strips":
            piece = strips(piece, detail["below"], detail["teeth"])
        elif detail["form"] == "ruffle":
            wanted = Ruffle(**{name: value for name, value in detail.items() if name != "form"})
            piece = ruffle(piece, borders, size, wanted)
    return piece


def _pressed(piece: Piece, size: float) -> Piece:
    """The cloth, smooth where other cloth of it faces it closely, as between the thighs, each on its side."""
    near = 1 - smoothstep(ahead(piece, FACING * size), 0.4 * FACING * size, FACING * size)
    if not near.any():
        return piece
    mean = averaging(piece.faces, len(piece.vertices))
    for _ in range(3):
        near = np.maximum(near, np.minimum(1.5 * (mean @ near), 1.0))
    points = piece.vertices
    for weight in PRESSED:
        points = points + (weight * near)[:, None] * (mean @ points - points)
    side = np.sign(piece.canonical[:, 0]) * (np.abs(piece.canonical[:, 0]) > 0.003)
    leg = ~piece.free & (side != 0) & (piece.canonical[:, 1] < CROTCH)
    points[leg, 0] = side[leg] * np.maximum(side[leg] * points[leg, 0], LYING * size)
    return piece.moved(points.astype(np.float32))


def usual_material(garment: Garment, record: Record) -> str:
    """What a garment is of; where nothing is said, light cloth in a metal's colour shimmers."""
    shimmers = garment.color in METALS and record.material in LIGHT_CLOTH
    return garment.material or ("lame" if shimmers else record.material)


def _decals(garment: Garment, record: Record, piece: Piece, size: float, material: str) -> list[Layer]:
    """What is printed on a garment, as layers by its name."""
    forms = {detail["form"] for detail in record.details}
    front = bool(forms & {"placket", "lapel", "edge"}) or record.block == "cape"
    found = []
    for what in prints_of(garment, front, record.cut == "jersey" or record.kind == "vest"):
        cloth = printed(piece, what, size)
        if cloth is not None:
            colors = np.tile(decal_color(garment), (len(cloth.vertices), 1)).astype(np.float32)
            found.append(
                Layer(record.name, material, cloth.vertices, cloth.faces, colors, cloth.weights, cloth.canonical)
            )
    return found


def _laid_over(rows: Floats, style: str, cloth: Beneath, beneath: Beneath, size: float) -> Floats:
    """(N, 3) the rows of a collar round other collars, and where they fall again on the garment's own cloth."""
    profile = np.array(COLLARS[style])
    columns = len(rows) // len(profile)
    moves = beneath.enclosed(rows, rows.mean(0), LYING * size, ROUND * size) - rows
    moves[np.linalg.norm(moves, axis=1) > 0.7 * ROUND * size] = 0.0  # it is the shoulder that stands there
    moves = moves.reshape(len(profile), columns, 3)
    moves = np.mean([np.roll(moves, k, axis=1) for k in range(-EVEN_ROUND, EVEN_ROUND + 1)], axis=0)
    found = rows + moves.reshape(-1, 3).astype(np.float32)
    falling = columns * (int(profile[:, 1].argmax()) + 2)
    found[falling:] = cloth.outside(found[falling:], LYING * size)
    return beneath.outside(found, LYING * size)


def _folded(
    piece: Piece,
    record: Record,
    found: Sequence[Mark],
    beneath: Beneath,
    size: float,
    bend: float,
    above: Sequence[Record],
) -> Piece:
    """The cloth with its folds, which are smaller where something is sewn on."""
    if not record.folds:
        return piece
    clearance = np.clip(beneath.signed(piece.vertices)[0] - 2 * LYING * size, 0, DEEPEST * size)
    most = np.where(piece.free, HANGING, MOST) * size
    room = np.minimum(LEAST * size + ROOM * clearance, most) * shown(piece, above, record.held)
    p = grained(piece)
    for mark in found:
        if mark.height >= SEWN_ON:
            room = room * (1 - STIFFER * smoothstep(mark.signed(p), -0.004, 0.006))
    return folded(piece, clearance, room.astype(np.float32), record.folds, bend, size)


def _sewn_up(
    garment: Garment, record: Record, piece: Piece, found: list[Mark], spots: list[Spot], size: float, material: str
) -> Layer:
    """A finished piece with its rims, colours and buttons."""
    knobs = buttons(piece, spots, size)
    bare = piece
    inner = np.zeros(len(piece.vertices), bool)
    if record.rim:
        piece, inner = rims(piece, record.rim * size)
    colors, metallic = paint(garment, found, piece, MATERIALS[material].thread)
    colors = dyed(colors, material, grained(piece))
    colors = weathered(colors, garment.traits, grained(piece), borders_of(record))
    colors[inner] *= 0.8
    count = len(piece.vertices)
    knob_colors = np.array([knob(garment, spots[owner].color) for owner in knobs[4]]).reshape(-1, 3)
    parts = [
        (piece.vertices, piece.faces, piece.weights, piece.canonical, colors.clip(0, 1)),
        (*knobs[:4], knob_colors.clip(0, 1)),
    ]
    if material == "fur":
        parts.append(locks(bare, colors[: len(bare.vertices)], size))
    first = np.cumsum([0, *(len(part[0]) for part in parts)])
    vertices, _, weights, canonical, shades = (np.concatenate(column).astype(np.float32) for column in zip(*parts))
    thin = np.ones(len(vertices), np.float32)
    thin[:count] = opacity(piece, record, garment.traits, MATERIALS[material].opacity)
    faces = np.concatenate([part[1] + start for part, start in zip(parts, first)]).astype(np.int32)
    layer = Layer(record.name, material, vertices, faces, shades, weights, canonical, opacity=thin)
    if metallic.any():
        whole = layer.metallic.copy()
        whole[:count] = np.maximum(whole[:count], metallic)
        rough = np.where(whole > 0.5, np.float32(0.35), layer.roughness)
        layer = replace(layer, metallic=whole, roughness=rough)
    return roughness(layer, garment.traits)


def _panel_layer(
    garment: Garment, record: Record, panel: Panel, cloth: Piece, found: list[Mark], size: float, material: str
) -> Layer:
    """A panel as a layer: by the garment's name if it is of its material, else by that of its own."""
    shown = _second(garment, panel.color) if panel.accent else garment
    named = record if panel.material is None else replace(record, name=f"{panel.material.title()} Trim")
    return _sewn_up(shown, named, cloth, [] if panel.accent else found, [], size, panel.material or material)


def _second(garment: Garment, color: str | None) -> Garment:
    """A garment of its second colour, or of another where it has none."""
    return replace(garment, color=garment.accent or color or garment.color, pattern="plain")


def _edge(piece: Piece, record: Record, borders: Borders, size: float) -> tuple[Edge | None, Piece]:
    """The edge along which cloth is turned over, if any is, and the piece with its cloth drawn to that."""
    wanted = "low" in record.measures or any(detail["form"] in ("lapel", "collar") for detail in record.details)
    found = edge_of(piece, borders, record.measures, size) if wanted and borders.has("neck") else None
    return found or (None, piece)


def _turned(
    piece: Piece, record: Record, edge: Edge | None, laid: Sequence[Piece], beneath: Beneath, size: float
) -> list[tuple[Piece, bool]]:
    """Lapels and collars that are turned over, and whether each is of the second colour."""
    if edge is None:
        return []
    surface = piece
    for cloth in laid:
        surface = together(surface, cloth)
    caster = MeshRaycaster(surface.vertices, surface.faces)
    forms = turned_over(record.details, edge, record.measures.get("low"), beneath, size)
    return [(sewn(piece, side, form, caster, beneath, size), accent) for form, side, accent in forms]


def _over(piece: Piece, beneath: Beneath, size: float) -> Floats:
    """(P, 3) a garment's cloth on chest and shoulders outside of collars and lapels beneath: their edges are sharp."""
    mean, p = averaging(piece.faces, len(piece.vertices)), Points(piece.canonical)
    normals = vertex_normals(piece.vertices, piece.faces)
    for _ in range(BESIDE):
        normals = unit(normals + mean @ normals)
    points = piece.vertices
    for _ in range(2):
        hits = beneath.caster.cast_rays(points + THROUGH * size * normals, -normals)
        met = hits.mask & ((hits.normal * normals).sum(1) > 0) & (p.y > CHEST) & ~p.arm
        lack = np.where(met, np.clip((THROUGH + 2 * LYING) * size - hits.depth, 0, None), 0.0)
        moves = taken_along(lack[:, None] * normals, mean, BESIDE, np.ones(len(lack), bool))
        points = (points + 0.5 * (moves + mean @ moves)).astype(np.float32)
    return points


def smoothed(piece: Piece, beneath: Beneath, size: float) -> Piece:
    """The cloth without the corners of its triangles, outside of what is beneath."""
    mean = averaging(piece.faces, len(piece.vertices))
    points = piece.vertices
    for weight in (0.5, -0.2, 0.5):
        points = points + weight * (mean @ points - points)
    for weight in RIPPLES if piece.free.any() else ():  # rows that are let down are strung loosely one below the other
        points = points + weight * piece.free[:, None] * (mean @ points - points)
    for _ in range(2):
        points = beneath.outside(points, 2 * LYING * size)
        points = points + 0.4 * (mean @ points - points)
    return piece.moved(beneath.outside(points, LYING * size))


def borders_of(record: Record) -> Borders:
    """Where the finished garment ends."""
    m = record.measures
    hem = None if "hem" not in m else m["hem"] - record.drop
    low = TOP - record.drop if record.block == "poncho" else 0.0
    return Borders(hem, m.get("waist"), m.get("sleeve"), m.get("neck"), m.get("nape"), low)

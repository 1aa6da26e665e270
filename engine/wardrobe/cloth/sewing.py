"""From cloth at rest to a finished garment: marks, panels, collars, hems, prints, and colours, as layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.geometry.measures import vertex_normals
from engine.geometry.operators import averaging
from engine.wardrobe.cloth.binding import bindings
from engine.wardrobe.cloth.colors import decal_color, knob, paint, patterned
from engine.wardrobe.cloth.creases import creases
from engine.wardrobe.cloth.decal import printed, prints_of
from engine.wardrobe.cloth.details import Borders, Mark, Spot
from engine.wardrobe.cloth.finish import buttons, collar, engrave, grained, rims, ruffle, strips
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.forms import marks
from engine.wardrobe.cloth.panels import Panel, laid_on, panels
from engine.wardrobe.cloth.piece import Piece, evened
from engine.wardrobe.cloth.records import Record
from engine.wardrobe.cloth.sheer import netted, opacity
from engine.wardrobe.cloth.sheet import TOP
from engine.wardrobe.cloth.textile import dyed
from engine.wardrobe.cloth.wear import roughness, torn, weathered
from engine.wardrobe.layers import Layer, merged
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import Garment

LYING = 0.0015
"""Metres that finished cloth keeps from what is beneath."""
EVEN = 0.03
"""Metres within which lines drawn on fallen cloth are straightened."""


def make(
    garment: Garment, record: Record, piece: Piece, beneath: Beneath, size: float, material: str | None = None
) -> list[Layer]:
    """The finished layers of a draped piece: the garment, and trims of another material.

    Args:
        garment: its colours and pattern.
        record: how it is finished.
        piece: the cloth at rest.
        beneath: what it lies on.
        size: the body's, against the standard figure.
        material: instead of the record's.
    """
    if record.block in ("cape", "poncho"):
        piece = piece.finer()
    piece = smoothed(piece, beneath, size)
    if record.drape:
        piece = _creased(evened(piece, EVEN * size), record, size)
    borders = borders_of(record)
    found, spots = marks(record.details, borders)
    found += bindings(record.details, piece)
    piece = engrave(piece, found, size)
    piece = piece.moved(beneath.outside(piece.vertices, 0.4 * LYING * size))
    piece = netted(patterned(piece, garment), record)
    if "torn" in garment.traits:
        piece = torn(piece, borders)
    laid = [(panel, laid_on(piece, panel, size)) for panel in panels(record.details, borders)]
    for detail in record.details:
        if detail["form"] == "collar":
            before = len(piece.vertices)
            piece = collar(piece, detail["style"], borders, record.measures.get("low"), size)
            piece.vertices[before:] = beneath.outside(piece.vertices[before:], LYING * size)
            piece = patterned(piece.compact(), garment) if garment.pattern != "plain" else piece.compact()
        elif detail["form"] == "strips":
            piece = strips(piece, detail["below"], detail["teeth"])
        elif detail["form"] == "ruffle":
            piece = ruffle(piece, borders, size, **{name: value for name, value in detail.items() if name != "form"})
    parts = [_sewn_up(garment, record, piece, found, spots, size, material or record.material)]
    parts += _decals(garment, record, piece, size, parts[0].material)
    for panel, cloth in laid:
        if cloth is not None:
            parts.append(_panel_layer(garment, record, panel, cloth, found, size, material or record.material))
    own = [part for part in parts if part.name == record.name]
    return [merged(own), *(part for part in parts if part.name != record.name)]


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


def _creased(piece: Piece, record: Record, size: float) -> Piece:
    """The cloth with the folds of joints."""
    if not record.crease:
        return piece
    high = creases(grained(piece), piece.free) * record.crease * size
    return piece.moved(piece.vertices + high[:, None] * vertex_normals(piece.vertices, piece.faces))


def _sewn_up(
    garment: Garment, record: Record, piece: Piece, found: list[Mark], spots: list[Spot], size: float, material: str
) -> Layer:
    """A finished piece with its rims, colours and buttons."""
    knobs = buttons(piece, spots, size)
    piece, inner = rims(piece, record.rim * size)
    colors, metallic = paint(garment, found, piece, MATERIALS[material].thread)
    colors = dyed(colors, material, grained(piece))
    colors = weathered(colors, garment.traits, grained(piece), borders_of(record))
    colors[inner] *= 0.8
    count = len(piece.vertices)
    thin = np.ones(count + len(knobs[0]), np.float32)
    thin[:count] = opacity(piece, record, garment.traits, MATERIALS[material].opacity)
    knob_colors = np.array([knob(garment, spots[owner].color) for owner in knobs[4]]).reshape(-1, 3)
    layer = Layer(
        record.name, material,
        np.concatenate([piece.vertices, knobs[0]]).astype(np.float32),
        np.concatenate([piece.faces, knobs[1] + count]).astype(np.int32),
        np.concatenate([colors, knob_colors]).clip(0, 1).astype(np.float32),
        np.concatenate([piece.weights, knobs[2]]).astype(np.float32),
        np.concatenate([piece.canonical, knobs[3]]).astype(np.float32),
        opacity=thin,
    )  # fmt: skip
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
    shown = garment
    if panel.accent:
        usual = panel.color or garment.color
        shown = replace(garment, color=garment.accent or usual, pattern="plain")
    named = record if panel.material is None else replace(record, name=f"{panel.material.title()} Trim")
    return _sewn_up(shown, named, cloth, [] if panel.accent else found, [], size, panel.material or material)


def smoothed(piece: Piece, beneath: Beneath, size: float) -> Piece:
    """The cloth without the corners of its triangles, outside of what is beneath."""
    mean = averaging(piece.faces, len(piece.vertices))
    points = piece.vertices
    for weight in (0.5, -0.2, 0.5):
        points = points + weight * (mean @ points - points)
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

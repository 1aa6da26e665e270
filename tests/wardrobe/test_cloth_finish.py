"""Finish of cloth: panels, prints, traits, patterns, wear, dye, and what carries skirts."""

from __future__ import annotations

import string
from dataclasses import replace

import numpy as np
import pytest

from engine.body import load_body
from engine.geometry.edges import loops
from engine.wardrobe import outfit
from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth import tailor
from engine.wardrobe.cloth.binding import bindings
from engine.wardrobe.cloth.blocks import signed
from engine.wardrobe.cloth.colors import decal_color, second_color
from engine.wardrobe.cloth.decal import ABOVE, Print, known_signs, lettering, printed, prints_of, symbol
from engine.wardrobe.cloth.edge import edge_of
from engine.wardrobe.cloth.finish import grained
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.folds import folded, shown
from engine.wardrobe.cloth.forms import FORMS, marks
from engine.wardrobe.cloth.fur import locks
from engine.wardrobe.cloth.hulls import reach, round_the_legs
from engine.wardrobe.cloth.lapels import lapel, leaves
from engine.wardrobe.cloth.motifs import PATTERNS
from engine.wardrobe.cloth.panels import PANELS, panels
from engine.wardrobe.cloth.piece import Piece, evened
from engine.wardrobe.cloth.records import record_of, records
from engine.wardrobe.cloth.sewing import borders_of, usual_material
from engine.wardrobe.cloth.sheer import net_of, netted, opacity
from engine.wardrobe.cloth.supports import supported
from engine.wardrobe.cloth.textile import dyed
from engine.wardrobe.cloth.traits import changes, tailored
from engine.wardrobe.cloth.turned import ROWS, ground, sewn
from engine.wardrobe.cloth.wear import intact, torn, weathered
from engine.wardrobe.layering import ordered
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import COLORS, SYMBOLS, TRAITS, Garment, Look

ELSEWHERE = {"binding", "collar", "lapel", "net", "ruffle", "hood", "strips"}
"""Forms of details that neither `forms` nor `panels` make."""


@pytest.fixture(scope="module")
def fine() -> Mannequin:
    body = load_body()
    return tailor.fine(Mannequin.of(body, np.zeros(body.num_betas)))


def cut(fine: Mannequin, key: str) -> Piece:
    """The undraped cloth of a record without what is let down, with its grain."""
    record = records()[key]
    piece = Piece.of(fine, signed(record.block, record.measures, fine.canonical, record.kind, record.cut))
    return replace(piece, grain=tailor.grain(piece.vertices, Points(piece.canonical), fine, piece.free))


def sheet(side: float = 0.4, count: int = 61) -> Piece:
    """An upright square that looks to +z, in the plane z = 0.1, whose pattern coordinates are its places."""
    x, y = np.meshgrid(np.linspace(-side / 2, side / 2, count), np.linspace(-side / 2, side / 2, count))
    points = np.stack([x.ravel(), y.ravel() + 0.3, np.full(x.size, 0.1)], -1).astype(np.float32)
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = (grid.ravel() for grid in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]).astype(np.int32)
    weights = np.tile(np.eye(24, dtype=np.float32)[0], (len(points), 1))
    grain = np.stack([np.sin(points[:, 0]), np.cos(points[:, 0]), points[:, 1]], -1).astype(np.float32)
    return Piece(points, faces, weights, points, np.zeros(len(points), bool), grain)


def area(piece: Piece) -> float:
    a, b, c = (piece.vertices[piece.faces[:, k]].astype(float) for k in range(3))
    return float(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())


# Records, panels and lines


def test_the_details_of_every_record_and_trait_can_be_made(fine):
    p = grained(cut(fine, "jumpsuit"))
    details = [(record.details, borders_of(record)) for record in records().values()]
    plain = borders_of(records()["long_sleeve"])
    tables = [
        table for said in changes().values() for table in (said, *(v for v in said.values() if isinstance(v, dict)))
    ]
    details += [(tuple(table.get("details", ())), plain) for table in tables]
    for asked, borders in details:
        assert {detail["form"] for detail in asked} <= {*FORMS, *PANELS, *ELSEWHERE}
        for mark in marks(asked, borders)[0]:
            assert np.isfinite(mark.signed(p)).all()
        for panel in panels(asked, borders):
            assert np.isfinite(panel.signed(p)).all() and np.isfinite(panel.lift(p)).all()


def test_a_lapel_lies_on_its_cloth_and_its_edges_are_straight(fine):
    piece, record = cut(fine, "jacket.suit"), records()["jacket.suit"]
    edge, drawn = edge_of(piece, borders_of(record), record.measures, 1.0)
    form = lapel(edge, 0.068, "notch", 1.0)
    cloth = Beneath(drawn.vertices, drawn.faces)
    made = sewn(drawn, edge, form, cloth.caster, Beneath(fine.vertices, fine.faces), 1.0)
    assert np.abs(made.weights.sum(1) - 1).max() < 1e-4 and np.isfinite(made.vertices).all()
    rows = ground(edge, form.t[:, None] + form.shear, form.width[:, None] * np.linspace(0, 1, ROWS + 1), cloth.caster)
    gorge, outer = rows[-1, :, :2], rows[len(rows) // 2 :, -1, :2]
    for line in (gorge, outer):  # seen from in front
        along = line[-1] - line[0]
        across = np.array([along[1], -along[0]]) / np.linalg.norm(along)
        assert np.abs((line - line[0]) @ across).max() < 0.05 * np.linalg.norm(along)
    away = cloth.signed(made.vertices)[0]
    assert 0.0 < np.median(away) < 0.008


def test_a_collar_that_is_turned_over_has_two_points_and_comes_in_to_the_neck(fine):
    piece, record = cut(fine, "long_sleeve.buttoned"), records()["long_sleeve.buttoned"]
    edge, drawn = edge_of(piece, borders_of(record), record.measures, 1.0)
    body, cloth = Beneath(fine.vertices, fine.faces), Beneath(drawn.vertices, drawn.faces)
    form = leaves(edge, "shirt", None, body, 1.0)
    made = sewn(drawn, edge, form, cloth.caster, body, 1.0)
    stand = made.vertices[made.vertices[:, 1] > edge.points[:, 1].max()]
    away = body.caster.closest_point(stand)[2]
    assert len(stand) > 100 and away.min() > -0.003 and np.quantile(away, 0.9) < 0.03
    for side in (1, -1):
        half = made.vertices[(side * made.vertices[:, 0] > 0.004) & (made.vertices[:, 2] > 0)]
        lowest = half[half[:, 1].argmin()]
        assert 0.015 < side * lowest[0] < 0.06 and lowest[1] < edge.points[0, 1] - 0.015


def test_lines_on_cloth_that_was_pushed_together_are_straight_again():
    flat = sheet()
    x, y, _ = flat.vertices.T
    inner = np.cos(np.pi * x / 0.4) * np.cos(np.pi * (y - 0.3) / 0.4)
    bent = flat.canonical + 0.004 * (inner * np.sin(2 * np.pi * x / 0.03) * np.sin(2 * np.pi * y / 0.03))[:, None]
    found = evened(replace(flat, canonical=bent.astype(np.float32)), 0.03)
    assert np.abs(bent - flat.canonical).max() > 0.003
    assert np.abs(found.canonical - flat.canonical).max() < 0.0004
    rim = np.concatenate(loops(flat.faces))
    assert np.allclose(found.canonical[rim], bent[rim], atol=1e-6)
    assert np.array_equal(found.vertices, flat.vertices)


# What carries skirts


def test_outlines_reach_as_far_as_their_corners():
    turns = np.linspace(-np.pi, np.pi, 50)
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * 0.2
    expected = 0.2 / np.maximum(np.abs(np.sin(turns)), np.abs(np.cos(turns)))
    assert np.allclose(reach(square, turns), expected)


def test_what_is_let_down_passes_round_both_legs(fine):
    centre, height = fine.joints[0] * [1, 0, 1], float(fine.joints[[4, 5], 1].mean())
    legs = (np.abs(fine.vertices[:, 1] - height) < 0.015) & (np.abs(fine.canonical[:, 0]) < 0.3)
    off = (fine.vertices[legs & (fine.canonical[:, 1] < 0)] - centre)[:, [0, 2]]
    turns = np.arctan2(off[:, 0], off[:, 1])
    assert (round_the_legs(fine, height, centre, turns) > np.linalg.norm(off, axis=1) - 1e-6).all()
    assert (round_the_legs(fine, 3.0, centre, turns) == 0).all()


def test_petticoats_and_floors_are_beneath(fine):
    bare = Beneath(fine.vertices, fine.faces)
    found = supported(bare, fine, 0.4, 0.5, 0.9)
    added = found.vertices[len(bare.vertices) :]
    ground = fine.vertices[:, 1].min()
    below = added[added[:, 1] < ground]
    assert len(below) == 4 and (ground - below[:, 1] < 0.01).all()
    bell = added[added[:, 1] > ground]
    low = bell[bell[:, 1] < bell[:, 1].min() + 1e-4]
    assert np.ptp(low[:, 0]) > 0.8 and found.signed(np.array([[5.0, 0, 0]]))[0][0] > 0


# Traits


def test_traits_are_known_and_change_what_they_name():
    assert set(changes()) <= set(TRAITS)
    shirt, skirt, trousers = (records()[key] for key in ("long_sleeve", "skirt", "trousers"))
    assert tailored(shirt, ["sleeveless"]).measures["sleeve"] < 0.19
    assert tailored(shirt, ["mini"]) == shirt == tailored(shirt, [])
    for trait, end in (("mini", -0.27), ("midi", -0.68), ("knee", -0.45)):
        made = tailored(skirt, [trait])
        assert made.measures["hem"] - made.drop == pytest.approx(end)
    shorter = tailored(trousers, ["cropped"])
    assert shorter.measures["hem"] == -0.70 and tailored(records()["shorts"], ["cropped"]) == records()["shorts"]
    assert [ease for _, ease in tailored(shirt, ["loose"]).trunk] == pytest.approx([1.7 * e for _, e in shirt.trunk])
    strapless = tailored(shirt, ["strapless"])
    assert strapless.block == "strapped" and "sleeve" not in strapless.measures
    opened = tailored(records()["jacket.denim"], ["open"])
    assert opened.measures["slit"] > 0 and "placket" not in {detail["form"] for detail in opened.details}


def test_what_is_open_is_worn_over_what_is_closed():
    shirt = Garment("t_shirt", "red", cut="buttoned", traits=("open",))
    look = Look("fair", "short", "brown", "none", "brown", "brown", (shirt, Garment("tank_top", "white")))
    assert [garment.kind for garment in ordered(look)] == ["tank_top", "t_shirt"]


# Prints


def test_there_are_letters_digits_and_every_symbol():
    assert {*string.ascii_uppercase, *string.digits} <= set(known_signs())
    u, v = (grid.ravel() for grid in np.meshgrid(*[np.linspace(-1.3, 1.3, 131)] * 2))
    for name in SYMBOLS:
        inside = symbol(name, 1.0)(u, v) > 0
        assert 0.05 < inside.mean() * 2.6**2 / 4 < 0.95, name
        assert max(np.abs(u[inside]).max(), np.abs(v[inside]).max()) < 1.1, name


def test_a_print_has_its_outline_and_lies_above_the_cloth():
    cloth = sheet()
    circle = Print(lambda u, v: 0.05 - np.hypot(u, v), (0.06, 0.06), (0.02, 0.3), False)
    found = printed(cloth, circle, 1.0)
    assert found is not None
    assert area(found) == pytest.approx(np.pi * 0.05**2, rel=0.01)
    assert np.allclose(found.vertices[:, 2], 0.1 + ABOVE, atol=1e-6)
    assert np.allclose(found.vertices[:, :2].mean(0), [0.02, 0.3], atol=1e-3)
    assert printed(cloth, replace(circle, at=(2.0, 0.3)), 1.0) is None


def test_words_read_from_left_to_right_on_chest_and_back():
    foot = lettering("L", 0.01)  # whose foot is on the reader's right
    turned = sheet()
    behind = replace(turned, vertices=turned.vertices * np.float32([1, 1, -1]), faces=turned.faces[:, ::-1].copy(),
                     canonical=turned.canonical * np.float32([1, 1, -1]))  # fmt: skip
    for cloth, back, right in ((turned, False, 1), (behind, True, -1)):
        found = printed(cloth, Print(foot, (0.03, 0.04), (0.0, 0.3), back), 1.0)
        assert found is not None
        low = found.vertices[:, 1] < 0.3 - 0.02
        assert (right * found.vertices[low, 0]).max() > 0.015 and (right * found.vertices[~low, 0]).max() < 0.0


def test_decals_avoid_closures():
    jacket = Garment("jacket", "red", decal="text:07")
    sides = {
        (front, number): [what.back for what in prints_of(jacket, front, number)]
        for front in (False, True)
        for number in (False, True)
    }
    assert sides == {
        (False, False): [False],
        (False, True): [False, True],
        (True, False): [True, False],
        (True, True): [True, False],
    }
    assert prints_of(Garment("jacket", "red"), False) == []
    (wide,) = prints_of(Garment("t_shirt", "red", decal="text:CHAMPIONS"), False)
    assert wide.half[0] < 0.15


# Patterns, wear and dye


def test_every_pattern_has_borders_that_are_near_distances():
    known = {"plain", "two_tone", "tie_dye", *PATTERNS}
    assert set(outfit.PATTERNS) <= known
    u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(-0.2, 0.2, 401), np.linspace(-0.2, 0.2, 401)))
    for name, parts in PATTERNS.items():
        shown = np.max([signed_(u, v) for signed_, _ in parts], axis=0) > 0
        assert 0.02 < shown.mean() < 0.98, name


def test_holes_are_cut_out_and_nothing_else(fine):
    piece = cut(fine, "trousers")
    borders = borders_of(records()["trousers"])
    found = torn(piece, borders)
    assert 0.85 * area(piece) < area(found) < 0.99 * area(piece)
    assert (intact(grained(found), borders) < -0.005).mean() < 0.01  # of ragged curves finer than faces
    assert len(loops(found.faces)) > len(loops(piece.faces)) + 3


def test_wet_cloth_is_darker(fine):
    piece = cut(fine, "t_shirt")
    colors = np.full((len(piece.vertices), 3), 0.6)
    p, borders = grained(piece), borders_of(records()["t_shirt"])
    assert (weathered(colors, ("wet",), p, borders) < 0.55).all()
    assert np.allclose(weathered(colors, (), p, borders), 0.6)


def test_thin_cloth_is_lined_on_the_trunk_and_a_net_is_open_between_its_strings(fine):
    shirt, tights = records()["long_sleeve"], records()["leggings.fishnet"]
    piece = cut(fine, "long_sleeve")
    found, p = opacity(piece, shirt, (), 0.5), grained(piece)
    assert (found[p.arm] == 0.5).all() and (found[~p.arm & (p.y < 0.38) & (p.y > -0.1)] == 1).all()
    assert (opacity(piece, shirt, (), 1.0) == 1).all() and opacity(piece, shirt, ("sheer",), 1.0).min() < 0.6
    legs = netted(cut(fine, "leggings"), tights)
    p, seen = grained(legs), opacity(legs, tights, (), 0.0)
    faces = legs.faces[(p.y[legs.faces] < -0.25).all(1)]
    corners = legs.vertices[faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    solid = (areas * seen[faces].mean(1)).sum() / areas.sum()
    net = net_of(tights)
    spacing = 1 / np.hypot(1 / net["width"], 1 / net["height"])
    assert solid == pytest.approx(2 * net["thick"] / spacing, rel=0.6)  # two families of strings, cloth pulled wider


def test_denim_is_pale_on_the_thighs_and_silk_is_even(fine):
    piece = cut(fine, "trousers")
    p = grained(piece)
    colors = np.tile([0.12, 0.2, 0.5], (len(piece.vertices), 1))
    assert np.allclose(dyed(colors, "silk", p), colors)
    shown = dyed(colors, "denim", p).mean(1)
    thigh = (p.y < -0.18) & (p.y > -0.34)
    front, side = (shown[thigh & where].mean() for where in (np.abs(p.turn) < 0.5, np.abs(p.turn - 1.6) < 0.3))
    assert front > side + 0.08


@pytest.mark.parametrize("accent", ["white", "navy", None])
def test_a_print_stands_out_from_both_colors_of_a_pattern(accent):
    garment = Garment("t_shirt", "red", accent, "stripes_h", decal="text:10")
    second = np.array(COLORS[accent]) if accent else second_color(garment)
    for beneath in (np.array(COLORS["red"]), second):
        assert np.abs(decal_color(garment) - beneath).max() > 0.3
    assert decal_color(replace(garment, pattern="plain")) == pytest.approx(COLORS[accent or "white"])


def test_a_binding_runs_along_every_border(fine):
    piece = cut(fine, "tank_top")
    (mark,) = bindings([{"form": "binding", "width": 0.01}], piece)
    signed_ = mark.signed(grained(piece))
    rim = np.concatenate(loops(piece.faces))
    assert np.allclose(signed_[rim], 0.01, atol=1e-6) and len(loops(piece.faces)) >= 4
    assert 0.05 < (signed_ > 0).mean() < 0.5


def test_cloth_folds_where_it_is_too_long_and_not_into_what_is_beneath() -> None:
    flat = sheet()
    free = flat.canonical[:, 0] < 0.05
    clearance, room = np.full(len(free), 0.003), np.where(free, 0.012, 0.0).astype(np.float32)
    found = folded(flat, clearance, room, 3.0, 0.2, 1.0)
    high, across = found.vertices[:, 2] - 0.1, found.canonical[:, 0]
    assert high[across < 0.0].max() > 0.003
    assert high.min() > -0.0035
    np.testing.assert_allclose(high[across > 0.09], 0.0, atol=1e-6)


def test_nothing_folds_beneath_what_is_worn_over_it(fine: Mannequin) -> None:
    piece = cut(fine, "trousers")
    y = piece.canonical[:, 1]
    may = shown(piece, [records()["t_shirt"]], ())
    assert (may[y < -0.2] == 1.0).all()
    assert (may[y > -0.09] == 0.0).all()


def test_fur_lies_down_over_the_cloth_that_it_grows_from() -> None:
    cloth = sheet()
    vertices, faces, weights, _, _ = locks(cloth, np.full((len(cloth.vertices), 3), 0.5), 1.0)
    root, tip = vertices.reshape(-1, 7, 3)[:, 1], vertices.reshape(-1, 7, 3)[:, 6]
    assert (tip[:, 2] > 0.1).all()
    assert (tip[:, 1] < root[:, 1]).mean() > 0.95
    np.testing.assert_allclose(weights.sum(1), 1.0, atol=1e-5)
    assert faces.max() == len(vertices) - 1


@pytest.mark.parametrize(
    ("garment", "material"),
    [(Garment("gown", "gold"), "lame"), (Garment("gown", "yellow"), "silk"), (Garment("t_shirt", "silver"), "lame"),
     (Garment("coat", "gold"), "wool"), (Garment("gown", "gold", material="velvet"), "velvet")],
)  # fmt: skip
def test_light_cloth_in_a_metals_colour_shimmers(garment, material):
    record = record_of(garment.kind, garment.cut)
    assert usual_material(garment, record) == material

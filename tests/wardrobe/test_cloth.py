"""Cloth: records, borders, what is let down from them, how it falls, and that patterns run straight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy.sparse.csgraph import connected_components

from engine.body import load_body
from engine.geometry.edges import edge_matrix, loops
from engine.render.raycast import MeshRaycaster
from engine.wardrobe.canonical import Points
from engine.wardrobe.cloth import blocks, tailor
from engine.wardrobe.cloth.colors import paint, patterned
from engine.wardrobe.cloth.drape import Cloth, Fabric, drape
from engine.wardrobe.cloth.fit import Beneath, ease_of
from engine.wardrobe.cloth.piece import Fall, Piece, let_down
from engine.wardrobe.cloth.records import read_records, record_of, records
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import COLORS, CUTS, GARMENT_KINDS, Garment

HEM = 0.002
"""Metres within which borders are on their curves."""
SHIRT = 'name = "Shirt"\nlayer = 2\nblock = "top"\nmaterial = "cotton"\nhem = -0.03\nsleeve = 0.3\nneck = 0.08\n'


@pytest.fixture(scope="module")
def bare() -> Mannequin:
    body = load_body()
    return Mannequin.of(body, np.zeros(body.num_betas))


@pytest.fixture(scope="module")
def fine(bare: Mannequin) -> Mannequin:
    return tailor.fine(bare)


def sheet(columns: int, rows: int, width: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """A level rectangle about the origin: vertices (rows * columns, 3), row by row, and faces seen from above."""
    x, z = np.meshgrid(np.linspace(-width / 2, width / 2, columns), np.linspace(-height / 2, height / 2, rows))
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (grid.ravel() for grid in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    points = np.stack([x.ravel(), np.zeros(x.size), z.ravel()], -1)
    return points.astype(np.float32), np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


# Records


def test_every_bundled_record_is_of_a_known_kind_and_cut():
    for record in records().values():
        assert record.kind in GARMENT_KINDS
        assert record.cut is None or record.cut in CUTS[record.kind]
        assert record.block in (*blocks.BLOCKS, "region", "cape", "poncho")


def test_a_cut_takes_from_its_kind_what_it_does_not_say(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'[t_shirt]\n{SHIRT}drop = 0.1\n[t_shirt.polo]\nname = "Polo"\nneck = 0.07\n')
    plain, polo = read_records(path).values()
    assert (plain.key, polo.key) == ("t_shirt", "t_shirt.polo")
    assert polo.name == "Polo" and polo.measures == {**plain.measures, "neck": 0.07}
    assert (polo.drop, polo.layer, polo.material) == (plain.drop, plain.layer, plain.material) == (0.1, 2, "cotton")


@pytest.mark.parametrize(
    ("table", "record", "key"),
    [
        (f"[t_shirt]\n{SHIRT}slevee = 0.3\n", "[t_shirt]", "'slevee'"),
        (f"[t_shirt]\n{SHIRT}[t_shirt.polo]\ncolour = 'red'\n", "[t_shirt.polo]", "'colour'"),
        ("[t_shirt]\n" + SHIRT.replace('block = "top"\n', ""), "[t_shirt]", "'block'"),
        ("[t_shirt]\n" + SHIRT.replace("cotton", "chiffon"), "[t_shirt]", "'material'"),
    ],
)
def test_a_bad_record_is_told_in_one_sentence_with_file_record_and_key(tmp_path, table, record, key):
    path = tmp_path / "mine.toml"
    path.write_text(table)
    with pytest.raises(ValueError) as told:
        read_records(path)
    sentence = str(told.value)
    assert sentence.startswith(f"mine.toml: {record}") and key in sentence
    assert sentence.endswith(".") and "\n" not in sentence


def test_what_is_no_cloth_has_no_record():
    assert record_of("boots", None) is None
    usual, jeans = record_of("trousers", None), record_of("trousers", "jeans")
    assert usual is not None and jeans is not None and (usual.key, jeans.key) == ("trousers", "trousers.jeans")
    assert record_of("trousers", "of a cut without a record") == usual


# Borders and what hangs from them


def test_ease_goes_through_the_places_of_its_tables():
    p = Points(np.array([[0, -0.1, 0.1], [0, 0.1, 0.1], [0, 0.0, 0.1], [0.5, 0.45, 0], [0.3, 0.45, 0]]))
    ease = ease_of(p, [(-0.1, 0.02), (0.1, 0.01)], [(0.3, 0.005), (0.5, 0.015)])
    assert np.allclose(ease, [0.02, 0.01, 0.015, 0.015, 0.005], atol=1e-6)


@pytest.mark.parametrize("key", ["t_shirt", "long_sleeve", "trousers", "leggings", "tank_top", "jumpsuit", "skirt"])
def test_borders_are_on_their_curves(fine, key):
    record = records()[key]
    m = record.measures
    piece = Piece.of(fine, blocks.signed(record.block, m, fine.canonical, record.kind, record.cut))
    rims = [np.stack([loop, np.roll(loop, -1)]) for loop in loops(piece.faces)]
    assert rims
    points = np.concatenate([piece.canonical[rim].mean(0) for rim in rims])  # the middles of border edges
    p = Points(points)
    curves = [p.y - m["hem"]]
    curves += [p.y - m["waist"]] if "waist" in m else []
    curves += [p.neck - m["neck"], p.y - 0.53, p.y - 0.56] if "neck" in m else []
    curves += [p.side - m["sleeve"]] if "sleeve" in m else []
    off = np.abs(curves).min(0)
    if record.block == "strapped":  # the bust line and the straps have no simple form
        low = p.y < 0.2
        assert low.any()
        off = off[low]
    assert off.max() < HEM


def test_cloth_is_let_down_in_even_rows_to_a_level_hem(fine):
    tilted = 0.12 * fine.canonical[:, 0]  # a hem that is not level
    record = records()["skirt"]
    piece = Piece.of(fine, np.minimum(0.098 - fine.canonical[:, 1], fine.canonical[:, 1] + 0.02 - tilted))
    hem = min(loops(piece.faces), key=lambda loop: piece.vertices[loop, 1].mean())
    depth, row = 0.3, 0.014
    made = let_down(piece, hem, Fall(depth, 1.3, record.waves, record.wave), fine, row)
    rows = round(depth / row)
    assert made.free.sum() == rows * len(hem) and not made.free[: len(piece.vertices)].any()
    fresh = made.vertices[made.free].reshape(rows, len(hem), 3)
    lowest = fresh[-1, :, 1]
    assert np.ptp(piece.vertices[hem, 1]) > 0.02 and np.ptp(lowest) < 1e-5
    assert np.median(piece.vertices[hem, 1]) - lowest.mean() == pytest.approx(depth, abs=1e-4)
    steps = np.diff(np.concatenate([piece.vertices[hem][None], fresh])[..., 1], axis=0)
    assert np.abs(steps - steps.mean(0)).max() < 1e-5 and (steps < 0).all()
    assert np.allclose(made.weights.sum(1), 1, atol=1e-5) and made.weights.min() >= 0
    around = np.linalg.norm(np.diff(fresh[-1], axis=0, append=fresh[-1, :1]), axis=1).sum()
    start = np.linalg.norm(np.diff(piece.vertices[hem], axis=0, append=piece.vertices[hem][:1]), axis=1).sum()
    assert around > 1.2 * start
    tube = trimesh.Trimesh(made.vertices, made.faces, process=False)
    assert tube.is_winding_consistent
    assert sorted(map(len, loops(made.faces))) == sorted(map(len, loops(piece.faces)))


def test_what_is_let_down_from_an_open_border_stays_open(fine):
    points, faces = sheet(20, 3, 0.3, 0.1)
    count = len(points)
    piece = Piece(
        points + np.float32([0, 0, 0.3]),
        faces,
        np.tile(np.eye(24, dtype=np.float32)[0], (count, 1)),
        points,
        np.zeros(count, bool),
        np.zeros((count, 3), np.float32),
    )
    (rim,) = loops(faces)
    front = np.flatnonzero(points[:, 2] > 0.049)
    start = next(k for k, v in enumerate(rim) if v in front and rim[k - 1] not in front)
    run = np.roll(rim, -start)[: len(front)]
    made = let_down(piece, run, Fall(0.14), fine, 0.014)
    assert made.free.sum() == 10 * len(run)
    assert len(made.faces) == len(faces) + 2 * 10 * (len(run) - 1)
    assert (
        len(loops(made.faces)) == 1 and trimesh.Trimesh(made.vertices, made.faces, process=False).is_winding_consistent
    )


# Falling


BALL = trimesh.creation.icosphere(4, 0.15)
GAP = 0.004


def square(mobility: np.ndarray | None = None, count: int = 24) -> Cloth:
    """A sheet of half a metre that lies on top of the ball."""
    points, faces = sheet(count, count, 0.5, 0.5)
    points[:, 1] = 0.15 + GAP
    free = np.ones(len(points), np.float32) if mobility is None else mobility
    return Cloth(points, faces, points, free, np.full(len(points), GAP, np.float32))


def fallen(cloth: Cloth, frames: int = 36) -> np.ndarray | None:
    return drape(cloth, np.asarray(BALL.vertices, np.float32), BALL.faces.astype(np.int32), Fabric(), frames)


@pytest.fixture(scope="module")
def on_a_ball() -> np.ndarray:
    found = fallen(square())
    assert found is not None
    return found


def test_a_sheet_hangs_over_a_ball_outside_of_it(on_a_ball):
    away = np.linalg.norm(on_a_ball, axis=1) - 0.15
    assert away.min() > GAP - 0.0015
    assert on_a_ball[:, 1].max() < 0.15 + GAP + 0.002
    corners = on_a_ball[[0, 23, -24, -1], 1]
    assert (corners < 0.0).all()  # they hung down by more than the ball's radius


def test_a_sheet_keeps_the_lengths_of_its_edges(on_a_ball):
    cloth = square()
    sides = np.unique(np.sort(cloth.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    spans = [np.linalg.norm(p[sides[:, 0]] - p[sides[:, 1]], axis=1) for p in (on_a_ball, cloth.rest)]
    stretch = spans[0] / spans[1] - 1
    assert np.quantile(np.abs(stretch), 0.75) < 0.015
    assert stretch.min() > -0.10 and stretch.max() < 0.12  # most where it bears all that hangs down


def test_it_falls_the_same_way_twice(on_a_ball):
    again = fallen(square())
    assert again is not None and np.array_equal(again, on_a_ball)


def test_what_is_held_does_not_move():
    mobility = np.ones(24 * 24, np.float32)
    mobility[:24] = 0.0
    cloth = square(mobility)
    found = fallen(cloth, 12)
    assert found is not None
    assert np.array_equal(found[:24], cloth.vertices[:24])
    assert np.abs(found[24:] - cloth.vertices[24:]).max() > 0.02


def test_what_does_not_come_to_rest_is_told():
    small = square(count=8)
    beside = replace(small, vertices=small.vertices * 0.2 + np.float32([2, 0, 0]), rest=small.rest * 0.2)
    assert fallen(beside) is None  # it falls past the ball, farther than it is long
    broken = small.vertices.copy()
    broken[3] = np.nan
    assert fallen(replace(small, vertices=broken), 2) is None


# Patterns


def test_stripes_are_level_as_the_cloth_is_cut(fine, bare):
    """Between level lines every 35 mm, cloth has one colour: seen on points all over the faces."""
    record = replace(records()["t_shirt"], drape=False, details=(), drop=0.0)
    garment = Garment("t_shirt", "white", "black", "stripes_h")
    piece, _ = tailor.shaped(record, fine, Beneath(bare.vertices, bare.faces))
    piece = patterned(piece, garment)
    colors, _ = paint(garment, [], piece)
    trunk = (np.abs(piece.canonical[piece.faces, 0]) < 0.15).all(1)
    shares = np.random.default_rng(0).dirichlet((1, 1, 1), size=(trunk.sum(), 4))
    height = np.einsum("fnk,fk->fn", shares, piece.vertices[piece.faces[trunk], 1]) - bare.joints[0, 1]
    shown = np.einsum("fnk,fk->fn", shares, colors[piece.faces[trunk]].mean(2))
    white, black = np.mean(COLORS["white"]), np.mean(COLORS["black"])
    dark = shown < 0.5 * (white + black)
    band = np.floor(height / (0.035 * bare.size)) % 2 == 0
    to_line = np.abs((height / bare.size + 0.0175) % 0.035 - 0.0175) * bare.size
    assert 0.3 < dark.mean() < 0.7
    assert to_line[dark != band].max(initial=0.0) < HEM


def test_layers_of_cloth_lie_outside_what_they_lie_on(fine, bare):
    record = replace(records()["t_shirt"], drape=False)
    piece, fell = tailor.shaped(record, fine, Beneath(bare.vertices, bare.faces))
    assert fell
    _, _, away = MeshRaycaster(bare.vertices, bare.faces).closest_point(piece.vertices)
    assert away.min() > -0.0005


STRAPPED = [name for name, record in records().items() if record.block == "strapped"]


@pytest.mark.parametrize("name", STRAPPED)
def test_straps_are_whole_and_as_wide_as_they_should_be(fine: Mannequin, name: str) -> None:
    record = records()[name]
    piece = tailor.cut_out(record, fine)
    assert connected_components(edge_matrix(piece.faces, len(piece.vertices)))[0] == 1
    first, last = record.measures.get("strap", (0.058, 0.100))  # the usual ones of `blocks.strapped`
    x, y, z = piece.canonical.T
    strap = (y > 0.42) & (z > 0.0)
    assert strap.any() == (first < last)
    if first < last < 0.095:  # wider ones end in the neckline's round
        assert abs(np.abs(x[strap]).min() - first) < 0.003 and abs(np.abs(x[strap]).max() - last) < 0.003

"""Whole looks on bodies: layers that lie on one another, and a body that is whole beneath."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.appearance.base import BaseSurface
from engine.body import load_body
from engine.geometry.edges import loops
from engine.render.raycast import MeshRaycaster
from engine.shape.bodies import bundled
from engine.wardrobe.cloth import tailor
from engine.wardrobe.cloth.drape import drape
from engine.wardrobe.cloth.drape_cache import Drapes
from engine.wardrobe.cloth.records import record_of
from engine.wardrobe.dressing import Workshop, layers_of
from engine.wardrobe.layering import ordered
from engine.wardrobe.layers import BODY, Layer, joined
from engine.wardrobe.outfit import Garment, Look

PEOPLE = {"average": (0, 0, 0, 0.1, 0.6), "child": (0, 0, 0, -0.8, -1), "fat": (0, 1.8, 0, 0.3, 1)}
"""Height, weight, muscle, age and gender, each -1..1."""
WORN = {
    "average": (
        Garment("trousers", "blue", cut="jeans"),
        Garment("long_sleeve", "white", "navy", "stripes_h", cut="buttoned"),
        Garment("jacket", "black", cut="leather"),
        Garment("shoes", "brown"),
    ),
    "child": (Garment("shorts", "tan"), Garment("t_shirt", "red"), Garment("shoes", "white")),
    "fat": (Garment("briefs", "black"), Garment("t_shirt", "grey"), Garment("long_skirt", "green")),
}
DEEP = 0.001
"""Metres that cloth may lie inside of what is beneath."""
AT_ONCE = 0.012
"""Metres along a ray from cloth that comes through a crease, and is hidden, to what it comes through."""
RIM = 0.016
"""Metres from a border within which cloth may be folded."""
SIDES = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if abs(x) + abs(y) + abs(z) in (1, 3)]
SIDES.remove((0, -1, 0))
"""From where covered faces are looked for: five sides and eight corners; from straight below one looks into hems."""


def look_of(name: str, bare: bool = False) -> Look:
    return Look("fair", "bald", "brown", "none", "brown", "brown", () if bare else WORN[name])


def dressed(name: str, bare: bool = False, seed: int = 3) -> list[Layer]:
    body = load_body()
    told: list[str] = []
    betas = bundled().betas(np.array(PEOPLE[name], float))
    found = layers_of(look_of(name, bare), body, betas, seed, workshop=Workshop(warn=told.append))
    assert told == []
    return found


class Dressed(dict[str, list[Layer]]):
    """Who is asked for, dressed once."""

    def __missing__(self, name: str) -> list[Layer]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tailor, "drape", partial(drape, frames=8))  # enough to lie on what is beneath
            self[name] = dressed(name)
        return self[name]


@pytest.fixture(scope="module")
def people() -> Dressed:
    made = Dressed()
    assert made["child"]
    return made


everybody = pytest.mark.parametrize(
    "name", ["child", *(pytest.param(name, marks=pytest.mark.slow) for name in ("average", "fat"))]
)


def cloth(layers: list[Layer], name: str) -> list[Layer]:
    """The layers that are made of cloth."""
    records = [record_of(garment.kind, garment.cut) for garment in WORN[name]]
    names = {record.name for record in records if record is not None}
    return [layer for layer in layers if layer.name in names]


@everybody
def test_everything_worn_is_a_layer_with_a_name_of_its_own(people, name):
    layers = people[name]
    names = [layer.name for layer in layers]
    assert names[0] == BODY and len(set(names)) == len(names)
    records = [record_of(garment.kind, garment.cut) for garment in ordered(look_of(name))]
    order = [names.index(record.name) for record in records if record is not None]
    assert order == sorted(order) and len(cloth(layers, name)) == len(order) > 0


@everybody
def test_arrays_of_layers_are_sound(people, name):
    for layer in people[name]:
        assert np.isfinite(layer.vertices).all() and np.isfinite(layer.canonical).all(), layer.name
        assert layer.faces.min() >= 0 and layer.faces.max() < len(layer.vertices), layer.name
        assert layer.weights.min() >= -1e-6 and np.allclose(layer.weights.sum(1), 1, atol=1e-3), layer.name
        for values in (layer.colors, layer.roughness, layer.metallic):
            assert values.min() >= 0 and values.max() <= 1, layer.name


def far_from_borders(layer: Layer) -> NDArray[np.bool_]:
    """(V,) beyond the rims, which are folded inwards, and the collars."""
    rims = np.concatenate([layer.vertices[loop] for loop in loops(layer.faces)])
    collar = (layer.canonical[:, 1] > 0.49) & (np.abs(layer.canonical[:, 0]) < 0.13)
    far: NDArray[np.bool_] = (cKDTree(rims).query(layer.vertices)[0] > RIM) & ~collar
    return far


def clear_of_itself(body: Layer, points: NDArray) -> NDArray[np.bool_]:
    """(N,) where a body does not overlap with itself, as arms and trunk of fat ones do in the arm pits."""
    caster = MeshRaycaster(body.vertices, body.faces)
    face, bary, _ = caster.closest_point(points, False)
    corners = body.faces[face]
    at, normal = (np.einsum("nk,nkc->nc", bary, of[corners]) for of in (body.vertices, caster.normals))
    clear: NDArray[np.bool_] = caster.closest_point((at + 0.004 * normal).astype(np.float32))[2] > 0
    return clear


@everybody
def test_cloth_lies_outside_the_body(people, name):
    body = people[name][0]
    caster = MeshRaycaster(body.vertices, body.faces)
    for layer in cloth(people[name], name):
        shown = ~layer.covered & far_from_borders(layer)
        points = layer.vertices[shown]
        points = points[clear_of_itself(body, points)]
        assert len(points) > 0.25 * shown.sum() > 0
        away = caster.closest_point(points)[2]
        assert (away < -DEEP).mean() < 0.001 and away.min() > -0.005, layer.name  # a point or two in the arm pits


def hidden_share(layers: list[Layer], step: float = 0.008) -> NDArray:
    """Of all rays from each of `SIDES` that meet a figure, which share meets a face that is left out as covered, with
    nothing shown at once behind it."""
    whole = joined(layers)
    gone = whole.covered[whole.faces].all(1)
    caster, shown = MeshRaycaster(whole.vertices, whole.faces), MeshRaycaster(whole.vertices, whole.faces[~gone])
    middle = 0.5 * (whole.vertices.min(0) + whole.vertices.max(0))
    shares = []
    for side in np.array(SIDES, float):
        view = side / np.linalg.norm(side)
        right = np.cross(view, [0.3, 0.9, 0.1])
        right /= np.linalg.norm(right)
        u, v = (grid.ravel()[:, None] for grid in np.meshgrid(*[np.arange(-1.2, 1.2, step)] * 2))
        start = middle + 3 * view + u * right + v * np.cross(right, view)
        ways = np.broadcast_to(-view, start.shape)
        first, then = caster.cast_rays(start, ways), shown.cast_rays(start, ways)
        hole = gone[first.face] & ~(then.mask & (then.depth < first.depth + AT_ONCE))
        shares.append(hole[first.mask].mean())
    return np.array(shares)


@everybody
def test_what_is_covered_leaves_no_hole(people, name):
    assert joined(people[name]).covered.any()
    assert hidden_share(people[name]).max() < 0.001


@everybody
def test_nothing_else_is_left_out(people, name):
    whole = joined(people[name])
    seen = BaseSurface.layered(whole, None)
    assert len(seen.vertices) == len(seen.colors) == len(whole.vertices)
    assert len(seen.faces) == len(whole.faces) - whole.covered[whole.faces].all(1).sum()


def test_the_body_is_whole_beneath_its_clothes(people):
    bare = dressed("child", bare=True)[0]
    body = people["child"][0]
    assert np.array_equal(body.vertices, bare.vertices) and np.array_equal(body.faces, bare.faces)
    assert np.array_equal(body.colors, bare.colors)
    assert body.covered.any() and not bare.covered.any()


@pytest.mark.slow
def test_a_look_is_made_the_same_way_twice(people, monkeypatch):
    monkeypatch.setattr(tailor, "drape", partial(drape, frames=8))
    again = dressed("child")
    assert [layer.name for layer in again] == [layer.name for layer in people["child"]]
    for first, second in zip(people["child"], again):
        assert np.array_equal(first.vertices, second.vertices) and np.array_equal(first.faces, second.faces)
        assert np.array_equal(first.colors, second.colors) and np.array_equal(first.covered, second.covered)


@pytest.mark.slow
def test_the_same_garment_twice_gets_a_number(monkeypatch):
    monkeypatch.setattr(tailor, "drape", partial(drape, frames=1))
    twice = Look("fair", "bald", "black", "none", "black", "brown", (Garment("socks", "red"), Garment("socks", "blue")))
    names = [layer.name for layer in layers_of(twice, load_body(), np.zeros(load_body().num_betas))]
    assert {"Socks", "Socks 2"} <= set(names) and len(set(names)) == len(names)


def test_cloth_that_does_not_come_to_rest_is_told_and_worn_as_it_was_cut(monkeypatch):
    monkeypatch.setattr(tailor, "drape", lambda *args, **options: None)
    look = Look("fair", "bald", "black", "none", "black", "brown", (Garment("shorts", "red"),))
    told: list[str] = []
    body = load_body()
    layers = layers_of(look, body, np.zeros(body.num_betas), workshop=Workshop(warn=told.append))
    assert len(told) == 1 and told[0].startswith("Shorts")
    assert "Shorts" in [layer.name for layer in layers]


def test_dressing_may_be_stopped():
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert 0 <= done <= total
        raise Stopped

    body = load_body()
    with pytest.raises(Stopped):
        layers_of(look_of("child"), body, np.zeros(body.num_betas), workshop=Workshop(tell=stop))


@pytest.mark.slow
def test_other_colours_on_the_same_cut_do_not_fall_again(monkeypatch, tmp_path):
    falls: list[int] = []

    def counted(*args, **options):
        falls.append(1)
        return drape(*args, **options, frames=4)

    monkeypatch.setattr(tailor, "drape", counted)
    body, drapes = load_body(), Drapes(tmp_path)
    betas = np.zeros(body.num_betas)

    def shorts(color: str, betas=betas):
        look = Look("fair", "bald", "black", "none", "black", "brown", (Garment("shorts", color),))
        return layers_of(look, body, betas, workshop=Workshop(drapes=drapes))[1]

    first, again = shorts("red"), shorts("blue")
    assert len(falls) == 1
    assert np.array_equal(first.vertices, again.vertices) and not np.allclose(first.colors, again.colors)
    shorts("blue", betas + 0.3)
    assert len(falls) == 2, "another body is another drape"

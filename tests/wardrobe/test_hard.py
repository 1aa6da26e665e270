"""Stiff garments: closed, outside what they lie on, exact at their borders, rigid where they are plates."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from engine.body import load_body
from engine.geometry.edges import edge_matrix, is_closed
from engine.geometry.measures import volume
from engine.protocol import JOINT_NAMES
from engine.render.raycast import MeshRaycaster
from engine.shape.bodies import bundled
from engine.wardrobe.forms import ellipsoid
from engine.wardrobe.hard.armour import DESIGNS, armour_layers, read_designs
from engine.wardrobe.hard.belts import belt
from engine.wardrobe.hard.fitted import prop_layer
from engine.wardrobe.hard.headwear import CLOSED, helmet
from engine.wardrobe.hard.hoods import lying_hood
from engine.wardrobe.hard.hulls import PARTS, Hulls
from engine.wardrobe.hard.pieces import palette
from engine.wardrobe.hard.plates import Plate, pieces_of, shell
from engine.wardrobe.hard.things import THINGS, thing_of
from engine.wardrobe.hard.worn import CODE, HARD, hard_layers
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import GARMENT_KINDS, Garment
from tests.wardrobe.kinds import first_is_quick

SHAPES = {"average": (0, 0, 0, 0.1, 0.5), "stout": (0.2, 0.6, 0, 0.2, 1), "child": (0, 0, 0, -0.66, 0)}
OPEN = ("Undersuit", "Mail")
"""Close suits, which are single surfaces as cloth is."""


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(
    scope="module", params=["average", *(pytest.param(name, marks=pytest.mark.slow) for name in ("stout", "child"))]
)
def mannequin(request, body):
    return Mannequin.of(body, bundled().betas(np.array(SHAPES[request.param])))


@pytest.fixture(scope="module")
def average(body):
    return Mannequin.of(body, bundled().betas(np.array(SHAPES["average"])))


def parts(layer):
    """(count, label of each vertex) of a layer's separate pieces."""
    return connected_components(edge_matrix(layer.faces, len(layer.vertices)), directed=False)


def depth(points, surface):
    """Metres by which points lie outside a closed surface."""
    return surface.closest_point(points.astype(np.float32))[2]


def check(layers, mannequin, deepest):
    for layer in layers:
        assert np.isfinite(layer.vertices).all(), layer.name
        assert np.allclose(layer.weights.sum(1), 1, atol=1e-4), layer.name
        assert layer.colors.min() >= 0 and layer.colors.max() <= 1
        if layer.name in OPEN:
            continue
        assert is_closed(layer.faces), layer.name
        count, label = parts(layer)
        for index in range(count):
            own = layer.faces[label[layer.faces[:, 0]] == index]
            assert volume(layer.vertices, own) > 0, (layer.name, index)
        assert outside(layer, mannequin).min() > -deepest, layer.name


def outside(layer, mannequin):
    """Metres by which a layer lies outside the body; not asked where trunk plates enter arms at the armholes."""
    found = depth(layer.vertices, mannequin.caster)
    arm = (np.abs(layer.canonical[:, 0]) > 0.2) & (layer.canonical[:, 1] > 0.3)
    return found[~arm | (layer.weights[:, 16:22].sum(1) > 0.3)]


def test_a_hood_lies_round_the_neck_and_down_the_back(mannequin):
    hood = lying_hood(Garment("hood", "red"), mannequin, [])
    check([hood], mannequin, 0.002)
    x, y, z = hood.canonical.T
    assert y.max() < 0.625  # beneath the mouth
    front = (z > 0.03) & (np.abs(x) < 0.02)
    assert y[front].min() < 0.37 and 0.25 < y[z < 0].min() < 0.40  # cords in front, the bag behind


def test_a_raised_hood_leaves_the_face_free_and_goes_over_a_hat(average):
    (beanie,) = hard_layers(Garment("hat", "red", cut="beanie"), average)
    (hood,) = hard_layers(Garment("hood", "black"), average, [beanie])
    caster = MeshRaycaster(hood.vertices, hood.faces)
    nose = average.vertices[(average.canonical[:, 1] > 0.6) & (np.abs(average.canonical[:, 0]) < 0.02)]
    nose = nose[nose[:, 2].argmax()][None].astype(np.float32)
    ahead, above = np.array([[0, 0, 1]], np.float32), np.array([[0, 1, 0]], np.float32)
    assert not caster.cast_rays(nose, ahead).mask.any()
    top = beanie.vertices[beanie.vertices[:, 1] > beanie.vertices[:, 1].max() - 0.01]
    assert caster.cast_rays(top, np.repeat(above, len(top), 0)).mask.mean() > 0.95


@pytest.mark.parametrize("design", DESIGNS)
def test_armour_is_closed_and_outside_the_body(design, mannequin):
    layers = armour_layers(design, Garment("armor_torso", "red", "gold"), mannequin)
    check(layers, mannequin, 0.001)
    assert sum(len(layer.vertices) for layer in layers) < 45_000
    assert len({layer.name for layer in layers}) == len(layers)


ANKLE_DEEP = ("sandals", "shoes", "boots")
SUNK = ("hat", "cap", "headband", "backpack", "glasses", "hood", "mask_mouth", "horse")
"""Closed forms that reach into the head or the back, a centaur's two bodies, and spectacles that rest on ears."""


PLAIN = {kind for kind in HARD - {"armor_torso"} if kind in CODE or thing_of(kind, None) is not None}
ALL = [(kind, None) for kind in PLAIN] + [of for of in THINGS if of[0] in HARD - PLAIN]
"""Stiff kinds, and stiff cuts of kinds that are of cloth."""


@pytest.mark.parametrize(("kind", "cut"), first_is_quick(sorted(ALL, key=str)))
def test_every_kind_is_closed_and_lies_outside_the_body(kind, cut, mannequin):
    layers = hard_layers(Garment(kind, "brown", cut=cut), mannequin)
    thing = THINGS.get((kind, cut))
    deepest = 0.2 if {kind, cut} & set(SUNK) else 0.001
    if thing is not None and thing.instead:
        deepest = np.inf  # what stands in the flesh's stead may be where it was
    elif cut == "mawashi":
        deepest = 0.004  # its strip is pressed between stout thighs
    check(layers, mannequin, deepest)


@pytest.mark.parametrize("style", CLOSED)
def test_helmets_hold_the_head(style, mannequin):
    check(helmet(Garment("helmet", "grey", cut=style), mannequin), mannequin, 0.001)


def test_kinds_are_known():
    assert set(HARD) <= set(GARMENT_KINDS)


@pytest.mark.parametrize("kind", ANKLE_DEEP)
def test_soles_stand_level_at_one_height(kind, mannequin):
    layer = hard_layers(Garment(kind, "black"), mannequin)[0]
    left = layer.vertices[:, 0] > 0
    lows = [layer.vertices[side, 1].min() for side in (left, ~left)]
    assert abs(lows[0] - lows[1]) < 1e-4
    assert lows[0] < mannequin.vertices[:, 1].min()
    for side in (left, ~left):
        sole = layer.vertices[side & (layer.vertices[:, 1] < lows[0] + 2e-4)]
        assert len(sole) > 20 and np.ptp(sole[:, 2]) > 0.15 * mannequin.size


def test_toes_are_hidden_in_shoes(mannequin):
    layer = hard_layers(Garment("shoes", "black"), mannequin)[0]
    feet = mannequin.vertices[mannequin.canonical[:, 1] < -0.90]
    up = np.broadcast_to(np.array([0, 0, 1], np.float32), feet.shape)
    assert MeshRaycaster(layer.vertices, layer.faces).cast_rays(feet, up).mask.all()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("torso", 0.0, 0.28), ("arm.R", 0.30, 0.68), ("leg.L", -0.85, -0.25), ("neck", 0.50, 0.56), ("head", -0.7, 1.5)],
)
def test_hulls_hold_what_they_go_round(name, low, high, average):
    hull = Hulls(average)[name]
    u, theta = np.meshgrid(np.linspace(low, high, 30), np.linspace(-180, 180, 37), indexing="ij")
    points = hull.at(u, theta, np.full(u.shape, 0.001)).reshape(-1, 3)
    assert depth(points, average.caster).min() > -0.001


def test_hulls_go_round_what_is_worn(average):
    tube = Hulls(average)["leg.L"]
    u, theta = np.meshgrid(np.linspace(-0.8, -0.2, 40), np.linspace(-180, 180, 49)[:-1], indexing="ij")
    points = tube.at(u, theta, np.full(u.shape, 0.03)).reshape(-1, 3).astype(np.float32)
    a = (np.arange(39)[:, None] * 48 + np.arange(48)).ravel()
    b = (np.arange(39)[:, None] * 48 + (np.arange(48) + 1) % 48).ravel()
    faces = np.concatenate([np.stack([a, b, a + 48], 1), np.stack([b, b + 48, a + 48], 1)]).astype(np.int32)
    weights = np.zeros((len(points), 24), np.float32)
    weights[:, JOINT_NAMES.index("left_knee")] = 1
    canonical = np.stack([np.full(len(points), 0.11), u.ravel(), 0 * u.ravel()], 1).astype(np.float32)
    cloth = Layer("Trousers", "cotton", points, faces, np.ones_like(points), weights, canonical)
    over = Hulls(average, [cloth])["leg.L"]
    middle = np.abs(over.u + 0.5) < 0.2
    assert (over.radii - tube.radii)[middle].min() > 0.02
    near = Hulls(average, [cloth], reach=0.01)["leg.L"]
    assert (near.radii - tube.radii)[middle].max() < 0.02


def test_a_plate_has_its_border_on_its_curves(average):
    hull = Hulls(average)["torso"]
    low, high = (0.10, 0.06, 0.10), (0.30, 0.33, 0.30)
    plate = Plate("", "torso", low, high, (50, 70), lift=2, thick=4, edge="plain")
    form = shell(plate, hull)
    count = len(form.vertices) // 2
    inner = form.vertices[count:]
    s = np.linspace(0, 1, 400)
    curve = plate.borders()[0](s)
    assert curve[200] == pytest.approx(0.06, abs=1e-3)  # through its given heights
    line = hull.at(curve, -50 + 100 * s, np.full(400, 0.006 * hull.size))
    rim = inner[: 1 + int(np.argmax(np.abs(np.diff(inner[:, 0])) > 0.1))]
    gap = np.linalg.norm(rim[:, None] - line[None], axis=2).min(1)
    assert len(rim) > 5 and gap.max() < 0.002


def test_thickness_and_lift_are_kept(average):
    hull = Hulls(average)["arm.L"]
    form = shell(Plate("", "arm", (0.5,), (0.62,), (60,), lift=6, thick=5, edge="plain"), hull)
    outer, inner = np.split(form.vertices, 2)
    assert np.linalg.norm(outer - inner, axis=1) == pytest.approx(0.005 * hull.size, rel=1e-3)


def test_plates_are_rigid_and_lames_move_one_by_one(average):
    plate = Plate("", "leg", (-0.4,), (-0.15,), (60,), lames=3, joints=("hip",))
    pieces = pieces_of(plate, Hulls(average))
    assert len(pieces) == 6  # three on each leg
    for piece, side in zip(pieces, ("left_hip", "right_hip") * 3):
        assert np.allclose(piece.weights, piece.weights[0])
        assert piece.weights[0, JOINT_NAMES.index(side)] == pytest.approx(1)


def test_armour_on_the_left_mirrors_the_right(average):
    layers = armour_layers("knight", Garment("armor_torso", "silver"), average)
    greaves = next(layer for layer in layers if layer.name == "Greaves").vertices
    left, right = greaves[greaves[:, 0] > 0], greaves[greaves[:, 0] < 0] * [-1, 1, 1]
    assert len(left) == len(right)
    assert np.abs(left - right).max() < 0.004


def test_wanted_slots_only(average):
    layers = armour_layers("knight", Garment("armor_torso", "silver"), average, slots=("torso",))
    assert {"Breastplate", "Backplate"} <= {layer.name for layer in layers}
    assert "Greaves" not in {layer.name for layer in layers}


def test_colors_and_materials_follow_the_garment(average):
    red = armour_layers("suit", Garment("armor_torso", "red", "gold"), average)
    assert {layer.material for layer in red} == {"rubber", "painted_metal"}
    chest = next(layer for layer in red if layer.name == "Chest Plates").colors
    colors = palette(Garment("armor_torso", "red", "gold"))
    for role in (0, 1, 4):  # main, accent and the lamp
        assert (np.abs(chest - colors[role]).max(1) < 0.02).any()
    brown = armour_layers("roman", Garment("armor_torso", "brown"), average, slots=("arms",))
    assert {layer.material for layer in brown} == {"leather"}


def test_a_belt_goes_round_the_waist_with_its_buckle_in_front(mannequin):
    strap, buckle = belt(Garment("belt", "brown", "gold"), mannequin)
    count, label = parts(strap)
    around = [np.arctan2(*strap.vertices[label == index][:, [0, 2]].T) for index in range(count)]
    assert max(np.ptp(angles) for angles in around) > 6.1
    assert abs(buckle.vertices[:, 0].mean()) < 0.01
    assert buckle.vertices[:, 2].min() > strap.vertices[:, 2].max() - 0.02
    pouched = belt(Garment("belt", "brown"), mannequin, pouches=True)[0]
    assert np.ptp(pouched.vertices[:, 0]) > np.ptp(strap.vertices[:, 0]) + 0.02 * mannequin.size


def test_forms_of_the_standard_figure_are_carried_as_a_whole(average):
    form = ellipsoid((0.68, 0.451, 0.010), (0.02, 0.02, 0.02))
    layer = prop_layer("Ball", form, (18, 20), average, "plastic", palette(Garment("belt", "red")))
    assert np.linalg.norm(layer.vertices.mean(0) - average.joints[20]) < 0.02
    spread = np.linalg.norm(layer.vertices - layer.vertices.mean(0), axis=1)
    assert spread.max() < 0.03 and spread.min() > 0.012


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a]\nplates = []", ("armour.toml", "[a]", "plates")),
        ("[a]\ncolour = 1\nplates = []", ("[a]", "colour", "no such key")),
        ('[a]\naccent = "sky"\nplates = []', ("[a]", "accent", "sky")),
        ('[a]\nplates = [{layer = "P", part = "tail", low = [0], high = [1], half = [9]}]', ("part", "tail")),
        ('[a]\nplates = [{layer = "P", part = "leg", low = [0], high = [1]}]', ("plate 1", "half")),
        ('[a]\nplates = [{layer = "P", part = "leg", low = [0], half = [1]}]', ("plate 1", "high", "missing")),
        ('[a]\nplates = [{layer = "P", part = "leg", low = 0, high = [1], half = [1]}]', ("plate 1", "low", "list")),
        ('[a]\nplates = [{layer = "P", part = "leg", low = [0], high = [1], half = [1], lift = "x"}]', ("lift", "x")),
        ('[a]\nplates = [{layer = "P", part = "leg", low = [0], high = [1], half = [1], wide = 2}]', ("wide", "key")),
        (
            '[a]\nplates = [{layer = "P", part = "leg", low = [0], high = [1], half = [1], joints = ["nose"]}]',
            ("joints", "nose"),
        ),
        (
            '[a]\nplates = [{layer = "P", part = "leg", low = [0], high = [1], half = [1], material = "jam"}]',
            ("material", "jam"),
        ),
    ],
)
def test_a_bad_record_is_named_with_its_key(tmp_path, text, words):
    path = tmp_path / "armour.toml"
    path.write_text(text)
    with pytest.raises(ValueError) as error:
        read_designs(path)
    for word in words:
        assert word in str(error.value)


def test_designs_use_every_part_that_there_is():
    used = {plate.part for design in DESIGNS.values() for plate in design.plates}
    assert used <= set(PARTS) and {"torso", "neck", "arm", "leg"} <= used
    assert all(not list(replace(plate).faults()) for design in DESIGNS.values() for plate in design.plates)

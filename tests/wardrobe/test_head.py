"""Heads: hair that stays outside the skin and gives way to hats, eyes in their sockets, what is drawn on faces."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from engine.geometry.edges import is_closed
from engine.geometry.measures import volume
from engine.render.raycast import MeshRaycaster
from engine.shape.bodies import bundled
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.hard.worn import hard_layers
from engine.wardrobe.head import Individual, finer_face, head_layers, paint_bare, settle_face
from engine.wardrobe.head.eyes import BALL, IRIS, eyeball
from engine.wardrobe.head.frame import Head, Seeds, beside_ears, hairline
from engine.wardrobe.head.hair import variant
from engine.wardrobe.head.locks import LockForm, locks, sweep
from engine.wardrobe.head.roots import ABOVE, BESIDE, apart, in_rows
from engine.wardrobe.head.strokes import BROW, brow_color, brow_layer, brow_width, maleness
from engine.wardrobe.head.styles import STYLES
from engine.wardrobe.layers import Layer, Mannequin, joined
from engine.wardrobe.outfit import HAIR_COLORS, HAIR_CUTS, HAIR_STYLES, SKINS, Garment
from tests.wardrobe.heads import CHILD, GIANT, LOOK


def named(look, mannequin, seed=0, headgear=None, clothes=()):
    layers = head_layers(look, mannequin, np.random.default_rng(seed), headgear or {}, clothes)
    return {layer.name: layer for layer in layers}


def places(layer, mannequin):
    return Head.of(mannequin).canonical(layer.vertices)


VARIANTS = [
    pytest.param(name, number, marks=[pytest.mark.slow] if number else [])
    for name, variants in sorted(STYLES.items())
    for number in range(len(variants))
]


@pytest.mark.parametrize("style, number", VARIANTS)
def test_hair_lies_outside_the_skin_and_off_the_face(mannequin, monkeypatch, style, number):
    monkeypatch.setitem(STYLES, style, STYLES[style][number : number + 1])
    layers = named(replace(LOOK, hair_style=style, hair_cut=STYLES[style][0].cut or None), mannequin)
    hair = layers["Hair"]
    assert 5_000 < len(hair.vertices) <= 60_000
    _, _, distance = mannequin.caster.closest_point(hair.vertices)
    above = STYLES[style][0].above(places(hair, mannequin))
    free = above > 0.008  # at the hairline itself the shell goes beneath the skin
    assert distance[free].min() > -0.0015  # roots, and the shell's border
    assert (distance[free] < -0.001).mean() < (0.2 if style == "mohawk" else 0.001)
    x, y, z = places(hair, mannequin).T
    assert not ((np.abs(x) < 0.04) & (y < 0.70) & (y > 0.58) & (z > 0.09)).any()
    assert np.allclose(hair.weights.sum(1), 1, atol=1e-5) and hair.weights.min() >= 0


@pytest.mark.parametrize("style, cut", [("long", "straight"), ("short", "parted"), ("long", "box_braids")])
def test_roots_stand_in_rows_along_hairline_and_parting(mannequin, style, cut):
    head, record = Head.of(mannequin), next(one for one in STYLES[style] if one.cut == cut)
    none = Seeds(*(np.full((1, 3), 9.0) for _ in range(3)))
    found = in_rows(record, head, none, np.random.default_rng(0)).canonical[1:]
    assert hairline(found).min() > 0  # above the hairline, but not by much, or beside the parting
    beside = np.abs(np.abs(found[:, 0] - record.parting) - BESIDE) < 1e-4
    assert (beside | (hairline(found) < 2 * ABOVE)).all()
    for row in (found[~beside], *(found[beside & (side * (found[:, 0] - record.parting) > 0)] for side in (-1, 1))):
        gaps = cKDTree(row).query(row, k=2)[0][:, 1]
        assert len(row) > 6 and np.quantile(gaps, 0.9) < 1.5 * apart(record)


def test_cropped_hair_ends_in_the_skins_colour(mannequin):
    hair = named(replace(LOOK, hair_style="buzz", hair_color="black"), mannequin)["Hair"]
    at = places(hair, mannequin)
    shell, above = ~hair.canonical[:, :2].any(1), hairline(at)
    edge, top = hair.colors[shell & (np.abs(above) < 0.001)], hair.colors[shell & (at[:, 1] > 0.80)]
    assert np.abs(edge - SKINS["fair"]).max() < 0.06
    assert (top.mean(0) < 0.85 * np.array(SKINS["fair"])).all() and top.mean() > 2 * np.mean(HAIR_COLORS["black"])


def test_what_few_people_have_is_seldom_theirs_by_chance():
    kinds = {"woman": Individual("x", age=0.2, gender=-0.8), "man": Individual("x", age=0.2, gender=0.8)}
    drawn = {
        who: [variant(LOOK, person, np.random.default_rng(k)).cut for k in range(200)] for who, person in kinds.items()
    }
    assert drawn["woman"].count("crew") < 0.3 * drawn["man"].count("crew")
    asked = replace(LOOK, hair_cut="crew")
    assert variant(asked, kinds["woman"], np.random.default_rng(0)).cut == "crew"


def test_brows_and_faces_follow_the_gender_that_the_text_says(mannequin):
    text = ("a woman. short medium hair, a black suit", "a man. long blond hair, a pink dress")
    her, him = (Individual.of(one, "fair").gender for one in text)
    assert her < -0.5 and him > 0.5
    head, side = Head.of(mannequin), np.linspace(BROW[0] + 0.004, 0.040, 9)
    woman, man = (maleness(gender, 0.2) for gender in (her, him))
    assert (brow_width(side, man) > 1.2 * brow_width(side, woman)).all()
    thick = [np.ptp(brow_layer(LOOK, head, np.random.default_rng(0), male).vertices[:, 1]) for male in (woman, man)]
    assert all(0.008 < one < 0.030 for one in thick)


def test_the_upper_lid_covers_the_top_of_the_iris_and_shades_the_eyeball(mannequin):
    eyes, finer = named(LOOK, mannequin)["Eyes"], finer_face(mannequin)
    center, radius = eyeball(mannequin, "L")
    iris = IRIS / BALL * radius
    x = np.full(2, center[0] + 0.035 * radius)
    starts = np.stack([x, center[1] + iris * np.array([0.85, 0.0]), np.full(2, center[2] + 0.1)], 1)
    ahead = np.tile([0.0, 0.0, -1.0], (2, 1))
    lid = MeshRaycaster(finer.vertices, finer.faces).cast_rays(starts, ahead).depth
    ball = MeshRaycaster(eyes.vertices, eyes.faces).cast_rays(starts, ahead).depth
    assert lid[0] < ball[0] and lid[1] > ball[1]  # its top is covered, the pupil is not
    white = (eyes.colors.min(1) > 0.25) & (eyes.vertices[:, 2] > center[2]) & (eyes.vertices[:, 0] > 0)
    low, high = (white & (np.sign(eyes.vertices[:, 1] - center[1]) == sign) for sign in (-1, 1))
    assert eyes.colors[high].mean() < eyes.colors[low].mean()


def test_every_style_grows_or_is_bare():
    assert set(STYLES) | {"bald", "hood"} == set(HAIR_STYLES)
    for style, variants in STYLES.items():
        assert {one.cut for one in variants} - {""} == set(HAIR_CUTS.get(style, ()))
    assert set(HAIR_CUTS) <= set(STYLES)


@pytest.mark.slow
def test_a_cut_grows_where_it_is_asked_for_and_by_chance_only_if_it_may(mannequin):
    tied = replace(LOOK, hair_style="ponytail")
    two, one = (places(named(replace(tied, hair_cut=cut), mannequin)["Hair"], mannequin) for cut in ("braids", "braid"))
    low = [points[points[:, 1] < 0.58] for points in (two, one)]
    assert (np.abs(low[0][:, 0]) > 0.04).all() and {-1, 1} == set(np.sign(low[0][:, 0]))  # one over each shoulder
    assert (np.abs(low[1][:, 0]) < 0.05).all() and low[1][:, 2].max() < 0  # down the back
    for seed in range(4):
        plain = places(named(tied, mannequin, seed)["Hair"], mannequin)
        assert (np.abs(plain[plain[:, 1] < 0.66][:, 0]) < 0.08).all()  # a tail behind the head


@pytest.mark.parametrize("numbers", [CHILD, GIANT], ids=["child", "giant"])
def test_heads_fit_bodies_of_any_size(body, numbers):
    mannequin = settle_face(Mannequin.of(body, bundled().betas(np.array(numbers, float))))
    layers = named(replace(LOOK, hair_style="long", beard="full"), mannequin)
    assert set(layers) == {"Hair", "Eyes", "Brows", "Lashes", "Beard"}
    crown = mannequin.vertices[:, 1].max()
    for layer in layers.values():
        assert np.isfinite(layer.vertices).all() and np.allclose(layer.weights.sum(1), 1, atol=1e-5)
        assert layer.vertices[:, 1].max() < crown + 0.04
        assert layer.vertices[:, 1].min() > mannequin.joints[0, 1]
    for name in ("Brows", "Beard"):
        _, _, distance = mannequin.caster.closest_point(layers[name].vertices)
        assert distance.min() > -0.0025 and distance.max() < 0.04, name


def test_long_hair_follows_head_neck_and_chest(mannequin):
    hair = named(replace(LOOK, hair_style="long"), mannequin)["Hair"]
    crown, tip = hair.vertices[:, 1].argmax(), hair.vertices[:, 1].argmin()
    assert hair.weights[crown, 15] > 0.99 and hair.weights[tip, 9] > 0.99
    order = np.argsort(hair.vertices[:, 1])
    assert (np.diff(hair.weights[order, 15]) > -1e-6).all()  # never less of the head further up


def test_eyeballs_sit_in_their_sockets(mannequin):
    eyes = named(LOOK, mannequin)["Eyes"]
    for side, sign in (("L", 1), ("R", -1)):
        ball = eyes.vertices[np.sign(eyes.vertices[:, 0]) == sign]
        center, radius = eyeball(mannequin, side)
        reach = np.linalg.norm(ball - center, axis=1)
        assert reach.max() < 1.05 * radius
        border = mannequin.vertices[mannequin.labels[f"eye_cavity.{side}.border"]]
        low, high = border[:, :2].min(0), border[:, :2].max(0)
        assert (low < center[:2]).all() and (center[:2] < high).all()
        own = mannequin.vertices[mannequin.labels[f"iris.{side}"]]
        assert np.linalg.norm(own - center, axis=1).max() < 0.75 * radius  # the body's own is behind
    assert is_closed(eyes.faces) and volume(eyes.vertices, eyes.faces) > 0


def test_settling_keeps_the_faces_and_moves_lids_down(body):
    before = Mannequin.of(body, np.zeros(body.num_betas))
    after = settle_face(before)
    assert after.faces is before.faces
    moved = after.vertices - before.vertices
    lips = np.linalg.norm(before.canonical - [0.0, 0.618, 0.135], axis=1) < 0.06
    assert np.abs(moved[(before.canonical[:, 1] < 0.66) & ~lips]).max() == 0
    eyes = np.concatenate([ids for name, ids in before.labels.items() if name.split(".")[0] in
                           ("sclera", "iris", "pupil", "apex")])  # fmt: skip
    lids = np.setdiff1d(np.flatnonzero((np.abs(moved).max(1) > 1e-4) & ~lips), eyes)
    assert len(lids) > 10 and (moved[lids, 1] < 0).all() and moved[lids, 1].min() > -0.003


def test_lips_at_rest_meet_without_crossing(body):
    before = Mannequin.of(body, np.zeros(body.num_betas))
    after = settle_face(before)
    ids = body.labels["mouth_cavity.border"]
    x, y, _ = before.canonical[ids].T
    gaps = []
    for mannequin in (before, after):
        points = mannequin.vertices[ids]
        middle = np.abs(x) < 0.017
        upper, lower = points[middle & (y > 0.6188)], points[middle & (y <= 0.6188)]
        lower = lower[np.argsort(lower[:, 0])]
        gaps.append(upper[:, 1] - np.interp(upper[:, 0], lower[:, 0], lower[:, 1]))
    assert gaps[0].min() > 0.0012 and gaps[1].min() > -1e-5 and gaps[1].max() < 0.0006


def test_a_body_without_labels_keeps_painted_eyes(mannequin):
    plain = replace(mannequin, labels={})
    assert settle_face(plain) is plain
    assert set(named(LOOK, plain)) == {"Hair"}
    painted = paint_bare(LOOK, plain.canonical, np.random.default_rng(0), eyes=True)
    bare = paint_bare(LOOK, plain.canonical, np.random.default_rng(0))
    changed = np.abs(painted - bare).max(1) > 0.05
    _, y, _ = plain.canonical[changed].T
    assert changed.any() and y.min() > 0.59 and y.max() < 0.73


def test_eyes_are_not_painted_where_there_are_eyeballs(body):
    looks = (replace(LOOK, hair_style="bald", eye_color=color) for color in ("red", "blue"))
    first, other = (
        {layer.name: layer.colors for layer in layers_of(look, body, np.zeros(body.num_betas))} for look in looks
    )
    assert np.array_equal(first["Body"], other["Body"])
    assert not np.allclose(first["Eyes"], other["Eyes"])


@pytest.mark.parametrize("garment", [Garment("helmet", "silver"), Garment("helmet", "red", cut="bubble"),
                                     Garment("hood", "black")], ids=["knight", "bubble", "hood"])  # fmt: skip
def test_hair_vanishes_beneath_closed_headgear(mannequin, garment):
    look = replace(LOOK, hair_style="long", garments=(garment,))
    assert "Hair" not in named(look, mannequin, headgear={garment.kind: hard_layers(garment, mannequin)})


@pytest.mark.parametrize("cut", [None, "pointed", "bowler", "army", "cap"])
@pytest.mark.parametrize(
    "style", ["long", *(pytest.param(style, marks=pytest.mark.slow) for style in ("short", "afro", "mohawk"))]
)
def test_no_hair_comes_through_headgear_and_the_nape_keeps_its_own(mannequin, style, cut):
    garment = Garment("cap", "red") if cut == "cap" else Garment("helmet" if cut == "army" else "hat", "red", cut=cut)
    worn = hard_layers(garment, mannequin)
    look = replace(LOOK, hair_style=style, garments=(garment,))
    hair = named(look, mannequin, headgear={garment.kind: worn})["Hair"]
    shell = joined(worn)
    middle = np.array(
        [*mannequin.joints[15, [0]], mannequin.vertices[:, 1].max() - 0.06, mannequin.joints[15, 2] + 0.03]
    )
    high = hair.vertices[places(hair, mannequin)[:, 1] > 0.762]
    if len(high):  # from the middle of the skull, all hair up there comes before the hat's outside
        away = high - middle
        reach = np.linalg.norm(away, axis=1)
        outside = MeshRaycaster(shell.vertices, shell.faces).cast_rays(
            middle + 0.6 * away / reach[:, None], -away / reach[:, None]
        )
        assert (reach < 0.6 - outside.depth + 0.001)[outside.face >= 0].mean() > 0.995
    at = places(hair, mannequin)
    assert ((at[:, 2] < -0.03) & (at[:, 1] < 0.73)).any()


@pytest.mark.slow
def test_long_hair_lies_on_clothes(mannequin):
    chest = (mannequin.weights[:, [6, 9, 13, 14]].sum(1) > 0.3)[mannequin.faces].all(1)
    shirt = Layer("Shirt", "cotton", mannequin.vertices + 0.02 * mannequin.normals, mannequin.faces[chest],
                  mannequin.vertices, mannequin.weights, mannequin.canonical)  # fmt: skip
    for look in (
        replace(LOOK, hair_style="long"),
        replace(LOOK, beard="full", extras=(Garment("long_beard", "hair"),)),
    ):
        name = "Beard" if look.extras else "Hair"
        hair = named(look, mannequin, clothes=[shirt])[name]
        low = hair.vertices[places(hair, mannequin)[:, 1] < 0.50]
        face, _, distance = mannequin.caster.closest_point(low)
        over = chest[face]  # some lies beside the shirt, on bare shoulders
        assert over.sum() > 300 and (distance > 0.019)[over].mean() > 0.97


def test_long_beards_hang_to_the_chest_in_their_own_colour(mannequin):
    look = replace(LOOK, beard="full", beard_color="black", extras=(Garment("long_beard", "white"),))
    beard, short = named(look, mannequin)["Beard"], named(replace(look, extras=()), mannequin)["Beard"]
    assert places(beard, mannequin)[:, 1].min() < 0.40 < 0.53 < places(short, mannequin)[:, 1].min()
    assert beard.colors.mean() > 0.6 > 0.3 > short.colors.mean()
    own = named(replace(look, extras=(Garment("long_beard", "hair"),)), mannequin)["Beard"]
    assert np.array_equal(own.vertices, beard.vertices) and own.colors.mean() < 0.3


@pytest.mark.parametrize("hair, beard, expected", [("blue", "black", "black"), ("blue", "green", "dark brown"),
                                                   ("ginger", "black", "ginger")])  # fmt: skip
def test_brows_are_of_a_natural_colour(hair, beard, expected):
    color = brow_color(replace(LOOK, hair_color=hair, beard_color=beard))
    assert np.allclose(color, 0.8 * np.array(HAIR_COLORS[expected]), atol=1e-6)
    assert brow_color(replace(LOOK, hair_color="white")).max() < 0.7


def test_a_seed_gives_one_head_and_another_another(mannequin):
    first, again, other = (named(replace(LOOK, beard="goatee"), mannequin, seed) for seed in (3, 3, 4))
    for name, layer in first.items():
        assert np.array_equal(layer.vertices, again[name].vertices), name
        assert np.array_equal(layer.colors, again[name].colors), name
    assert first["Hair"].vertices.shape != other["Hair"].vertices.shape or not np.allclose(
        first["Hair"].vertices, other["Hair"].vertices
    )


def test_swept_tubes_are_closed_and_look_outwards():
    t = np.linspace(0, 1, 6)
    path = np.stack([np.stack([0.1 * t, 0.2 * t**2, 0 * t], 1), np.stack([0 * t, -t, 0.3 * t], 1)])
    outward = np.tile(np.array([0.0, 0.0, 1.0]), (2, 6, 1))
    outward[1] = [0, 0.3, 1.0]
    vertices, faces = sweep(path, outward, np.full((2, 6), 0.01), np.full((2, 6), 0.004), sides=3)
    assert is_closed(faces)
    half = len(faces) // 2
    for part in (faces[:half], faces[half:]):
        assert volume(vertices, part) > 0


def test_swept_arches_look_outwards_and_strands_run_along_them():
    t = np.linspace(0, 1, 9)
    path = np.stack([0 * t, -0.2 * t, 0 * t], 1)[None]
    outward = np.tile(np.array([0.0, 0.0, 1.0]), (1, 9, 1))
    vertices, faces = sweep(path, outward, np.full((1, 9), 0.01), np.full((1, 9), 0.004), sides=6)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > -1e-9).mean() > 0.7 and vertices[:, 2].max() <= 0.004 + 1e-9
    tufts = locks(path, outward, np.array([0.01]), LockForm(0.4, 0.3, sides=6), np.random.default_rng(0))
    down = np.polyfit(tufts.vertices[:, 1], tufts.strands[:, 1], 1)[0]
    assert down == pytest.approx(-1, abs=0.02)
    across = tufts.vertices[18:24, 0], tufts.strands[18:24, 0]
    assert abs(np.polyfit(*across, 1)[0]) == pytest.approx(1, abs=0.05)


def test_ears_and_face_are_outside_the_hairline():
    inside = np.array([[0.0, 0.80, 0.03], [0.0, 0.70, -0.05], [0.07, 0.74, 0.0]])
    outside = np.array([[0.0, 0.72, 0.12], [0.085, 0.675, 0.02], [0.0, 0.56, -0.02], [0.05, 0.65, 0.1]])
    assert (hairline(inside) > 0.01).all() and (hairline(outside) < -0.004).all()
    assert beside_ears(np.array([[0.085, 0.675, 0.02]])) < -0.01


def _grown(mannequin, style: str, cut: str | None) -> np.ndarray:
    """(N, 3) canonical places of the locks of a hair, without its shell."""
    layer = named(replace(LOOK, hair_style=style, hair_cut=cut), mannequin)["Hair"]
    return places(layer, mannequin)[np.abs(layer.canonical[:, :2]).max(1) > 0]


def test_a_bald_crown_has_hair_beside_and_behind_it(mannequin):
    x, y, z = _grown(mannequin, "short", "ring").T
    assert not ((y > 0.765) & (np.abs(x) < 0.05)).any()
    assert (np.abs(x) > 0.06).sum() > 1000 and (z < -0.05).sum() > 1000


@pytest.mark.slow
def test_a_fringe_is_worn_with_tied_hair(mannequin):
    before = [
        ((p[:, 2] > 0.09) & (p[:, 1] < 0.735) & (np.abs(p[:, 0]) < 0.04)).sum()
        for p in (_grown(mannequin, "ponytail", None), _grown(mannequin, "ponytail", "fringe"))
    ]
    assert before[0] < 50 and before[1] > 500


@pytest.mark.slow
def test_plaits_leave_no_scalp_bare(mannequin):
    """What is plaited behind is drawn there from all of the head, as a ponytail's hair is."""
    counts = []
    for cut in ("high", "braid", "braids"):
        _, y, z = _grown(mannequin, "ponytail", cut).T
        counts.append(((y > 0.75) & (z > 0.0)).sum())
    assert min(counts) > 0.5 * max(counts)

"""Records of stiff things: every one is read, closed, worn on its sides, in its colours; and what a bad one is told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from engine.body import load_body
from engine.geometry.edges import edge_matrix, is_closed
from engine.geometry.measures import volume
from engine.shape.bodies import bundled
from engine.wardrobe.hard.fitted import on_body, pieces_of_part, thing_layers
from engine.wardrobe.hard.free import free_form
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.things import HOLD_JOINTS, PLACES, THINGS, read_things, thing_of
from engine.wardrobe.hard.worn import hard_layers
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import COLORS, CUTS, EXTRA_KINDS, GARMENT_KINDS, Garment
from tests.wardrobe.kinds import first_is_quick

MADE = {("gloves", "work"), ("gloves", "fingerless"), ("gloves", "long"), ("helmet", "visor"), ("helmet", "suit"),
        ("mask_eyes", "domino")}  # fmt: skip
"""Cuts that functions make."""
STIFF = ("shoes", "boots", "sandals", "gloves", "wristbands", "belt", "necklace", "tie", "mask_eyes", "mask_mouth",
         "mask_full", "helmet", "hat", "cap", "headband", "glasses", "backpack", "hood")  # fmt: skip


@pytest.fixture(scope="module")
def hulls():
    return Hulls(Mannequin.of(load_body(), bundled().betas(np.array((0.1, 0.3, 0, 0.2, -1)))))


@pytest.fixture(scope="module")
def mannequin(hulls):
    return hulls.mannequin


@pytest.mark.parametrize("key", first_is_quick(THINGS, THINGS))
def test_every_part_is_closed_and_the_right_way_out(hulls, key):
    thing = THINGS[key]
    for part in thing.parts:
        own = hulls if "hull" in part else None
        if own is None:
            forms = [free_form(part, thing)]
        else:
            forms = [piece.form for piece in pieces_of_part(part, thing, own, "left", on_body)]
        for form in forms:
            assert np.isfinite(form.vertices).all() and is_closed(form.faces), part
            label = connected_components(edge_matrix(form.faces, len(form.vertices)), directed=False)[1]
            for index in np.unique(label):
                assert volume(form.vertices, form.faces[label[form.faces[:, 0]] == index]) > 0, part


def test_every_cut_is_made():
    asked = [(kind, cut) for kind in STIFF for cut in CUTS[kind]]
    asked += [(kind, cut) for kind, cuts in EXTRA_KINDS.items() for cut in cuts or (None,)]
    assert {key for key in asked if key not in THINGS} == MADE
    assert all(thing_of(kind, None) is not None for kind in EXTRA_KINDS if kind not in ("ears",))


def test_names_are_told_apart():
    names = [thing.name for key, thing in THINGS.items() if key[1] is not None]
    assert sorted({name for name in names if names.count(name) > 1}) == ["Bandana"]  # on the head, and on the mouth


@pytest.mark.parametrize(
    ("kind", "cut"), [("hat", "fedora"), ("boots", "combat"), ("belt", "champion"), ("necklace", "medal")]
)
def test_layers_bear_the_record_s_name_and_the_garment_s_colors(mannequin, kind, cut):
    (layer,) = thing_layers(THINGS[kind, cut], Garment(kind, "green", "yellow", cut=cut), mannequin)
    assert layer.name == THINGS[kind, cut].name
    for color in ("green", "yellow"):
        direction = np.array(COLORS[color]) / np.linalg.norm(COLORS[color])
        likeness = layer.colors @ direction / np.linalg.norm(layer.colors, axis=1)
        assert (likeness > 0.995).mean() > 0.05, color


@pytest.mark.parametrize(
    ("kind", "cut"), [("wristbands", "watch"), ("gloves", "boxing"), ("gloves", None), ("gloves", "long")]
)
@pytest.mark.parametrize("side", ["left", "right"])
def test_one_of_a_pair_is_on_its_side_only(mannequin, kind, cut, side):
    both, one = (
        hard_layers(Garment(kind, "black", cut=cut, side=wanted), mannequin)[0].vertices for wanted in (None, side)
    )
    sign = 1 if side == "left" else -1
    assert (sign * one[:, 0]).min() > 0.1 and 2 * len(one) == len(both)
    assert both[:, 0].min() < -0.1 and both[:, 0].max() > 0.1


@pytest.mark.parametrize("cut", [None, "heels", "pointed", "skates", "boots.platform", "boots.cowboy", "boots.fur"])
def test_both_soles_stand_at_one_height_beneath_the_feet(mannequin, cut):
    kind, _, own = cut.partition(".") if cut and cut.startswith("boots.") else ("shoes", "", cut)
    (layer,) = hard_layers(Garment(kind, "grey", cut=own), mannequin)
    left = layer.vertices[:, 0] > 0
    lows = [layer.vertices[side, 1].min() for side in (left, ~left)]
    assert abs(lows[0] - lows[1]) < 0.004 * mannequin.size
    assert lows[0] < mannequin.vertices[:, 1].min() - 0.004 * mannequin.size


def test_fingerless_gloves_leave_the_finger_tips_and_long_ones_reach_the_elbows(mannequin):
    along = {cut: np.abs(hard_layers(Garment("gloves", "red", cut=cut), mannequin)[0].canonical[:, 0])
             for cut in (None, "fingerless", "long")}  # fmt: skip
    assert along["fingerless"].max() < 0.83 < along[None].max()
    assert along["long"].min() < 0.42 < along[None].min()


def test_parts_keep_the_roughness_of_their_own_materials(mannequin):
    (layer,) = thing_layers(THINGS["cap", "peaked"], Garment("cap", "navy", cut="peaked"), mannequin)
    assert layer.material == "cotton"
    assert len(np.unique(layer.roughness)) >= 2 and set(np.unique(layer.metallic)) == {0.0, 1.0}


@pytest.mark.parametrize("place", PLACES)
def test_places_are_carried_by_joints_that_there_are(place):
    assert PLACES[place].joints and (not PLACES[place].both or place not in HOLD_JOINTS)


BALL = '{form = "ball", radii = 0.1}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[spoon]\nname = 'S'", ("[spoon]", "no kind")),
        ("[hat.sink]\nname = 'S'", ("[hat.sink]", "no cut")),
        ("[hat]\nsame = 'fez'", ("[hat]", "same", "fez")),
        (f"[hat]\nname = 'H'\nmaterial = 'wool'\nplace = 'moon'\nparts = [{BALL}]", ("[hat]", "place", "moon")),
        (f"[hat]\nname = 'H'\nmaterial = 'jam'\nparts = [{BALL}]", ("[hat]", "material", "jam")),
        (f"[hat]\nname = 'H'\nmaterial = 'wool'\ncolour = 'red'\nparts = [{BALL}]", ("[hat]", "colour", "no such key")),
        ("[hat]\nname = 'H'\nmaterial = 'wool'\nparts = []", ("[hat]", "parts", "missing")),
        ("[hat.fez]\nname = 'H'\nmaterial = 'wool'\nparts = [{form = 'blob'}]", ("[hat.fez]", "part 1", "blob")),
        ("[hat]\nname = 'H'\nmaterial = 'wool'\nparts = [{form = 'ball', radii = 1.0, profile = []}]",
         ("part 1", "profile", "ball")),
        ("[hat]\nname = 'H'\nmaterial = 'wool'\nparts = [{form = 'dome', border = []}]", ("part 1", "hull")),
        ("[hat]\nname = 'H'\nmaterial = 'wool'\nparts = [{form = 'ball', radii = 1.0, role = 'sky'}]", ("role", "sky")),
        ("[hat]\nname = 'H'\nmaterial = 'wool'\nparts = [{form = 'ball', radii = 1.0, joints = ['wing']}]",
         ("joints", "wing")),
    ],
)  # fmt: skip
def test_a_bad_record_is_named_with_its_key(tmp_path, text, words):
    path = tmp_path / "hats.toml"
    path.write_text(text)
    with pytest.raises(ValueError) as error:
        read_things(path)
    assert all(word in str(error.value) for word in ("hats.toml", *words)), error.value


def test_kinds_are_known():
    assert {kind for kind, _ in THINGS} <= set(GARMENT_KINDS) | set(EXTRA_KINDS)

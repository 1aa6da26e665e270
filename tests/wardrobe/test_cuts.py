"""Cuts and extras: closed, in bounds, touching the figure, in their colours; and the words that call for them."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from engine.body import load_body
from engine.wardrobe import words
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.hard.things import HOLD_JOINTS, thing_of
from engine.wardrobe.outfit import COLORS, CUTS, EXTRA_KINDS, GARMENT_KINDS, Garment, Look, look_from_dict, validate
from engine.wardrobe.paint import paint
from engine.wardrobe.props import BESIDE, props_of
from engine.wardrobe.spoken import Spoken

BARE = Look("fair", "bald", "black", "none", "black", "brown")
ALL_CUTS = [(kind, cut) for kind, cuts in CUTS.items() for cut in cuts]
ALL_EXTRAS = list(BESIDE)
REACH, AT_ARM_S_LENGTH = np.array([0.9, 1.12, 0.75]), np.array([1.5, 1.7, 1.45])
"""Metres from the pelvis that no piece exceeds: worn, and held."""
OPEN = ("glasses",)
"""Kinds of which a figure that is only painted shows little."""
NEAR = 0.045
"""Metres between the points of a component and those of others or of the body: no piece hangs in the air."""


@pytest.fixture(scope="module")
def wardrobe():
    return Wardrobe(load_body())


def wearing(*garments: Garment, extras: tuple[Garment, ...] = (), **changed: str) -> Look:
    return Look(**{**BARE.__dict__, **changed, "garments": garments, "extras": extras})


def looks() -> list[Look]:
    cut = [wearing(Garment(kind, "green", cut=cut)) for kind, cut in ALL_CUTS]
    return cut + [wearing(extras=(Garment(kind, "green", cut=cut),)) for kind, cut in ALL_EXTRAS]


@pytest.mark.parametrize("look", looks(), ids=lambda look: str((look.garments + look.extras)[0].cut))
def test_pieces_are_closed_in_bounds_and_touch_the_figure(wardrobe, look):
    assert validate(look) == []
    assert json.loads(json.dumps(asdict(look))) and look_from_dict(json.loads(json.dumps(asdict(look)))) == look
    for piece in props_of(look):
        mesh = trimesh.Trimesh(piece.vertices, piece.faces, process=False)
        assert mesh.is_watertight
        held = any(thing_of(extra.kind, extra.cut).place in HOLD_JOINTS for extra in look.extras)
        assert (np.abs(piece.vertices) < (AT_ARM_S_LENGTH if held else REACH)).all()
        components = mesh.split(only_watertight=False)
        assert all(component.volume > 0 for component in components)
        for component in components:
            others = [other.vertices for other in components if other is not component]
            around = np.concatenate([wardrobe.canonical, *others])
            assert cKDTree(around).query(component.vertices)[0].min() < NEAR


@pytest.mark.parametrize("look", looks(), ids=lambda look: str((look.garments + look.extras)[0].cut))
def test_a_cut_has_the_named_color(wardrobe, look):
    points = wardrobe.canonical
    painted = paint(look, points)
    colors = [piece.colors for piece in props_of(look)]
    colors = np.concatenate([painted[np.abs(painted - paint(BARE, points)).max(1) > 0.2], *colors])
    green = np.array(COLORS["green"]) / np.linalg.norm(COLORS["green"])
    likeness = colors @ green / np.linalg.norm(colors, axis=1)
    if all(garment.kind not in OPEN for garment in look.garments):
        assert (likeness > 0.98).sum() > 10


def test_words_are_of_known_kinds_and_cuts():
    for table in (words.THINGS, words.FIGURES):
        for items in table.values():
            for item in map(words.parse, filter(None, items.split(";"))):
                known = EXTRA_KINDS if item.extra else CUTS
                assert item.cut is None or item.cut in known[item.kind], item
                assert item.kind in (EXTRA_KINDS if item.extra else GARMENT_KINDS), item
                assert item.color in (None, "skin", "hair", *COLORS), item
                assert item.accent in (None, *COLORS), item


def tailored(text: str, look: Look = BARE) -> Look:
    return Spoken(text).tailor(look)


def worn(look: Look) -> dict[str, tuple[str, str | None]]:
    return {garment.kind: (garment.color, garment.cut) for garment in look.garments}


@pytest.mark.parametrize(
    ("text", "kind", "color", "cut"),
    [
        ("a dancer in a white tutu", "skirt", "white", "tutu"),
        ("a painter with a red beret", "hat", "red", "beret"),
        ("a man in green dungarees", "trousers", "green", "bib"),
        ("a woman in a yellow raincoat", "coat", "yellow", None),
        ("a girl with a silver tiara", "headband", "silver", "tiara"),
    ],
)
def test_named_things_are_worn_in_their_colors(text, kind, color, cut):
    look = tailored(text)
    assert worn(look)[kind] == (color, cut)
    assert Spoken(text).tailor(look) == look


def test_a_figure_changes_the_cut_of_what_it_wears():
    chef = wearing(Garment("hat", "white"), Garment("trousers", "black"))
    assert worn(tailored("a chef", chef))["hat"] == ("white", "toque")
    assert worn(tailored("a chef with a blue cap", chef)).get("cap") == ("blue", None)
    assert "hat" not in worn(tailored("a chef with a blue cap", chef))


def test_extras_come_from_names_and_from_words():
    def extras(text: str) -> dict[str, str | None]:
        return {extra.kind: extra.cut for extra in tailored(text).extras}

    assert extras("an angel") == {"wings": "feathers", "halo": None}
    assert extras("a fairy with pink wings") == {"wings": "butterfly"}
    assert extras("a man with horns and bat wings") == {"horns": None, "wings": "bat"}
    assert extras("a plumber") == {}


def test_a_dress_takes_the_place_of_shirt_and_trousers():
    look = tailored("a woman in a red dress", wearing(Garment("t_shirt", "white"), Garment("trousers", "navy")))
    assert set(worn(look)) == {"dress"}
    back = tailored("a woman in a white shirt", look)
    assert "dress" not in worn(back) and "trousers" in worn(back)
    assert "trousers" not in worn(tailored("a topless woman in a red bikini top", wearing(Garment("gown", "red"))))


def test_patterns_skins_and_hair_are_taken_at_their_word():
    assert tailored("a man in a blue striped shirt").garments[0].pattern == "stripes_h"
    assert tailored("a devil with red skin").skin == "red"
    look = tailored("a man with a long white beard and a green mohawk")
    assert (look.hair_style, look.hair_color, look.beard, look.beard_color) == ("mohawk", "green", "full", "white")
    assert tailored("an old woman", wearing(beard="full")).beard == "none"


def test_people_are_no_figures_and_beards_must_be_meant():
    assert Spoken("a teenager in a red hoodie").figure is None
    assert Spoken("a viking with an axe").figure is not None
    assert tailored("a swimmer", wearing(beard="goatee")).beard == "none"
    assert set(worn(tailored("a woman with long red hair in a swimsuit"))) == {"swimsuit"}
    assert tailored("a woman with long red hair in a swimsuit").hair_style == "long"

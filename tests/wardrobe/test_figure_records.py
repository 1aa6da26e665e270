"""Figures as data: the notation of looks, what is drawn from it, and sentences about records that are wrong."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.errors import EngineError
from engine.wardrobe import figure_records
from engine.wardrobe.costume import Draw
from engine.wardrobe.figure_records import figures, parse_person, read_everyday, read_figures
from engine.wardrobe.notation import parse_look
from engine.wardrobe.outfit import COLORS, Garment

FIREFIGHTER = """
[firefighter]
words = "firefighter|fireman/m|firewoman/f|fire fighter"
person = "muscular adult"
looks = [
    "khaki/yellow stripes_h jacket.turnout(buttoned)=leather#text:FD; $ trousers; 30% silver +axe; beard full grey",
]
"""


def draws(look: str, count: int = 60, asked: str | None = None):
    """Many draws of one look."""
    spec = parse_look(look)
    return [Draw(np.random.default_rng(seed), asked).costume(spec) for seed in range(count)]


def test_a_record_says_all_that_a_garment_can_be(tmp_path):
    path = tmp_path / "work.toml"
    path.write_text(FIREFIGHTER)
    record = read_figures(path)["firefighter"]
    assert record.gender_of("Fireman") == "male" and record.gender_of("firefighter") is None
    assert record.person == {"muscle": (0.35, 0.8), "age": (0.5, 0.8)}
    drawn = [record.draw(np.random.default_rng(seed)) for seed in range(60)]
    jacket = Garment("jacket", "khaki", "yellow", "stripes_h", "turnout", "leather", ("buttoned",), "text:FD")
    assert all(costume.garments == (jacket, Garment("trousers", "khaki")) for costume in drawn)
    assert {(c.beard, c.beard_color, c.skin, c.hair_style) for c in drawn} == {("full", "grey", None, None)}
    armed = sum(costume.extras == (Garment("axe", "silver"),) for costume in drawn)
    assert 8 < armed < 30 and armed + sum(not costume.extras for costume in drawn) == 60  # 30 % of 60


def test_alternatives_are_all_drawn_and_one_seed_gives_one_look():
    look = "red|dark_red plain|dots jacket.suit|bomber|coat(open|closed,long)=wool|denim#text:7|symbol:maple_leaf"
    made = [costume.garments[0] for costume in draws(look, 200)]
    assert made == [costume.garments[0] for costume in draws(look, 200)]
    assert {(g.kind, g.cut) for g in made} == {("jacket", "suit"), ("jacket", "bomber"), ("coat", None)}
    for values, of in (
        ({"red", "dark red"}, "color"),
        ({"plain", "dots"}, "pattern"),
        ({"wool", "denim"}, "material"),
        ({("open", "long"), ("closed", "long")}, "traits"),
        ({"text:7", "symbol:maple_leaf"}, "decal"),
    ):
        counts = Counter(getattr(garment, of) for garment in made)
        assert set(counts) == values and min(counts.values()) > 60


def test_what_is_said_behind_a_kind_goes_for_the_bare_ones_before_it():
    made = {(g.kind, g.material) for c in draws("red t_shirt|vest=wool|coat=leather|hoodie") for g in c.garments}
    assert made == {("t_shirt", "wool"), ("vest", "wool"), ("coat", "leather"), ("hoodie", None)}


def test_wild_colours_agree_within_a_look():
    for costume in draws("*/^ t_shirt; $ trousers; ^ shoes; * hat"):
        shirt, trousers, shoes, hat = costume.garments
        assert shirt.color == trousers.color == hat.color and shirt.accent == shoes.color
    assert len({costume.garments[0].color for costume in draws("* t_shirt")}) > 8
    assert {c.garments[1].color for c in draws("* t_shirt; $ shorts", asked="teal")} == {"teal"}
    assert {c.garments[1].color for c in draws("red t_shirt; $ shorts")} == {"red"}


def test_persons_areas_and_extras_in_the_looks_own_colours():
    (costume,) = draws(
        "skin brown_fur; hair * grey; eyes red; bare_torso; barefoot; skin +tail.fox; hair +long_beard", 1
    )
    assert (costume.skin, costume.hair_style, costume.hair_color, costume.eye_color) == (
        "brown fur",
        None,
        "grey",
        "red",
    )
    assert costume.bare == {"torso", "feet"} and not costume.garments
    assert costume.extras == (Garment("tail", "skin", cut="fox"), Garment("long_beard", "hair"))


@pytest.mark.parametrize(
    "look, fault",
    [
        ("blu t_shirt", "unknown colour 'blu'"),
        ("red plaid t_shirt", "unknown pattern 'plaid'"),
        ("red t_shirt.polio", "unknown cut 'polio' of t_shirt"),
        ("red t_shirt=cloth", "unknown material 'cloth'"),
        ("red t_shirt(huge)", "unknown trait 'huge'"),
        ("red t_shirt#symbol:yak", "unknown decal 'symbol:yak'"),
        ("red +swoord", "unknown garment or extra 'swoord'"),
        ("t_shirt", "words missing or left over in 't_shirt'"),
        ("skin mauve", "unknown skin 'mauve'"),
        ("x% red t_shirt", "'x%' is no share in 'x% red t_shirt'"),
    ],
)
def test_a_wrong_look_is_told_with_file_record_and_key(tmp_path, look, fault):
    path = tmp_path / "mine.toml"
    path.write_text(f'[yak]\nwords = "yak"\nlooks = ["red t_shirt", "{look}"]')
    with pytest.raises(ValueError) as told:
        read_figures(path)
    assert str(told.value) == f"mine.toml: [yak] under 'looks': {fault}."


@pytest.mark.parametrize(
    "table, sentence",
    [
        ('words = "yak"', "mine.toml: [yak] lacks the key 'looks'."),
        ('words = "yak"\nlooks = []', "mine.toml: [yak] has no list of texts under 'looks'."),
        (
            'words = "yak|"\nlooks = ["only"]',
            "mine.toml: [yak] has an empty name, or one with spaces around it, under 'words'.",
        ),
        ('words = "yak"\nlooks = ["only"]\nname = "x"', "mine.toml: [yak] has the unknown key 'name'."),
        ('words = "yak"\nlooks = ["only"]\nperson = "big"', "mine.toml: [yak] under 'person': unknown level 'big'."),
        (
            'words = "yak"\nlooks = ["only"]\nperson = "old|fat"',
            "mine.toml: [yak] under 'person': 'old|fat' are levels of different things.",
        ),
        (
            'words = "yak"\nlooks = ["only"]\nbeing = 1',
            "mine.toml: [yak] has 1 under 'being', which is neither true nor false.",
        ),
    ],
)
def test_a_wrong_record_is_told_in_a_sentence(tmp_path, table, sentence):
    path = tmp_path / "mine.toml"
    path.write_text(f"[yak]\n{table}")
    with pytest.raises(ValueError) as told:
        read_figures(path)
    assert str(told.value) == sentence


def test_users_figures_lie_over_the_bundled_ones(tmp_path, monkeypatch):
    (tmp_path / "wardrobe").mkdir()
    own = tmp_path / "wardrobe" / "figures.toml"
    own.write_text(FIREFIGHTER + '[yak_herder]\nwords = "yak herder"\nlooks = ["brown robe"]')
    monkeypatch.setattr(figure_records.userdata, "data_folder", lambda: tmp_path)
    figures.cache_clear()
    try:
        assert {"firefighter", "yak_herder"} <= set(figures())
        assert len(figures()["firefighter"].looks) == 1
        own.write_text('[yak]\nwords = "yak"\nlooks = ["blu robe"]')
        figures.cache_clear()
        with pytest.raises(EngineError, match=r"In your own wardrobe, figures.toml: .yak. under 'looks'"):
            figures()
    finally:
        figures.cache_clear()


def test_levels_join_to_ranges():
    assert parse_person("male tall|towering very_old") == {
        "gender": (0.6, 1.0),
        "height": (0.35, 1.0),
        "age": (0.95, 1.0),
    }
    assert parse_person("") == {}


def test_everyday_outfits_have_people_and_weights(tmp_path):
    path = tmp_path / "everyday.toml"
    path.write_text('[[outfit]]\nperson = "female young"\nweight = 2\nlook = "* dress"\n[[outfit]]\nlook = "red robe"')
    first, second = read_everyday(path)
    assert first.weight == 2 and first.person["gender"] == (-1.0, -0.6) and second.person == {}
    assert second.look.garments[0].kinds == ("robe",) and set(second.look.garments[0].colors) <= set(COLORS)
    path.write_text('[[outfit]]\nlook = "red robe"\n[[outfit]]\nlook = "red robe"\nweight = 0')
    with pytest.raises(ValueError, match=r"^everyday.toml: \[\[outfit\]\] 2 has 0 under 'weight'"):
        read_everyday(path)


def test_a_second_colour_is_another_than_the_first_where_there_is_another():
    made = [costume.garments[0] for costume in draws("red|green/red|green two_tone hat", 40)]
    assert {(hat.color, hat.accent) for hat in made} == {("red", "green"), ("green", "red")}
    assert draws("red/red hat", 1)[0].garments[0].accent == "red"


def test_what_is_named_is_in_the_look_that_is_drawn(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[nurse]\nwords = "nurse"\nlooks = ["blue t_shirt", "white dress; 10% white cap.nurse"]\n')
    record = read_figures(path)["nurse"]
    drawn = [record.draw(np.random.default_rng(seed), named=frozenset({"cap"})) for seed in range(20)]
    assert {tuple(garment.kind for garment in costume.garments) for costume in drawn} == {("dress", "cap")}


def test_a_womans_figure_on_a_man_wears_trousers_in_its_colours_where_it_has_no_other_look(tmp_path):
    path = tmp_path / "figures.toml"
    looks = "looks = ['green/gold gown; gold shoes.heels; silver headband.tiara']"
    path.write_text(f"[lady]\nwords = 'lady'\nperson = 'female'\n{looks}\n[roman]\nwords = 'roman'\n{looks}\n")
    lady, roman = read_figures(path).values()

    def worn(figure: figure_records.FigureRecord, gender: float) -> list[tuple]:
        costume = figure.draw(np.random.default_rng(0), None, gender)
        return [(garment.kind, garment.color, garment.accent) for garment in costume.garments]

    rest = [("headband", "silver", None)]
    assert worn(lady, -1.0) == [("gown", "green", "gold"), ("shoes", "gold", None), *rest]
    both = [("long_sleeve", "green", "gold"), ("trousers", "green", "gold")]
    assert worn(lady, 1.0) == [*both, ("shoes", "gold", None), *rest]
    assert worn(roman, 1.0) == worn(lady, -1.0)  # whose look it is

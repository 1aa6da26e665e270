"""Both texts together: whose body it is, which looks they allow, and what changes which."""

from __future__ import annotations

import numpy as np
import pytest

from engine.reader.reading import Reading, Who, Worn
from engine.wardrobe import meaning as module
from engine.wardrobe.figure_records import FigureRecord, parse_person
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.notation import parse_look
from engine.wardrobe.outfit import Look


def record(name: str, person: str, *looks: str) -> FigureRecord:
    return FigureRecord(name, ((name, None),), parse_person(person), tuple(map(parse_look, looks)))


FIGURES = {
    "bride": record("bride", "female young", "white gown.wedding; white hood.veil; white shoes.heels"),
    "santa": record("santa", "male old fat", "red robe; black boots; hair medium white; beard full white"),
    "waiter": record("waiter", "", "black dress; black shoes", "white long_sleeve; black trousers; black shoes"),
    "robot": record("robot", "tall", "skin metal; hair bald; eyes red; silver armor_torso.robot; silver +horns.bull"),
    "cleaner": record("cleaner", "", "blue trousers|long_skirt; grey t_shirt; black shoes; 50% * hat"),
}


@pytest.fixture(autouse=True)
def few_figures(monkeypatch):
    monkeypatch.setattr(module, "figures", lambda: FIGURES)
    module._names.cache_clear()  # another test may have asked for the names of all figures
    yield
    module._names.cache_clear()


def of(
    who: Who, *worn: Worn, body: Who | None = None, seed: int = 0, text: str = "somebody", said: str = ""
) -> Meaning:
    return Meaning.of_readings(Reading(text, who=who, worn=worn), Reading(said, who=body or Who()), seed)


def test_bodies_follow_the_figure_where_their_own_text_is_open():
    santa = of(Who(figure="santa"))
    assert (santa.build.gender, santa.build.age, santa.build.weight) == (0.8, pytest.approx(0.905), 0.6)
    assert of(Who(figure="bride")).person.gender == -0.8
    thin = of(Who(figure="santa"), body=Who(weight=-0.8))
    assert thin.person.weight == -0.8 and thin.person.age == santa.person.age


def test_what_is_said_wins_over_what_is_usual():
    look = of(Who(figure="santa", gender="female", hair_color="pink")).look(np.random.default_rng(0))
    assert (look.beard, look.hair_color) == ("none", "pink")
    look = of(Who(figure="santa"), body=Who(hair_style="bald")).look(np.random.default_rng(0))
    assert look.hair_style == "bald" and look.beard == "full"


def test_a_being_wears_another_figures_clothes():
    robot = of(Who(figure="santa", being="robot"))
    assert robot.person.height == pytest.approx(np.mean(FIGURES["robot"].person["height"]))
    look = robot.look(np.random.default_rng(0))
    assert (look.skin, look.hair_style, look.eye_color, look.beard) == ("metal", "bald", "red", "none")
    assert [garment.kind for garment in look.garments] == ["robe", "boots"]
    assert [extra.kind for extra in look.extras] == ["horns"]


def test_looks_fit_the_gender():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        man = of(Who(figure="waiter", gender="male")).look(rng)
        assert "dress" not in {garment.kind for garment in man.garments}
        man = of(Who(figure="cleaner", gender="male")).look(rng)
        assert "trousers" in {garment.kind for garment in man.garments}
    women = [of(Who(figure="cleaner", gender="female")).look(np.random.default_rng(seed)) for seed in range(20)]
    assert {"trousers", "long_skirt"} <= {garment.kind for look in women for garment in look.garments}


def test_a_colour_changes_neither_the_body_nor_the_person():
    for seed in range(6):
        red = of(Who(figure="cleaner"), Worn("t_shirt", color="red"), seed=seed, text="a red one")
        blue = of(Who(figure="cleaner"), Worn("t_shirt", color="blue"), seed=seed, text="a blue one")
        assert red.build == blue.build and red.person == blue.person
        looks = [meant.look(np.random.default_rng(1), 5) for meant in (red, blue)]
        assert looks[0].skin == looks[1].skin and looks[0].hair_style == looks[1].hair_style
    assert {of(Who(), seed=seed).person.gender for seed in range(12)} == {-0.8, 0.8}


def test_a_persons_colour_is_the_skins_where_the_clothes_have_their_own():
    dressed = of(Who(figure="cleaner", color="black"), Worn("t_shirt", color="blue")).look(np.random.default_rng(0))
    assert dressed.skin == "dark"
    named = of(Who(figure="cleaner", color="black")).look(np.random.default_rng(0))
    assert "black" in {garment.color for garment in named.garments if garment.kind != "shoes"}


def test_one_seed_one_look():
    meant = of(Who(figure="cleaner"))
    looks = [meant.look(np.random.default_rng(seed), seed) for seed in (0, 0, 1, 2, 3, 4, 5)]
    assert looks[0] == looks[1] and len(set(looks)) > 3


def test_figures_stand_in_only_for_words_that_nobody_knows():
    def known(reading: Reading) -> set[str]:
        return {figure.name for figure in Meaning.of_readings(reading, Reading("")).known}

    assert known(Reading("a bridezilla", ignored=("bride",))) == {"bride"}
    assert known(Reading("a sad man", who=Who(gender="male"), ignored=("sad",))) == set()
    assert known(Reading("a sad red hat", worn=(Worn("hat"),), ignored=("sad",))) == set()
    assert known(Reading("xqzv", ignored=("xqzv",))) <= set(FIGURES)
    stands_in = Meaning.of_readings(Reading("a bridezilla", ignored=("bride",)), Reading(""))
    assert stands_in.build.gender == -0.8 and stands_in.build.age is None and not stands_in.sure


def test_a_figure_that_the_body_names_has_its_own_hair_and_eyes() -> None:
    def look(appearance: str) -> Look:
        return Meaning.of(appearance, "a Chinese woman").look(np.random.default_rng(9))

    assert (look("a red dress").hair_color, look("a red dress").eye_color) == ("black", "brown")
    said = look("a red dress, blond hair and blue eyes")
    assert (said.hair_color, said.eye_color) == ("blond", "blue")

"""Who wears the clothes: what is said goes before what is usual, and that before chance."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.reader.reading import Reading, Who, Worn
from engine.wardrobe.costume import Costume, worn_by
from engine.wardrobe.figure_records import FigureRecord, parse_person
from engine.wardrobe.notation import parse_look
from engine.wardrobe.outfit import HUMAN_SKINS, NATURAL_HAIR
from engine.wardrobe.persona import ADULT, Person, Persona, person_of, persona_of, read_out, settled

MAN, WOMAN = Person(0.8, ADULT), Person(-0.8, ADULT)
SANTA = FigureRecord("santa", (("santa", None),), parse_person("male old fat"), (parse_look("red robe"),))


def personas(
    person: Person, body: Who | None = None, said: Who | None = None, costume: Costume | None = None, count: int = 60
) -> list[Persona]:
    """Many of them, by seed."""
    rngs = (np.random.default_rng(seed) for seed in range(count))
    return [persona_of(person, body or Who(), said or Who(), costume or Costume(), rng) for rng in rngs]


def test_a_cut_of_hair_is_worn_by_who_has_such_hair():
    assert {(one.hair_style, one.hair_cut) for one in personas(MAN, None, Who(hair_cut="curly"))} >= {
        ("short", "curly")
    }
    woman = personas(WOMAN, None, Who(hair_cut="braids"), Costume(hair_style="bun"))
    assert {(one.hair_style, one.hair_cut) for one in woman} == {("ponytail", "braids")}
    assert {one.hair_cut for one in personas(MAN, None, Who(hair_style="buzz", hair_cut="wavy"))} == {None}
    robot = worn_by(Costume(hair_style="ponytail", hair_cut="braids"), Costume(skin="metal", hair_style="bald"))
    assert {(one.hair_style, one.hair_cut) for one in personas(MAN, None, None, robot)} == {("bald", None)}


def test_the_body_says_first_then_the_appearance_then_the_figure():
    costume = Costume(skin="tanned", hair_style="long", hair_color="ginger", beard="full", eye_color="green")
    said = Who(skin="dark", hair_style="short", hair_color="black", beard="goatee", eye_color="brown")
    body = Who(skin="pale", hair_style="bald", beard="none")
    (one,) = set(personas(MAN, body, said, costume))
    assert (one.skin, one.hair_style, one.hair_color, one.beard, one.eye_color) == (
        "pale",
        "bald",
        "black",
        "none",
        "brown",
    )
    (one,) = set(personas(MAN, None, said, costume))
    assert (one.skin, one.hair_style, one.beard) == ("dark", "short", "goatee")
    (one,) = set(personas(MAN, None, None, costume))
    assert (one.skin, one.hair_style, one.hair_color, one.beard, one.eye_color) == (
        "tanned",
        "long",
        "ginger",
        "full",
        "green",
    )


def test_a_robot_has_no_skin_of_the_bodys_unless_its_own_text_says_so():
    robot = Costume(skin="metal")
    assert {one.skin for one in personas(MAN, Who(skin="dark"), None, robot)} == {"metal"}
    assert {one.skin for one in personas(MAN, None, Who(skin="pale"), robot)} == {"pale"}
    assert {(one.hair_style, one.beard) for one in personas(MAN, None, None, robot)} == {("bald", "none")}


def test_nobody_said_is_many_people_with_hair_that_fits():
    for person in (MAN, WOMAN, Person(-0.8, 0.3), Person(0.8, 0.15), Person(0.8, 0.92)):
        found = personas(person, count=200)
        assert {one.skin for one in found} == set(HUMAN_SKINS)
        assert {one.hair_color for one in found} <= set(NATURAL_HAIR)
        assert not {"mohawk", "afro", "hood"} & {one.hair_style for one in found}
        if person.gender < 0 or person.age < 0.4:
            assert {one.beard for one in found} == {"none"}
    styles = Counter(one.hair_style for one in personas(WOMAN, count=200))
    assert styles["long"] > 60 and not styles["bald"] + styles["buzz"]
    assert {one.hair_color for one in personas(Person(-0.8, 0.92))} == {"grey", "white"}
    dark = [one for one in personas(MAN, Who(skin="dark"))]
    assert {one.hair_color for one in dark} == {"black"} and {one.eye_color for one in dark} == {"brown"}


def test_figures_beards_and_hair_follow_age_and_gender():
    costume = Costume(hair_color="brown", beard="full", beard_color="brown")
    assert {one.beard for one in personas(WOMAN, None, None, costume)} == {"none"}
    assert {one.beard for one in personas(Person(0.8, 0.3), None, None, costume)} == {"none"}
    assert {one.hair_color for one in personas(Person(0.8, 0.95), None, None, costume)} <= {"grey", "white"}
    assert {one.beard for one in personas(WOMAN, None, Who(beard="moustache"), costume)} == {"moustache"}
    dyed = personas(MAN, None, Who(hair_color="green"), Costume(beard="full", beard_color="brown"))
    assert {(one.hair_color, one.beard_color) for one in dyed} == {("green", "green")}


def test_hair_is_of_the_colour_of_a_figures_beard_where_nothing_else_is_said():
    for man in (MAN, Person(0.8, 0.95)):
        assert all(one.hair_color == one.beard_color for one in personas(man, costume=Costume(beard_color="black")))
    dyed = Costume(hair_color="green", beard_color="black")
    assert {(one.hair_color, one.beard_color) for one in personas(MAN, costume=dyed)} == {("green", "black")}


def test_persons_follow_words_before_the_figure():
    person = person_of(Reading("", who=Who()), SANTA)
    assert person == Person(0.8, 0.905, None, 0.6, None)
    person = person_of(Reading("", who=Who(gender="female", weight=-0.7)), SANTA)
    assert person == Person(-0.8, 0.905, None, -0.7, None)
    assert person_of(Reading("a 25 year old"), SANTA).age == pytest.approx(0.57, abs=0.03)


@pytest.mark.parametrize(
    ("reading", "gender"),
    [
        (Reading("", worn=(Worn("gown", "wedding"),)), -0.8),
        (Reading("", worn=(Worn("shoes", "heels"),)), -0.8),
        (Reading("", worn=(Worn("gown", denied=True),)), None),
        (Reading("", worn=(Worn("shoes", "oxford"),)), None),
        (Reading("", who=Who(beard="full")), 0.8),
        (Reading("", who=Who(beard="none")), None),
        (Reading("", who=Who(gender="male"), worn=(Worn("gown"),)), 0.8),
    ],
)
def test_what_only_some_wear_tells_the_gender(reading, gender):
    assert person_of(reading, None).gender == gender


def test_what_a_text_is_read_out_to_say_of_a_body():
    assert read_out("a person") == Person()
    man, old = read_out("a tall strong man"), read_out("a fat old woman")
    assert man.gender == 0.8 and man.height > 0.3 and man.muscle > 0.3 and man.age is None and man.weight is None
    assert old.gender == -0.8 and old.weight > 0.3 and old.age > 0.8 and old.height is None


def test_what_is_open_is_settled_both_ways():
    found = Counter(settled(Person(age=0.3), np.random.default_rng(seed)).gender for seed in range(60))
    assert set(found) == {-0.8, 0.8} and min(found.values()) > 15
    assert settled(WOMAN, np.random.default_rng(0)) == WOMAN


def test_records_fit_whom_they_are_for():
    assert MAN.fits(parse_person("male adult")) and not WOMAN.fits(parse_person("male"))
    assert Person().fits(parse_person("male old")) and not Person(0.8, 0.3).fits(parse_person("adult"))

"""The bundled figures and everyday outfits: whole, of one meaning, and fit to be worn."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.examples import examples
from engine.reader.reading import Reading, Who
from engine.wardrobe import combining
from engine.wardrobe.assemble import dressed, look_of
from engine.wardrobe.figure_records import FigureRecord, everyday, figures
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.outfit import HUMAN_SKINS, Look, covers, validate
from engine.wardrobe.persona import Person, persona_of, settled

SEEDS = (1, 2, 3)
WORN_ONCE = ("feet", "hands", "waist", "eyes", "tie")
"""Places where nobody wears two things."""


def drawn(record: FigureRecord, seed: int) -> Look:
    """The look of a figure of which the text says no more than its name."""
    rng = np.random.default_rng(seed)
    usual = Person(**{name: (low + high) / 2 for name, (low, high) in record.person.items()})
    person, costume = settled(usual, rng), record.draw(rng)
    costume = dressed(Reading(record.name), costume, person, rng)
    return look_of(costume, persona_of(person, Who(), Who(), costume, rng))


@pytest.fixture(scope="module")
def looks() -> dict[str, list[Look]]:
    """Three looks of every figure."""
    return {name: [drawn(record, seed) for seed in SEEDS] for name, record in figures().items()}


def test_the_figures_of_the_examples_are_there():
    words = {word for record in figures().values() for word, _ in record.words}
    named = {title.lower() for title, prompts in examples().items() if title.lower() in prompts["appearance"].lower()}
    assert len(named) > 40 and named <= words


def test_no_word_names_two_figures():
    counts = Counter(word for record in figures().values() for word, _ in record.words)
    assert [word for word, count in counts.items() if count > 1] == []


def test_who_is_called_by_words_for_women_is_a_woman_and_so_for_men():
    for name, record in figures().items():
        genders = {gender for _, gender in record.words}
        low, high = record.person.get("gender", (-1.0, 1.0))
        if genders == {"female"}:
            assert high < 0, name
        if genders == {"male"}:
            assert low > 0, name


def test_every_look_is_of_names_that_are_known(looks):
    faults = {name: fault for name, made in looks.items() for look in made for fault in validate(look)}
    assert faults == {}
    assert all(
        worn.material in (None, *MATERIALS) for made in looks.values() for look in made for worn in look.garments
    )


def test_people_are_dressed_from_head_to_foot_or_their_records_say_that_they_are_bare():
    for name, record in figures().items():
        for seed in SEEDS:
            costume = record.draw(np.random.default_rng(seed))
            covered = {area for worn in costume.garments for area in covers(worn.kind)} | costume.bare
            assert costume.skin not in (None, *HUMAN_SKINS) or {"torso", "legs", "feet"} <= covered, name


def test_nobody_holds_two_things_in_one_hand_or_wears_two_where_one_is_worn(looks):
    for name, made in looks.items():
        for look in made:
            hands = Counter(combining.hand_of(extra.kind) for extra in look.extras)
            assert max((hands["left"], hands["right"])) < 2, name
            places = Counter(combining.places()[worn.kind] for worn in look.garments)
            assert [place for place in WORN_ONCE if places[place] > 1] == [], name


def test_everybody_finds_everyday_clothes_with_a_choice():
    assert len(everyday()) >= 40
    for age in (0.14, 0.3, 0.42, 0.55, 0.65, 0.75, 0.9, 1.0):
        for gender in (-0.8, 0.8):
            fitting = [outfit for outfit in everyday() if Person(gender=gender, age=age).fits(outfit.person)]
            assert len(fitting) > 1, (age, gender)

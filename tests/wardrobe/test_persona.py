"""Who wears the clothes; the prompts are examples, not what anything was tuned on."""

from __future__ import annotations

import numpy as np
import pytest

from engine.appearance.prior import OutfitPrior
from engine.wardrobe.outfit import HUMAN_SKINS, Look
from engine.wardrobe.persona import Persona, said_of, skin_said
from engine.wardrobe.readout import OPEN
from engine.wardrobe.spoken import Spoken


def best(text: str, body: str = "", seed: int = 0) -> Look:
    """The prior's first look."""
    return OutfitPrior(text, body).search(0, np.random.default_rng(seed), lambda *_: None)[0][0]


@pytest.mark.parametrize(
    ("text", "skin"),
    [
        ("a tall athletic black woman", "dark"), ("a pale young man", "pale"), ("an old chinese man", "olive"),
        ("someone in a black coat", None), ("a man in white", None), ("a strong man", None),
    ],
)  # fmt: skip
def test_words_for_persons_name_the_skin_and_those_for_clothes_do_not(text, skin):
    assert skin_said(text) == skin


def test_the_body_s_prompt_says_who_wears_the_clothes():
    assert best("a waiter", "a black woman").skin == "dark"
    assert best("a tennis player", "a bald fat man").hair_style == "bald"
    assert best("someone in a red jumper", "a very old woman").hair_color in ("grey", "white")
    assert best("a carpenter", "a bearded man").beard == "full"
    assert all(best("a baker", "a woman", seed).beard == "none" for seed in range(4))


def test_what_the_looks_prompt_names_stays():
    assert best("a waiter with green hair", "a very old man").hair_color == "green"
    assert best("an orc", "a pale man").skin not in HUMAN_SKINS
    assert best("a dancer with a moustache", "a young woman").beard == "moustache"


def test_what_nobody_names_changes_with_the_seed_and_not_without():
    looks = [best("a woman in a blue dress", seed=seed) for seed in (1, 1, 2, 3, 4, 5, 6)]
    assert looks[0] == looks[1]
    assert len({look.skin for look in looks}) > 1 and len({look.hair_color for look in looks}) > 1


def test_settling_twice_changes_nothing():
    persona = Persona.of("a nurse", "an old man", None, 3)
    once = persona.settle(best("a nurse"), frozenset(OPEN), frozenset())
    assert persona.settle(once, frozenset(OPEN), frozenset()) == once


@pytest.mark.parametrize(
    ("text", "color"),
    [("a red robot", "red"), ("a steel robot", "silver"), ("a golden knight", "gold"), ("a white ninja", "white")],
)
def test_a_figure_that_is_called_by_a_color_has_it(text, color):
    garments = best(text).garments
    assert sum(garment.color == color for garment in garments) > len(garments) / 2


def test_a_color_that_belongs_to_the_name_or_the_person_recolors_nothing():
    assert Spoken("Green Lantern").figure_color is None
    assert Spoken("a blue-eyed pirate").figure_color is None
    assert best("a blue-eyed pirate").eye_color == "blue"
    firefighter = best("a black firefighter")
    assert firefighter.skin == "dark"
    plain = Spoken("a firefighter")
    assert plain.figure is not None
    assert firefighter.garments in {plain.tailor(look).garments for look in plain.figure.looks}


def test_creatures_take_the_color_as_their_skin():
    assert best("a pink alien").skin == "pink"
    assert best("a blue orc").skin == "blue"


def test_a_color_belongs_to_the_noun_that_it_stands_before():
    assert said_of("a tall woman in a red dress with blond hair")["hair_color"] == "blond"
    assert said_of("a dark brown-haired man")["hair_color"] == "dark brown"
    assert Spoken("a red blue-eyed robot").figure_color == "red"


def test_red_beards_are_ginger():
    assert best("a viking with a long red beard").beard_color == "ginger"

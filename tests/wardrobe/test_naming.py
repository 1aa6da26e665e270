"""Colours that a text names, and the outfits that are found for them."""

import itertools

import numpy as np
import torch

from engine.appearance import warm_start
from engine.appearance.prior import OutfitPrior, recolored
from engine.report import Silent
from engine.wardrobe.naming import color_word, fit, named_colors, part_words
from engine.wardrobe.outfit import Garment, Look

BARE = Look("fair", "short", "black", "none", "black", "brown")
PARTS = {"shirt": "torso", "trousers": "legs", "dress": "body", "boots": "feet", "cape": "back", "hat": "head"}


def test_the_longest_color_word_counts():
    assert color_word("a dark red cape", "garment") == "dark red"
    assert color_word("a red cape", "garment") == "red"
    assert color_word("a bored redhead", "garment") is None
    assert color_word("blonde hair", "hair") == "blond"


def test_parts_and_colors_are_told_from_phrases():
    colors = ("red", "navy", "white", "grey", "purple")
    asked = [(f"a person in a {color} {word}", part, color)
             for color, (word, part) in itertools.product(colors, PARTS.items())]  # fmt: skip
    right = [named_colors(text) == {part: color} for text, part, color in asked]
    assert np.mean(right) > 0.85
    assert named_colors("a firefighter") == {}


def test_nouns_mean_their_parts():
    assert part_words("a dark grey business suit") == ["torso", "legs"]
    assert part_words("green eyes") == []
    assert part_words("something unheard of") is None
    assert named_colors("a punk with a green mohawk") == {"hair": "green"}
    assert named_colors("an elf with green eyes") == {}


def test_two_garments_keep_their_own_colors():
    assert named_colors("a green hoodie and orange shorts") == {"torso": "green", "legs": "orange"}
    assert named_colors("an orange hoodie and green shorts") == {"torso": "orange", "legs": "green"}


def test_recolouring_gives_the_named_part_its_color_and_nothing_else():
    look = Look(**{**BARE.__dict__, "garments": (Garment("t_shirt", "blue"), Garment("belt", "brown"))})
    named = {"waist": "purple"}
    changed = recolored(look, named, np.random.default_rng(0))
    assert [garment.color for garment in changed.garments] == ["blue", "purple"]
    assert (fit(look, named), fit(changed, named)) == (0, 1)


def test_an_outfit_that_is_found_has_the_named_colors():
    prior = OutfitPrior("a ninja with a purple belt")
    found = prior.search(300, np.random.default_rng(0), lambda *_: None)[0][0]
    assert {garment.kind: garment.color for garment in found.garments}.get("belt") == "purple"


class Blind:
    """A fitting to which all looks are the same."""

    def score(self, look: Look) -> float:
        return 0.0

    def still(self, look: Look) -> np.ndarray:
        return np.zeros((4, 4, 3), np.uint8)


def test_known_looks_of_a_figure_are_not_mixed():
    text = "a hiker with a purple backpack"
    spoken = OutfitPrior(text).spoken
    found, _ = warm_start.find_look(text, Blind(), 200, torch.Generator().manual_seed(0), Silent(), 200)
    assert spoken.figure is not None and len(spoken.figure.looks) > 1
    seed = int(torch.randint(2**31, (1,), generator=torch.Generator().manual_seed(0)))
    proposed = OutfitPrior(text).search(0, np.random.default_rng(seed), lambda *_: None)
    assert found in dict(proposed)
    assert {look.garments for look, _ in proposed} <= {spoken.tailor(look).garments for look in spoken.figure.looks}
    assert {garment.kind: garment.color for garment in found.garments}["backpack"] == "purple"


def test_an_extras_color_is_no_garments():
    assert OutfitPrior("a clown with a red nose").named == {}
    assert OutfitPrior("a clown with a red nose and blue shoes").named == {"feet": "blue"}

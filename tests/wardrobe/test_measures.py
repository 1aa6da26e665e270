"""Stature, weight and age in figures, as people write them; the right values are the units' definitions."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.wardrobe.measures import measures
from engine.wardrobe.readout import expected_shape


@pytest.mark.parametrize(("text", "metres"), [
    ("a woman 150 cm tall", 1.50), ("a man of 2 metres", 2.0), ("an elf, 1.73m", 1.73), ("an 1,85 m tall nurse", 1.85),
    ("1m68 tall", 1.68), ("a girl, 5 ft 4", 1.6256), ("a man who is 5'4\"", 1.6256), ("5\u203211\u2033", 1.8034),
    ("a 6 foot 2 knight", 1.8796), ("a six-foot-four basketball player", 1.9304), ("six feet tall", 1.8288),
    ("five and a half feet tall", 1.6764), ("a 70 inch tall monk", 1.778), ("a two metre tall guard", 2.0),
])  # fmt: skip
def test_statures(text, metres):
    assert measures(text).stature == pytest.approx(metres, abs=1e-4)


@pytest.mark.parametrize(("text", "kilograms"), [
    ("a 120 kg man", 120.0), ("weighing 80 kilos", 80.0), ("a hundred and ten kilo wrestler", 110.0),
    ("140 lbs", 63.503), ("12 stone 5", 78.471), ("a 90-kilogram goalkeeper", 90.0),
])  # fmt: skip
def test_weights(text, kilograms):
    assert measures(text).mass == pytest.approx(kilograms, abs=1e-3)


@pytest.mark.parametrize(("text", "years"), [
    ("a 70 year old man", 70), ("a boy aged 8", 8), ("a 9-year-old girl", 9), ("seventy years old", 70),
    ("a woman in her thirties", 35), ("a man in his late 60s", 68), ("a 6-month-old baby", 0.5),
    ("a man of age 41", 41), ("a girl of seven years", 7),
])  # fmt: skip
def test_ages(text, years):
    assert measures(text).years == years


@pytest.mark.parametrize("text", [
    "a man with a 2 m long spear", "a woman with a 20 kg bag", "a knight's sword and women's shoes", "3 belts",
    "a man who wears no hat", "the 80s", "a coat with 12 buttons",
])  # fmt: skip
def test_other_numbers_stay_in_the_text(text):
    found = measures(text)
    assert found.rest == text and found.stature is found.mass is found.years is None and not found.denied


def test_measures_leave_the_text_that_is_read():
    found = measures("A tall woman, 1.81 m, 64 kg, 33 years old, in a red dress")
    assert "red dress" in found.rest and not any(sign.isdigit() for sign in found.rest)
    assert (found.stature, found.mass, found.years) == (1.81, 64.0, 33.0)


@pytest.mark.parametrize(("plain", "denied", "index", "sign"), [
    ("a fat man", "a man, not fat", 1, 1), ("a tall woman", "a woman who is not very tall", 0, 1),
    ("a muscular man", "a man without muscles", 2, 1), ("a thin woman", "a woman who isn't too thin", 1, -1),
])  # fmt: skip
def test_what_is_denied_leads_to_the_contrary(plain, denied, index, sign):
    assert sign * expected_shape(plain)[index] > 0.2 > 0 > sign * expected_shape(denied)[index] > -0.4


def test_years_of_life_are_in_order():
    ages = [expected_shape(f"a {years} year old woman")[3] for years in (1, 4, 9, 15, 25, 45, 65, 85)]
    assert all(younger < older for younger, older in pairwise(ages))

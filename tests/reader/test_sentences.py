"""The hand-written sentences use names that exist, and their answers hold what they claim to test."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from engine.wardrobe import outfit
from engine.wardrobe.materials import read_materials

SENTENCES = tomllib.loads(
    (Path(__file__).parents[2] / "benchmarks" / "data" / "sentences.toml").read_text(encoding="utf-8")
)["sentence"]
TESTED = {
    "garment",
    "colour",
    "negation",
    "layering",
    "pattern",
    "material",
    "person",
    "held",
    "state",
    "decal",
    "figure",
    "sameness",
    "side",
    "unseen",
    "typo",
}
SOMEBODY = outfit.Look("fair", "short", "black", "none", "black", "brown")
KINDS = {*outfit.GARMENT_KINDS, *outfit.EXTRA_KINDS, "all", "rest"}
LEVELS = ("high", "low")
PERSON = {
    "gender": ("male", "female"),
    "age": ("child", "teen", "adult", "old"),
    "skin": outfit.SKINS,
    "hair_style": outfit.HAIR_STYLES,
    "hair_color": outfit.HAIR_COLORS,
    "beard": outfit.BEARDS,
    "beard_color": outfit.HAIR_COLORS,
    "eye_color": outfit.EYE_COLORS,
    "weight": LEVELS,
    "height": LEVELS,
    "muscle": LEVELS,
    "bare": ("torso", "legs", "feet", "hands", "head"),
}


def _each(value: str | list[str] | None) -> list[str]:
    """The alternatives of a value, or of all values of a list."""
    values = [value] if isinstance(value, str) else value or []
    return [name for item in values for name in item.split("|")]


def _worn_faults(worn: dict) -> list[str]:
    """What is unknown in one garment of an answer."""
    fields = {"kind", "cut", "color", "accent", "pattern", "material", "traits", "decal", "side", "denied"}
    kinds = _each(worn["kind"])
    cuts = {cut for kind in kinds for cut in (*outfit.CUTS.get(kind, ()), *outfit.EXTRA_KINDS.get(kind, ()))}
    colors = {*outfit.COLORS, "skin", "hair"}
    known = {
        "kind": KINDS,
        "cut": cuts,
        "color": colors,
        "accent": colors,
        "pattern": outfit.PATTERNS,
        "material": read_materials(),
        "traits": outfit.TRAITS,
        "side": ("left", "right"),
    }
    faults = [f"{field}: {name}" for field in known for name in _each(worn.get(field)) if name not in known[field]]
    for decal in _each(worn.get("decal")):
        faults += outfit.validate(replace(SOMEBODY, garments=(outfit.Garment("t_shirt", "red", decal=decal),)))
    return faults + sorted(set(worn) - fields)


def _faults(sentence: dict) -> list[str]:
    """What is unknown or missing in one answer."""
    worn, who = sentence.get("worn", []), sentence.get("who", {})
    faults = [fault for item in worn for fault in _worn_faults(item)]
    faults += [f"{field}: {name}" for field, value in who.items() for name in _each(value) if name not in PERSON[field]]
    faults += [f"tests {kind}" for kind in sentence["kinds"] if kind not in TESTED]
    named = {kind for item in worn for kind in _each(item["kind"])}
    faults += [f"order: {kind}" for pair in sentence.get("order", []) for kind in pair if named.isdisjoint(_each(kind))]
    claims = {
        "figure": "figure" in sentence,
        "layering": "order" in sentence,
        "person": bool(who),
        "colour": any("color" in item for item in worn),
        "pattern": any("pattern" in item for item in worn),
        "material": any("material" in item for item in worn),
        "decal": any("decal" in item for item in worn),
        "state": any("traits" in item for item in worn),
        "side": any("side" in item for item in worn),
        "held": not named.isdisjoint(outfit.EXTRA_KINDS),
    }
    return faults + [f"nothing of {kind}" for kind in sentence["kinds"] if not claims.get(kind, True)]


@pytest.mark.parametrize("sentence", SENTENCES, ids=[item["text"][:32] for item in SENTENCES])
def test_an_answer_uses_known_names_and_holds_what_it_tests(sentence: dict):
    assert set(sentence) <= {"text", "kinds", "figure", "worn", "order", "who"}
    assert sentence["kinds"] and (sentence.get("worn") or sentence.get("who") or sentence.get("figure"))
    assert _faults(sentence) == []


def test_the_texts_differ_and_test_every_kind():
    assert len({item["text"] for item in SENTENCES}) == len(SENTENCES) == 260
    assert {kind for item in SENTENCES for kind in item["kinds"]} == TESTED


def test_unknown_names_and_empty_claims_are_found():
    wrong = {"text": "a red blarf", "kinds": ["pattern"], "worn": [{"kind": "blarf", "cut": "suit", "decal": "red"}]}
    assert _faults(wrong) == ["kind: blarf", "cut: suit", "decal 'red'", "nothing of pattern"]

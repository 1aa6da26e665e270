"""What hand-written answers say of texts is to be seen in the looks that are made of them, on hundreds of sentences."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from engine.reader.reading import Reading, Who, Worn
from engine.wardrobe.figure_records import figures
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import CUTS, EXTRA_KINDS, Garment, Look, validate

DATA = Path(__file__).resolve().parents[2] / "benchmarks" / "data" / "sentences.toml"
SENTENCES: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["sentence"]
AGES = {"child": 0.3, "teen": 0.42, "adult": 0.6, "old": 0.9}
OF_GARMENTS = ("cut", "color", "accent", "pattern", "material", "decal", "side")
OF_PERSONS = ("skin", "hair_style", "hair_color", "beard", "beard_color", "eye_color")
MANY = ("all", "rest")


def first(value: Any) -> Any:
    """The first of alternatives."""
    return value.split("|")[0] if isinstance(value, str) else value


def among(alternatives: str, value: str | None) -> bool:
    return value in alternatives.split("|")


def reading(answer: dict[str, Any]) -> Reading:
    """An answer as if it had been read."""
    names = {word: (name, gender) for name, record in figures().items() for word, gender in record.words}
    known = [names[name] for name in answer.get("figure", "").split("|") if name in names]
    figure, gender = known[0] if known else (None, None)
    who = {"gender": gender, **{name: first(value) for name, value in answer.get("who", {}).items()}}
    who |= {"age": AGES[who["age"]]} if "age" in who else {}
    who |= {name: 0.6 if who[name] == "high" else -0.6 for name in ("height", "weight", "muscle") if name in who}
    who |= {"bare": tuple(map(first, who["bare"]))} if "bare" in who else {}
    worn = (_worn(index, said) for index, said in enumerate(answer.get("worn", ())))
    return Reading(answer["text"], who=Who(figure=figure, **who), worn=tuple(worn))


def _worn(index: int, said: dict[str, Any]) -> Worn:
    """A thing of an answer, of a kind and cut that go together."""
    kinds, cuts = said["kind"].split("|"), said.get("cut", "").split("|")
    pairs = [(kind, cut) for kind in kinds for cut in cuts if cut in {**CUTS, **EXTRA_KINDS}.get(kind, ())]
    kind, cut = pairs[0] if pairs else (kinds[0], None)
    others = {name: first(value) for name, value in said.items() if name not in ("kind", "cut", "traits")}
    return Worn(kind, cut, traits=tuple(map(first, said.get("traits", ()))), words=(index, index + 1), **others)


def slots(answer: dict[str, Any], look: Look) -> list[tuple[str, bool]]:
    """What an answer asks, and whether the look has it."""
    items: list[Garment] = [*look.garments, *look.extras]
    found = []
    for said in (said for said in answer.get("worn", ()) if first(said["kind"]) not in MANY):
        same = [item for item in items if among(said["kind"], item.kind)]
        if said.get("denied"):
            found.append(
                ("denied", not any(among(said.get("cut", str(item.cut)), item.cut or "None") for item in same))
            )
            continue
        found.append(("worn", bool(same)))
        found += [
            (name, any(among(said[name], getattr(item, name)) for item in same)) for name in OF_GARMENTS if name in said
        ]
        found += [
            ("traits", any(among(trait, t) for item in same for t in item.traits)) for trait in said.get("traits", ())
        ]
    for name in set(OF_PERSONS) & set(answer.get("who", {})):
        hidden = name.startswith("hair") and look.hair_style == "hood"
        found.append((name, hidden or among(answer["who"][name], getattr(look, name))))
    return found


def test_looks_have_what_answers_say():
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for seed, answer in enumerate(SENTENCES):
        look = Meaning.of_readings(reading(answer), Reading(""), seed).look(np.random.default_rng(seed), seed)
        assert not validate(look), answer["text"]
        for kind, has in slots(answer, look):
            asked[kind] += 1
            right[kind] += has
    assert asked["worn"] > 400 and {"denied", "color", "traits", "beard"} <= asked.keys()
    share = {kind: right[kind] / asked[kind] for kind in asked}
    assert min(share.values()) > 0.94 and right.total() / asked.total() > 0.99, share

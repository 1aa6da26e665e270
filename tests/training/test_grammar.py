"""The caption grammar: determinism, known names, held-out words, swaps that swap, sane distributions."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest

from engine.training.perceptor import grammar, lexis, negatives, vocabulary, wardrobe
from engine.training.perceptor.entries import (
    EXPANSION_FILE,
    LEXICON_DIR,
    draw_garments,
    load_lexicon,
    parse_entry,
    parse_look,
    parse_shape,
)
from engine.training.perceptor.vocabulary import RARE_WORDS
from engine.training.perceptor.words import Article, Mention, Words, is_held_out, render
from engine.wardrobe.outfit import GARMENT_KINDS, Garment, Look, Shape, covers, validate

COUNT = 6000


@pytest.fixture(scope="module")
def samples() -> list[grammar.Sample]:
    rng = np.random.default_rng(7)
    return [grammar.sample(rng) for _ in range(COUNT)]


def test_same_generator_gives_same_samples(samples: list[grammar.Sample]) -> None:
    rng = np.random.default_rng(7)
    assert [grammar.sample(rng) for _ in range(200)] == samples[:200]


def test_samples_name_only_known_things(samples: list[grammar.Sample]) -> None:
    assert not [fault for s in samples for fault in validate(s.look)]
    for s in samples:
        assert all(-1 <= x <= 1 for x in (s.shape.height, s.shape.weight, s.shape.muscle, s.shape.gender))
        assert 0 <= s.shape.age <= 1
        assert s.view in ("body", "face", "back")


def test_every_vocabulary_value_is_known() -> None:
    assert set(vocabulary.GARMENT_WORDS) == set(GARMENT_KINDS)
    for value, words in vocabulary.COMPOSITES.items():
        for look in words:
            assert parse_look(look).garments, value


def test_rare_words_belong_to_known_values() -> None:
    table = Words(held_out=False).table
    for role, values in RARE_WORDS.items():
        for value in values:
            assert (role, value) in table, (role, value)


def test_every_look_of_every_entry_is_valid() -> None:
    import random

    dice = random.Random(1)
    for entry in load_lexicon():
        for _ in range(4):
            shape = wardrobe.random_shape(dice, entry.shape)
            assert validate(wardrobe.entry_look(entry, dice, shape)) == [], entry.key


def test_lexicon_is_large_and_its_names_are_unique() -> None:
    entries = load_lexicon()
    names = Counter(name.text.lower() for entry in entries for name in entry.names)
    assert len(entries) >= 500
    assert [name for name, count in names.items() if count > 1] == []


def test_theme_files_parse_with_their_faults_named() -> None:
    for path in LEXICON_DIR.glob("*.json"):
        if path != EXPANSION_FILE:
            assert json.loads(path.read_text())
    with pytest.raises(ValueError, match=r"heroes: Foo: unknown colour 'blurple'"):
        parse_entry({"names": "Foo", "looks": ["blurple coat"]}, "heroes")
    with pytest.raises(ValueError, match="unknown shape level 'wee'"):
        parse_shape("wee")


def test_notation_of_looks() -> None:
    import random

    spec = parse_look("skin green; hair long|bun red; red/gold stripes_h jacket; $ trousers; 0% black hat; barefoot")
    garments = draw_garments(spec, random.Random(0))
    assert garments == [Garment("jacket", "red", "gold", "stripes_h"), Garment("trousers", "red")]
    assert (spec.skins, spec.hair_styles, spec.hair_colors) == (("green",), ("long", "bun"), ("red",))
    assert spec.bare == {"feet"}


def test_training_captions_hold_no_held_out_word_but_those_of_the_thesaurus(samples: list[grammar.Sample]) -> None:
    rng = np.random.default_rng(8)
    found = {word for values in lexis.expansion()["words"].values() for words in values.values() for word in words}
    known = re.compile("|".join(sorted(filter(is_held_out, found), key=len, reverse=True)), re.IGNORECASE)
    texts = [s.caption for s in samples] + [grammar.hard_negative(s, rng) for s in samples]
    said = [text for text in texts if is_held_out(text)]
    assert said and [text for text in said if is_held_out(known.sub("", text))] == []


def test_held_out_captions_hold_one_and_state_its_value() -> None:
    rng = np.random.default_rng(9)
    seen: Counter[str] = Counter()
    for _ in range(1500):
        s = grammar.sample(rng, held_out=True)
        assert is_held_out(s.caption)
        for word, (role, value) in vocabulary.HELD_OUT.items():
            for m in s.mentions:
                if role == m.role == "color" and m.text == word:
                    assert m.value == value
                    seen[word] += 1
                elif role == m.role and m.text == word:
                    seen[word] += 1
                    assert m.value == value, word
    assert len(seen) >= 30
    assert len(vocabulary.HELD_OUT) >= 40


def test_every_held_out_word_is_a_word_of_its_value() -> None:
    tables = Words(held_out=True).table
    keys = {entry.key: [n.text for n in entry.names] for entry in load_lexicon()}
    for word, (role, value) in vocabulary.HELD_OUT.items():
        if role == "name":
            assert word in keys[value], word
        elif role == "gender":
            assert word in [text for text, _ in tables["noun", f"{value}:"]]
        else:
            assert any(word in text for text, _ in tables[role, value]), word


def test_stated_garments_are_worn_and_stated_shape_holds(samples: list[grammar.Sample]) -> None:
    for s in samples:
        for m in s.mentions:
            if m.role in ("color", "kind", "pattern", "accent"):
                for target in m.targets:
                    garment = s.look.garments[target]
                    assert m.value == getattr(garment, m.role), s.caption
            elif m.role in vocabulary.SHAPE_WORDS:
                low, high, _ = vocabulary.SHAPE_WORDS[m.role][m.value]
                assert low <= getattr(s.shape, m.role) <= high, s.caption
            elif m.role in ("hair_color", "hair_style", "beard", "beard_color", "skin", "eye_color"):
                assert m.value == getattr(s.look, m.role), s.caption
            elif m.role == "noun" and m.value.split(":")[0] != "any":
                assert (s.shape.gender > 0) == (m.value.split(":")[0] == "male"), s.caption


def _shirt_and_trousers() -> grammar.Sample:
    garments = (Garment("t_shirt", "red"), Garment("trousers", "blue"))
    look = Look("fair", "short", "brown", "none", "brown", "blue", garments)
    red, blue = Mention("color", "red", "red", (0,)), Mention("color", "blue", "blue", (1,))
    shirt, trousers = Mention("kind", "t_shirt", "shirt", (0,)), Mention("kind", "trousers", "trousers", (1,), True)
    items = (Article(), red, " ", shirt, ", ", blue, " ", trousers)
    return grammar.Sample(render(items), look, Shape(), "outfit", "body", (red, shirt, blue, trousers), "{}", items)


def test_swap_exchanges_colours_between_garments() -> None:
    import random

    s = _shirt_and_trousers()
    assert s.caption == "a red shirt, blue trousers"
    items = negatives.swap(s, random.Random(0))
    assert items is not None
    assert render(items) == "a blue shirt, red trousers"


def test_hard_negatives_differ_and_contradict(samples: list[grammar.Sample]) -> None:
    rng = np.random.default_rng(10)
    swapped = 0
    for s in samples:
        negative = grammar.hard_negative(s, rng)
        assert negative != s.caption
        swapped += sorted(re.findall(r"\w+", negative)) == sorted(re.findall(r"\w+", s.caption))
    assert swapped > COUNT * 0.06


def test_changed_mention_is_false_of_the_sample(samples: list[grammar.Sample]) -> None:
    import random

    dice = random.Random(3)
    words = grammar.lexis(False).words
    for s in samples[:3000]:
        items = negatives.change(s, words, dice)
        if items is None:
            continue
        wrong = negatives.contradictions(items, s)
        assert wrong, s.caption
        for m in wrong:
            if m.role == "kind":
                assert m.value not in {g.kind for g in s.look.garments}
            elif m.role in vocabulary.SHAPE_WORDS:
                low, high, _ = vocabulary.SHAPE_WORDS[m.role][m.value]
                assert not low <= getattr(s.shape, m.role) <= high


def test_articles() -> None:
    def phrase(adjective: str, noun: str, plural: bool = False) -> str:
        return render([Article(), adjective, " ", Mention("kind", "x", noun, plural=plural)])

    assert phrase("orange", "hat") == "an orange hat"
    assert phrase("red", "umbrella") == "a red umbrella"
    assert phrase("black", "boots", True) == "black boots"
    assert render([Article(), Mention("name", "x", "uniformed guard")]) == "a uniformed guard"
    assert render([Article(), Mention("name", "x", "astronaut")]) == "an astronaut"


def test_distribution(samples: list[grammar.Sample]) -> None:
    kinds = Counter(s.kind for s in samples)
    assert all(kinds[kind] > 0.1 * COUNT for kind in ("shape", "outfit", "lexicon", "override"))
    views = Counter(s.view for s in samples)
    assert 0.08 * COUNT < views["face"] < 0.16 * COUNT
    assert 0.08 * COUNT < views["back"] < 0.16 * COUNT
    assert 0.35 < np.mean([s.shape.gender > 0 for s in samples]) < 0.65
    named = {m.value for s in samples for m in s.mentions if m.role == "name"}
    assert len(named) > 0.8 * len(load_lexicon())
    colors = Counter(g.color for s in samples for g in s.look.garments)
    assert len(colors) == 42
    assert max(colors.values()) < 0.25 * sum(colors.values())
    assert np.mean([len({s.caption for s in samples}) / COUNT]) > 0.75
    assert max(len(s.caption) for s in samples) < 400


def test_random_outfits_dress_each_area_once() -> None:
    import random

    dice = random.Random(5)
    for _ in range(500):
        garments = wardrobe.random_outfit(dice, dice.uniform(-1, 1))
        slots = Counter(GARMENT_KINDS[g.kind][0] for g in garments)
        assert slots["feet"] <= 1 and slots["head"] <= 1 and slots["hands"] <= 1, garments
        assert sum("torso" in covers(g.kind) for g in garments) <= 2


def test_works_without_the_expansion(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(lexis, "EXPANSION_FILE", tmp_path / "none.json")
    lexis.lexis.cache_clear()
    try:
        assert grammar.lexis(False).neighbours == ()
        assert grammar.sample(np.random.default_rng(0)).caption
    finally:
        lexis.lexis.cache_clear()

"""Texts: words, clauses, and which movement is meant; the prompts here stand in none of the tables word for word."""

from __future__ import annotations

import pytest

from engine.motion import understand
from engine.motion.matcher import load_matcher
from engine.motion.text_rules import clause_of, parse
from engine.report import Silent
from engine.stems import stem

MEANT = {
    "a man is waving at the crowd": {"wave", "wave_both"},
    "kicks the ball into the net": {"kick_ball", "soccer_kick"},
    "a knight swinging his sword": {"sword_swing", "sword_chop"},
    "strolling through the park": {"walk_steady", "walk"},
    "mopping the kitchen": {"sweep"},
    "begging for mercy": {"pray", "kneel_pray"},
    "crawling through mud": {"crawl_baby", "army_crawl", "crawl_knees"},
    "he plays an acoustic guitar": {"guitar"},
    "conducting a symphony": {"conduct"},
    "the soldier salutes the flag": {"salute"},
    "limping home": {"limp"},
    "hailing a cab": {"raise_arm"},
    "sneaking up on somebody": {"sneak", "tiptoe"},
    "hugging a friend": {"hug"},
    "a woman hops on one leg": {"hop", "jump_hop"},
    "jogging in the morning": {"jog", "jog_in_place"},
    "climbing up a ladder": {"climb_ladder"},
    "drinking a glass of water": {"drink"},
    "rowing a boat": {"row"},
    "bowing to the king": {"bow", "bow_flourish"},
    "lifts a heavy stone": {"lift_weights", "lift_box"},
    "sits down on a bench": {"sit_down"},
    "tiptoeing past a sleeping dog": {"tiptoe"},
}


@pytest.mark.parametrize("text", MEANT)
def test_meant_movement(text):
    best = load_matcher().rank(clause_of(text))[0]
    assert best.concept.name in MEANT[text], best


@pytest.mark.parametrize("word", ["waving", "waves", "waved", "wave"])
def test_stems_of_one_verb_agree(word):
    assert stem(word) == stem("wave")


def test_order_and_overlap_are_read():
    prompt = parse("walking while waving and then sitting down")
    assert [len(step) for step in prompt.steps] == [2, 1]


@pytest.mark.parametrize(
    ("text", "side", "speed", "manners"),
    [
        ("raising the left arm", "left", 1.0, ()),
        ("raising the right arm", "right", 1.0, ()),
        ("walking slowly", "", 0.7, ("slow",)),
        ("running fast", "", 1.4, ("fast",)),
        ("dancing happily", "", 1.1, ("happy",)),
    ],
)
def test_manner_words(text, side, speed, manners):
    clause = clause_of(text)
    assert (clause.asked.side, clause.speed, clause.manners) == (side, pytest.approx(speed), manners)


def test_very_slowly_is_slower_than_slowly():
    assert clause_of("crawling very slowly").speed < clause_of("crawling slowly").speed < 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("jumps three times", 3),
        ("claps twice", 2),
        ("does ten push-ups", 10),
        ("5 squats", 5),
        ("waves with two hands", None),
        ("two soldiers march", None),
        ("juggling three balls", None),
        ("one jump", 1),
        ("one soldier marches", None),
        ("three quick high jumps", 3),
        ("a boxer throws four punches", 4),
        ("2x squats", 2),
        ("hops on one leg", None),
    ],
)
def test_counts(text, count):
    assert clause_of(text).asked.count == count


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a guard stands at attention", "attention"),
        ("the old man shuffles along with his cane", "walk_stick"),
        ("a cook chops onions", "chop_food"),
        ("sweeps leaves", "sweep"),
        ("she turns around", "turn_around"),
        ("runs on the spot", "jog_in_place"),
    ],
)
def test_sentences_with_a_subject(text, meant):
    assert load_matcher().rank(clause_of(text))[0].concept.name == meant


def test_context_settles_an_ambiguous_verb():
    steps, _ = understand("dribbles a basketball, then shoots", load_matcher(), None, Silent())
    assert steps[-1][0][0].name in {"basketball_shot", "dunk"}


@pytest.mark.parametrize("text", ["qwertz asdf", "!!!", "走る", "🙂", "the of and", "then then then", "a" * 900])
def test_nonsense_warns_and_still_answers(text):
    report = Silent()
    steps, _ = understand(text, load_matcher(), None, report)
    assert steps and steps[0]
    assert len(report.warnings) == 1 and "No movement fits" in report.warnings[0]


def test_sure_texts_do_not_warn():
    report = Silent()
    understand("walking like a zombie", load_matcher(), None, report)
    assert not report.warnings

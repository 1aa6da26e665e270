"""Choices: the first text is true of the figure, the others are not; and the last layers learn to tell."""

import random
from types import SimpleNamespace
from typing import Any

import torch

from engine.training.perceptor import heads
from engine.training.perceptor.choices import choice, garment_choice, shape_choice
from engine.wardrobe.outfit import Garment, Look

LOOK = Look("fair", "short", "black", "none", "black", "brown", (Garment("boots", "black"), Garment("trousers", "red")))
TALL_OLD_MAN = [0.6, 0.0, 0.0, 0.8, 0.9]  # height, weight, muscle, age, gender


def test_a_garment_is_told_from_other_colors_and_kinds_or_two_are_swapped():
    dice = random.Random(0)
    found = [garment_choice(LOOK, dice) for _ in range(60)]
    assert all(texts and len(texts) == len(set(texts)) for texts in found)
    swapped = [texts for texts in found if texts and " and " in texts[0]]
    assert swapped and all(sorted(texts[0].split()) == sorted(texts[1].split()) for texts in swapped if len(texts) == 2)


def test_without_garments_there_is_nothing_to_tell():
    bare = Look("fair", "short", "black", "none", "black", "brown")
    assert garment_choice(bare, random.Random(0)) is None
    assert choice(bare, [0.0] * 5, "a caption", ["no"], random.Random(1), []) == ["a caption", "no"]


def test_a_shape_has_a_word_that_fits_and_one_that_does_not():
    dice = random.Random(0)
    told = [texts for _ in range(200) if (texts := shape_choice(TALL_OLD_MAN, dice))]
    true, false = {texts[0] for texts in told}, {texts[1] for texts in told}
    assert "a tall person" in true and "a short person" in false and "an old person" in true
    assert not true & false


def test_what_cannot_be_seen_is_not_asked():
    dice = random.Random(0)
    told = [choice(None, TALL_OLD_MAN, "a caption", ["no"], dice, []) for _ in range(50)]
    assert not any("boots" in text or "trousers" in text for texts in told for text in texts)


def test_the_last_layers_learn_to_choose(monkeypatch, capsys):
    torch.manual_seed(0)
    monkeypatch.setattr(heads, "STEPS", 200)
    vision: Any = SimpleNamespace(gist=torch.nn.Linear(4, 4), summary=torch.nn.Linear(4, 4))
    vision.sum_up = lambda deepest, read: torch.cat([read, vision.summary(vision.gist(deepest))], 1)
    model = SimpleNamespace(
        vision_model=vision, visual_projection=torch.nn.Linear(12, 6), text_projection=torch.nn.Linear(8, 6)
    )
    texts = torch.eye(8)
    kind = torch.arange(400) % 8  # what a picture shows is the text of its number
    options = torch.stack([kind, (kind + 1) % 8, (kind + 3) % 8], 1)
    seen = heads.Seen(torch.randn(400, 4), texts[kind], torch.randn(400, 6), texts, options, kind == 0)
    heads.tune(SimpleNamespace(model=model), seen, 0.02)  # type: ignore[arg-type]
    printed = capsys.readouterr().out.splitlines()
    assert float(printed[-1].rsplit(maxsplit=1)[1].rstrip("%")) > 95

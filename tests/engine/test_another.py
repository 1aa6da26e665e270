"""One more movement, hairstyle and held thing each are a record that is added while the program runs.

Garments, figures and materials are in `tests/wardrobe/test_wardrobe_guide.py`; parts of code and formats beside their
rooms' tests (docs/CONTRIBUTING.md names them all).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.body import load_body
from engine.motion import library
from engine.motion.matcher import Concept, Matcher, WordVectors, concepts
from engine.motion.text_rules import clause_of
from engine.shape.bodies import bundled
from engine.wardrobe.hard import things
from engine.wardrobe.hard.attached import extra_layers
from engine.wardrobe.head import head_layers
from engine.wardrobe.head.styles import STYLES, read_styles
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import EXTRA_KINDS, Garment, Look

LOOK = Look("fair", "short", "brown", "none", "brown", "brown")


@pytest.fixture(scope="module")
def mannequin() -> Mannequin:
    return Mannequin.of(load_body(), bundled().betas(np.array((0, 0, 0, 0.1, 0.5))))


def test_a_movement_answers_to_its_words(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text('[hoopla]\nsays = "playing hoopla|throwing hoops"\nkeys = [{time = 0}, {time = 1, left = "hips"}]')
    made = library.read_entries(path, library.Shapes.read(library.FOLDER / "shapes.toml"))["hoopla"]
    more = (*concepts(), Concept(made.name, made.texts, False))
    monkeypatch.setattr("engine.motion.matcher.concepts", lambda: more)
    best = Matcher(WordVectors()).rank(clause_of("a girl is playing hoopla"))[0]
    assert best.concept.name == "hoopla"


def test_a_hairstyle_grows(tmp_path, monkeypatch, mannequin):
    path = tmp_path / "mine.toml"
    path.write_text(
        "[[curtain]]\ncount = 300\nclumps = 80\nlength = [0.3, 0.3, 0.3, 0.3]\nlift = [0.01, 0.01, 0.01, 0.01]\n"
        "width = 0.006\nside = [0.0, -1.0, 0.0]\n"
    )
    monkeypatch.setitem(STYLES, "curtain", read_styles(path)["curtain"])
    layers = head_layers(replace(LOOK, hair_style="curtain"), mannequin, np.random.default_rng(0), {}, ())
    (hair,) = (layer for layer in layers if layer.name == "Hair")
    assert hair.vertices[:, 1].min() < mannequin.joints[15, 1] - 0.1  # hangs below the head's joint


def test_a_held_thing_lies_in_the_hand(tmp_path, monkeypatch, mannequin):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[racquet]\nname = "Racquet"\nmaterial = "wood"\nplace = "hand"\ngrip = "grip_small"\n'
        'parts = [{form = "rod", path = [[0, 0, -0.1], [0, 0, 0.4]], radius = 0.012, columns = 8}]\n'
    )
    monkeypatch.setitem(EXTRA_KINDS, "racquet", ())
    for key, thing in things.read_things(path).items():
        monkeypatch.setitem(things.THINGS, key, thing)
    (layer, *_) = extra_layers(replace(LOOK, extras=(Garment("racquet", "brown"),)), mannequin)
    assert layer.name == "Racquet" and layer.material == "wood"
    assert np.linalg.norm(layer.vertices - mannequin.joints[23], axis=1).min() < 0.05

"""What follows from a perceptor's grade, and where grades are kept."""

import numpy as np
import pytest
import torch

from engine.appearance import exam, grades
from engine.appearance.grades import PAPER, Grade, grade_of, strength_of, strengthened
from engine.config import load_config


def graded(clean: float, painting: float = 0.9) -> Grade:
    return Grade("some", painting, clean, 26)


def test_the_bundled_perceptor_is_held_still_and_the_unknown_are_free(perceptor):
    own = strength_of(grade_of(perceptor.checksum))
    assert (own.keep, own.textureless, own.mask, own.relief) == (6.0, 0.5, 1.0, 0.025)
    assert strength_of(None) == PAPER and PAPER.keep == 0 and PAPER.textureless == 1


def test_the_better_a_perceptor_paints_the_freer_it_is():
    keeps = [strength_of(graded(share)).keep for share in (0.3, 0.65, 0.75, 0.9)]
    assert keeps == sorted(keeps, reverse=True) and keeps[0] == 6 and keeps[-1] == 1
    assert strength_of(graded(0.9), grows=True).keep == 0 == PAPER.keep  # grey is nothing to keep
    assert strength_of(graded(0.79)).relief < strength_of(graded(0.8)).relief == PAPER.relief


def test_on_grey_whoever_finds_the_places_may_paint_but_not_sculpt():
    speckled = graded(0.4, 0.9)
    grey, dressed = (strength_of(speckled, grows) for grows in (True, False))
    assert (grey.keep, dressed.keep) == (0, 6) and grey.relief == dressed.relief == 0.025 and grey.mask == 1


def test_what_the_conf_says_is_stronger_and_layers_keep_their_form(perceptor):
    unknown = type("Other", (), {"checksum": "unknown"})()
    conf = load_config("draft", overrides={"appearance.loss.keep": 2.0}).appearance
    bare, dressed = (strengthened(conf, unknown, bare) for bare in (True, False))
    assert bare.loss.keep == dressed.loss.keep == 2.0 and bare.loss.textureless == 1.0
    assert (bare.loss.mask, bare.shell.relief) == (0.0, 0.3) and (dressed.loss.mask, dressed.shell.relief) == (
        1.0,
        0.025,
    )


def test_an_exam_is_kept_for_this_user(monkeypatch, tmp_path):
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path))
    grades.keep("abc", graded(0.9))
    (tmp_path / "other.json").write_text("x")
    assert grade_of("abc") == graded(0.9) and len(grades.known()) == 2
    (tmp_path / grades.FILE).write_text("{half a fi")
    assert grade_of("abc") is None and len(grades.known()) == 1


@pytest.mark.parametrize(("color", "right"), [("red", True), ("blue", False)])
def test_a_region_is_judged_by_the_nearest_named_colour(perceptor, color, right):
    canvas = exam.Canvas(perceptor)
    colors = np.tile(np.float32([[0.75, 0.1, 0.12]]), (len(canvas.canonical), 1))
    assert canvas.shares(colors, "t_shirt")[color] == right
    picture = canvas.pictures(torch.from_numpy(colors)[None], canvas.sides[0])
    assert picture.shape == (1, 3, exam.SIZE, exam.SIZE) and float(picture.min()) < 0.2


@pytest.mark.parametrize("part", ["prompts", "held_out"])
def test_every_question_names_what_can_be_judged(part):
    asked = exam.questions()
    assert len(asked[part]) == 12
    for question in asked[part]:
        for kind, color in question["garments"].items():
            assert kind in exam.GARMENT_MASKS and color in asked["colors"] and color in question["text"]

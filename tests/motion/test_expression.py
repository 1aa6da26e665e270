"""Faces in motion: words of manner, speech, and eyes that blink now and then."""

from __future__ import annotations

import numpy as np
import pytest

from engine.motion.expression import APART, CLOSES, OPENS, STAYS, blinks, expressions, face_of
from engine.protocol import FACE_SHAPES

LIDS = [FACE_SHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right")]


def shown(text: str, frames: int = 300, seed: int = 0) -> dict[str, float]:
    """The largest value of each shape that is not nought, blinks aside."""
    face = face_of(text, frames, 30.0, np.random.default_rng(seed))
    assert face.shape == (frames, 52) and face.min() >= 0 and face.max() <= 1
    return {name: float(face[:, k].max()) for k, name in enumerate(FACE_SHAPES) if face[:, k].any() and k not in LIDS}


@pytest.mark.parametrize(
    "text, high, none",
    [
        ("walking happily", "mouthSmileLeft", "mouthFrownLeft"),
        ("punching angrily", "browDownRight", "mouthSmileLeft"),
        ("sitting down sadly", "mouthFrownLeft", "mouthSmileLeft"),
        ("jumping back, surprised", "eyeWideLeft", "browDownLeft"),
        ("shouting at somebody", "jawOpen", "mouthSmileLeft"),
    ],
)
def test_manner_shows_in_the_face(text: str, high: str, none: str) -> None:
    found = shown(text)
    assert found[high] > 0.4 and none not in found


def test_a_plain_text_gives_a_calm_face_and_negation_takes_back() -> None:
    assert shown("walking in a circle") == {} and shown("walking, not happily") == {}


def test_who_sleeps_keeps_the_eyes_shut() -> None:
    for text in ("sleeping", "lies asleep, dreaming happily"):
        assert (face_of(text, 200, 30.0, np.random.default_rng(3))[:, LIDS] == 1).all()


def test_speech_opens_and_closes_the_mouth_again_and_again() -> None:
    jaw = face_of("talking", 300, 30.0, np.random.default_rng(1))[:, FACE_SHAPES.index("jawOpen")]
    turns = np.sum((jaw[1:-1] > jaw[:-2]) & (jaw[1:-1] >= jaw[2:]))
    assert 15 < turns < 70 and jaw.max() > 0.1 and jaw.min() < 0.02


def test_blinks_are_whole_and_two_to_six_seconds_apart() -> None:
    for fps in (24.0, 60.0):
        clock = np.arange(round(60 * fps)) / fps
        closed = blinks(clock, 1.0, np.random.default_rng(5))
        starts = clock[1:][(closed[1:] > 0) & (closed[:-1] == 0)]
        gaps = np.diff(starts) - CLOSES - STAYS - OPENS
        assert len(starts) > 9 and gaps.min() > APART[0] - 2 / fps and gaps.max() < APART[1] + 2 / fps
        for start in starts:
            assert closed[(clock >= start - 1e-9) & (clock < start + 0.3)].max() == 1
        assert closed[0] == closed[-1] == 0 and (closed > 0).mean() < 0.15
    assert not blinks(np.arange(600) / 30, 0.0, np.random.default_rng(5)).any()


def test_seeds_differ_and_repeat() -> None:
    one, other, again = (face_of("waving", 300, 30.0, np.random.default_rng(seed)) for seed in (1, 2, 1))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_a_wrong_record_is_one_sentence(tmp_path) -> None:
    (tmp_path / "bad.toml").write_text('[odd]\nwords = "odd"\nearWiggle = 0.5\n')
    with pytest.raises(ValueError, match=r"bad\.toml: \[odd\] earWiggle"):
        expressions(tmp_path / "bad.toml")

"""The records of the library of movements: what they say becomes keys, and what is wrong with one is told by name."""

from __future__ import annotations

import pytest

from engine.motion.keyposes import STAND, Foot, Hand
from engine.motion.library import FOLDER, Shapes, read_entries

SHAPES = Shapes.read(FOLDER / "shapes.toml")


def read(tmp_path, text):
    (tmp_path / "mine.toml").write_text(text)
    return read_entries(tmp_path / "mine.toml", SHAPES)


def test_a_movement_is_one_record(tmp_path):
    begin = '{time = 0, pose = "wide", hands = {at = "sh", place = [1, 2, 3]}}'
    keys = f'[{begin}, {{time = 0.5, left = "hips", root = [0, 1, 0]}}]'
    entry = read(tmp_path, f'[greet]\nsays = "greeting|saying hello"\nperiod = 2\nlife = 0.5\nkeys = {keys}')["greet"]
    first, second, last = entry.keys
    assert entry.texts == ("greeting", "saying hello") and entry.loop and entry.life == 0.5
    assert first.left == first.right == Hand("sh", (1, 2, 3)) and first.left_foot == Foot((0.14, 0, 0), yaw=16)
    assert second.left.anchor == "hip" and second.root == (0, 1, 0) and second.left_foot == STAND
    assert (last.time, last.left) == (2, first.left)


def test_turns_and_gaits_are_parameters(tmp_path):
    found = read(
        tmp_path,
        '[left]\nsays = "x"\nturn = {degrees = 90}\n[carry]\nsays = "y"\n'
        'gait = {step = 0.6, period = 1}\nhold = {hands = "carry"}',
    )
    assert found["left"].keys[-1].turn == (0, 90, 0) and found["left"].of_angle(45)[-1].turn == (0, 45, 0)
    assert found["carry"].travel[2] == pytest.approx(1.0)  # a foot carries for 0.6 of a period, over one step
    assert {key.left.anchor for key in found["carry"].keys} == {"belly"}


@pytest.mark.parametrize(
    "record, told",
    [
        ("keys = [{time = 0}]", "'says'"),
        ('says = "x"\nkeys = [{time = 0, hands = "nothing"}]', "'nothing'"),
        ('says = "x"\nkeys = [{time = 0, hat = 1}]', "'hat'"),
        ('says = "x"\nkeys = [{time = 0}]\nspeed = 2', "'speed'"),
        ('says = "x"\ngait = {stride = 1}', "'stride'"),
    ],
)
def test_a_broken_record_is_told_by_name(tmp_path, record, told):
    with pytest.raises(ValueError, match=rf"mine.toml: \[broken\] .*{told}"):
        read(tmp_path, f"[broken]\n{record}")

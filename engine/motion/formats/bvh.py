"""Reads BVH (Biovision hierarchy) files, as strictly as they can be understood and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.geometry.rotations import axis_angle_to_matrix
from engine.motion.arrays import Array
from engine.motion.formats.take import Take, Warn, posed
from engine.untrusted.texts import check_kind, decoded

HINT = "Choose a BVH file of one person, such as Mixamo's, CMU's or Blender's exporter write."
AGAIN = "It may be a half download; get it again."
POSITION, ROTATION = "position", "rotation"
_MOTION = re.compile(r"\bMOTION\s+(?=Frames\s*:)", re.IGNORECASE)
_COUNTS = re.compile(r"Frames\s*:\s*(\S+)\s+Frame\s*Time\s*:\s*(\S+)", re.IGNORECASE)
_CHANNEL = re.compile(r"([xyz])(position|rotation|scale)", re.IGNORECASE)


@dataclass
class _Joint:
    """A joint as the HIERARCHY tells it."""

    name: str
    parent: int
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    channels: list[tuple[int, str]] = field(default_factory=list)
    """Axis and kind of each."""


def read_bvh(path: Path, warn: Warn) -> Take:
    """Read a BVH file.

    Args:
        warn: hears of what is odd and used all the same.
    Raises:
        EngineError: ``bad_request`` with one sentence if it is broken.
    """
    check_kind(path, "bad_request")
    text = decoded(path.read_bytes(), replace=True)
    head, *tail = _MOTION.split(text, maxsplit=1)
    words = head.replace("{", " { ").replace("}", " } ").split()
    if not words or words[0].upper() != "HIERARCHY":
        raise _broken(path, "is not a BVH file: it does not begin with HIERARCHY", HINT)
    if not tail:
        raise _broken(path, "is not a whole BVH file: it has no MOTION with its frames", AGAIN)
    try:
        joints = _hierarchy(words)
    except (IndexError, ValueError) as error:
        raise _broken(path, f"is broken: its HIERARCHY {_reason(error)}", HINT) from None
    values, fps = _frames(path, tail[0], sum(len(joint.channels) for joint in joints), warn)
    parents = tuple(joint.parent for joint in joints)
    offsets = np.array([joint.offset for joint in joints], np.float64)
    rotations, moves = _decode(values, joints)
    return posed(tuple(joint.name for joint in joints), parents, offsets, rotations, moves, fps)


def _broken(path: Path, what: str, hint: str) -> EngineError:
    return EngineError("bad_request", f"{path.name} {what}.", hint)


class _Odd(ValueError):
    """Something in the hierarchy that has no meaning, in words that go on from "its HIERARCHY"."""


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, _Odd) else "ends early or has words where numbers should be"


def _hierarchy(words: list[str]) -> list[_Joint]:
    """The joints in the file's order; keywords in any letter case."""
    joints: list[_Joint] = []
    stack: list[int] = []
    at = 1
    while at < len(words):
        word = words[at].upper()
        if word in ("ROOT", "JOINT"):
            brace = words.index("{", at)
            joints.append(_Joint(" ".join(words[at + 1 : brace]), stack[-1] if stack else -1))
            stack.append(len(joints) - 1)
            at = brace + 1
        elif word == "END":  # End Site { OFFSET x y z }
            at = words.index("}", at) + 1
        elif word == "OFFSET":
            joints[stack[-1]].offset = [_number(t) for t in words[at + 1 : at + 4]]
            at += 4
        elif word == "CHANNELS":
            count = int(words[at + 1])
            joints[stack[-1]].channels = [_channel(t) for t in words[at + 2 : at + 2 + count]]
            at += 2 + count
        elif word == "}":
            stack.pop()
            at += 1
        else:
            raise _Odd(f"has the word {words[at][:40]!r}, which means nothing there")
    if stack or not joints:
        raise IndexError
    return joints


def _channel(word: str) -> tuple[int, str]:
    found = _CHANNEL.fullmatch(word)
    if not found:
        raise _Odd(f"has a channel {word[:40]!r}, which is no position or rotation")
    return "xyz".index(found[1].lower()), found[2].lower()


def _number(word: str) -> float:
    """A number, also with the decimal comma that some computers write."""
    return float(word.replace(",", ".") if "." not in word else word)


def _frames(path: Path, tail: str, width: int, warn: Warn) -> tuple[Array, float]:
    """The MOTION part: values (T,C) and frames a second."""
    found = _COUNTS.match(tail)
    if not found:
        raise _broken(path, "is broken: its MOTION does not say how many Frames it has and what Frame Time", AGAIN)
    rows = tail[found.end() :]
    rows = rows.replace(",", ".") if "." not in rows else rows
    try:
        count, seconds = int(float(found[1])), _number(found[2])
        numbers = np.array(rows.split(), np.float64)
    except (ValueError, OverflowError):
        raise _broken(path, "is broken: its MOTION has words where numbers should be", HINT) from None
    if count < 1 or not len(numbers):
        raise _broken(path, "has no frames", "Export the animation with it.")
    if not 1e-4 < seconds < 10:
        raise _broken(path, f"has no usable frame time ({found[2][:20]} seconds)", "Export it again.")
    if not np.isfinite(numbers).all():
        raise _broken(path, "is broken: it holds numbers that are not finite", "Export it again.")
    rows_there = _rows(path, numbers, count, width, rows)
    if rows_there != count:
        warn(f"{path.name} says that it has {count} frames and has {rows_there}; these were used.")
    return numbers[: rows_there * width].reshape(rows_there, width), 1.0 / seconds


def _rows(path: Path, numbers: Array, count: int, width: int, rows: str) -> int:
    """How many whole rows there are: as many as the header says, one more or one less."""
    whole, rest = divmod(len(numbers), width) if width else (0, 1)
    if whole >= 1 and abs(whole - count) <= 1 and (rest == 0 or whole < count):
        return whole
    first = len(next((line for line in rows.splitlines() if line.strip()), "").split())
    if first != width and len(numbers) == first * count:
        raise _broken(
            path, f"is broken: its rows have {first} numbers and its skeleton {width} channels", "Export it again."
        )
    raise _broken(
        path, f"is broken: {count} frames of {width} channels need {count * width} numbers, not {len(numbers)}", AGAIN
    )


def _decode(values: Array, joints: list[_Joint]) -> tuple[Array, dict[int, Array]]:
    """Channel values (T,C) -> rotations (T,J,3,3), and offsets (T,3) of the joints that have position channels."""
    rotations = np.tile(np.eye(3, dtype=np.float32), (len(values), len(joints), 1, 1))
    moves: dict[int, Array] = {}
    column = 0
    for number, joint in enumerate(joints):
        for axis, kind in joint.channels:
            if kind == ROTATION:
                turn = np.zeros((len(values), 3))
                turn[:, axis] = np.radians(values[:, column])
                rotations[:, number] = rotations[:, number] @ axis_angle_to_matrix(turn)
            elif kind == POSITION:
                place = moves.setdefault(number, np.tile(np.array(joint.offset), (len(values), 1)))
                place[:, axis] = values[:, column]
            column += 1
    for number, place in moves.items():
        offset = np.array(joints[number].offset)
        # Most files tell a joint's place from its parent there; some tell what comes on top of the OFFSET.
        if joints[number].parent >= 0 and _typical(place) < _typical(place - offset):
            moves[number] = place + offset
    return rotations, moves


def _typical(vectors: Array) -> float:
    return float(np.median(np.linalg.norm(vectors, axis=-1)))

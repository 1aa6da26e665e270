"""Reads BVH (Biovision hierarchy) files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.motion.rotations import Array, to_matrix

HINT = "Choose a BVH file of one person, such as Mixamo's, CMU's or Blender's exporter write."
CHANNELS = ("Xposition", "Yposition", "Zposition", "Xrotation", "Yrotation", "Zrotation")


@dataclass(frozen=True)
class Hierarchy:
    """A skeleton in motion, in the file's own axes and units."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, -1 for the first."""
    offsets: Array
    """(J,3) from the parent, in the rest pose, which has no rotations."""
    ends: dict[int, Array]
    """Joints that end in an End Site, with its offset."""
    rotations: Array
    """(T,J,3,3) relative to the parent."""
    root: Array
    """(T,3) position of the first joint."""
    fps: float


def read_bvh(path: Path) -> Hierarchy:
    """Read a BVH file.

    Raises:
        EngineError: ``bad_request`` with one sentence if it is broken.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise EngineError("bad_request", f"The motion file {path} can't be read ({error.strerror}).") from None
    head, found, tail = text.partition("MOTION")
    if not found or "HIERARCHY" not in head:
        raise EngineError("bad_request", f"{path.name} is not a BVH file: it has no HIERARCHY and MOTION.", HINT)
    try:
        names, parents, offsets, ends, channels = _hierarchy(head.split())
    except (IndexError, ValueError):
        raise EngineError(
            "bad_request", f"{path.name} is broken: its HIERARCHY ends early or holds no numbers.", HINT
        ) from None
    values, fps = _frames(path, tail, sum(map(len, channels)))
    rotations, root = _decode(values, channels)
    return Hierarchy(tuple(names), tuple(parents), np.array(offsets, np.float32), ends, rotations, root, fps)


def _hierarchy(tokens: list[str]) -> tuple[list[str], list[int], list[list[float]], dict[int, Array], list[list[str]]]:
    """Names, parents, offsets, end sites and channels of all joints, in the file's order."""
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[list[str]] = []
    ends: dict[int, Array] = {}
    stack: list[int] = []
    at = 1
    while at < len(tokens):
        word = tokens[at]
        if word in ("ROOT", "JOINT"):
            brace = tokens.index("{", at)
            parents.append(stack[-1] if stack else -1)
            names.append(" ".join(tokens[at + 1 : brace]))
            offsets.append([0.0, 0.0, 0.0])
            channels.append([])
            stack.append(len(names) - 1)
            at = brace + 1
        elif word == "End":  # End Site { OFFSET x y z }
            brace = tokens.index("{", at)
            ends[stack[-1]] = np.array([float(t) for t in tokens[brace + 2 : brace + 5]], np.float32)
            at = tokens.index("}", brace) + 1
        elif word == "OFFSET":
            offsets[stack[-1]] = [float(t) for t in tokens[at + 1 : at + 4]]
            at += 4
        elif word == "CHANNELS":
            count = int(tokens[at + 1])
            channels[stack[-1]] = tokens[at + 2 : at + 2 + count]
            if set(channels[stack[-1]]) - set(CHANNELS):
                raise ValueError(word)
            at += 2 + count
        elif word == "}":
            stack.pop()
            at += 1
        else:
            raise ValueError(word)
    if stack or not names:
        raise ValueError("unclosed")
    return names, parents, offsets, ends, channels


def _frames(path: Path, tail: str, width: int) -> tuple[Array, float]:
    """The MOTION part: values (T,C) and frames a second."""
    words = tail.replace("Frame Time:", " FrameTime ").replace("Frames:", " Frames ").split()
    try:
        count, seconds = int(words[words.index("Frames") + 1]), float(words[words.index("FrameTime") + 1])
        numbers = np.array(words[words.index("FrameTime") + 2 :], np.float32)
    except (ValueError, IndexError):
        raise EngineError(
            "bad_request", f"{path.name} is broken: its MOTION holds something else than numbers.", HINT
        ) from None
    if count < 1 or not 1e-4 < seconds < 10:
        raise EngineError("bad_request", f"{path.name} has no frames, or no usable frame time.", HINT)
    if len(numbers) != count * width:
        raise EngineError(
            "bad_request", f"{path.name} is broken: {count} frames of {width} channels need {count * width} numbers, "
            f"not {len(numbers)}.",
            "It may have been cut off; get it again.",
        )  # fmt: skip
    if not np.isfinite(numbers).all():
        raise EngineError("bad_request", f"{path.name} is broken: it holds numbers that are not finite.", HINT)
    return numbers.reshape(count, width), 1.0 / seconds


def _decode(values: Array, channels: list[list[str]]) -> tuple[Array, Array]:
    """Channel values (T,C) -> rotations (T,J,3,3) and the root's positions (T,3)."""
    rotations = np.tile(np.eye(3, dtype=np.float32), (len(values), len(channels), 1, 1))
    root = np.zeros((len(values), 3), np.float32)
    column = 0
    for joint, names in enumerate(channels):
        for name in names:
            axis = "XYZ".index(name[0])
            if name.endswith("rotation"):
                turn = np.zeros((len(values), 3), np.float32)
                turn[:, axis] = np.radians(values[:, column])
                rotations[:, joint] = rotations[:, joint] @ to_matrix(turn)
            elif joint == 0:
                root[:, axis] = values[:, column]
            column += 1
    return rotations, root

"""VRM's words for our skeleton and faces, from ``humanoid.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from engine.protocol import FACE_SHAPES, SKELETON_NAMES
from engine.tables import read_as


class Preset(TypedDict):
    """One of VRM's expressions: shares of face shapes, and what it switches off."""

    shapes: dict[str, float]
    hides: NotRequired[Any]


class Humanoid(TypedDict):
    """The tables of ``humanoid.toml``."""

    bones: dict[str, str]
    sided: dict[str, str]
    expressions: dict[str, Preset]
    licenses: dict[str, dict[str, str | bool]]
    older: dict[str, dict[str, str]]


def read_humanoid(path: Path = Path(__file__).parent / "humanoid.toml") -> Humanoid:
    """The tables of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Humanoid = read_as(path, Humanoid)
    return found


@cache
def table() -> Humanoid:
    """The bundled tables."""
    return read_humanoid()


@cache
def bones() -> dict[str, str]:
    """VRM's bones and the joints that they are."""
    found = {bone: joint for joint, bone in table()["bones"].items()}
    for joint, bone in table()["sided"].items():
        found |= {f"{side}{bone}": f"{side}_{joint}" for side in ("left", "right")}
    return found


def human_bones(joints: int, first: int) -> dict[str, dict[str, int]]:
    """``humanBones`` of a skeleton of so many joints, the first of which is node ``first``."""
    numbers = {bone: SKELETON_NAMES.index(joint) for bone, joint in bones().items()}
    return {bone: {"node": first + number} for bone, number in numbers.items() if number < joints}


@cache
def expressions() -> dict[str, NDArray[np.float32]]:
    """VRM's preset expressions as values (52,) of the face shapes."""
    found = {}
    for name, record in table()["expressions"].items():
        values = np.zeros(len(FACE_SHAPES), np.float32)
        for shape, share in record["shapes"].items():
            for full in (shape,) if shape in FACE_SHAPES else (f"{shape}Left", f"{shape}Right"):
                values[FACE_SHAPES.index(full)] = share
        found[name] = values
    return found


def licences() -> dict[str, dict[str, Any]]:
    """What ``export.license`` may name: VRM's meta fields, a label, and the text's address if there is one."""
    found: dict[str, dict[str, Any]] = table()["licenses"]
    return found

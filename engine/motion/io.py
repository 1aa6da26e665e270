"""`Motion` and its file, in AMASS's manner."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.motion.arrays import Array
from engine.protocol import FACE_SHAPES, write_atomically
from engine.untrusted.texts import check_kind

HAND_KEYS = ("left_hand_pose", "right_hand_pose")


@dataclass(frozen=True)
class Motion:
    """A motion of one body."""

    poses: Array
    """(T,72) axis-angle, local to the parent."""
    trans: Array
    """(T,3) metres, added to the rest position of the pelvis."""
    fps: float
    betas: Array
    """(S,) shape coefficients of the body that it was made for."""
    candidates: Array
    """(K,72) the distinct poses that stand for the text, best first."""
    labels: tuple[str, ...]
    """Captions of the movements that answered the text."""
    source: str = "library"
    """What answered: "prior" (the motion prior's codes), "library" (key poses), or both joined by "+"."""
    gender: str = "neutral"
    """Of the body model: neutral, female or male."""
    hands: Array | None = None
    """(T,2,45) axis-angle of the left and the right hand's `protocol.FINGER_NAMES`; None for a body without fingers."""
    face: Array | None = None
    """(T,52) values 0-1 of `protocol.FACE_SHAPES`, if the face moves."""


def save_motion(motion: Motion, path: Path) -> None:
    """Write ``motion.npz``: poses, trans, mocap_framerate, betas and gender as AMASS has them, left_hand_pose and
    right_hand_pose as its SMPL-X files do; candidates, labels, source; face and face_names if the face moves."""
    buffer = io.BytesIO()
    more: dict[str, Any] = {} if motion.face is None else {"face": motion.face, "face_names": np.array(FACE_SHAPES)}
    if motion.hands is not None:
        more |= {name: motion.hands[:, side] for side, name in enumerate(HAND_KEYS)}
    np.savez_compressed(
        buffer,
        poses=motion.poses,
        trans=motion.trans,
        mocap_framerate=np.float64(motion.fps),
        betas=motion.betas,
        gender=np.str_(motion.gender),
        candidates=motion.candidates,
        labels=np.array(motion.labels, dtype=np.str_),
        source=np.str_(motion.source),
        **more,
    )
    write_atomically(path, buffer.getvalue())


def load_motion(path: Path) -> Motion:
    """Read what `save_motion` wrote.

    Raises:
        EngineError: ``broken_job`` if the file is missing or not such a file.
    """
    if path.is_file():
        check_kind(path, "broken_job")
    try:
        with np.load(path, allow_pickle=False) as data:
            motion = Motion(
                data["poses"].astype(np.float32),
                data["trans"].astype(np.float32),
                float(data["mocap_framerate"]),
                data["betas"].astype(np.float32),
                data["candidates"].astype(np.float32),
                tuple(str(label) for label in data["labels"]),
                str(data["source"]),
                str(data.get("gender", "neutral")),
                _hands(data),
                _known(data["face"], data["face_names"]) if "face" in data else None,
            )
    except Exception:  # whatever a broken file makes numpy and zipfile raise
        what = "is not a motion file, or is damaged" if path.exists() else "does not exist"
        raise EngineError("broken_job", f"{path.name} {what}.", "Let the motion be made again.") from None
    if motion.hands is not None and motion.hands.shape != (len(motion.trans), 2, 45):
        raise EngineError(
            "broken_job",
            f"{path.name} has hand poses that do not fit its {len(motion.trans)} frames.",
            "Let the motion be made again.",
        )
    if motion.poses.ndim != 2 or motion.poses.shape != (len(motion.trans), 72):
        raise EngineError(
            "broken_job",
            f"{path.name} has poses of shape {motion.poses.shape}, not (frames, 72).",
            "Let the motion be made again.",
        )
    if motion.face is not None and motion.face.shape != (len(motion.trans), len(FACE_SHAPES)):
        raise EngineError(
            "broken_job", f"{path.name} has a face of shape {motion.face.shape}.", "Let the motion be made again."
        )
    return motion


def _known(values: Array, names: Array) -> Array:
    """Values (T,K) of named face shapes in the order of `FACE_SHAPES` (T,52); unknown ones are left out."""
    found = np.zeros((len(values), len(FACE_SHAPES)), np.float32)
    for column, name in enumerate(str(name) for name in names):
        if name in FACE_SHAPES:
            found[:, FACE_SHAPES.index(name)] = values[:, column]
    return found


def _hands(data: Any) -> Array | None:
    """(T,2,45) of an open file; None if it has none."""
    if not all(key in data for key in HAND_KEYS):
        return None
    return np.stack([data[key].astype(np.float32) for key in HAND_KEYS], 1)

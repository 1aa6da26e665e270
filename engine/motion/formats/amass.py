"""Reads ``.npz`` files with poses of SMPL, SMPL+H or SMPL-X: AMASS's, those of video estimators, and this engine's own
``motion.npz``."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.geometry.rotations import matrix_to_axis_angle
from engine.motion.arrays import Array
from engine.motion.formats.take import Warn
from engine.motion.skeleton import MOVING, NUM_JOINTS
from engine.untrusted.texts import AGAIN, check_kind

HINT = "Choose an .npz file with poses, trans and mocap_framerate, as AMASS has them."
WIDTHS = (66, 72, 156, 159, 165)
"""Numbers of a pose: SMPL's body, SMPL with hands as one joint each, SMPL+H, SMPL-X without and with eyes and jaw."""
HAND = 45
_FINGERS_FROM = {156: 66, 165: 75}
"""Where in a pose the fingers begin, by its numbers; SMPL-X has jaw and eyes before them."""
_HANDS = (("left_hand_pose", "lhand_pose"), ("right_hand_pose", "rhand_pose"))
_RATES = ("mocap_framerate", "mocap_frame_rate", "mocap_fps", "framerate", "frame_rate", "fps")
_POSES = ("poses", "pose", "smpl_poses", "fullpose", "full_pose", "thetas")
_PARTS = (("root_orient", "pose_body"), ("global_orient", "body_pose"))
"""The pelvis's turn and the other joints', where they stand apart."""
_PATHS = (
    "trans",
    "transl",
    "translation",
    "translations",
    "smpl_trans",
    "root_trans",
    "root_transl",
    "root_translation",
    "root_pos",
    "root_position",
    "root_positions",
    "global_trans",
    "global_transl",
    "trans_world",
)
_OWN = ("candidates", "labels", "source")
"""Keys that only this engine writes."""
_AMASS = ("mocap_framerate", "mocap_frame_rate")
_AMASS_TOO = ("betas", "gender")


@dataclass(frozen=True)
class Poses:
    """What such a file holds."""

    poses: Array
    """(T,24,3) axis-angle; the face is left out, hands too but for own files."""
    trans: Array
    """(T,3) metres, in the file's axes."""
    fps: float
    betas: Array | None
    """(S,) shape coefficients, if it has some."""
    own: bool
    """Whether this engine wrote it: +y is up."""
    hands: Array | None
    """(T,2,45) axis-angle of the left and the right hand's fingers, if the file has them, from straight ones on."""
    amass: int
    """How much its keys are AMASS's, whose +z is up: 0 not, 1 the rate's, 2 all."""


def read_amass(path: Path, warn: Warn) -> Poses:
    """Read a file.

    Args:
        warn: hears of what is missing or odd in a file that is used all the same.
    Raises:
        EngineError: ``bad_request`` with one sentence if it is broken or of another kind.
    """
    check_kind(path, "bad_request")
    data = _arrays(path)
    poses = _poses(path, data)
    betas = data.get("betas")
    path_key = _path_key(data, len(poses))
    if path_key is None:
        warn(f"{path.name} holds no path (trans): the avatar stays where it stands.")
        trans = np.zeros((len(poses), 3), np.float32)
    else:
        trans = _path(path, data[path_key], len(poses), warn)
    poses, trans = poses[: len(trans)], trans[: len(poses)]
    own = set(_OWN) <= set(data)
    kept = NUM_JOINTS if own else MOVING
    out = np.zeros((len(poses), NUM_JOINTS, 3), np.float32)
    out[:, :kept] = poses[:, : kept * 3].reshape(len(poses), kept, 3)
    hands = _hands(path, data, poses)
    return Poses(out, trans, _rate(path, data), _betas(betas), own, hands, _amass(data, poses.shape[1]))


def _hands(path: Path, data: Mapping[str, Any], poses: Array) -> Array | None:
    """(T,2,45) of files that have them beside the poses or behind the body's joints; None if all fingers are still."""
    width, found = poses.shape[1], None
    apart = [next((data[key] for key in keys if data.get(key) is not None), None) for keys in _HANDS]
    if all(hand is not None for hand in apart):
        parts = [_flat(path, hand, "hand poses") for hand in apart]
        if all(part.ndim == 2 and part.shape[1] == HAND and len(part) >= len(poses) for part in parts):
            found = np.stack([part[: len(poses)] for part in parts], 1)
    elif apart == [None, None] and data.get("pose_hand") is not None:
        both = _flat(path, data["pose_hand"], "hand poses")
        if both.ndim == 2 and both.shape[1] == 2 * HAND and len(both) >= len(poses):
            found = both[: len(poses)].reshape(-1, 2, HAND)
    elif width in _FINGERS_FROM:
        found = poses[:, _FINGERS_FROM[width] :].reshape(len(poses), 2, HAND)
    if found is None or not np.isfinite(found).all() or not found.any():
        return None
    return np.asarray(found, np.float32)


def _amass(data: Mapping[str, Any], width: int) -> int:
    """How much the keys are AMASS's; poses with fingers come from it under any key of the rate."""
    if not any(key in data for key in _AMASS) and not ("poses" in data and "trans" in data and width > NUM_JOINTS * 3):
        return 0
    return 2 if set(_AMASS_TOO) <= set(data) else 1


def _arrays(path: Path) -> dict[str, Any]:
    """The numbers in an .npz file by their names; texts stand for themselves and objects for nothing."""
    found: dict[str, Any] = {}
    try:
        with np.load(path, allow_pickle=False) as data:
            if not hasattr(data, "files"):
                raise EngineError("bad_request", f"{path.name} holds one array and no names.", HINT)
            for name in data.files:
                try:
                    found[name] = np.asarray(data[name])
                except ValueError:  # a pickled object, which is never opened
                    found[name] = None
    except EngineError:
        raise
    except (zipfile.BadZipFile, EOFError) as error:
        cut = "is damaged or cut off, as a half download is" if _begins_as_zip(path) else "is not an .npz file"
        raise EngineError("bad_request", f"{path.name} {cut}.", AGAIN if cut.startswith("is a") else HINT) from error
    except Exception as error:  # whatever a broken file makes numpy and zipfile raise
        what = "is damaged" if _begins_as_zip(path) else "is not an .npz file"
        raise EngineError("bad_request", f"{path.name} {what}.", HINT) from error
    return found


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"PK"


def _poses(path: Path, data: Mapping[str, Any]) -> Array:
    """Poses (T,3·J) as axis-angle, of any way in which they are stored."""
    key = next((key for key in _POSES if data.get(key) is not None), None)
    pair = next((pair for pair in _PARTS if all(data.get(name) is not None for name in pair)), None)
    if key is None and pair is None:
        listed = ", ".join(list(data)[:6]) or "nothing"
        raise EngineError("bad_request", f"{path.name} holds no poses (it holds {listed}).", HINT)
    if key is not None:
        return _checked(path, _flat(path, data[key], "poses"))
    assert pair is not None
    root, rest = (_flat(path, data[name], name) for name in pair)
    if root.shape[1:] != (3,) or len(root) != len(rest):
        raise EngineError(
            "bad_request", f"{path.name} has {len(rest)} poses but {len(root)} turns of the pelvis.", HINT
        )
    return _checked(path, np.concatenate([root, rest], 1))


def _flat(path: Path, values: Any, name: str) -> Array:
    """Numbers (T,N) of an array (T,N), (1,T,N), (T,1,N), (T,J,3) or of matrices (T,J,3,3)."""
    if values.dtype.kind not in "fiu":
        raise EngineError("bad_request", f"{path.name} has {name} that are not numbers.", HINT)
    values = values.astype(np.float32)
    if values.ndim >= 3 and values.shape[-2:] == (3, 3) and values.ndim != 3:
        values = matrix_to_axis_angle(values)
    if values.ndim >= 3 and len(values) == 1 and values.shape[1] > 1 and values.ndim == 3 and values.shape[-1] != 3:
        values = values[0]
    return values.reshape(len(values), -1) if values.ndim > 1 and len(values) else values


def _checked(path: Path, poses: Array) -> Array:
    """Raise `EngineError` if shapes or numbers can't be."""
    if poses.ndim != 2 or poses.shape[1] not in WIDTHS:
        shape = " x ".join(map(str, poses.shape))
        raise EngineError(
            "bad_request",
            f"{path.name} has poses of {shape} numbers, not of frames x {', '.join(map(str, WIDTHS))}.",
            HINT,
        )
    if not len(poses):
        raise EngineError("bad_request", f"{path.name} has no frames.", HINT)
    if not np.isfinite(poses).all():
        raise EngineError("bad_request", f"{path.name} is broken: it holds numbers that are not finite.", HINT)
    return poses


def _path_key(data: Mapping[str, Any], frames: int) -> str | None:
    """Under which name the pelvis's path stands."""
    lower = {name.lower(): name for name in data if data[name] is not None}
    for name in _PATHS:
        if name in lower:
            return lower[name]
    fits = [name for low, name in lower.items() if "trans" in low or ("root" in low and "pos" in low)]
    return next((name for name in fits if data[name].dtype.kind == "f" and data[name].size == 3 * frames), None)


def _path(path: Path, values: Any, frames: int, warn: Warn) -> Array:
    """Positions (T,3), one more or less than there are poses."""
    if values.dtype.kind not in "fiu" or values.size % 3 or values.shape[-1:] != (3,):
        shape = " x ".join(map(str, values.shape))
        raise EngineError("bad_request", f"{path.name} has a path of {shape} numbers, not of frames x 3.", HINT)
    trans = values.astype(np.float32).reshape(-1, 3)
    if not np.isfinite(trans).all():
        raise EngineError("bad_request", f"{path.name} is broken: it holds numbers that are not finite.", HINT)
    if abs(len(trans) - frames) > 1 or not len(trans):
        raise EngineError("bad_request", f"{path.name} has {frames} poses but {len(trans)} positions.", HINT)
    if len(trans) != frames:
        warn(f"{path.name} has {frames} poses and {len(trans)} positions; what both have was used.")
    return trans


def _rate(path: Path, data: Mapping[str, Any]) -> float:
    """Frames a second, as a number or an array of one."""
    rate = next((data[name] for name in _RATES if data.get(name) is not None), None)
    number = 0.0
    if rate is not None and rate.size == 1 and rate.dtype.kind in "fiu":
        number = float(rate.reshape(-1)[0])
    if not 1 <= number <= 1000:
        raise EngineError("bad_request", f"{path.name} has no usable frame rate (mocap_framerate).", HINT)
    return number


def _betas(values: Any) -> Array | None:
    """Shape coefficients (S,), of one that stand for every frame the mean."""
    if values is None or values.dtype.kind not in "fiu" or not values.size:
        return None
    betas = values.astype(np.float32)
    betas = betas.reshape(-1, betas.shape[-1]).mean(0) if betas.ndim > 1 else betas.reshape(-1)
    return betas if np.isfinite(betas).all() else None

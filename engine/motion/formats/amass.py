"""Reads AMASS ``.npz`` files (SMPL, SMPL+H and SMPL-X poses), and this engine's own ``motion.npz``, which is alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.errors import EngineError
from engine.motion.rotations import Array, array, to_axis_angle, to_matrix
from engine.motion.skeleton import MOVING, NUM_JOINTS

HINT = "Choose an .npz file with poses, trans and mocap_framerate, as AMASS has them."
WIDTHS = (66, 72, 156, 165)
"""Numbers of a pose: SMPL's body, SMPL with hands as one joint each, SMPL+H, SMPL-X."""
_RATES = ("mocap_framerate", "mocap_frame_rate", "fps")


def read_amass(path: Path) -> tuple[Array, Array, float]:
    """Read a file.

    Returns:
        Poses (T,24,3), pelvis path (T,3) in metres, +y up, and frames a second. Fingers, face and shape are left out.
    Raises:
        EngineError: ``bad_request`` with one sentence if it is broken or of another kind.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            names = set(data.files)
            if "poses" in names:
                poses = np.asarray(data["poses"], np.float32)
            elif {"root_orient", "pose_body"} <= names:
                poses = np.concatenate([data["root_orient"], data["pose_body"]], 1).astype(np.float32)
            else:
                raise EngineError("bad_request", f"{path.name} holds no poses.", HINT)
            trans = np.asarray(data["trans"], np.float32) if "trans" in names else np.zeros((len(poses), 3), np.float32)
            rate = next((float(data[name]) for name in _RATES if name in names), 0.0)
    except EngineError:
        raise
    except OSError as error:
        raise EngineError(
            "bad_request", f"The motion file {path} can't be read ({error.strerror or 'not an .npz file'}).", HINT
        ) from None
    except Exception as error:
        raise EngineError(
            "bad_request", f"{path.name} is not a usable .npz file ({type(error).__name__}).", HINT
        ) from None
    _check(path, poses, trans, rate)
    out = np.zeros((len(poses), NUM_JOINTS, 3), np.float32)
    out[:, :MOVING] = poses[:, : MOVING * 3].reshape(len(poses), MOVING, 3)
    return *_upright(out, trans), rate


def _check(path: Path, poses: Array, trans: Array, rate: float) -> None:
    """Raise `EngineError` if shapes or numbers can't be."""
    if poses.ndim != 2 or poses.shape[1] not in WIDTHS:
        shape = " x ".join(map(str, poses.shape))
        raise EngineError(
            "bad_request",
            f"{path.name} has poses of {shape} numbers, not of frames x {', '.join(map(str, WIDTHS))}.",
            HINT,
        )
    if not len(poses) or trans.shape != (len(poses), 3):
        raise EngineError("bad_request", f"{path.name} has {len(poses)} poses but {len(trans)} positions.", HINT)
    if not 1 <= rate <= 1000:
        raise EngineError("bad_request", f"{path.name} has no usable frame rate (mocap_framerate).", HINT)
    if not (np.isfinite(poses).all() and np.isfinite(trans).all()):
        raise EngineError("bad_request", f"{path.name} is broken: it holds numbers that are not finite.", HINT)


def _upright(poses: Array, trans: Array) -> tuple[Array, Array]:
    """Turn a motion whose +z is up, as AMASS's is, so that +y is up; told by where the trunk points most of the
    time."""
    root = to_matrix(poses[:, 0])
    up = root[:, :, 1].mean(0)
    if up[2] <= up[1]:
        return poses, trans
    turn = to_matrix(array([-np.pi / 2, 0, 0]))
    poses = poses.copy()
    poses[:, 0] = to_axis_angle(turn @ root)
    return poses, (trans @ turn.T).astype(np.float32)

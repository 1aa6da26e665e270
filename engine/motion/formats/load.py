"""A motion file on a body: read, retargeted, resampled, stood on the floor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.body import Body
from engine.body.fingers import full_joints
from engine.body.hands import from_straight
from engine.errors import EngineError
from engine.geometry.rotations import about_y, axis_angle_to_matrix, matrix_to_axis_angle, yaw_of
from engine.motion.arrays import Array, array
from engine.motion.candidates import distinct
from engine.motion.formats.amass import Poses, read_amass
from engine.motion.formats.bvh import read_bvh
from engine.motion.formats.fingers import find_fingers
from engine.motion.formats.gltf import read_gltf
from engine.motion.formats.gravity import TURNS, find_up, turned
from engine.motion.formats.retarget import in_our_order, retarget, taken_over
from engine.motion.formats.take import Take, Warn
from engine.motion.generate import MotionSetup
from engine.motion.manner import strengthen
from engine.motion.sequence import Sequence
from engine.motion.skeleton import NUM_JOINTS, REFERENCE_LEG, leg_length, resample

KINDS = (".bvh", ".npz", ".glb", ".gltf", ".vrma", ".vrm")
LONGEST = 36000
"""Frames; twenty minutes at 30 fps. Set by hand."""
PRIORS: tuple[dict[str, float], ...] = (
    {"y": 0.45, "-y": 0.3, "z": 0.25},
    {"z": 0.8, "y": 0.15, "-y": 0.05},
    {"z": 0.98, "y": 0.013, "-y": 0.007},
)
"""How likely each axis is up in an .npz file, by how much its keys are AMASS's (`Poses.amass`). Set by hand."""
RESTING = {
    "+y": {"y": 0.97, "z": 0.01, "-z": 0.01, "-y": 0.01},
    "another axis": {"y": 0.93, "z": 0.03, "-z": 0.03, "-y": 0.01},
    "nobody stands": {"y": 0.93, "z": 0.06, "-y": 0.01},
}
"""How likely each axis is up in a file with a skeleton of its own, by which is up in its rest pose and stands as "y"
here: some exporters turn the root instead of the rest pose. Set by hand."""
STILL = 1e-3
"""Metres that a path must cover to be one. Set by hand."""


@dataclass(frozen=True)
class Brought:
    """A file's motion on a body."""

    made: Sequence
    fps: float
    best: Array
    """(K,24,3) its most distinct poses, which stand for candidates."""
    own: bool
    """Whether this engine made it for this very body: it is as it was."""
    hands: Array | None
    """(T,2,45) axis-angle of the fingers, if the file brings them."""


def from_file(path: Path, setup: MotionSetup, body: Body, betas: Array, warn: Warn) -> Brought:
    """Read a motion file and bring it onto the setup's body, at the conf's frame rate.

    What others made is turned to face +z at first and stood on the floor; what this engine made for the same body
    comes back as it was.

    Args:
        body: with ``betas`` (S,) the body of the stage.
        warn: hears of what is odd in a file that is used all the same.
    Raises:
        EngineError: ``bad_request`` with one sentence if the file is missing, broken, or of another kind.
    """
    conf = setup.conf
    _check_there(path)
    kind = path.suffix.lower()
    if kind == ".npz":
        read = read_amass(path, warn)
        poses, root, own = _from_poses(read, path, setup, body, betas, warn)
        hands = read.hands if read.hands is None or read.own else from_straight(read.hands)
        rate = read.fps
    else:
        take = read_bvh(path, warn) if kind == ".bvh" else read_gltf(path, warn)
        poses, root, own, hands = _from_take(take, path, setup, full_joints(body, betas), warn)
        if hands is None and body.fingers is None and find_fingers(take):
            hands = np.zeros((len(poses), 2, 45), np.float32)  # so that it is said that they are left out
        rate = take.fps
    if not own and len(poses) > 1 and np.ptp(root, axis=0).max() < STILL and np.ptp(poses[:, 1:], axis=0).max() > 0.02:
        warn(f"{path.name} moves joints but no path: the avatar stays where it stands.")
    whole = poses if hands is None else np.concatenate([poses, hands.reshape(len(hands), -1, 3)], 1)
    whole, root = _at_rate(path, whole, root, rate, conf.fps)
    poses = whole[:, :NUM_JOINTS]
    hands = None if hands is None else whole[:, NUM_JOINTS:].reshape(len(whole), 2, -1)
    poses, root = strengthen((poses, root) if own else facing_front(poses, root), conf.strength)
    if not own:
        # One shift brings the lowest contacts to the floor: jumps, steps and falls stay as they were.
        root = root - array([0, np.percentile(setup.skin.lowest(poses, root, setup.marks), 2), 0])
    every = poses[:: max(1, len(poses) // 200)].copy()
    every[:, 0] = 0
    best = every[distinct(every, conf.candidates, threshold=0.12)]
    return Brought((poses, root), conf.fps, best, own, hands)


def _check_there(path: Path) -> None:
    """Raise `EngineError` if the file does not exist or is of a kind that is not read."""
    if not path.exists():
        raise EngineError("bad_request", f"The motion file {path} does not exist.", "Give the path of one that does.")
    kind = path.suffix.lower()
    if path.is_dir() or kind not in KINDS:
        what = "is a folder" if path.is_dir() else f"is none of the files that are read ({', '.join(KINDS)})"
        hint = "Motion can be brought as BVH, AMASS npz, or glTF with its kin."
        if kind in (".fbx", ".dae", ".blend", ".c3d", ".usd", ".usdz"):
            hint = "Open it in Blender and use the add-on's Retarget, or export it from there as BVH."
        elif kind in (".pkl", ".pt", ".pth", ".npy"):
            hint = "Save its poses, trans and mocap_framerate with numpy.savez as an .npz file."
        raise EngineError("bad_request", f"{path.name} {what}.", hint)


def _from_poses(
    read: Poses, path: Path, setup: MotionSetup, body: Body, betas: Array, warn: Warn
) -> tuple[Array, Array, bool]:
    """Poses (T,24,3), pelvis positions (T,3), over the floor y = 0 in our own files, and whether they are ours."""
    conf, marks = setup.conf, setup.marks
    if read.own and conf.file_up in ("auto", "y"):
        joints, floor = marks.joints, 0.0
        theirs = read.betas if read.betas is not None and len(read.betas) == body.num_betas else betas
        same = np.allclose(theirs, betas, atol=1e-5)
        if not same:
            joints, floor = body.rest_joints(theirs), float(body.rest_vertices(theirs)[:, 1].min())
        root = read.trans + joints[0] - array([0, floor, 0])
        return read.poses, (root * (marks.leg / leg_length(joints))).astype(np.float32), same
    up, sure = str(conf.file_up), True
    if up == "auto":
        up, sure = find_up(read.poses, read.trans, read.fps, PRIORS[read.amass], floor=bool(read.trans.any()))
    if not sure:
        warn(f"{path.name} does not say which axis is up, and {_axis(up)} was taken; motion.file_up sets another.")
    poses, root = turned(read.poses, read.trans, up)
    leg = REFERENCE_LEG
    if read.betas is not None and not body.is_standard:  # the numbers are those of SMPL's own shapes
        shape = np.zeros(body.num_betas, np.float32)
        shape[: len(read.betas)] = read.betas[: body.num_betas]
        leg = leg_length(body.rest_joints(shape))
    return poses, (root * (marks.leg / leg)).astype(np.float32), False


def _axis(up: str) -> str:
    return up if up.startswith("-") else f"+{up}"


def _from_take(
    take: Take, path: Path, setup: MotionSetup, joints: Array, warn: Warn
) -> tuple[Array, Array, bool, Array | None]:
    """As `_from_poses`, for a file with a skeleton of its own, and the hands (T,2,45) if it brings fingers; ``joints``
    (24,3) or (54,3) are the body's at rest."""
    conf = setup.conf
    ours = in_our_order(take) if conf.file_up in ("auto", "y") else None
    kept = taken_over(ours, joints) if ours is not None else None
    if kept is not None:
        poses, places, hands = kept
        return poses, places - joints[0] + setup.marks.joints[0], True, hands
    poses, root, axes, stands, hands = retarget(take, path.name, joints)
    if conf.file_up == "auto":
        kind = "nobody stands" if not stands else "+y" if axes[1, 1] > 0.5 else "another axis"
        up, _ = find_up(poses, root, take.fps, RESTING[kind], floor=False)
    else:
        told = axes @ TURNS[conf.file_up][1]
        up = max(TURNS, key=lambda name: float(TURNS[name][1] @ told))
    return *turned(poses, root, up), False, hands


def _at_rate(path: Path, poses: Array, root: Array, rate: float, fps: float) -> Sequence:
    """The motion at another frame rate; a single frame is held for two."""
    frames = max(2, round((len(poses) - 1) / rate * fps) + 1)
    if frames > LONGEST:
        raise EngineError(
            "bad_request",
            f"{path.name} lasts {frames / fps / 60:.0f} minutes; at most {LONGEST / fps / 60:.0f} can be used.",
            "Cut it into pieces.",
        )
    if len(poses) == 1:
        return np.repeat(poses, 2, 0), np.repeat(root, 2, 0)
    if frames == len(poses) and abs(rate / fps - 1) * frames < 0.01:
        return poses, root
    return resample(poses, root, np.arange(frames) * (rate / fps))


def facing_front(poses: Array, root: Array) -> Sequence:
    """Turn a motion so that it begins facing +z; a pelvis that only swings in its gait is left as it is."""
    local = axis_angle_to_matrix(poses[:, 0])
    heading = yaw_of(local[0])
    if abs(heading) < np.radians(25):
        return poses, root
    turn = about_y(-heading)
    out = poses.copy()
    out[:, 0] = matrix_to_axis_angle(turn @ local)
    return out, (root @ turn.T).astype(np.float32)

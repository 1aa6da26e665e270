"""Measures generated motion beside the training pack: ``python -m engine.training.motion_report PACK``.

Foot skate: horizontal movement of a foot's ball per frame while it is within 3 cm of its lowest height in both frames.
Jitter: mean length of the third time derivative of the joints (m/s³). Range of motion: mean over joints of the 5th to
95th percentile spread of the rotation vector's length, in degrees. Diversity: mean distance in mm between the joints of
two motions at the same moment, relative to the pelvis: of one text under several seeds, and of different texts.
Reconstruction: mean joint position and angle errors of the two priors on clips they saw and on held-out ones.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import torch

from engine import motion
from engine.body import Body, load_body
from engine.motion.arrays import Array
from engine.motion.candidates import load_pose_codes
from engine.motion.codes import load_codes
from engine.motion.skeleton import positions_of, reference_joints
from engine.report import Silent
from engine.settings import MotionConfig
from engine.training import motion_prior, pose_prior
from engine.training.mocap import HELD_OUT, Clip, load_pack

TEXTS = (
    "walking", "walking slowly", "running", "jogging", "walking like a zombie", "marching", "dancing", "waving",
    "kicking a ball", "throwing a ball", "boxing", "sitting down", "jumping", "bowing", "sweeping the floor",
    "swinging a sword", "climbing stairs", "doing squats", "playing the guitar", "doing a cartwheel",
)  # fmt: skip


def figures(poses: Array, root: Array, joints: Array, fps: float) -> tuple[float, float, float]:
    """Foot skate (mm a frame in contact), jitter (m/s³) and range of motion (degrees) of one motion."""
    places = positions_of(poses, root, joints)
    balls = places[:, [10, 11]]
    low = balls[..., 1] < np.percentile(balls[..., 1], 5) + 0.03
    both = low[1:] & low[:-1]
    step = np.linalg.norm(np.diff(balls, axis=0)[..., [0, 2]], axis=-1)
    skate = float(step[both].mean() * 1000) if both.any() else 0.0
    jitter = float(np.linalg.norm(np.diff(places[:, :22], n=3, axis=0), axis=-1).mean() * fps**3)
    length = np.degrees(np.linalg.norm(poses[:, 1:22], axis=-1))
    return skate, jitter, float(np.mean(np.percentile(length, 95, axis=0) - np.percentile(length, 5, axis=0)))


def reconstruction(pack: dict[str, Clip]) -> None:
    """Print the errors of the shipped priors on clips that they saw and on held-out ones."""
    rest = torch.from_numpy(reference_joints())
    for name, clips in (
        ("seen", [clip for key, clip in pack.items() if key not in HELD_OUT]),
        ("held out", [pack[key] for key in HELD_OUT]),
    ):
        poses = torch.from_numpy(np.concatenate([clip.poses[::6] for clip in clips]))
        single = pose_prior.errors(load_pose_codes().prior, poses, rest)
        with torch.no_grad():
            data = torch.cat(motion_prior.windows(clips, 15, (1.0,)))
            whole = motion_prior.errors(load_codes().prior, data, rest)
        print(f"pose prior, {name}: {single[0]:.1f} mm {single[1]:.1f} degrees")
        print(f"motion prior, {name}: {whole[0]:.1f} mm {whole[1]:.1f} degrees")


def spread(motions: list[Array]) -> float:
    """Mean distance in mm of the joints (T,24,3) of every two motions at the same moment, relative to the pelvis."""
    local = [places[:, 1:22] - places[:, :1] for places in motions]
    return float(np.mean([np.linalg.norm(a - b, axis=-1).mean() for a, b in combinations(local, 2)]) * 1000)


def generated(body: Body, seeds: int) -> None:
    """Print the figures of generated motions: contact, jitter, range, time, diversity."""
    betas = np.zeros(body.num_betas, np.float32)
    rest = body.rest_joints(betas)
    rows, spent, first, within = [], [], [], []
    for text in TEXTS:
        takes = []
        for seed in range(seeds):
            began = time.process_time()
            made = motion.run(text, body, betas, None, MotionConfig(), torch.Generator().manual_seed(seed), Silent())
            spent.append(time.process_time() - began)
            takes.append(positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest))
            rows.append(figures(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest, made.fps))
        first.append(takes[0])
        within.append(spread(takes))
        row = np.mean(rows[-seeds:], 0)
        print(
            f"{text:24s} {made.source:8s} skate {row[0]:5.1f} jitter {row[1]:6.1f} range {row[2]:5.1f} "
            f"seeds {within[-1]:5.1f}"
        )
    skate, jitter, reach = np.mean(rows, 0)
    print(f"generated: skate {skate:.1f} mm a frame, jitter {jitter:.1f} m/s3, range {reach:.1f} degrees")
    print(f"diversity: {np.mean(within):.1f} mm between seeds of a text, {spread(first):.1f} mm between texts")
    print(f"processor time a motion: median {np.median(spent):.2f} s, most {max(spent):.2f} s (the first one loads)")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="motions of each text")
    args = parser.parse_args()
    torch.set_num_threads(1)
    pack = load_pack(args.pack)
    reconstruction(pack)
    generated(load_body(), args.seeds)
    clips = list(pack.values())
    skate, jitter, reach = np.mean([figures(c.poses, c.trans, reference_joints(), 30.0) for c in clips], 0)
    print(f"the pack: skate {skate:.1f} mm a frame, jitter {jitter:.1f} m/s3, range {reach:.1f} degrees")
    longest = [positions_of(c.poses[:60], c.trans[:60], reference_joints()) for c in clips if len(c.poses) >= 60]
    print(f"the pack: {spread(longest):.1f} mm between the first two seconds of its {len(longest)} longer clips")


if __name__ == "__main__":
    main()

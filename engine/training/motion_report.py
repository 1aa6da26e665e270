"""Measures generated motion beside the training pack: ``python -m engine.training.motion_report PACK``.

Foot skate: horizontal movement of a foot's ball per frame while it is within 3 cm of its lowest height in both frames.
Jitter: mean length of the third time derivative of the joints (m/s³). Range of motion: mean over joints of the 5th to
95th percentile spread of the rotation vector's length, in degrees.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from engine import motion
from engine.body import load_body
from engine.config import MotionConfig
from engine.motion.rotations import Array
from engine.motion.skeleton import positions_of, reference_joints
from engine.report import Silent
from engine.training.mocap import load_pack

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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    body = load_body()
    betas = np.zeros(body.num_betas, np.float32)
    rest = body.rest_joints(betas)
    rows, spent = [], []
    for text in TEXTS:
        began = time.process_time()
        made = motion.run(text, body, betas, None, MotionConfig(), torch.Generator().manual_seed(0), Silent())
        spent.append(time.process_time() - began)
        row = figures(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest, made.fps)
        rows.append(row)
        print(f"{text:24s} {made.source:8s} skate {row[0]:5.1f} jitter {row[1]:6.1f} range {row[2]:5.1f}")
    skate, jitter, reach = np.mean(rows, 0)
    print(f"generated: skate {skate:.1f} mm a frame, jitter {jitter:.1f} m/s3, range {reach:.1f} degrees")
    pack = [figures(c.poses, c.trans, reference_joints(), 30.0) for c in load_pack(args.pack).values()]
    skate, jitter, reach = np.mean(pack, 0)
    print(f"the pack:  skate {skate:.1f} mm a frame, jitter {jitter:.1f} m/s3, range {reach:.1f} degrees")
    print(f"processor time a motion: median {np.median(spent):.2f} s, most {max(spent):.2f} s (the first one loads)")


if __name__ == "__main__":
    main()

"""Avatars in motion: six moments of each, as the paper's authors show theirs.

    .venv/bin/python -m benchmarks.moving OUT [--list FILE] [--seed 7]

OUT keeps the jobs, so that a run goes on where it stopped, and ``sheet.png``. A line of FILE is
``body | appearance | motion``; without it there are the four of the original's release.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine import protocol
from engine.motion.io import load_motion
from engine.render.stills import motion_row
from engine.rig.avatar import load_avatar, pose_avatar, uncover, with_hands
from engine.rig.pictures import surface_of

FOUR = """a tall and fat man | Iron Man | running
an overweight man | a sumo wrestler | sitting down
a skinny man | a ninja | raising both arms
a tall and skinny woman | a soldier | arguing"""
MOMENTS, SIZE, LABEL = 6, (270, 330), 18


def row(prompts: list[str], out: Path, seed: int) -> Image.Image:
    """One avatar's moments, made in a job folder of ``out``."""
    folder = out / re.sub(r"[^a-z0-9]+", "-", " ".join(prompts).lower())
    asked = [part for name, text in zip(("--shape", "--appearance", "--motion"), prompts) for part in (name, text)]
    command = [sys.executable, "-m", "engine", "generate", *asked, "--seed", str(seed), "--out", str(folder)]
    subprocess.run([*command, "--set", "appearance.iterations=0"], check=True)
    result = folder / protocol.RESULT_DIR
    avatar, motion = uncover(load_avatar(result / protocol.AVATAR_NPZ)), load_motion(result / protocol.MOTION_NPZ)
    moments = np.linspace(0, len(motion.poses) - 1, MOMENTS + 1).round().astype(int)[:MOMENTS]
    hands = None if motion.hands is None else motion.hands[moments]
    frames = pose_avatar(avatar, with_hands(avatar, motion.poses[moments], hands), motion.trans[moments])
    picture = motion_row(frames, avatar.faces, avatar.colors, MOMENTS, SIZE, surface_of(avatar))
    page = Image.new("RGB", (picture.shape[1], picture.shape[0] + LABEL), "white")
    page.paste(Image.fromarray(picture), (0, 0))
    ImageDraw.Draw(page).text((4, picture.shape[0] + 2), " | ".join(prompts), fill="black")
    return page


def main() -> None:
    """All rows, one below the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--list", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    lines = (options.list.read_text(encoding="utf-8") if options.list else FOUR).splitlines()
    rows = [
        row([part.strip() for part in line.split("|")], options.out, options.seed) for line in lines if line.strip()
    ]
    sheet = Image.new("RGB", (rows[0].width, sum(one.height for one in rows)))
    for index, one in enumerate(rows):
        sheet.paste(one, (0, index * one.height))
    sheet.save(options.out / "sheet.png")


if __name__ == "__main__":
    main()

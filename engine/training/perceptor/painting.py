"""A picture of what a perceptor paints by its gradient alone: ``... painting OUT.png [--model DIR]``.

The exam's prompts (`engine.appearance.exam`), and some that name no garment.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine.appearance import views
from engine.appearance.exam import Canvas, questions
from engine.perceptor import load_perceptor
from engine.render.portrait import portraits
from engine.settings import ClipConfig

OTHERS = ("a firefighter", "a nurse", "a zombie", "Spider-Man")


def main() -> None:
    """Paint all prompts and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", help="folder of a perceptor; the bundled one if absent")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    canvas = Canvas(load_perceptor(ClipConfig(model=arguments.model)))
    covered = 1.08 * (canvas.extents.high - canvas.extents.low)
    cameras = [views.framed(canvas.extents.center, covered, angle, 3.0, 200) for angle in (20.0, 180.0)]
    texts = [question["text"] for question in questions()["prompts"]] + list(OTHERS)
    painted = canvas.paint(texts).numpy()
    columns = [np.concatenate(list(portraits(canvas.caster, colors, cameras)), 1) for colors in painted]
    half = len(columns) // 2
    sheet = np.concatenate([np.concatenate(columns[:half], 2), np.concatenate(columns[half:], 2)], 1)
    Image.fromarray((sheet.transpose(1, 2, 0) * 255).round().astype(np.uint8)).save(arguments.out)


if __name__ == "__main__":
    main()

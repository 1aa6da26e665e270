"""A contact sheet of varied prompts: front, side and back of each, with how sound its surface is.

    .venv/bin/python -m benchmarks.appearance_sheet OUT [--preset draft] [--set appearance.iterations=20] [--only 3]

Work is kept in OUT, so that a run that was stopped goes on. The sheet is OUT/sheet.png, the figures are in
OUT/sheet.md.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from engine import shape
from engine.appearance import ResidualField, Runner
from engine.appearance.quality import Soundness, measure
from engine.report import Silent

PROMPTS = (
    ("a strong man", "a firefighter"),
    ("an old man", "a wizard with a tall blue hat and a wooden staff"),
    ("a woman", "a nurse in white"),
    ("a huge bodybuilder", "a samurai in red armour with a katana"),
    ("a tall black woman", "an astronaut"),
    ("a slim young woman", "a ballerina in a white tutu"),
    ("a man", "a police officer"),
    ("a strong man", "a knight in silver armour with a sword and a red shield"),
    ("a very fat man", "a chef in a white apron"),
    ("a man", "a pirate in a red coat"),
    ("a woman", "a businesswoman in a grey suit"),
    ("a muscular man", "a boxer in blue shorts"),
    ("a thin man", "a punk with a green mohawk"),
    ("a man", "a monk in an orange robe"),
    ("a muscular man", "a superhero in a blue suit and a red cape"),
    ("a man", "a farmer in blue dungarees and a straw hat"),
    ("a slim man", "a ninja in black"),
    ("a woman", "a swimmer in a yellow swimsuit"),
    ("a fat old man", "a king with a golden crown and a red cape"),
    ("a strong man", "a construction worker with a yellow helmet"),
    ("a tall woman", "a woman in a green gown"),
    ("a little boy", "a pirate with an eye patch and a cutlass"),
    ("a man", "a clown with a red nose"),
    ("an old woman", "a hiker with a backpack and brown boots"),
    ("a tall strong man", "a viking with a horned helmet and an axe"),
    ("a young woman", "a fairy in a green dress with wings"),
    ("an old woman", "a witch with a pointed hat"),
    ("a man", "a cowboy"),
    ("a woman", "an Egyptian queen"),
    ("a fat old man", "Santa Claus"),
    ("a man", "a man in a grey hoodie and blue jeans"),
    ("a woman", "a woman in a red polka dot dress"),
    ("a man", "a businessman in a black suit and a red tie"),
    ("a strong man", "a demon with red skin, horns and wings"),
    ("a strong man", "a green orc warrior"),
    ("a woman", "a mermaid with a turquoise tail"),
)
"""Shape and appearance."""
AZIMUTHS = (0.0, 90.0, 180.0)
SIDE, COLUMNS, LABEL = 160, 3, 16


def avatar(
    body: str, prompt: str, out: Path, preset: str, overrides: dict[str, str]
) -> tuple[list[Image.Image], Soundness]:
    """The pictures and the soundness of one avatar."""
    folder = out / re.sub(r"[^a-z0-9]+", "-", prompt.lower())
    runner = Runner(prompt, preset, overrides=overrides, folder=folder, body_prompt=body)
    found = shape.run(body, runner.body, runner.perceptor, runner.config.shape, torch.Generator(), Silent())
    runner.betas = found.betas
    field = runner.train()
    if not isinstance(field, ResidualField):
        raise SystemExit("The sheet is of the shell renderer's avatars.")
    return [runner.picture(azimuth, SIDE) for azimuth in AZIMUTHS], measure(field)


def sheet(done: list[tuple[str, list[Image.Image]]]) -> Image.Image:
    """All avatars, `COLUMNS` of them beside each other, with their prompts."""
    rows = -(-len(done) // COLUMNS)
    wide = SIDE * len(AZIMUTHS)
    page = Image.new("RGB", (wide * COLUMNS, rows * (SIDE + LABEL)), "white")
    draw = ImageDraw.Draw(page)
    for index, (prompt, pictures) in enumerate(done):
        x, y = index % COLUMNS * wide, index // COLUMNS * (SIDE + LABEL)
        for column, picture in enumerate(pictures):
            page.paste(picture, (x + column * SIDE, y))
        draw.text((x + 4, y + SIDE + 2), prompt, fill="black")
    return page


def main() -> None:
    """Make what is missing, then the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", default="draft")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--only", type=int, default=len(PROMPTS), help="the first so many prompts")
    options = parser.parse_args()
    overrides = dict(pair.split("=", 1) for pair in options.overrides)
    options.out.mkdir(parents=True, exist_ok=True)
    done: list[tuple[str, list[Image.Image]]] = []
    lines = ["| prompt | CPU s | floaters | cavities | mean mm | most mm | steepness |", "| --- |" + " --- |" * 6]
    for body, prompt in PROMPTS[: options.only]:
        began = time.process_time()
        pictures, found = avatar(body, prompt, options.out, options.preset, overrides)
        spent = time.process_time() - began
        done.append((f"{body} | {prompt}", pictures))
        lines.append(
            f"| {body}, {prompt} | {spent:.0f} | {found.floaters} | {found.cavities} | {found.deviation:.2f} "
            f"| {found.farthest:.1f} | {found.steepness:.2f} |"
        )
        print(lines[-1], flush=True)
        sheet(done).save(options.out / "sheet.png")
        (options.out / "sheet.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

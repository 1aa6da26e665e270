"""A contact sheet of varied prompts: front, side, back and head of each.

    .venv/bin/python -m benchmarks.appearance_sheet OUT [--set appearance.iterations=0] [--list FILE] [--part 1/2]

Work is kept in OUT, so that a run that was stopped goes on; parts may run beside each other, and the last one to end
makes the whole sheet. FILE has a line "body | appearance" for each avatar. The sheet is OUT/sheet.png, the figures are
in OUT/sheet.md.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from engine import shape
from engine.appearance import Runner
from engine.appearance.runner import Wearer
from engine.body import stand_pose
from engine.render.stills import body_views
from engine.report import Silent
from engine.wardrobe.surfaces import surface_of

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
VIEWS = ("front", "side", "back", "head")
SHRINK, COLUMNS, LABEL = 2, 3, 16


def avatar(body: str, prompt: str, out: Path, preset: str, overrides: dict[str, str]) -> str:
    """Make one avatar's picture in ``out``, and say what it took."""
    folder = out / slug(body, prompt)
    if (folder / "line.txt").exists():
        return (folder / "line.txt").read_text(encoding="utf-8")
    began = time.process_time()
    runner = Runner(prompt, preset, overrides=overrides, folder=folder, wearer=Wearer(body))
    found = shape.run(
        body, runner.body, runner.perceptor, runner.config.shape, torch.Generator(), Silent(), runner.meaning.build
    )
    runner.betas = found.betas
    layers = runner.train().layers()
    spent = time.process_time() - began
    seen = layers.faces[~layers.covered[layers.faces].all(1)]
    owners = layers.face_layers[~layers.covered[layers.faces].all(1)]
    surface = surface_of(
        layers.materials,
        layers.vertex_layers,
        owners,
        roughness=layers.roughness,
        metallic=layers.metallic,
        opacity=layers.opacity,
        canonical=layers.canonical,
    )
    head = runner.body.pose(runner.betas, stand_pose()[None])[1][0][15]
    views = body_views(layers.vertices, seen, layers.colors, head, surface=surface)
    picture = Image.fromarray(np.concatenate([views[name] for name in VIEWS], axis=1))
    picture.resize((picture.width // SHRINK, picture.height // SHRINK), Image.Resampling.LANCZOS).save(
        folder / "sheet.png"
    )
    line = f"| {body}, {prompt} | {', '.join(layers.names)} | {len(layers.vertices):,} | {len(seen):,} | {spent:.0f} |"
    (folder / "line.txt").write_text(line, encoding="utf-8")
    return line


def slug(body: str, prompt: str) -> str:
    """A folder's name."""
    return re.sub(r"[^a-z0-9]+", "-", f"{body} {prompt}".lower())


def sheet(prompts: Sequence[tuple[str, str]], out: Path) -> Image.Image:
    """All avatars, `COLUMNS` of them beside each other, with their prompts."""
    pictures = [Image.open(out / slug(*prompt) / "sheet.png") for prompt in prompts]
    wide, high = pictures[0].size
    page = Image.new("RGB", (wide * COLUMNS, -(-len(pictures) // COLUMNS) * (high + LABEL)), "white")
    draw = ImageDraw.Draw(page)
    for index, (prompt, picture) in enumerate(zip(prompts, pictures)):
        x, y = index % COLUMNS * wide, index // COLUMNS * (high + LABEL)
        page.paste(picture, (x, y))
        draw.text((x + 4, y + high + 2), " | ".join(prompt), fill="black")
    return page


def main() -> None:
    """Make what is missing, then the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", default="draft")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--list", type=Path, help="other prompts than the script's own")
    parser.add_argument("--part", default="1/1", help="such as 2/3: every third prompt from the second on")
    options = parser.parse_args()
    overrides = dict(pair.split("=", 1) for pair in options.overrides)
    options.out.mkdir(parents=True, exist_ok=True)
    prompts: Sequence[tuple[str, str]] = PROMPTS
    if options.list:
        lines = options.list.read_text(encoding="utf-8").splitlines()
        prompts = [
            (body.strip(), text.strip()) for body, _, text in (line.partition("|") for line in lines if line.strip())
        ]
    part, parts = (int(number) for number in options.part.split("/"))
    for body, prompt in prompts[part - 1 :: parts]:
        print(avatar(body, prompt, options.out, options.preset, overrides), flush=True)
    done = [options.out / slug(*prompt) / "line.txt" for prompt in prompts]
    if all(path.exists() for path in done):
        sheet(prompts, options.out).save(options.out / "sheet.png")
        table = ["| prompt | layers | vertices | faces seen | CPU s |", "| --- | --- | --- | --- | --- |"]
        text = "\n".join([*table, *(path.read_text(encoding="utf-8") for path in done), ""])
        (options.out / "sheet.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

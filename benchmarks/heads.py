"""Sheets of heads from the front and three quarters, and of the hand poses.

    .venv/bin/python -m benchmarks.heads OUT [--list FILE] [--part 1/2] [--size 512]     # OUT/heads.jpg
    .venv/bin/python -m benchmarks.heads OUT --hands                        # OUT/hands.jpg

Each head is kept in OUT, so that a run that was stopped goes on, and the last of several parts beside each other makes
the sheet. FILE has a line "body | appearance" for each head; a line's number is its seed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.body import Body, load_body, stand_pose
from engine.body.fingers import SIDES, full_pose, posed_body
from engine.body.hands import hand_pose
from engine.protocol import JOINT_NAMES
from engine.render.camera import Camera
from engine.render.scene import Scene
from engine.shape.bodies import bundled
from engine.wardrobe import dressing
from engine.wardrobe.canonical import canonical_coordinates
from engine.wardrobe.head import paint_bare
from engine.wardrobe.layers import Layer, joined
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Look
from engine.wardrobe.readout import expected_shape
from engine.wardrobe.surfaces import surface_of

HEADS = (
    ("a young woman", "long wavy brown hair and freckles, a green t-shirt"),
    ("an old man", "a grey moustache, short hair, a white t-shirt"),
    ("a black man", "a short beard, a white tank top"),
    ("a black woman", "an afro and golden earrings, a yellow tank top"),
    ("a little girl of six", "a blond ponytail, a pink t-shirt"),
    ("a man", "a full beard and brown hair in a bun, a red t-shirt"),
    ("a Japanese woman", "a black bob, a navy t-shirt"),
    ("a fat man", "bald, a goatee, glasses, a blue t-shirt"),
    ("a strong man", "a green orc with tusks"),
    ("a slim young woman", "an elf with long white hair and pointed ears, a green tank top"),
    ("a man", "a zombie in a torn t-shirt"),
    ("a wrinkled woman of ninety", "white hair in a bun, glasses, a purple t-shirt"),
    ("a young man", "a punk with a green mohawk, a black tank top"),
    ("a boy of eight", "a red baseball cap, brown hair, a yellow t-shirt"),
    ("an Indian woman", "long black hair, a golden necklace, a red tank top"),
    ("a man", "a cowboy hat, stubble, a brown t-shirt"),
    ("a boy of three", "blond hair, a blue t-shirt"),
    ("an old man", "a wizard with a long white beard and a pointed blue hat, a grey t-shirt"),
    ("a woman of forty", "red hair in a ponytail, a grey t-shirt"),
    ("an Arab man", "a black beard and a white turban, a tank top"),
    ("a teenage girl", "pink medium hair, a black t-shirt"),
    ("a muscular man", "a viking with long blond hair and a beard, bare chest"),
    ("a Chinese man of sixty", "short grey hair, a black tank top"),
    ("a man with a broken nose and a square jaw", "curly brown hair, a white tank top"),
)
"""Body and appearance."""
HANDS = (
    "relaxed",
    "flat",
    "spread",
    "fist",
    "point",
    "thumb_up",
    "peace",
    "grip_small",
    "grip_large",
    "cup",
    "typing",
    "claw",
)
"""Hand poses."""
VIEWS, HEAD_COLUMNS = (0.0, 35.0), 4
HAND_SIZE, HAND_COLUMNS = 360, 4
LENS = 22.0
"""Degrees."""
PLAIN = Look("fair", "bald", "brown", "none", "brown", "brown", ())


def layers_of(body: Body, who: str, text: str, seed: int) -> tuple[list[Layer], NDArray]:
    """The layers of somebody, and where the head's joint is (3,)."""
    meaning = Meaning.of(text, who, seed)
    whole = f"{who}. {text}"
    numbers = np.clip(expected_shape(who).astype(np.float64), -1, 1)
    person = meaning.person
    numbers[4] = person.gender if person.gender is not None else numbers[4]
    betas = bundled().betas(numbers)
    layers = dressing.layers_of(meaning.look(np.random.default_rng(seed), seed), body, betas, seed, text=whole)
    return layers, body.pose(betas, stand_pose()[None])[1][0][JOINT_NAMES.index("head")]


def scene_of(layers: list[Layer]) -> Scene:
    """Layers in the studio."""
    whole = joined(layers)
    seen = ~whole.covered[whole.faces].all(1)
    surface = surface_of(
        whole.materials,
        whole.vertex_layers,
        whole.face_layers[seen],
        roughness=whole.roughness,
        metallic=whole.metallic,
        opacity=whole.opacity,
        canonical=whole.canonical,
    )
    return Scene(whole.vertices, whole.faces[seen], whole.colors, surface=surface)


def head_pictures(layers: list[Layer], joint: NDArray, size: int = 512) -> NDArray[np.uint8]:
    """(size, 2 size, 3) a head from the front and three quarters."""
    scene = scene_of(layers)
    own = layers[0].vertices
    top = float(own[(np.abs(own[:, [0, 2]] - joint[[0, 2]]) < 0.14).all(1), 1].max())
    high = top - float(joint[1])
    target = np.array([joint[0], joint[1] + 0.40 * high, joint[2] + 0.02])
    distance = 1.05 * high / np.tan(np.radians(LENS) / 2)
    pictures = []
    for azimuth in VIEWS:
        scene.light_from(azimuth)
        pictures.append(scene.photograph(Camera.orbit(target, distance, azimuth, 2.0, LENS, (size, size))))
    return np.concatenate(pictures, 1)


def hand_picture(body: Body, name: str, size: int = HAND_SIZE) -> NDArray[np.uint8]:
    """(size, size, 3) a left hand in a pose by name, its palm and thumb seen."""
    betas = bundled().betas(np.array([0, 0, 0, 0.1, 0.5]))
    pose = full_pose(stand_pose()[None], np.stack([hand_pose(name, side) for side in SIDES]))[0]
    vertices = posed_body(body, betas, pose)
    places = canonical_coordinates(body)
    colors = paint_bare(PLAIN, places, np.random.default_rng(0))
    near = (places[:, 0] > 0.60)[body.faces].all(1)
    rough = np.full(len(places), MATERIALS["skin"].roughness, np.float32)
    none = np.zeros(max(len(places), len(near)), np.int64)
    surface = surface_of(["skin"], none[: len(places)], none[: int(near.sum())], roughness=rough, canonical=places)
    scene = Scene(vertices, body.faces[near], colors, surface=surface)
    of_hand = vertices[places[:, 0] > 0.68]
    target = 0.5 * (of_hand.min(0) + of_hand.max(0))
    azimuth, reach = -48.0, 0.118
    scene.light_from(azimuth)
    camera = Camera.orbit(target, reach / np.tan(np.radians(LENS) / 2), azimuth, 0.0, LENS, (size, size))
    return scene.photograph(camera)


def page(pictures: list[NDArray[np.uint8]], columns: int) -> Image.Image:
    """Pictures of one size beside and below each other; grey where the last row is not full."""
    missing = -len(pictures) % columns
    pictures = [*pictures, *[np.full_like(pictures[0], 235)] * missing]
    rows = [np.concatenate(pictures[k : k + columns], 1) for k in range(0, len(pictures), columns)]
    return Image.fromarray(np.concatenate(rows, 0))


def main() -> None:
    """Make what is missing, then the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--list", type=Path, help="other heads than the script's own")
    parser.add_argument("--part", default="1/1", help="such as 2/3: every third head from the second on")
    parser.add_argument("--size", type=int, default=512, help="pixels of a picture's side")
    parser.add_argument("--hands", action="store_true", help="the sheet of hand poses instead")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    body = load_body()
    if options.hands:
        page([hand_picture(body, name) for name in HANDS], HAND_COLUMNS).save(options.out / "hands.jpg", quality=86)
        return
    heads = HEADS
    if options.list:
        lines = [line for line in options.list.read_text(encoding="utf-8").splitlines() if line.strip()]
        heads = tuple((who.strip(), text.strip()) for who, _, text in (line.partition("|") for line in lines))
    part, parts = (int(number) for number in options.part.split("/"))
    paths = [options.out / f"{number:02d}.png" for number in range(len(heads))]
    for number in range(part - 1, len(heads), parts):
        if not paths[number].exists():
            began = time.process_time()
            layers, joint = layers_of(body, *heads[number], number)
            Image.fromarray(head_pictures(layers, joint, options.size)).save(paths[number])
            print(f"{number} {' | '.join(heads[number])}: {time.process_time() - began:.0f} s", flush=True)
    if all(path.exists() for path in paths):
        page([np.asarray(Image.open(path)) for path in paths], HEAD_COLUMNS).save(options.out / "heads.jpg", quality=86)


if __name__ == "__main__":
    main()

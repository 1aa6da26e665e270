"""A sheet of all materials of the wardrobe, each on a ball and a post in the studio, about as near as a head's picture.

.venv/bin/python -m benchmarks.material_sheet sheet.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image, ImageDraw

from engine.render.camera import Camera
from engine.render.scene import Scene
from engine.render.surface import Surface
from engine.wardrobe.materials import MATERIALS, Material

SIDE, COLUMNS = 220, 7
USUAL = (0.55, 0.22, 0.16)
COLORS = {
    "skin": (0.91, 0.74, 0.62),
    "hair": (0.37, 0.23, 0.12),
    "eye": (0.24, 0.5, 0.77),
    "denim": (0.17, 0.29, 0.5),
    "wool": (0.08, 0.08, 0.08),
    "cotton": (0.96, 0.96, 0.95),
    "leather": (0.27, 0.16, 0.1),
    "rubber": (0.1, 0.1, 0.1),
    "metal": (0.79, 0.82, 0.85),
    "mail": (0.6, 0.63, 0.65),
    "wood": (0.52, 0.35, 0.18),
    "stone": (0.56, 0.58, 0.57),
}
"""SRGB of materials; the others are `USUAL`."""


def objects() -> tuple[np.ndarray, np.ndarray]:
    """A ball of 17 cm and a post beside it: vertices (V, 3) and faces (F, 3)."""
    ball = trimesh.creation.icosphere(6, 0.085).apply_translation((-0.045, 0.085, 0.0))
    post = trimesh.creation.cylinder(0.035, 0.17, sections=128).subdivide().subdivide()
    post.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    both = trimesh.util.concatenate([ball, post.apply_translation((0.085, 0.085, 0.02))])
    return np.asarray(both.vertices, np.float32), np.asarray(both.faces, np.int32)


def picture(material: Material) -> Image.Image:
    """The two objects of one material."""
    vertices, faces = objects()
    count = len(vertices)
    surface = Surface(
        np.full(count, material.roughness, np.float32),
        np.full(count, material.metallic, np.float32),
        None,
        np.full(count, material.softness, np.float32),
        np.full(count, material.scatter, np.float32),
        vertices,
        np.zeros(len(faces), np.int32),
        (material,),
    )
    colors = np.tile(COLORS.get(material.name, USUAL), (count, 1))
    camera = Camera.orbit(np.array([-0.01, 0.08, 0.0]), 0.66, 0.0, 12.0, 22.0, SIDE)
    shown = Image.fromarray(Scene(vertices, faces, colors, surface=surface).photograph(camera))
    ImageDraw.Draw(shown).text((4, 4), material.name, fill="black")
    return shown


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    page = Image.new("RGB", (SIDE * COLUMNS, SIDE * -(-len(MATERIALS) // COLUMNS)), "white")
    for index, material in enumerate(MATERIALS.values()):
        page.paste(picture(material), (index % COLUMNS * SIDE, index // COLUMNS * SIDE))
    page.save(out)


if __name__ == "__main__":
    main()

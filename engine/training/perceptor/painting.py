"""Paint a bare body by gradient ascent alone: ``python -m engine.training.perceptor.painting OUT.png [--model DIR]``.

Every vertex of a grey body has a colour of its own, and nothing but the perceptor's cosine moves it: no outfit
codebook, no field, no smoothness. What appears shows whether the perceptor's gradients lie where a person would paint.
Prints the share of the named garments that are nearest to their colour of eleven in the end.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from engine.appearance import views
from engine.appearance.guidance import augment
from engine.body import load_body, stand_pose
from engine.perceptor import Perceptor, load_perceptor, prompts
from engine.render.camera import Camera
from engine.render.oklab import oklab
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.settings import ClipConfig
from engine.training.perceptor.zero_shot import BASIC
from engine.wardrobe.canonical import Points, canonical_coordinates
from engine.wardrobe.outfit import COLORS
from engine.wardrobe.regions import REGIONS

PROMPTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("a person in a red t-shirt and blue trousers", {"t_shirt": "red", "trousers": "blue"}),
    ("a person in a blue t-shirt and red trousers", {"t_shirt": "blue", "trousers": "red"}),
    ("someone with a yellow jacket, black trousers and white shoes",
     {"jacket": "yellow", "trousers": "black", "shoes": "white"}),
    ("a man in a green sweater, brown shorts and black boots",
     {"long_sleeve": "green", "shorts": "brown", "boots": "black"}),
    ("a woman in an orange jumpsuit and purple boots", {"jumpsuit": "orange", "boots": "purple"}),
    ("a person in a pink hoodie and grey leggings", {"hoodie": "pink", "leggings": "grey"}),
    ("a firefighter", {}), ("a nurse", {}), ("a zombie", {}), ("Spider-Man", {}),
)  # fmt: skip
STEPS, RATE, SIZE = 150, 0.08, 128


class Canvas:
    """A bare body with fixed cameras around it."""

    def __init__(self, perceptor: Perceptor) -> None:
        body = load_body()
        vertices, joints = (part[0] for part in body.pose(np.zeros(body.num_betas), stand_pose()[None]))
        self.perceptor, self.canonical, self.faces = perceptor, canonical_coordinates(body), body.faces
        self.caster = MeshRaycaster(vertices, body.faces)
        self.stance = views.Stance.of(vertices, joints)
        covered = 1.15 * (self.stance.high - self.stance.low)
        self.cameras: list[tuple[str, Camera]] = [
            ("back" if abs(angle) > 120 else "body", views.framed(self.stance.center, covered, angle, 5.0, SIZE))
            for angle in (-40.0, -20.0, 0.0, 20.0, 40.0, 180.0)
        ]
        self.cameras += [
            ("face", views.face_view(self.stance, angle, 0.0, 0.38, SIZE).camera) for angle in (-20.0, 15.0)
        ]
        self.hits = [self.caster.cast(camera) for _, camera in self.cameras]

    def picture(self, colors: Tensor, index: int) -> Tensor:
        """(1, 3, SIZE, SIZE) the body from one camera before white, softly lit."""
        hits = self.hits[index]
        mask = torch.from_numpy(hits.mask)
        corners = colors[torch.from_numpy(self.faces[hits.face[hits.mask]]).long()]  # (M, 3, 3)
        seen = (corners * torch.from_numpy(hits.bary[hits.mask])[..., None]).sum(1)
        shade = torch.from_numpy(0.6 + 0.4 * np.clip(hits.normal[hits.mask] @ [0.2, 0.4, 0.9], 0, 1)).float()
        picture = torch.ones(SIZE, SIZE, 3).index_put((mask,), seen * shade[:, None])
        return picture.permute(2, 0, 1)[None]

    def paint(self, text: str) -> Tensor:
        """(V, 3) colours that the perceptor's gradient leads to."""
        templates = {"body": prompts.body, "back": prompts.back, "face": prompts.face}
        wanted = {kind: self.perceptor.encode_text([template(text)])[0] for kind, template in templates.items()}
        free = torch.zeros(len(self.canonical), 3, requires_grad=True)
        optimizer = torch.optim.Adam([free], RATE)
        generator = torch.Generator().manual_seed(0)
        for step in range(STEPS):
            index = int(torch.randint(len(self.cameras), (1,), generator=generator)) if step % 2 else step // 2 % 5
            picture = augment(self.picture(free.sigmoid(), index), self.perceptor.input_size, generator)
            score = (self.perceptor.encode_image(picture)[0] * wanted[self.cameras[index][0]]).sum()
            optimizer.zero_grad()
            (-score).backward()
            optimizer.step()
        return free.detach().sigmoid()

    def agrees(self, colors: NDArray, kind: str, color: str) -> bool:
        """Whether most of a garment's region is nearest to its colour among the basic ones."""
        inside = REGIONS[kind].mask(Points(self.canonical, 0.003)) > 0.5
        known = oklab(np.array([COLORS[name] for name in BASIC]))
        nearest = np.linalg.norm(oklab(colors[inside])[:, None] - known, axis=2).argmin(1)
        return BASIC[int(np.bincount(nearest, minlength=len(BASIC)).argmax())] == color


def main() -> None:
    """Paint all prompts, print the share of right garments and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", help="folder of a perceptor; the bundled one if absent")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    canvas = Canvas(load_perceptor(ClipConfig(model=arguments.model)))
    covered = 1.08 * (canvas.stance.high - canvas.stance.low)
    cameras = [views.framed(canvas.stance.center, covered, angle, 3.0, 200) for angle in (20.0, 180.0)]
    columns, right = [], []
    for text, garments in PROMPTS:
        colors = canvas.paint(text).numpy()
        found = [canvas.agrees(colors, kind, color) for kind, color in garments.items()]
        right += found
        columns.append(np.concatenate(list(portraits(canvas.caster, colors, cameras)), 1))
        print(f"{text}: {sum(found)} of {len(found)}", flush=True)
    print(f"garments in their colour: {np.mean(right):.0%} of {len(right)}")
    half = len(columns) // 2
    sheet = np.concatenate([np.concatenate(columns[:half], 2), np.concatenate(columns[half:], 2)], 1)
    Image.fromarray((sheet.transpose(1, 2, 0) * 255).round().astype(np.uint8)).save(arguments.out)


if __name__ == "__main__":
    main()

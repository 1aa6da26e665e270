"""The painting exam: how well a perceptor's gradients put colours where a person would.

    python -m engine.appearance.exam [--model FOLDER|HUB_ID|FILE ...]

Every vertex of a grey body has a colour of its own, and nothing but the perceptor's cosine moves it: no outfit, no
field, no smoothness. Judged is the share of the garments in a dozen prompts (``exam.toml``) whose region ends nearest
to the named colour of eleven. The grade is kept by the perceptor's checksum (`engine.appearance.grades`).
"""

from __future__ import annotations

import argparse
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance import grades, views
from engine.appearance.guidance import augment
from engine.body import load_body, stand_pose
from engine.device import pick
from engine.perceptor import Perceptor, load_perceptor, prompts
from engine.render.camera import Camera
from engine.render.oklab import oklab
from engine.render.raycast import MeshRaycaster
from engine.settings import ClipConfig
from engine.wardrobe.canonical import Points, canonical_coordinates
from engine.wardrobe.outfit import COLORS
from engine.wardrobe.regions import REGIONS

STEPS, RATE, SIZE = 150, 0.08, 128


@cache
def questions() -> dict[str, Any]:
    """The exam's prompts and the names of its colours."""
    return tomllib.loads((Path(__file__).parent / "exam.toml").read_text(encoding="utf-8"))


class Canvas:
    """A bare body with fixed cameras around it."""

    def __init__(self, perceptor: Perceptor) -> None:
        body = load_body()
        vertices, joints = (part[0] for part in body.pose(np.zeros(body.num_betas), stand_pose()[None]))
        self.perceptor, self.canonical, self.faces = perceptor, canonical_coordinates(body), body.faces
        self.caster = MeshRaycaster(vertices, body.faces)
        self.extents = views.FigureExtents.of(vertices, joints)
        covered = 1.15 * (self.extents.high - self.extents.low)
        self.cameras: list[tuple[str, Camera]] = [
            ("back" if abs(angle) > 120 else "body", views.framed(self.extents.center, covered, angle, 5.0, SIZE))
            for angle in (-40.0, -20.0, 0.0, 20.0, 40.0, 180.0)
        ]
        self.cameras += [
            ("face", views.face_view(self.extents, angle, 0.0, 0.38, SIZE).camera) for angle in (-20.0, 15.0)
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
        names = questions()["colors"]
        inside = REGIONS[kind].mask(Points(self.canonical, 0.003)) > 0.5
        known = oklab(np.array([COLORS[name] for name in names]))
        nearest = np.linalg.norm(oklab(colors[inside])[:, None] - known, axis=2).argmin(1)
        found: str = names[int(np.bincount(nearest, minlength=len(names)).argmax())]
        return found == color


def examine(perceptor: Perceptor, tell: Any = lambda text, right, all: None) -> grades.Grade:
    """Let a perceptor paint all prompts.

    Args:
        perceptor: the candidate.
        tell: hears each prompt, how many of its garments are right and of how many.
    """
    canvas, right = Canvas(perceptor), []
    for question in questions()["prompts"]:
        colors = canvas.paint(question["text"]).cpu().numpy()
        found = [canvas.agrees(colors, kind, color) for kind, color in question["garments"].items()]
        right += found
        tell(question["text"], sum(found), len(found))
    return grades.Grade(perceptor.name, float(np.mean(right)), len(right))


def main() -> None:
    """Examine the perceptor that is named, keep its grade and say what follows from it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", nargs="*", help="as clip.model; the bundled one if absent")
    options = parser.parse_args()
    torch.set_num_threads(1)
    conf = ClipConfig(model=tuple(options.model) if options.model else None)
    perceptor = load_perceptor(conf, str(pick("auto")))
    grade = examine(perceptor, lambda text, right, all: print(f"{text}: {right} of {all}", flush=True))
    grades.keep(perceptor.checksum, grade)
    print(f"{perceptor.name}: {grade.painting:.0%} of {grade.garments} garments in their colour")
    print(grades.strength_of(grade))


if __name__ == "__main__":
    main()

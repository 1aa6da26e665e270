"""The painting exam: how well guidance by a perceptor puts colours where a person would.

    python -m engine.appearance.exam [--model FOLDER|HUB_ID|FILE ...] [--judge FOLDER|HUB_ID|FILE ...]

Every vertex of a grey body has a colour of its own, and nothing but the guidance moves it: no outfit, no field, no
smoothness. Judged is the share of the garments in a dozen prompts (``exam.toml``) of whose region most of what is seen
from four sides is nearest to the named colour of eleven; a second perceptor may judge beside that. The grade is kept by
the perceptor's checksum (`engine.appearance.grades`).

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import reader
from engine.appearance import grades, views
from engine.appearance.guidance import Guide
from engine.appearance.part_texts import part_texts
from engine.body import NEUTRAL_GREY, load_body, stand_pose
from engine.device import pick
from engine.perceptor import Perceptor, load_perceptor
from engine.render.oklab import oklab
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.settings import ClipConfig, ClipGuidanceConfig
from engine.tables import read_as
from engine.wardrobe.canonical import Points, canonical_coordinates
from engine.wardrobe.garment_masks import GARMENT_MASKS
from engine.wardrobe.outfit import COLORS

STEPS, RATE, SIZE, VIEWS = 150, 0.08, 128, 64
SIDES = (0.0, 90.0, 180.0, -90.0)
"""Azimuths from which paintings are judged."""


class Question(TypedDict):
    """A prompt, and the colours in which its garments must be by their kinds."""

    text: str
    garments: dict[str, str]


PromptSet = Literal["prompts", "held_out"]


class Questions(TypedDict):
    """The exam's prompts and the names of its colours."""

    colors: list[str]
    prompts: list[Question]
    held_out: list[Question]


def read_questions(path: Path = Path(__file__).parent / "exam.toml") -> Questions:
    """The questions of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: Questions = read_as(path, Questions)
    return found


@cache
def questions() -> Questions:
    """The bundled exam."""
    return read_questions()


@dataclass(frozen=True)
class Opinion:
    """What another perceptor says of the paintings, in shares of the garments."""

    right: float
    """In their colour, as it sees them."""
    same: float
    """Of which it says the same as the regions' pixels do."""
    sees: float
    """Whose colour it names where their region is painted in just that one: what its word is worth."""


class Canvas:
    """A bare body, the views of guidance around it and those that it is judged from."""

    def __init__(self, perceptor: Perceptor) -> None:
        body = load_body()
        self.vertices, joints = (part[0] for part in body.pose(np.zeros(body.num_betas), stand_pose()[None]))
        self.perceptor, self.canonical, self.faces = perceptor, canonical_coordinates(body), body.faces
        self.caster = MeshRaycaster(self.vertices, body.faces)
        self.extents = views.FigureExtents.of(self.vertices, joints)
        generator = torch.Generator().manual_seed(1)
        self.views = [views.around_view(self.extents, index, SIZE, generator) for index in range(VIEWS)]
        self.hits = [self.caster.cast(view.camera) for view in self.views]
        covered = 1.1 * (self.extents.high - self.extents.low)
        self.sides = [self.caster.cast(views.framed(self.extents.center, covered, side, 5.0, SIZE)) for side in SIDES]
        self.seen = np.concatenate([self._corners(hits) for hits in self.sides])

    def _corners(self, hits: GBuffer) -> NDArray[np.int64]:
        """(M,) the vertex that each pixel shows."""
        return self.faces[hits.face[hits.mask], hits.bary[hits.mask].argmax(-1)].astype(np.int64)

    def pictures(self, colors: Tensor, hits: GBuffer) -> Tensor:
        """(N, 3, SIZE, SIZE) bodies of colours (N, V, 3) from one camera before white, softly lit."""
        mask = torch.from_numpy(hits.mask)
        corners = colors[:, torch.from_numpy(self.faces[hits.face[hits.mask]]).long()]  # (N, M, 3, 3)
        seen = (corners * torch.from_numpy(hits.bary[hits.mask]).float()[..., None]).sum(2)
        shade = torch.from_numpy(0.6 + 0.4 * np.clip(hits.normal[hits.mask] @ [0.2, 0.4, 0.9], 0, 1)).float()
        found = torch.ones(len(colors), SIZE, SIZE, 3)
        found[:, mask] = seen * shade[:, None]
        return found.permute(0, 3, 1, 2)

    def guide(self, text: str, share: float) -> Guide:
        """The guide of a prompt, as `engine.appearance.guidances.clip` has it."""
        parts = part_texts(reader.read(text, "appearance"), self.canonical, self.vertices[:, 1])
        return Guide(text, self.perceptor, parts=parts, share=share)

    def paint(self, texts: Sequence[str], share: float = ClipGuidanceConfig.parts) -> Tensor:
        """(N, V, 3) colours that guidance by each text leads to; ``share`` as `ClipGuidanceConfig.parts`."""
        guides = [self.guide(text, share) for text in texts]
        free = torch.zeros(len(texts), len(self.canonical), 3, requires_grad=True)
        optimizer = torch.optim.Adam([free], RATE)
        generator = torch.Generator().manual_seed(0)
        for _ in range(STEPS):
            index = int(torch.randint(VIEWS, (1,), generator=generator))
            wanted = torch.stack([guide.wanted(self.views[index]) for guide in guides])
            loss = guides[0].loss(self.pictures(free.sigmoid(), self.hits[index]), wanted, generator).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return free.detach().sigmoid()

    def region(self, kind: str) -> NDArray[np.bool_]:
        """(V,) whether vertices lie where a garment does."""
        found: NDArray[np.bool_] = GARMENT_MASKS[kind].mask(Points(self.canonical, 0.003)) > 0.5
        return found

    def answer(self, garments: dict[str, str]) -> NDArray[np.float32]:
        """(V, 3) what a question asks for: the grey body with garments, by kind, in named colours."""
        colors = np.full((len(self.canonical), 3), NEUTRAL_GREY, np.float32)
        for kind, color in garments.items():
            colors[self.region(kind)] = COLORS[color]
        return colors

    def shares(self, colors: NDArray, kind: str) -> dict[str, float]:
        """How much of what is seen of a garment's region is nearest to each of the basic colours."""
        names = questions()["colors"]
        seen = self.seen[self.region(kind)[self.seen]]
        known = oklab(np.array([COLORS[name] for name in names]))
        nearest = np.linalg.norm(oklab(colors[seen])[:, None] - known, axis=2).argmin(1)
        return dict(zip(names, (np.bincount(nearest, minlength=len(names)) / len(nearest)).tolist()))

    def judged(self, judge: Perceptor, colors: NDArray, kind: str, color: str) -> bool:
        """Whether another perceptor finds a garment's colour the likeliest of all, from the front and from behind."""
        names = questions()["colors"]
        told = judge.encode_text([f"a 3D rendering of a person in {name} {kind.replace('_', ' ')}" for name in names])
        painted = torch.from_numpy(colors)[None]
        pictures = torch.cat([self.pictures(painted, self.sides[side]) for side in (0, 2)])
        found: str = names[int((judge.encode_image(pictures) @ told.T).sum(0).argmax())]
        return found == color


def examine(
    perceptor: Perceptor,
    prompts: PromptSet = "prompts",
    judge: Perceptor | None = None,
    tell: Any = lambda text, found: None,
) -> tuple[grades.Grade, Opinion | None]:
    """Let a perceptor paint all prompts.

    Args:
        perceptor: the candidate.
        prompts: of the exam: ``prompts``, or ``held_out``, on which nothing was tuned.
        judge: another perceptor.
        tell: hears each prompt and which of its garments are right.

    Returns:
        The grade by regions, and the judge's opinion.
    """
    canvas, asked = Canvas(perceptor), questions()[prompts]
    painted = canvas.paint([question["text"] for question in asked]).cpu().numpy()
    right: list[bool] = []
    clean: list[float] = []
    heard: list[bool] = []
    sees: list[bool] = []
    for question, colors in zip(asked, painted):
        found = {}
        for kind, color in question["garments"].items():
            shares = canvas.shares(colors, kind)
            found[kind] = max(shares, key=shares.__getitem__) == color
            clean.append(shares[color])
            if judge is not None:
                heard.append(canvas.judged(judge, colors, kind, color))
                sees.append(canvas.judged(judge, canvas.answer(question["garments"]), kind, color))
        right += found.values()
        tell(question["text"], found)
    grade = grades.Grade(perceptor.name, float(np.mean(right)), float(np.mean(clean)), len(right))
    if judge is None:
        return grade, None
    return grade, Opinion(float(np.mean(heard)), float(np.mean(np.equal(heard, right))), float(np.mean(sees)))


def main() -> None:
    """Examine the perceptor that is named, keep its grade and say what follows from it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", nargs="*", help="as clip.model; the bundled one if absent")
    parser.add_argument("--judge", nargs="*", help="another perceptor that judges beside the regions, likewise")
    options = parser.parse_args()
    torch.set_num_threads(1)

    def load(model: Sequence[str] | None) -> Perceptor:
        return load_perceptor(ClipConfig(model=tuple(model) if model else None), str(pick("auto")))

    def tell(text: str, found: dict[str, bool]) -> None:
        print(f"{text}: " + ", ".join(f"{k} {'right' if ok else 'wrong'}" for k, ok in found.items()), flush=True)

    perceptor = load(options.model)
    judge = None if options.judge is None else load(options.judge)
    for prompts in reversed(get_args(PromptSet)):
        grade, opinion = examine(perceptor, prompts, judge, tell)
        print(
            f"{perceptor.name}, {prompts}: {grade.painting:.0%} of {grade.garments} garments in their colour, and "
            f"{grade.clean:.0%} of all that is seen of them"
        )
        if judge is not None and opinion is not None:
            print(
                f"{judge.name} sees {opinion.right:.0%} in their colour and says the same as the regions of "
                f"{opinion.same:.0%}; of regions painted in just the colour it knows {opinion.sees:.0%}"
            )
    grades.keep(perceptor.checksum, grade)
    print(grades.strength_of(grade))


if __name__ == "__main__":
    main()

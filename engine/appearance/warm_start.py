"""Where guidance starts: the outfit that fits the text best.

The paper starts from a grey body and finds every colour by gradient, which takes hours. Here what the text says is
worn (`engine.wardrobe.meaning`), and CLIP decides between looks that differ in what it leaves open, on the very body,
by pictures from the front, from behind and of the face, within seconds. A perceptor of the user's also brings outfits
of its own choice (`engine.appearance.outfit_ranking`) and decides between them and the reader's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance import views
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor, prompts
from engine.perceptor.codebook import embed_pictures
from engine.render.portrait import portraits
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.costume import Costume
from engine.wardrobe.dress import DressedBody, Wardrobe
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Look


@dataclass(frozen=True)
class Views:
    """From where a look is judged, and what each kind of picture counts."""

    body: tuple[float, ...] = (-25.0, 25.0)
    """Degrees from the front of pictures of the figure. Set by hand."""
    back: tuple[float, ...] = (180.0,)
    """Degrees from the front of pictures of its back."""
    face: tuple[float, ...] = (15.0,)
    """Degrees from the front of pictures of its face. Set by hand."""
    body_share: float = 0.6
    """What pictures of the figure count in the score. Set by hand."""
    back_share: float = 0.1
    """What pictures of the back count in it. Set by hand."""
    face_share: float = 0.3
    """What pictures of the face count in it. Set by hand."""
    elevation: float = 3.0
    """Degrees above the level from which all but the face is seen. Set by hand."""
    covered: float = 1.12
    """Heights of the figure that its picture covers. Set by hand."""
    head: float = 0.38
    """Metres that the picture of a grown-up's face covers. Set by hand."""


VIEWS = Views()


class Fitting:
    """Judges looks on one body against one text, by pictures."""

    def __init__(self, text: str, body: Body, betas: NDArray, perceptor: Perceptor, wardrobe: Wardrobe) -> None:
        self.betas, self.perceptor, self.wardrobe = betas, perceptor, wardrobe
        joints = body.pose(betas, stand_pose()[None])[1][0]
        self.extents = views.FigureExtents.of(body.pose(betas, stand_pose()[None])[0][0], joints)
        templates = {"body": prompts.body, "back": prompts.back, "face": prompts.face}
        self.texts = {kind: perceptor.encode_text([template(text)])[0].cpu() for kind, template in templates.items()}

    def dress(self, look: Look) -> tuple[DressedBody, MeshRaycaster]:
        """The dressed body, and its caster in the stand pose."""
        figure = self.wardrobe.dress(look, self.betas)
        return figure, MeshRaycaster(figure.posed(stand_pose()), figure.faces)

    def pictures(self, look: Look) -> dict[str, Tensor]:
        """The look's pictures by kind of view, each (N, 3, S, S)."""
        figure, caster = self.dress(look)
        size, covered = self.perceptor.input_size, VIEWS.covered * (self.extents.high - self.extents.low)
        found = {}
        for kind in self.texts:
            angles: tuple[float, ...] = getattr(VIEWS, kind)
            if kind == "face":
                cameras = [views.face_view(self.extents, angle, 0.0, VIEWS.head, size).camera for angle in angles]
            else:
                cameras = [views.framed(self.extents.center, covered, angle, VIEWS.elevation, size) for angle in angles]
            found[kind] = torch.from_numpy(portraits(caster, figure.colors, cameras))
        return found

    def score(self, look: Look) -> float:
        """The weighted cosine of the look's pictures with the text's."""
        pictures = self.pictures(look)
        return sum(
            getattr(VIEWS, f"{kind}_share")
            * float(F.cosine_similarity(embed_pictures(self.perceptor, pictures[kind]), text, dim=0))
            for kind, text in self.texts.items()
        )

    def still(self, look: Look, size: int = 288) -> NDArray[np.uint8]:
        """(size, size, 3) the dressed body, for the process video."""
        figure, caster = self.dress(look)
        camera = views.framed(self.extents.center, 1.08 * (self.extents.high - self.extents.low), 25.0, 5.0, size)
        picture = portraits(caster, figure.colors, [camera])[0]
        return (picture.transpose(1, 2, 0) * 255).round().astype(np.uint8)


def find_look(
    meaning: Meaning,
    fitting: Fitting,
    budget: int,
    generator: torch.Generator,
    report: Reporter,
    total: int,
    favourites: Sequence[Look] = (),
) -> tuple[Look, float]:
    """The best of the looks that have all that the texts say.

    Args:
        meaning: what the texts mean.
        fitting: judges looks on the body.
        budget: looks to be judged by pictures beside the first; 0 takes the first.
        generator: randomness of what the texts leave open.
        report: hears ``budget`` steps of ``total``, and sees the best outfit now and then.
        favourites: looks whose clothes a perceptor likes for the text, the best first. They take turns with the
            reader's own proposals; where the reader does not know who is meant, they stand in for them.

    Returns:
        The look and the mean cosine of its pictures.
    """
    rng = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    own = int(rng.integers(2**31))  # one person in all of them
    best, score, seen = None, -np.inf, set()
    for step in range(budget + 1):
        figure = None
        if favourites and (step % 2 or not meaning.sure):
            figure = costume_of(favourites[(step // 2 if meaning.sure else step) % len(favourites)])
        look = meaning.look(rng, own, figure)
        if look not in seen:
            seen.add(look)
            picture = fitting.score(look)
            if picture > score:
                best, score = look, picture
        if step % max(budget // 4, 1) == 0 and best is not None:
            report.preview(f"outfit-{step:06d}", fitting.still(best))
        if step:
            report.progress(step, total, score=score)
    assert best is not None
    return best, score


def costume_of(look: Look) -> Costume:
    """What somebody wears and is, as a figure's."""
    return Costume(
        look.garments,
        look.extras,
        look.skin,
        look.hair_style,
        look.hair_color,
        look.beard,
        look.beard_color,
        look.eye_color,
        frozenset({"torso", "legs", "feet"}),
        look.hair_cut,
    )

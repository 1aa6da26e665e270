"""How strongly a perceptor may sculpt: what follows from its grade in the painting exam."""

from __future__ import annotations

import contextlib
import json
import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.perceptor import Perceptor
from engine.protocol import write_atomically
from engine.settings import AppearanceConfig
from engine.userdata import cache_folder

SHIPPED = Path(__file__).parent / "grades.toml"
FILE = "grades.json"
POOR, GOOD = 0.6, 0.8
"""Shares up to which guidance is held as still as it can be, and from which on it is as free as in the paper."""
RELIEF, GROWTH = 0.025, 0.3
"""Metres by which guidance may move a surface: a relief, and new forms."""


@dataclass(frozen=True)
class Grade:
    """What a perceptor reached in the exam."""

    name: str
    painting: float
    """Share of the garments that were in their colour, by what is most of each."""
    clean: float
    """Share of all that is seen of these garments that is in their colour: less, where it is speckled or pale."""
    garments: int
    """How many there were."""


@dataclass(frozen=True)
class Strength:
    """Settings that follow from a grade where the conf leaves them null."""

    keep: float
    """loss.keep"""
    textureless: float
    """loss.textureless"""
    mask: float
    """loss.mask, where forms may grow"""
    relief: float
    """shell.relief, where forms may grow; layers keep theirs but for `RELIEF`"""


PAPER = Strength(0.0, 1.0, 0.0, GROWTH)
"""The paper's own weights, for perceptors that were not examined."""


def strength_of(grade: Grade | None, grows: bool = False) -> Strength:
    """The strength for a grade, or the paper's for none.

    A start in grey has no colours to lose: there a perceptor is trusted with them that puts them in their places. What
    is dressed already is left to one that also paints cleanly; so are forms.
    """
    if grade is None:
        return PAPER
    trust = grade.painting if grows else grade.clean
    colors, forms = (min(1.0, max(0.0, (share - POOR) / (GOOD - POOR))) for share in (trust, grade.clean))
    growth = GROWTH if forms == 1.0 else RELIEF
    return Strength(6.0 * (1 - colors), 0.5 + 0.5 * forms, 0.0 if forms == 1.0 else 1.0, growth)


def grade_of(checksum: str) -> Grade | None:
    """The grade of the perceptor with a checksum: this user's, or the shipped one."""
    return known().get(checksum)


def known() -> dict[str, Grade]:
    """All grades, shipped and of this user, by checksum."""
    found = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    with contextlib.suppress(OSError, ValueError):  # nothing was examined here
        own = json.loads((cache_folder() / FILE).read_text(encoding="utf-8"))
        found |= {checksum: grade for checksum, grade in own.items() if "clean" in grade}  # else of an older exam
    return {checksum: Grade(**grade) for checksum, grade in found.items()}


def keep(checksum: str, grade: Grade) -> None:
    """Remember a grade for this user."""
    path = cache_folder() / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    own = {key: asdict(value) for key, value in known().items()} | {checksum: asdict(grade)}
    write_atomically(path, json.dumps(own, indent=1))


def strengthened(conf: AppearanceConfig, perceptor: Perceptor, grows: bool) -> AppearanceConfig:
    """The settings with numbers for all that is left to the perceptor's grade.

    Args:
        conf: the settings.
        perceptor: who guides.
        grows: whether forms may grow, from the bare body and with a renderer for that; layers get a relief only.
    """
    strength = strength_of(grade_of(perceptor.checksum), grows)
    if not grows:
        strength = replace(strength, relief=RELIEF, mask=1.0)
    given = {name: getattr(conf.loss, name) for name in ("keep", "textureless", "mask")}
    loss = replace(conf.loss, **{name: getattr(strength, name) for name, value in given.items() if value is None})
    relief = strength.relief if conf.shell.relief is None else conf.shell.relief
    return replace(conf, loss=loss, shell=replace(conf.shell, relief=relief))

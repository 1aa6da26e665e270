"""How strongly a perceptor may sculpt: what follows from its grade in the painting exam."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.perceptor import Perceptor
from engine.protocol import write_atomically
from engine.settings import AppearanceConfig
from engine.tables import read_as
from engine.userdata import cache_folder

SHIPPED = Path(__file__).parent / "grades.toml"
FILE = "grades.json"
RELIEF, GROWTH = 0.025, 0.3
"""Metres by which guidance may move a surface: a relief, and new forms. Set by hand."""


@dataclass(frozen=True)
class Scale:
    """From a grade to what guidance may."""

    poor: float = 0.6
    """Share in the right colour up to which guidance is held as still as it can be. At a ``keep`` of 1 it does much
    harm at 45 % clean and little at 57 % (``benchmarks/README.md``, "Where grades begin to help")."""
    good: float = 0.8
    """The share from which on it is as free as ever. At 73 % clean it still does a little harm, at 87 % it helps (as
    above)."""
    keep: float = 6.0
    """``loss.keep`` of a poor perceptor. Set by hand, on drafts (``benchmarks/README.md``)."""
    least: float = 1.0
    """``loss.keep`` of a good perceptor on what is dressed already; without any, even one that knows the answer spoils
    more colours than it mends in a preset's steps (``benchmarks/README.md``, "Where grades begin to help")."""
    textureless: float = 0.5
    """``loss.textureless`` of a poor perceptor; the paper's is 1. Set by hand."""


SCALE = Scale()


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
    """For the setting loss.keep."""
    textureless: float
    """For the setting loss.textureless."""
    mask: float
    """For the setting loss.mask, where forms may grow."""
    relief: float
    """For the setting shell.relief, where forms may grow; layers move by `RELIEF` at most."""


PAPER = Strength(0.0, 1.0, 0.0, GROWTH)
"""The paper's own weights, for perceptors that were not examined."""


def strength_of(grade: Grade | None, grows: bool = False) -> Strength:
    """The strength for a grade, or the paper's for none.

    A start in grey has no colours to lose: there a perceptor is trusted with them that puts them in their places. What
    is dressed already is left to one that also paints cleanly, and never wholly; so are forms.
    """
    if grade is None:
        return PAPER
    trust = grade.painting if grows else grade.clean
    span = SCALE.good - SCALE.poor
    colors, forms = (min(1.0, max(0.0, (share - SCALE.poor) / span)) for share in (trust, grade.clean))
    textureless = SCALE.textureless + (1 - SCALE.textureless) * forms
    free = forms == 1.0
    keep = SCALE.keep + colors * ((0.0 if grows else SCALE.least) - SCALE.keep)
    return Strength(keep, textureless, 0.0 if free else 1.0, GROWTH if free else RELIEF)


def read_grades(path: Path = SHIPPED) -> dict[str, Grade]:
    """The grades of a file by checksum; `ValueError` names the file, the checksum, the key and what is wrong."""
    found: dict[str, Grade] = read_as(path, dict[str, Grade])
    return found


def grade_of(checksum: str) -> Grade | None:
    """The grade of the perceptor with a checksum: this user's, or the shipped one."""
    return known().get(checksum)


def known() -> dict[str, Grade]:
    """All grades, shipped and of this user, by checksum."""
    found = read_grades()
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):  # nothing, or by another version
        own = json.loads((cache_folder() / FILE).read_text(encoding="utf-8"))
        found |= {
            checksum: Grade(**grade) for checksum, grade in own.items() if "clean" in grade
        }  # else of older exams
    return found


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

"""How a user's words are put to the perceptor: the templates that work (AvatarCLIP, section 3 and supplement)."""

from __future__ import annotations

from collections.abc import Callable

from engine.perceptor.clip import Perceptor
from engine.report import Reporter

NEUTRAL_SHAPE = "a 3d rendering of a person in unreal engine"
"""What shape prompts are compared with."""


def body(text: str) -> str:
    """The whole avatar, for shape and appearance."""
    return f"a 3D rendering of {text.strip()} in unreal engine"


def face(text: str) -> str:
    """A close-up of the head."""
    return f"a 3D rendering of the face of {text.strip()} in unreal engine"


def back(text: str) -> str:
    """Views from behind."""
    return f"a 3D rendering of the back of {text.strip()} in unreal engine"


def motion(text: str) -> str:
    """A pose of a movement."""
    return f"a rendered 3d man is {text.strip()}"


def warn_of_cut(text: str, template: Callable[[str], str], perceptor: Perceptor, report: Reporter) -> None:
    """Say which of a user's words the perceptor has no room for when they stand in a template."""
    before = template("{}").partition("{}")[0]
    if words := perceptor.words_cut_off(before + text.strip()):
        report.warning(f"The text is longer than {perceptor.name} can read; these words are left out: {words}")

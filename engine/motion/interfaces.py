"""The seam of the motion stage: who makes the motion. Backends are found by their name (`engine.registry`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from engine.body import Body
from engine.motion.arrays import Array
from engine.motion.generate import MotionSetup
from engine.motion.hands import Span
from engine.motion.sequence import Sequence
from engine.report import Reporter

BACKENDS = "motion/backends"


@dataclass(frozen=True)
class MotionInputs:
    """What the stage is given."""

    prompt: str
    """t_motion, what the avatar does."""
    body: Body
    betas: Array
    """(S,) of the body."""
    perceptor: Any
    """Text and image encoder that is asked where words leave doubt, or None."""


@dataclass(frozen=True)
class Made:
    """A motion of a backend."""

    motion: Sequence
    fps: float
    candidates: Array
    """(K,24,3) the best first."""
    labels: tuple[str, ...]
    """Captions of the movements that answered."""
    source: str
    """What answered, for the manifest."""
    spans: tuple[Span, ...] = ()
    """What is done when, for hands."""
    finished: bool = False
    """Whether it is as it shall be: not turned to the front, and no arms freed from the body."""
    hands: Array | None = None
    """(T,2,45) axis-angle of the fingers, if the motion brings them."""


class Backend(Protocol):
    """Makes a motion; a function, called once."""

    def __call__(self, inputs: MotionInputs, setup: MotionSetup, report: Reporter) -> Made:
        """The motion, of as many frames as ``setup.conf`` says; reports steps 1 to 3 of 4."""
        ...

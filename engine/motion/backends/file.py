"""The motion of a file, brought onto the body."""

from __future__ import annotations

from pathlib import Path

from engine.motion.formats import from_file
from engine.motion.generate import MotionSetup
from engine.motion.interfaces import Made, MotionInputs
from engine.report import Reporter


def make(inputs: MotionInputs, setup: MotionSetup, report: Reporter) -> Made:
    """See `engine.motion.interfaces.Backend`; of the file's own frames.

    Raises:
        EngineError: ``bad_request`` if it is no motion.
    """
    path = Path(setup.conf.file or "").expanduser()
    brought = from_file(path, setup, inputs.body, inputs.betas, report.warning)
    done = brought.own and setup.conf.strength == 1.0
    return Made(brought.made, brought.fps, brought.best, (path.name,), "file", finished=done, hands=brought.hands)


COMPONENT = make

"""The paper's motion: candidate poses, and latents of the motion prior that pass through them under three losses."""

from __future__ import annotations

from engine.motion.generate import Stage
from engine.motion.parts import Made, MotionInputs
from engine.motion.proposals import propose, through
from engine.report import Reporter


def make(inputs: MotionInputs, stage: Stage, report: Reporter) -> Made:
    """See `engine.motion.parts.Backend`; with the bundled priors."""
    return through(propose(inputs, stage, report), inputs, stage, stage.codes, report)


PART = make

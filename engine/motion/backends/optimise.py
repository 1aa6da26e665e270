"""The paper's motion: candidate poses, and latents of the motion prior that pass through them under three losses."""

from __future__ import annotations

from engine.motion.generate import MotionSetup
from engine.motion.interfaces import Made, MotionInputs
from engine.motion.proposals import connect_candidates, propose
from engine.report import Reporter


def make(inputs: MotionInputs, setup: MotionSetup, report: Reporter) -> Made:
    """See `engine.motion.interfaces.Backend`; with the bundled priors."""
    return connect_candidates(propose(inputs, setup, report), inputs, setup, setup.codes, report)


COMPONENT = make

"""Motion through candidate poses with imported weights of the original: VPoser, its codebook or RealNVP, motion VAE."""

from __future__ import annotations

from engine.motion import original
from engine.motion.generate import MotionSetup
from engine.motion.interfaces import Made, MotionInputs
from engine.motion.proposals import connect_candidates, propose
from engine.report import Reporter


def make(inputs: MotionInputs, setup: MotionSetup, report: Reporter) -> Made:
    """See `engine.motion.interfaces.Backend`.

    Raises:
        EngineError: if the weights were not imported, or the perceptor has other features than theirs.
    """
    found = propose(
        inputs,
        setup,
        report,
        lambda query: original.candidates(query, setup.conf.generator, inputs.prompt, inputs.perceptor),
        original.with_their_prior,
    )
    return connect_candidates(found, inputs, setup, original.motion_codes(setup.codes), report)


COMPONENT = make

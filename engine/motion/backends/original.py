"""The same with imported weights of the original: VPoser, its codebook or RealNVP, and the motion VAE."""

from __future__ import annotations

from engine.motion import original
from engine.motion.generate import Stage
from engine.motion.parts import Made, MotionInputs
from engine.motion.proposals import propose, through
from engine.report import Reporter


def make(inputs: MotionInputs, stage: Stage, report: Reporter) -> Made:
    """See `engine.motion.parts.Backend`.

    Raises:
        EngineError: if the weights were not imported, or the perceptor has other features than theirs.
    """
    found = propose(
        inputs, stage, report,
        lambda query: original.candidates(query, stage.conf.generator, inputs.prompt, inputs.perceptor),
        original.with_their_prior,
    )  # fmt: skip
    return through(found, inputs, stage, original.motion_codes(stage.codes), report)


PART = make

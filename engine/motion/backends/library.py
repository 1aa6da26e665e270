"""The movements that the text names, out of the library and the learned motions (retrieval)."""

from __future__ import annotations

from engine.motion.generate import MotionSetup
from engine.motion.interfaces import Made, MotionInputs
from engine.motion.perform import perform
from engine.motion.proposals import propose
from engine.report import Reporter


def make(inputs: MotionInputs, setup: MotionSetup, report: Reporter) -> Made:
    """See `engine.motion.interfaces.Backend`; the candidates are only shown."""
    found = propose(inputs, setup, report)
    motion, notes, spans = perform(found.steps, setup.conf.frames, setup)
    if notes:
        report.warning(f"In {inputs.prompt[:80]!r}: " + " ".join(notes))
    used = [concept for step in found.steps for concept, _ in step]
    labels = tuple(concept.texts[0] for concept in used)
    source = "+".join(sorted({"prior" if concept.learned else "library" for concept in used}))
    return Made(motion, setup.conf.fps, found.candidates, labels, source, tuple(spans))


COMPONENT = make

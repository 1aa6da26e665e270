"""Which movements a prompt means, in their order, and what of it could not be followed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.motion.codes import load_codes
from engine.motion.library import entries
from engine.motion.matcher import WEIGHTS, Concept, Match, Matcher, advise
from engine.motion.text_rules import Clause, clause_of, parse
from engine.report import Reporter
from engine.stems import stem

MOST_STEPS = 12
"""Movements one after another in one motion. Set by hand."""
SIDE = stem("side")
VAGUE = frozenset(stem(word) for word in ("moving", "using", "bending", "swinging", "lifting"))


@dataclass(frozen=True)
class Thresholds:
    """Scores of the matcher at which a text is taken one way or the other.

    Set by hand together with `matcher.MatchWeights`, on the sentences of ``tests/motion``.
    """

    whole: float = 0.95
    """A text with "and" or "while" is one movement, such as "walking back and forth". Set by hand."""
    sure: float = 0.6
    """A clause, such as what stands after "and", is a movement of its own. Set by hand."""
    hopeless: float = 0.36
    """Below it a text has nothing in common with any movement's. Set by hand."""
    close: float = 0.1
    """Less behind the best, a movement may be meant as well: another perceptor decides. Set by hand."""
    gait: float = 0.02
    """A movement to the side must lead a gait by so much more, and other movements by so much less. Set by hand."""


LIMITS = Thresholds()
Steps = list[list[tuple[Concept, Clause]]]


def understand(prompt: str, matcher: Matcher, perceptor: Any, report: Reporter) -> tuple[Steps, list[Match]]:
    """Which movements a prompt means, in order, and all movements ranked for its first clause; warns when in doubt."""
    steps: Steps = []
    first: list[Match] = []
    doubtful: list[Match] = []
    left_out: list[str] = []
    read = parse(prompt)
    stands = clause_of("standing still" if read.refused else prompt)
    parsed = read.steps or ((stands,),)
    context = matcher.objects(clause for clauses in parsed for clause in clauses)
    for clauses in parsed[:MOST_STEPS]:
        whole = clause_of(" and ".join(clause.text for clause in clauses)) if len(clauses) > 1 else clauses[0]
        ranked = ranking(matcher, whole, context)
        small = _knows_no_more(perceptor)
        if not small and ranked[0].score >= WEIGHTS.confident:  # the words propose, the user's perceptor decides
            close = [match for match in ranked if match.score > ranked[0].score - LIMITS.close]
            ranked = [*advise(close, whole.text, perceptor), *ranked[len(close) :]] if len(close) > 1 else ranked
        chosen = [(ranked[0], whole)]
        # A list of three or more is no movement by itself.
        if len(clauses) > 2 or (len(clauses) > 1 and ranked[0].score < LIMITS.whole):
            own = [clause for clause in clauses if matcher.starts_movement(clause)]
            each = [(ranking(matcher, clause, context)[0], clause) for clause in own]
            sure = [pair for pair in each if pair[0].score >= LIMITS.sure]
            left_out += [clause.text for match, clause in each if match.score < LIMITS.sure]
            # Two clauses may mean the same movement ("lies down and sleeps"): it is performed once.
            different = {(match.concept.name, clause.asked): (match, clause) for match, clause in sure}
            chosen = list(different.values()) or chosen
        if chosen[0][0].score < WEIGHTS.confident:
            # The bundled perceptor knows no words that the matcher doesn't: it settles doubt but replaces no match.
            if perceptor is not None and not (small and ranked[0].score < LIMITS.hopeless):
                ranked = advise(ranked, prompt, perceptor)
                chosen = [(ranked[0], whole)]
            elif ranked[0].score < LIMITS.hopeless:
                # Nothing in common with any text, and nobody to ask: standing is the least wrong.
                chosen = [(next(match for match in ranked if match.concept.name == "stand"), whole)]
            doubtful += ranked[:3]
        first = first or ranked
        steps.append([(match.concept, clause) for match, clause in chosen])
    if doubtful:
        near = ", ".join(repr(match.concept.texts[0]) for match in doubtful[:3])
        used = steps[0][0][0].texts[0]
        report.warning(f"No movement fits {prompt[:80]!r} well; the closest are {near}; {used!r} was used.")
    left_out += [" and ".join(clause.text for clause in clauses) for clauses in parsed[MOST_STEPS:]]
    left_out += ["not " + clause.text for clause in read.refused if still_done(clause, steps, matcher, context)]
    if left_out:
        report.warning(f"In {prompt[:80]!r}: {', '.join(map(repr, left_out))} could not be followed.")
    return steps, first


def _knows_no_more(perceptor: Any) -> bool:
    """Whether there is no perceptor, or the bundled one, which knows no words that the matcher doesn't."""
    if perceptor is None:
        return True
    from engine.perceptor.load import is_bundled  # brings torch, which words alone do not need

    return is_bundled(perceptor)


def still_done(clause: Clause, steps: Steps, matcher: Matcher, context: frozenset[str]) -> bool:
    """Whether what a text says is not done may be done all the same by the movements that were chosen."""
    match = ranking(matcher, clause, context)[0]
    # "Without moving the head" is no movement that is left undone.
    vague = clause.words[0] in VAGUE and len(clause.words) > 1
    return vague or match.score < LIMITS.sure or match.concept in [concept for step in steps for concept, _ in step]


def ranking(matcher: Matcher, clause: Clause, context: frozenset[str]) -> list[Match]:
    """All movements ranked for a clause; one that goes "to the left" may be one "to the side".

    A gait can be led to the left as it is; what stays where it is, and steps that are counted, go to the side.
    """
    ranked = matcher.rank(clause, context)
    if clause.asked.heading in ("left", "right") and SIDE not in clause.words:
        aside = replace(clause, words=(*clause.words, SIDE), forms=(*clause.forms, "side"))
        other = matcher.rank(aside, context)
        gait = travels(ranked[0].concept) and not clause.asked.steps
        ranked = other if other[0].score > ranked[0].score + (LIMITS.gait if gait else -LIMITS.gait) else ranked
    return ranked


def travels(concept: Concept) -> bool:
    """Whether a movement gets somewhere by itself."""
    return load_codes().travels(concept.name) if concept.learned else any(entries()[concept.name].travel)

"""From a sentence to words that count: normalising, stemming, and cutting a prompt into movements and their manner."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from engine.motion.asked import ASIDE, LIMBS, Asked, read
from engine.motion.manner import MANNERS, OF_WORD
from engine.motion.words import WORDS
from engine.stems import stem

_ADVERBS = frozenset(w for name in ("slow", "fast", "strong", "weak", "careful") for w in MANNERS[name].words)
"""Words that say only how; other manners ("sadly") stay in the text, for "walking sadly" is a movement of its own."""

BACKWARD_PACE = 0.75
"""How fast people go backwards, against forwards. Set by hand."""
INTENSE_POWER = 1.8
"""To which power "very" takes the speed of a manner. Set by hand."""


@dataclass(frozen=True)
class Clause:
    """One movement of a prompt."""

    text: str
    words: tuple[str, ...]
    """Stems that count, in order."""
    forms: tuple[str, ...] = ()
    """``words`` as they were written, in the same order."""
    lead: int = 0
    """Index of the word that names the movement: the first in -ing, or else the first."""
    has_verb: bool = False
    """Whether such a word in -ing was found."""
    asked: Asked = field(default=Asked())
    """Direction, side, number and extent, see `asked`."""
    manners: tuple[str, ...] = ()
    """Names of `manner.MANNERS`."""
    intense: bool = False
    """A manner was said to be so very much."""
    during: bool = False
    """Said to happen during the other clauses ("while waving")."""

    @property
    def speed(self) -> float:
        """How fast, 1 by default."""
        speed = np.prod([MANNERS[name].speed for name in self.manners])
        speed = speed**INTENSE_POWER if self.intense else speed
        return float(np.clip(speed * (BACKWARD_PACE if self.asked.heading == "backward" else 1.0), 0.4, 2))

    @property
    def strength(self) -> float:
        """How far joints go, 1 by default."""
        return float(np.clip(np.prod([MANNERS[name].strength for name in self.manners]), 0.5, 1.5))


@dataclass(frozen=True)
class Prompt:
    """A prompt as movements after one another, each of one or more at the same time."""

    steps: tuple[tuple[Clause, ...], ...] = field(default=())
    refused: tuple[Clause, ...] = field(default=())
    """What the text says is not done."""


def tokens(text: str) -> list[str]:
    """Lower-case words without accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub("['\u2019]s?", "", plain)
    plain = re.sub(r"\b(push|press|sit|pull|chin)[ -](ups?)\b", r"\1\2", plain)
    plain = re.sub(r"\bturn(s|ed|ing)? (a?round|back|about)\b", r"turnaround\1", plain)
    plain = re.sub(r"\bon (the|one) spot\b", "in place", plain)
    plain = re.sub(r"\u00b0|\u00ba", " degrees ", plain)
    plain = re.sub(r"\bt[ -]?pos(e|ing)\b", "tpose", plain)
    plain = re.sub(r"\ba[ -]pos(e|ing)\b", "apose", plain)
    return re.findall(r"\d+\.\d+|[^\W_]+", plain)


def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that count."""
    return tuple(stem(w) for w in tokens(text) if w not in WORDS.stop)


def lead_of(text: str) -> int:
    """Index among `stems(text)` of the first word in -ing that isn't a noun, or -1."""
    kept = [w for w in tokens(text) if w not in WORDS.stop]
    for index, word in enumerate(kept):
        if word.endswith("ing") and len(word) > 4 and word not in WORDS.nouns:
            return index
    return -1


def clause_of(text: str) -> Clause:
    """Read one movement: its words, its manner, and what is asked of it."""
    words = tokens(text)
    asked, rest = read(" ".join(words))
    manners = tuple(dict.fromkeys(OF_WORD[w] for w in words if w in OF_WORD))
    intense = any(first in WORDS.intense and second in OF_WORD for first, second in pairwise(words))
    left = rest.split()
    kept = [w for w in left if w not in _ADVERBS] or left
    lead = lead_of(" ".join(kept))
    forms = tuple(w for w in kept if w not in WORDS.stop)
    return Clause(text.strip(), tuple(stem(w) for w in forms), forms, max(lead, 0), lead >= 0, asked, manners, intense)


_THEN = re.compile(
    r"\b(?:and then|then|before|followed by|afterwards?|after (?:that|this|which)|next(?! to)|finally|lastly|"
    r"subsequently|later(?: on)?|until|first(?:ly)?|secondly|thirdly)\b"
)
_AFTER = r"\bafter(?= (?:\w+ )?\w+ing\b)"
_MEANWHILE = re.compile(r"\bwhile\b|\bwhilst\b|\bmeanwhile\b|\bas (?=(?:he|she|it|they)\b)")
_TOGETHER = re.compile(r"\bat the same time\b|\bsimultaneously\b")
_MANNER_NOT = re.compile(rf"\bnot (?:(?:too|very|so) )?(?:{'|'.join(sorted(OF_WORD))})\b")
_NOT = re.compile(
    r"\b(?:(?P<left>without|instead of|rather than)|(?P<aux>(?:is|are|was|were|do|does|did|will|can|could|should) ?)?"
    r"(?:not|never|no longer|n['\u2019]t)|(?:is|are|do|does|did|was|wo|ca)n['\u2019]?t)\b"
    r"(?! (?:moving|swinging|using|raising|lifting) (?:\w+ )?(?:arms?|hands?)\b)(?! (?:moving forward|going|travel))"
)


def parse(prompt: str) -> Prompt:
    """Cut a prompt at "then" (one after the other) and at "while", "and" and commas (perhaps at the same time).

    What follows "not" or "without" is no movement; what has no verb of its own ("raises the left hand, then the right
    one") takes the one before.
    """
    steps: list[tuple[Clause, ...]] = []
    refused: list[Clause] = []
    before: Clause | None = None
    for step in in_order(prompt):
        together = bool(_TOGETHER.search(step))
        main, *during = _MEANWHILE.split(_TOGETHER.sub("", step))
        clauses: list[Clause] = []
        for chunk in (main, *during):
            for piece in re.split(r"\band\b|\bbut\b|,", chunk):
                wanted, unwanted = affirmed(piece)
                refused += [clause_of(unwanted)] if stems(unwanted) else []
                clause = clause_of(wanted)
                if not tokens(wanted):
                    continue
                if before is not None and elliptic(clause):
                    if not (clause.asked.side or clause.asked.heading or set(clause.forms) & ASIDE):
                        clause = clause_of(f"{before.text} {wanted}")
                        clauses, steps = (clauses[:-1], steps) if clauses else (clauses, steps[:-1])
                    else:
                        if clauses:
                            steps.append(tuple(clauses))
                            clauses = []
                        clause = completed(clause, before)
                elif not clause.words:
                    continue
                before = replace(clause, during=chunk is not main or together)
                clauses.append(before)
        if clauses:
            steps.append(tuple(clauses))
    return Prompt(tuple(steps), tuple(refused))


def in_order(prompt: str) -> list[str]:
    """Pieces of a prompt in the order in which they happen, lower-case."""
    plain = re.sub(r"\bhundred and\b", "hundred", prompt.lower())
    out = []
    for sentence in re.split(r"\.(?!\d)|[;\n!?]+", plain):
        sentence = re.sub(r"\bone after (?:another|the other)\b", "", sentence)
        if found := re.match(
            r"\s*(?P<word>after|before)\b(?! (?:that|this|which))(?P<first>[^,]+?)"
            r"(?:,|(?= (?:he|she|they|it) ))(?P<second>.+)",
            sentence,
        ):
            pair = (found["first"], found["second"])
            sentence = " then ".join(pair if found["word"] == "after" else pair[::-1])
        else:
            sentence = " then ".join(reversed(re.split(_AFTER, sentence)))
        out += [piece for piece in _THEN.split(sentence) if piece and piece.strip(" ,")]
    return out


def affirmed(piece: str) -> tuple[str, str]:
    """What a piece of a text says is done, and what it says is not done."""
    piece = _STOPLESS.sub("", _MANNER_NOT.sub("", piece))
    found = _NOT.search(piece)
    if found is None:
        return piece, ""
    # What stands before "does not" is who doesn't.
    subject = found["left"] is None and not lead_of(piece[: found.start()]) >= 0
    return "" if subject else piece[: found.start()], piece[found.end() :]


def completed(clause: Clause, before: Clause) -> Clause:
    """An `elliptic` clause with the movement of the clause before: "the right one" after "raises the left hand"."""
    own = [w for w in clause.forms if w in ASIDE]
    named = set(own) & LIMBS
    kept = [w for w in before.forms if w not in ASIDE or (w in LIMBS and not named)]
    forms = (*kept, *own)
    lead = max(lead_of(" ".join(forms)), 0)
    return replace(clause, words=tuple(stem(w) for w in forms), forms=forms, lead=lead, has_verb=before.has_verb)


def elliptic(clause: Clause) -> bool:
    """Whether a clause says only which side, where, how or how often, and leaves the movement to the clause before."""
    content = [w for w in clause.forms if w not in ASIDE and w not in OF_WORD and w not in WORDS.again]
    said = clause.asked != Asked() or clause.manners
    return bool(said or set(clause.forms) & ASIDE) and not content


_STOPLESS = re.compile(
    r"\b(?:(?:does|do|is|are) ?)?(?:never|not|n['\u2019]t|without) stop(?:s|ping)?\b|\bnonstop\b|\bceaselessly\b"
)

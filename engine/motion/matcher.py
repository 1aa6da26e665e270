"""Which movements a text means: shared words, related words (a table of word vectors), and the perceptor as adviser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from engine.motion.arrays import Array, array
from engine.motion.asked import ASIDE
from engine.motion.concepts import LEARNED
from engine.motion.library import entries
from engine.motion.manner import OF_WORD
from engine.motion.text_rules import Clause, lead_of, stems
from engine.motion.words import WORDS
from engine.stems import stem

VECTORS = Path(__file__).resolve().parent.parent / "assets" / "motion_words.safetensors"
PLURALS = frozenset(("people", "men", "women", "children", "they"))


@dataclass(frozen=True)
class MatchWeights:
    """What counts how much when a text is matched with movements.

    All set by hand, so that the sentences of ``tests/motion/test_text_rules.py`` mean what they should; none is from a
    paper.
    """

    frequent: float = 0.35
    """By how much a word of many texts says less: 1 / (1 + this · ln count). Set by hand."""
    unheard: float = 0.8
    """Weight of a word that stands in no text. Set by hand."""
    light: float = 0.5
    """Factor for verbs that say little without their object. Set by hand."""
    verb: float = 1.8
    """Factor for the word that names the movement. Set by hand."""
    manner: float = 0.5
    """Factor for words that say how. Set by hand."""
    unrelated: float = 0.35
    """Cosine of two words' vectors up to which they have nothing in common. Set by hand."""
    related: float = 0.85
    """Similarity of two words with the same vector; the same stem has 1. Set by hand."""
    recall: float = 0.6
    """Power of the share of the prompt that a text covers. Set by hand."""
    precision: float = 0.4
    """Power of the share of the text that a prompt covers. Set by hand."""
    words: float = 0.85
    """Share of shared and related words in the score. Set by hand."""
    meaning: float = 0.15
    """Share of the cosine between the two texts' mean vectors. Set by hand."""
    act: float = 0.3
    """Share of the score that only the same verb has: crawling through mud is no walking through mud. Set by hand."""
    same_verb: float = 0.9
    """Similarity of the verbs from which on the rest of the sentence is listened to. Set by hand."""
    context: float = 0.8
    """What the rest of a sentence counts for the meaning of one of its clauses. Set by hand."""
    paraphrase: float = 0.004
    """What a text loses to a movement's first one, its caption, which wins ties. Set by hand."""
    confident: float = 0.5
    """Scores from here on count as understood. Set by hand (``engine/training/README.md``, motion words)."""
    advice: float = 0.15
    """Weight of the perceptor's hint where words leave doubt. Set by hand."""
    advice_spread: float = 4.0
    """Standard deviations of the perceptor's cosines that a hint of 1 stands for. Set by hand."""
    advice_range: tuple[float, float] = (-0.5, 1.0)
    """Least and most of that hint. Set by hand."""


WEIGHTS = MatchWeights()


@dataclass(frozen=True)
class Concept:
    """A movement that texts can mean."""

    name: str
    texts: tuple[str, ...]
    learned: bool
    """Whether the motion prior's codes (True) or the library's key poses answer it."""


@dataclass(frozen=True)
class Match:
    """A movement with the score of its best text, 0..1."""

    concept: Concept
    score: float
    text: str


@cache
def concepts() -> tuple[Concept, ...]:
    """All movements that there are."""
    found = [Concept(entry.name, entry.texts, False) for entry in entries().values()]
    found += [Concept(learned.name, learned.texts, True) for learned in LEARNED]
    return tuple(found)


class WordVectors:
    """Meanings of common English words, by stem; related words have a high cosine (`training/motion_words.py`)."""

    def __init__(self, path: Path = VECTORS) -> None:
        data = load_file(path)
        words = data["words"].tobytes().decode().split("\n")
        vectors = data["vectors"].astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
        self.rows = {word: row for row, word in enumerate(words)}
        self.vectors = vectors

    def of(self, words: Sequence[str]) -> Array:
        """Unit vectors (N,D); zeros for unknown words."""
        out = np.zeros((len(words), self.vectors.shape[1]), np.float32)
        for i, word in enumerate(words):
            if word in self.rows:
                out[i] = self.vectors[self.rows[word]]
        return out


class Matcher:
    """Ranks all movements for a text."""

    def __init__(self, vectors: WordVectors) -> None:
        self.vectors = vectors
        self.texts = [(concept, text) for concept in concepts() for text in concept.texts]
        self.light = {stem(word) for word in WORDS.light}
        self.words = [stems(unsided(text)) or (text,) for _, text in self.texts]
        self.vocabulary = sorted({w for words in self.words for w in words})
        self.column = {w: i for i, w in enumerate(self.vocabulary)}
        counts = np.zeros(len(self.vocabulary))
        for words in self.words:
            for w in set(words):
                counts[self.column[w]] += 1
        self.idf = {w: self._idf(counts[i]) for w, i in self.column.items()}
        self.known = vectors.of(self.vocabulary)
        said = [lead_of(unsided(text)) for _, text in self.texts]
        leads = [max(lead, 0) for lead in said]
        own = [np.array([self._weight(w, i, lead) for i, w in enumerate(ws)]) for ws, lead in zip(self.words, leads)]
        self.means = np.stack([self._mean(words, weights) for words, weights in zip(self.words, own)])
        self.verbs = {ws[lead] for ws, lead in zip(self.words, leads)}
        self.acts = {ws[lead] for ws, lead in zip(self.words, said) if lead >= 0}
        # All texts' words one after another, and where each text starts.
        self.own = np.concatenate(own)
        self.columns = np.array([self.column[w] for words in self.words for w in words])
        self.leads = np.array([self.column[ws[lead]] for ws, lead in zip(self.words, leads)])
        self.starts = np.concatenate([[0], np.cumsum([len(words) for words in self.words])[:-1]])
        self.paraphrase = np.array([float(text != concept.texts[0]) for concept, text in self.texts])

    @staticmethod
    def _idf(count: float) -> float:
        """Weight of a word that stands in `count` texts: rare words say more, but not boundlessly."""
        return float(1.0 / (1.0 + WEIGHTS.frequent * np.log(max(count, 1.0))))

    def _mean(self, words: Sequence[str], weights: Array) -> Array:
        vectors = self.vectors.of(words)
        total = (vectors * array(weights)[:, None]).sum(0)
        return total / max(float(np.linalg.norm(total)), 1e-6)

    def _weight(self, word: str, place: int, lead: int = 0) -> float:
        """How much a word counts: the verb (the word at `lead`) more than the rest, unless it says little by itself."""
        factor = WEIGHTS.light if word in self.light else WEIGHTS.verb if place == lead else 1.0
        return self.idf.get(word, WEIGHTS.unheard) * factor

    def _similarity(self, words: Sequence[str]) -> Array:
        """Similarity (N,V) of words to the vocabulary: 1 for the same stem, less for related words."""
        cosine = self.vectors.of(words) @ self.known.T
        table = np.clip((cosine - WEIGHTS.unrelated) / (1 - WEIGHTS.unrelated), 0, 1) * WEIGHTS.related
        for i, word in enumerate(words):
            if word in self.column:
                table[i, self.column[word]] = 1.0
        return table

    def reading(self, clause: Clause) -> tuple[int, bool]:
        """Index of the word that names the movement, and whether it is a verb for sure.

        It is the first word in -ing, the first inflected word (a guard *stands*) that leads a known text, or the first
        one behind a plural (two guards *stand*).
        """
        many = False
        for index, (word, form) in enumerate(zip(clause.words, clause.forms)):
            if clause.has_verb and index == clause.lead:
                break
            bare = form in OF_WORD or form in (word, word + "e")
            if bare and many and word in self.acts:
                return index, True
            if not bare and word in self.verbs and form.endswith(("s", "ed")) and not self._is_many(clause, index):
                return index, True
            many = self._is_many(clause, index)
        return clause.lead, clause.has_verb

    def _is_many(self, clause: Clause, index: int) -> bool:
        """Whether a word is a plural: it names no act, and looks like one."""
        form, following = clause.forms[index], clause.words[index + 1 : index + 2]
        plural = form in PLURALS or (form.endswith("s") and not form.endswith("ss"))
        return plural and clause.words[index] not in self.acts and bool(self.acts.intersection(following))

    def meaning(self, clause: Clause, match: Match) -> Array:
        """A text's meaning (64,), of unit length: the mean of its words' vectors and of the best known text's."""
        lead, _ = self.reading(clause) if clause.words else (0, False)
        own = self._mean(clause.words, np.array([self._weight(w, i, lead) for i, w in enumerate(clause.words)]))
        row = next(i for i, (concept, text) in enumerate(self.texts) if concept is match.concept and text == match.text)
        total = own + self.means[row]
        return array(total / max(float(np.linalg.norm(total)), 1e-6))

    def starts_movement(self, clause: Clause) -> bool:
        """Whether a clause of a text is led by a word that leads a known text, so that it may be a movement of its
        own."""
        return bool(clause.words) and clause.words[self.reading(clause)[0]] in self.verbs

    def objects(self, clauses: Iterable[Clause]) -> frozenset[str]:
        """The words of clauses of a text that name no movement by themselves.

        Limbs and directions are left out: they are the clause's own.
        """
        leads = ((clause, self.reading(clause)[0]) for clause in clauses if clause.words)
        return frozenset(
            word
            for clause, lead in leads
            for i, (word, form) in enumerate(zip(clause.words, clause.forms))
            if i != lead and form not in ASIDE
        )

    def _hints(self, clause: Clause, context: frozenset[str]) -> Array:
        """What the words around a clause speak for each text (N,): "dribbles a basketball, then *shoots*" is no
        pistol."""
        around = np.zeros(len(self.vocabulary))
        around[[self.column[w] for w in context - set(clause.words) if w in self.column]] = 1
        return (
            WEIGHTS.context
            * np.add.reduceat(around[self.columns] * self.own, self.starts)
            / np.add.reduceat(self.own, self.starts)
        )

    def rank(self, clause: Clause, context: frozenset[str] = frozenset()) -> list[Match]:
        """All movements, the best first, each once with its best text.

        Args:
            context: objects that the rest of the text speaks of; they may settle what an ambiguous verb means.
        """
        if not clause.words:
            return [Match(c, 0.0, c.texts[0]) for c in concepts()]
        lead, has_verb = self.reading(clause)
        table = self._similarity(clause.words)
        weights = np.array(
            [
                self._weight(w, i, lead) * (WEIGHTS.manner if form in OF_WORD and len(clause.words) > 1 else 1.0)
                for i, (w, form) in enumerate(zip(clause.words, clause.forms))
            ]
        )
        mean = self._mean(clause.words, weights)
        columns = table[:, self.columns]  # (query words, words of all texts)
        recall = weights @ np.maximum.reduceat(columns, self.starts, axis=1) / weights.sum()
        precision = np.add.reduceat(columns.max(0) * self.own, self.starts) / np.add.reduceat(self.own, self.starts)
        scores = WEIGHTS.words * recall**WEIGHTS.recall * precision**WEIGHTS.precision
        scores = scores + WEIGHTS.meaning * np.maximum(self.means @ mean, 0.0)
        verbs = table[:, self.leads]
        same_verb = verbs[lead] if has_verb else verbs.max(0)
        if clause.words[lead] not in self.light:
            scores = scores * ((1 - WEIGHTS.act) + WEIGHTS.act * same_verb)
        hints = self._hints(clause, context) * (same_verb > WEIGHTS.same_verb)
        scores = scores - WEIGHTS.paraphrase * self.paraphrase
        best: dict[str, tuple[float, Match]] = {}
        for worth, score, (concept, text) in zip((scores + hints).tolist(), scores.tolist(), self.texts):
            if concept.name not in best or worth > best[concept.name][0]:
                best[concept.name] = (worth, Match(concept, score, text))
        return [match for _, match in sorted(best.values(), key=lambda pair: -pair[0])]


def unsided(text: str) -> str:
    """A text without left and right, which a prompt chooses by itself."""
    return " ".join(word for word in text.split() if word not in ("left", "right")) or text


@cache
def load_matcher(path: Path = VECTORS) -> Matcher:
    """The matcher with the bundled word vectors."""
    return Matcher(WordVectors(path))


def advise(matches: list[Match], text: str, perceptor: Any) -> list[Match]:
    """Let the perceptor's text encoder re-rank doubtful matches.

    Args:
        matches: ranked by words.
        perceptor: with ``encode_text``.
    """
    from engine.perceptor.prompts import motion as motion_prompt

    captions = [motion_prompt(m.concept.texts[0]) for m in matches]
    embedded = perceptor.encode_text([motion_prompt(text), *captions]).detach().cpu().numpy()
    cosine = embedded[1:] @ embedded[0]
    spread = max(float(cosine.std()), 1e-4)
    hint = np.clip((cosine - cosine.mean()) / spread / WEIGHTS.advice_spread, *WEIGHTS.advice_range)
    mixed = [Match(m.concept, m.score + WEIGHTS.advice * float(h), m.text) for m, h in zip(matches, hint)]
    return sorted(mixed, key=lambda m: -m.score)

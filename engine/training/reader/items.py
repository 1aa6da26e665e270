"""The grammar's noun phrases: garments and things with their colours, patterns, materials, states and decals."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from engine.reader.lexicon import lexicon, phrase
from engine.reader.vectors import vectors
from engine.tables import read_as
from engine.training.reader.draft import Draft

FILE = Path(__file__).with_name("noise.toml")


def read_noise(path: Path = FILE) -> dict[str, list[str]]:
    """Lists of words of a file by name; `ValueError` names the file, the list and what is wrong."""
    lists: dict[str, tuple[str, ...]] = read_as(path, dict[str, tuple[str, ...]])
    return {name: list(words) for name, words in lists.items()}


@lru_cache(maxsize=1)
def noise() -> dict[str, list[str]]:
    """The bundled lists."""
    return read_noise()


@lru_cache(maxsize=1)
def standing_after() -> re.Pattern[str]:
    """Matches traits that stand after their noun."""
    return re.compile(rf"^({'|'.join(noise()['after'])})\b")


@lru_cache(maxsize=1)
def _strangers() -> list[str]:
    """Words that have a vector but no meaning here."""
    return [word for word in vectors().rows if word.isalpha() and len(word) > 3 and not lexicon().senses((word,))]


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """Category -> value -> phrases of the lexicon, the commonest first."""
    out: dict[str, dict[str, list[str]]] = {}
    for words, senses in lexicon().exact.items():
        for sense in senses:
            out.setdefault(sense.category, {}).setdefault(sense.value, []).append(" ".join(words))
    return out


class Items:
    """Draws phrases with one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def maybe(self, chance: float) -> bool:
        """True that often."""
        return self.rng.random() < chance

    def one(self, *options: str) -> str:
        """One of some texts."""
        return self.rng.choice(options)

    def word(self, category: str) -> str:
        """A phrase of a category: values alike, their commoner phrases more often."""
        phrases = self.rng.choice(list(vocabulary()[category].values()))
        return phrases[min(int(self.rng.expovariate(0.22)), self.rng.randrange(len(phrases)))]

    def noise(self, kind: str) -> str:
        """Words without effect."""
        return self.rng.choice(noise()[kind])

    def strange(self) -> str:
        """A word that the lexicon lacks: one that only has a vector, or one that nobody knows."""
        if self.maybe(0.75):
            return self.rng.choice(_strangers())
        return "".join(self.rng.choice(noise()["syllables"]) for _ in range(self.rng.choice((2, 2, 3))))

    def quality(self) -> str:
        """An adjective of persons without effect."""
        words = [w for w in noise()["adjectives"] if not lexicon().senses(phrase(w))]
        return self.rng.choice(words)

    def article(self) -> str:
        """What stands before a noun."""
        return self.rng.choices(["a", "his", "her", "the", "their", "some", ""], [8, 2, 2, 1, 0.5, 0.5, 6])[0]

    def item(
        self, d: Draft, article: str | None = None, denied: bool = False, rich: float = 1.0, noun: str | None = None
    ) -> int:
        """One garment or thing with what is said of it; gives its number."""
        role = "extra" if self.maybe(0.16) else "garment"
        d.say(self.article() if article is None else article)
        before = [] if d.nouns_first else self._before(d, denied, rich)
        number = d.say(noun or self.word(role), "garment" if noun else role, denied)
        before += self._before(d, denied, rich) if d.nouns_first else []
        for node in before:
            d.link("attach", node, number)
        if any(d.nodes[node].role in ("color", "same") for node in before):
            d.colored.append(number)
        while self.maybe(0.2 * rich) and not denied:
            self._after(d, number, any(d.nodes[node].role == "color" for node in before))
        d.items.append(number)
        return number

    def _before(self, d: Draft, denied: bool, rich: float) -> list[int]:
        """Adjectives: gives the numbers of those that belong to the noun."""
        said: list[Callable[[], list[int]]] = []
        if self.maybe(0.14 * rich):
            said.append(lambda: self._noise_word(d))
        if self.maybe(0.04 * rich):
            said.append(lambda: self._lined(d))
        if self.maybe(0.03 * rich):
            said.append(lambda: [d.say(self.one("left", "right", "one", "a single", "only one"), "side")])
        for _ in range(2):
            if self.maybe(0.1 * rich):
                said.append(lambda: [self._trait(d, after=False)])
        if self.maybe(0.58 * rich) and not (denied and self.maybe(0.8)):
            said.append(lambda: self._color(d))
        if self.maybe(0.1 * rich):
            said.append(lambda: [d.say(self.word("pattern"), "pattern")])
        if self.maybe(0.11 * rich):
            said.append(lambda: [d.say(self.word("material"), "material")])
        if self.maybe(0.15):
            self.rng.shuffle(said)
        if self.maybe(0.05 * rich):  # "a white charro jacket"
            said.append(lambda: self._noise_word(d))
        out: list[int] = []
        for count, words in enumerate(said):
            if count and self.maybe(0.12):
                d.say(self.one(",", ",", "and"))
            out += words()
        return out

    def _lined(self, d: Draft) -> list[int]:
        """ "Red-lined"."""
        color = d.say(self.word("color"), "accent")
        return [color, d.say(self.one("lined", "trimmed", "edged", "rimmed", "tipped", "soled", "banded"), "part")]

    def _noise_word(self, d: Draft) -> list[int]:
        d.say(self.strange() if self.maybe(0.35) else self.noise("adjectives"))
        return []

    def _trait(self, d: Draft, after: bool) -> int:
        word = self.word("trait")
        while bool(standing_after().match(word)) and not after:
            word = self.word("trait")
        if self.maybe(0.12):
            d.say(self.one("very", "slightly", "a bit", "really", "half", "badly", "heavily", "quite"))
        return d.say(word, "trait")

    def _color(self, d: Draft) -> list[int]:
        """One or two colours, or "matching"."""
        if d.colored and self.maybe(0.06):
            node = d.say(self.one("matching", "matching", "same coloured", "similar", "coordinated"), "same")
            d.link("same", node, d.colored[-1])
            return [node]
        out = [d.say(self.word("color"), "color")]
        if self.maybe(0.03):
            d.say(self.one("coloured", "colored"))
        if self.maybe(0.13):
            d.say(self.one("and", "and", "", "/", "&"))
            out.append(d.say(self.word("color"), "accent"))
        return out

    def _after(self, d: Draft, item: int, colored: bool) -> None:
        """Something that is said after the noun."""
        options = [
            self._stripes, self._decal, self._saying, self._made_of, self._parts, self._trait_after, self._clause,
            self._same_color, self._color_after,
            self._side_after,
            self._missing, self._striped_in, self._not_but,
        ]  # fmt: skip
        late = 0.1 if colored else 1.2
        weights = [4, 3, 2.2, 2.5, 3.5, 5.5, 1.8, 1.0 if d.colored else 0.2, late, 0.6, 0.3, 1.0, 0.5 * late]
        self.rng.choices(options, weights)[0](d, item, colored)

    def _attach(self, d: Draft, item: int, word: str, role: str) -> int:
        node = d.say(word, role)
        d.link("attach", node, item)
        return node

    def _stripes(self, d: Draft, item: int, colored: bool) -> None:
        """ "With red stripes"; the colours are second ones where the thing has one of its own."""
        plural = [w for words in vocabulary()["pattern"].values() for w in words if w.endswith("s") and "with" not in w]
        d.say(self.one("with", "with", "with", "having", "covered in", "featuring", "patterned with", "in"))
        d.say(self.one("", "", "", "thin", "big", "little", "small", "wide", "bold", "tiny", "large", "broad"))
        if self.maybe(0.8):
            two = self.maybe(0.18)
            self._attach(d, item, self.word("color"), "color" if two and not colored else "accent")
            if two:
                d.say(self.one("and", "and", "&"))
                self._attach(d, item, self.word("color"), "accent")
        self._attach(d, item, self.rng.choice(plural), "pattern")
        if self.maybe(0.08):
            d.say(self.one("all over", "on it", "on the sleeves", "down the side", "on the front"))

    def _striped_in(self, d: Draft, item: int, colored: bool) -> None:
        """ "Striped in navy and white", "checked red/black"."""
        words = [w for words in vocabulary()["pattern"].values() for w in words if w.endswith("ed") and "with" not in w]
        d.say(self.one("", "", ",", "that is", "and"))
        self._attach(d, item, self.rng.choice(words), "pattern")
        d.say(self.one("in", "in", "", "with"))
        self._attach(d, item, self.word("color"), "accent" if colored else "color")
        if not colored:
            d.say(self.one("and", "/", "and", "&"))
            self._attach(d, item, self.word("color"), "accent")
            d.colored.append(item)

    def _not_but(self, d: Draft, item: int, colored: bool) -> None:
        """ "Not red but blue", "blue, not red"."""
        first = self.maybe(0.5)
        if first:
            d.say(self.one("not", "not in", "that is not", ", not", "isn't", "aren't", "not"))
            d.say(self.word("color"), "color", True)
            d.say(self.one("but", "but", ", but", ", rather", "but in"))
        else:
            d.say(self.one("in", "", ","))
        self._attach(d, item, self.word("color"), "color")
        if not first:
            d.say(self.one("not", ", not", "instead of", "rather than", "and not"))
            d.say(self.word("color"), "color", True)
        d.colored.append(item)

    def _decal(self, d: Draft, item: int, colored: bool) -> None:
        """ "With a red star on the chest"."""
        d.say(self.one("with", "with", "with", "featuring", "bearing", "showing", "emblazoned with", "displaying", ","))
        d.say(self.one("a", "a", "a", "a big", "the", "a small", "a large", "an embroidered", "a printed"))
        if self.maybe(0.6):
            self._attach(d, item, self.word("color"), "accent")
        self._attach(d, item, self.word("symbol"), "decal")
        d.say(self.one("", "", "", "logo", "emblem", "symbol", "print", "motif", "on it", "on the chest",
                       "on the front",
                       "printed on it", "on the back", "on his chest", "embroidered on it",
                       "across the chest"))  # fmt: skip

    def _saying(self, d: Draft, item: int, colored: bool) -> None:
        """A word or a number on it."""
        number = self.maybe(0.5)
        text = str(self.rng.randrange(1, 100)) if number else self.noise("sayings")
        mark = self.one("'", '"', "", "")
        d.say(self.one("with the number", "with number", "number", "with a", "with a big", "with a", "numbered")
              if number else self.one("that says", "saying", "reading", "which reads", "with the word", "with the text",
                                      "with the words", "printed with", "with the slogan", "that reads",
                                      "with", ", a big", ", a"))  # fmt: skip
        if self.maybe(0.15):
            self._attach(d, item, self.word("color"), "accent")
        self._attach(d, item, f"{mark}{text}{mark}", "text")
        d.say(self.one("", "", "", "on it", "on the back", "on the front", "in big letters", "printed on the chest",
                       "written on it", "across the chest"))  # fmt: skip
        if self.maybe(0.1):
            d.say("in")
            self._attach(d, item, self.word("color"), "accent")
            d.say(self.one("letters", "", "lettering"))

    def _made_of(self, d: Draft, item: int, colored: bool) -> None:
        """ "Of dark blue silk", "in red"."""
        way = self.rng.random()
        d.say(
            self.one("made of", "of", "made from", "in", "out of", "made out of")
            if way < 0.6
            else self.one("in", "in a shade of")
        )
        if not colored and (way > 0.6 or self.maybe(0.5)):
            self._attach(d, item, self.word("color"), "color")
            if self.maybe(0.15):
                d.say("and")
                self._attach(d, item, self.word("color"), "accent")
            d.colored.append(item)
        if way < 0.75:
            self._attach(d, item, self.word("material"), "material")

    def _parts(self, d: Draft, item: int, colored: bool) -> None:
        """ "With a gold collar", "trimmed in gold", "gold-trimmed"."""
        if self.maybe(0.25):
            self._attach(d, item, self.one("trimmed", "trimmed", "edged", "lined", "piped", "lined"), "part")
            d.say(self.one("with", "with", "in"))
            self._attach(d, item, self.word("color"), "accent")
            d.say(self.one("", "", self.word("material")))
            return
        d.say(self.one("with", "with", "with", "and", "featuring", ",", "has", "with"))
        d.say(self.one("a", "", "", "the", "its"))
        self._attach(d, item, self.word("color"), "accent")
        if self.maybe(0.2):
            d.say(self.strange() if self.maybe(0.5) else self.noise("adjectives"))
        self._attach(d, item, self.word("part"), "part")

    def _trait_after(self, d: Draft, item: int, colored: bool) -> None:
        d.say(self.one("", "", "", ",", "with", "worn", "that is", "which is", "that's", ", all", "and"))
        d.link("attach", self._trait(d, after=True), item)
        if self.maybe(0.2):
            d.say(self.one("and", ",", "but"))
            d.link("attach", self._trait(d, after=False), item)

    def _clause(self, d: Draft, item: int, colored: bool) -> None:
        """A relative clause or a bracket."""
        start, end = self.rng.choice(
            [("that is", ""), ("which is", ""), ("(", ")"), ("that are", ""), (":", ""), ("in a", "tone")]
        )
        d.say(start)
        role = "accent" if colored else "color"
        if colored:
            d.link("attach", self._trait(d, after=False), item)
        else:
            self._attach(d, item, self.word("color"), role)
            d.colored.append(item)
        d.say(end)

    def _side_after(self, d: Draft, item: int, colored: bool) -> None:
        """ "On the left hand"."""
        place = self.one("hand", "foot", "arm", "shoulder", "wrist", "leg", "knee", "hip", "ear")
        start = "in" if place == "hand" and self.maybe(0.4) else "on"
        self._attach(d, item, f"{start} {self.one('the', 'his', 'her')} {self.one('left', 'right')} {place}", "side")

    def _missing(self, d: Draft, item: int, colored: bool) -> None:
        """ "Missing its buttons": it is worn all the same."""
        d.say(self.one("missing", "missing its", "missing some", "without its", "without", "that lacks its", "with no"))
        self._attach(d, item, self.word("part"), "part")

    def _color_after(self, d: Draft, item: int, colored: bool) -> None:
        """ "Skirt, red and white"; "coat of many colours" stays out."""
        d.say(self.one("", "", "", "-"))
        self._attach(d, item, self.word("color"), "accent" if colored else "color")
        if not colored and self.maybe(0.4):
            d.say(self.one("and", "/", "with"))
            self._attach(d, item, self.word("color"), "accent")
        d.colored.append(item)

    def _same_color(self, d: Draft, item: int, colored: bool) -> None:
        """ "Of the same colour"."""
        others = [other for other in d.colored if other != item]
        if colored or (not others and d.figure is None):
            return
        word = self.one("of the same colour", "of the same color", "in the same colour", "to match", "the same colour",
                        "in the same shade", "in matching colours", "of the same shade", "that matches")  # fmt: skip
        node = self._attach(d, item, word, "same")
        if others:
            d.link("same", node, others[-1])
        elif d.figure is not None:
            d.link("same", node, d.figure)
        d.colored.append(item)

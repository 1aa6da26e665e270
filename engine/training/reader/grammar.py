"""The grammar of whole texts: persons and what they wear, in lists and in sentences, with what is not worn."""

from __future__ import annotations

import random

from engine.training.reader.clauses import Clauses
from engine.training.reader.draft import Draft

SPOTS = {
    "head": "on {} head", "feet": "on {} feet", "hand": "on {} hands", "neck": "around {} neck",
    "waist": "around {} waist", "back": "on {} back", "face": "on {} face",
}  # fmt: skip
"""Where things are worn, after "his" or "the"."""


class Grammar(Clauses):
    """Draws texts with all that they say."""

    def draw(self) -> Draft:
        """One text."""
        d = Draft(nouns_first=self.maybe(0.11))
        way = self.rng.random()
        if way < 0.18:
            self.telegraph(d)
        elif way < 0.41:
            self.sheet(d)
        elif way < 0.44:
            self.facts(d)
        else:
            self.opening(d)
            if self.maybe(0.96):
                self.worn(d)
        for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3))):
            self.more(d)
        if self.maybe(0.12):
            self.scenery(d)
        if self.maybe(0.3):
            d.say(".")
        return d

    def opening(self, d: Draft) -> None:
        """Who it is."""
        d.say(self.one("", "", "", "", "", "a photo of", "full body portrait of", "3d render of", "an avatar of",
                       "I want",
                       "please make me", "picture:"))  # fmt: skip
        if self.maybe(0.1):
            self.person(d, figure=self.maybe(0.35))
            d.say(self.one("dressed as", "disguised as", "dressed up as", "cosplaying as", "looking like", "as"))
            d.say(self.one("a", "a", "an", "the", ""))
            self.figure(d)
        else:
            self.person(d)
        if self.maybe(0.1):
            d.say(self.one("", ","))
            d.say(self.noise("verbs") if self.maybe(0.4) else self.noise("endings"))

    def telegraph(self, d: Draft) -> None:
        """ "Black suit, white shirt, old man"."""
        separator = self.one(",", ",", ",", ",", ";", "/", "+", "and", "\n", ".")
        for number in range(self.rng.randrange(1, 8)):
            if number:
                d.say(separator)
            way = self.rng.random()
            if way < 0.07:
                self.features(d)
            elif way < 0.14:
                self.person(d)
            elif way < 0.18:
                d.say(self.word("bare"), "bare")
            elif way < 0.21:
                d.say(self.word("body"), "body")
            elif way < 0.26:
                self.denial(d)
            elif way < 0.29:
                self.dress(d)
            elif way < 0.33:
                d.say(self.quality())
            elif way < 0.36:
                self.layers(d)
            elif way < 0.38:
                self.alike(d)
            elif way < 0.4:
                self.shown_on(d)
            else:
                self.item(d, self.one("", "", "", "", "a"))
                self._shared(d)

    def sheet(self, d: Draft) -> None:
        """ "Old pirate: torn coat, collar up, black beard, no hat, parrot": who it is, and a list of all sorts."""
        d.say(self.one("", "", "", "", "I want", "my character is", "somebody like", "make him", "picture this:"))
        self.nobody(d) if self.maybe(0.06) else self.person(d, self.maybe(0.7))
        separator = self.one(",", ",", ",", ",", ".", ";")
        d.say(self.one(separator, separator, ":", ":", "-", ".", "in", "with", "wearing", "--", "who wears", "has"))
        options = [
            self._listed, self.features, self.denial, self.layers, self.alike, self.shown_on, self.tucked,
            self._strange_thing, self.predicate, self._one_thing, self.bare, self.scenery, self.dress, self.build,
            self.tanned,
        ]  # fmt: skip
        for number in range(self.rng.randrange(2, 9)):
            if number:
                d.say(self.one(separator, separator, separator, separator, "and", "with", "&", ", and", "."))
            self.rng.choices(options, [14, 3, 2, 1.5, 0.6, 1.0, 0.8, 1.6, 1.2, 1.8, 0.6, 0.5, 0.3, 0.6, 0.4])[0](d)

    def facts(self, d: Draft) -> None:
        """ "The jacket is red, the trousers are black; his hair is long"."""
        for number in range(self.rng.randrange(2, 5)):
            if number:
                d.say(self.one(",", ";", "and", ",", "."))
            self.predicate(d) if self.maybe(0.85) else self.features(d)

    def nobody(self, d: Draft) -> None:
        """ "Not a soldier, just a hiker"."""
        d.say(self.one("not a", "no", "not a", "not the usual"))
        d.say(self.word("figure"), "figure", True)
        d.say(self.one(", just a", "but a", ", a", ", rather a", "- a"))
        d.figure = d.say(self.word("figure"), "figure")

    def _listed(self, d: Draft) -> None:
        self.item(d, self.one("", "", "", "a", "his", "her"), rich=1.2)
        self._shared(d)

    def _one_thing(self, d: Draft) -> None:
        if self.maybe(0.3):
            d.say(self.one("holding", "carrying", "with", "playing"))
        self._thing(d)
        d.say(self.one("", "", "in hand", "over the shoulder", "in one hand", "at his side", "on the back"))

    def _strange_thing(self, d: Draft) -> None:
        """A thing that nobody knows, with a colour: "a silver tray"."""
        d.say(self.one("", "a", "his", "the"))
        if self.maybe(0.5):
            d.say(self.one(self.word("color"), self.strange(), self.noise("adjectives")))
        d.say(self.strange() if self.maybe(0.7) else self.noise("belongings").removeprefix("a "))
        d.say(self.one("", "", "", "in the left hand", "on the cheeks", "round the eyes", "in his hair", "at his feet"))

    def worn(self, d: Draft) -> None:
        """ "Wearing a red hat, a coat and boots"."""
        way = self.rng.random()
        if way < 0.14:
            self.dress(d)
            return
        if way < 0.22:
            self.denial(d)
            return
        if way < 0.27:
            self.only(d)
            return
        if way < 0.31:
            d.say(self.one("wearing", ",", ":", "with", "in"))
            self.alike(d)
            return
        d.say(self.one("wearing", "wearing", "in", "in", "with", "dressed in", "who wears", "wears", "clad in", ",",
                       "has",
                       "sporting", ". he wears", ". she is wearing", "in a pair of", "and", ":", "is wearing",
                       "wore"))  # fmt: skip
        self.list(d)

    def list(self, d: Draft) -> None:
        """Some things, the last after "and"."""
        count = self.rng.choice((1, 1, 2, 2, 3, 3, 4, 5))
        for number in range(count):
            if number:
                d.say(self.one("and", ", and", ",", "with", "plus", ", with") if number == count - 1 else ",")
            way = self.rng.random()
            if way < 0.1:
                self.layers(d)
            elif way < 0.14:
                self.shown_on(d)
            elif way < 0.155:
                self.tucked(d)
            elif way < 0.17:
                d.say(self.one("", "", self.word("color"), "big", self.word("color")))
                d.say(self.noise("belongings").removeprefix("a "))
            else:
                self.item(d)
                self._shared(d)

    def more(self, d: Draft) -> None:
        """A further clause."""
        d.say(self.one(",", ",", ".", ";", "and", "", ", and", "."))
        options = [
            self.holding,
            self.spot,
            self.predicate,
            self.denial,
            self.worn_more,
            self.features_more,
            self.layers,
            self.bare,
        ]
        self.rng.choices(options, [4, 2, 2.5, 4, 2, 2.2, 1.5, 1.0])[0](d)

    def holding(self, d: Draft) -> None:
        """Something in the hand."""
        if self.maybe(0.75):
            d.say(self.one("holding", "carrying", "with", "wielding", "clutching", "armed with", "holds", "he carries",
                           "she is holding", "gripping", "brandishing", "leaning on", "playing"))  # fmt: skip
            self._thing(d)
            d.say(self.one("", "", "in his hand", "in one hand", "in both hands", "at his side"))
            if self.maybe(0.15):
                place = f"in {self.one('the', 'his', 'her')} {self.one('left', 'right')} hand"
                d.link("attach", d.say(place, "side"), d.items[-1])
        else:
            self._thing(d)
            d.say(
                self.one("in hand", "in his hand", "in her hands", "in one hand", "under his arm", "over his shoulder")
            )

    def _thing(self, d: Draft) -> None:
        """An extra with few words."""
        d.say(self.article())
        before = self._before(d, False, 0.7)
        number = d.say(self.word("extra"), "extra")
        for node in before:
            d.link("attach", node, number)
        d.items.append(number)

    def spot(self, d: Draft) -> None:
        """ "On his head a red hat"."""
        place = self.rng.choice(list(SPOTS))
        his = self.one("his", "her", "the", "their")
        where = SPOTS[place].format(his)
        first = self.maybe(0.5)
        d.say(where if first else "")
        d.say(
            self.one("", "he wears", ",", "sits", "there is", "she has", "is")
            if first
            else self.one("", "wearing", "with")
        )
        number = self.item(d)
        d.say("" if first else where)
        if self.maybe(0.05):
            d.say(self.one("worn", "tied", "slung"), None)
        d.items.append(number)

    def predicate(self, d: Draft) -> None:
        """ "His shirt is red", "shirt: red", "hat and gloves are torn"."""
        if self.maybe(0.07):
            d.say(self.one("the", "a", "this"))
            d.figure = d.say(self.word("figure") + "'s", "figure")
        else:
            d.say(self.one("his", "her", "the", "", "their", "both the", "whose", "whose", "the"))
        numbers = [self.item(d, "", rich=0.5 if self.maybe(0.4) else 0.15)]
        if self.maybe(0.06):  # "her skirt, a long one, is ..."
            d.say(", a")
            d.link("attach", self._trait(d, after=False), numbers[0])
            d.say("one ,")
        if self.maybe(0.15):
            d.say("and")
            numbers.append(self.item(d, self.one("", "his", "the"), rich=0.1))
        d.say(
            self.one(
                "is", "are", "is", "are", ":", "was", "should be", "-", "in", "are both", "looks", "all in", "must be"
            )
        )
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            role = self.rng.choices(["color", "trait", "pattern", "material"], [6, 2.5, 1, 0.7])[0]
            if role == "color" and any(
                column == numbers[0] and d.nodes[row].role == "color" for row, column in d.links["attach"]
            ):
                role = "trait"
            if d.parts[-1][1] is not None and d.nodes[d.parts[-1][1]].role not in ("garment", "extra"):
                d.say(self.one("and", ","))
            node = d.say(self.word(role), role)
            for number in numbers:
                d.link("attach", node, number)
        d.colored += numbers

    def worn_more(self, d: Draft) -> None:
        """Another list in a clause of its own."""
        d.say(
            self.one(
                "he wears",
                "she is wearing",
                "with",
                "also wearing",
                "he has",
                "completed by",
                "there's also",
                "topped with",
            )
        )
        self.list(d)

    def features_more(self, d: Draft) -> None:
        """Hair and eyes after the clothes."""
        d.say(self.one("", "with", "he has", "she has", "has"))
        self.features(d)

    def bare(self, d: Draft) -> None:
        """ "Barefoot"."""
        d.say(self.one("", "", "and", "with", "is", "he is"))
        d.say(self.word("bare"), "bare")

    def scenery(self, d: Draft) -> None:
        """What has no effect, even if it has a colour."""
        d.say(self.one("", ",", "."))
        if self.maybe(0.5):
            d.say(self.noise("endings"))
        else:
            d.say(
                self.one(
                    "next to a", "in front of a", "on a", "beside a", "behind a", "near the", "with his", "sitting on a"
                )
            )
            d.say(self.one("", "red", "blue", "white", "old", "big", "wooden", "black", "green", "stone", "brown"))
            d.say(self.noise("things"))


def drawn(seed: int) -> Draft:
    """The text of a seed."""
    return Grammar(random.Random(seed)).draw()

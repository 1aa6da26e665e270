"""The grammar's clauses about clothes: what lies over what, what is not worn, what everything has in common."""

from __future__ import annotations

from engine.training.reader.draft import Draft
from engine.training.reader.people import People


class Clauses(People):
    """Draws clauses."""

    def layers(self, d: Draft) -> None:
        """Outer over inner."""
        way = self.rng.random()
        if way < 0.12:
            outer = self.item(d, rich=0.6)
            for _ in range(2):
                d.say(self.one("over", "over", "worn over", "on top of"))
                inner = self.item(d, rich=0.6)
                d.link("over", outer, inner)
                outer = inner
        elif way < 0.5:
            outer = self.item(d, rich=0.7)
            if self.maybe(0.2):
                d.say(self.one("", "", "worn", "is", "hanging"))
                d.link("attach", d.say(self.one("open", "open", "unbuttoned", "buttoned", "unzipped"), "trait"), outer)
            d.say(
                self.one(
                    "over",
                    "over",
                    "over",
                    "on top of",
                    "worn over",
                    "layered over",
                    "thrown over",
                    "above",
                    "draped over",
                )
            )
            d.link("over", outer, self.item(d, rich=0.7))
        elif way < 0.65:
            inner = self.item(d, rich=0.7)
            d.say(
                self.one(
                    "under", "beneath", "underneath", "worn under", "below", "hidden under", "peeking out from under"
                )
            )
            d.link("over", self.item(d, rich=0.7), inner)
        elif way < 0.8:
            outer = self.item(d, rich=0.7)
            d.say(self.one("with", ",", "and", "with"))
            inner = self.item(d, rich=0.7)
            d.say(self.one("underneath", "beneath", "under it", "beneath it", "below", "inside", "underneath it"))
            d.link("over", outer, inner)
        elif way < 0.9:
            inner = self.item(d, rich=0.7)
            d.say(self.one("with", ",", "and", "with"))
            outer = self.item(d, rich=0.7)
            d.say(self.one("over it", "on top", "over the top", "over that", "thrown over it", "over them"))
            d.link("over", outer, inner)
        else:
            outer = self.item(d, rich=0.7)
            d.say(
                self.one(
                    ", under it", ", beneath it", "and underneath", ". Under that", ", underneath", ", under which"
                )
            )
            d.say(self.one("", "", "he wears", "is", "she wears"))
            d.link("over", outer, self.item(d, rich=0.7))

    def tucked(self, d: Draft) -> None:
        """ "Trousers tucked into boots": what is said is said of the first."""
        first = self.item(d, rich=0.7)
        d.say(self.one("", "", "neatly", "loosely", ",", "are"))
        d.link("attach", d.say("tucked", "trait"), first)
        d.say(self.one("into", "into", "into", "in", "inside"))
        self.item(d, self.one("", "", "his", "her", "the", "a pair of"), rich=0.7)

    def denial(self, d: Draft) -> None:
        """What is not worn, in many ways."""
        d.say(self.one("", "", "", ",", "but", "and", ", but", "yet"))
        ways = [
            self._without,
            self._not_wearing,
            self._neither,
            self._instead,
            self._off,
            self._except,
            self._none_under,
        ]
        self.rng.choices(ways, [6, 2, 1.2, 2, 1.2, 1, 1])[0](d)

    def _none_under(self, d: Draft) -> None:
        """ "No shirt under his coat", "a coat with no shirt underneath"."""
        if self.maybe(0.6):
            d.say(self.one("no", "without a", "with no", "wearing no", "no"))
            self.item(d, "", True, 0.15)
            d.say(self.one("under", "beneath", "underneath", "over", "below"))
            self.item(d, self.one("the", "his", "her", "a", ""), rich=0.5)
        else:
            self.item(d, rich=0.6)
            d.say(self.one("with no", "and no", "without a", ", no", "but no"))
            self.item(d, "", True, 0.15)
            d.say(self.one("underneath", "beneath", "under it", "beneath it", "over it"))

    def _without(self, d: Draft) -> None:
        d.say(self.one("without", "without", "no", "no", "with no", "without any", "minus", "lacking", "sans", "not a",
                       "has no", "wearing no", "not", "without his", "without her", "has lost", "missing"))  # fmt: skip
        count = self.rng.choice((1, 1, 1, 1, 2, 2, 3))
        joint = self.one("or", "and", "or", ", no", "and no", ", without", "nor")
        for number in range(count):
            if number:
                d.say(joint if number == count - 1 or joint.startswith(",") else ",")
            if self.maybe(0.1):
                d.say(self.noise("things"))  # as in "no parrot"
            else:
                self.item(d, self.one("a", "", "") if not number or "no" not in joint else "", True, 0.25)

    def _not_wearing(self, d: Draft) -> None:
        d.say(self.one("not wearing", "is not wearing", "isn't wearing", "does not wear", "doesn't wear", "never wears",
                       "who refuses to wear", "hasn't got", "he does not have", "who doesn't have",
                       "not in"))  # fmt: skip
        self.item(d, self.one("a", "any", "his", "her", "the", ""), True, 0.25)
        if self.maybe(0.2):
            d.say("or")
            self.item(d, self.one("any", "a", ""), True, 0.1)

    def _neither(self, d: Draft) -> None:
        d.say(self.one("neither", "wearing neither", "with neither", "has neither", "not wearing either"))
        self.item(d, self.one("", "a"), True, 0.2)
        d.say(self.one("nor", "nor", "or"))
        self.item(d, self.one("", "a"), True, 0.2)

    def _instead(self, d: Draft) -> None:
        """One thing instead of another."""
        way = self.rng.random()
        if way < 0.5:
            self.item(d, rich=0.6)
            d.say(self.one("instead of", "rather than", "instead of", ", not", "in place of", "and not", "replacing"))
            self.item(d, self.one("a", "the", "his", "her", "", "the usual"), True, 0.2)
        elif way < 0.75:
            d.say(self.one("instead of", "not", "rather than", "in place of", "no"))
            self.item(d, self.one("a", "the", "his", "her", "", "the usual"), True, 0.2)
            d.say(self.one("", ",", "but", ", but", "he has", "she wears", ", he wears"))
            self.item(d, rich=0.6)
        else:
            d.say(self.one("his", "her", "the"))
            self.item(d, "", True, 0.1)
            d.say(self.one("replaced by", "swapped for", "is replaced by", "has been swapped for", "traded for"))
            self.item(d, rich=0.6)

    def _off(self, d: Draft) -> None:
        """Something is taken off."""
        if self.maybe(0.5):
            d.say(self.one("has taken off his", "took off her", "who took off his", "having removed his", "removed her",
                           "having taken off the", "has thrown away his", "forgot her", "has lost his",
                           "taking off his"))  # fmt: skip
            self.item(d, "", True, 0.2)
        else:
            d.say(self.one("with his", "with her", "", "his", "the", "with the"))
            self.item(d, "", True, 0.2)
            d.say(
                self.one(
                    "off", "taken off", "removed", "gone", "missing", "is missing", "is gone", "nowhere to be seen"
                )
            )

    def _except(self, d: Draft) -> None:
        """ "In full dress except for the hat"."""
        d.say(self.one("except for the", "apart from the", "save for the", "minus the", "everything but the",
                       "all but the",
                       "complete except the", "but without the", "only the", "just leave out the"))  # fmt: skip
        if d.parts[-1][0] == "only the":
            number = self.item(d, "", True, 0.0)
            d.say(self.one("is missing", "missing", "was left at home"))
        else:
            number = self.item(d, "", True, 0.0)
        d.nodes[number].denied = True

    def only(self, d: Draft) -> None:
        """ "Wearing nothing but shorts"."""
        word = self.one("only", "nothing but", "just", "nothing except", "solely", "merely", "nothing else than")
        if self.maybe(0.8):
            d.say(self.one("wearing", "in", "dressed in", "with", ""))
            d.say(word, "only")
            self.item(d)
            if self.maybe(0.2):
                d.say("and")
                self.item(d)
        else:
            d.say(self.one("wearing", "in"))
            self.item(d)
            d.say(self.one("and nothing else", "only", "and that is all"), "only")

    def dress(self, d: Draft) -> None:
        """The colour of everything: "dressed all in black"."""
        if self.maybe(0.15):
            self._everything(d)
            return
        start = self.one(
            "in", "dressed in", "dressed", "clad", "wearing", "all", "", "outfit in", "clothed", "decked out"
        )
        whole = self.one(
            "all", "entirely", "completely", "from head to toe", "head to toe", "everything", "totally", "wholly"
        )
        d.say(start)
        place = self.rng.random()
        if place < 0.3 and start:
            d.say(whole, "whole")
            d.say(self.one("in", "in", "in", ""))
        elif start.split()[-1:] not in (["in"], ["wearing"]):
            d.say("in")
        way = self.rng.random()
        if way < 0.85:
            if self.maybe(0.1):
                d.say(self.one("shades of", "pure", "tones of"))
            d.say(self.word("color"), "dress")
            if self.maybe(0.06):
                d.say(self.one("not", "and not", ", not", "instead of"))
                d.say(self.word("color"), "dress", True)
            if self.maybe(0.22):
                d.say(self.one("and", "and", "&", "with"))
                d.say(self.word("color"), "dress_accent")
            if self.maybe(0.1):
                d.say(self.word("material"), "dress")
        else:
            d.say(self.word(self.one("material", "pattern")), "dress")
        if place > 0.75:
            d.say(
                self.one(
                    "from head to toe", "all over", "from top to toe", "head to foot", "throughout", "from head to foot"
                ),
                "whole",
            )
        self._exception(d)

    def _exception(self, d: Draft) -> None:
        """ "But with red shoes", "apart from her shoes, which are red": worn all the same."""
        if not self.maybe(0.3):
            return
        d.say(
            self.one(
                "except for",
                "apart from",
                "but",
                ", with",
                "with",
                ", only the",
                ", save for",
                "and",
                "but for",
                "besides",
            )
        )
        number = self.item(d, self.one("the", "a", "", "his", "her"), rich=0.4)
        if not any(column == number and d.nodes[row].role == "color" for row, column in d.links["attach"]):
            d.say(self.one(", which are", "which is", "in", "that are", ", those are", ", which is"))
            d.link("attach", d.say(self.word("color"), "color"), number)

    def _everything(self, d: Draft) -> None:
        """ "Everything she wears is red"."""
        d.say(self.one("everything", "all", "the whole outfit", "everything else", "every garment"), "whole")
        d.say(self.one("he wears", "she has on", "", "of it", "on him", "they wear"))
        d.say(self.one("is", "is", "in", "must be", "comes in", ":"))
        d.say(self.word("color"), "dress")
        self._exception(d)

    def shown_on(self, d: Draft) -> None:
        """ "A red star on a white shirt", "number 7 on his jersey"."""
        color = None
        if self.maybe(0.7):
            d.say(self.one("a", "a big", "the", ""))
            color = d.say(self.word("color"), "accent") if self.maybe(0.7) else None
            shown = d.say(self.word("symbol"), "decal")
        else:
            d.say(self.one("number", "the number", "the word", "the words"))
            text = str(self.rng.randrange(100)) if d.parts[-1][0].endswith("number") else self.noise("sayings")
            shown = d.say(text, "text")
            if self.maybe(0.3):
                d.say("in")
                color = d.say(self.word("color"), "accent")
        d.say(self.one("on", "on", "on the front of", "on the back of", "across", "printed on", "embroidered on",
                       "on the chest of", "across the front of", "on the breast of", "sewn onto"))  # fmt: skip
        item = self.item(d, self.one("a", "his", "her", "the"))
        for node in (shown, color):
            if node is not None:
                d.link("attach", node, item)

    def alike(self, d: Draft) -> None:
        """ "All black: hat, coat and boots"; "hat, coat and boots, all of them black"."""
        first = self.maybe(0.5)
        role = "color" if self.maybe(0.85) else "material"
        word = self.word(role)
        if first:
            d.say(self.one("all", "all", "everything", "the same", "matching", "all in", "only", "same", "same"))
            if self.maybe(0.15):
                d.say(self.one("deep", "shade of", "bright", "dark", self.strange()))
            node = d.say(word, role)
            d.say(self.one(":", ":", "-", "for the", ",", ": the", "for", "", "on the", "for his", "for both"))
        numbers = []
        count = self.rng.choice((2, 3, 3, 4))
        for number in range(count):
            if number:
                d.say(self.one("and", "and the", ",") if number == count - 1 else ",")
            numbers.append(self.item(d, self.one("", "", "the", "his", "her"), rich=0.2 * self.maybe(0.3)))
        if not first:
            d.say(self.one(", all", ", all of them", ", all in", "in", "all", "are all", ", both", "in matching",
                           "both in", "in the same", "are both", ", each in", "are", "all in", "of the same",
                           "all of the same", "in identical", "alike in", ", every one of them", "both",
                           "are all in", "are all"))  # fmt: skip
            node = d.say(word, role)
        nodes = [node]
        if not first and role == "color" and self.maybe(0.15):
            d.say(self.one("and", "&", "and"))
            nodes.append(d.say(self.word("color"), "accent"))
        for number in numbers:
            for node in nodes:
                d.link("attach", node, number)

    def _shared(self, d: Draft) -> None:
        """ "Black hat and gloves": what stands before both belongs to both."""
        if not self.maybe(0.12):
            return
        first = d.items[-1]
        shared = [row for row, column in d.links["attach"] if column == first and d.nodes[row].role in
                  ("color", "accent", "material", "pattern", "same")]  # fmt: skip
        tail = [node for _, node in d.parts[-1:]]
        if not shared or tail != [first]:
            return
        d.say("and")
        second = self.item(d, "", rich=0.0)
        for node in shared:
            d.link("attach", node, second)

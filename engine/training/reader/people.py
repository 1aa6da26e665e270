"""The grammar's persons: who it is, with hair, beard, eyes, skin, build, age and face."""

from __future__ import annotations

from engine.reader.lexicon import lexicon, phrase
from engine.training.reader.draft import Draft
from engine.training.reader.items import Items, vocabulary


class People(Items):
    """Draws persons."""

    def person(self, d: Draft, figure: bool | None = None) -> None:
        """ "A tall old pirate with a white beard"."""
        d.say(self.one("a", "a", "a", "the", "", "an", "this", "one"))
        has_figure = self.maybe(0.45) if figure is None else figure
        for _ in range(2):
            if self.maybe(0.22):
                self.adjective(d)
        if has_figure:
            self.figure(d)
        else:
            d.say(self.word("person"), "person")
        if self.maybe(0.05):
            d.say(self.one("named", "called", "whose name is"))
            d.say(self.noise("names"))
        if self.maybe(0.28):
            d.say(self.one("with", "with", "with", "who has", ",", "having", "and", "has", "with"))
            self.features(d)
        if self.maybe(0.05):
            d.say(self.one(",", "", ""))
            decade = self.one("twenties", "thirties", "forties", "fifties", "sixties", "seventies")
            d.say(f"in {self.one('his', 'her', 'their')} {decade}", "body")

    def figure(self, d: Draft) -> None:
        """A figure's name, with a colour or a compound at times."""
        if self.maybe(0.08):
            d.say(self.word("color"), "figure_color")
        if self.maybe(0.06):
            d.say(self.one("male", "female", "lady", "boy", "girl"), "person")
        if self.maybe(0.12):  # "a zombie nurse"
            d.say(self.word("figure"), "figure")
        d.figure = d.say(self.word("figure"), "figure")
        if self.maybe(0.06):
            d.say(self.one("man", "woman", "girl", "boy", "lady", "guy"), "person")

    def adjective(self, d: Draft) -> None:
        """Something about the person before the noun."""
        way = self.rng.random()
        if way < 0.4:
            self.very(d)
            d.say(self.word("body"), "body")
        elif way < 0.55:
            d.say(self.word("skin"), "skin")
            if self.maybe(0.3):
                d.say(self.one("skinned", "skinned", "complexioned"), "skin_noun")
        elif way < 0.65:
            self.hair_word(d)
            d.say(self.one("haired", "haired", "hair"), "hair")
        elif way < 0.7:
            d.say(self.word("eye_color"), "eye_color")
            d.say("eyed", "eyes")
        elif way < 0.74:
            d.say(self.one("bearded", "clean shaven", "moustached", "unshaven", "goateed", "stubbly"), "beard")
        elif way < 0.78:
            d.say(self.one("bald", "balding", "curly", "long haired", "short haired", "pigtailed"), "hair_style")
        elif way < 0.82:
            d.say(
                self.one("blonde", "blond", "ginger", "brunette", "redheaded", "grey haired", "dark haired"),
                "hair_color",
            )
        elif way < 0.86:
            d.say(self.word("bare"), "bare")
        else:
            d.say(self.quality())
        if self.maybe(0.15):
            d.say(",")

    def very(self, d: Draft) -> None:
        """An intensifier at times."""
        if self.maybe(0.1):
            d.say(self.one("very", "rather", "quite", "really", "somewhat", "extremely"))

    def hair_word(self, d: Draft) -> None:
        """Style and colour before "hair"."""
        style, color = self.rng.choice(((True, True), (True, False), (False, True)))
        if style:
            d.say(self.word("hair_style"), "hair_style")
        if style and color and self.maybe(0.2):
            d.say(self.one(",", "and"))
        if color:
            d.say(self.one(self.word("hair_color"), self.word("hair_color"), self.word("color")), "hair_color")

    def features(self, d: Draft) -> None:
        """One to three of hair, eyes, beard, skin, face, build."""
        count = self.rng.choice((1, 1, 2, 2, 3))
        for number in range(count):
            if number:
                d.say("and" if number == count - 1 else ",")
            self.rng.choices(
                [self.hair, self.eyes, self.beard, self.skin, self.face, self.build], [5, 2.5, 3, 2, 1.5, 2]
            )[0](d)

    def hair(self, d: Draft) -> None:
        """ "Long red hair", "a blonde ponytail", "his hair in a bun"."""
        way = self.rng.random()
        if way < 0.06:
            d.say(self.one("no", "without", "without any"))
            d.say("hair", "hair", True)
            return
        if way < 0.5:
            d.say(self.one("", "", "his", "her", "the"))
            self.hair_word(d)
            d.say(self.one("hair", "hair", "hair", "locks", "hairdo", "mane"), "hair")
        elif way < 0.8:
            d.say(self.one("a", "a", "", "her", "his"))
            if self.maybe(0.5):
                d.say(self.one(self.word("hair_color"), self.word("color")), "hair_color")
            style = d.say(self.word("hair_style"), "hair_style")
            if d.nodes[style].role and self.maybe(0.25):
                d.say(self.one("hair", "hairstyle", "haircut"), "hair")
        else:
            d.say(self.one("her", "his", "", "the"))
            if self.maybe(0.4):
                d.say(self.one(self.word("hair_color"), self.word("color")), "hair_color")
            d.say("hair", "hair")
            d.say(
                self.one(
                    "in a",
                    "is",
                    "in",
                    "tied in a",
                    "worn in",
                    "styled in a",
                    "was",
                    ":",
                    "pulled into a",
                    "tied up in a",
                )
            )
            d.say(self.word("hair_style"), "hair_style")
            if self.maybe(0.3):
                d.say(self.one("and", ",", "dyed", "and dyed"))
                d.say(self.one(self.word("hair_color"), self.word("color")), "hair_color")

    def eyes(self, d: Draft) -> None:
        """ "Green eyes"."""
        if self.maybe(0.75):
            d.say(self.one("", "", "", "piercing", "big", "his", "her", "bright", "kind", "glowing", "deep"))
            d.say(self.one(self.word("eye_color"), self.word("color")), "eye_color")
            d.say(self.one("", "", "", "", "", "glowing", "piercing", "kind", "almond shaped"))
            d.say(self.one("eyes", "eyes", "eyes", "irises", "eye colour"), "eyes")
        else:
            d.say(self.one("his", "her", "", "the"))
            d.say("eyes", "eyes")
            d.say(self.one("are", "that are", ":", "", "glow", "are bright"))
            d.say(self.word("eye_color"), "eye_color")

    def beard(self, d: Draft) -> None:
        """ "A bushy white beard", "no beard"."""
        if self.maybe(0.12):
            d.say(self.one("no", "without a", "without", "but no", "no", "lacking a"))
            d.say(self.word("beard"), "beard", True)
            return
        d.say(self.one("a", "a", "", "his"))
        if self.maybe(0.25):
            d.say(
                self.one(
                    "bushy", "thick", "long", "short", "neat", "big", "well kept", "thin", "curly", "trimmed", "full"
                )
            )
        if self.maybe(0.5):
            d.say(self.one(self.word("hair_color"), self.word("color")), "beard_color")
        d.say(self.word("beard"), "beard")

    def skin(self, d: Draft) -> None:
        """ "Dark skin", "skin of stone"."""
        if self.maybe(0.7):
            d.say(self.one("", "", "his", "her", "smooth", "a"))
            d.say(self.word("skin"), "skin")
            d.say(self.one("skin", "skin", "skin", "complexion", "face"), "skin_noun")
        else:
            d.say(self.one("", "his", "her"))
            d.say("skin", "skin_noun")
            d.say(self.one("is", "of", "made of", "that is", ":", "as"))
            d.say(self.word("skin"), "skin")

    def tanned(self, d: Draft) -> None:
        """ "Sunburnt", by itself; colours would be the clothes'."""
        words = [w for words in vocabulary()["skin"].values() for w in words if len(lexicon().senses(phrase(w))) == 1]
        d.say(self.one("", "", "", "with a", "is", "very"))
        d.say(self.rng.choice(words), "skin")

    def face(self, d: Draft) -> None:
        """ "A crooked nose"."""
        d.say(self.one("a", "", "his", "her"))
        d.say(self.word("face"), "face")

    def build(self, d: Draft) -> None:
        """ "A big belly"; "a slim build"."""
        d.say(self.one("a", "", "his", "her"))
        d.say(self.word("body"), "body")
        d.say(self.one("", "build", "body", "figure", "frame", "stature"))

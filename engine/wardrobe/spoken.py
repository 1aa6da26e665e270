"""What a text says outright, taken at its word: a figure that it names, garments, colours, cuts, extras, hair, skin.

A look that agrees with the text on the whole (`engine.appearance.prior`) is made to agree in these things too.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cached_property

from engine.wardrobe import words
from engine.wardrobe.figures import color_only, figure_of, kind_meant, usual_color
from engine.wardrobe.naming import color_word, part_words
from engine.wardrobe.outfit import (
    COLORS,
    CUTS,
    EXTRA_KINDS,
    EYE_COLORS,
    GARMENT_KINDS,
    HUMAN_SKINS,
    NATURAL_HAIR,
    SKINS,
    Garment,
    Look,
    covers,
)
from engine.wardrobe.readout import likeness, phrases
from engine.wardrobe.words import Item

HIDES_HAIR = frozenset({"helmet", "hood", "mask_full"})
WILD_STYLES = frozenset({"mohawk", "afro", "bald", "buzz"})
OPEN = frozenset({"horned", "hard", "brim", "veil"})
"""Cuts of helmets beneath which hair shows."""
UNDER_SKIRTS = ("swimsuit", "jumpsuit")
"""One piece that may stay where the text names a skirt."""
SCANT = frozenset({"swimsuit", "bikini_top", "briefs"})
BASICS = {"torso": ("t_shirt", "light grey"), "legs": ("trousers", "navy"), "feet": ("shoes", "dark brown")}
"""What covers an area that would be bare for no reason."""
BARE_WORDS = {
    "torso": "shirtless|topless|bare-chested|bare chest|naked|nude", "legs": "naked|nude|bare legs",
    "feet": "barefoot|barefooted|bare feet|naked|nude",
}  # fmt: skip
COMPOUND = re.compile(r"\w+[ -](?:eyed|haired|skinned|bearded|eyes|hair|beard|skin)(?![\w])", re.IGNORECASE)
"""What of a person has a colour, which is then not the clothes'."""
EYES = re.compile(r"(?<![\w-])(" + "|".join(EYE_COLORS) + r")[ -]eye(?:s|d)(?![\w])", re.IGNORECASE)
PEOPLE_COLORS = ("black", "white", "brown")
"""Colours that mean the skin of a figure whose face is seen."""
WEIGHTS = {"body": 3, "torso": 2, "legs": 2, "over": 2, "head": 1, "face": 1, "back": 1}
"""How much of a figure the garments of a slot show; others count a half."""
SKIN_COLOR = re.compile(r"(?<![\w-])([\w ]+?)[ -](?:skin|skinned|fur|scales|face)(?![\w])", re.IGNORECASE)


class Spoken:
    """What one text says outright."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.figure = figure_of(text)
        self.garments: list[Garment] = []
        self.extras: list[Garment] = []
        self.uncolored: set[str] = set()
        """Kinds whose colour is only the usual one."""
        self.main_color: str | None = None
        """Of everything, where the text says "in black"."""
        self.composite: dict[str, str] = {}
        """Colours of slots that one word names together ("a blue suit"): what a figure wears there is recoloured."""
        for phrase in phrases(text) or [text]:
            self._hear(phrase)
        self.figure_color = self._figure_color()
        self.slots = {GARMENT_KINDS[garment.kind][0] for garment in self.garments}

    def _hear(self, phrase: str) -> None:
        color = color_word(phrase, "garment")
        if color and color_only(phrase):
            self.main_color = color
            return
        pattern = words.named(words.PATTERN_WORDS, phrase)
        things = [item for _, item in words.found(words.THINGS, phrase)]
        for item in things:
            (self.extras if item.extra else self.garments).append(_made(item, color, pattern))
        if any(not item.extra for item in things) or (self.figure and self.figure.name == phrase):
            return
        slots = [slot for slot in part_words(phrase) or () if slot in _SLOTS]
        if len(slots) > 1 and color:
            self.composite |= dict.fromkeys(slots, color)
        for slot in slots:
            if kind := kind_meant(phrase, slot):
                self.garments.append(self._garment(phrase, kind, color, pattern))

    def _garment(self, phrase: str, kind: str, color: str | None, pattern: str | None) -> Garment:
        """What a phrase names, in the usual colour where it names none."""
        implied = words.named(words.IMPLIED, phrase)
        if not color and not implied:
            self.uncolored.add(kind)
        own = color or implied or usual_color(phrase, kind)
        accent = "white" if pattern in ("dots", "stripes_h", "stripes_v") and own != "white" else None
        return Garment(kind, own, accent, pattern or "plain")

    def _figure_color(self) -> str | None:
        """The colour in which the figure itself is meant to be ("a red robot", "a steel robot")."""
        if self.figure is None:
            return None
        name = re.sub(r"^(an?|the)\s+", "", self.figure.name.strip(), flags=re.IGNORECASE)
        phrase = next((p for p in phrases(self.text) or [self.text] if name in p), name)
        said = COMPOUND.sub(" ", phrase.partition(name)[0])
        first, _, rest = name.partition(" ")
        if rest and color_word(first, "garment") and likeness(rest).max() >= likeness(name).max():
            said = first  # an adjective: the figure's name is nearer without it
        color = color_word(said, "garment") if said.strip() else None
        if color is None and all(map(self._faceless, self.figure.looks)):
            color = words.named(words.MATERIALS, said)
        return color

    @property
    def person_color(self) -> str | None:
        """The figure's colour where it means the skin ("a black firefighter")."""
        seen = self.figure is not None and not all(map(self._faceless, self.figure.looks))
        return self.figure_color if seen and self.figure_color in PEOPLE_COLORS else None

    def _faceless(self, look: Look) -> bool:
        """Whether no human face is to be seen."""
        worn = {garment.kind for garment in look.garments}
        visor = any(item.kind == "helmet" and item.cut == "visor" for item in self.implied)
        hidden = "mask_full" in worn or {"hood", "mask_mouth"} <= worn or (visor and "helmet" in worn)
        return look.skin not in HUMAN_SKINS or hidden

    @cached_property
    def of_person(self) -> frozenset[str]:
        """Which of skin, hair and beard the text names."""
        parts = [
            part
            for phrase in phrases(self.text) or [self.text]
            if color_word(phrase, "hair")
            for part in part_words(phrase) or ()
        ]
        said = {
            "skin": SKIN_COLOR.search(self.text) or words.named(words.CREATURE_SKINS, self.of_figures),
            "hair_style": words.named(words.HAIR_WORDS, self.text),
            "hair_color": "hair" in parts or words.HAIRED.search(self.text),
            "beard": words.named(words.BEARD_WORDS, self.text),
        }
        return frozenset(name for name, named in said.items() if named)

    @property
    def of_garments(self) -> str:
        """The text without what it says of extras: a red nose is no red garment."""
        kept = [
            phrase
            for phrase in phrases(self.text) or [self.text]
            if not any(item.extra for _, item in words.found(words.THINGS, phrase))
        ]
        return " and ".join(kept)

    @cached_property
    def implied(self) -> list[Item]:
        """Cuts and extras that the names of figures imply."""
        return [item for _, item in words.found(words.FIGURES, self.of_figures)]

    @cached_property
    def of_figures(self) -> str:
        """The text without what it says of garments: who wears dinosaur pyjamas is no dinosaur."""
        name = self.figure.name if self.figure else ""
        kept = [p for p in phrases(self.text) or [self.text] if part_words(p) is None or (name and name in p)]
        return " and ".join(kept)

    def tailor(self, look: Look) -> Look:
        """The look with all that the text says; the same again for a look that has it."""
        scant = not self.figure and any(garment.kind in SCANT for garment in self.garments)
        garments = self._dressed([] if scant else list(look.garments))
        garments = [self._recut(garment) for garment in garments]
        if _fishtail(garments):
            colors = [extra.color for extra in self.extras if extra.kind == "tail" and extra.color != "skin"]
            garments = [replace(g, color=colors[0]) if colors and g.cut == "fishtail" else g for g in garments]
        said = {item.kind for item in self.extras}
        extras = [extra for extra in self.extras if not (extra.kind == "tail" and _fishtail(garments))]
        for item in self.implied:
            if item.extra and item.kind not in said:
                extras.append(_made(item, None, None))
        extras = [self._as_implied(extra) for extra in extras]
        if any(extra.kind == "wings" for extra in extras) and "back" not in self.slots:
            garments = [garment for garment in garments if GARMENT_KINDS[garment.kind][0] != "back"]
        hidden = any(garment.kind in HIDES_HAIR and garment.cut not in OPEN for garment in garments)
        look = replace(look, garments=tuple(garments), extras=tuple(extras))
        return self._eyes(self._in_figure_color(self._skin(self._hair(look, hidden))))

    def _in_figure_color(self, look: Look) -> Look:
        """A figure that is called red: a creature's skin, or the garments of the colour that it shows most of."""
        color = self.figure_color
        if color is None or self.person_color:
            return look
        if look.skin not in HUMAN_SKINS:
            return replace(look, skin=color) if color in SKINS and not SKIN_COLOR.search(self.text) else look
        shown: Counter[str] = Counter()
        for garment in look.garments:
            slot = GARMENT_KINDS[garment.kind][0]
            if slot not in self.slots:
                shown[garment.color] += 2 * WEIGHTS.get(slot, 0) or 1
        if not shown or shown[color] >= 4:
            return look
        main = shown.most_common(1)[0][0]
        garments = (
            replace(garment, color=color, accent=None if garment.accent == color else garment.accent)
            if garment.color == main and GARMENT_KINDS[garment.kind][0] not in self.slots
            else garment
            for garment in look.garments
        )
        return replace(look, garments=tuple(garments))

    def _eyes(self, look: Look) -> Look:
        """Eyes of a colour that is named; those of a full mask, too."""
        match = EYES.search(self.text)
        if match is None:
            return look
        color = match.group(1).lower()
        garments = (
            replace(garment, accent=color) if garment.kind == "mask_full" and color in COLORS else garment
            for garment in look.garments
        )
        return replace(look, eye_color=color, garments=tuple(garments))

    def _as_implied(self, extra: Garment) -> Garment:
        """An extra in the cut that the figure's name implies, where the text leaves that open; wings have feathers."""
        if extra.cut is not None or not EXTRA_KINDS[extra.kind]:
            return extra
        cut, color = EXTRA_KINDS[extra.kind][0], extra.color
        for item in self.implied:
            if item.extra and item.kind == extra.kind:
                cut, color = item.cut or cut, color if extra.color != OPEN_COLOR else item.color or color
        return replace(extra, cut=cut, color="white" if color == OPEN_COLOR else color)

    def _dressed(self, garments: list[Garment]) -> list[Garment]:
        """The garments with those that the text names in the place of others."""
        before = {area for garment in garments for area in covers(garment.kind)}
        garments = [self._recolored(garment) for garment in garments]
        worn = {GARMENT_KINDS[garment.kind][0] for garment in garments}
        if self.figure and "body" in worn:
            worn |= {"torso", "legs"}
        spoken = [
            g for g in self.garments if not (self.figure and GARMENT_KINDS[g.kind][0] in worn & self.composite.keys())
        ]
        named = {GARMENT_KINDS[garment.kind][0] for garment in spoken}
        if "body" in named:
            garments = [g for g in garments if GARMENT_KINDS[g.kind][0] not in {"torso", "legs"} - named]
        elif named & {"torso", "legs"}:
            skirts = "torso" not in named and any("skirt" in garment.kind for garment in spoken)
            under = UNDER_SKIRTS if skirts else ()
            garments = [g for g in garments if GARMENT_KINDS[g.kind][0] != "body" or g.kind in under]
        for garment in spoken:
            garments = put_on(garments, self._as_before(garment, garments))
        for item in self.implied:
            if not item.extra and not item.if_worn and GARMENT_KINDS[item.kind][0] not in self.slots:
                old = next((garment for garment in garments if garment.kind == item.kind), None)
                made = _made(item, None, None)
                garments = put_on(garments, made if old is None else replace(old, cut=item.cut))
        return self._covered(garments, before)

    def _as_before(self, spoken: Garment, worn: list[Garment]) -> Garment:
        """A named garment with what the text leaves open as the figure wears it."""
        old = next((g for g in worn if g.kind == spoken.kind and g.cut == spoken.cut), None)
        if old is None:
            return spoken
        color = old.color if spoken.kind in self.uncolored else spoken.color
        kept = (spoken.accent, spoken.pattern) if spoken.pattern != "plain" else (old.accent, old.pattern)
        return replace(spoken, color=color, accent=kept[0], pattern=kept[1])

    def _covered(self, garments: list[Garment], before: set[str]) -> list[Garment]:
        """Plain garments where something was taken away that the text does not call bare."""
        if any(garment.kind in SCANT for garment in garments):
            return garments
        after = {area for garment in garments for area in covers(garment.kind)}
        for area in sorted(before - after):
            if not words.named({area: BARE_WORDS[area]}, self.text):
                garments = [Garment(*BASICS[area]), *garments]
        return garments

    def _recolored(self, garment: Garment) -> Garment:
        """A garment in the colour that the text gives to several at once."""
        slot = GARMENT_KINDS[garment.kind][0]
        color = self.composite.get("torso" if slot == "body" else slot)
        if self.main_color and slot in {"torso", "legs", "body"} - self.slots:
            color = self.main_color
        return replace(garment, color=color, pattern="plain") if color else garment

    def _recut(self, garment: Garment) -> Garment:
        """The garment in the cut that a figure's name implies for it."""
        if garment.cut is not None:
            return garment
        for item in self.implied:
            if item.kind == garment.kind and item.cut in CUTS.get(garment.kind, ()):
                if GARMENT_KINDS[garment.kind][0] in self.slots:
                    return replace(garment, cut=item.cut)
                accent = garment.accent or item.accent
                return replace(garment, cut=item.cut, color=item.color or garment.color, accent=accent)
        return garment

    def _hair(self, look: Look, hidden: bool) -> Look:
        plain = re.sub(r"\b(long|short)\s+\w+\s+hair", r"\1 hair", self.text, flags=re.IGNORECASE)
        style = words.named(words.HAIR_WORDS, plain)
        beard = words.named(words.BEARD_WORDS, self.text)
        if beard:
            look = replace(look, beard=beard)
        if any(extra.kind == "long_beard" for extra in look.extras) and look.beard == "none":
            look = replace(look, extras=tuple(extra for extra in look.extras if extra.kind != "long_beard"))
        if words.matcher(words.FEMALE).search(self.text) and not beard:
            look = replace(look, beard="none")
            style = style or ("long" if look.hair_style in ("bald", "buzz") else None)
        if self.figure:
            look = self._tame(look, style is None, beard is None)
        if hidden or look.hair_style == "hood":
            female = words.matcher(words.FEMALE).search(self.text)
            style = "hood" if hidden else style or ("long" if female else "short")
        if (match := words.HAIRED.search(self.text)) and (color := color_word(match.group(1), "hair")):
            look = replace(look, hair_color=color)
        for phrase in phrases(self.text) or [self.text]:
            color = color_word(phrase, "hair")
            for part in part_words(phrase) or () if color else ():
                if part == "hair":
                    look = replace(look, hair_color=str(color))
                elif part == "beard":
                    look = replace(look, beard_color=str(color))
        return replace(look, hair_style=style) if style else look

    def _tame(self, look: Look, style: bool, beard: bool) -> Look:
        """Common hair and no beard where the figure's looks do not agree on any, so that they mean nothing.

        ``style`` and ``beard``: whether the text leaves them open.
        """
        looks = self.figure.looks if self.figure else ()
        female = words.matcher(words.FEMALE).search(self.text)
        bearded = len(looks) > 1 and all(other.beard != "none" for other in looks)
        if beard and not bearded and look.beard != "full":
            look = replace(look, beard="none")
        if style and look.hair_style in WILD_STYLES and len({other.hair_style for other in looks}) > 1:
            look = replace(look, hair_style="long" if female else "short")
        if look.hair_color not in NATURAL_HAIR and len({other.hair_color for other in looks}) > 1:
            look = replace(look, hair_color="brown")
        return look

    def _skin(self, look: Look) -> Look:
        """A skin that is named ("red skin"), or the colour of a creature ("a green orc")."""
        creature = words.named(words.CREATURE_SKINS, self.of_figures)
        if creature and look.skin in HUMAN_SKINS:
            look = replace(look, skin=creature)
        match = SKIN_COLOR.search(self.text)
        said = match.group(1) if match else ""
        if not match and self.figure and look.skin not in HUMAN_SKINS:
            phrase = next((p for p in phrases(self.text) or [self.text] if self.figure.name in p), "")
            said = phrase.replace(self.figure.name, "")
        named = [skin for skin in SKINS if re.search(rf"(?<![\w-]){skin}(?![\w-])", said)]
        color = max(named, key=len) if named else color_word(said, "garment") if said else None
        return replace(look, skin=color) if color in SKINS else look


OPEN_COLOR = "black"
"""Of what has no usual colour."""
_SLOTS = frozenset(slot for slot, _ in GARMENT_KINDS.values())


def _fishtail(garments: list[Garment]) -> bool:
    return any(garment.cut == "fishtail" for garment in garments)


def _made(item: Item, color: str | None, pattern: str | None) -> Garment:
    accent = item.accent if item.accent != color else None
    return Garment(item.kind, color or item.color or OPEN_COLOR, accent, pattern or "plain", item.cut)


def put_on(garments: list[Garment], garment: Garment) -> list[Garment]:
    """The garments with one more in the place of those in its slot; what lies outside stays outside."""
    slot = GARMENT_KINDS[garment.kind][0]
    places = [i for i, worn in enumerate(garments) if GARMENT_KINDS[worn.kind][0] == slot]
    kept = [worn for worn in garments if GARMENT_KINDS[worn.kind][0] != slot]
    kept.insert(places[0] if places else len(kept), garment)
    return kept

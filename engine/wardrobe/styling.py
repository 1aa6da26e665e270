"""How the garments of a look are made: cuts and materials by the words of its text, and what is worn unseen beneath.

The codebook's looks say which garments are worn in which colours; ``catalog/styles.toml`` says what their words mean
for the cut.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.wardrobe import words
from engine.wardrobe.hard.armour import DESIGNS
from engine.wardrobe.materials import CATALOG, MATERIALS
from engine.wardrobe.naming import part_words
from engine.wardrobe.outfit import CUTS, GARMENT_KINDS, HUMAN_SKINS, Garment, Look, covers
from engine.wardrobe.readout import phrases

INNER = ("t_shirt", "long_sleeve", "tank_top", "crop_top", "jumpsuit", "dress", "gown", "swimsuit", "robe",
         "bikini_top")  # fmt: skip
"""Kinds that are worn beneath an open front."""
UNDER = {"suit": ("long_sleeve", "buttoned", "white"), "leather": ("t_shirt", None, "white"), "military": None}
"""What is worn beneath a jacket of a cut where the look says nothing."""
UPPER = {"t_shirt", "long_sleeve", "jacket", "coat", "hoodie", "vest", "crop_top"}
"""Kinds that nobody wears alone."""
SCANTY = "bare legs|bare-legged|underwear|underpants|briefs|bikini|swimsuit|swimming|swimmer|loincloth|naked|nude"
NUDE = "naked|nude|bare|undressed"
HARD = ("metal", "painted_metal", "mail", "wood", "stone", "scales", "feathers")
"""Materials of which no cloth is made."""


@dataclass(frozen=True)
class Style:
    """What some words say."""

    words: str
    kinds: dict[str, dict[str, str]]
    """Kind -> ``cut``, ``material`` and ``kind``, as far as they are said."""


def read_styles(path: Path = CATALOG / "styles.toml") -> list[Style]:
    """The records of a file in their order.

    Raises:
        ValueError: one sentence with the file, the record and what is wrong.
    """
    found = []
    for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        of_kinds = {kind: said for kind, said in table.items() if kind != "words"}
        kinds = {kind: said if isinstance(said, dict) else {"cut": said} for kind, said in of_kinds.items()}
        for kind, said in kinds.items():
            _check(f"{path.name}: [{name}] {kind}", kind, said)
        if "words" not in table:
            raise ValueError(f"{path.name}: [{name}] lacks the key 'words'.")
        found.append(Style(table["words"], kinds))
    return found


def _check(where: str, kind: str, said: dict[str, Any]) -> None:
    if kind not in GARMENT_KINDS:
        raise ValueError(f"{where} is no kind of garment.")
    cut = said.get("cut")
    if cut is not None and cut not in CUTS.get(said.get("kind", kind), ()):
        raise ValueError(f"{where} names the unknown cut {cut!r}.")
    if said.get("material", "cotton") not in MATERIALS:
        raise ValueError(f"{where} names the unknown material {said['material']!r}.")


@cache
def styles() -> list[Style]:
    """The bundled records."""
    return read_styles()


def styled(look: Look, text: str) -> Look:
    """A look whose garments are cut and made as a text means them.

    Args:
        look: who wears what in which colours.
        text: the appearance prompt.
    """
    garments = [_designed(_made(garment, text), look, text) for garment in look.garments]
    garments = _materials(garments, text)
    garments = _beneath(_shirt_of_suit(_helmeted(garments), text))
    bare = words.matcher(NUDE).search(text) is not None
    garments = _decent(garments, text)
    hips = any("legs" in covers(garment.kind) or garment.kind == "briefs" for garment in garments)
    if look.skin in HUMAN_SKINS and not hips and not bare:
        garments.insert(0, Garment("briefs", "dark grey"))
    return replace(look, garments=tuple(garments))


def _decent(garments: list[Garment], text: str) -> list[Garment]:
    """Who is dressed above is dressed below, unless the text names something short or calls it bare."""
    kinds = {garment.kind for garment in garments}
    below = any("legs" in covers(kind) for kind in kinds - {"briefs"})
    if below or not kinds & UPPER or words.matcher(SCANTY).search(text):
        return garments
    made = [garment for garment in garments if garment.kind != "briefs"]
    made.append(Garment("trousers", "dark grey"))
    if not kinds & {"shoes", "boots", "sandals", "socks"} and not words.matcher("barefoot|bare feet").search(text):
        made.append(Garment("shoes", "black"))
    return made


def _made(garment: Garment, text: str) -> Garment:
    """The garment in the cut and material that the text's words mean, unless it has one."""
    made = garment
    for style in styles() if garment.cut is None else ():
        said = style.kinds.get(garment.kind)
        if said is not None and words.matcher(style.words).search(text):
            kind, material = said.get("kind", made.kind), said.get("material", made.material)
            made = replace(made, kind=kind, cut=said.get("cut", made.cut), material=material)
    return made


def _designed(garment: Garment, look: Look, text: str) -> Garment:
    """Armour in the design that the words mean, else a modern one over a bodysuit and a knight's over other clothes."""
    if garment.kind != "armor_torso" or garment.cut is not None:
        return garment
    for name, design in sorted(DESIGNS.items(), key=lambda item: item[0] == "knight"):  # whose words any armour has
        if words.matcher(design.words).search(text):
            return replace(garment, cut=name)
    modern = any(other.kind == "jumpsuit" for other in look.garments)
    return replace(garment, cut="suit" if modern else "knight")


def _materials(garments: list[Garment], text: str) -> list[Garment]:
    """Materials that a phrase names go to the garments that it speaks of."""
    for phrase in phrases(text) or [text]:
        named = [name for name, made in MATERIALS.items() if made.words and words.matcher(made.words).search(phrase)]
        named = [name for name in named if name not in HARD]
        slots = part_words(phrase) or []
        if not named or not slots:
            continue
        material = named[0]
        garments = [
            replace(garment, material=material)
            if garment.material is None and (GARMENT_KINDS[garment.kind][0] in slots or _both(garment, slots))
            else garment
            for garment in garments
        ]
    return garments


def _both(garment: Garment, slots: list[str]) -> bool:
    return GARMENT_KINDS[garment.kind][0] == "body" and bool({"torso", "legs"} & set(slots))


def _helmeted(garments: list[Garment]) -> list[Garment]:
    """A mask over the whole head is part of an armour from head to foot."""
    modern = any(garment.kind == "armor_torso" and garment.cut in ("suit", "robot") for garment in garments)
    return [
        replace(garment, kind="helmet", cut="suit") if modern and garment.kind == "mask_full" else garment
        for garment in garments
    ]


def _shirt_of_suit(garments: list[Garment], text: str) -> list[Garment]:
    """The shirt beneath a suit is white where nothing is said of it: a suit's colour is not the shirt's."""
    jacket = next((garment for garment in garments if garment.kind == "jacket" and garment.cut == "suit"), None)
    if jacket is None or words.matcher("shirt|blouse|turtleneck|sweater").search(text):
        return garments
    return [
        replace(garment, color=jacket.accent or "white", accent=None, pattern="plain", cut="buttoned")
        if garment.kind == "long_sleeve" and garment.color == jacket.color
        else garment
        for garment in garments
    ]


def _beneath(garments: list[Garment]) -> list[Garment]:
    """A shirt beneath what is open in front."""
    wrap = next((garment for garment in garments if garment.cut == "wrap"), None)
    if wrap is not None and not {"t_shirt", "tank_top"} & {garment.kind for garment in garments}:
        return [Garment("t_shirt", wrap.color), *garments]
    if any(garment.kind in INNER for garment in garments):
        return garments
    for garment in garments:
        if garment.kind == "jacket" and UNDER.get(garment.cut or ""):
            kind, cut, color = UNDER[garment.cut or ""]  # type: ignore[misc]
        elif garment.kind == "coat" or (garment.kind == "vest" and garment.cut is None):
            kind, cut, color = "long_sleeve", "buttoned", "white"
        else:
            continue
        shown = garment.accent if garment.accent and garment.pattern == "plain" else color
        return [Garment(kind, shown if shown != garment.color else color, cut=cut), *garments]
    return garments

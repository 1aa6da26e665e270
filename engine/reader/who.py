"""From the network's roles to the person: figure, gender, age, build, hair, beard, eyes, skin, face, what is bare."""

from __future__ import annotations

from typing import Any

from engine.reader.lexicon import lexicon
from engine.reader.reading import Who, Worn
from engine.reader.things import Parsed
from engine.reader.values import value
from engine.wardrobe.figure_records import figures
from engine.wardrobe.outfit import covers, styled

GENDERS = {"m": "male", "f": "female"}
FIELDS = {
    "hair_style": "hair_style",
    "hair_color": "hair_color",
    "beard": "beard",
    "beard_color": "beard_color",
    "eye_color": "eye_color",
    "skin": "skin",
    "figure_color": "color",
}
"""Role -> field of `Who` that it fills."""
LENGTHS = ("buzz", "short", "medium", "long")
"""Hair styles that give way to others: "long hair in a ponytail"."""
COSTUMES = frozenset(
    (word,) for word in ("suit", "costume", "outfit", "uniform", "onesie", "attire", "garb", "getup", "disguise")
)
"""What is worn by the name of a figure: "a gorilla suit"."""
JOINTS = frozenset({"fn.dressas", "fn.article", "fn.comma", "fn.in", "fn.wear"})
"""Between two figures that are one person."""
FEET = ("shoes", "boots", "sandals", "socks")


def who(parsed: Parsed, worn: list[Worn]) -> Who:
    """The person; of two that the text speaks of, what is said first."""
    said: dict[str, Any] = {}
    face: list[str] = []
    bare: list[str] = []
    implied: dict[str, Any] = {}
    for at, role in enumerate(parsed.roles):
        if role in FIELDS or role in ("figure", "person", "body", "face", "bare", "hair"):
            _hear(parsed, at, role, said, face, bare, implied)
    if parsed.being is not None:
        said["being"], _, mark = (parsed.chunks[parsed.being].value("figure") or "").partition("/")
        parsed.used.add(parsed.being)
        if mark:
            implied.setdefault("gender", GENDERS[mark])
    if "gender" not in said:
        said |= _pronoun(parsed) or implied
    if any(thing.kind == "long_beard" and not thing.denied for thing in worn):
        said.setdefault("beard", "full")
    if parsed.having("only"):
        bare += [area for area in _uncovered(worn) if area not in bare]
        parsed.used |= set(parsed.having("only"))
    return Who(**said, face=tuple(face), bare=tuple(bare))


def _hear(
    parsed: Parsed, at: int, role: str, said: dict[str, Any], face: list[str], bare: list[str], implied: dict[str, Any]
) -> None:
    """Take in what one chunk says."""
    if role == "hair":
        if parsed.denied[at]:
            said.setdefault("hair_style", "bald")
            parsed.used.add(at)
        return
    found = value(parsed.chunks[at], role)
    if found is None or (parsed.denied[at] and role != "beard"):
        return
    parsed.used.add(at)
    meant = found[1]
    if role in ("person", "body"):
        for pair in meant.split():
            name, _, level = pair.partition("=")
            said.setdefault(name, level if name in ("gender", "hair_color") else float(level))
    elif role == "figure":
        name, _, mark = meant.partition("/")
        said.setdefault("figure", name)
        if mark:
            implied["gender"] = GENDERS[mark]
    elif role == "face":
        face.append(meant)
    elif role == "bare":
        bare += [area for area in meant.split() if area not in bare]
    elif role == "hair_style":
        style, cut = styled(meant)
        if style and (said.get(role) is None or (said[role] in LENGTHS and style not in LENGTHS)):
            said[role] = style
        if cut and said.get("hair_cut") in (None, "straight"):  # as hair with a fringe is, too
            said["hair_cut"] = cut
    elif said.get(FIELDS[role]) in (None, "none"):
        said[FIELDS[role]] = "none" if parsed.denied[at] else meant


def _pronoun(parsed: Parsed) -> dict[str, Any]:
    """The gender of "his" or "she"."""
    for chunk in parsed.chunks:
        for word in chunk.words if any(name.startswith("fn.") for name in chunk.categories) else ():
            senses = {sense.category: sense.value for sense in lexicon().senses((word,))}
            meant = senses.get("person", "")
            if meant.startswith("gender=") and senses.keys() & {"fn.possessive", "fn.pronoun"}:
                return {"gender": meant.removeprefix("gender=")}
    return {}


def _uncovered(worn: list[Worn]) -> list[str]:
    """The areas that nothing covers where only what is named is worn."""
    kinds = {thing.kind for thing in worn if not thing.denied}
    if kinds & {"all", "rest"}:
        return []
    covered = {area for kind in kinds for area in _covers(kind)}
    return [area for area in ("torso", "legs", "feet") if area not in covered]


def _covers(kind: str) -> tuple[str, ...]:
    if kind in ("briefs", "bikini_top"):
        return () if kind == "briefs" else ("torso",)
    try:
        return ("feet",) if kind in FEET else covers(kind)
    except KeyError:
        return ()


def figure_first(parsed: Parsed, strength: list[float]) -> None:
    """Of several figures that a text names keep the surest, and of some that speak of one person the last, with the
    being that wears its clothes: "a skeleton pirate", "a pirate robot"."""
    costume = _costume(parsed)
    named = [at for at in parsed.having("figure") if not parsed.denied[at]]
    parsed.used |= set(parsed.having("figure")) - set(named)  # "not a soldier"
    if named:
        surest = max(named, key=lambda at: strength[at]) if costume is None else costume
        one = _same_person(parsed, named, surest)
        beings = [at for at in one if _is_being(parsed, at)]
        clothes = [at for at in one if at not in beings]
        best = (clothes or one)[-1]
        if len(one) > 1 and beings and best != beings[0]:
            parsed.being = beings[0]
        named = [best]
    for at in parsed.having("figure"):
        if at not in named:
            parsed.roles[at] = "none"


def _costume(parsed: Parsed) -> int | None:
    """The figure whose clothes are named by it: "a cat in a pirate costume"; what is said of them is said of it."""
    for at in range(1, len(parsed.chunks)):
        before, role = parsed.chunks[at - 1], parsed.roles[at - 1]
        if parsed.chunks[at].words not in COSTUMES or before.value("figure") is None or role not in ("figure", "none"):
            continue
        if parsed.denied[at]:
            continue
        item = parsed.items.pop(at, None)
        for other, said in item.modifiers if item is not None else ():
            parsed.roles[other] = "figure_color" if said == "color" else parsed.roles[other]
        parsed.over = [pair for pair in parsed.over if at not in pair]
        parsed.roles[at - 1], parsed.roles[at] = "figure", "none"
        parsed.used.add(at)
        return at - 1
    return None


def _same_person(parsed: Parsed, named: list[int], at: int) -> list[int]:
    """The figures that are said of the same person as one: between them stands nothing but "dressed as a"."""
    place = named.index(at)
    first = last = place
    while first and _joined(parsed, named[first - 1], named[first]):
        first -= 1
    while last + 1 < len(named) and _joined(parsed, named[last], named[last + 1]):
        last += 1
    return named[first : last + 1]


def _joined(parsed: Parsed, before: int, after: int) -> bool:
    between = parsed.chunks[before + 1 : after]
    return all(chunk.categories & JOINTS or chunk.written == "-" for chunk in between)


def _is_being(parsed: Parsed, at: int) -> bool:
    name = (parsed.chunks[at].value("figure") or "").partition("/")[0]
    return name in figures() and figures()[name].being

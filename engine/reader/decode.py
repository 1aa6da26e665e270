"""From scores to a `Reading`: who, what is worn, what was understood, and what had no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.reader import things, who
from engine.reader.chunks import MARK, Chunk
from engine.reader.names import names_of
from engine.reader.network import ROLES, Scores
from engine.reader.reading import Reading, Understood, Who, Worn
from engine.reader.things import Parsed
from engine.reader.values import value
from engine.wardrobe.measures import measures
from engine.wardrobe.outfit import styled

GROWN = ("wings", "horns", "halo", "ears", "tail", "nose", "tusks", "eye_patch", "long_beard", "ruff", "earrings")
"""Extras that are not held."""
PROPERTIES = {
    "color": "colour",
    "accent": "second colour",
    "dress_accent": "second colour",
    "figure_color": "colour",
    "dress": "colour",
    "hair_style": "style",
    "hair_color": "colour",
    "beard_color": "colour",
    "eye_color": "colour",
    "same": "colour",
    "text": "text",
    "decal": "symbol",
    "trait": "state",
}
LAYERS = {
    "hair_style": "Hair",
    "hair_color": "Hair",
    "hair": "Hair",
    "beard": "Beard",
    "beard_color": "Beard",
    "eye_color": "Eyes",
    "skin": "Skin",
    "person": "Person",
    "body": "Body",
    "face": "Face",
    "bare": "Skin",
    "figure": "Figure",
    "figure_color": "Figure",
    "color": "Clothes",
    "accent": "Clothes",
    "pattern": "Clothes",
    "decal": "Clothes",
    "text": "Clothes",
    "dress": "Clothes",
    "dress_accent": "Clothes",
    "whole": "Clothes",
    "only": "Clothes",
}
MEASURES = {"stature": "height", "mass": "weight", "years": "age"}
SILENT = ("hair", "eyes", "skin_noun", "part", "whole", "beard")
"""Roles that only say what others speak of: neither understood by themselves nor ignored."""


def decode(text: str, found: Sequence[Chunk], scores: Scores) -> Reading:
    """The reading of a text's chunks."""
    parsed = things.parse(found, scores)
    who.figure_first(parsed, [float(v) for v in scores.roles[:, ROLES.index("figure")]])
    pairs = things.things(parsed)
    worn = [thing for _, thing in pairs]
    dressed = _dress(parsed, worn)
    person = who.who(parsed, worn)
    worn = _whole(parsed, [*dressed, *worn], person)
    said = measures(text)
    if said.age is not None:
        person = replace(person, age=(1 + said.age) / 2)
    measured = [Understood(text[a:b], a, b, "Body", MEASURES[name], text[a:b]) for a, b, name in said.places]
    places = [(a, b) for a, b, _ in said.places]
    plain = (part for part in _understood(text, parsed) if not _within(part.start, part.end, places))
    understood = sorted([*plain, *measured], key=lambda part: part.start)
    ignored = _ignored(parsed, places)
    return Reading(text, who=person, worn=tuple(worn), understood=tuple(understood), ignored=ignored)


def _dress(parsed: Parsed, worn: list[Worn]) -> list[Worn]:
    """What is said of everything: "all in black"; and of a figure, what belongs to nothing that it wears by name: "a
    football player with the number 10"."""
    said: dict[str, str] = {}
    traits: list[str] = []
    spans = []
    owned = {at for item in parsed.items.values() for at, _ in item.modifiers}
    free = parsed.having("color", "accent", "pattern", "trait", "decal", "text") if parsed.having("figure") else []
    for at in sorted(
        [
            *parsed.having("dress", "dress_accent"),
            *(at for at in free if at not in owned and not _of_unknown(parsed, at)),
        ]
    ):
        chunk, role = parsed.chunks[at], parsed.roles[at]
        shown = things.decal_of(chunk, role) if role in ("text", "decal") else None
        found = value(chunk, role) if shown is None else ("decal", shown)
        if found is None or parsed.denied[at]:
            continue
        category, meant = found
        if category == "color" and "color" in said:
            category = "accent"
        if category == "trait":
            traits.append(meant)
        else:
            said.setdefault(category, meant)
        parsed.used.add(at)
        spans.append((parsed.chunks[at].start, parsed.chunks[at].end))
    words = (min(spans)[0], max(spans)[1]) if spans else (0, 0)
    return [Worn("all", **said, traits=tuple(traits), words=words)] if spans else []  # type: ignore[arg-type]


def _of_unknown(parsed: Parsed, at: int) -> bool:
    """Whether a word stands before one that nobody knows and so speaks of that ("gold teeth")."""
    if at + 1 == len(parsed.chunks):
        return False
    after = parsed.chunks[at + 1]
    known = any(category.startswith("fn.") for category in after.categories) or MARK.fullmatch(after.written)
    return parsed.roles[at + 1] == "none" and not known


def _whole(parsed: Parsed, worn: list[Worn], person: Who) -> list[Worn]:
    """``all`` is ``rest`` where other garments are named, or where a figure has clothes of its own."""
    others = any(not thing.denied and thing.kind not in ("all", "rest") for thing in worn)
    whole = bool(parsed.having("whole"))
    kind = "rest" if others or (person.figure and not whole) else "all"
    said = [replace(thing, kind=kind) if thing.kind == "all" else thing for thing in worn]
    return [thing for thing in said if thing.kind not in ("all", "rest") or _says(thing)]


def _says(thing: Worn) -> bool:
    """Whether "clothes" come with anything that is said of them."""
    return bool(thing.color or thing.accent or thing.pattern or thing.material or thing.traits or thing.decal)


def _understood(text: str, parsed: Parsed) -> tuple[Understood, ...]:
    owners = {at: item for item in parsed.items.values() for at, _ in item.modifiers}
    out = []
    for at in sorted(parsed.used):
        chunk, role = parsed.chunks[at], parsed.roles[at]
        found = value(chunk, role)
        meant = found[1] if found else chunk.written
        if role in ("garment", "extra"):
            layer = chunk.written.capitalize()
            item = parsed.items[at]
            held = role == "extra" and meant.partition(".")[0] not in GROWN
            said = ("not worn", "") if item.denied else ("held" if held else "worn", names_of(meant))
        else:
            owner = owners.get(at)
            layer = parsed.chunks[owner.chunk].written.capitalize() if owner else LAYERS.get(role, "Figure")
            if at == parsed.being:
                layer, meant = "Figure", chunk.value("figure") or ""
            meant = styled(meant)[1] or meant if role == "hair_style" else meant
            plain = chunk.written if role in ("person", "body") else meant.partition("/")[0].replace("_", " ")
            name = PROPERTIES.get(role, role) if role != "dress" or not found or found[0] == "color" else found[0]
            said = ("being" if at == parsed.being else name, plain)
        out.append(Understood(text[chunk.start : chunk.end], chunk.start, chunk.end, layer, *said))
    return tuple(out)


def _within(start: int, end: int, places: list[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in places)


def _ignored(parsed: Parsed, measured: list[tuple[int, int]]) -> tuple[str, ...]:
    """Words that could have had an effect and had none; those of measures have one."""
    out = []
    for at, (chunk, role) in enumerate(zip(parsed.chunks, parsed.roles)):
        function = any(category.startswith("fn.") for category in chunk.categories)
        empty = any(sense.value == "" and sense.category in ("person", "part") for sense in chunk.senses)
        if at in parsed.used or role in SILENT or function or empty or MARK.fullmatch(chunk.written):
            continue
        if _within(chunk.start, chunk.end, measured):
            continue
        out.append(chunk.written)
    return tuple(out)

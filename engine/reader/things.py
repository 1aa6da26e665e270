"""From the network's scores to what is worn: which chunk is a thing, what belongs to it, what lies over what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.reader.chunks import Chunk
from engine.reader.lexicon import FOLDER, read_words
from engine.reader.network import ITEMS, LINKS, MODIFIERS, ROLES, Scores
from engine.reader.reading import Worn
from engine.reader.values import may_be, pieces, value
from engine.wardrobe.combining import can_be, places

PLAIN = frozenset(
    ("garment", "extra", "figure", "material", "pattern", "trait", "hair_style", "skin", "person", "bare")
)
"""Categories of which a phrase with only this meaning seldom says nothing."""
LONGEST_TEXT = 12
"""Characters that are printed of a text. Set by hand."""
ONE_OF = ("shirt", "legs", "feet")
"""Places where one garment of a set makes way for another kind."""
SIDES = {"fn.side_left": "left", "fn.side_right": "right", "fn.one": "right"}


UNDYED = frozenset(
    [
        "glasses",
        "necklace",
        "earrings",
        "sword",
        "axe",
        "hammer",
        "wand",
        "staff",
        "spear",
        "bow",
        "gun",
        "instrument",
        "bat",
        "book",
        "cup",
        "lantern",
        "tool",
    ]
)
"""Kinds whose colour nobody means with that of clothes: "a white shirt and glasses", "a red cape and sword"."""


@dataclass(frozen=True)
class Thresholds:
    """Log-odds of the network at which a text is read one way or the other."""

    faint: float = -3.0
    """Below it a modifier belongs to nothing, even if nothing else is likelier. Set by hand."""
    over: float = -0.8
    """From it on one thing lies over another. Set by hand."""
    unsaid: float = 4.0
    """By how much a phrase of `PLAIN` is less likely to say nothing than the network thinks. Set by hand."""


LIMITS = Thresholds()


@dataclass
class Item:
    """One garment or thing of the text with what is said of it."""

    chunk: int
    denied: bool
    modifiers: list[tuple[int, str]] = field(default_factory=list)
    """(chunk, role)"""
    color_of: int | None = None
    """The chunk whose colour it takes."""


@dataclass
class Parsed:
    """The chunks' roles, the items in their order in the text, and (outer, inner) pairs of them."""

    chunks: Sequence[Chunk]
    roles: list[str]
    denied: NDArray[np.bool_]
    items: dict[int, Item]
    over: list[tuple[int, int]]
    used: set[int] = field(default_factory=set)
    """Chunks that had an effect."""
    being: int | None = None
    """The chunk that says what wears a figure's clothes."""

    def having(self, *roles: str) -> list[int]:
        """The chunks of some roles, in their order."""
        return [at for at, role in enumerate(self.roles) if role in roles]


def parse(found: Sequence[Chunk], scores: Scores) -> Parsed:
    """The likeliest roles that the catalogue allows, and the links between them."""
    roles = []
    for at, (chunk, row) in enumerate(zip(found, scores.roles)):
        beside = any(other.value("fn.between") for other in found[max(at - 2, 0) : at])  # "next to a knight"
        if len(chunk.categories) == 1 and chunk.categories <= PLAIN and not beside:
            row = row - LIMITS.unsaid * (np.arange(len(ROLES)) == ROLES.index("none"))
        order = [ROLES[i] for i in np.argsort(-row)]
        roles.append(next(role for role in order if may_be(chunk, role) and (role != "text" or _printed(found, at))))
    _give_to_what_follows(found, roles)
    denied = np.array([bool(s > 0) or chunk.less for s, chunk in zip(scores.denied, found)])
    items = {at: Item(at, bool(denied[at])) for at, role in enumerate(roles) if role in ITEMS}
    parsed = Parsed(found, roles, denied, items, [])
    if items:
        _attach(parsed, scores)
        _layer(parsed, scores)
    return parsed


def _give_to_what_follows(found: Sequence[Chunk], roles: list[str]) -> None:
    """What stands right before a garment is said of that, not of all that is worn: "in blue overalls"."""
    for at in [at for at, role in enumerate(roles) if role == "dress"]:
        after = next((role for role in roles[at + 1 :] if role not in MODIFIERS), "none")
        own = next((role for role in ("color", "material", "pattern") if may_be(found[at], role)), None)
        if after in ITEMS and own:
            roles[at] = own


def _printed(found: Sequence[Chunk], at: int) -> bool:
    """Whether a chunk looks like what is written on a garment: a quotation, a number, capitals, or after "says"."""
    chunk = found[at]
    said = any(other.value("fn.quote") is not None for other in found[max(at - 2, 0) : at])
    return chunk.quoted or said or (chunk.written.isdigit() and len(chunk.written) < 4) or chunk.written.isupper()


def _attach(parsed: Parsed, scores: Scores) -> None:
    """Give modifiers to their items: to all likely ones, or else to the likeliest."""
    columns = list(parsed.items)
    for at in parsed.having(*MODIFIERS):
        can = [_can_be(parsed, column, at) for column in columns]
        row = np.where(can, scores.links[LINKS.index("attach"), at, columns], -np.inf)
        owners = [column for column, score in zip(columns, row) if score > 0]
        before = [column for column, fits in zip(columns, can) if fits and column < at]
        if not owners and row.max() > LIMITS.faint:
            owners = [columns[int(row.argmax())]]
        elif not owners and not all(can) and before:
            owners = before[-1:]  # "a trench coat, closed, and heels"
        for owner in owners:
            parsed.items[owner].modifiers.append((at, parsed.roles[at]))
            if parsed.roles[at] == "same":
                parsed.items[owner].color_of = _source(parsed, scores, at, owner)
    for owner, item in parsed.items.items():
        _keep_own_color(parsed, owner, item)
        _settle(parsed, scores.links[LINKS.index("attach")], owner, item)


def _can_be(parsed: Parsed, owner: int, at: int) -> bool:
    """Whether an item can be in a state: no stethoscope has its sleeves rolled up."""
    chunk = parsed.chunks[at]
    if parsed.roles[at] != "trait" or (found := value(parsed.chunks[owner], parsed.roles[owner])) is None:
        return True
    meant = value(chunk, "trait")
    states = {meant[1] if meant else "", *chunk.words}
    return any(all(can_be(worn.kind, state) for state in states) for _, worn in pieces(found[1]))


def _keep_own_color(parsed: Parsed, owner: int, item: Item) -> None:
    """What is of a material by its name, as jeans are, and what is not of cloth share no colour across an "and"."""
    found = value(parsed.chunks[owner], parsed.roles[owner])
    own = any(worn.material or worn.kind in UNDYED for _, worn in (pieces(found[1]) if found else ()))
    for at, role in list(item.modifiers):
        between = range(at + 1, owner)
        shared = any((at, role) in other.modifiers for other in parsed.items.values() if other is not item)
        if own and role == "color" and shared and any("fn.and" in parsed.chunks[k].categories for k in between):
            item.modifiers.remove((at, role))


def _settle(parsed: Parsed, table: NDArray[np.float32], owner: int, item: Item) -> None:
    """Of several first colours of an item keep those that belong to nothing else more."""
    colors = [at for at, role in item.modifiers if role == "color"]
    for at in colors if len(colors) > 1 else ():
        others = [table[at, o] for o, other in parsed.items.items() if o != owner and (at, "color") in other.modifiers]
        if others and max(others) > table[at, owner]:
            item.modifiers.remove((at, "color"))


def _source(parsed: Parsed, scores: Scores, at: int, owner: int) -> int:
    """The chunk whose colour "matching" means; that of the figure is the chunk itself."""
    columns = [c for c in (*parsed.items, *parsed.having("figure", "person")) if c != owner]
    row = scores.links[LINKS.index("same"), at, columns]
    return columns[int(row.argmax())] if len(columns) else at


def _layer(parsed: Parsed, scores: Scores) -> None:
    worn = [at for at, item in parsed.items.items() if not item.denied]
    table = scores.links[LINKS.index("over")]
    parsed.over = [
        (a, b) for a in worn for b in worn if a != b and table[a, b] > LIMITS.over and table[a, b] >= table[b, a]
    ]


def things(parsed: Parsed) -> list[tuple[int, Worn]]:
    """(chunk, what is worn) from the innermost to the outermost."""
    made = _named_once({at: _made(parsed, item) for at, item in parsed.items.items()})
    for at, item in parsed.items.items():
        if item.color_of is not None:
            source = made.get(item.color_of)
            color = next((worn.color for worn in source or () if worn.color), None) or "figure"
            made[at] = [replace(worn, color=worn.color or color) for worn in made[at]]
    return [(at, worn) for at in _ordered(parsed) for worn in made[at]]


def _named_once(made: dict[int, list[Worn]]) -> dict[int, list[Worn]]:
    """A piece of a set that is named by itself, too, is the one that is named: "a tuxedo, black tie undone"; one that
    is denied is none of it: "a suit, no jacket"; and of two names of one set there is one: "a three-piece tweed suit".
    """
    found = {at: list(items) for at, items in made.items()}
    for at, these in sorted(made.items(), key=lambda pair: len(pair[1])):
        for other, named in made.items():
            if other == at or not found[at] or not found[other] or len(named) < len(these):
                continue
            if _named_by(these, named):
                same = {worn.kind: worn for worn in these}
                plain = replace(these[0], decal=None, traits=())
                found[other] = [_completed(worn, same.get(worn.kind, plain)) for worn in found[other]]
                found[at] = []
    for at, these in made.items():
        for piece in list(found[at]) if len(these) > 1 else ():
            named_at = next((i for i, o in made.items() if len(o) == 1 and found[i] and _replaces(o[0], piece)), None)
            if named_at is None or piece.denied:
                continue
            found[at].remove(piece)
            if not found[named_at][0].denied:
                found[named_at] = [_completed(found[named_at][0], piece)]
    return found


def _named_by(these: list[Worn], others: list[Worn]) -> bool:
    """Whether a set is also named by another word, or a breastplate is a part of an armour that is named."""
    if len(these) == 1:
        part = these[0].kind == "armor_torso" and not these[0].denied
        return part and any(worn.kind == "armor_torso" for worn in others)
    return {(worn.kind, worn.cut) for worn in these} <= {(worn.kind, worn.cut) for worn in others}


def _replaces(named: Worn, piece: Worn) -> bool:
    """Whether a garment is worn in the place of a piece of a set."""
    same = places().get(named.kind) == places().get(piece.kind) in ONE_OF and named.kind != "leggings"
    return named.kind == piece.kind or (same and not named.denied)


def _completed(named: Worn, piece: Worn) -> Worn:
    """What is named, with what else is said of it by another name."""
    return replace(
        named,
        color=named.color or piece.color,
        accent=named.accent or piece.accent,
        pattern=named.pattern or piece.pattern,
        material=named.material or piece.material,
        decal=named.decal or piece.decal,
        traits=tuple(dict.fromkeys((*named.traits, *piece.traits))),
    )


def _ordered(parsed: Parsed) -> list[int]:
    """The items as the text has them, except that what lies over another comes after it."""
    left, out = list(parsed.items), []
    while left:
        free = [at for at in left if not any(outer == at and inner in left for outer, inner in parsed.over)]
        out.append((free or left)[0])
        left.remove(out[-1])
    return out


def _made(parsed: Parsed, item: Item) -> list[Worn]:
    """An item's pieces with its modifiers."""
    chunk = parsed.chunks[item.chunk]
    found = value(chunk, parsed.roles[item.chunk])
    if found is None:
        return []
    parsed.used.add(item.chunk)
    out = []
    for whole, worn in pieces(found[1]):
        made = replace(worn, denied=item.denied, words=(chunk.start, chunk.end))
        if whole and any(role == "color" for _, role in item.modifiers):
            made = replace(made, color=None)  # that of its name is only the usual one
        for at, role in item.modifiers if whole else ():
            made = _modified(parsed, made, at, role)
        out.append(_become(_colored(made, item)))
    return out


def _colored(worn: Worn, item: Item) -> Worn:
    """A second colour of nothing in particular is the first."""
    owned = worn.pattern or worn.decal or any(role == "part" for _, role in item.modifiers)
    return worn if worn.color or owned else replace(worn, color=worn.accent, accent=None)


def decal_of(chunk: Chunk, role: str) -> str | None:
    """What is printed where a chunk is a text or a symbol, as `outfit.Garment.decal` has it; None if unknown."""
    if role == "text":
        return "text:" + chunk.written.strip("\"'\u201c\u201d\u00ab\u00bb")[:LONGEST_TEXT]
    found = value(chunk, role)
    return f"symbol:{found[1]}" if found is not None else None


def _modified(parsed: Parsed, worn: Worn, at: int, role: str) -> Worn:
    """With one more thing said of it."""
    chunk = parsed.chunks[at]
    if role in ("text", "decal") and (shown := decal_of(chunk, role)) is not None:
        parsed.used.add(at)
        return replace(worn, decal=worn.decal or shown)
    if parsed.denied[at] and not worn.denied and role in ("color", "accent", "pattern", "material"):
        return worn
    found = value(chunk, role)
    if found is None:
        return worn
    parsed.used.add(at)
    category, meant = found
    if role == "color" and worn.color is None:
        return replace(worn, color=meant)
    if role == "accent" and worn.color is None and worn.accent and worn.pattern is None:
        return replace(worn, color=worn.accent, accent=meant)  # "black and white stripes"
    if role in ("color", "accent"):
        return replace(worn, accent=worn.accent or meant)
    if role == "pattern":
        return replace(worn, pattern=meant)
    if role in ("material", "trait", "part"):  # some words say both: "lace", "patent", "plume"
        trait = meant if role == "trait" else chunk.value("trait")
        material = meant if role == "material" else worn.material or chunk.value("material")
        traits = (*worn.traits, trait) if trait and trait not in worn.traits else worn.traits
        return replace(worn, material=material, traits=traits)
    return replace(worn, side=SIDES[category]) if role == "side" else worn


@lru_cache(maxsize=1)
def _becoming() -> dict[str, str]:
    found: dict[str, str] = read_words(FOLDER / "become.toml")["become"]
    return found


def _become(worn: Worn) -> Worn:
    """ "A long dress" is a gown: see ``become.toml``."""
    for word in (*worn.traits, worn.material):
        meant = _becoming().get(f"{worn.kind} {word}")
        kind, _, cut = (meant or "").partition(".")
        if meant and (kind != worn.kind or worn.cut is None):
            worn = replace(worn, kind=kind, cut=cut or (worn.cut if kind == worn.kind else None))
    return worn

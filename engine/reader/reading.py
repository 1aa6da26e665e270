"""What a text says, in the terms of the catalogue; nothing is added that the text leaves open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Worn:
    """One thing that is worn, held or grows; None and empty where the text says nothing."""

    kind: str
    """Of `outfit.GARMENT_KINDS` or `outfit.EXTRA_KINDS`; ``all``: everything that is worn ("dressed in white from head
    to toe"), ``rest``: everything that the text does not name by itself ("all in black, with a red tie")."""
    cut: str | None = None
    """Of `outfit.CUTS` or `outfit.EXTRA_KINDS`."""
    color: str | None = None
    """Of `outfit.COLORS`, or ``figure`` for what "of the same colour" takes from who wears it."""
    accent: str | None = None
    """The second colour: of its pattern, its collar, its decal."""
    pattern: str | None = None
    """Of `outfit.PATTERNS`."""
    material: str | None = None
    """Of `materials.MATERIALS`."""
    traits: tuple[str, ...] = ()
    """Of `outfit.TRAITS`."""
    decal: str | None = None
    """As `outfit.Garment.decal` has it."""
    side: str | None = None
    """``left`` or ``right`` where only one of a pair is meant ("one glove" is a right one)."""
    denied: bool = False
    """Not worn: "without a hat", "no shoes"."""
    words: tuple[int, int] = (0, 0)
    """First and last character (exclusive) of its name in the text."""


@dataclass(frozen=True)
class Who:
    """The person, as far as the text says anything of it."""

    figure: str | None = None
    """A name of the catalogue's figures: "knight"."""
    being: str | None = None
    """Another one that says what wears the figure's clothes: "zombie" of "a zombie nurse"."""
    color: str | None = None
    """The colour that the figure itself is said to have ("a red robot"); of `outfit.COLORS`."""
    gender: str | None = None
    """``male`` or ``female``."""
    age: float | None = None
    """As `outfit.Shape.age` counts it."""
    height: float | None = None
    weight: float | None = None
    muscle: float | None = None
    """-1..1 as `outfit.Shape` has them."""
    skin: str | None = None
    hair_style: str | None = None
    hair_cut: str | None = None
    hair_color: str | None = None
    beard: str | None = None
    beard_color: str | None = None
    eye_color: str | None = None
    """Of `outfit.SKINS`, `HAIR_STYLES`, `HAIR_CUTS`, `HAIR_COLORS`, `BEARDS` and `EYE_COLORS`; ``bald`` for "no hair",
    ``none`` for "no beard"."""
    face: tuple[str, ...] = ()
    """Words for the face, as `catalog/faces.toml` knows them."""
    bare: tuple[str, ...] = ()
    """Areas that are said to be bare: of ``torso``, ``legs``, ``feet``, ``hands``, ``head``."""


@dataclass(frozen=True)
class Understood:
    """Some of the text's words and what they were taken for."""

    words: str
    start: int
    end: int
    layer: str
    """What they speak of, in a person's words: "Shirt", "Hair", "Skin", "Figure"."""
    property: str
    """"worn", "colour", "material", "pattern", "cut", "not worn", "held" …"""
    value: str


@dataclass(frozen=True)
class Reading:
    """All that was understood of a text, and what was not."""

    text: str
    language: str = "en"
    """ISO 639-1; of which the few hundred words are known that docs/READING.md tells."""
    who: Who = Who()
    worn: tuple[Worn, ...] = ()
    """In the order from the innermost to the outermost where the text says so ("a jacket over a t-shirt"), else as
    named."""
    understood: tuple[Understood, ...] = ()
    ignored: tuple[str, ...] = ()
    """Words that had no effect, in their order, without those that never have one (articles, "a photo of")."""
    repaired: tuple[tuple[str, str], ...] = ()
    """Misspelt words and what they were read as."""

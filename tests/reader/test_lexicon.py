"""The reader's words mean things that the catalogue has."""

import pytest

from engine.reader.lexicon import Sense, lexicon, normal, phrase, singular
from engine.reader.network import CATEGORIES
from engine.reader.values import pieces
from engine.wardrobe import outfit
from engine.wardrobe.materials import MATERIALS
from engine.wardrobe.notation import HAIR

TABLES = {
    "color": outfit.COLORS,
    "material": MATERIALS,
    "pattern": outfit.PATTERNS,
    "trait": outfit.TRAITS,
    "symbol": outfit.SYMBOLS,
    "hair_style": HAIR | {f".{cut}" for cuts in outfit.HAIR_CUTS.values() for cut in cuts},
    "hair_color": outfit.HAIR_COLORS,
    "beard": outfit.BEARDS,
    "eye_color": outfit.EYE_COLORS,
    "skin": outfit.SKINS,
}


def all_senses() -> set[Sense]:
    return {sense for senses in lexicon().exact.values() for sense in senses}


def test_every_value_is_one_of_the_catalogue() -> None:
    for sense in all_senses():
        assert sense.category in CATEGORIES
        if sense.category in TABLES:
            assert sense.value in TABLES[sense.category], sense


@pytest.mark.parametrize("category", ["garment", "extra"])
def test_every_garment_and_thing_can_be_worn(category: str) -> None:
    kinds, cuts = (outfit.GARMENT_KINDS, outfit.CUTS) if category == "garment" else (outfit.EXTRA_KINDS,) * 2
    for sense in all_senses():
        if sense.category == category:
            for _, worn in pieces(sense.value):
                assert worn.kind in kinds or worn.kind == "all", sense
                assert worn.cut is None or worn.cut in cuts[worn.kind], sense
                assert worn.material is None or worn.material in MATERIALS, sense
                assert worn.pattern is None or worn.pattern in outfit.PATTERNS, sense
                assert set(worn.traits) <= set(outfit.TRAITS), sense


def test_every_kind_and_cut_can_be_said() -> None:
    said = {
        (worn.kind, worn.cut)
        for sense in all_senses()
        if sense.category in ("garment", "extra")
        for _, worn in pieces(sense.value)
    }
    for kinds, cuts in ((outfit.GARMENT_KINDS, outfit.CUTS), (outfit.EXTRA_KINDS, outfit.EXTRA_KINDS)):
        missing = [kind for kind in kinds if all(kind != other for other, _ in said)]
        missing += [f"{kind}.{cut}" for kind, names in cuts.items() for cut in names if (kind, cut) not in said]
        assert not missing


@pytest.mark.parametrize(
    "names",
    [
        "cowboy hat|campaign hat|straw hat|boater|beekeeper hat|gaucho hat|floppy hat|santa hat|gnome hat|mitre",
        "baseball cap|backwards cap|kepi|peaked cap|scrub cap|nurse cap",
        "headband|crown|circlet|flapper headband|crown of thorns|headphones|headset|head torch",
        "horned helmet|winged helmet|kabuto|morion|riding helmet|bobby helmet",
        "scarf|cravat|jabot|clerical collar|tie|bow tie",
        "wrench|saw|chainsaw|scissors|magnifying glass|spyglass|binoculars|key|syringe|cards|trowel|crowbar",
        "bucket|watering can|briefcase|suitcase|handbag|shopping bag|backpack|fanny pack",
        "trumpet|saxophone|flute|accordion|bagpipes|guitar|banjo|lyre",
        "pistol|revolver|flintlock|rifle|musket|shotgun|blaster",
    ],
)
def test_what_looks_different_has_different_cuts(names: str) -> None:
    cuts = [lexicon().senses(phrase(name))[0].value for name in names.split("|")]
    assert len(set(cuts)) == len(cuts), cuts


def test_a_colour_before_a_garment_stays_a_colour() -> None:
    assert lexicon().senses(("white", "gloves")) == ()
    assert lexicon().senses(("rubber", "boots"))[0].value == "boots.wellington=rubber"


@pytest.mark.parametrize(
    ("word", "one"),
    [("dresses", "dress"), ("scarves", "scarf"), ("berries", "berry"), ("dress", "dress"), ("hats", "hat")],
)
def test_plurals(word: str, one: str) -> None:
    assert singular(word) == one


def test_spelling_of_words_is_normalised() -> None:
    assert normal("Chef\u2019s") == "chef" and normal("Isn't") == "isnt" and normal("\u00c9p\u00e9e") == "epee"
    assert phrase("T-Shirt") == ("t", "shirt") and phrase(",") == (",",)

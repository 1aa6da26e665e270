"""What the words of a text say about how garments are cut and what they are made of."""

from __future__ import annotations

import pytest

from engine.wardrobe.outfit import Garment, Look, validate
from engine.wardrobe.styling import read_styles, styled, styles

BARE = Look("fair", "short", "black", "none", "black", "brown")


def wearing(*garments: Garment, skin: str = "fair") -> Look:
    return Look(**{**BARE.__dict__, "skin": skin, "garments": garments})


def made(text: str, *garments: Garment, skin: str = "fair") -> dict[str, Garment]:
    """The styled garments by their kinds."""
    look = styled(wearing(*garments, skin=skin), text)
    assert validate(look) == []
    return {garment.kind: garment for garment in look.garments}


@pytest.mark.parametrize(
    ("text", "kind", "cut"),
    [
        ("a businessman in a grey suit", "jacket", "suit"),
        ("a biker in a black leather jacket", "jacket", "leather"),
        ("an army officer", "jacket", "military"),
        ("a woman in a red jacket", "jacket", None),
        ("a soldier", "trousers", "cargo"),
        ("a teenager in blue jeans", "trousers", "jeans"),
        ("a man in black trousers", "trousers", None),
        ("a woman in a white blouse", "long_sleeve", "buttoned"),
        ("a man in a turtleneck", "long_sleeve", "turtleneck"),
        ("a karate fighter", "long_sleeve", "wrap"),
        ("a policeman", "long_sleeve", "field"),
        ("a golfer in a polo shirt", "t_shirt", "polo"),
        ("a swat officer in a tactical vest", "vest", "tactical"),
        ("a ninja in a black robe", "robe", "wrap"),
    ],
)
def test_words_call_for_cuts(text, kind, cut):
    assert made(text, Garment(kind, "black"))[kind].cut == cut


def test_words_are_whole_words():
    assert made("a man from Suitland, unsuited", Garment("jacket", "black"))["jacket"].cut is None


def test_a_cut_that_a_look_has_already_stays():
    assert made("a businessman in a suit", Garment("jacket", "black", cut="leather"))["jacket"].cut == "leather"


def test_words_may_change_kind_and_material():
    garments = made("a woman in blue jeans", Garment("leggings", "blue"))
    assert "leggings" not in garments
    assert (garments["trousers"].cut, garments["trousers"].material) == ("jeans", "denim")
    assert made("a bride in a white gown", Garment("gown", "white"))["gown"].material == "silk"


def test_colours_and_patterns_are_none_of_its_business():
    before = Garment("long_sleeve", "red", "white", "checks")
    after = made("a lumberjack", before)["long_sleeve"]
    assert (after.color, after.accent, after.pattern, after.cut) == ("red", "white", "checks", "buttoned")


def test_a_material_goes_to_the_garment_that_its_phrase_is_about():
    garments = made("a woman in a linen shirt and leather trousers", Garment("long_sleeve", "white"),
                    Garment("trousers", "black"))  # fmt: skip
    assert garments["long_sleeve"].material == "linen" and garments["trousers"].material == "leather"
    assert made("a man in a shirt", Garment("long_sleeve", "white"))["long_sleeve"].material is None


def test_a_suit_is_worn_over_a_white_shirt():
    garments = made("a businessman in a grey suit", Garment("trousers", "grey"), Garment("jacket", "grey"))
    assert (garments["long_sleeve"].color, garments["long_sleeve"].cut) == ("white", "buttoned")
    worn = [Garment(kind, "black") for kind in ("long_sleeve", "trousers", "jacket")]
    told = made("a man in a black suit and a black shirt", *worn)
    assert told["long_sleeve"].color == "black"
    closed = made("a woman in a red jacket", Garment("trousers", "black"), Garment("jacket", "red"))
    assert "long_sleeve" not in closed


@pytest.mark.parametrize(
    ("text", "others", "cut"),
    [
        ("a samurai", (), "samurai"),
        ("a knight in shining armour", (), "knight"),
        ("somebody in plates over a bodysuit", (Garment("jumpsuit", "red"),), "suit"),
        ("somebody in plates", (), "knight"),
    ],
)
def test_armour_has_the_design_of_its_words(text, others, cut):
    assert made(text, Garment("armor_torso", "silver"), *others)["armor_torso"].cut == cut


def test_nobody_stands_without_anything_unless_so_meant():
    assert "briefs" in made("a man with a hat", Garment("hat", "red"))
    assert {"trousers", "shoes"} <= made("a man in a shirt", Garment("t_shirt", "red")).keys()
    assert "shoes" not in made("a man in a shirt, barefoot", Garment("t_shirt", "red"))
    assert "briefs" not in made("a naked man")
    assert "briefs" not in made("a woman in a skirt", Garment("skirt", "red"))
    assert "briefs" not in made("an orc", skin="green")


def test_later_records_prevail_in_the_bundled_file():
    # "shirt" and "field" both speak of an officer's shirt; field comes later
    assert made("an officer in a shirt", Garment("long_sleeve", "blue"))["long_sleeve"].cut == "field"
    assert all(style.words and style.kinds for style in styles())


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('[mine]\nwords = "poncho"\nponcho = "long"\n', "poncho"),
        ('[mine]\nwords = "poncho"\njacket = "poncho"\n', "'poncho'"),
        ('[mine]\nwords = "poncho"\njacket = { material = "moonlight" }\n', "'moonlight'"),
        ('[mine]\njacket = "leather"\n', "'words'"),
    ],
)
def test_a_bad_record_is_told_in_one_sentence(tmp_path, table, what):
    path = tmp_path / "mine.toml"
    path.write_text(table)
    with pytest.raises(ValueError) as told:
        read_styles(path)
    sentence = str(told.value)
    assert sentence.startswith("mine.toml: [mine]") and what in sentence
    assert sentence.endswith(".") and "\n" not in sentence


def test_a_good_record_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[mine]\nwords = "smart|casual"\nt_shirt = "polo"\ncoat = { material = "fur" }\n')
    (style,) = read_styles(path)
    assert style.kinds == {"t_shirt": {"cut": "polo"}, "coat": {"material": "fur"}}

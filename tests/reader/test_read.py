"""Whole texts: who, what is worn, what is not, what had no effect."""

import subprocess
import sys

import pytest

from engine.reader import Reading, Worn, read, report


def one(reading: Reading, kind: str) -> Worn:
    (found,) = [worn for worn in reading.worn if worn.kind == kind]
    return found


def test_a_list_of_clothes() -> None:
    reading = read("grey suit, pink shirt, navy tie, round glasses")
    assert (one(reading, "jacket").color, one(reading, "trousers").color) == ("grey", "grey")
    assert one(reading, "long_sleeve").color == "pink" and one(reading, "tie").color == "navy"
    assert one(reading, "glasses").cut == "round" and not reading.ignored


def test_what_lies_over_what() -> None:
    for text in ("a green coat over a yellow jumper", "a yellow jumper under a green coat"):
        reading = read(text)
        assert [(worn.kind, worn.color) for worn in reading.worn] == [("long_sleeve", "yellow"), ("coat", "green")]


@pytest.mark.parametrize(
    "text",
    [
        "a sailor without a hat",
        "a sailor, no hat",
        "a sailor who doesn't wear a hat",
        "a sailor, hat off",
        "a sailor minus his hat",
    ],
)
def test_ways_to_deny(text: str) -> None:
    reading = read(text)
    assert reading.who.figure in ("sailor", "navy_sailor")
    assert [(worn.kind, worn.denied) for worn in reading.worn] == [("hat", True)]


def test_pieces_of_a_set_are_worn_once() -> None:
    reading = read("a black tuxedo, a red bow tie")
    assert one(reading, "tie").color == "red" and one(reading, "jacket").color == "black"
    assert [worn.denied for worn in read("a grey suit without a jacket").worn if worn.kind == "jacket"] == [True]


def test_the_costume_of_a_figure() -> None:
    reading = read("a man in a gorilla suit")
    assert reading.who.figure == "gorilla" and not reading.worn and not reading.ignored


def test_one_thing_instead_of_another() -> None:
    reading = read("a knight wearing a straw hat instead of a helmet")
    assert one(reading, "helmet").denied and not one(reading, "hat").denied


def test_stripes_have_colours_of_their_own() -> None:
    shirt = one(read("a girl in a green t-shirt with white stripes"), "t_shirt")
    assert (shirt.color, shirt.pattern, shirt.accent) == ("green", "stripes_h", "white")


@pytest.mark.parametrize(
    ("text", "decal"),
    [
        ("a black hoodie with a white skull", "symbol:skull"),
        ("a black hoodie with the number 12 on the back", "text:12"),
        ('a black hoodie that says "HEY"', "text:HEY"),
    ],
)
def test_decals(text: str, decal: str) -> None:
    assert one(read(text), "hoodie").decal == decal


def test_everything_and_the_rest() -> None:
    assert [(w.kind, w.color) for w in read("a woman dressed all in purple").worn] == [("all", "purple")]
    reading = read("an astronaut in orange and black")
    assert (one(reading, "rest").color, one(reading, "rest").accent) == ("orange", "black")
    reading = read("a man all in black with a red tie")
    assert one(reading, "rest").color == "black" and one(reading, "tie").color == "red"


def test_states_go_to_what_can_be_in_them() -> None:
    """No heels are buttoned, no apron has sleeves; what belongs to nothing that is named is the figure's clothes."""
    heels = read("a long beige trench coat, closed, and maroon heels")
    assert "closed" in one(heels, "coat").traits and not one(heels, "shoes").traits
    apron = read("a butcher in a striped apron with rolled-up sleeves")
    assert not one(apron, "apron").traits and one(apron, "rest").traits == ("rolled",)
    assert one(read("a professor with an open book"), "book").traits == ("open",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a man in a white shirt and glasses", "glasses"),
        ("a woman in a red dress and necklace", "necklace"),
        ("a knight in a red cape and sword", "sword"),
        ("a girl in a blue skirt and earrings", "earrings"),
    ],
)
def test_what_is_not_of_cloth_shares_no_colour_across_an_and(text: str, kind: str) -> None:
    assert one(read(text), kind).color is None


def test_jeans_share_no_colour_across_an_and() -> None:
    reading = read("a green t-shirt and jeans")
    assert (one(reading, "t_shirt").color, one(reading, "trousers").color) == ("green", None)
    assert {one(read("black boots and gloves"), kind).color for kind in ("boots", "gloves")} == {"black"}
    assert one(read("a t-shirt and green jeans"), "trousers").color == "green"


@pytest.mark.parametrize(
    "text, style, cut",
    [
        ("a girl with black hair in two braids", "ponytail", "braids"),
        ("long curly red hair", "long", "curly"),
        ("brown hair with a fringe", None, "fringe"),
        ("a man with dreadlocks", "long", "locs"),
    ],
)
def test_cuts_of_hair(text: str, style: str | None, cut: str) -> None:
    who = read(text).who
    assert (who.hair_style, who.hair_cut) == (style, cut)


def test_the_same_colour() -> None:
    assert one(read("a lady in a teal dress with matching shoes"), "shoes").color == "teal"


def test_who_it_is() -> None:
    who = read("a tall old black man with a white beard, green eyes and short grey hair").who
    assert (who.gender, who.skin, who.beard, who.beard_color) == ("male", "black", "full", "white")
    assert (who.eye_color, who.hair_style, who.hair_color) == ("green", "short", "grey")
    assert who.age is not None and who.age > 0.8 and who.height is not None and who.height > 0


@pytest.mark.parametrize("text", ["a robot dressed as a pirate", "a pirate robot", "a robot pirate with a sabre"])
def test_a_being_in_the_clothes_of_a_figure(text: str) -> None:
    who = read(text).who
    assert (who.figure, who.being) == ("pirate", "robot")


def test_two_persons_are_not_one() -> None:
    assert read("a knight next to a zombie").who.being is None


def test_shades_of_any_colour() -> None:
    assert one(read("a deep emerald scarf"), "scarf").color == one(read("a dark green scarf"), "scarf").color


def test_measures_have_an_effect_and_are_reported() -> None:
    reading = read("a 70 year old man, 1.90 m tall, in a suit")
    assert reading.who.age is not None and reading.who.age > 0.8 and reading.ignored == ()
    assert {(part.words, part.property) for part in reading.understood} >= {
        ("70 year old", "age"),
        ("1.90 m tall", "height"),
    }


def test_only_leaves_the_rest_bare() -> None:
    assert set(read("a man wearing only blue shorts").who.bare) == {"torso", "feet"}


def test_one_of_a_pair_and_what_is_held() -> None:
    reading = read("a punk with one red glove, holding a guitar")
    assert one(reading, "gloves").side == "right" and one(reading, "instrument").cut == "guitar"
    assert any(part.property == "held" for part in reading.understood)


def test_it_says_what_it_does_not_understand() -> None:
    reading = read("a flibbering man in a red coat next to a piano")
    assert reading.ignored == ("flibbering", "piano")
    assert "No effect: flibbering, piano" in report(reading)
    assert all(reading.text[part.start : part.end] == part.words for part in reading.understood)


def test_misspelt_words_are_reported() -> None:
    reading = read("a yelow jaket")
    assert one(reading, "jacket").color == "yellow" and reading.repaired == (("yelow", "yellow"), ("jaket", "jacket"))


def test_a_body_has_no_clothes() -> None:
    reading = read("a short muscular woman in a coat", "body")
    assert reading.who.gender == "female" and not reading.worn


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "\U0001f600", "\u4f60\u597d", "a" * 3000, "no", "and, and, and", '"']
)
def test_odd_texts_are_read(text: str) -> None:
    reading = read(text)
    assert reading.text == text and not reading.worn


def test_a_long_text_is_read() -> None:
    assert read("a red hat, " * 400).worn


def test_the_reader_starts_without_the_heavy_packages():
    """It answers while people type: the network is NumPy, and nothing beside it may bring torch."""
    program = "import sys, engine.reader; print(sorted({'torch', 'transformers', 'warp', 'scipy'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


def test_what_stands_before_a_garment_is_said_of_it() -> None:
    reading = read("a plumber in blue overalls, a red shirt and a red cap")
    assert one(reading, "trousers").color == "blue" and not [worn for worn in reading.worn if worn.kind == "rest"]
    assert "Clothes, material linen" in report(read("a man all in white linen"))

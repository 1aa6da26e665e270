"""Readings become looks: what is said is worn and seen, the rest is the figure's, and nobody is bare by chance."""

from __future__ import annotations

import numpy as np
import pytest

from engine.reader.reading import Reading, Who, Worn
from engine.wardrobe.assemble import dressed, look_of
from engine.wardrobe.combining import shows
from engine.wardrobe.costume import Costume, Draw
from engine.wardrobe.notation import parse_look
from engine.wardrobe.outfit import Garment, Look, covers, validate
from engine.wardrobe.persona import Person, Persona

SEEDS = range(12)
MAN, WOMAN, GIRL = Person(0.8, 0.6), Person(-0.8, 0.6), Person(-0.8, 0.3)
PERSONA = Persona("fair", "short", "brown", "full", "brown", "blue")


def put_on(*worn: Worn, figure: str | None = None, who: Who | None = None, person: Person = MAN) -> list[Look]:
    """The looks of several seeds; ``figure``: what it wears, in the notation of records."""
    made = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        costume = Draw(rng).costume(parse_look(figure)) if figure else None
        found = dressed(Reading("", who=who or Who(), worn=worn), costume, person, rng)
        look = look_of(found, PERSONA)
        assert not validate(look)
        made.append(look)
    return made


def kinds(look: Look) -> list[str]:
    return [garment.kind for garment in look.garments]


def areas(look: Look) -> set[str]:
    """What garments cover."""
    return {area for garment in look.garments for area in covers(garment.kind)}


def the(look: Look, kind: str) -> Garment:
    (garment,) = [garment for garment in (*look.garments, *look.extras) if garment.kind == kind]
    return garment


def test_all_that_is_said_of_a_garment_is_so():
    worn = Worn("long_sleeve", "buttoned", "white", "red", "stripes_v", "linen", ("rolled",), "text:7")
    for look in put_on(worn, Worn("gloves", color="red", side="left")):
        assert the(look, "long_sleeve") == Garment(
            "long_sleeve", "white", "red", "stripes_v", "buttoned", "linen", ("rolled",), "text:7"
        )
        assert the(look, "gloves").side == "left"
        assert {"torso", "legs", "feet"} == areas(look)


COWBOY = "white long_sleeve.buttoned; blue trousers.jeans; brown boots; red scarf; tan hat.cowboy; silver +gun"


def test_the_figure_and_then_the_exceptions():
    (plain,) = {look.garments for look in put_on(figure=COWBOY)}
    for look in put_on(Worn("hat", denied=True), figure=COWBOY):
        assert look.garments == tuple(garment for garment in plain if garment.kind != "hat")
    for look in put_on(Worn("trousers", color="red"), Worn("cap", "flat"), figure=COWBOY):
        assert the(look, "trousers") == Garment("trousers", "red", cut="jeans")
        assert the(look, "cap").cut == "flat" and "hat" not in kinds(look)
    for look in put_on(Worn("boots", material="rubber"), figure=COWBOY):
        assert the(look, "boots") == Garment("boots", "brown", material="rubber")


def test_a_cut_of_another_kind_than_the_figures_keeps_its_colour_alone():
    for look in put_on(Worn("jacket", "denim"), figure="khaki jacket.turnout(buttoned)=leather#text:FD; $ trousers"):
        assert the(look, "jacket") == Garment("jacket", "khaki", cut="denim")


def test_a_cut_of_a_colour_of_its_own_has_that():
    for look in put_on(Worn("necklace", "pearls"), figure="red gown; gold necklace"):
        assert the(look, "necklace").color == "cream"


@pytest.mark.parametrize(
    ("worn", "named", "cut"),
    [
        ("gold headband.crown", Worn("headband"), None),
        ("white/red headband.flapper", Worn("headband"), "flapper"),
        ("gold headband.crown", Worn("headband", "crown", color="silver"), "crown"),
        ("brown backpack.quiver", Worn("backpack"), None),
        ("green +bag.watering_can", Worn("bag"), None),
    ],
)
def test_a_plain_name_means_no_cut_that_has_another_name(worn, named, cut):
    for look in put_on(named, figure=f"white t_shirt; blue trousers; {worn}"):
        assert the(look, named.kind).cut == cut


def test_a_pattern_has_the_colours_in_which_the_figure_wears_it():
    for look in put_on(
        Worn("long_sleeve", pattern="stripes_h"), figure="black/white stripes_h t_shirt; black trousers"
    ):
        assert (the(look, "long_sleeve").color, the(look, "long_sleeve").accent) == ("black", "white")


def test_sleeves_that_are_rolled_up_are_no_trousers():
    butcher = "white long_sleeve; blue trousers; black boots; red apron"
    for look in put_on(Worn("rest", traits=("rolled",)), figure=butcher):
        assert [garment.kind for garment in look.garments if "rolled" in garment.traits] == ["long_sleeve"]


def test_no_tie_is_left_on_a_bare_neck():
    for look in put_on(
        Worn("gown"), figure="black jacket.suit; white long_sleeve.buttoned; black trousers; black tie.bow"
    ):
        assert "tie" not in kinds(look)


def test_who_says_no_shirt_has_none_and_no_shoes_are_bare_feet():
    for look in put_on(Worn("t_shirt", denied=True)):
        assert "torso" not in areas(look)
        assert "legs" in areas(look)
    for look in put_on(Worn("shoes", denied=True), figure=COWBOY):
        assert not {"shoes", "boots", "sandals", "socks"} & set(kinds(look))
    for look in put_on(Worn("skirt", color="yellow"), who=Who(bare=("feet",)), person=WOMAN):
        assert areas(look) == {"torso", "legs"} and the(look, "skirt").color == "yellow"


def test_a_dress_takes_the_place_of_shirt_and_trousers_and_back():
    for look in put_on(Worn("dress", color="red"), figure="white t_shirt; navy trousers; black shoes", person=WOMAN):
        assert sorted(kinds(look)) == ["dress", "shoes"]
    for look in put_on(Worn("t_shirt"), figure="red gown; black shoes", person=WOMAN):
        assert "gown" not in kinds(look) and {"torso", "legs"} <= areas(look)


def test_a_jacket_goes_over_the_shirt_and_what_hides_a_named_shirt_comes_off():
    for look in put_on(Worn("jacket", "leather", "dark red"), Worn("t_shirt", color="white")):
        assert kinds(look).index("jacket") > kinds(look).index("t_shirt")
    doctor = "white coat.lab; grey trousers; black shoes"
    for look in put_on(Worn("t_shirt", color="green"), figure=doctor):
        assert kinds(look).index("coat") > kinds(look).index("t_shirt")  # an open coat
    for look in put_on(Worn("t_shirt", color="green"), figure="white spacesuit; white boots; white helmet.bubble"):
        assert "spacesuit" not in kinds(look) and {"t_shirt", "boots", "helmet"} <= set(kinds(look))
    for look in put_on(Worn("t_shirt"), Worn("coat", "raincoat")):
        assert shows(the(look, "coat"))


def test_figures_keep_the_order_in_which_they_wear_things():
    for look in put_on(
        Worn("jacket", color="grey"), figure="white t_shirt; black jacket; black vest.tactical; black trousers"
    ):
        order = kinds(look)
        assert order.index("t_shirt") < order.index("jacket") < order.index("vest")


def test_what_one_word_names_has_one_colour():
    suit = (Worn("jacket", "suit", words=(2, 6)), Worn("trousers", "suit", words=(2, 6)))
    looks = put_on(*suit)
    assert all(the(look, "jacket").color == the(look, "trousers").color for look in looks)
    assert len({the(look, "jacket").color for look in looks}) > 1
    for look in looks:
        shirt = next(garment for garment in look.garments if garment.kind == "long_sleeve")
        assert shirt.cut in ("buttoned", "blouse") and kinds(look).index("long_sleeve") < kinds(look).index("jacket")


def test_the_suit_of_an_astronaut_is_the_one_in_one_piece():
    def suited(text: str, span: tuple[int, int]) -> list[str]:
        worn = (Worn("jacket", "suit", "red", words=span), Worn("trousers", "suit", "red", words=span))
        figure = Costume((Garment("spacesuit", "white"), Garment("boots", "white")))
        found = dressed(Reading(text, worn=worn), figure, MAN, np.random.default_rng(0))
        return [garment.kind for garment in found.garments if garment.color == "red"]

    assert suited("an astronaut in a red suit", (22, 26)) == ["spacesuit"]
    assert suited("an astronaut in a red business suit", (22, 35)) == ["trousers", "jacket"]


def test_all_and_the_rest():
    for look in put_on(Worn("all", color="white")):
        assert {garment.color for garment in look.garments if garment.kind != "glasses"} == {"white"}
    for look in put_on(Worn("rest", color="black"), Worn("tie", color="red")):
        assert the(look, "tie").color == "red"
        assert {garment.color for garment in look.garments if garment.kind in ("long_sleeve", "trousers", "shoes")} == {
            "black"
        }
    for look in put_on(Worn("all", material="leather", traits=("torn",)), figure=COWBOY):
        assert the(look, "trousers").material == "leather" and the(look, "trousers").traits == ("torn",)


def test_the_colour_that_is_the_figures():
    for look in put_on(Worn("cape", color="figure"), figure="red jumpsuit; yellow boots; blue belt"):
        assert the(look, "cape").color == "red"
    for look in put_on(figure="silver armor_torso; grey leggings", who=Who(color="gold")):
        assert the(look, "armor_torso").color == "gold"
    for look in put_on(figure="skin green; brown briefs.loincloth; only", who=Who(color="blue")):
        assert the(look, "briefs").color == "brown"


def test_hats_that_match_what_is_replaced_match_what_replaces_it():
    for look in put_on(Worn("robe", color="navy"), figure="purple robe.wizard; purple hat.pointed; brown boots"):
        assert (the(look, "hat").color, the(look, "boots").color) == ("navy", "brown")
    for look in put_on(Worn("dress", color="blue"), figure="white dress; white cap.nurse; white shoes", person=WOMAN):
        assert the(look, "cap").color == the(look, "shoes").color == "white"


def test_armour_is_of_one_metal():
    wears = "silver armor_torso.knight; silver gauntlets; silver boots; silver helmet; brown belt"
    for look in put_on(Worn("armor_torso", color="gold"), figure=wears):
        colors = {garment.kind: garment.color for garment in look.garments}
        assert {colors[kind] for kind in ("armor_torso", "gauntlets", "boots", "helmet")} == {"gold"}
        assert colors["belt"] == "brown"


def test_hands_hold_what_is_said():
    knight = "silver armor_torso; silver +sword; blue +shield; gold +halo"
    for look in put_on(Worn("axe", "double"), figure=knight):
        assert {extra.kind for extra in look.extras} == {"axe", "shield", "halo"}
    for look in put_on(Worn("sword", color="gold"), Worn("shield", denied=True), figure=knight):
        assert {(extra.kind, extra.color) for extra in look.extras} == {("sword", "gold"), ("halo", "gold")}
    for look in put_on(Worn("bouquet", words=(0, 7)), Worn("bouquet", "rose", "red", words=(11, 20))):
        assert [(extra.cut, extra.color) for extra in look.extras] == [("rose", "red")]


@pytest.mark.parametrize("person", [MAN, WOMAN, GIRL, Person(0.8, 0.9)])
@pytest.mark.parametrize(
    "worn",
    [(), ("hat",), ("jacket.suit",), ("coat.trench",), ("skirt",), ("vest",), ("armor_torso",), ("briefs",),
     ("bikini_top",), ("shorts.swim",), ("gown",), ("leggings",), ("apron",)],
)  # fmt: skip
def test_nobody_is_bare_by_chance(worn, person):
    named = [Worn(kind, cut or None) for kind, _, cut in (name.partition(".") for name in worn)]
    for look in put_on(*named, person=person):
        assert "legs" in areas(look) or {"briefs", "swimsuit"} & set(kinds(look))
        scant = {"briefs", "bikini_top", "shorts"} & set(kinds(look))
        assert scant or {"torso", "legs", "feet"} <= areas(look)
        if person.gender == -0.8:
            assert "torso" in areas(look)


def test_only_grown_people_are_naked():
    for look in put_on(who=Who(bare=("torso", "legs", "feet"))):
        assert look.garments == ()
    for look in put_on(who=Who(bare=("torso", "legs", "feet")), person=GIRL):
        assert "briefs" in kinds(look) and "torso" in {
            area for garment in look.garments for area in covers(garment.kind)
        }


def test_creatures_wear_what_they_wear():
    for look in put_on(Worn("scarf", color="red"), figure="skin brown_fur; brown +ears.bear"):
        assert kinds(look) == ["scarf"]
    for look in put_on(Worn("t_shirt"), figure="skin green; brown robe"):
        assert {"t_shirt"} < set(kinds(look)) and "robe" not in kinds(look)  # no longer bare below


def test_hidden_hair_and_armours_design():
    (look,) = {look for look in put_on(figure="grey jumpsuit; red armor_torso; gold mask_full; red boots")}
    assert look.hair_style == "hood" and [garment.cut for garment in look.garments] == [None, "suit", "suit", None]
    (look,) = {look for look in put_on(figure="blue jacket; blue trousers; black shoes; yellow helmet.hard")}
    assert look.hair_style == "short"


def test_plain_people_differ_and_a_seed_stays():
    looks = put_on()
    assert put_on() == looks and len({look.garments for look in looks}) > 6
    assert Costume().garments == ()

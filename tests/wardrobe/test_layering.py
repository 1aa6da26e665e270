"""What is worn over what: where hoods are."""

from __future__ import annotations

import pytest

from engine.wardrobe.cloth.records import record_of
from engine.wardrobe.layering import hood_of, hooded, lying_hoods, ordered, outer_records, worn_with
from engine.wardrobe.outfit import CUTS, GARMENT_KINDS, Garment, Look

CLOAK, HOODIE = Garment("cape", "green", cut="hooded", traits=("hooded",)), Garment("hoodie", "red")
UP = Garment("coat", "grey", cut="raincoat", traits=("hood_up",))


def wearing(*garments: Garment) -> Look:
    return Look("fair", "short", "black", "none", "black", "brown", garments)


@pytest.mark.parametrize(
    ("worn", "up", "lying"),
    [
        ((HOODIE,), [], ["red"]),
        ((CLOAK,), ["green"], []),
        ((UP,), ["grey"], []),
        ((CLOAK, Garment("hat", "black", cut="pointed")), [], ["green"]),
        ((CLOAK, Garment("hat", "black", cut="beanie")), ["green"], []),
        ((CLOAK, Garment("helmet", "silver")), [], ["green"]),
        ((UP, Garment("hood", "black")), ["grey"], []),  # it is the coat's
        ((HOODIE, Garment("hood", "black", cut="hijab")), [], ["red"]),
    ],
)
def test_a_hood_is_on_the_head_or_on_the_back(worn: tuple[Garment, ...], up: list[str], lying: list[str]) -> None:
    look = hooded(wearing(*worn))
    raised = [garment for garment in look.garments if (garment.kind, garment.cut) == ("hood", None)]
    assert [garment.color for garment in raised] == up
    assert [garment.color for garment in lying_hoods(look)] == lying


def test_a_hood_is_of_its_garments_cloth_and_goes_over_a_cap() -> None:
    look = hooded(wearing(UP, Garment("cap", "red")))
    assert ordered(look)[-1] == Garment("hood", "grey", material="rubber")
    assert hood_of(Garment("hoodie", "silver")).material == "lame"  # as the hoodie is


@pytest.mark.parametrize("kind", GARMENT_KINDS)
def test_whatever_is_worn_over_cloth_can_be_worn_with_boots(kind: str) -> None:
    """A swimsuit over leggings, briefs over a suit: what has no hem has none to put inside them."""
    boots = Garment("boots", "black")
    for cut in (None, *CUTS.get(kind, ())):
        garment = Garment(kind, "red", cut=cut)
        worn = [garment] if kind == "boots" else [garment, boots]
        found = outer_records(worn, wearing(Garment("leggings", "blue"), *worn))
        assert [record.kind for record in found] == ([kind] if record_of(kind, cut) else [])


@pytest.mark.parametrize(("cut", "drop"), [("bib", 0.0), ("jeans", None)])
def test_shirts_are_inside_of_bib_trousers(cut: str, drop: float | None) -> None:
    shirt = Garment("t_shirt", "red")
    record = record_of("t_shirt", None)
    assert record is not None and record.drop > 0
    found = worn_with(record, wearing(shirt, Garment("trousers", "blue", cut=cut)))
    assert found.drop == (record.drop if drop is None else drop)

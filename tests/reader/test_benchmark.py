"""How readings are counted against answers."""

from benchmarks.reading import slots
from engine.reader import Reading, Who, Worn

READING = Reading(
    "",
    who=Who(figure="sailor", age=0.9, weight=0.5, bare=("feet",)),
    worn=(
        Worn("t_shirt", color="light blue", pattern="stripes_h", traits=("torn", "wet")),
        Worn("coat", color="navy"),
        Worn("hat", denied=True),
        Worn("axe"),
    ),
)


def right(**answer: object) -> dict[str, bool]:
    return {what: good for _, good, what in slots(answer, READING)}


def test_alternatives_and_names_with_spaces() -> None:
    asked = {"kind": "long_sleeve|t_shirt", "color": "light_blue|blue", "traits": ["wet", "patched"]}
    assert list(right(worn=[asked]).values()) == [True, True, True, False]


def test_what_is_denied_is_not_worn() -> None:
    assert right(worn=[{"kind": "hat", "denied": True}]) == {"no hat": True}
    assert right(worn=[{"kind": "hat"}]) == {"hat": False}
    assert right(worn=[{"kind": "coat", "denied": True}]) == {"no coat": False}


def test_layers_and_kinds_of_slots() -> None:
    assert right(order=[["t_shirt", "coat"]]) == {"coat over t_shirt": True}
    assert right(order=[["coat", "t_shirt"]]) == {"t_shirt over coat": False}
    kinds = [kind for kind, _, _ in slots({"worn": [{"kind": "axe"}, {"kind": "coat", "color": "red"}]}, READING)]
    assert kinds == ["held", "garment", "colour"]


def test_persons() -> None:
    who = {"age": "old", "weight": "high", "bare": ["feet", "torso"]}
    assert list(right(who=who).values()) == [True, True, True, False]
    assert right(figure="sailor|pirate") == {"figure sailor|pirate": True}

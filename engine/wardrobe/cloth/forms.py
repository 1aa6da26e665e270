"""All forms of details by name, and what a record's details come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.wardrobe.cloth import closures, details, pockets, trimmings
from engine.wardrobe.cloth.details import Borders, Mark, Spot

FORMS = {**details.FORMS, **pockets.FORMS, **closures.FORMS, **trimmings.FORMS}
"""Forms of details that are marks or buttons; what lies on the cloth is made by `panels`, what stands on its borders
by `finish`."""


def marks(asked: Sequence[dict[str, Any]], borders: Borders) -> tuple[list[Mark], list[Spot]]:
    """What a record's details come to."""
    found: list[Mark] = []
    spots: list[Spot] = []
    for detail in asked:
        options = {name: value for name, value in detail.items() if name != "form"}
        if detail["form"] in FORMS:
            for item in FORMS[detail["form"]](borders, **options):
                (found if isinstance(item, Mark) else spots).append(item)  # type: ignore[arg-type]
    return found, spots

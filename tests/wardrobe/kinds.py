"""Keys of kinds and cuts as parameters of tests, of which only each kind's first is quick."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_is_quick(keys: Iterable[tuple[str, str | None]], values: Iterable[Any] | None = None) -> list[Any]:
    """Parameters for keys (kind, cut), or for ``values`` that belong to them; further cuts of a kind are slow."""
    found, seen = [], set()
    keys = list(keys)
    for key, value in zip(keys, keys if values is None else values):
        made = value if isinstance(value, tuple) and values is None else (value,)
        name = f"{key[0]}.{key[1]}"
        found.append(pytest.param(*made, id=name, marks=[pytest.mark.slow] if key[0] in seen else []))
        seen.add(key[0])
    return found

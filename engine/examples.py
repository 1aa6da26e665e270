"""Examples of prompts, as data. Standard library only: the add-on loads this file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "confs" / "examples.toml"


KEYS = ("title", "shape", "appearance", "motion")


@cache
def examples() -> dict[str, dict[str, str]]:
    """The three prompts (``shape``, ``appearance``, ``motion``) of each bundled example, by its title."""
    return read_examples()


def read_examples(path: Path = FILE) -> dict[str, dict[str, str]]:
    """The examples of a file.

    Raises:
        ValueError: names the file, the number of the example and its key.
    """
    records = tomllib.loads(path.read_text(encoding="utf-8"))["example"]
    for number, record in enumerate(records, 1):
        if wrong := sorted(set(record) ^ set(KEYS)):
            raise ValueError(f"{path.name}: [[example]] {number} lacks or has no use for the key {wrong[0]!r}.")
    return {record.pop("title"): record for record in records}

"""Names of data-blocks out of people's texts. No bpy."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

_DROPPED = ("C", "So", "Sk")
"""Categories of characters that a name does without: controls and joiners, emoji, and their modifiers."""


def tidy(text: str, most: int) -> str:
    """Return a text without emoji and what belongs to them, in at most so many bytes; Blender's names hold 63."""
    text = " ".join(text.split())
    kept = [one for one in text if not unicodedata.category(one).startswith(_DROPPED) and not _variant(one)]
    while len("".join(kept).encode()) > most:
        kept.pop()
    return " ".join("".join(kept).split())


def _variant(letter: str) -> bool:
    """Whether a character only says how the one before it is drawn."""
    return 0xFE00 <= ord(letter) <= 0xFE0F or letter == "\u20e3"


def without_home(text: str) -> str:
    """Return a text with the user's home folder as ``~``, for files that are given away."""
    home = str(Path.home())
    if len(home) < 2:
        return text
    return text.replace(home, "~").replace(json.dumps(home)[1:-1], "~")  # within JSON a backslash is doubled

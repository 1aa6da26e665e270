"""Stems of English words, for whatever compares words."""

from __future__ import annotations

from pathlib import Path

from engine.tables import read_as

FILE = Path(__file__).with_name("stems.toml")


def read_irregular(path: Path = FILE) -> dict[str, str]:
    """Inflected word -> its base; `ValueError` names the file, the base and what is wrong."""
    forms: dict[str, tuple[str, ...]] = read_as(path, dict[str, tuple[str, ...]])
    return {form: base for base, found in forms.items() for form in found}


_IRREGULAR = read_irregular()


def stem(word: str) -> str:
    """A crude stem that maps waving, waves, waved and wave to the same text."""
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    for ending in ("ing", "ed", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "s" and word.endswith(("ss", "us", "is")):
                break
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    word = word[:-1] if word.endswith("e") and len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word

"""Answers to a program that asks what texts are read as while they are typed: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from engine.reader import read
from engine.reader.languages import languages


def answers(lines: Iterable[str]) -> Iterator[str]:
    """A line for each line that asks; lines that ask for nothing have no answer.

    Args:
        lines: objects with ``what`` (``shape``, ``appearance`` or ``motion``) and ``text``.
    """
    for line in lines:
        try:
            asked = json.loads(line)
            what, text = str(asked["what"]), str(asked["text"])
        except (ValueError, KeyError, TypeError):
            continue
        yield json.dumps(answer(what, text), ensure_ascii=False) + "\n"


def answer(what: str, text: str) -> dict[str, Any]:
    """What a prompt is understood as, with sentences on the whole of it under ``notes``."""
    empty: dict[str, Any] = {"what": what, "text": text, "understood": [], "ignored": [], "repaired": [], "notes": []}
    if what == "motion":  # matched as a whole, by the motion stage
        return empty
    reading = asdict(read(text, "body" if what == "shape" else "appearance"))
    return empty | {name: reading[name] for name in ("understood", "ignored", "repaired")} | {"notes": _notes(reading)}


def _notes(reading: dict[str, Any]) -> list[str]:
    if reading["language"] == "en":
        return []
    known = next((language for language in languages() if language.code == reading["language"]), None)
    if known is None:
        return ["English is read best; of this language no words are known"]
    return [f"Read as {known.name}, of which some 540 words are known"]

"""Answers to a program that asks what texts are read as while they are typed: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
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
    empty: dict[str, Any] = {"what": what, "text": text, "understood": [], "ignored": [], "repaired": []}
    if what == "motion":
        understood, notes = _movements(text)
        return empty | {"understood": understood, "notes": [*notes, *_length(text)]}
    reading = asdict(read(text, "body" if what == "shape" else "appearance"))
    return (
        empty
        | {name: reading[name] for name in ("understood", "ignored", "repaired")}
        | {"notes": [*_notes(reading), *_length(text)]}
    )


def _movements(text: str) -> tuple[list[dict[str, str]], list[str]]:
    """The movements that a text is taken for, one after another, what is asked of each, and what the stage will say.

    The motion stage brings torch, which takes seconds: a process that answers on looks should not be asked this too.
    """
    from engine.motion.matcher import load_matcher
    from engine.motion.understanding import understand
    from engine.reader import english
    from engine.report import Silent

    report = Silent()
    steps, _ = understand(english(text), load_matcher(), None, report)
    found = []
    for number, step in enumerate(steps, 1):
        layer = f"Movement {number}" if len(steps) > 1 else "Movement"
        for concept, part in step:
            asked = [("is", concept.texts[0]), *part.asked.said.items()]
            found += [
                {"words": part.text, "layer": layer, "property": name, "value": str(value)} for name, value in asked
            ]
    return found, [message.rstrip(".") for message in report.warnings]


def _notes(reading: dict[str, Any]) -> list[str]:
    if reading["language"] == "en":
        return []
    known = next((language for language in languages() if language.code == reading["language"]), None)
    if known is None:
        return ["English is read best; of this language no words are known"]
    return [f"Read as {known.name}, of which some 540 words are known"]


PERCEPTOR = Path(__file__).resolve().parent.parent / "assets" / "perceptor"
_FRAME = "a 3D rendering of "
"""The words before the user's when the perceptor is asked (`perceptor.prompts`, which is slow to import)."""


@cache
def _tokenizer() -> tuple[Any, int]:
    """The bundled perceptor's tokenizer, and how many tokens it reads."""
    from tokenizers import Tokenizer

    config = json.loads((PERCEPTOR / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(PERCEPTOR / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer, int(config["text_config"]["max_position_embeddings"])


def _length(text: str) -> list[str]:
    """A sentence for a text that is longer than the bundled perceptor reads, else none."""
    if len(text) < 40:
        return []
    tokenizer, room = _tokenizer()
    encoding = tokenizer.encode(_FRAME + " ".join(text.split()))
    if len(encoding.ids) <= room:
        return []
    start = encoding.offsets[room - 1][0] - len(_FRAME)  # the last place is the end mark's
    rest = " ".join(text.split())[max(start, 0) :].strip()
    return [f"The bundled perceptor, which compares pictures with the text, reads it only up to “{rest[:30]}…”"]

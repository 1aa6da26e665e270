"""Lists of avatars: CSV or JSON lines whose columns are the request's fields, with counts, ranges and choices.

    name, count, seed       of one row's avatars; ``seed`` is a number or a range such as ``10-19``
    shape, appearance, motion   the prompts; ``a {tall|short} {baker|smith}`` stands for each of its four texts
    preset, conf, stages    as on the command line
    mesh.game_faces ...     any setting, by its dotted name

A row without count and range gives one avatar for each text that its choices stand for. Avatars of a row have seeds of
their own, one after the other.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import itertools
import json
import math
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import engine
from engine import protocol
from engine.errors import EngineError, from_exception
from engine.protocol import Request
from engine.untrusted.texts import decoded

COLUMNS = ("name", "count", "seed", *protocol.DEFAULT_PROMPTS, "preset", "conf", "stages")
MOST = 10_000
"""Avatars that a row may give. Set by hand."""
_NAME = re.compile(r"[^/\\:*?\"<>|{}\x00-\x1f.][^/\\:*?\"<>|{}\x00-\x1f]{0,79}")
_CHOICE = re.compile(r"\{([^{}]*)\}")
_SEED = re.compile(r"(\d{1,10})\s*(?:-|\.\.)\s*(\d{1,10})")


@dataclass(frozen=True)
class Entry:
    """One avatar that is to be made."""

    name: str
    """Name of the avatar's folder."""
    request: Request
    row: int = 1
    """Of the list, counted from 1."""


@dataclass(frozen=True)
class Refused:
    """What of a list cannot be made."""

    name: str
    message: str
    """One sentence."""


Row = Mapping[str, Any]


def read_list(path: Path, vary: int | None = None, shared: Row | None = None) -> tuple[list[Entry], list[Refused]]:
    """Read a list; broken rows and second ones of a name are refused, the rest stands.

    Args:
        path: a .csv file, or one with a JSON object a line.
        vary: avatars of a row that says no number itself.
        shared: fields of all rows that do not have them.

    Raises:
        EngineError: ``bad_request`` if there is no such file, or nothing in it can be understood.
    """
    try:
        text = decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise EngineError("bad_request", f"The list {path} cannot be read ({reason}).") from None
    rows = _json_rows(text) if text.lstrip().startswith("{") else _csv_rows(text, path)
    merged = ((number, row if isinstance(row, str) else {**(shared or {}), **row}) for number, row in rows)
    return entries_of(merged, vary)


def entries_of(rows: Iterator[tuple[int, Row | str]], vary: int | None = None) -> tuple[list[Entry], list[Refused]]:
    """The avatars of numbered rows; a row that is a text is the sentence that says what is wrong with it."""
    found: dict[str, Entry] = {}
    refused: list[Refused] = []
    for number, row in rows:
        if isinstance(row, str):
            refused.append(Refused(f"row {number}", row))
            continue
        try:
            entries = expand(row, number, vary)
        except (EngineError, protocol.ProtocolError, OSError) as error:
            refused.append(Refused(f"row {number}", str(from_exception(error))))
            continue
        for entry in entries:
            before = found.get(entry.name.casefold())
            if before is not None:
                what = "is as row" if before.request == entry.request else "has the name of row"
                refused.append(
                    Refused(f"row {number}", f"{entry.name} {what} {before.row}; give it another name or seed.")
                )
            else:
                found[entry.name.casefold()] = entry
    return list(found.values()), refused


def expand(row: Row, number: int = 1, vary: int | None = None) -> list[Entry]:
    """The avatars of one row.

    Raises:
        EngineError, ProtocolError: one sentence on what cannot be.
    """
    from engine.config import load_config

    given = {key: value for key, value in _flat(row) if value not in (None, "")}
    for key in given:
        if key not in COLUMNS and "." not in key:
            near = difflib.get_close_matches(key, COLUMNS, 1)
            raise EngineError(
                "bad_request",
                f"There is no column {key!r}{f'; {near[0]!r} is meant, perhaps' if near else ''}.",
                f"Columns: {', '.join(COLUMNS)}, and settings such as mesh.game_faces.",
            )
    texts = {name: _pieces(name, str(given[name])) for name in protocol.DEFAULT_PROMPTS if name in given}
    combinations = math.prod(len(piece) for pieces in texts.values() for piece in pieces)
    first, count = _numbers(given, combinations, vary)
    overrides = {key: value for key, value in given.items() if "." in key}
    stages = str(given["stages"]).replace(";", " ").replace(",", " ").split() if "stages" in given else protocol.STAGES
    entries = []
    for k in range(count):
        request = Request(
            prompts=_choose(texts, _spread(k, combinations, json.dumps(texts))),
            seed=first + k,
            preset=str(given.get("preset", "draft")),
            stages=tuple(stages),
            overrides=overrides,
            conf=str(given["conf"]) if "conf" in given else None,
            engine_version=engine.__version__,
        )
        request.check()
        entries.append(Entry(_name(given.get("name"), k, count, request), request, number))
    if entries:
        load_config(entries[0].request.preset, entries[0].request.conf, overrides)
    return entries


def _flat(row: Row) -> Iterator[tuple[str, Any]]:
    """A row's fields; those of ``prompts`` and ``overrides``, which a request's JSON has, by their own names."""
    for key, value in row.items():
        if key in ("prompts", "overrides") and isinstance(value, Mapping):
            yield from value.items()
        else:
            yield key, ",".join(map(str, value)) if key == "stages" and isinstance(value, list) else value


def _numbers(given: Mapping[str, Any], combinations: int, vary: int | None) -> tuple[int, int]:
    """The first seed of a row, and how many avatars it gives."""
    seed, count = str(given.get("seed", 0)).strip(), given.get("count", vary)
    span = _SEED.fullmatch(seed)
    if span is not None:
        first, last = int(span[1]), int(span[2])
        if last < first or (count not in (None, vary) and int(str(count)) != last - first + 1):
            raise EngineError("bad_request", f"The seeds {seed} do not go with the row's count.")
        number = last - first + 1
    elif not seed.isdigit():
        raise EngineError("bad_request", f"A seed is a whole number or a range such as 10-19, not {seed!r}.")
    else:
        first = int(seed)
        if count is None and combinations > MOST:
            raise EngineError("bad_request", f"The row stands for {combinations} texts; give it a count.")
        if count is not None and not re.fullmatch(r"\d{1,9}", str(count).strip()):
            raise EngineError("bad_request", f"A count is a whole number, not {str(count)!r}.")
        number = combinations if count is None else int(str(count))
    if not 0 < number <= MOST:
        raise EngineError("bad_request", f"A row gives 1 to {MOST} avatars, not {number}.")
    return first, number


def _pieces(name: str, text: str) -> list[list[str]]:
    """A text cut at its choices: lists of one piece, or of those of which one is taken."""
    parts = _CHOICE.split(text)
    if any(brace in part for part in parts[::2] for brace in "{}"):
        raise EngineError("bad_request", f"The {name} prompt has a brace without its partner: {text[:80]!r}.")
    return [[part] if k % 2 == 0 else [choice.strip() for choice in part.split("|")] for k, part in enumerate(parts)]


def _choose(texts: Mapping[str, list[list[str]]], index: int) -> dict[str, str]:
    """The texts of one combination of the choices, by its number."""
    chosen = {}
    for name, pieces in texts.items():
        parts = []
        for piece in pieces:
            index, place = divmod(index, len(piece))
            parts.append(piece[place])
        chosen[name] = re.sub(r"\s{2,}", " ", "".join(parts)).strip()
    return chosen


def _spread(k: int, combinations: int, key: str) -> int:
    """The number of the k-th combination: all come before one comes again, neighbours differ."""
    rng = random.Random(hashlib.sha256(key.encode()).digest())
    start, step = rng.randrange(combinations), rng.randrange(1, max(combinations, 2))
    while math.gcd(step, combinations) != 1:
        step = step % combinations + 1
    return (start + k * step) % combinations


def _name(given: object, k: int, count: int, request: Request) -> str:
    """Of the folder: as the row says, numbered if it gives several; else after looks and a hash of the request."""
    if given is not None:
        name = str(given).strip()
        if not _NAME.fullmatch(name):
            raise EngineError("bad_request", f"{name!r} cannot be the name of a folder.")
        return name if count == 1 else f"{name}-{k + 1:0{len(str(count))}}"
    words = " ".join(request.prompts.get(name, "") for name in ("appearance", "shape", "motion")) or "avatar"
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40].strip("-") or "avatar"
    return f"{slug}-{hashlib.sha256(request.to_json().encode()).hexdigest()[:8]}"


def _json_rows(text: str) -> Iterator[tuple[int, Row | str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield number, row if isinstance(row, dict) else f"It is no JSON object: {line.strip()[:60]}"


def _csv_rows(text: str, path: Path) -> Iterator[tuple[int, Row | str]]:
    """Rows below the head; separated by whatever of comma, semicolon and tab the head has most of."""
    head = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=separator, skipinitialspace=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    if not set(names) & {*protocol.DEFAULT_PROMPTS, "name"}:
        raise EngineError(
            "bad_request",
            f"{path} is no list of avatars: its first row must name columns.",
            f"Columns: {', '.join(COLUMNS)}.",
        )
    reader.fieldnames = names
    for number in itertools.count(1):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"It cannot be read ({error})."
            continue
        if None in row:
            yield number, f"It has more cells than the {len(names)} columns; put texts with {separator!r} in quotes."
        else:
            yield number, {key: value.strip() for key, value in row.items() if value}

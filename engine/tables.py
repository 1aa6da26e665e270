"""Data files (TOML) as dataclasses or typed dictionaries, whose annotations are their schema.

Standard library only. Whatever is wrong ends in one `ValueError` naming the file, the record, the key and the fault.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from pathlib import Path
from typing import Any

PLAIN = {str: "text", bool: "truth value", int: "whole number", float: "number"}


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables as they are.

    Raises:
        ValueError: it is no TOML file.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is no TOML file: {error}.") from None


def read_as(path: Path, kind: Any) -> Any:
    """A file as a dataclass or `TypedDict`, whose fields are its top-level keys, or as ``dict[str, X]`` of records X.

    A tuple or frozenset of texts may be written as one text that '|' divides.

    Raises:
        ValueError: names the file, the table, the key and what is wrong.
    """
    return _made(read_toml(path), kind, f"{path.name}:", "")


def _made(value: Any, kind: Any, file: str, name: str) -> Any:
    """A value as an annotation asks; ``name`` is its dotted place in the file."""
    origin, items = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin is types.UnionType:
        fits = [item for item in items if item is type(value) or (isinstance(value, list) and typing.get_origin(item))]
        return _made(value, fits[0] if fits else items[0], file, name)
    if dataclasses.is_dataclass(kind) or typing.is_typeddict(kind):
        return _record(value, kind, file, name)
    if origin is dict and isinstance(value, dict):
        return {key: _made(item, items[1], file, f"{name}.{key}".lstrip(".")) for key, item in value.items()}
    if origin in (tuple, frozenset, list):
        row = value.split("|") if isinstance(value, str) and items[0] is str else value
        if isinstance(row, list) and (len(items) == 1 or items[-1] is Ellipsis):
            return origin(_made(item, items[0], file, f"{name} {i + 1}") for i, item in enumerate(row))
        if isinstance(row, list) and len(row) == len(items):
            return tuple(_made(item, wanted, file, name) for item, wanted in zip(row, items))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind in PLAIN and type(value) is kind:
        return value
    table, _, key = name.rpartition(".")
    raise ValueError(f"{file} [{table or key}] has {value!r} under {key!r}, which is no {_called(kind)}.")


def _record(value: Any, kind: Any, file: str, name: str) -> Any:
    """A table as a dataclass or typed dictionary."""
    where = f"{file} [{name}]" if name else file.removesuffix(":")
    if not isinstance(value, dict):
        raise ValueError(f"{where} is no table.")
    hints = typing.get_type_hints(kind, include_extras=True)
    if dataclasses.is_dataclass(kind):
        none = dataclasses.MISSING
        needed = [field.name for field in dataclasses.fields(kind) if field.default is field.default_factory is none]
    else:
        optional = [key for key, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired]
        needed = [key for key in hints if key not in optional] if kind.__total__ else []
    for key in value:
        if key not in hints:
            raise ValueError(f"{where} has the unknown key {key!r}.")
    for key in needed:
        if key not in value:
            raise ValueError(f"{where} lacks the key {key!r}.")
    plain = typing.get_type_hints(kind)
    return kind(**{key: _made(item, plain[key], file, f"{name}.{key}".lstrip(".")) for key, item in value.items()})


def _called(kind: Any) -> str:
    """A type in a reader's words."""
    origin, items = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        return "table"
    if origin in (tuple, frozenset, list):
        many = len(items) == 1 or items[-1] is Ellipsis
        return f"list of {PLAIN.get(items[0], 'value')}s" if many else f"list of {len(items)} values"
    return PLAIN.get(kind, "value")

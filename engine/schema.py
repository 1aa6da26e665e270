"""The one table of all settings: what `engine.settings` declares, as records for the engine, the panel and the docs.

Standard library only, and nothing of the engine's: the add-on loads this file inside Blender.
``python -m engine.settings`` prints the table.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent
ADDED: dict[str, list[str]] = {}
"""Names of components by folder that `engine.registry` learned of at run time."""


@dataclass(frozen=True)
class Setting:
    """One setting."""

    key: str
    """Dotted, as ``--set`` and a request's overrides take it."""
    kind: Any
    """The setting's type annotation."""
    default: Any
    help: str
    low: float | None
    """Least value that is possible, or None."""
    high: float | None
    """Greatest value that is possible, or None."""
    choices: tuple[str, ...]
    """The texts that it may be, or none where any will do."""
    components: str = ""
    """The folder whose components it may name, see `engine.registry`."""

    @property
    def section(self) -> str:
        """The first part of the key: a stage or shared part."""
        return self.key.split(".")[0]

    @property
    def kinds(self) -> tuple[Any, ...]:
        """The alternatives of its type; ``NoneType`` among them where it may be null."""
        return members(self.kind)

    def problem(self, value: Any) -> tuple[str, str] | None:
        """What is wrong with a value of the right type: a sentence's end and a hint; None if nothing is."""
        if value is None:
            return None
        if self.choices and value not in self.choices:
            return f"{self.key} is {value!r}", f"Set it to {_either(self.choices)}."
        if self.low is None and self.high is None:
            return None
        if (self.low is None or value >= self.low) and (self.high is None or value <= self.high):
            return None
        return f"{self.key} must be {self.range}, not {value:g}", ""

    @property
    def range(self) -> str:
        """``from 1 to 4``, ``at least 1``, or the choices; empty where anything is possible."""
        if self.choices:
            return _either(self.choices)
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"at least {self.low:g}"
        return "" if self.high is None else f"at most {self.high:g}"


def settings_of(kind: type, prefix: str = "") -> dict[str, Setting]:
    """Every setting of a dataclass of settings and of the blocks within it, by dotted key, in their order."""
    hints = typing.get_type_hints(kind)
    found: dict[str, Setting] = {}
    for item in dataclasses.fields(kind):
        key = f"{prefix}{item.name}"
        if dataclasses.is_dataclass(hints[item.name]):
            found |= settings_of(hints[item.name], f"{key}.")
        elif "help" in item.metadata:
            about = item.metadata
            choices = components_in(about["components"]) if about.get("components") else _literals(hints[item.name])
            found[key] = Setting(
                key,
                hints[item.name],
                item.default,
                about["help"],
                about.get("low"),
                about.get("high"),
                (*about.get("also", ()), *choices),
                about.get("components", ""),
            )
    return found


def values_of(block: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of a block of settings and of the blocks within it."""
    for item in dataclasses.fields(block):
        value = getattr(block, item.name)
        if dataclasses.is_dataclass(value):
            yield from values_of(value, f"{prefix}{item.name}.")
        else:
            yield f"{prefix}{item.name}", value


def components_in(folder: str) -> tuple[str, ...]:
    """Names of the components that stand in a folder of the engine, one a file: what a setting may name."""
    return (*sorted(path.stem for path in (ROOT / folder).glob("[a-z]*.py")), *ADDED.get(folder, ()))


def members(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a union, or the type itself."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


def table(kind: type) -> str:
    """All settings as a table in Markdown."""
    rows = ["| setting | default | may be | what it does |", "| --- | --- | --- | --- |"]
    for setting in settings_of(kind).values():
        default = json.dumps(setting.default).strip('"')
        rows.append(f"| `{setting.key}` | `{default}` | {setting.range} | {setting.help} |")
    return "\n".join(rows) + "\n"


def _literals(annotation: Any) -> tuple[str, ...]:
    """The texts that an annotation allows, if it lists them."""
    return tuple(
        text for kind in members(annotation) if typing.get_origin(kind) is Literal for text in typing.get_args(kind)
    )


def _either(choices: tuple[str, ...]) -> str:
    """``a, b or c``."""
    return " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))

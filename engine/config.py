"""From HOCON files in ``confs/`` to the frozen dataclasses of `engine.settings`.

The order is: the defaults there, then the preset's file, then the user's file, then single overrides such as
``appearance.iterations=50``; the later one wins. Unknown keys and wrong types are errors that name the key, the nearest
valid key and the place it stands in.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from engine import old_keys, original_conf, protocol, registry
from engine.errors import EngineError
from engine.schema import Setting, members, settings_of, values_of
from engine.settings import Config
from engine.untrusted.texts import check_kind, decoded

CONFS = Path(__file__).resolve().parent.parent / "confs"
"""Where the presets stand."""
PLACEHOLDER = "TOREPLACE"
"""The word in braces that a conf leaves open; ``--set TOREPLACE=...`` fills it in."""


def presets() -> list[str]:
    """Names of the confs that stand in ``confs/``."""
    return sorted(path.stem for path in CONFS.glob("*.conf"))


def load_config(
    preset: str = "draft", conf: str | Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Config:
    """Merge the defaults, a preset, a user's file and overrides into a `Config`.

    Args:
        preset: name of a file in ``confs/`` without its ending.
        conf: path of a HOCON file that is merged over the preset, or None.
        overrides: dotted keys to values; a text value is read as HOCON would read it.

    Raises:
        EngineError: ``bad_config`` with one sentence naming the key, the nearest valid key and the file.
    """
    if preset not in presets():
        raise EngineError(
            "bad_config",
            f"There is no preset {preset!r}{_nearest(preset, presets())}.",
            f"Presets: {', '.join(protocol.PRESETS)}.",
        )
    values: dict[str, tuple[Any, str]] = {}
    settings = dict(overrides or {})
    word = settings.pop(PLACEHOLDER, None)
    _take_in(values, CONFS / f"{preset}.conf", None)
    if conf is not None:
        _take_in(values, Path(conf), None if word is None else str(word))
    found: dict[str, Any] = {}
    for key, value in settings.items():
        parsed = _parse_value(key, value) if isinstance(value, str) else value
        found.update(_flatten(parsed, key) if isinstance(parsed, Mapping) else [(key, parsed)])
    source = "the overrides"
    values.update((name, (item, source)) for name, item in old_keys.renamed(found, source).items())
    return _build(values)


def _take_in(values: dict[str, tuple[Any, str]], path: Path, word: str | None) -> None:
    """Lay a file's settings over those so far; a conf of the original's stands on the preset ``original``."""
    found = dict(_read_hocon(path, word))
    if original_conf.is_original(found):
        _take_in(values, CONFS / "original.conf", None)
        found = original_conf.translate(found, str(path))[0]
    values.update((key, (value, str(path))) for key, value in old_keys.renamed(found, str(path)).items())


def remarks(conf: str | Path, word: str | None = None) -> list[str]:
    """What a conf of the original's asks for that has no effect here, one sentence each."""
    found = dict(_read_hocon(Path(conf), word))
    return original_conf.translate(found, str(conf))[1] if original_conf.is_original(found) else []


def fields() -> dict[str, Setting]:
    """Every setting by its dotted key, in the order of the dataclasses."""
    return settings_of(Config)


def check(block: Any, name: str) -> None:
    """Refuse values of a section or block called ``name`` that are out of their range or none of their choices.

    Raises:
        EngineError: ``bad_config`` with one sentence.
    """
    known = settings_of(type(block), f"{name}.")
    for key, value in values_of(block, f"{name}."):
        if key in known and (found := known[key].problem(value)):
            raise EngineError("bad_config", f"{found[0]}.", found[1])


def _read_hocon(path: Path, word: str | None = None) -> list[tuple[str, Any]]:
    """Parse a HOCON file into (dotted key, value) pairs; ``word`` takes the place of ``{TOREPLACE}``."""
    from pyhocon import ConfigTree
    from pyhocon.exceptions import ConfigException
    from pyparsing import ParseBaseException

    if not path.is_file():
        raise EngineError("bad_config", f"The conf file {path} does not exist.")
    if path.stat().st_size:  # an empty conf changes nothing
        check_kind(path, "bad_config", json_too=True)
    try:
        text = decoded(path.read_bytes())
        if f"{{{PLACEHOLDER}}}" in text:
            text = text.replace(f"{{{PLACEHOLDER}}}", _filling(path, word))
        tree = _parse(text, basedir=str(path.parent))
    except OSError as error:
        raise EngineError("bad_config", f"The conf file {path} can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        sentence = f"The conf file {path} is no text in UTF-8 or UTF-16."
        raise EngineError("bad_config", sentence, "Save it as UTF-8 in a text editor.") from None
    except (ConfigException, ParseBaseException) as error:
        place = re.search(r"line:(\d+), col:(\d+)", str(error))
        where = f" (line {place[1]}, column {place[2]})" if place else f" ({' '.join(str(error).split())[:160]})"
        sentence = f"The conf file {path} is not valid HOCON{where}."
        raise EngineError("bad_config", sentence, "Texts with commas or signs need quotes.") from None
    if not isinstance(tree, ConfigTree):
        raise EngineError("bad_config", f"The conf file {path} must hold keys and values, not a list.")
    return list(_flatten(tree.as_plain_ordered_dict(), ""))


_WORDS = re.compile(
    r"""^([ \t]*(?:[\w.-]+[ \t]*\{[ \t]*)?[\w.-]+[ \t]*[=:][ \t]*)  # a key, perhaps the first of its block
    ([^\s"\[\]{}\#$,=:\\][^"\[\]{}\#$,=:\\\n]*?[ \t][^"\[\]{}\#$,=:\\\n]*?)  # several words
    (?=[ \t]*(?:[}\#,]|//|$))""",
    re.MULTILINE | re.VERBOSE,
)
"""A key with several words for its value, which have no quotes."""


def _parse(text: str, **options: Any) -> Any:
    """What pyhocon makes of a text, except that words are left as they are: it takes "10 s" in a prompt for a period of
    time, "agent 007" for 7 and "true story" for a truth."""
    from pyhocon import ConfigFactory, config_parser
    from pyparsing import NoMatch

    periods = config_parser.get_period_expr
    config_parser.get_period_expr = NoMatch
    try:
        return ConfigFactory.parse_string(_WORDS.sub(r'\1"\2"', text), **options)
    finally:
        config_parser.get_period_expr = periods


def _filling(path: Path, word: str | None) -> str:
    """What is put for the placeholder, if it can stand in a conf."""
    if word is None:
        raise EngineError(
            "bad_config",
            f"The conf file {path} leaves {{{PLACEHOLDER}}} open.",
            f"Fill it in: --set {PLACEHOLDER}=TEXT.",
        )
    if any(sign in word for sign in '"{}[]=:\n\\#$'):
        raise EngineError("bad_config", f"{PLACEHOLDER} must be plain words, not {word!r}.")
    return word


def _parse_value(key: str, text: str) -> Any:
    """Read the text of an override (``50``, ``[1, 2]``, ``null``, ``a name``) as HOCON would."""
    from pyhocon.exceptions import ConfigException
    from pyparsing import ParseBaseException

    known = fields().get(old_keys.RENAMED.get(key, key))
    kinds = known.kinds if known else (str,) if key in old_keys.VALUES else ()
    list_too = text.startswith("[") and any(typing.get_origin(kind) is tuple for kind in kinds)
    if (str in kinds or (known and known.choices)) and not list_too:
        return None if text == "null" else text
    try:
        tree = _parse(f"value = {text}").as_plain_ordered_dict()
    except (ConfigException, ParseBaseException):
        return text
    return tree.get("value", text) if len(tree) == 1 else text


def _flatten(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Walk nested mappings and yield dotted keys; an empty mapping yields nothing."""
    for key, value in tree.items():
        name = f"{prefix}.{key.strip(chr(34))}" if prefix else key.strip('"')
        if isinstance(value, Mapping):
            yield from _flatten(value, name)
        else:
            yield name, value


def _build(values: Mapping[str, tuple[Any, str]]) -> Config:
    """Check every key, type and range, then fill the dataclasses."""
    known, blocks = fields(), _blocks_of_components(values)
    for name, kind in blocks.items():
        known |= settings_of(kind, f"{name}.")
    tree: dict[str, Any] = {}
    for key, (value, source) in values.items():
        if key not in known:
            raise EngineError("bad_config", f"There is no setting {key!r}{_nearest(key, list(known))} (in {source}).")
        try:
            given = _coerce(value, known[key].kind)
        except TypeError:
            raise EngineError(
                "bad_config", f"The setting {key} must be {_describe(known[key].kind)}, not {value!r} (in {source})."
            ) from None
        if found := known[key].problem(given):
            raise EngineError("bad_config", f"The setting {found[0]} (in {source}).", found[1])
        *path, name = key.split(".")
        block = tree
        for part in path:
            block = block.setdefault(part, {})
        block[name] = given
    for name, kind in blocks.items():
        section, part = name.split(".")
        tree[section].setdefault("others", {})[part] = kind(**tree[section].pop(part))
    return cast(Config, _filled(Config, tree))


def _blocks_of_components(values: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
    """Classes of the blocks that stand beside a chosen component instead of in `engine.settings`, by dotted name."""
    known = fields()
    found: dict[str, Any] = {}
    for setting in known.values():
        name = str(values.get(setting.key, (setting.default, ""))[0])
        block = f"{setting.section}.{name}"
        if setting.components and any(key.startswith(f"{block}.") and key not in known for key in values):
            kind = getattr(registry.find(setting.components, name), "Settings", None)
            found |= {block: kind} if kind else {}
    return found


def _filled(kind: Any, tree: Mapping[str, Any]) -> Any:
    """A dataclass of settings, its blocks filled from nested mappings."""
    hints = typing.get_type_hints(kind)
    return kind(
        **{
            name: _filled(hints[name], value) if dataclasses.is_dataclass(hints[name]) else value
            for name, value in tree.items()
        }
    )


def _coerce(value: Any, annotation: Any) -> Any:
    """Give back ``value`` as ``annotation`` asks, or raise TypeError; whole numbers are fine as floats, and the texts
    of environment variables as what they say."""
    kinds = tuple(str if typing.get_origin(kind) is Literal else kind for kind in members(annotation))
    if isinstance(value, str) and str not in kinds:
        value = _plain(value)
    for kind in kinds:
        if kind is type(None) and value is None:
            return None
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if kind is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if kind in (bool, str) and isinstance(value, kind):
            return value
        if typing.get_origin(kind) is tuple and isinstance(value, list | tuple):
            items = typing.get_args(kind)
            if len(items) == 2 and items[1] is Ellipsis:
                return tuple(_coerce(item, items[0]) for item in value)
            if len(items) == len(value):
                return tuple(_coerce(item, wanted) for item, wanted in zip(value, items))
    raise TypeError


def _plain(text: str) -> Any:
    """A number, truth or nothing that a text says, or the text itself."""
    words = {"true": True, "false": False, "null": None}
    if text.strip().lower() in words:
        return words[text.strip().lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _describe(annotation: Any) -> str:
    """Name a type in a user's words."""
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", type(None): "null"}
    named = []
    for kind in members(annotation):
        if typing.get_origin(kind) is Literal:
            named += list(typing.get_args(kind))
        elif typing.get_origin(kind) is tuple:
            items = typing.get_args(kind)
            count = "" if items[-1] is Ellipsis else f" of {len(items)}"
            named.append(f"a list{count} (each {words[items[0]]})")
        else:
            named.append(words[kind])
    return " or ".join(named)


def _nearest(word: str, choices: list[str]) -> str:
    """``; did you mean 'x'?`` in short, or nothing when nothing is near."""
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; the nearest is {near[0]!r}" if near else ""

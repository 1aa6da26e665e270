"""How much of hand-written texts the reader gets right: ``python -m benchmarks.reading [FILE.toml …] [--wrong]``.

Every sentence of the files (``benchmarks/data/sentences.toml`` by default) comes with its answer. A slot is one thing
that the answer states: a garment, its colour, its pattern, a denied garment, the order of two layers, one property of
the person. It is right if the reading states it of the same garment.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.reader import Reading, Worn, read
from engine.reader.lexicon import lexicon, phrase

DATA = Path(__file__).parent / "data" / "sentences.toml"
AGES = {"child": (0.15, 0.36), "teen": (0.36, 0.49), "adult": (0.49, 0.83), "old": (0.83, 1.0)}
SIGNS = ("weight", "height", "muscle")
KINDS = {
    "color": "colour",
    "accent": "colour",
    "pattern": "pattern",
    "material": "material",
    "traits": "state",
    "decal": "decal",
    "side": "side",
    "cut": "cut",
}
FINER = {
    "silk": "velvet|satin",
    "linen": "canvas|straw",
    "wool": "tweed",
    "fur": "fleece",
    "leather": "polish",
    "cotton": "canvas|fleece",
    "wood": "straw",
}
"""Materials that the catalogue tells apart since the answers were written: the finer one is right too."""
Slot = tuple[str, bool, str]
"""Its kind, whether it is right, and what was asked."""


def plain(value: object) -> str:
    """A value for comparisons: lower case, spaces for underscores."""
    return str(value).lower().replace("_", " ")


def fits(asked: str, found: object) -> bool:
    """Whether a value is one of the alternatives "a|b"."""
    return found is not None and plain(found) in [plain(option) for option in asked.split("|")]


def slots(answer: dict[str, Any], reading: Reading) -> Iterator[Slot]:
    """What one answer asks, and whether the reading says it."""
    if "figure" in answer:
        yield "figure", _is_figure(answer["figure"], reading.who.figure), f"figure {answer['figure']}"
    left = list(reading.worn)
    for asked in answer.get("worn", []):
        thing = _match(asked, left)
        if thing is not None:
            left.remove(thing)
        denied = bool(asked.get("denied"))
        held = _held(asked["kind"])
        yield (
            "negation" if denied else "held" if held else "garment",
            thing is not None,
            f"{'no ' * denied}{asked['kind']}",
        )
        for name, kind in KINDS.items():
            for value in _listed(asked.get(name)):
                yield kind, thing is not None and _has(thing, name, value), f"{asked['kind']} {name} {value}"
    for inner, outer in answer.get("order", []):
        kinds = [thing.kind for thing in reading.worn]
        places = [next((at for at, k in enumerate(kinds) if fits(name, k)), None) for name in (inner, outer)]
        yield "layering", None not in places and places[0] < places[1], f"{outer} over {inner}"  # type: ignore[operator]
    for name, value in answer.get("who", {}).items():
        for each in _listed(value):
            yield "person", _is(reading, name, each), f"{name} {each}"


def _is_figure(asked: str, found: str | None) -> bool:
    """Whether one of the names asked for is the catalogue's name of the figure, or another word for it."""
    senses = [sense for name in asked.split("|") for sense in lexicon().senses(phrase(name))]
    names = {sense.value.partition("/")[0] for sense in senses if sense.category == "figure"}
    return fits(asked, found) or found in names


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _match(asked: dict[str, Any], left: list[Worn]) -> Worn | None:
    """The thing of the reading that is meant: of one kind and as denied; the one that fits best."""
    named = [t for t in left if fits(asked["kind"], t.kind) and t.denied == bool(asked.get("denied"))]
    return max(named, key=lambda t: sum(_has(t, n, v) for n in KINDS for v in _listed(asked.get(n))), default=None)


def _has(thing: Worn, name: str, value: Any) -> bool:
    found = getattr(thing, name)
    if name == "material":
        value = "|".join(f"{option}|{FINER.get(option, option)}" for option in str(value).split("|"))
    return any(fits(str(value), trait) for trait in found) if name == "traits" else fits(str(value), found)


def _held(kind: str) -> bool:
    from engine.reader.decode import GROWN
    from engine.wardrobe.outfit import EXTRA_KINDS

    first = kind.split("|")[0]
    return first in EXTRA_KINDS and first not in GROWN


def _is(reading: Reading, name: str, value: Any) -> bool:
    found = getattr(reading.who, name)
    if name == "age" and found is not None:
        low, high = AGES[str(value).split("|")[0]]
        return low <= found <= high
    if name in SIGNS and found is not None:
        return (found > 0) == (value == "high")
    return fits(str(value), found) if not isinstance(found, tuple) else any(fits(str(value), area) for area in found)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", default=[DATA])
    parser.add_argument("--wrong", action="store_true", help="print what is wrong")
    args = parser.parse_args()
    sentences = [s for file in args.files for s in tomllib.loads(file.read_text("utf-8"))["sentence"]]
    read("warm up")
    counts: dict[str, list[bool]] = defaultdict(list)
    seconds = []
    for sentence in sentences:
        began = time.perf_counter()
        reading = read(sentence["text"])
        seconds.append(time.perf_counter() - began)
        found = list(slots(sentence, reading))
        for kind, right, _ in found:
            counts[kind].append(right)
        for tag in ("unseen", "typo", "sameness"):
            if tag in sentence.get("kinds", ()):
                counts[f"sentences with {tag}"] += [right for _, right, _ in found]
        counts["whole sentences"].append(all(right for _, right, _ in found))
        if args.wrong and (wrong := [what for _, right, what in found if not right]):
            print(f"{sentence['text']}\n    wrong: {'; '.join(wrong)}\n    read: {_brief(reading)}")
    everything = [
        right for kind, v in counts.items() if kind != "whole sentences" and "with" not in kind for right in v
    ]
    for kind, values in [*sorted(counts.items()), ("all slots", everything)]:
        print(f"| {kind} | {len(values)} | {sum(values) / max(len(values), 1):.1%} |")
    seconds.sort()
    print(f"{1000 * seconds[len(seconds) // 2]:.1f} ms a text (median), {1000 * seconds[-1]:.1f} ms at most")


def _brief(reading: Reading) -> str:
    who = {name: v for name, v in vars(reading.who).items() if v not in (None, ())}
    worn = [{n: v for n, v in vars(t).items() if v not in (None, (), False) and n != "words"} for t in reading.worn]
    return f"{who} {worn} ignored {reading.ignored} repaired {reading.repaired}"


if __name__ == "__main__":
    main()

"""Words of direction, side, number and extent: what one part of a text asks of its movement, whatever that is.

Each rule is a pattern over a part's plain words. What it takes is noted in `Asked` together with the words that said
so, and leaves the text, so that only what names the movement is left for matching. `follow` carries the wishes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from engine.motion.manner import OF_WORD
from engine.motion.words import WORDS
from engine.numerals import NUMBER, number

LIMBS, LEG = WORDS.limbs, WORDS.leg
ASIDE = LIMBS | WORDS.directions
"""Words of limbs and directions, which name no movement by themselves."""
COUNTED = LIMBS | WORDS.counted
"""Nouns after which a number says nothing about how often."""
_TAIL = ASIDE | WORDS.doing | WORDS.filling | WORDS.tail
_LIMB, _BLOWS = "|".join(sorted(LIMBS, key=lambda limb: (-len(limb), limb))), "|".join(WORDS.blows)
_THE = r"(?:(?:the|his|her|its|their|my|your|one|a|an) )"


@dataclass(frozen=True)
class Asked:
    """What is asked of one movement besides its name; nothing by default."""

    side: str = ""
    """``left`` or ``right``: the limb or side of the body that acts."""
    limb: str = ""
    """The limb that was named with it."""
    bearing: bool = False
    """That limb carries the body ("on the left leg")."""
    heading: str = ""
    """``forward``, ``backward``, ``left``, ``right``, or ``sideways`` without saying where."""
    spin: int = 0
    """1 counter-clockwise as seen from above, which is to the left; -1 clockwise; 0 not said."""
    degrees: float | None = None
    """How far it turns."""
    diagonal: bool = False
    """The heading is half-way between ahead and that side."""
    path: str = ""
    """``circle``, ``curve``, ``eight`` or ``zigzag``, for what travels."""
    count: int | None = None
    steps: bool = False
    """The count is one of steps."""
    metres: float | None = None
    seconds: float | None = None
    in_place: bool = False
    still_arms: bool = False
    """The arms are to hang ("without moving the arms")."""
    lost: tuple[str, ...] = ()
    """Words of this kind that found no place beside others, such as a second direction."""
    said: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    """The words behind ``side``, ``heading``, ``spin``, ``degrees``, ``path``, ``count``, ``metres``."""

    @property
    def way(self) -> int:
        """Sign of a turn: 1 to the left, -1 to the right, 0 not said."""
        return self.spin or {"left": 1, "right": -1}.get(self.heading, 0)


MOST_TIMES, MOST_DEGREES = 50, 3600.0
"""Repetitions and degrees of one movement. Set by hand."""

_Rule = Callable[["re.Match[str]", Asked], "tuple[Asked, str] | None"]
"""From a match to the wishes with it and what stays of its words; None if it was none after all."""


def _part_turn(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    many = number(match["n"]) if match["n"] else 1.0
    asked = replace(asked, degrees=WORDS.fractions[match["share"]] * many)
    if match["noun"].startswith("circle"):
        return replace(asked, path=asked.path or "circle"), ""
    return asked, match["noun"]


def _whole_turns(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    return replace(asked, degrees=360.0 * number(match["n"])), match["noun"]


def _circle(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    many = number(match["n"]) if match["n"] else 1.0
    share = 180.0 if match["half"] else 360.0
    return replace(asked, path="circle", degrees=asked.degrees or share * many), ""


def _steps(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    return replace(asked, count=round(_how_many(match["n"])), steps=True), "\0"


def _how_many(words: str) -> float:
    return WORDS.vague.get(words) or number(words)


def _times(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    words = next(group for group in match.groups() if group)
    return replace(asked, count=round({"once": 1, "twice": 2, "thrice": 3}.get(words) or _how_many(words))), ""


def _counted(match: re.Match[str], asked: Asked) -> tuple[Asked, str] | None:
    many, words = number(match["n"]), match["rest"].split()
    before = [word for word in match.string[: match.start()].split() if word not in WORDS.filling]
    # "Juggling three balls" counts objects, "does three push-ups" the movement.
    if asked.count or many != round(many) or many < 1 or (before and before[-1] not in WORDS.doing):
        return None
    ends = [i for i, word in enumerate(words) if word.endswith("s") and not word.endswith("ss")] if many > 1 else [0]
    if not ends or COUNTED & set(words[: ends[0] + 1]):
        return None
    # "Two soldiers march" counts who does it.
    tail = words[ends[0] + 1 :] + match.string[match.end() :].split()
    verb = [word for word in tail if word not in _TAIL and word not in OF_WORD]
    if not before and (any(word.endswith(("s", "ing")) for word in verb) if many == 1 else verb):
        return None
    return replace(asked, count=round(many)), match["rest"]


def _on_side(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    return replace(asked, side=match["side"], limb=match["limb"], bearing=True), f"on {match['limb']}"


def _limb_side(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    return replace(asked, side=asked.side or match["side"], limb=asked.limb or match["limb"]), match["limb"]


def _with_side(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
    return replace(asked, side=asked.side or match["side"]), ""


def _heading(name: str, keep: bool) -> _Rule:
    def rule(match: re.Match[str], asked: Asked) -> tuple[Asked, str]:
        heading, stay = match.groupdict().get("side") or name, match[0] if keep else match.groupdict().get("stay") or ""
        if asked.heading and heading != "sideways":
            return replace(asked, lost=(*asked.lost, match[0].strip())), stay
        return replace(asked, heading=asked.heading or heading), stay

    return rule


def _set(**changes: object) -> _Rule:
    return lambda match, asked: (replace(asked, **changes), "")  # type: ignore[arg-type]


_RULES: tuple[tuple[str, str, _Rule], ...] = (
    (
        "",
        rf"\b(?:for |during )(?:about |around )?(?P<n>{NUMBER}) ?(?P<unit>seconds?|secs?|s|minutes?|mins?)\b",
        lambda m, a: (replace(a, seconds=number(m["n"]) * (60 if m["unit"][0] == "m" else 1)), ""),
    ),
    ("", r"\bin place\b", lambda m, a: (replace(a, in_place=True), m[0])),
    ("", r"\bwithout (?:moving forward|going anywhere|travel\w*)\b", _set(in_place=True)),
    ("", rf"\bwithout (?:moving|swinging|using|raising|lifting) {_THE}?(?:arms?|hands?)\b", _set(still_arms=True)),
    ("path", r"\b(?:in |along )?(?:a )?figure (?:of )?(?:eight|8)s?\b", _set(path="eight", degrees=0.0)),
    (
        "path",
        r"\b(?:in |along )?(?:a )?(?:zig ?zag\w*|slalom)(?: (?:line|path|pattern))?\b",
        _set(path="zigzag", degrees=0.0),
    ),
    (
        "degrees",
        rf"\b(?:by |about |through )?(?P<n>{NUMBER}) (?:degrees?|deg)\b",
        lambda m, a: (replace(a, degrees=number(m["n"])), ""),
    ),
    (
        "degrees",
        rf"\b(?:(?P<n>{NUMBER}) |a |an )?(?P<share>three quarter|quarter|half|full|complete|whole)s?"
        r"(?: of a)?(?: full| whole| complete)? (?P<noun>turns?|circles?|rotations?|spins?|revolutions?|pirouettes?)\b",
        _part_turn,
    ),
    ("degrees", rf"\b(?P<n>{NUMBER}) (?P<noun>rotations|spins|revolutions|pirouettes|twirls)\b", _whole_turns),
    (
        "path",
        rf"\b(?:in |along |around )?(?:(?P<n>{NUMBER}) |an? |the )?(?:(?!of\b)\w+ )?"
        r"(?P<half>half |semi ?)?(?<!arm )circles?\b(?! (?:the|his|her|with|of) )",
        _circle,
    ),
    ("path", r"\b(?:in |along )?(?:a |an )(?:\w+ )?(?:curve|arc|bow shape)\b", _set(path="curve")),
    ("spin", r"\b(?:in )?(?:a |an )?(?:counter|anti) ?clockwise(?: direction)?\b", _set(spin=1)),
    ("spin", r"\b(?:in )?(?:a )?clockwise(?: direction)?\b", _set(spin=-1)),
    (
        "",
        rf"\b{_THE}?(?:left and (?:the )?right|right and (?:the )?left) (?P<limb>{_LIMB})\b",
        lambda m, a: (a, m["limb"]),
    ),
    ("side", rf"\b(?:on|onto|upon) {_THE}?(?P<side>left|right) (?P<limb>{_LIMB}|side|cheek)\b(?! of)", _on_side),
    ("side", rf"\b(?P<side>left|right) ?(?P<limb>{_LIMB}|{_BLOWS})(?:ed)?\b", _limb_side),
    ("side", rf"\b(?:with|using) {_THE}?(?P<side>left|right)\b", _with_side),
    ("diagonal", r"\bdiagonally\b", _set(diagonal=True)),
    ("heading", rf"\b{_THE}?(?P<side>left|right) (?P<stay>turns?)\b", _heading("", False)),
    ("heading", r"\bforwards?\b|\bahead\b|\bonwards?\b|\bstraight on\b", _heading("forward", True)),
    ("heading", r"\bbackwards?\b|\brearwards?\b|\bin reverse\b", _heading("backward", True)),
    (
        "",
        r"(?<!the )(?<!his )(?<!her )(?<!its )(?<!their )(?<!turn )\bback\b(?! and\b| to\b| up\b| flips?\b)",
        _heading("backward", True),
    ),
    (
        "heading",
        rf"\b(?:(?:over |off |out |in|on)?(?:to|towards?) |on )?{_THE}?(?:own )?(?P<side>left|right)(?:wards?)?"
        r"(?: hand)?(?: side| direction)?\b(?! now| away| here| there| up| down| before| after| behind)",
        _heading("", False),
    ),
    ("heading", r"\bsideways\b|\bsidewards?\b", _heading("sideways", True)),
    (
        "count",
        rf"\b(?P<n>{NUMBER}|a single|single|an?|a few|few|several|a couple of|some) "
        rf"(?:(?!{_LIMB})[a-z]+ )??(?:steps?|paces?|strides?)\b",
        _steps,
    ),
    ("metres", rf"\b(?P<n>{NUMBER}) (?:metres?|meters?|m)\b", lambda m, a: (replace(a, metres=number(m["n"])), "")),
    (
        "count",
        rf"\b(once|twice|thrice)\b|\b({NUMBER}|a couple of|several|a few|few) (?:(?:more )?times|of them)\b|"
        r"\b(\d+)x\b|\bx ?(\d+)\b",
        _times,
    ),
    ("count", rf"\b(?P<n>{NUMBER}) (?P<rest>[a-z]+(?: [a-z]+){{0,2}})\b", _counted),
)
"""(name in `Asked.said` or nothing, pattern, what it means), in the order in which they are tried."""


def read(text: str) -> tuple[Asked, str]:
    """What a part of a text, in plain lower-case words, asks for, and the text without the words that said it."""
    asked = Asked()
    for name, pattern, rule in _RULES:
        for match in re.finditer(pattern, text):
            found = rule(match, asked)
            if found is None:
                continue
            said = {name: match[0].strip(), **asked.said} if name else asked.said
            asked = within_reason(replace(found[0], said=said))
            text = f"{text[: match.start()]} {found[1]} {text[match.end() :]}"
            break
    text = re.sub(r" +", " ", text).strip()
    if "\0" in text:
        text = _named_by_steps(text)
    return asked, text


def within_reason(asked: Asked) -> Asked:
    """The wishes with counts and angles that a motion of a minute or two can hold; others are noted as lost."""
    if (asked.count or 0) > MOST_TIMES:
        asked = replace(asked, count=MOST_TIMES, lost=(*asked.lost, asked.said.get("count", "")))
    if (asked.degrees or 0) > MOST_DEGREES:
        asked = replace(asked, degrees=MOST_DEGREES, lost=(*asked.lost, asked.said.get("degrees", "")))
    return asked


def _named_by_steps(text: str) -> str:
    """A text with a place where steps were counted: they name the movement where no other word does."""
    rest = [
        word
        for word in text.replace("\0", "").split()
        if word not in WORDS.doing | WORDS.filling
        and word not in ("forward", "backward", "back", "backwards", "forwards", "sideways")
    ]
    named = any(word.endswith(("ing", "s")) for word in rest)
    return " ".join(text.replace("\0", "" if named else "stepping").split())

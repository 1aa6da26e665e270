"""Which joint of a file is which of ours: the names that Mixamo, CMU, Rigify, Unreal, 3ds Max and SMPL give them."""

from __future__ import annotations

import re

_STEMS: dict[str, tuple[str, ...]] = {
    "hip": ("upleg", "thigh", "upperleg", "upperleg01", "hip", "femur"),
    "knee": ("knee", "leg", "shin", "lowerleg", "lowerleg01", "calf", "tibia"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "toe0", "ball", "foot"),
    "collar": ("collar", "clavicle", "shoulder01", "shoulder"),
    "shoulder": ("uparm", "upperarm", "upperarm01", "arm", "shoulder", "humerus"),
    "elbow": ("elbow", "forearm", "lowerarm", "lowerarm01", "radius"),
    "wrist": ("wrist", "hand"),
}
"""Names of a side's joints, the surest first; a name that is taken by one joint isn't used for the next."""
_MIDDLE: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis", "hips", "hip", "root"),
    "neck": ("neck", "neck01", "neck1"),
    "head": ("head",),
}
NEEDED = tuple(
    ["pelvis", "head"] + [f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "ankle",
    "shoulder", "elbow", "wrist")]
)  # fmt: skip
"""Without these a file's skeleton is no person's."""


def split_side(name: str) -> tuple[str | None, str]:
    """A joint's side, if it has one, and the rest of its name in lower-case letters and digits."""
    name = re.sub(r"^.*[:|]", "", name)
    name = re.sub(r"^(mixamorig\d*|bip(ed)?0*1?[_ ]|character\d*_|def-|org-)", "", name, flags=re.IGNORECASE)
    side = None
    for letter, word in (("l", "left"), ("r", "right")):
        for pattern in (
            rf"^{word}[_.\- ]?",
            rf"[_.\- ]?{word}$",
            rf"^{letter}[_.\- ]",
            rf"[_.\- ]{letter}$",
            rf"^(?-i:[{letter}{letter.upper()}](?=[A-Z]))",
        ):
            rest = re.sub(pattern, "", name, count=1, flags=re.IGNORECASE)
            if rest and rest != name:
                side, name = word, rest
                break
        if side:
            break
    return side, re.sub(r"[^a-z0-9]", "", name.lower())


def find_joints(names: tuple[str, ...]) -> dict[str, int]:
    """Our joint names -> indices into `names`, for all that are found."""
    parts = [split_side(name) for name in names]
    found: dict[str, int] = {}
    taken: set[int] = set()

    def take(ours: str, side: str | None, stems: tuple[str, ...]) -> None:
        for stem in stems:
            for index, part in enumerate(parts):
                if part == (side, stem) and index not in taken:
                    found[ours] = index
                    taken.add(index)
                    return

    for ours, stems in _MIDDLE.items():
        take(ours, None, stems)
    for side in ("left", "right"):
        # Where there is an "arm", a "shoulder" is the collarbone; where there is a "collar", it is the shoulder itself.
        own = {stem for which, stem in parts if which == side}
        arm = bool(own & {"uparm", "upperarm", "upperarm01", "arm", "humerus"})
        for ours, stems in _STEMS.items():
            if ours == "collar" and not arm:
                stems = tuple(stem for stem in stems if stem != "shoulder")
            take(f"{side}_{ours}", side, stems)
    return found

"""Which joint of a file is which of ours, by the names that programs and data sets give them.

Known: Mixamo, CMU, Rigify, Unreal, 3ds Max, Character Creator, Daz, OptiTrack Motive, Xsens, Perception Neuron, Rokoko,
VRM, MakeHuman, Second Life, Kinect, ARKit, Acclaim's HDM05, SMPL, and anything that is made of the same words.
"""

from __future__ import annotations

import re

_STEMS: dict[str, tuple[str, ...]] = {
    "hip": ("upleg", "thigh", "thighbend", "upperleg", "upperleg01", "hip", "femur"),
    "knee": ("knee", "leg", "shin", "lowerleg", "lowerleg01", "lowleg", "calf", "tibia"),
    "ankle": ("ankle", "foot"),
    "foot": ("toebase", "toe", "toes", "toe0", "toe01", "ball", "foot"),
    "collar": ("collar", "clavicle", "shoulder01", "shoulder1", "shoulder"),
    "shoulder": (
        "uparm",
        "upperarm",
        "upperarm01",
        "uarm",
        "arm",
        "shldr",
        "shldrbend",
        "shoulder",
        "humerus",
    ),
    "elbow": ("elbow", "forearm", "forearmbend", "farm", "lowerarm", "lowerarm01", "lowarm", "radius"),
    "wrist": ("wrist", "hand"),
}
"""Names of a side's joints, the surest first; a name that is taken by one joint isn't used for the next."""
_UPPER_ARM = {"uparm", "upperarm", "upperarm01", "uarm", "arm", "shldr", "shldrbend", "humerus"}
_MIDDLE: dict[str, tuple[str, ...]] = {
    "pelvis": ("pelvis", "hips", "hip", "hipcenter", "spinebase", "cog", "root"),
    "neck": ("neck", "neck01", "neck1", "necklower", "lowerneck"),
    "head": ("head",),
}
_SIDED = {stem for stems in _STEMS.values() for stem in stems}
_KNOWN = _SIDED | {stem for stems in _MIDDLE.values() for stem in stems}
NEEDED = tuple(
    ["pelvis", "head"]
    + [
        f"{side}_{part}"
        for side in ("left", "right")
        for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    ]
)
"""Without these a file's skeleton is no person's."""


def split_side(name: str) -> tuple[str | None, str]:
    """A joint's side, if it has one, and the rest of its name in lower-case letters and digits."""
    name = re.sub(r"^.*[:|]", "", name)
    name = re.sub(
        r"^(mixamorig\d*[_ ]?|bip(ed)?0*1?[_ ]|character\d*_|def-|org-|(j_(bip|sec|adj)_)?c_|j_bip_|m(?-i:(?=[A-Z])))",
        "",
        name,
        flags=re.IGNORECASE,
    )
    name = re.sub(r"[_ ](joint|jnt|bone|bind)$", "", name, flags=re.IGNORECASE)
    side = None
    for letter, word in (("l", "left"), ("r", "right")):
        for pattern in (
            rf"^{word}[_.\- ]?",
            rf"[_.\- ]?{word}$",
            rf"^{letter}[_.\- ]",
            rf"[_.\- ]{letter}$",
            rf"^(?-i:[{letter}{letter.upper()}](?=[A-Z]))",
            rf"(?-i:(?<=[a-z0-9]){letter.upper()})$",
        ):
            rest = re.sub(pattern, "", name, count=1, flags=re.IGNORECASE)
            if rest and rest != name:
                side, name = word, rest
                break
        if side:
            break
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if side is None and plain not in _KNOWN and plain[:1] in "lr" and plain[1:] in _SIDED:  # "lfemur", "rhand"
        side, plain = ("left" if plain[0] == "l" else "right"), plain[1:]
    return side, plain


def without_prefix(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names without what nearly all of them begin with: the actor's or the skeleton's name before a ``:`` or ``_``."""
    for _ in range(3):
        starts = [found[0] if (found := re.match(r"[^:_|]*[:_|]", name)) else "" for name in names]
        common = max(set(starts), key=starts.count, default="")
        side = common.rstrip(":_|").lower() in ("l", "r", "left", "right", "c")
        if not common or side or starts.count(common) < 0.8 * len(names):
            break
        names = tuple(name.removeprefix(common) or name for name in names)
    return names


def find_joints(names: tuple[str, ...]) -> dict[str, int]:
    """Our joint names -> indices into `names`, for all that are found."""
    parts = [split_side(name) for name in without_prefix(names)]
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
        arm = bool(own & _UPPER_ARM)
        for ours, stems in _STEMS.items():
            if ours == "collar" and not arm:
                stems = tuple(stem for stem in stems if stem != "shoulder")
            take(f"{side}_{ours}", side, stems)
    return found

"""Work, household, food, devices and music."""

from __future__ import annotations

from typing import Any

from engine.motion.keyposes import Entry, Foot, Hand, Key, both, feet
from engine.motion.library.shapes import (
    CROUCH,
    DOWN,
    HALF_KNEEL,
    HIPS,
    KNEEL,
    LAP,
    ON_BACK,
    PRAYER,
    SEIZA,
    SIT,
    SIT_FLOOR,
    STRIDE,
    WIDE,
    closed,
    still,
    there_and_back,
)  # fmt: skip

_PHONE = Hand("ear", (0.045, -0.04, 0.02), palm=(-1, 0, 0.1), fingers=(-0.15, 0.95, -0.2), pole=(0.6, -1, 0.3))
_BOOK = Hand("chest", (0.10, -0.02, 0.24), palm=(-0.2, 0.8, -0.6), fingers=(-0.3, 0.5, 0.8), pole=(0.6, -1, 0))
_KEYS = Hand("belly", (0.09, 0.09, 0.28), palm=(0, -1, 0), fingers=(-0.15, -0.1, 1), pole=(0.7, -0.8, -0.2))
_CUP = Hand("mouth", (0.0, -0.05, 0.07), palm=(-1, 0.1, -0.1), fingers=(-0.5, 0.4, -0.6), pole=(0.7, -0.9, 0.3))
_CUP_LOW = Hand("belly", (0.12, 0.18, 0.26), palm=(-1, 0.2, 0), fingers=(-0.2, 0.3, 1), pole=(0.5, -1, -0.2))
_PLATE = Hand("belly", (0.06, 0.06, 0.24), palm=(-0.1, 1, 0), fingers=(-0.5, 0, 1), pole=(0.6, -1, -0.2))
_BITE = Hand("mouth", (0.0, -0.03, 0.05), palm=(0, 0.2, -1), fingers=(-0.6, 0.6, -0.5), pole=(0.7, -0.9, 0.3))
_FRET = Hand("chest", (0.36, 0.02, 0.20), palm=(-0.2, 0.5, -0.8), fingers=(-0.2, 0.8, 0.3), pole=(0.5, -1, 0))
_SHAFT_HIGH = Hand("chest", (0.02, -0.02, 0.26), pole=(0.9, -0.7, -0.2))
_SHAFT_LOW = Hand("belly", (0.02, -0.02, 0.22), pole=(0.9, -0.4, -0.5))
_CARRY = Hand("belly", (0.13, 0.10, 0.26), palm=(-0.5, 0.9, 0), fingers=(-0.2, 0.2, 1), pole=(0.5, -1, -0.4))


def _strum(up: float) -> Hand:
    return Hand("belly", (0.05, 0.10 + up, 0.14), palm=(0, 0, -1), fingers=(-0.9, -0.35, 0.1), pole=(1, -0.2, -0.3))


def _stick(up: float, out: float = 0.10) -> Hand:
    return Hand(
        "belly", (out, 0.12 + up, 0.30), palm=(-0.2, -1, 0), fingers=(-0.1, 0.2 + 2 * up, 1), pole=(0.9, -0.6, -0.3)
    )


_AXE = (
    Key(0, root=(0, -0.05, -0.02), turn=(6, 0, 0), left=_SHAFT_LOW, right=_SHAFT_HIGH, **WIDE),
    Key(0.55, root=(0, 0.01, -0.04), turn=(-8, -8, 0), spine=(-10, -6, 0), **both(Hand("sh", (-0.05, 0.72, -0.08), pole=(1, 0.1, 0.6))), **WIDE),
    Key(0.85, root=(0, -0.20, -0.10), turn=(34, 0, 0), spine=(16, 0, 0), **both(Hand("sh", (-0.30, -0.42, 0.80), pole=(0.8, -0.5, 0))), **WIDE),
    Key(1.15, root=(0, -0.18, -0.09), turn=(32, 0, 0), spine=(16, 0, 0), **both(Hand("sh", (-0.30, -0.42, 0.80), pole=(0.8, -0.5, 0))), **WIDE),
)  # fmt: skip

STRIDE_FEET: dict[str, Any] = {name: foot for name, foot in STRIDE.items() if name != "root"}
CROUCH_FEET: dict[str, Any] = {name: CROUCH[name] for name in ("left_foot", "right_foot")}

ENTRIES = (
    Entry("phone", ("phoning", "talking on the phone", "making a phone call", "calling somebody", "answering the phone", "using a mobile phone"),
          closed(3.0, Key(0, right=_PHONE, left=DOWN, head=(4, 6, -8)), Key(1.2, right=_PHONE, left=Hand("sh", (0.3, -0.4, 0.5), palm=(0, 1, 0.2), fingers=(0.4, 0.1, 1)), head=(0, -10, -6), spine=(0, 6, 0)),
                 Key(2.1, right=_PHONE, left=Hand("sh", (0.2, -0.7, 0.3)), head=(8, 8, -8)))),
    Entry("text_phone", ("texting", "looking at a smartphone", "typing on a phone", "playing a video game", "scrolling"),
          closed(2.0, Key(0, head=(26, 0, 0), spine=(8, 0, 0), **both(Hand("chest", (0.05, -0.08, 0.22), palm=(-0.4, 0.5, -0.8), fingers=(-0.4, 0.7, 0.5), pole=(0.6, -1, 0)))),
                 Key(1.0, head=(28, 3, 0), spine=(9, 0, 0), **both(Hand("chest", (0.04, -0.075, 0.22), palm=(-0.4, 0.5, -0.8), fingers=(-0.4, 0.7, 0.5), pole=(0.6, -1, 0)))))),
    Entry("photograph", ("taking a photo", "photographing", "looking through a camera", "using binoculars", "filming", "looking through binoculars"),
          closed(2.4, Key(0, head=(0, 18, 0), spine=(2, 6, 0), **both(Hand("eyes", (0.07, -0.01, 0.08), palm=(-0.7, 0.2, -0.4), fingers=(-0.4, 0.8, 0.3), pole=(0.9, -0.9, 0.2)))),
                 Key(1.2, head=(-4, -18, 0), spine=(0, -6, 0), **both(Hand("eyes", (0.07, -0.01, 0.08), palm=(-0.7, 0.2, -0.4), fingers=(-0.4, 0.8, 0.3), pole=(0.9, -0.9, 0.2)))))),
    Entry("read", ("reading a book", "reading", "reading a newspaper", "studying a map", "holding a book", "reading a letter"),
          closed(3.0, Key(0, head=(26, 8, 0), spine=(6, 0, 0), **both(_BOOK)), Key(1.2, head=(28, -8, 0), spine=(6, 0, 0), **both(_BOOK)),
                 Key(2.0, head=(28, -8, 0), left=_BOOK, right=Hand("chest", (-0.02, 0.02, 0.24), palm=(0, 0.2, -1), fingers=(-0.9, 0.4, 0.2), pole=(0.6, -1, 0))))),
    Entry("type", ("typing", "typing on a keyboard", "working at a computer", "using a computer", "sitting at a desk", "programming", "working in an office"),
          closed(0.5, Key(0, **SIT, spine=(10, 0, 0), head=(10, 0, 0), left=_KEYS, right=Hand("belly", (0.09, 0.12, 0.28), palm=(0, -1, 0), fingers=(-0.15, -0.3, 1), pole=(0.7, -0.8, -0.2))),
                 Key(0.25, **SIT, spine=(10, 0, 0), head=(10, 2, 0), right=_KEYS, left=Hand("belly", (0.09, 0.12, 0.28), palm=(0, -1, 0), fingers=(-0.15, -0.3, 1), pole=(0.7, -0.8, -0.2))))),
    Entry("write", ("writing", "writing a letter", "drawing", "signing a document", "taking notes", "sketching"),
          closed(1.2, *(Key(0.3 * i, **SIT, spine=(20, 0, 0), head=(22, 6, 4), left=_KEYS,
                            right=Hand("belly", (0.0 + x, 0.10, 0.26 + z), palm=(-0.8, -0.6, 0), fingers=(-0.3, -0.5, 0.8), pole=(0.8, -0.7, -0.2)), through=True)
                        for i, (x, z) in enumerate(((0, 0), (0.04, 0.02), (0.08, 0), (0.04, -0.02)))))),
    Entry("drink", ("drinking", "drinking from a cup", "drinking coffee", "drinking a beer", "sipping tea", "toasting", "raising a glass"),
          (Key(0, right=_CUP_LOW), Key(0.8, right=_CUP, head=(-6, 0, 0)), Key(1.3, right=_CUP, head=(-24, 0, 0), spine=(-5, 0, 0)),
           Key(1.9, right=_CUP, head=(-24, 0, 0), spine=(-5, 0, 0)), Key(2.7, right=_CUP_LOW)), loop=False),
    Entry("eat", ("eating", "eating food", "eating with a spoon", "having dinner", "eating soup", "having breakfast", "eating an apple", "tasting"),
          closed(1.8, Key(0, left=_PLATE, right=Hand("belly", (0.0, 0.1, 0.26), palm=(-0.2, -1, 0), fingers=(-0.5, -0.2, 0.8), pole=(0.8, -0.8, 0)), head=(22, 0, 0), spine=(8, 0, 0)),
                 Key(0.7, left=_PLATE, right=_BITE, head=(10, 0, 0), spine=(10, 0, 0)), Key(1.1, left=_PLATE, right=_BITE, head=(6, 0, 0), spine=(8, 0, 0)))),
    Entry("brush_teeth", ("brushing the teeth", "brushing teeth", "shaving", "putting on lipstick", "playing the harmonica"),
          there_and_back({"head": (4, 6, 0), "right": Hand("mouth", (0.02, -0.01, 0.05), palm=(-0.3, 0.2, -0.9), fingers=(-0.9, 0.3, 0), pole=(1, -0.4, 0.2)), "left": HIPS},
                         {"head": (4, 4, 0), "right": Hand("mouth", (0.08, -0.01, 0.04), palm=(-0.3, 0.2, -0.9), fingers=(-0.9, 0.3, 0), pole=(1, -0.4, 0.2)), "left": HIPS}, 0.4)),
    Entry("comb", ("combing the hair", "brushing the hair", "fixing the hair", "washing the hair", "taking a shower"),
          closed(1.4, Key(0, head=(4, 10, 8), right=Hand("crown", (0.05, 0.03, 0.06), palm=(-0.3, -1, 0), fingers=(-0.8, 0.2, -0.3), pole=(1, -0.2, 0.4)), left=Hand("sh", (0.2, -0.8, 0.2))),
                 Key(0.7, head=(4, 10, 8), right=Hand("ear", (0.05, -0.02, -0.06), palm=(-1, 0, 0), fingers=(-0.2, 0.9, -0.3), pole=(1, -0.4, 0.2)), left=Hand("sh", (0.2, -0.8, 0.2))))),
    Entry("guitar", ("playing the guitar", "playing guitar", "strumming a guitar", "rocking out on a guitar", "playing the bass", "playing the banjo", "playing air guitar"),
          closed(0.6, Key(0, spine=(6, -4, 0), head=(14, 10, 0), left=_FRET, right=_strum(0.05), **WIDE), Key(0.3, spine=(7, -4, 0), head=(18, 10, 0), left=_FRET, right=_strum(-0.09), **WIDE))),
    Entry("violin", ("playing the violin", "playing the fiddle", "violinist", "playing the viola"),
          there_and_back({"head": (6, 30, 10), "left": Hand("mouth", (0.30, -0.06, 0.22), palm=(-0.3, 0.9, -0.3), fingers=(-0.6, 0.7, 0.1), pole=(0.3, -1, 0.1)),
                          "right": Hand("mouth", (-0.02, -0.02, 0.22), palm=(-0.2, -1, 0), fingers=(-0.9, 0, 0.4), pole=(1, -0.5, 0.2))},
                         {"head": (6, 30, 10), "spine": (0, -4, 0), "left": Hand("mouth", (0.30, -0.06, 0.22), palm=(-0.3, 0.9, -0.3), fingers=(-0.6, 0.7, 0.1), pole=(0.3, -1, 0.1)),
                          "right": Hand("mouth", (0.30, -0.12, 0.26), palm=(-0.2, -1, 0), fingers=(-0.9, 0, 0.4), pole=(1, -0.6, 0.1))}, 1.3)),
    Entry("drums", ("playing the drums", "drumming", "playing drums", "beating a drum", "banging on a drum"),
          closed(0.5, Key(0, **SIT, spine=(6, 0, 0), head=(4, 0, 0), left=_stick(0.14), right=_stick(-0.03, 0.04)), Key(0.125, **SIT, spine=(7, 0, 0), head=(8, 0, 0), left=_stick(0.05), right=_stick(0.08), through=True),
                 Key(0.25, **SIT, spine=(6, 0, 0), head=(4, 0, 0), right=_stick(0.14, 0.2), left=_stick(-0.03, 0.04)), Key(0.375, **SIT, spine=(7, 0, 0), head=(8, 0, 0), left=_stick(0.08), right=_stick(0.05), through=True))),
    Entry("piano", ("playing the piano", "playing the keyboard", "playing the organ", "pianist"),
          closed(1.6, Key(0, **SIT, spine=(8, 0, 2), head=(10, 6, 0), left=Hand("belly", (0.26, 0.08, 0.26), palm=(0, -1, 0), fingers=(-0.1, -0.2, 1)), right=Hand("belly", (0.08, 0.11, 0.28), palm=(0, -1, 0), fingers=(-0.1, 0, 1))),
                 Key(0.4, **SIT, spine=(10, 0, 0), head=(14, 2, 0), left=Hand("belly", (0.18, 0.12, 0.28), palm=(0, -1, 0), fingers=(-0.1, 0, 1)), right=Hand("belly", (0.14, 0.07, 0.28), palm=(0, -1, 0), fingers=(-0.1, -0.3, 1))),
                 Key(0.8, **SIT, spine=(8, 0, -3), head=(8, -6, 0), left=Hand("belly", (0.10, 0.08, 0.28), palm=(0, -1, 0), fingers=(-0.1, -0.2, 1)), right=Hand("belly", (0.28, 0.11, 0.26), palm=(0, -1, 0), fingers=(-0.1, 0, 1))),
                 Key(1.2, **SIT, spine=(10, 0, 0), head=(14, 0, 0), left=Hand("belly", (0.16, 0.12, 0.28), palm=(0, -1, 0), fingers=(-0.1, 0, 1)), right=Hand("belly", (0.18, 0.07, 0.28), palm=(0, -1, 0), fingers=(-0.1, -0.3, 1))))),
    Entry("flute", ("playing the flute", "playing the trumpet", "playing the saxophone", "playing a wind instrument", "blowing a horn"),
          closed(2.0, Key(0, spine=(2, 6, 0), head=(-2, 0, 0), left=Hand("mouth", (0.03, -0.10, 0.18), palm=(-1, 0, -0.2), fingers=(-0.5, 0.3, 0.5), pole=(0.8, -0.8, 0)), right=Hand("mouth", (0.03, -0.03, 0.28), palm=(-1, 0, -0.2), fingers=(-0.5, 0.5, 0.4), pole=(0.8, -0.7, 0))),
                 Key(1.0, spine=(-4, -6, 0), head=(-8, 0, 0), left=Hand("mouth", (0.03, -0.09, 0.18), palm=(-1, 0, -0.2), fingers=(-0.5, 0.3, 0.5), pole=(0.8, -0.8, 0)), right=Hand("mouth", (0.03, -0.02, 0.28), palm=(-1, 0, -0.2), fingers=(-0.5, 0.5, 0.4), pole=(0.8, -0.7, 0))))),
    Entry("conduct", ("conducting an orchestra", "conducting", "directing a choir", "conducting music"),
          closed(1.6, Key(0, **both(Hand("sh", (0.35, 0.30, 0.55), palm=(-0.2, -1, 0), fingers=(-0.2, 0.5, 1)))), Key(0.4, spine=(4, 0, 0), **both(Hand("sh", (0.05, -0.30, 0.65), palm=(-0.2, -1, 0), fingers=(-0.2, 0, 1)))),
                 Key(0.8, **both(Hand("sh", (0.0, 0.05, 0.62), palm=(-0.2, -1, 0), fingers=(-0.2, 0.3, 1)))), Key(1.2, **both(Hand("sh", (0.65, -0.05, 0.55), palm=(-0.2, -1, 0), fingers=(0.2, 0.2, 1)))))),
    Entry("sing", ("singing", "singing into a microphone", "giving a concert", "karaoke", "rapping", "holding a microphone", "performing on stage"),
          closed(2.4, Key(0, right=Hand("mouth", (0.0, -0.05, 0.10), palm=(-0.6, 0.2, -0.6), fingers=(-0.6, 0.5, -0.1), pole=(0.6, -1, 0.2)), left=Hand("sh", (0.5, -0.4, 0.4), palm=(0, 0.8, 0.4), fingers=(0.7, 0, 0.7)), head=(-6, 0, 0)),
                 Key(1.2, spine=(-6, 6, 0), right=Hand("mouth", (0.0, -0.05, 0.10), palm=(-0.6, 0.2, -0.6), fingers=(-0.6, 0.5, -0.1), pole=(0.6, -1, 0.2)), left=Hand("sh", (0.7, 0.25, 0.35), palm=(0, 0.8, 0.4), fingers=(0.7, 0.4, 0.5)), head=(-16, 4, 0)))),
    Entry("hammer", ("hammering", "hammering a nail", "hitting with a hammer", "forging", "blacksmith", "knocking on a door", "knocking"),
          closed(0.8, Key(0, spine=(8, 4, 0), head=(14, 0, 0), left=_CUP_LOW, right=Hand("sh", (0.15, 0.35, 0.38), palm=(-1, 0, 0.2), fingers=(0, 0.9, -0.2), pole=(0.6, -1, 0))),
                 Key(0.35, spine=(14, 8, 0), head=(14, 0, 0), left=_CUP_LOW, right=Hand("sh", (-0.10, -0.35, 0.68), palm=(-1, 0, 0), fingers=(0, 0, 1), pole=(0.6, -1, 0))),
                 Key(0.45, spine=(13, 8, 0), head=(14, 0, 0), left=_CUP_LOW, right=Hand("sh", (-0.10, -0.32, 0.68), palm=(-1, 0, 0), fingers=(0, 0.1, 1), pole=(0.6, -1, 0))))),
    Entry("chop_wood", ("chopping wood", "swinging an axe", "mining with a pickaxe", "splitting logs", "hitting with a sledgehammer", "woodcutter"), closed(1.5, *_AXE)),
    Entry("dig", ("digging", "digging a hole", "shovelling", "gardening with a spade", "shovelling snow"),
          closed(2.0, Key(0, root=(0, -0.12, -0.04), turn=(28, 0, 0), spine=(14, -8, 0), left=Hand("sh", (-0.1, -0.62, 0.6)), right=Hand("sh", (0.1, -0.5, 0.35)), **STRIDE_FEET),
                 Key(0.6, root=(0, -0.28, 0.02), turn=(44, 0, 0), spine=(20, -4, 0), left=Hand("sh", (-0.1, -0.85, 0.4)), right=Hand("sh", (0.1, -0.6, 0.3)), **STRIDE_FEET),
                 Key(1.2, root=(0, -0.06, -0.06), turn=(10, 24, 0), spine=(4, 24, 0), left=Hand("sh", (0.3, -0.25, 0.62)), right=Hand("sh", (-0.2, -0.45, 0.5)), **STRIDE_FEET))),
    Entry("sweep", ("sweeping the floor", "sweeping", "mopping", "raking leaves", "vacuuming", "cleaning the floor", "using a broom"),
          closed(1.4, Key(0, root=(0.03, -0.05, 0), turn=(16, 20, 0), spine=(6, 10, 0), head=(14, -10, 0), left=Hand("belly", (0.20, -0.02, 0.30)), right=Hand("chest", (0.0, -0.05, 0.22)), **STRIDE_FEET),
                 Key(0.7, root=(-0.03, -0.05, 0), turn=(16, -22, 0), spine=(6, -14, 0), head=(14, 14, 0), left=Hand("belly", (0.05, 0.0, 0.34)), right=Hand("chest", (0.10, -0.08, 0.18)), **STRIDE_FEET))),
    Entry("saw", ("sawing", "sawing wood", "sanding", "ironing", "polishing a table", "wiping a table", "cleaning"),
          there_and_back({"turn": (22, 0, 0), "spine": (8, 12, 0), "head": (10, 0, 0), "left": Hand("sh", (0.05, -0.65, 0.6), palm=(0, -1, 0), fingers=(0, -0.2, 1)), "right": Hand("sh", (0.0, -0.5, 0.75), palm=(-0.5, -1, 0), fingers=(0, -0.3, 1)), **STRIDE_FEET},
                         {"turn": (20, 0, 0), "spine": (6, -14, 0), "head": (10, 4, 0), "left": Hand("sh", (0.05, -0.65, 0.6), palm=(0, -1, 0), fingers=(0, -0.2, 1)), "right": Hand("sh", (0.15, -0.45, 0.05), palm=(-0.5, -1, 0), fingers=(0, -0.3, 1)), **STRIDE_FEET}, 0.9)),
    Entry("paint_wall", ("painting a wall", "painting", "painting a picture", "wiping a window", "washing a window"),
          closed(1.6, Key(0, spine=(-4, 0, 0), head=(-14, 0, 0), left=DOWN, right=Hand("sh", (0.10, 0.75, 0.5), palm=(0, 0.2, 1), fingers=(0, 1, 0.2))),
                 Key(0.8, spine=(4, 6, 0), head=(4, 0, 0), left=DOWN, right=Hand("sh", (0.0, -0.25, 0.75), palm=(0, 0.2, 1), fingers=(0, 0.8, 0.5))))),
    Entry("cook", ("cooking", "stirring a pot", "stirring", "mixing dough", "baking", "preparing food", "frying"),
          closed(1.0, *(Key(0.25 * i, spine=(12, 0, 0), head=(18, 0, 0), left=Hand("belly", (0.18, 0.03, 0.26), pole=(0.5, -1, -0.3)),
                            right=Hand("belly", (-0.02 + x, 0.14, 0.32 + z), palm=(-0.4, -1, 0), fingers=(-0.3, -0.5, 0.8), pole=(0.9, -0.6, -0.2)), through=True)
                        for i, (x, z) in enumerate(((0.06, 0), (0, 0.06), (-0.06, 0), (0, -0.06)))))),
    Entry("carry", ("holding a box", "carrying a box", "carrying something heavy", "carrying a tray", "carrying a baby", "holding something"),
          there_and_back({"spine": (-8, 4, 0), "root": (0.02, -0.03, 0), **both(_CARRY)}, {"spine": (-9, -4, 0), "root": (-0.02, -0.04, 0), **both(_CARRY)}, 2.0)),
    Entry("lift_box", ("lifting a box", "picking up a box", "lifting something from the floor", "picking something up with both hands"),
          (Key(0), Key(0.9, root=(0, -0.44, -0.16), turn=(36, 0, 0), head=(-10, 0, 0), **both(Hand("floor", (0.18, 0.22, 0.34), palm=(-1, 0, 0), fingers=(0, -0.5, 1))), **WIDE),
           Key(1.2, root=(0, -0.44, -0.16), turn=(36, 0, 0), head=(-10, 0, 0), **both(Hand("floor", (0.17, 0.22, 0.34), palm=(-1, 0, 0), fingers=(0, -0.5, 1))), **WIDE),
           Key(2.1, root=(0, -0.03, 0), spine=(-8, 0, 0), **both(_CARRY), **WIDE), Key(2.8, root=(0, -0.03, 0), spine=(-8, 0, 0), **both(_CARRY), **WIDE)), loop=False),
    Entry("pick_flower", ("picking something up", "picking up something from the floor", "picking a flower", "tying shoelaces", "touching the ground"),
          (Key(0), Key(0.9, root=(0, -0.34, -0.16), turn=(52, 0, 0), spine=(18, 0, 0), left=Hand("knee", (0, 0.08, 0.02)), right=Hand("floor", (0.06, 0.12, 0.42)), **CROUCH_FEET),
           Key(1.3, root=(0, -0.34, -0.16), turn=(52, 0, 0), spine=(18, 0, 0), left=Hand("knee", (0, 0.08, 0.02)), right=Hand("floor", (0.06, 0.12, 0.42)), **CROUCH_FEET),
           Key(2.2, right=Hand("belly", (0.08, 0.15, 0.25), palm=(-0.5, 0.8, 0), fingers=(-0.2, 0.2, 1)), head=(14, 0, 0)), Key(2.8, right=Hand("belly", (0.08, 0.15, 0.25), palm=(-0.5, 0.8, 0), fingers=(-0.2, 0.2, 1)), head=(14, 0, 0))), loop=False),
    Entry("push", ("pushing something heavy", "pushing a wall", "pushing", "shoving", "pushing a car", "opening a heavy door"),
          closed(1.6, Key(0, root=(0, -0.20, 0.02), turn=(34, 0, 0), head=(-14, 0, 0), **both(Hand("sh", (0.05, 0.18, 0.70), palm=(0, 0, 1), fingers=(0, 1, 0.2), pole=(0.7, -1, 0))), left_foot=Foot((0.05, 0, 0.1)), right_foot=Foot((0.06, 0.03, -0.55), pitch=35)),
                 Key(0.8, root=(0, -0.22, 0.10), turn=(38, 0, 0), head=(-16, 0, 0), **both(Hand("sh", (0.05, 0.22, 0.92), palm=(0, 0, 1), fingers=(0, 1, 0.2), pole=(0.7, -1, 0))), left_foot=Foot((0.05, 0, 0.1)), right_foot=Foot((0.06, 0.05, -0.55), pitch=45)))),
    Entry("open_door", ("opening a door", "turning a key", "pulling a lever", "pressing a button", "turning a knob", "switching on the light"),
          (Key(0), Key(0.7, right=Hand("sh", (0.0, -0.25, 0.85), palm=(-0.3, -1, 0), fingers=(0, 0, 1))), Key(1.0, right=Hand("sh", (0.0, -0.25, 0.85), palm=(0.8, -0.4, 0), fingers=(0, 0, 1))),
           Key(1.8, right=Hand("sh", (0.5, -0.5, 0.2)), turn=(0, -20, 0), root=(0, -0.02, -0.04)), Key(2.4)), loop=False),
    Entry("watch", ("looking at a watch", "checking the time", "being late"),
          (Key(0), Key(0.7, left=Hand("chest", (-0.02, -0.02, 0.22), palm=(0, -0.6, -0.8), fingers=(-1, 0.1, 0), pole=(0.8, -0.8, 0)), head=(24, -6, 0)),
           Key(1.8, left=Hand("chest", (-0.02, -0.02, 0.22), palm=(0, -0.6, -0.8), fingers=(-1, 0.1, 0), pole=(0.8, -0.8, 0)), head=(26, -6, 0)), Key(2.6)), loop=False),
    Entry("smoke", ("smoking", "smoking a cigarette", "smoking a pipe", "vaping"),
          closed(3.0, Key(0, right=Hand("sh", (0.25, -0.6, 0.35)), left=HIPS), Key(0.8, right=Hand("mouth", (0.01, -0.02, 0.04), palm=(0, 0, -1), fingers=(-0.6, 0.7, 0), pole=(0.6, -1, 0.1)), left=HIPS),
                 Key(1.3, right=Hand("mouth", (0.01, -0.02, 0.04), palm=(0, 0, -1), fingers=(-0.6, 0.7, 0), pole=(0.6, -1, 0.1)), left=HIPS, spine=(-3, 0, 0)), Key(2.1, right=Hand("sh", (0.35, -0.5, 0.4)), left=HIPS, head=(-12, 10, 0)))),
    Entry("shake_hands", ("shaking hands", "giving a handshake", "offering a hand"),
          closed(0.6, Key(0, spine=(6, 6, 0), head=(-2, -4, 0), right=Hand("sh", (-0.05, -0.38, 0.70), palm=(-1, 0, 0), fingers=(0, 0.05, 1), pole=(0.4, -1, -0.2))),
                 Key(0.3, spine=(6, 6, 0), head=(2, -4, 0), right=Hand("sh", (-0.05, -0.50, 0.68), palm=(-1, 0, 0), fingers=(0, -0.05, 1), pole=(0.4, -1, -0.2))))),
    Entry("high_five", ("giving a high five", "high five"),
          (Key(0), Key(0.5, right=Hand("sh", (0.2, 0.5, 0.2), palm=(0, 0, 1), fingers=(0, 1, -0.2), pole=(0.8, -0.8, 0))), Key(0.75, spine=(4, 10, 0), right=Hand("sh", (0.0, 0.55, 0.72), palm=(0, 0, 1), fingers=(0, 1, 0.1))),
           Key(1.0, spine=(4, 10, 0), right=Hand("sh", (0.0, 0.55, 0.72), palm=(0, 0, 1), fingers=(0, 1, 0.1))), Key(1.8)), loop=False),
    Entry("pistol", ("aiming a gun with both hands", "aiming a pistol", "pointing a gun", "shooting", "police officer aiming"),
          closed(1.2, Key(0, root=(0, -0.05, 0), turn=(4, 0, 0), **both(Hand("chest", (0.01, 0.09, 0.40), palm=(-1, 0, 0), fingers=(-0.1, 0, 1), pole=(0.7, -0.8, 0))), **WIDE),
                 Key(0.6, root=(0, -0.05, 0), turn=(4, 0, 0), **both(Hand("chest", (0.01, 0.09, 0.40), palm=(-1, 0, 0), fingers=(-0.1, 0, 1), pole=(0.7, -0.8, 0))), **WIDE),
                 Key(0.68, root=(0, -0.05, -0.01), turn=(1, 0, 0), **both(Hand("chest", (0.01, 0.14, 0.36), palm=(-1, 0, 0), fingers=(-0.1, 0.25, 1), pole=(0.7, -0.8, 0))), **WIDE))),
    Entry("sit_chair", ("sitting", "sitting on a chair", "sitting on a bench", "being seated", "sitting on a throne", "watching television"), still(3.0, **SIT, **both(LAP)), life=1.2),
    Entry("sit_down", ("sitting down", "sitting down on a chair", "sitting down on a bench", "taking a seat", "sitting down on a sofa"),
          (Key(0), Key(0.7, root=(0, -0.18, -0.16), turn=(34, 0, 0), head=(-8, 0, 0), **both(Hand("sh", (0.1, -0.8, 0.4))), **feet(Foot((0.04, 0, 0.03))), through=True),
           Key(1.4, **{**SIT, "turn": (14, 0, 0)}, **both(LAP)), Key(1.9, **SIT, **both(LAP)), Key(2.8, **SIT, **both(LAP))), loop=False),
    Entry("stand_up", ("standing up", "getting up from a chair", "rising from a seat"),
          (Key(0, **SIT, **both(LAP)), Key(0.6, **{**SIT, "turn": (30, 0, 0)}, **both(LAP)), Key(1.1, root=(0, -0.2, -0.14), turn=(34, 0, 0), head=(-8, 0, 0), **both(Hand("sh", (0.1, -0.8, 0.4))), **feet(Foot((0.04, 0, 0.03))), through=True),
           Key(1.8, **feet(Foot((0.04, 0, 0.03)))), Key(2.5, **feet(Foot((0.04, 0, 0.03))))), loop=False),
    Entry("sit_think", ("sitting and thinking", "the thinker", "sitting sadly", "sitting with the head in the hands", "sitting tired"),
          still(3.0, **{**SIT, "turn": (18, 0, 0)}, spine=(26, 0, 0), head=(14, 0, 0), left=LAP, right=Hand("mouth", (0.0, -0.08, 0.02), palm=(0, 0.6, -0.8), fingers=(-0.4, 0.8, -0.2), pole=(0.3, -1, 0.4)))),
    Entry("sit_legs_crossed", ("sitting with crossed legs on a chair", "sitting elegantly", "sitting with the legs crossed"),
          still(3.0, **{**SIT, "right_foot": Foot((-0.14, 0.22, 0.25), pitch=30, pole=(0.1, 1, 0.6))}, **both(Hand("knee", (-0.10, 0.12, -0.12), palm=(0, -1, 0), fingers=(-0.5, -0.1, 1))))),
    Entry("sit_floor", ("sitting on the floor", "sitting cross-legged", "meditating", "sitting in the lotus position", "sitting on the ground", "doing yoga"),
          still(3.0, **SIT_FLOOR, **both(Hand("knee", (0.02, 0.06, 0.0), palm=(0.1, 1, 0.1), fingers=(0.2, 0, 1))))),
    Entry("kneel", ("kneeling", "kneeling on both knees", "being on the knees", "kneeling down"),
          (Key(0), Key(0.8, root=(0, -0.22, 0.04), turn=(14, 0, 0), left_foot=Foot((0.03, 0, 0.05)), right_foot=Foot((0.02, 0.02, -0.35), pitch=50), through=True),
           Key(1.5, **KNEEL), Key(2.6, **KNEEL)), loop=False),
    Entry("kneel_pray", ("kneeling and praying", "praying on the knees", "kneeling in prayer"), still(3.0, **KNEEL, spine=(8, 0, 0), head=(20, 0, 0),
          **both(PRAYER))),
    Entry("bow_ground", ("bowing to the ground", "prostrating", "worshipping on the ground", "praying in a mosque"),
          closed(3.2, Key(0, **SEIZA, **both(LAP)), Key(1.2, **{**SEIZA, "turn": (68, 0, 0)}, spine=(34, 0, 0), head=(10, 0, 0), **both(Hand("floor", (0.16, 0.06, 0.46), palm=(0, -1, 0), fingers=(-0.1, 0, 1), pole=(1, 0.3, -0.5)))),
                 Key(2.0, **{**SEIZA, "turn": (70, 0, 0)}, spine=(34, 0, 0), head=(10, 0, 0), **both(Hand("floor", (0.16, 0.06, 0.46), palm=(0, -1, 0), fingers=(-0.1, 0, 1), pole=(1, 0.3, -0.5)))))),
    Entry("propose", ("proposing marriage", "kneeling on one knee", "going down on one knee", "knighted", "proposing"),
          (Key(0), Key(1.0, **HALF_KNEEL, spine=(2, 0, 0), left=Hand("knee", (-0.02, 0.09, 0.0)), right=Hand("sh", (0.0, -0.4, 0.5))),
           Key(1.6, **HALF_KNEEL, head=(-16, 0, 0), **both(Hand("chest", (0.03, 0.0, 0.34), palm=(-0.6, 0.8, 0), fingers=(-0.1, 0.2, 1)))),
           Key(2.8, **HALF_KNEEL, head=(-18, 0, 0), **both(Hand("chest", (0.03, 0.02, 0.36), palm=(-0.6, 0.8, 0), fingers=(-0.1, 0.2, 1))))), loop=False),
    Entry("lie_back", ("lying on the back", "lying down", "sleeping", "resting on the ground", "being dead", "sunbathing", "lying on the floor"),
          still(3.0, **ON_BACK, **both(Hand("sh", (0.30, -0.92, 0.02))), **feet(Foot((0.05, -0.99, 0.0), pitch=30, yaw=20, anchor="hip")))),
    Entry("lie_front", ("lying on the stomach", "lying face down", "lying prone"),
          still(3.0, root=(0, -0.85, 0), turn=(90, 0, 0), head=(-10, 50, 0), **both(Hand("sh", (0.45, 0.45, 0.05), pole=(1, -0.3, 0.1))), **feet(Foot((0.05, -0.99, 0.0), pitch=75, anchor="hip")))),
    Entry("crouch", ("crouching", "squatting low", "hiding behind something", "ducking", "crouching down"),
          (Key(0), Key(0.8, **CROUCH, spine=(10, 0, 0), head=(-20, 0, 0), **both(Hand("knee", (-0.04, 0.08, 0.06)))), Key(2.4, **CROUCH, spine=(11, 0, 0), head=(-22, 10, 0), **both(Hand("knee", (-0.04, 0.08, 0.06))))), loop=False),
)  # fmt: skip

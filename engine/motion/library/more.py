"""Further movements of every day, of work and of play."""

from __future__ import annotations

from typing import Any

from engine.motion.keyposes import Entry, Foot, Hand, Key, both, feet
from engine.motion.library.shapes import (
    DOWN,
    FIGHT,
    GUARD,
    HIPS,
    LAP,
    OVERHEAD,
    SIT,
    STRIDE,
    WIDE,
    closed,
    still,
    there_and_back,
)  # fmt: skip

_STEP: dict[str, Any] = {name: foot for name, foot in STRIDE.items() if name != "root"}
_MOUTH_HAND = Hand("mouth", (0.0, -0.01, 0.03), palm=(0, 0.1, -1), fingers=(-0.8, 0.6, 0), pole=(0.7, -0.8, 0.2))
_BROW = Hand("eyes", (-0.05, 0.06, 0.035), palm=(0, 0, -1), fingers=(-1, 0.2, 0), pole=(1, -0.4, 0.4))
_BROW_END = Hand("eyes", (0.09, 0.06, 0.0), palm=(-0.6, 0, -0.8), fingers=(-0.8, 0.4, 0.3), pole=(1, -0.4, 0.3))
_TABLE = Hand("belly", (0.12, 0.10, 0.26), palm=(-0.3, -1, 0), fingers=(-0.4, -0.1, 0.9), pole=(0.8, -0.7, -0.2))
_CELLO_NECK = Hand("chest", (0.14, 0.10, 0.22), palm=(-0.4, 0.1, -0.9), fingers=(-0.8, 0.5, 0), pole=(1, -0.6, 0.1))
_BEAR = Hand("sh", (0.55, -0.35, 0.45), palm=(-0.9, 0, 0), fingers=(0, 0.1, 1))


def _juggle(phase: float) -> Hand:
    return Hand(
        "belly",
        (0.13 + 0.05 * phase, 0.14 + 0.20 * phase, 0.28),
        palm=(0, 1, 0),
        fingers=(0, 0.2, 1),
        pole=(0.7, -0.8, -0.3),
    )


ENTRIES = (
    Entry("juggle", ("juggling", "juggling balls", "juggling clubs", "doing circus tricks", "performing as a clown"),
          closed(0.7, Key(0, head=(-12, 4, 0), left=_juggle(0), right=_juggle(1)), Key(0.35, head=(-12, -4, 0), left=_juggle(1), right=_juggle(0)))),
    Entry("sneeze", ("sneezing", "coughing", "having a cold", "blowing the nose", "clearing the throat", "choking", "gasping"),
          closed(2.2, Key(0, right=Hand("sh", (0.15, -0.5, 0.4)), head=(-4, 0, 0)), Key(0.8, right=_MOUTH_HAND, head=(-20, 0, 0), spine=(-10, 0, 0), shrug=8),
                 Key(1.05, right=_MOUTH_HAND, head=(26, 0, 0), spine=(26, 0, 0), turn=(10, 0, 0), root=(0, -0.05, -0.03)), Key(1.4, right=_MOUTH_HAND, head=(18, 0, 0), spine=(16, 0, 0)))),
    Entry("whisper", ("whispering", "telling a secret", "gossiping", "shushing", "asking for silence", "keeping a secret"),
          closed(2.2, Key(0, spine=(12, 12, 6), head=(6, 24, 10), right=Hand("mouth", (0.05, 0.0, 0.03), palm=(-1, 0, 0), fingers=(0, 0.9, 0.2), pole=(0.6, -1, 0.2))),
                 Key(1.1, spine=(14, 14, 6), head=(10, 20, 12), right=Hand("mouth", (0.05, 0.0, 0.03), palm=(-1, 0, 0), fingers=(0, 0.9, 0.2), pole=(0.6, -1, 0.2))))),
    Entry("shout", ("shouting with cupped hands", "calling out", "shouting for somebody", "yodelling", "cheering on a team"),
          closed(1.6, Key(0, spine=(-4, 0, 0), head=(-8, 0, 0), **both(Hand("mouth", (0.06, 0.0, 0.06), palm=(-0.8, 0, 0.2), fingers=(0.1, 0.6, 0.7), pole=(0.9, -0.8, 0.1)))),
                 Key(0.8, spine=(8, 0, 0), head=(-10, 0, 0), **both(Hand("mouth", (0.06, 0.0, 0.06), palm=(-0.8, 0, 0.2), fingers=(0.1, 0.6, 0.7), pole=(0.9, -0.8, 0.1)))))),
    Entry("headbutt", ("headbutting", "giving a header", "heading a ball", "butting like a goat", "charging like a bull"),
          closed(1.2, Key(0, **FIGHT, **both(GUARD)), Key(0.45, root=(0, -0.08, -0.06), turn=(-12, -28, 0), spine=(-14, 0, 0), head=(-16, 26, 0), left_foot=FIGHT["left_foot"], right_foot=FIGHT["right_foot"], **both(_BEAR)),
                 Key(0.65, root=(0, -0.10, 0.12), turn=(24, -14, 0), spine=(20, 0, 0), head=(22, 10, 0), left_foot=FIGHT["left_foot"], right_foot=FIGHT["right_foot"], **both(Hand("sh", (0.4, -0.5, -0.4)))))),
    Entry("swat", ("swatting a fly", "slapping", "slapping somebody", "hitting with the flat hand", "chasing away insects", "fanning oneself", "shooing"),
          closed(0.9, Key(0, spine=(0, -8, 0), right=Hand("sh", (0.75, 0.15, 0.25), palm=(-0.6, 0, 0.8), fingers=(0.3, 0.8, 0.4))), Key(0.35, spine=(4, 16, 0), right=Hand("sh", (-0.35, 0.05, 0.75), palm=(-1, 0, 0), fingers=(-0.2, 0.4, 1))))),
    Entry("wipe_brow", ("wiping the sweat from the forehead", "wiping the forehead", "wiping away tears", "sweating", "being hot", "feeling the heat", "wiping the face"),
          closed(2.0, Key(0, right=_BROW, head=(10, 0, 0), spine=(8, 0, 0)), Key(0.6, right=_BROW_END, head=(8, -12, 0), spine=(8, 0, 0)), Key(1.3, right=Hand("sh", (0.4, -0.3, 0.5)), spine=(4, 0, 0)))),
    Entry("chop_food", ("cutting vegetables", "peeling potatoes", "chopping onions", "slicing bread", "cutting food", "kneading dough", "sewing", "knitting", "crafting", "repairing something", "soldering"),
          there_and_back({"spine": (14, 0, 0), "head": (24, 0, 0), "left": _TABLE, "right": Hand("belly", (0.02, 0.16, 0.30), palm=(-0.8, -0.5, 0), fingers=(-0.3, 0.1, 0.9), pole=(0.8, -0.8, -0.2))},
                         {"spine": (15, 0, 0), "head": (24, 0, 0), "left": _TABLE, "right": Hand("belly", (0.02, 0.09, 0.30), palm=(-0.8, -0.5, 0), fingers=(-0.3, -0.2, 0.9), pole=(0.8, -0.8, -0.2))}, 0.5)),
    Entry("cello", ("playing the cello", "playing the double bass", "cellist", "playing the harp", "playing a string instrument"),
          there_and_back({**SIT, "spine": (4, -4, 0), "head": (10, 10, 4), "left": _CELLO_NECK, "right": Hand("belly", (-0.08, 0.02, 0.32), palm=(-0.2, -0.8, 0), fingers=(-0.8, -0.2, 0.5), pole=(1, -0.2, -0.2))},
                         {**SIT, "spine": (4, 6, 0), "head": (12, 4, 4), "left": _CELLO_NECK, "right": Hand("belly", (0.34, 0.06, 0.24), palm=(-0.2, -0.8, 0), fingers=(-0.8, -0.2, 0.5), pole=(1, -0.2, -0.3))}, 1.4)),
    Entry("dj", ("djing", "mixing records", "playing the turntables", "playing the xylophone", "playing the bongos", "playing the tambourine"),
          closed(0.6, Key(0, spine=(8, 8, 0), head=(12, 0, 0), root=(0, -0.02, 0), left=Hand("ear", (0.05, 0, 0.02), palm=(-1, 0, 0), fingers=(-0.1, 1, 0), pole=(1, -0.5, 0.2)), right=Hand("belly", (0.10, 0.06, 0.30), palm=(0, -1, 0), fingers=(0, -0.1, 1))),
                 Key(0.3, spine=(10, 4, 0), head=(22, 0, 0), root=(0, -0.05, 0), left=Hand("ear", (0.05, 0, 0.02), palm=(-1, 0, 0), fingers=(-0.1, 1, 0), pole=(1, -0.5, 0.2)), right=Hand("belly", (0.20, 0.06, 0.34), palm=(0, -1, 0), fingers=(0, -0.1, 1))))),
    Entry("umbrella", ("holding an umbrella", "opening an umbrella", "walking in the rain", "standing in the rain", "holding a torch", "holding a candle", "holding a flag", "carrying a banner"),
          still(2.5, right=Hand("chest", (0.10, 0.06, 0.18), palm=(-1, 0, 0), fingers=(-0.3, 0.5, 0.8), pole=(0.6, -1, -0.2)), head=(4, 8, 0))),
    Entry("flag", ("waving a flag", "waving a banner", "swinging a lasso", "cheering with a flag", "cowboy swinging a lasso"),
          closed(1.2, *(Key(0.3 * i, spine=(0, 6 * x, 0), left=HIPS, right=Hand("sh", (0.25 + 0.22 * x, 0.78, 0.25 + 0.2 * z), pole=(1, -0.2, 0.2)), through=True) for i, (x, z) in enumerate(((1, 0), (0, 1), (-1, 0), (0, -1)))))),
    Entry("flamenco", ("dancing flamenco", "flamenco", "spanish dancing", "matador", "bullfighting", "olé"),
          closed(1.8, Key(0, spine=(-10, 8, 6), head=(-4, 20, 0), left=Hand("sh", (0.2, 0.85, 0.1), pole=(1, 0, 0)), right=Hand("belly", (0.0, 0.05, 0.08), palm=(0, 0, -1), fingers=(-1, 0, 0), pole=(1, -0.1, 0)), right_foot=Foot((0.04, 0.05, 0.08), pitch=30)),
                 Key(0.45, spine=(-10, 0, 0), root=(0, -0.04, 0), left=Hand("sh", (0.65, 0.45, 0.2), pole=(1, -0.3, 0)), right=Hand("sh", (0.65, 0.1, 0.2)), right_foot=Foot((0.02, 0, 0.05))),
                 Key(0.9, spine=(-10, -8, -6), head=(-4, -20, 0), right=Hand("sh", (0.2, 0.85, 0.1), pole=(1, 0, 0)), left=Hand("belly", (0.0, 0.05, 0.08), palm=(0, 0, -1), fingers=(-1, 0, 0), pole=(1, -0.1, 0)), left_foot=Foot((0.04, 0.05, 0.08), pitch=30)),
                 Key(1.35, spine=(-10, 0, 0), root=(0, -0.04, 0), right=Hand("sh", (0.65, 0.45, 0.2), pole=(1, -0.3, 0)), left=Hand("sh", (0.65, 0.1, 0.2)), left_foot=Foot((0.02, 0, 0.05))))),
    Entry("can_can", ("dancing the can-can", "kicking the legs up while dancing", "cheerleading", "cheerleader", "dancing in a chorus line"),
          closed(1.6, Key(0, **both(HIPS)), Key(0.4, root=(0.05, 0, 0), turn=(-8, 0, 0), **both(OVERHEAD), right_foot=Foot((0.02, 0.75, 0.62), pitch=45)),
                 Key(0.8, **both(HIPS)), Key(1.2, root=(-0.05, 0, 0), turn=(-8, 0, 0), **both(OVERHEAD), left_foot=Foot((0.02, 0.75, 0.62), pitch=45)))),
    Entry("floss", ("doing the floss dance", "flossing", "fortnite dance", "swinging the arms and hips"),
          closed(0.7, Key(0, root=(0.07, -0.05, 0), turn=(0, 0, 5), left=Hand("sh", (0.55, -0.75, 0.25)), right=Hand("sh", (-0.45, -0.75, 0.4)), **WIDE), Key(0.35, root=(-0.07, -0.05, 0), turn=(0, 0, -5), left=Hand("sh", (-0.45, -0.75, -0.25)), right=Hand("sh", (0.55, -0.75, -0.25)), **WIDE))),
    Entry("dab", ("dabbing", "doing the dab", "hiding the face in the elbow"),
          (Key(0), Key(0.5, spine=(10, 16, 6), head=(28, 24, 10), right=Hand("mouth", (-0.22, 0.06, 0.10), pole=(1, 0.2, 0.4)), left=Hand("sh", (0.85, 0.5, -0.05))),
           Key(2.2, spine=(10, 16, 6), head=(28, 24, 10), right=Hand("mouth", (-0.22, 0.06, 0.10), pole=(1, 0.2, 0.4)), left=Hand("sh", (0.85, 0.5, -0.05)))), loop=False),
    Entry("dunk", ("dunking a basketball", "slam dunk", "dunking", "jumping to the hoop", "blocking at the net"),
          (Key(0, root=(0, -0.05, 0)), Key(0.45, root=(0, -0.30, -0.12), turn=(30, 0, 0), head=(-20, 0, 0), **both(Hand("belly", (0.10, 0.05, 0.25)))),
           Key(0.85, root=(0, 0.45, 0.3), turn=(-6, 0, 0), head=(-14, 0, 0), left=Hand("sh", (0.4, 0.2, 0.5)), right=Hand("sh", (0.1, 0.96, 0.2)), left_foot=Foot((0.02, 0.55, 0.2), pitch=50), right_foot=Foot((0.03, 0.40, 0.10), pitch=50)),
           Key(1.05, root=(0, 0.38, 0.38), turn=(8, 0, 0), left=Hand("sh", (0.4, 0.0, 0.5)), right=Hand("sh", (0.0, 0.45, 0.8)), left_foot=Foot((0.02, 0.45, 0.25), pitch=50), right_foot=Foot((0.03, 0.32, 0.2), pitch=50)),
           Key(1.4, root=(0, -0.24, 0.42), turn=(26, 0, 0), head=(-14, 0, 0), **both(Hand("sh", (0.4, -0.5, 0.5))), **feet(Foot((0.06, 0, 0.45)))), Key(2.2, root=(0, 0, 0.45), **feet(Foot((0.04, 0, 0.45))))), loop=False, tags=("jump",)),
    Entry("dive", ("diving into water", "jumping into a pool", "diving headfirst", "goalkeeper diving"),
          (Key(0, **both(Hand("sh", (0.1, -0.97, 0.05)))), Key(0.6, root=(0, -0.26, -0.08), turn=(34, 0, 0), head=(-16, 0, 0), **both(Hand("sh", (0.1, -0.7, -0.6)))),
           Key(1.0, root=(0, 0.25, 0.45), turn=(60, 0, 0), **both(Hand("sh", (-0.2, 0.95, 0.1))), **feet(Foot((0, -0.99, 0), pitch=50, anchor="hip"))),
           Key(1.5, root=(0, 0.0, 1.05), turn=(115, 0, 0), **both(Hand("sh", (-0.2, 0.96, 0.05))), **feet(Foot((0, -0.99, 0), pitch=50, anchor="hip"))),
           Key(2.0, root=(0, -0.2, 1.35), turn=(130, 0, 0), **both(Hand("sh", (-0.2, 0.96, 0.05))), **feet(Foot((0, -0.99, 0), pitch=50, anchor="hip")))), loop=False, tags=("jump",)),
    Entry("skip_stone", ("skipping stones", "throwing underhand", "playing bocce", "throwing a frisbee", "playing cornhole", "pitching horseshoes"),
          (Key(0, **_STEP), Key(0.6, root=(0, -0.16, -0.05), turn=(16, -34, 0), left=Hand("sh", (0.4, -0.3, 0.4)), right=Hand("sh", (0.7, -0.45, -0.35)), **_STEP),
           Key(0.9, root=(0, -0.18, 0.08), turn=(18, 20, 0), left=Hand("sh", (0.5, -0.4, -0.2)), right=Hand("sh", (0.0, -0.35, 0.90)), **_STEP),
           Key(1.2, root=(0, -0.16, 0.08), turn=(14, 30, 0), left=Hand("sh", (0.5, -0.5, -0.2)), right=Hand("sh", (-0.4, 0.05, 0.75)), **_STEP), Key(2.0, **_STEP)), loop=False),
    Entry("discus", ("throwing a discus", "shot put", "hammer throwing", "spinning and throwing"),
          (Key(0, root=(0, -0.14, 0), turn=(14, -60, 0), left=Hand("sh", (-0.2, 0.0, 0.8)), right=Hand("sh", (0.75, -0.1, -0.5)), **WIDE), Key(0.6, root=(0, -0.18, 0), turn=(16, -80, 0), left=Hand("sh", (-0.2, 0.0, 0.8)), right=Hand("sh", (0.7, 0.0, -0.6)), **WIDE),
           Key(1.0, root=(0.02, -0.02, 0.05), turn=(-4, 40, 0), spine=(-6, 20, 0), left=Hand("sh", (0.7, -0.1, -0.3)), right=Hand("sh", (0.4, 0.45, 0.75)), **WIDE), Key(1.4, root=(0.02, -0.02, 0.06), turn=(6, 70, 0), spine=(0, 24, 0), left=Hand("sh", (0.6, -0.3, -0.4)), right=Hand("sh", (-0.2, 0.55, 0.75)), **WIDE), Key(2.2, **WIDE)), loop=False),
    Entry("volleyball", ("bumping a volleyball", "digging a volleyball", "volleyball pass", "receiving a serve"),
          closed(1.2, Key(0, root=(0, -0.28, -0.08), turn=(28, 0, 0), head=(-24, 0, 0), **both(Hand("sh", (-0.30, -0.45, 0.80), pole=(0.9, -0.5, 0))), **WIDE), Key(0.4, root=(0, -0.10, 0.02), turn=(12, 0, 0), head=(-22, 0, 0), **both(Hand("sh", (-0.30, -0.05, 0.92), pole=(0.9, -0.5, 0))), **WIDE))),
    Entry("billiards", ("playing billiards", "playing pool", "playing snooker", "aiming with a cue"),
          there_and_back({"root": (0, -0.08, -0.12), "turn": (58, 0, 0), "head": (-44, 0, 0), "left": Hand("sh", (-0.05, 0.25, 0.92)), "right": Hand("sh", (0.2, -0.45, -0.25), pole=(0.4, 0.6, -1)), **_STEP},
                         {"root": (0, -0.08, -0.10), "turn": (58, 0, 0), "head": (-44, 0, 0), "left": Hand("sh", (-0.05, 0.25, 0.92)), "right": Hand("sh", (0.15, -0.50, 0.25), pole=(0.4, 0.6, -1)), **_STEP}, 1.2)),
    Entry("darts", ("throwing darts", "playing darts", "throwing a paper plane", "throwing a dart"),
          closed(1.4, Key(0, turn=(0, 20, 0), head=(0, -18, 0), left=DOWN, right=Hand("sh", (0.05, 0.22, 0.35), palm=(-1, 0, 0), fingers=(0, 0.8, 0.3), pole=(0.1, -1, 0.6))), Key(0.5, turn=(0, 20, 0), head=(0, -18, 0), left=DOWN, right=Hand("sh", (0.05, 0.25, 0.28), palm=(-1, 0, 0), fingers=(0, 0.9, 0), pole=(0.1, -1, 0.6))),
                 Key(0.68, turn=(2, 22, 0), head=(0, -18, 0), left=DOWN, right=Hand("sh", (-0.05, 0.10, 0.96), palm=(-0.3, -1, 0), fingers=(0, 0, 1), pole=(0.1, -1, 0.3))))),
    Entry("chess", ("playing chess", "playing cards", "playing a board game", "moving a chess piece", "eating at a table", "sitting at a table"),
          closed(3.0, Key(0, **SIT, spine=(14, 0, 0), head=(16, 0, 0), left=Hand("mouth", (0.0, -0.07, 0.02), palm=(0, 0.5, -0.8), fingers=(-0.4, 0.9, 0), pole=(0.5, -1, 0.4)), right=LAP), Key(1.2, **SIT, spine=(20, 4, 0), head=(18, 0, 0), left=Hand("mouth", (0.0, -0.07, 0.02), palm=(0, 0.5, -0.8), fingers=(-0.4, 0.9, 0), pole=(0.5, -1, 0.4)),
                 right=Hand("belly", (0.02, 0.16, 0.46), palm=(0, -1, 0), fingers=(-0.1, -0.3, 1))), Key(1.9, **SIT, spine=(20, 6, 0), head=(18, 0, 0), left=Hand("mouth", (0.0, -0.07, 0.02), palm=(0, 0.5, -0.8), fingers=(-0.4, 0.9, 0), pole=(0.5, -1, 0.4)), right=Hand("belly", (-0.05, 0.16, 0.42), palm=(0, -1, 0), fingers=(-0.1, -0.3, 1))))),
    Entry("rock_baby", ("rocking a baby", "cradling a baby", "holding a baby", "nursing a child", "stroking a cat"),
          there_and_back({"root": (0.03, -0.01, 0), "spine": (2, 8, -3), "head": (22, 14, 6), "left": Hand("chest", (-0.08, -0.12, 0.12), palm=(0, 0.9, -0.4), fingers=(-1, 0, 0.1), pole=(1, -0.7, 0)), "right": Hand("chest", (-0.02, -0.17, 0.15), palm=(0, 0.9, -0.4), fingers=(-1, 0, 0.1), pole=(1, -0.7, 0))},
                         {"root": (-0.03, -0.01, 0), "spine": (2, -8, 3), "head": (22, 14, 6), "left": Hand("chest", (-0.08, -0.12, 0.12), palm=(0, 0.9, -0.4), fingers=(-1, 0, 0.1), pole=(1, -0.7, 0)), "right": Hand("chest", (-0.02, -0.17, 0.15), palm=(0, 0.9, -0.4), fingers=(-1, 0, 0.1), pole=(1, -0.7, 0))}, 2.0)),
    Entry("dress", ("getting dressed", "putting on a shirt", "putting on a hat", "putting on glasses", "putting on a coat", "undressing", "wearing a hat", "tipping the hat"),
          closed(2.4, Key(0, **both(Hand("belly", (0.14, 0.02, 0.10), pole=(0.9, -0.3, -0.3)))), Key(0.8, head=(8, 0, 0), **both(Hand("chest", (0.10, 0.05, 0.10), pole=(1, -0.3, 0)))), Key(1.5, head=(-4, 0, 0), **both(Hand("crown", (0.10, 0.02, 0.0), palm=(-0.8, -0.6, 0), fingers=(-0.2, 0.6, 0.3), pole=(1, -0.3, 0.2)))))),
    Entry("choke", ("holding the throat", "having a heart attack", "clutching the chest", "suffocating", "being poisoned", "being strangled"),
          closed(1.4, Key(0, spine=(14, 0, 0), head=(-10, 8, 0), root=(0, -0.08, 0), **both(Hand("neck", (0.02, 0.02, 0.09), palm=(0, 0, -1), fingers=(-0.9, 0.5, -0.2), pole=(1, -0.4, 0.1)))), Key(0.7, spine=(22, 6, 4), head=(6, -8, 0), root=(0.02, -0.16, 0), **both(Hand("neck", (0.02, 0.02, 0.09), palm=(0, 0, -1), fingers=(-0.9, 0.5, -0.2), pole=(1, -0.4, 0.1)))))),
    Entry("flinch", ("being surprised", "being startled", "being shocked", "gasping in surprise", "being amazed", "jumping back in fright"),
          (Key(0), Key(0.3, root=(0, -0.05, -0.10), turn=(-8, 0, 0), spine=(-8, 0, 0), head=(-6, 0, 0), shrug=12, **both(Hand("sh", (0.30, 0.0, 0.50), palm=(0, 0.1, 1), fingers=(0.2, 1, 0.1), pole=(0.7, -1, 0)))),
           Key(1.2, root=(0, -0.04, -0.09), turn=(-7, 0, 0), spine=(-7, 0, 0), head=(-6, 0, 0), shrug=9, **both(Hand("sh", (0.30, -0.02, 0.48), palm=(0, 0.1, 1), fingers=(0.2, 1, 0.1), pole=(0.7, -1, 0)))), Key(2.2, **both(Hand("sh", (0.15, -0.7, 0.3))))), loop=False),
    Entry("peace", ("making a peace sign", "making the victory sign", "posing for a selfie", "posing cutely", "posing", "modelling"),
          still(2.5, root=(0.04, 0, 0), turn=(0, 10, 3), spine=(0, -4, -6), head=(0, 0, 8), right=Hand("eyes", (0.14, 0.0, 0.06), palm=(0.1, 0, 1), fingers=(0.2, 1, 0), pole=(0.8, -1, 0)), left=HIPS, right_foot=Foot((0.06, 0.02, 0.05), pitch=15, yaw=20))),
    Entry("steer_ship", ("steering a ship", "turning a big wheel", "captain at the wheel", "opening a valve"),
          closed(2.0, Key(0, spine=(0, 6, 0), left=Hand("chest", (0.10, 0.22, 0.36)), right=Hand("chest", (0.12, -0.16, 0.34)), **WIDE), Key(1.0, spine=(0, -6, 0), right=Hand("chest", (0.10, 0.22, 0.36)), left=Hand("chest", (0.12, -0.16, 0.34)), **WIDE))),
    Entry("puppet", ("dangling like a puppet", "marionette", "hanging limp", "ragdoll"),
          closed(1.8, Key(0, head=(26, 0, 12), spine=(10, 0, 6), root=(0, -0.06, 0), left=Hand("sh", (0.55, 0.1, 0.4), pole=(0.6, 1, 0)), right=Hand("sh", (0.35, -0.6, 0.3), pole=(0.8, 0.6, 0)), right_foot=Foot((0.02, 0.2, 0.1), pitch=40)),
                 Key(0.9, head=(26, 0, -12), spine=(10, 0, -6), root=(0, -0.06, 0), right=Hand("sh", (0.55, 0.1, 0.4), pole=(0.6, 1, 0)), left=Hand("sh", (0.35, -0.6, 0.3), pole=(0.8, 0.6, 0)), left_foot=Foot((0.02, 0.2, 0.1), pitch=40)))),
)  # fmt: skip

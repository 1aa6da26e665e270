"""What goes with what: every record names what there is, and gives what it says."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from engine.wardrobe import combining
from engine.wardrobe.materials import CATALOG, MATERIALS
from engine.wardrobe.notation import things
from engine.wardrobe.outfit import COLORS, CUTS, EXTRA_KINDS, GARMENT_KINDS, PATTERNS, Garment, covers

TABLES = tomllib.loads((CATALOG / "combining.toml").read_text(encoding="utf-8"))
USUAL = tomllib.loads((CATALOG / "usual.toml").read_text(encoding="utf-8"))


def test_every_kind_has_one_place():
    named = [kind for kinds in TABLES["places"].values() for kind in kinds.split("|")]
    assert sorted(named) == sorted(GARMENT_KINDS)


def test_every_name_in_the_tables_is_known():
    named = [TABLES["order"]["open"], TABLES["as_it_is"]["kinds"], *TABLES["order"]["inner_to_outer"]]
    named += [*TABLES["keeps"], *TABLES["keeps"].values(), *TABLES["takes_off"].values(), *TABLES["denied"]["families"]]
    assert all(things(names) for names in named)
    assert {key.partition(".")[0] for key in TABLES["takes_off"]} <= {*TABLES["places"], *GARMENT_KINDS}
    assert set(TABLES["palette"]) <= {*TABLES["places"], "others"}
    for kind, apart in TABLES["named_apart"].items():
        assert set(apart.split("|")) <= set({**CUTS, **EXTRA_KINDS}[kind]), kind
    for name in USUAL:
        kind, _, cut = name.partition(".")
        cuts = {**CUTS, **EXTRA_KINDS}.get(kind, ())
        assert cut in cuts if cut else {kind} <= {*GARMENT_KINDS, *EXTRA_KINDS, *PATTERNS, *MATERIALS}, name


def test_records_give_what_covers_the_area():
    assert len(combining.what_goes()) == len(TABLES["with"]) > 20
    for goes in combining.what_goes():
        for area, item in goes.gives.items():
            for thing in item.things:
                assert ("torso" if area == "beneath" else area) in {
                    *covers(thing.kind),
                    *(["legs"] * (thing.kind == "briefs")),
                }
    assert set(combining.basics()) == {"torso", "legs", "feet", "hips", "bust"}


@pytest.mark.parametrize(
    ("denied", "worn", "off"),
    [
        (("hat", None), Garment("cap", "red"), True),
        (("hat", None), Garment("helmet", "red"), False),
        (("hat", "top"), Garment("hat", "red", cut="top"), True),
        (("hat", "top"), Garment("hat", "red", cut="fez"), False),
        (("shoes", None), Garment("boots", "red"), True),
        (("t_shirt", None), Garment("trousers", "red"), False),
        (("mask_eyes", None), Garment("mask_full", "red"), True),
        (("sword", None), Garment("sword", "red"), True),
    ],
)
def test_what_is_denied(denied, worn, off):
    assert combining.denies(*denied, worn) == off


def test_open_fronts_show_what_is_beneath_unless_it_is_said_otherwise():
    assert combining.shows(Garment("jacket", "red", cut="suit")) and not combining.shows(Garment("jacket", "red"))
    assert not combining.shows(Garment("jacket", "red", cut="suit", traits=("closed",)))
    assert combining.shows(Garment("coat", "red", traits=("open",)))


def test_ranks_go_outwards():
    order = [
        Garment("t_shirt", "red"),
        Garment("trousers", "red"),
        Garment("vest", "red", cut="waistcoat"),
        Garment("jacket", "red"),
        Garment("coat", "red"),
        Garment("armor_torso", "red"),
        Garment("vest", "red", cut="tabard"),
    ]
    ranks = [combining.rank(garment) for garment in order]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)


def test_usual_colours_are_of_the_cut_before_the_kind():
    rng = np.random.default_rng(0)
    assert combining.usual_colors(Garment("coat", "", cut="lab"), rng)[0] == "white"
    assert combining.usual_colors(Garment("apron", "", cut="waist"), rng)[0] == "white"
    assert combining.usual_colors(Garment("t_shirt", "", pattern="zebra"), rng) == ("white", "black")
    assert combining.usual_colors(Garment("tank_top", ""), rng) == (None, None)
    assert combining.usual_colors(Garment("tail", ""), rng)[0] == "skin"


def test_patterns_stand_out_but_on_suits():
    rng, shirt = np.random.default_rng(0), Garment("t_shirt", "")
    assert combining.contrast(Garment("jacket", "", cut="suit"), "navy", "stripes_v", rng) is None
    assert combining.contrast(shirt, "red", "dots", rng) == "white"
    assert {combining.contrast(shirt, "white", "stripes_h", rng) for _ in range(20)} <= set(COLORS) - {"white"}
    assert combining.contrast(shirt, "white", "camo", rng) is None

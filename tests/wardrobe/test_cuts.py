"""Cuts and extras: closed, in bounds, touching the figure, in their colours."""

import json
from dataclasses import asdict
from itertools import chain

import numpy as np
import pytest
import trimesh
from scipy.spatial import cKDTree

from engine.body import load_body
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.hard.things import HOLD_JOINTS, thing_of
from engine.wardrobe.outfit import COLORS, CUTS, Garment, Look, look_from_dict, validate
from engine.wardrobe.paint import paint
from engine.wardrobe.props import BESIDE, props_of

BARE = Look("fair", "bald", "black", "none", "black", "brown")
ALL_CUTS = [(kind, cut) for kind, cuts in CUTS.items() for cut in cuts]
ALL_EXTRAS = list(BESIDE)
REACH, AT_ARM_S_LENGTH = np.array([0.9, 1.12, 0.75]), np.array([1.5, 1.7, 1.45])
"""Metres from the pelvis that no piece exceeds: worn, and held."""
OPEN = ("glasses",)
"""Kinds of which a figure that is only painted shows little."""
NEAR = 0.045
"""Metres between the points of a component and those of others or of the body: no piece hangs in the air."""


@pytest.fixture(scope="module")
def wardrobe():
    return Wardrobe(load_body())


@pytest.fixture(scope="module")
def figure(wardrobe):
    return cKDTree(wardrobe.canonical)


@pytest.fixture(scope="module")
def bare(wardrobe):
    return paint(BARE, wardrobe.canonical)


def wearing(*garments: Garment, extras: tuple[Garment, ...] = (), **changed: str) -> Look:
    return Look(**{**BARE.__dict__, **changed, "garments": garments, "extras": extras})


def looks() -> list[Look]:
    cut = [wearing(Garment(kind, "green", cut=cut)) for kind, cut in ALL_CUTS]
    return cut + [wearing(extras=(Garment(kind, "green", cut=cut),)) for kind, cut in ALL_EXTRAS]


@pytest.mark.parametrize("look", looks(), ids=lambda look: str((look.garments + look.extras)[0].cut))
def test_pieces_are_closed_in_bounds_and_touch_the_figure(figure, look):
    assert validate(look) == []
    assert json.loads(json.dumps(asdict(look))) and look_from_dict(json.loads(json.dumps(asdict(look)))) == look
    for piece in props_of(look):
        mesh = trimesh.Trimesh(piece.vertices, piece.faces, process=False)
        assert mesh.is_watertight
        held = any(thing_of(extra.kind, extra.cut).place in HOLD_JOINTS for extra in look.extras)
        assert (np.abs(piece.vertices) < (AT_ARM_S_LENGTH if held else REACH)).all()
        components = mesh.split(only_watertight=False)
        assert all(component.volume > 0 for component in components)
        for component in components:
            others = (cKDTree(other.vertices) for other in components if other is not component)
            assert any(tree.query(component.vertices)[0].min() < NEAR for tree in chain([figure], others))


@pytest.mark.parametrize("look", looks(), ids=lambda look: str((look.garments + look.extras)[0].cut))
def test_a_cut_has_the_named_color(wardrobe, bare, look):
    painted = paint(look, wardrobe.canonical)
    colors = [piece.colors for piece in props_of(look)]
    colors = np.concatenate([painted[np.abs(painted - bare).max(1) > 0.2], *colors])
    green = np.array(COLORS["green"]) / np.linalg.norm(COLORS["green"])
    likeness = colors @ green / np.linalg.norm(colors, axis=1)
    if all(garment.kind not in OPEN for garment in look.garments):
        assert (likeness > 0.98).sum() > 10

"""Cuts and extras: closed, in bounds, touching the figure, in their colours."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import trimesh
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from engine.body import load_body
from engine.geometry.edges import edge_matrix
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.hard.things import HOLD_JOINTS, thing_of
from engine.wardrobe.outfit import COLORS, CUTS, Garment, Look, look_from_dict, validate
from engine.wardrobe.paint import paint
from engine.wardrobe.props import BESIDE, props_of
from tests.wardrobe.kinds import first_is_quick

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
def skin(wardrobe):
    """Distances to the points of the body."""
    return cKDTree(wardrobe.canonical)


@pytest.fixture(scope="module")
def bare(wardrobe):
    return paint(BARE, wardrobe.canonical)


def wearing(*garments: Garment, extras: tuple[Garment, ...] = (), **changed: str) -> Look:
    return Look(**{**BARE.__dict__, **changed, "garments": garments, "extras": extras})


def looks() -> list[Look]:
    cut = [wearing(Garment(kind, "green", cut=cut)) for kind, cut in ALL_CUTS]
    return cut + [wearing(extras=(Garment(kind, "green", cut=cut),)) for kind, cut in ALL_EXTRAS]


@pytest.mark.parametrize("look", first_is_quick([*ALL_CUTS, *ALL_EXTRAS], looks()))
def test_pieces_are_closed_in_bounds_and_touch_the_figure(skin, look):
    assert validate(look) == []
    assert json.loads(json.dumps(asdict(look))) and look_from_dict(json.loads(json.dumps(asdict(look)))) == look
    for piece in props_of(look):
        mesh = trimesh.Trimesh(piece.vertices, piece.faces, process=False)
        assert mesh.is_watertight
        held = any(thing_of(extra.kind, extra.cut).place in HOLD_JOINTS for extra in look.extras)
        assert (np.abs(piece.vertices) < (AT_ARM_S_LENGTH if held else REACH)).all()
        corners = piece.vertices[piece.faces].astype(float)
        volumes = np.einsum("fc,fc->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
        count, label = connected_components(edge_matrix(piece.faces, len(piece.vertices)), directed=False)
        assert (np.bincount(label[piece.faces[:, 0]], volumes, count) > 0).all()
        reach = np.full(count, np.inf)
        np.minimum.at(reach, label, skin.query(piece.vertices)[0])
        for far in np.flatnonzero(reach > NEAR):
            others = cKDTree(piece.vertices[label != far])
            assert others.query(piece.vertices[label == far])[0].min() < NEAR


@pytest.mark.parametrize("look", first_is_quick([*ALL_CUTS, *ALL_EXTRAS], looks()))
def test_a_cut_has_the_named_color(wardrobe, bare, look):
    painted = paint(look, wardrobe.canonical)
    colors = [piece.colors for piece in props_of(look)]
    colors = np.concatenate([painted[np.abs(painted - bare).max(1) > 0.2], *colors])
    green = np.array(COLORS["green"]) / np.linalg.norm(COLORS["green"])
    likeness = colors @ green / np.linalg.norm(colors, axis=1)
    if all(garment.kind not in OPEN for garment in look.garments):
        assert (likeness > 0.98).sum() > 10

"""Looks on bodies: colours where the garments are, closed pieces, and that they follow shape and pose."""

import numpy as np
import pytest
import trimesh

from engine.body import load_body, stand_pose
from engine.wardrobe.canonical import STANDARD_JOINTS, Points
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.garment_masks import GARMENT_MASKS
from engine.wardrobe.hair_masks import BEARD_MASKS, HAIR_MASKS
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_STYLES, SKINS, Garment, Look
from engine.wardrobe.paint import paint, pattern_mask, thickness
from engine.wardrobe.props import props_of

BARE = Look("fair", "bald", "black", "none", "black", "brown")


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(scope="module")
def wardrobe(body):
    return Wardrobe(body)


def test_the_standard_joints_are_the_open_bodys(body):
    assert np.abs(STANDARD_JOINTS - body.rest_joints(np.zeros(body.num_betas))).max() < 2e-3


def test_every_kind_has_a_region_that_covers_something(wardrobe):
    points = Points(wardrobe.canonical)
    for kind in GARMENT_KINDS:
        mask = GARMENT_MASKS[kind].mask(points)
        assert mask.min() >= 0 and mask.max() <= 1 + 1e-6, kind
        assert mask.max() > 0.9, kind
    assert set(HAIR_MASKS) == set(HAIR_STYLES)
    assert HAIR_MASKS["short"].mask(points).max() > 0.9 and BEARD_MASKS["full"](points).max() > 0.9


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        ("t_shirt", [0.05, 0.2, 0.12], [0.1, -0.3, 0.08]),
        ("trousers", [0.1, -0.6, 0.02], [0.05, 0.3, 0.12]),
        ("boots", [0.11, -0.8, 0.02], [0.11, -0.3, 0.07]),
        ("gloves", [0.76, 0.44, 0.03], [0.5, 0.45, 0.03]),
        ("helmet", [0.0, 0.79, 0.04], [0.0, 0.62, 0.14]),
        ("mask_eyes", [0.06, 0.695, 0.10], [0.0, 0.6, 0.13]),
    ],
)
def test_garments_color_their_places_only(kind, inside, outside):
    bare = paint(BARE, np.array([inside, outside]))
    dressed = paint(Look(**{**BARE.__dict__, "garments": (Garment(kind, "lime"),)}), np.array([inside, outside]))
    assert np.allclose(dressed[0], COLORS["lime"], atol=1e-3)
    assert np.allclose(dressed[1], bare[1], atol=1e-3)


def test_coats_lie_over_shirts_in_any_order():
    point = np.array([[0.05, 0.2, 0.12]])
    for order in (("coat", "t_shirt"), ("t_shirt", "coat")):
        colors = {"coat": "blue", "t_shirt": "red"}
        look = Look(**{**BARE.__dict__, "garments": tuple(Garment(kind, colors[kind]) for kind in order)})
        assert np.allclose(paint(look, point)[0], COLORS["blue"], atol=1e-3)


def test_later_garments_lie_over_earlier_ones():
    point = np.array([[0.05, 0.2, 0.12]])
    look = Look(**{**BARE.__dict__, "garments": (Garment("t_shirt", "red"), Garment("apron", "white"))})
    assert np.allclose(paint(look, point)[0], COLORS["white"], atol=1e-3)


def test_skin_is_bare_without_garments():
    assert np.allclose(paint(BARE, np.array([[0.1, -0.3, 0.08]]))[0], SKINS["fair"], atol=1e-3)


@pytest.mark.parametrize("pattern", ["stripes_h", "stripes_v", "checks", "dots", "camo", "two_tone"])
def test_patterns_show_both_colors(wardrobe, pattern):
    share = pattern_mask(pattern, Points(wardrobe.canonical)).mean()
    assert 0.03 < share < 0.97


def test_clothes_stand_off_the_skin(wardrobe):
    coat = Look(**{**BARE.__dict__, "garments": (Garment("spacesuit", "white"),)})
    offset, _ = thickness(coat, wardrobe.canonical)
    assert offset.max() > 0.03
    assert thickness(BARE, wardrobe.canonical)[0].max() == 0


def _everything() -> list[Look]:
    looks = [Look(**{**BARE.__dict__, "hair_style": style}) for style in HAIR_STYLES]
    return looks + [Look(**{**BARE.__dict__, "garments": (Garment(kind, "red", "gold"),)}) for kind in GARMENT_KINDS]


def test_every_piece_is_closed_and_outward(wardrobe):
    rng = np.random.default_rng(0)
    betas = rng.normal(size=wardrobe.body.num_betas)
    for look in _everything():
        figure = wardrobe.dress(look, betas)
        assert len(figure.parts) == 1 + len(props_of(look))
        assert np.allclose(figure.weights.sum(1), 1, atol=1e-4)
        for first, last, first_face, last_face in figure.parts[1:]:
            part = trimesh.Trimesh(
                figure.vertices[first:last], figure.faces[first_face:last_face] - first, process=False
            )
            assert part.is_watertight and part.volume > 0, look


@pytest.mark.parametrize("kind", ["skirt", "long_skirt"])
def test_a_jackets_hem_lies_over_a_skirt(kind):
    def top(*garments: Garment) -> float:
        (piece,) = props_of(Look(**{**BARE.__dict__, "garments": garments}))
        assert trimesh.Trimesh(piece.vertices, piece.faces, process=False).is_watertight
        return float(piece.vertices[:, 1].max())

    skirt, jacket = Garment(kind, "red"), Garment("jacket", "black")
    hem = np.array([[0.05, top(skirt, jacket), 0.12]], np.float32)
    assert GARMENT_MASKS["jacket"].mask(Points(hem, 0.003))[0] == 1  # the skirt begins beneath the jacket
    assert top(skirt) > top(skirt, jacket) + 0.05
    assert top(skirt, Garment("t_shirt", "white")) == top(skirt)  # a shirt is tucked in


def test_pieces_follow_the_body(wardrobe, body):
    look = Look(**{**BARE.__dict__, "garments": (Garment("cape", "red"),)})
    shifted = stand_pose()
    shifted[0, 1] = np.pi  # turned round: the cape is in front of the world's origin
    figure = wardrobe.dress(look, np.zeros(body.num_betas))
    first, last, _, _ = figure.parts[1]
    assert figure.posed(stand_pose())[first:last, 2].mean() < -0.05
    assert figure.posed(shifted)[first:last, 2].mean() > 0.05

"""What can be said of a look, in numbers: parts, probes, poses and the space that they span."""

import numpy as np
import pytest

from engine.body import load_body, stand_pose
from engine.motion.skeleton import MIRROR
from engine.render.oklab import oklab
from engine.training.perceptor.data import mirrored
from engine.wardrobe.attribute_space import (
    POSE_SIZE,
    PROBES,
    SHARES,
    Space,
    attributes,
    pose_attributes,
    probe_colors,
)
from engine.wardrobe.canonical import canonical_coordinates
from engine.wardrobe.outfit import COLORS, Garment, Look
from engine.wardrobe.paint import paint
from engine.wardrobe.parts import PARTS, SHADES, part_colors, part_labels, shades

BARE = Look("fair", "bald", "black", "none", "black", "brown")


def dressed(*garments: Garment) -> Look:
    return Look(**{**BARE.__dict__, "garments": garments})


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [  # Ottosson 2020
        ((1, 1, 1), (1, 0, 0)),
        ((1, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 1, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 1), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_has_the_published_values(srgb, lab):
    assert np.allclose(oklab(np.array(srgb, float)), lab, atol=2e-4)


def test_shades_are_shares_that_agree_most_with_their_own_color():
    found = shades(np.array(list(COLORS.values())))
    assert np.allclose(found.sum(1), 1, atol=1e-5)
    alike = found @ shades(np.array([COLORS[name] for name in SHADES])).T
    nearest = [SHADES[row.argmax()] for row in alike]
    told = dict(zip(COLORS, nearest))
    assert all(told[name] == name for name in SHADES)


def test_a_part_has_its_garments_color_and_accent_and_no_other_part_has():
    plain, caped = part_colors(BARE), part_colors(dressed(Garment("cape", "red", "yellow")))
    row = PARTS.index("back")
    main, accent = SHADES.index("red"), SHADES.index("yellow")
    assert caped[row, main] > 2 * caped[row, accent] > 0.3
    assert np.isclose(caped[row].sum(), 1)
    assert np.allclose(np.delete(caped, row, 0), np.delete(plain, row, 0))
    assert not plain[row].any()


def test_labels_lie_where_the_paint_lies():
    canonical = canonical_coordinates(load_body())
    look = dressed(Garment("t_shirt", "lime"), Garment("trousers", "lime"))
    labels, colors = part_labels(look, canonical), paint(look, canonical)
    bright = colors.max(1, keepdims=True) / max(COLORS["lime"])  # seams and hems are darker
    lime = np.abs(colors / bright - COLORS["lime"]).max(1) < 0.05
    worn = np.isin(labels, [PARTS.index("torso"), PARTS.index("legs")])
    assert (lime == worn).mean() > 0.99
    assert set(np.unique(labels)) == {PARTS.index(name) for name in ("skin", "torso", "legs")}


def test_what_hangs_hides_what_is_behind():
    thigh = np.flatnonzero(np.isclose(PROBES, [0.1, -0.25, 0.07]).all(1))[0]
    back = np.flatnonzero(np.isclose(PROBES, [0.08, 0.30, -0.08]).all(1))[0]
    skirt, cape = probe_colors(dressed(Garment("skirt", "red"))), probe_colors(dressed(Garment("cape", "blue")))
    assert np.allclose(skirt[thigh], COLORS["red"]) and np.allclose(cape[back], COLORS["blue"])
    assert not np.allclose(cape[thigh], COLORS["blue"], atol=0.2)


def test_a_pose_is_the_same_from_wherever_it_is_seen():
    body = load_body()
    rng = np.random.default_rng(0)
    pose = rng.normal(0, 0.3, (24, 3)).astype(np.float32)
    turned = pose.copy()
    pose[0], turned[0] = 0, [0, 1.1, 0]
    joints = body.pose(np.zeros(body.num_betas), np.stack([pose, turned, stand_pose()]))[1]
    first, second, other = pose_attributes(joints * 1.3 + [1, 0, 2])
    assert np.allclose(first, second, atol=1e-4)
    assert np.abs(first - other).max() > 0.1


def test_the_space_gives_back_what_was_put_in_and_leaves_out_what_was_not():
    rng = np.random.default_rng(0)
    colors = list(COLORS)
    looks = [
        dressed(Garment("t_shirt", str(rng.choice(colors))), Garment("trousers", str(rng.choice(colors))))
        for _ in range(300)
    ]
    groups = attributes(looks, rng.normal(size=(300, 5)), rng.normal(size=(300, 27)))
    assert list(groups) == list(SHARES)
    space = Space.fit(groups, 500)
    embedded = space(groups)
    assert np.allclose(space.group("shape", embedded.numpy()), groups["shape"], atol=1e-4)
    assert np.allclose(space.group("parts", embedded.numpy()), groups["parts"], atol=1e-3)
    alone = space(attributes(looks)).numpy()
    assert np.allclose(space.group("shape", alone), groups["shape"].mean(0), atol=1e-4)


def test_a_mirrored_pose_is_the_pose_of_the_mirrored_joints():
    rng = np.random.default_rng(0)
    joints = load_body().pose(np.zeros(load_body().num_betas), rng.normal(0, 0.4, (3, 24, 3)).astype(np.float32))[1]
    reflected = joints[:, list(MIRROR)] * np.array([-1, 1, 1])
    assert np.allclose(mirrored(pose_attributes(joints)), pose_attributes(reflected), atol=1e-5)


def test_a_reweighed_space_has_the_shares_and_the_same_directions():
    looks = [dressed(Garment(kind, color)) for color in COLORS for kind in ("t_shirt", "skirt")]
    rng = np.random.default_rng(0)
    groups = attributes(looks, rng.normal(size=(len(looks), 5)), rng.normal(size=(len(looks), POSE_SIZE)))
    space = Space.fit(groups, 40)
    scale = {name: (1 + number) * value for number, (name, value) in enumerate(space.scale.items())}
    uneven = Space(space.mean, scale, space.rotation)
    found = uneven.reweighed(groups)
    for name, share in SHARES.items():
        assert np.isclose((groups[name].var(0) * found.scale[name] ** 2).sum(), share, rtol=1e-3)
        assert np.allclose(found.scale[name], space.scale[name], rtol=1e-3)
    assert found.rotation is uneven.rotation

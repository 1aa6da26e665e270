"""Faces: directions that keep to their places, words and ancestries that shape them, skin, finer meshes."""

from dataclasses import replace

import numpy as np
import pytest

from engine.body.face import load_face_space
from engine.geometry.edges import edges, is_closed
from engine.geometry.measures import volume
from engine.wardrobe.canonical import Points
from engine.wardrobe.head import Individual, face_of, finer_face, mouth_layers, paint_bare, settle_face
from engine.wardrobe.head.face import displaced, face_words, features_of, read_face_words
from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.skin import lips
from engine.wardrobe.head.split import split_long
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import SKINS
from tests.wardrobe.heads import LOOK

PLACES = {
    "nose tip": (0.0, 0.653, 0.155), "jaw width": (0.050, 0.605, 0.065), "chin forward": (0.0, 0.588, 0.130),
    "cheek bones": (0.055, 0.664, 0.092), "brow ridge": (0.025, 0.708, 0.130), "upper lip": (0.008, 0.6245, 0.143),
    "eye opening": (0.031, 0.690, 0.122), "ears off": (0.086, 0.685, 0.015), "forehead": (0.0, 0.765, 0.115),
}  # fmt: skip
"""Canonical places by some directions of the face space."""


@pytest.mark.parametrize("name", PLACES)
def test_directions_of_faces_move_what_their_names_say_and_both_sides_alike(mannequin, name):
    moved = displaced(mannequin, {name: 1.0}).vertices - mannequin.vertices
    length = np.linalg.norm(moved, axis=1)
    assert 0.001 < length.max() < 0.011
    folded = np.abs(mannequin.canonical * [1, 0, 0]) + mannequin.canonical * [0, 1, 1]
    far = np.linalg.norm(folded - PLACES[name], axis=1)
    assert far[length.argmax()] < 0.025 and (length[far < 0.06] ** 2).sum() > 0.9 * (length**2).sum()
    left, right = mannequin.canonical[:, 0] > 1e-3, mannequin.canonical[:, 0] < -1e-3
    assert length[left].max() == pytest.approx(length[right].max(), rel=0.1)


def test_no_direction_of_faces_moves_the_body(mannequin):
    low = mannequin.canonical[:, 1] < 0.40
    for name in load_face_space().names:
        moved = displaced(mannequin, {name: 1.0}).vertices - mannequin.vertices
        assert 0.0005 < np.abs(moved).max() < 0.02 and not moved[low].any(), name


def test_another_bodys_face_follows_the_same_directions(body, mannequin):
    some = np.flatnonzero(np.arange(len(mannequin.vertices)) % 7 > 0)
    other = replace(mannequin, vertices=mannequin.vertices[some], canonical=mannequin.canonical[some],
                    weights=mannequin.weights[some], labels={})  # fmt: skip
    whole, part = (displaced(of, {"chin forward": 1.0}).vertices - of.vertices for of in (mannequin, other))
    assert np.abs(part - whole[some]).max() < 0.001 < 0.003 < np.abs(part).max()


def test_no_face_is_so_flat_that_the_mouth_shows_through(body):
    bare = Mannequin.of(body, np.zeros(body.num_betas))
    flat = {"chin forward": -1.5, "lower lip": -1.5, "upper lip": -1.5, "mouth forward": -1.5, "jaw width": -1.5}
    shaped = settle_face(displaced(bare, flat))
    for layer in mouth_layers(LOOK, shaped):
        distance = shaped.caster.closest_point(layer.vertices)[2]
        assert np.quantile(distance, 0.995) < 0.0002 and distance.max() < 0.001, layer.name


def test_faces_differ_by_seed_and_stay_human(mannequin):
    made = [face_of(mannequin, np.random.default_rng(seed)).vertices for seed in (1, 2, 3, 4)]
    for k, one in enumerate(made):
        assert all(0.004 < np.abs(one - two).max() < 0.05 for two in made[:k])
    assert np.array_equal(made[0], face_of(mannequin, np.random.default_rng(1)).vertices)


def test_words_shape_faces(mannequin):
    assert face_words("A man with a square jaw, full-lips and a big nose")["jaw width"] > 1
    assert face_words("an undergaunted knight") == {} == face_words("")
    assert face_words("big nose, small nose").keys() == face_words("small nose, big nose").keys()

    end = np.linalg.norm(mannequin.canonical - [0, 0.653, 0.155], axis=1).argmin()

    def nose(seed, text):
        return face_of(mannequin, np.random.default_rng(seed), Individual(text)).vertices[end, 2]

    assert all(nose(seed, "big nose") > nose(seed, "small nose") + 0.006 for seed in range(5))
    bent = face_of(mannequin, np.random.default_rng(0), Individual("a broken nose")).vertices - mannequin.vertices
    assert np.abs(bent[end, 0]) > 0.0015


def test_ancestry_follows_the_words_and_else_the_skin():
    said = features_of(np.random.default_rng(0), Individual("a Korean woman", "fair"))
    assert (said["asian"], said["african"], said["european"]) == (1.0, 0.0, 0.0)
    drawn = [features_of(np.random.default_rng(seed), Individual("a man", "dark")) for seed in range(8)]
    assert all(max(("african", "asian", "european"), key=found.get) == "african" for found in drawn)


def test_face_words_name_known_features(tmp_path):
    (tmp_path / "faces.toml").write_text('["odd face"]\nwhiskers = 1.0\n')
    with pytest.raises(ValueError, match=r"odd face.*whiskers"):
        read_face_words(tmp_path / "faces.toml")


def test_old_skin_has_less_colour_and_spots(mannequin):
    finer = finer_face(mannequin)
    bald, anybody = replace(LOOK, hair_style="bald"), (Individual("somebody", age=age) for age in (0.0, 0.9))
    young, old = (paint_bare(bald, finer.canonical, np.random.default_rng(0), person) for person in anybody)
    assert np.ptp(old, axis=1).mean() < 0.95 * np.ptp(young, axis=1).mean()
    forehead = (finer.canonical[:, 1] > 0.715) & (finer.canonical[:, 1] < 0.745) & (finer.canonical[:, 2] > 0.11)
    assert old[forehead].mean(1).std() > 1.3 * young[forehead].mean(1).std()


def test_a_finer_face_is_the_same_surface(mannequin):
    finer = finer_face(mannequin)
    assert np.array_equal(finer.vertices[: len(mannequin.vertices)], mannequin.vertices)
    assert len(finer.faces) > 1.2 * len(mannequin.faces)
    assert is_closed(mannequin.faces) == is_closed(finer.faces)
    _, _, distance = mannequin.caster.closest_point(finer.vertices, signed=False)
    assert distance.max() < 0.0025
    assert np.allclose(finer.weights.sum(1), 1, atol=1e-5)
    there = finer.canonical[edges(finer.faces)]
    middle = there.mean(1)
    face = (middle[:, 2] > 0.09) & (middle[:, 1] > 0.6) & (middle[:, 1] < 0.72)
    assert np.quantile(np.linalg.norm(there[:, 0] - there[:, 1], axis=1)[face], 0.9) < 0.0045


def test_splitting_leaves_no_gaps_and_halves_what_is_too_long():
    places = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    mix, split = split_long(places, faces, lambda middle: np.where(middle[:, 2] > 0.2, 0.6, 1.2), 3)
    points = mix @ places
    assert is_closed(split) and volume(points, split) == pytest.approx(1 / 6)
    ends = points[edges(split)]
    high = ends.mean(1)[:, 2] > 0.2
    assert np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)[high].max() <= 0.72


@pytest.mark.parametrize("skin", ["fair", "dark", "green", "lava"])
def test_bare_skin_is_near_its_colour_with_darker_lips(mannequin, skin):
    look = replace(LOOK, skin=skin, hair_style="bald")
    finer = finer_face(mannequin)
    colors = paint_bare(look, finer.canonical, np.random.default_rng(0))
    assert colors.min() >= 0 and colors.max() <= 1
    assert np.abs(colors.mean(0) - SKINS[skin]).max() < 0.06
    mask, _ = lips(Points(finer.canonical, 0.002))
    cheek = (np.abs(finer.canonical[:, 1] - 0.72) < 0.01) & (finer.canonical[:, 2] > 0.1)
    assert colors[mask > 0.9].mean() < 0.97 * colors[cheek].mean()


def test_the_head_frame_is_the_identity_on_the_standard_figure(mannequin):
    head = Head.of(mannequin)
    assert head.size == pytest.approx(1, abs=1e-3)
    points = mannequin.canonical[::97]
    assert np.allclose(head.canonical(head.place(points)), points, atol=1e-6)

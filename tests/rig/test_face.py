"""Face shapes: each moves what its name says and nothing else, lids close on the eyeballs, the file holds them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.body import load_body
from engine.errors import EngineError
from engine.mesh.surface import Mesh
from engine.protocol import FACE_FEATURES, FACE_KEYS, FACE_SHAPES
from engine.render.raycast import MeshRaycaster
from engine.rig import Avatar, load_avatar, run, save_avatar, uncover
from engine.rig.face import face_shapes
from engine.rig.face_shapes import FaceShapes
from engine.rig.lids import lid_edges
from engine.settings import RigConfig
from engine.shape.bodies import bundled
from engine.wardrobe.head import finer_face, head_layers, mouth_layers, parted, settle_face
from engine.wardrobe.head.eyes import eyeball
from engine.wardrobe.head.mouth import teeth
from engine.wardrobe.layers import BODY, Joined, Layer, Mannequin, joined
from engine.wardrobe.outfit import Look

OPEN = load_body()
LOOK = Look("fair", "bald", "brown", "full", "brown", "blue")
GROWN, CHILD, OLD = (0.0, 0, 0, 0.2, 0), (0.0, 0, 0, -0.5, 0), (1.0, 1, 0, 0.9, 1)
SIDES = {"Left": 1.0, "Right": -1.0}


class Warnings:
    """Collects what a stage warns of."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warning(self, message: str) -> None:
        self.said.append(message)

    def progress(self, *_: object, **__: object) -> None:
        """Nothing."""


def head(numbers: tuple[float, ...]) -> tuple[Joined, np.ndarray]:
    """Body, eyes, lashes, brows, beard and mouth of a person, and the shape coefficients."""
    betas = bundled().betas(np.array(numbers, float))
    bare = settle_face(Mannequin.of(OPEN, betas))
    shown = finer_face(parted(bare))
    skin = Layer(BODY, "skin", shown.vertices, shown.faces, 0 * shown.vertices, shown.weights, shown.canonical)
    grown = head_layers(LOOK, shown, np.random.default_rng(0))
    return joined([skin, *grown, *mouth_layers(LOOK, bare)]), betas


@pytest.fixture(scope="module", params=[CHILD, OLD], ids=["child", "old"])
def person(request: pytest.FixtureRequest) -> tuple[Joined, np.ndarray, np.ndarray]:
    layers, betas = head(request.param)
    found = face_shapes(layers, OPEN, betas, features=True)
    assert found is not None
    return layers, betas, found.dense(len(layers.vertices))


def of(layers: Joined, name: str) -> np.ndarray:
    """Numbers of a layer's vertices."""
    return np.flatnonzero(layers.vertex_layers == layers.names.index(name))


REGIONS = {  # canonical heights, and how far a side's shape reaches over the middle, metres
    "brow": (0.675, 0.75, 0.012),
    "eye": (0.64, 0.705, 0.0),
    "noseSneer": (0.625, 0.74, 0.006),
    "cheekSquint": (0.585, 0.70, 0.0),
    "cheekPuff": (0.58, 0.69, 0.0),
    "jaw": (0.54, 0.69, 0.0),
    "mouth": (0.57, 0.685, 0.028),
    "tongue": (0.54, 0.69, 0.0),
}


@pytest.mark.parametrize("name", FACE_SHAPES)
def test_each_shape_moves_its_region_of_the_skin_alone(person, name: str) -> None:
    layers, _, dense = person
    own = of(layers, BODY)
    length = np.linalg.norm(dense[FACE_SHAPES.index(name), own], axis=1)
    x, y, z = layers.canonical[own[length > 0.0013]].T
    low, high, over = next(region for word, region in REGIONS.items() if name.startswith(word))
    assert ((y > low) & (y < high) & (z > 0.04)).all()
    if not name.startswith(("eyeLookIn", "eyeLookOut", "tongue")):  # which move eyeballs and tongue
        assert len(x) > 20 and length.max() < 0.055
    side = SIDES.get("Left" if name.endswith("Left") else "Right" if name.endswith("Right") else "")
    if side is not None and name not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
        assert (side * x > -over).all()


@pytest.mark.parametrize("side", ["Left", "Right"])
def test_a_blink_closes_the_lids_over_the_eyeball(person, side: str) -> None:
    layers, betas, dense = person
    label, sign = side[0], SIDES[side]
    moved = layers.vertices + dense[FACE_SHAPES.index(f"eyeBlink{side}")]
    bare = dataclasses.replace(Mannequin.of(OPEN, betas), vertices=layers.vertices[: len(OPEN.template)])
    center, radius = eyeball(bare, label)
    # rays from the front that met the eyeball meet lids or lashes instead
    grid = np.stack(np.meshgrid(*[np.linspace(-0.6, 0.6, 25) * radius] * 2), -1).reshape(-1, 2)
    starts = np.c_[center[:2] + grid, np.full(len(grid), center[2] + 0.1)].astype(np.float32)
    seen = []
    for vertices in (layers.vertices, moved):
        hit = MeshRaycaster(vertices, layers.faces).cast_rays(starts, np.tile(np.float32([0, 0, -1]), (len(starts), 1)))
        seen.append((layers.face_layers[hit.face] == layers.names.index("Eyes")).sum())
    assert seen[0] > 60 and seen[1] == 0, seen
    upper, lower = (moved[edge] for edge in lid_edges(bare, label))
    gap = np.abs(upper[:, 1] - np.interp(upper[:, 0], lower[:, 0], lower[:, 1]))
    assert gap[1:-1].max() < 0.0012 and np.median(gap) < 0.0004, "the edges meet"
    other = np.linalg.norm(moved - layers.vertices, axis=1)[sign * layers.vertices[:, 0] < -0.001]
    assert other.max(initial=0) < 1e-4, "the other eye stays open"


def test_eyeballs_turn_about_their_centres(person) -> None:
    layers, betas, dense = person
    own = of(layers, "Eyes")
    left = own[layers.vertices[own, 0] > 0]
    bare = dataclasses.replace(Mannequin.of(OPEN, betas), vertices=layers.vertices[: len(OPEN.template)])
    center, _ = eyeball(bare, "L")
    pupil = left[layers.vertices[left, 2].argmax()]
    for way, axis, sign in (("Up", 1, 1), ("Down", 1, -1), ("Out", 0, 1), ("In", 0, -1)):
        moved = dense[FACE_SHAPES.index(f"eyeLook{way}Left")]
        before, after = (np.linalg.norm(layers.vertices[left] + by - center, axis=1) for by in (0, moved[left]))
        np.testing.assert_allclose(before, after, atol=2e-6)
        assert sign * moved[pupil, axis] > 0.003 * abs(before.max() / 0.015)
        right = own[layers.vertices[own, 0] < 0]
        assert not moved[right].any()


def test_the_mouth_opens_with_its_lower_teeth(person) -> None:
    layers, _, dense = person
    opened = dense[FACE_SHAPES.index("jawOpen")]
    upper_teeth, lower_teeth = (opened[of(layers, "Teeth")][teeth()[2] == lower] for lower in (False, True))
    assert not upper_teeth.any()
    down = -lower_teeth[:, 1]
    assert (
        down.min() > 0.004
        and down.max() > 0.016
        and not dense[FACE_SHAPES.index("mouthSmileLeft"), of(layers, "Teeth")].any()
    )
    # at rest no ray from the front sees behind the lips, with an open mouth many do
    middle = layers.vertices[of(layers, "Teeth")].mean(0)
    x, y = np.meshgrid(np.linspace(-0.02, 0.02, 21), np.linspace(-0.03, 0.02, 26))
    starts = np.stack([middle[0] + x.ravel(), middle[1] + y.ravel(), np.full(x.size, middle[2] + 0.2)], 1)
    behind = [layers.names.index(name) for name in ("Mouth", "Teeth")]
    seen = []
    for vertices in (layers.vertices, layers.vertices + opened):
        ray = np.tile(np.float32([0, 0, -1]), (len(starts), 1))
        hit = MeshRaycaster(vertices, layers.faces).cast_rays(starts.astype(np.float32), ray)
        seen.append(int(np.isin(layers.face_layers[hit.face], behind)[hit.mask].sum()))
    assert seen[0] <= 6 and seen[1] > 60, seen


def test_the_tongue_comes_out_between_the_lips(person) -> None:
    layers, _, dense = person
    moved = layers.vertices + dense[FACE_SHAPES.index("tongueOut")]
    edge = moved[OPEN.labels["mouth_cavity.border"]]
    middle = edge[np.abs(edge[:, 0] - edge[:, 0].mean()) < 0.2 * np.ptp(edge[:, 0])]
    tongue = moved[of(layers, "Mouth")]
    out = tongue[tongue[:, 2] > middle[:, 2].max() + 0.002]
    assert len(out) > 20 and np.ptp(middle[:, 1]) > 0.009
    assert out[:, 1].mean() < middle[:, 1].max() and out[:, 1].max() > middle[:, 1].min()
    teeth_moved = dense[FACE_SHAPES.index("tongueOut"), of(layers, "Teeth")]
    assert teeth_moved.any(1).mean() > 0.3, "the lower teeth go with the jaw"


@pytest.mark.parametrize("name", FACE_FEATURES)
def test_keys_of_another_face_move_the_head_alone_and_what_is_on_it(person, name: str) -> None:
    layers, _, dense = person
    moved = np.linalg.norm(dense[FACE_KEYS.index(name)], axis=1)
    skin = of(layers, BODY)
    assert 0.0005 < moved[skin].max() < 0.02 and not moved[skin[layers.canonical[skin, 1] < 0.5]].any()
    eyes = moved[of(layers, "Eyes")]
    assert (eyes.min() > 0.0004) if name == "Eye Distance" else name.startswith("Eye") or not eyes.any()


def test_a_vertex_that_took_the_other_lips_place_moves_as_its_neighbours() -> None:
    rows, columns = np.divmod(np.arange(64), 8)
    a = np.flatnonzero((columns < 7) & (rows < 7))
    faces = np.concatenate([np.stack([a, a + 1, a + 8], 1), np.stack([a + 1, a + 9, a + 8], 1)]).astype(np.int32)
    down = np.where(rows < 7, -0.002 * (7 - rows), 0.0)  # a lip that opens evenly towards its edge
    wrong = down.copy()
    wrong[[11, 37]] = 0.0
    wrong[11] = -0.030

    def shapes(y: np.ndarray) -> FaceShapes:
        dense = np.zeros((len(FACE_SHAPES), 64, 3))
        dense[FACE_SHAPES.index("jawOpen"), :, 1] = y
        dense[FACE_SHAPES.index("mouthClose"), :, 1] = -y
        return FaceShapes.of(dense)

    assert (
        shapes(down).agreeing(faces, 64).arrays()["face_delta"].tolist() == shapes(down).arrays()["face_delta"].tolist()
    )
    healed = shapes(wrong).agreeing(faces, 64).dense(64)
    np.testing.assert_allclose(healed[FACE_SHAPES.index("jawOpen"), 11, 1], down[11], atol=0.0015)
    np.testing.assert_allclose(
        healed[FACE_SHAPES.index("mouthClose")], -healed[FACE_SHAPES.index("jawOpen")], atol=1e-7
    )


def test_mouth_and_lips_stay_joined(person) -> None:
    layers, _, dense = person
    mouth, border = of(layers, "Mouth"), OPEN.labels["mouth_cavity.border"]
    apart = np.abs(layers.vertices[mouth[:, None]] - layers.vertices[border]).max(2)
    assert apart.min(0).max() < 1e-7
    twin = mouth[apart.argmin(0)]
    np.testing.assert_allclose(dense[:, twin], dense[:, border], atol=1e-6)


def test_a_beard_follows_the_chin_and_brows_their_skin(person) -> None:
    layers, _, dense = person
    beard = of(layers, "Beard")
    chin = layers.vertices[of(layers, BODY)][
        np.linalg.norm(layers.canonical[of(layers, BODY)] - [0, 0.585, 0.13], axis=1).argmin()
    ]
    near = beard[np.linalg.norm(layers.vertices[beard] - chin, axis=1) < 0.02]
    assert len(near) > 100 and np.median(-dense[FACE_SHAPES.index("jawOpen"), near, 1]) > 0.015
    brows = of(layers, "Brows")
    left = brows[layers.vertices[brows, 0] > 0]
    raised = dense[FACE_SHAPES.index("browOuterUpLeft")]
    assert raised[left, 1].max() > 0.003 and not raised[np.setdiff1d(brows, left)].any()


def rigged(conf: RigConfig, body=OPEN) -> tuple[Avatar, Warnings, Joined]:
    layers, betas = head(GROWN)
    heard = Warnings()
    mesh = Mesh(layers.vertices, layers.faces, layers.colors, layers=layers)
    return run(mesh, body, betas, conf, heard), heard, layers


def test_the_file_holds_face_shapes_and_refuses_broken_ones(tmp_path: Path) -> None:
    avatar, heard, _ = rigged(RigConfig(shape_keys=False))
    assert avatar.face is not None and not heard.said
    save_avatar(avatar, tmp_path / "avatar.npz")
    again = load_avatar(tmp_path / "avatar.npz").face
    np.testing.assert_array_equal(again.row, avatar.face.row)
    np.testing.assert_allclose(again.delta, avatar.face.delta, atol=2e-5)
    broken = dataclasses.replace(
        avatar, face=dataclasses.replace(avatar.face, row=avatar.face.row + len(avatar.vertices))
    )
    save_avatar(broken, tmp_path / "broken.npz")
    with pytest.raises(EngineError, match="do not fit"):
        load_avatar(tmp_path / "broken.npz")
    hidden = dataclasses.replace(avatar, covered=avatar.vertices[:, 1] < 0.6)
    shown = uncover(hidden)
    assert shown.face.row.max() < len(shown.vertices)
    kept = np.linalg.norm(shown.face.dense(len(shown.vertices)), axis=2).max(1)
    assert kept[FACE_SHAPES.index("eyeBlinkLeft")] > 0.005


def test_face_shapes_are_left_out_where_they_are_not_wanted_or_not_there() -> None:
    avatar, heard, _ = rigged(RigConfig(shape_keys=False, face=False))
    assert avatar.face is None and not heard.said
    plain = load_body()
    plain.labels = {}
    avatar, heard, _ = rigged(RigConfig(shape_keys=False), plain)
    assert avatar.face is None and len(heard.said) == 1


def test_face_shapes_between_vertices_are_between_theirs() -> None:
    face = FaceShapes(np.uint8([3, 3]), np.int32([0, 2]), np.float32([[0, 0.02, 0], [0.01, 0, 0]]))
    made = face.carried(np.array([[0, 1, 2], [1, 1, 1]]), np.array([[0.5, 0.25, 0.25], [1, 0, 0]]), 3)
    assert made.row.tolist() == [0] and made.shape.tolist() == [3]
    np.testing.assert_allclose(made.delta, [[0.0025, 0.01, 0]], atol=1e-7)

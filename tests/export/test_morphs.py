"""Face shapes in GLB, read by the specification: sparse morph targets, their names, and their animation."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.export.gltf import Layout, write_glb
from engine.export.scene import Take
from engine.protocol import FACE_SHAPES
from engine.rig import Avatar
from engine.rig.avatar import layered
from engine.rig.face_shapes import FaceShapes
from engine.wardrobe.layers import joined
from tests.export.test_formats import Glb
from tests.export.test_layered_glb import png
from tests.mesh import dressed

WIDTH = {5123: "<u2", 5125: "<u4", 5126: "<f4"}


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    """All shapes move the body's first vertices, the first of them the helmet too."""
    full, bare = joined(dressed.layers()), dressed.mannequin()
    parents = np.int32([-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21])
    helmet = np.flatnonzero(full.vertex_layers == 3)
    row = np.concatenate([np.tile(np.arange(10), 52), helmet])
    shape = np.concatenate([np.repeat(np.arange(52), 10), np.zeros(len(helmet), int)])
    delta = np.random.default_rng(2).normal(0, 0.01, (len(row), 3))
    order = np.lexsort((row, shape))
    face = FaceShapes(shape[order].astype(np.uint8), row[order].astype(np.int32), delta[order].astype(np.float32))
    made = Avatar(full.vertices, full.faces, full.colors, full.weights, bare.joints, parents, **layered(full))
    return dataclasses.replace(made, face=face)


def vectors(glb: Glb, index: int) -> np.ndarray:
    """An accessor (N, 3) of noughts and sparse values."""
    accessor = glb.document["accessors"][index]
    assert accessor["type"] == "VEC3" and accessor["componentType"] == 5126
    assert ("bufferView" in accessor) is False
    found = np.zeros((accessor["count"], 3), np.float32)
    if "sparse" in accessor:
        sparse = accessor["sparse"]

        def read(part: dict[str, Any], kind: int, wide: int) -> np.ndarray:
            view = glb.document["bufferViews"][part["bufferView"]]
            start = view["byteOffset"]
            return np.frombuffer(glb.binary[start : start + view["byteLength"]], WIDTH[kind]).reshape(-1, wide)

        places = read(sparse["indices"], sparse["indices"]["componentType"], 1)[:, 0].astype(int)
        assert (np.diff(places) > 0).all() and len(places) == sparse["count"]
        found[places] = read(sparse["values"], 5126, 3)
    np.testing.assert_allclose(found.min(0), accessor["min"], atol=1e-7)
    np.testing.assert_allclose(found.max(0), accessor["max"], atol=1e-7)
    return found


def test_each_layer_has_the_targets_that_move_it_under_their_names(avatar: Avatar, tmp_path: Path) -> None:
    face = np.zeros((4, 52), np.float32)
    face[:, 3] = [0, 0.5, 1, 0]
    write_glb(tmp_path / "a.glb", avatar, Take(np.zeros((4, 72)), np.zeros((4, 3)), 30.0, face))
    glb = Glb(tmp_path / "a.glb")
    meshes = {mesh["name"]: mesh for mesh in glb.document["meshes"]}
    body, helmet = meshes["Body"], meshes[avatar.layer_names[3]]
    assert body["extras"]["targetNames"] == list(FACE_SHAPES) and helmet["extras"]["targetNames"] == ["browDownLeft"]
    assert all("weights" not in meshes[name] for name in avatar.layer_names[1:3])
    for mesh, number in ((body, 0), (helmet, 3)):
        (primitive,) = mesh["primitives"]
        assert len(primitive["targets"]) == len(mesh["weights"]) == len(mesh["extras"]["targetNames"])
        own = np.unique(avatar.faces[avatar.face_layers == number])
        position = glb.document["accessors"][primitive["attributes"]["POSITION"]]
        for index, target in enumerate(primitive["targets"]):
            moved = vectors(glb, target["POSITION"])
            assert len(moved) == position["count"]
            if len(moved) == len(own):  # no seams
                np.testing.assert_allclose(moved, avatar.face.dense(len(avatar.vertices))[index, own], atol=1e-7)
    (animation,) = glb.document["animations"]
    weights = [channel for channel in animation["channels"] if channel["target"]["path"] == "weights"]
    assert len(weights) == 1 and glb.document["nodes"][weights[0]["target"]["node"]]["name"] == "Body"
    output = glb.document["accessors"][animation["samplers"][weights[0]["sampler"]]["output"]]
    assert output["type"] == "SCALAR" and output["count"] == 4 * 52


def test_the_textured_mesh_has_one_list_of_targets_and_doubled_vertices_move_alike(
    avatar: Avatar, tmp_path: Path
) -> None:
    uvs = np.random.default_rng(1).random((len(avatar.faces), 3, 2)).astype(np.float32)  # every corner is a seam
    picture = png(120, 130, 140)
    write_glb(tmp_path / "g.glb", avatar, layout=Layout(uvs, picture, picture, picture))
    glb = Glb(tmp_path / "g.glb")
    (mesh,) = glb.document["meshes"]
    assert mesh["extras"]["targetNames"] == list(FACE_SHAPES)
    assert {len(primitive["targets"]) for primitive in mesh["primitives"]} == {52}
    body = mesh["primitives"][0]
    faces = avatar.faces[avatar.face_layers == 0]
    times = np.bincount(faces.ravel(), minlength=10)[:10]
    moved = vectors(glb, body["targets"][7]["POSITION"])
    dense = avatar.face.dense(len(avatar.vertices))[7]
    assert (np.abs(moved).max(1) > 0).sum() == times.sum()
    for vertex in range(10):
        assert (np.abs(moved - dense[vertex]).max(1) < 1e-7).sum() == times[vertex]
    trousers = mesh["primitives"][1]
    assert not vectors(glb, trousers["targets"][7]["POSITION"]).any()

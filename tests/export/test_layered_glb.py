"""GLB of an avatar in layers, read by the specification: nodes, materials, one skin; the game mesh with packed maps."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from engine.export.gltf import Layout, strongest, write_glb
from engine.export.scene import Take
from engine.geometry.edges import is_closed
from engine.render.shade import to_linear
from engine.rig import Avatar, pose_avatar, uncover, visible_faces
from engine.rig.avatar import layered
from engine.wardrobe.layers import joined
from tests.export.test_formats import Glb, motion
from tests.mesh import dressed

LAYERS = dressed.layers()


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    full, bare = joined(LAYERS), dressed.mannequin()
    parents = np.int32([-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21])
    uvs = np.random.default_rng(1).random((len(full.faces), 3, 2)).astype(np.float32)
    full = dataclasses.replace(full, uvs=uvs)
    index, strong = strongest(full.weights)
    four = np.zeros_like(full.weights)
    np.add.at(four, (np.arange(len(four))[:, None], index), strong)
    return Avatar(full.vertices, full.faces, full.colors, four, bare.joints, parents, **layered(full))


def png(red: int, green: int, blue: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (2, 2), (red, green, blue)).save(stream, format="PNG")
    return stream.getvalue()


def test_each_layer_is_a_node_with_its_material_on_one_skin(avatar: Avatar, tmp_path: Path) -> None:
    write_glb(tmp_path / "a.glb", avatar)
    document = Glb(tmp_path / "a.glb").document
    shown = [node for node in document["nodes"] if "mesh" in node]
    assert [node["name"] for node in shown] == [layer.name for layer in LAYERS] and len(document["skins"]) == 1
    assert all(node["skin"] == 0 for node in shown)
    assert set(document["scenes"][0]["nodes"]) == {*range(4), document["skins"][0]["skeleton"]}
    assert not set(document["skins"][0]["joints"]) & set(range(4))
    materials = document["materials"]
    for number, layer in enumerate(LAYERS):
        (primitive,) = document["meshes"][shown[number]["mesh"]]["primitives"]
        assert primitive["material"] == number and materials[number]["name"] == layer.name
        surface = materials[number]["pbrMetallicRoughness"]
        assert surface["roughnessFactor"] == pytest.approx(float(layer.roughness.mean()), abs=1e-4)
        assert surface["metallicFactor"] == pytest.approx(float(layer.metallic.mean()), abs=1e-4)
        assert materials[number].get("doubleSided", False) == (not is_closed(layer.faces))


def test_what_is_seen_through_blends(avatar: Avatar, tmp_path: Path) -> None:
    opacity = np.ones(len(avatar.vertices), np.float32)
    opacity[avatar.faces[avatar.face_layers == 1]] = 0.5
    write_glb(tmp_path / "a.glb", dataclasses.replace(avatar, opacity=opacity))
    glb = Glb(tmp_path / "a.glb")
    modes = [material.get("alphaMode", "OPAQUE") for material in glb.document["materials"]]
    assert modes == ["OPAQUE", "BLEND", "OPAQUE", "OPAQUE"]
    alphas = [glb.array(mesh["primitives"][0]["attributes"]["COLOR_0"])[:, 3].mean() for mesh in glb.document["meshes"]]
    np.testing.assert_allclose(alphas, [1, 0.5, 1, 1], atol=1e-4)


def test_arrays_of_layers_are_theirs_and_move(avatar: Avatar, tmp_path: Path) -> None:
    poses, trans = motion()
    write_glb(tmp_path / "a.glb", avatar, Take(poses.reshape(-1, 72), trans, 25.0))
    glb = Glb(tmp_path / "a.glb")
    assert glb.document["animations"][0]["channels"][0]["target"]["node"] == 4
    for number, mesh in enumerate(glb.document["meshes"]):
        attributes = mesh["primitives"][0]["attributes"]
        counts = {glb.document["accessors"][index]["count"] for index in attributes.values()}
        faces = glb.array(mesh["primitives"][0]["indices"]).reshape(-1, 3)
        assert len(counts) == 1 and faces.max() + 1 == counts.pop()
        own = avatar.face_layers == number
        positions, colors = glb.array(attributes["POSITION"]), glb.array(attributes["COLOR_0"])[:, :3]
        np.testing.assert_allclose(positions[faces], avatar.vertices[avatar.faces[own]], atol=1e-6)
        np.testing.assert_allclose(colors[faces], to_linear(avatar.colors)[avatar.faces[own]], atol=2e-5)
        np.testing.assert_allclose(
            glb.array(attributes["TEXCOORD_0"])[faces] * [1, -1] + [0, 1], avatar.uvs[own], atol=1e-6
        )
        if number == 0:
            body = pose_avatar(avatar, poses, trans)[3][avatar.faces[own]]
            np.testing.assert_allclose(glb.pose(3 / 25.0)[faces], body, atol=1e-4)
    scene = trimesh.load(tmp_path / "a.glb", process=False)
    assert sorted(scene.geometry) == sorted(layer.name for layer in LAYERS)


def test_a_game_mesh_is_one_node_with_a_primitive_a_layer_and_one_packed_map(avatar: Avatar, tmp_path: Path) -> None:
    layout = Layout(avatar.uvs, png(9, 9, 9), png(128, 128, 255), png(200, 150, 30))
    write_glb(tmp_path / "a.glb", avatar, layout=layout)
    glb = Glb(tmp_path / "a.glb")
    (mesh,) = glb.document["meshes"]
    assert [node["mesh"] for node in glb.document["nodes"] if "mesh" in node] == [0]
    assert [primitive["material"] for primitive in mesh["primitives"]] == [0, 1, 2, 3]
    assert sum(glb.document["accessors"][p["indices"]]["count"] for p in mesh["primitives"]) == avatar.faces.size
    assert len(glb.document["images"]) == 3
    for number, material in enumerate(glb.document["materials"]):
        surface = material["pbrMetallicRoughness"]
        assert material["occlusionTexture"] == surface["metallicRoughnessTexture"] == {"index": 2}
        assert surface["metallicFactor"] == surface["roughnessFactor"] == 1
        assert material["name"] == LAYERS[number].name
    tangent = glb.array(mesh["primitives"][2]["attributes"]["TANGENT"])
    normal = glb.array(mesh["primitives"][2]["attributes"]["NORMAL"])
    assert np.abs((tangent[:, :3] * normal).sum(1)).max() < 1e-5 and set(np.unique(tangent[:, 3])) <= {-1.0, 1.0}
    view = glb.document["bufferViews"][glb.document["images"][2]["bufferView"]]
    stored = glb.binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    assert Image.open(io.BytesIO(stored)).getpixel((0, 0)) == (200, 150, 30)


def test_covered_faces_are_left_out_of_files_and_pictures(avatar: Avatar) -> None:
    shown, less = visible_faces(avatar), uncover(avatar)
    assert (~shown).sum() > 0 and (avatar.face_layers[~shown] == 0).all()
    assert len(less.faces) == shown.sum() and len(np.unique(less.faces)) == len(less.vertices)
    np.testing.assert_array_equal(less.vertices[less.faces], avatar.vertices[avatar.faces[shown]])
    np.testing.assert_array_equal(less.face_layers, avatar.face_layers[shown])
    np.testing.assert_array_equal(less.uvs, avatar.uvs[shown])
    np.testing.assert_array_equal(less.roughness[less.faces], avatar.roughness[avatar.faces[shown]])
    bare = dataclasses.replace(avatar, covered=None)
    assert visible_faces(bare).all() and uncover(bare) is bare

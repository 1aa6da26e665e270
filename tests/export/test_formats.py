"""PLY and GLB, read again by independent readers."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image
from scipy.spatial.transform import Rotation, Slerp

from engine.body import load_body
from engine.export.bvh import write_bvh
from engine.export.glb import layout_of
from engine.export.gltf import Layout, quaternions, renew_animation, strongest, write_glb
from engine.export.lods import levels_of
from engine.export.obj import write_obj
from engine.export.ply import write_ply
from engine.export.scene import Take
from engine.geometry.skinning import bone_transforms
from engine.protocol import JOINT_NAMES, PARENTS
from engine.render.shade import to_linear
from engine.rig import Avatar, pose_avatar
from tests.export import figures

RNG = np.random.default_rng(5)
BODY = load_body()
TYPES = {5126: "<f4", 5121: "u1", 5123: "<u2", 5125: "<u4"}
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def avatar() -> Avatar:
    """The open body in random colours with at most four influences."""
    joints, weights = strongest(BODY.weights)
    four = np.zeros_like(BODY.weights)
    np.add.at(four, (np.arange(len(four))[:, None], joints), weights)
    betas = np.full(BODY.num_betas, 0.3)
    colors = RNG.uniform(size=BODY.template.shape).astype(np.float32)
    parents = BODY.parents.astype(np.int32)
    return Avatar(BODY.rest_vertices(betas), BODY.faces, colors, four, BODY.rest_joints(betas), parents)


def motion(frames: int = 7) -> tuple[np.ndarray, np.ndarray]:
    poses = np.cumsum(RNG.normal(0, 0.15, (frames, 24, 3)), axis=0).astype(np.float32)
    return poses, RNG.normal(0, 0.2, (frames, 3)).astype(np.float32)


class Glb:
    """A reader that follows the glTF specification and nothing else."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length = struct.unpack("<4sII", data[:12])
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack("<I4s", data[12:20])
        assert kind == b"JSON" and size % 4 == 0
        self.document: dict[str, Any] = json.loads(data[20 : 20 + size])
        rest, kind = struct.unpack("<I4s", data[20 + size : 28 + size])
        assert kind == b"BIN\0" and rest % 4 == 0
        self.binary = data[28 + size :]

    def array(self, index: int) -> np.ndarray:
        accessor = self.document["accessors"][index]
        view = self.document["bufferViews"][accessor["bufferView"]]
        kind, width = np.dtype(TYPES[accessor["componentType"]]), SIZES[accessor["type"]]
        assert view["byteLength"] == accessor["count"] * width * kind.itemsize and view["byteOffset"] % 4 == 0
        values = np.frombuffer(self.binary, kind, accessor["count"] * width, view["byteOffset"])
        if accessor.get("normalized"):
            values = values / np.iinfo(kind).max
        return values.reshape(accessor["count"], width)

    def pose(self, time: float) -> np.ndarray:
        """Vertices at a time, by the specification's node transforms and skinning."""
        nodes = self.document["nodes"]
        rotation = {i: Rotation.identity() for i in range(len(nodes))}
        translation = {i: np.array(node.get("translation", (0, 0, 0)), float) for i, node in enumerate(nodes)}
        animation = self.document["animations"][0]
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            times, values = self.array(sampler["input"])[:, 0], self.array(sampler["output"])
            node = channel["target"]["node"]
            if channel["target"]["path"] == "rotation":
                rotation[node] = Slerp(times, Rotation.from_quat(values))(min(time, float(times[-1])))
            else:
                translation[node] = np.array([np.interp(time, times, values[:, k]) for k in range(3)])
        world = {}

        def visit(node: int, parent: np.ndarray) -> None:
            local = np.eye(4)
            local[:3, :3], local[:3, 3] = rotation[node].as_matrix(), translation[node]
            world[node] = parent @ local
            for child in nodes[node].get("children", []):
                visit(child, world[node])

        for root in self.document["scenes"][0]["nodes"]:
            visit(root, np.eye(4))
        skin = self.document["skins"][0]
        bind = self.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
        matrices = np.stack([world[node] @ bind[k] for k, node in enumerate(skin["joints"])])
        attributes = self.document["meshes"][0]["primitives"][0]["attributes"]
        joints, weights = self.array(attributes["JOINTS_0"]), self.array(attributes["WEIGHTS_0"])
        points = np.c_[self.array(attributes["POSITION"]), np.ones(len(joints))]
        return np.einsum("vk,vkij,vj->vi", weights, matrices[joints], points)[:, :3]


def test_ply_is_read_by_trimesh(tmp_path: Path) -> None:
    a = avatar()
    write_ply(tmp_path / "a.ply", a.vertices, a.faces, a.colors)
    mesh = trimesh.load(tmp_path / "a.ply", process=False)
    np.testing.assert_array_equal(mesh.vertices.astype(np.float32), a.vertices)
    np.testing.assert_array_equal(mesh.faces, a.faces)
    np.testing.assert_allclose(mesh.visual.vertex_colors[:, :3] / 255.0, a.colors, atol=0.5 / 255 + 1e-6)


def test_glb_moves_as_numpy_says_at_and_between_frames(tmp_path: Path) -> None:
    a, (poses, trans) = avatar(), motion()
    write_glb(tmp_path / "a.glb", a, Take(poses.reshape(-1, 72), trans, 25.0))
    glb = Glb(tmp_path / "a.glb")
    expected = pose_avatar(a, poses, trans)
    for frame in (0, 3, 6):
        np.testing.assert_allclose(glb.pose(frame / 25.0), expected[frame], atol=1e-5)
    halfway = Slerp([0, 1], Rotation.from_rotvec(np.stack((poses[2, 16], poses[3, 16]))))(0.5).as_rotvec()
    between = poses[2:3].copy()
    for joint in range(24):
        both = Rotation.from_rotvec(np.stack((poses[2, joint], poses[3, joint])))
        between[0, joint] = Slerp([0, 1], both)(0.5).as_rotvec()
    np.testing.assert_allclose(between[0, 16], halfway, atol=1e-6)
    middle = pose_avatar(a, between, trans[2:4].mean(0, keepdims=True))[0]
    np.testing.assert_allclose(glb.pose(2.5 / 25.0), middle, atol=1e-5)


def test_glb_has_linear_colours_names_and_hierarchy(tmp_path: Path) -> None:
    a = avatar()
    write_glb(tmp_path / "a.glb", a)
    glb = Glb(tmp_path / "a.glb")
    assert "animations" not in glb.document
    attributes = glb.document["meshes"][0]["primitives"][0]["attributes"]
    np.testing.assert_allclose(glb.array(attributes["COLOR_0"])[:, :3], to_linear(a.colors), atol=1 / 65535)
    np.testing.assert_allclose(glb.array(attributes["WEIGHTS_0"]).sum(1), 1.0, atol=1e-6)
    nodes, joints = glb.document["nodes"], glb.document["skins"][0]["joints"]
    assert [nodes[j]["name"] for j in joints] == list(JOINT_NAMES)
    for child, parent in enumerate(a.parents):
        if parent >= 0:
            assert joints[child] in nodes[joints[parent]]["children"]
    scene = trimesh.load(tmp_path / "a.glb", process=False)
    mesh = next(iter(scene.geometry.values()))
    np.testing.assert_allclose(mesh.vertices, a.vertices, atol=1e-6)


def layout(faces: np.ndarray) -> Layout:
    """Each triangle by itself in the square, and a texture of four colours."""
    uvs = RNG.uniform(size=(len(faces), 3, 2)).astype(np.float32)
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, 0] = 255, 0, 0
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, format="PNG")
    return Layout(uvs, stream.getvalue(), stream.getvalue(), stream.getvalue())


def test_glb_with_textures_moves_alike_and_shows_them(tmp_path: Path) -> None:
    a, (poses, trans) = avatar(), motion()
    placed = layout(a.faces)
    write_glb(tmp_path / "a.glb", a, Take(poses.reshape(-1, 72), trans, 25.0), layout=placed)
    glb = Glb(tmp_path / "a.glb")
    primitive = glb.document["meshes"][0]["primitives"][0]
    attributes = primitive["attributes"]
    faces = glb.array(primitive["indices"]).reshape(-1, 3)
    np.testing.assert_allclose(glb.pose(3 / 25.0)[faces], pose_avatar(a, poses, trans)[3][a.faces], atol=1e-5)
    uvs = glb.array(attributes["TEXCOORD_0"])[faces]
    np.testing.assert_allclose(uvs * [1, -1] + [0, 1], placed.uvs, atol=1e-6)  # glTF counts v from the top
    assert "COLOR_0" not in attributes  # it would be multiplied with the texture
    colors = glb.array(attributes["_COLOR_0"])[faces][..., :3]
    np.testing.assert_allclose(colors, to_linear(a.colors)[a.faces], atol=2e-5)
    scene = trimesh.load(tmp_path / "a.glb", process=False)
    material = next(iter(scene.geometry.values())).visual.material
    packed = material.occlusionTexture, material.metallicRoughnessTexture
    for picture in (material.baseColorTexture, material.normalTexture, *packed):
        assert picture.size == (2, 2) and picture.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_obj_is_read_by_trimesh(tmp_path: Path) -> None:
    a = avatar()
    placed = layout(a.faces)
    (tmp_path / "color.png").write_bytes(placed.color)
    write_obj(tmp_path / "a.obj", a.vertices, a.faces, placed.uvs, a.colors)
    mesh = trimesh.load(tmp_path / "a.obj", process=False)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], a.vertices[a.faces], atol=1e-5)
    np.testing.assert_allclose(mesh.visual.uv[mesh.faces], placed.uvs, atol=1e-5)
    assert mesh.visual.material.image.getpixel((0, 0))[:3] == (255, 0, 0)


def bvh_positions(path: Path) -> tuple[list[str], np.ndarray, float]:
    """Joint names, positions (T, J, 3) in centimetres and seconds a frame, by BVH's definition and nothing else."""
    head, body = path.read_text().split("MOTION\n")
    names: list[str] = []
    offsets: list[np.ndarray] = []
    parents: list[int] = []
    channels: list[list[str]] = []
    stack: list[int] = []
    skipping = False
    for words in (line.split() for line in head.splitlines()):
        if words[0] in ("ROOT", "JOINT"):
            names.append(words[1])
            parents.append(stack[-1] if stack else -1)
            stack.append(len(names) - 1)
        elif words[0] == "End":
            skipping = True
        elif words[0] == "OFFSET" and not skipping:
            offsets.append(np.array(words[1:], float))
        elif words[0] == "CHANNELS":
            assert len(words) == int(words[1]) + 2
            channels.append(words[2:])
        elif words[0] == "}":
            if skipping:
                skipping = False
            else:
                stack.pop()
    rows = np.array([line.split() for line in body.splitlines()[2:]], float)
    assert len(rows) == int(body.splitlines()[0].split()[1]) and rows.shape[1] == sum(map(len, channels))
    result = np.zeros((len(rows), len(names), 3))
    for frame, row in enumerate(rows):
        values = iter(row)
        turns: list[Rotation] = []
        for joint, kinds in enumerate(channels):
            read = {kind: next(values) for kind in kinds}
            order = "".join(kind[0] for kind in kinds if kind.endswith("rotation"))
            turn = Rotation.from_euler(order, [read[f"{axis}rotation"] for axis in order], degrees=True)
            parent = parents[joint]
            place = offsets[joint] + np.array([read.get(f"{axis}position", 0.0) for axis in "XYZ"])
            result[frame, joint] = place if parent < 0 else result[frame, parent] + turns[parent].apply(place)
            turns.append(turn if parent < 0 else turns[parent] * turn)
    return names, result, float(body.splitlines()[1].split()[2])


def test_bvh_joints_are_where_smpl_has_them(tmp_path: Path) -> None:
    a, (poses, trans) = avatar(), motion()
    write_bvh(tmp_path / "a.bvh", a.joints, poses.reshape(-1, 72), trans, 25.0)
    names, found, seconds = bvh_positions(tmp_path / "a.bvh")
    transforms = bone_transforms(a.joints.astype(np.float64), poses.astype(np.float64), PARENTS)
    rotated = np.einsum("tjik,jk->tji", transforms[..., :3, :3], a.joints)
    true = rotated + transforms[..., :3, 3] + trans[:, None]
    order = [JOINT_NAMES.index(name) for name in names]
    np.testing.assert_allclose(found / 100.0, true[:, order], atol=1e-5)
    assert sorted(order) == list(range(24)) and seconds == pytest.approx(0.04)


def test_quaternions_never_jump_to_the_other_hemisphere() -> None:
    spin = np.zeros((80, 1, 3))
    spin[:, 0, 1] = np.linspace(0, 4 * np.pi, 80)
    wrapped = Rotation.from_rotvec(spin[:, 0]).as_rotvec()[:, None]  # the usual axis-angle, which jumps at pi
    result = quaternions(wrapped)
    assert ((result[1:] * result[:-1]).sum(-1) > 0.9).all()
    same = Rotation.from_quat(result[:, 0]) * Rotation.from_rotvec(spin[:, 0]).inv()
    np.testing.assert_allclose(same.magnitude(), 0.0, atol=1e-6)


@pytest.mark.parametrize("writer", ["ply", "glb"])
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, writer: str) -> None:
    a = avatar()
    path = tmp_path / "missing" / f"a.{writer}"
    with pytest.raises(OSError):
        if writer == "ply":
            write_ply(path, a.vertices, a.faces, a.colors)
        else:
            write_glb(path, a)
    assert not list(tmp_path.iterdir())


def test_another_animation_in_an_old_file_is_as_if_it_were_written_anew(tmp_path: Path) -> None:
    figure, (first, second) = avatar(), ((motion(9), 25.0), (motion(5), 30.0))
    picture = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(picture, format="PNG")
    layouts = (None, Layout(RNG.uniform(size=(len(figure.faces), 3, 2)), *[picture.getvalue()] * 3))
    for number, layout in enumerate(layouts):
        old, renewed, anew = (tmp_path / f"{name}{number}.glb" for name in ("old", "renewed", "anew"))
        for path, ((poses, trans), fps) in ((old, first), (anew, second)):
            write_glb(path, figure, Take(poses, trans, fps), layout=layout)
        (poses, trans), fps = second
        renew_animation(old, renewed, figure.joints, Take(poses, trans, fps))
        assert renewed.read_bytes() == anew.read_bytes()
        write_glb(old, figure, layout=layout)  # one that stood still
        renew_animation(old, renewed, figure.joints, Take(poses, trans, fps))
        assert renewed.read_bytes() == anew.read_bytes()


def test_levels_of_detail_share_vertices_skin_and_textures(tmp_path: Path) -> None:
    """Their indices give the levels' triangles; the scene shows the full mesh alone."""
    scene = figures.scene("child", tmp_path / "textures")
    lower = levels_of(scene.game, (900, 300))
    write_glb(tmp_path / "a.glb", scene.game, scene.take, layout=replace(layout_of(scene), lower=lower))
    glb = Glb(tmp_path / "a.glb")
    nodes, meshes = glb.document["nodes"], glb.document["meshes"]
    ids = nodes[0]["extensions"]["MSFT_lod"]["ids"]
    assert [nodes[k]["name"] for k in ids] == ["Avatar_LOD1", "Avatar_LOD2"] == [m["name"] for m in meshes[1:]]
    assert not set(ids) & set(glb.document["scenes"][0]["nodes"])
    for level, number in zip(lower, ids):
        assert nodes[number]["skin"] == 0
        primitives = meshes[nodes[number]["mesh"]]["primitives"]
        corners, spots = [], []
        for primitive in primitives:
            index = glb.array(primitive["indices"])[:, 0].astype(int)
            corners.append(glb.array(primitive["attributes"]["POSITION"])[index])
            spots.append(glb.array(primitive["attributes"]["TEXCOORD_0"])[index])
        order = np.argsort(scene.game.face_layers[level.of], kind="stable")
        np.testing.assert_allclose(
            np.concatenate(corners).reshape(-1, 3, 3), scene.game.vertices[level.faces[order]], atol=1e-6
        )
        np.testing.assert_allclose(
            np.concatenate(spots).reshape(-1, 3, 2) * [1, -1] + [0, 1], level.uvs[order], atol=1e-6
        )
    targets = [
        c["target"]["node"] for c in glb.document["animations"][0]["channels"] if c["target"]["path"] == "weights"
    ]
    assert targets == [0, *ids]


def test_layers_apart_have_levels_of_their_own(tmp_path: Path) -> None:
    """All of them together have a level's triangles, but for layers of which it has none: these stay as they were."""
    scene = figures.scene("child", tmp_path / "textures")
    lower = levels_of(scene.game, (900, 300))
    write_glb(tmp_path / "a.glb", scene.game, layout=replace(layout_of(scene), lower=lower), apart=True)
    glb = Glb(tmp_path / "a.glb")
    nodes, meshes = glb.document["nodes"], glb.document["meshes"]

    def triangles(node: int) -> int:
        (primitive,) = meshes[nodes[node]["mesh"]]["primitives"]
        return glb.document["accessors"][primitive["indices"]]["count"] // 3

    layers = scene.game.face_layers
    for number, layer in enumerate(np.unique(layers)):
        name = scene.game.layer_names[layer]
        ids = nodes[number]["extensions"]["MSFT_lod"]["ids"]
        assert [nodes[k]["name"] for k in (number, *ids)] == [name, f"{name}_LOD1", f"{name}_LOD2"]
        own = [int((layers == layer).sum())]
        for level in lower:
            own.append(int((layers[level.of] == layer).sum()) or own[-1])
        assert [triangles(k) for k in (number, *ids)] == own

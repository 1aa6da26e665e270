"""Render training figures: ``python -m engine.training.perceptor.figures SHAPES.npz OUT_DIR --seed N``.

Each figure is a body in a look in a pose, seen by three cameras; what is stored is albedo, normal and mask, so that
light, background and noise are drawn anew each time the trainer sees it, and which part of the look and which place of
the body each pixel shows. Shards of 500 figures, written atomically.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from engine.body import load_body, stand_pose
from engine.geometry.skinning import bone_transforms
from engine.motion.candidates import load_pose_codes
from engine.motion.matcher import concepts
from engine.protocol import PARENTS, write_atomically
from engine.render.camera import Camera
from engine.render.raycast import GBuffer, MeshRaycaster
from engine.shape import bodies
from engine.training.perceptor import grammar
from engine.wardrobe.attribute_space import PROBES, pose_attributes
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Look, Shape
from engine.wardrobe.parts import PARTS, part_labels
from engine.wardrobe.props import props_of

SIZE = 64
"""Side of the stored pictures, each pixel the mean of two by two rays."""
MAP = 32
"""Side of the maps of parts and regions."""
VIEWS = 3
NAMED = ("gender", "age", "muscle", "weight", "height")
"""Phenotypes that the words of the grammar name."""
SHARD = 500
POSED = 0.25
"""Share of figures in a captured pose; the others stand as the avatar does when it is judged."""


class ShapeSpace:
    """Bodies of the grammar's shapes, as different in all else (race, proportions, cup size) as people are.

    What the words name comes from the table of bodies; how the rest changes a body, from kernel ridge regression over
    sampled phenotypes.
    """

    def __init__(self, shapes_file: Path, width: float = 0.9, ridge: float = 1e-3) -> None:
        data = np.load(shapes_file)
        self.bodies = bodies.bundled()
        self.names = [str(name) for name in data["names"]]
        scale = np.array([2.0 if name in NAMED else 0.7 for name in self.names])
        self.scale, self.width = scale / 2.0, width
        self.centers = data["phenotypes"] * self.scale
        kernel = self._kernel(self.centers)
        self.coefficients = np.linalg.solve(kernel + ridge * np.eye(len(kernel)), data["betas"])

    def _kernel(self, points: NDArray) -> NDArray:
        return np.exp(-cdist(points, self.centers, "sqeuclidean") / (2 * self.width**2))

    def betas(self, shape: Shape, rng: np.random.Generator, typical: bool = False) -> NDArray:
        """(S,) of one shape; what the grammar does not name is random, or ``typical``: less so."""
        free = 0.5 + rng.uniform(-0.5, 0.5, len(self.names)) * (0.4 if typical else 1.0)
        values = np.stack([free, np.full(len(self.names), 0.5)])
        values[:, [self.names.index(name) for name in NAMED]] = 0.5
        values[:, self.names.index("gender")] = (1 - shape.gender) / 2
        values[:, self.names.index("age")] = np.interp(2 * shape.age - 1, bodies.AGES, bodies.ANNY_AGES)
        one, mean = self._kernel(values * self.scale) @ self.coefficients
        return self.bodies.betas(shape.numbers()) + one - mean


@dataclass
class Figure:
    """One figure's stored pictures and attributes."""

    albedo: NDArray[np.uint8]  # (VIEWS, SIZE, SIZE, 3)
    normal: NDArray[np.int8]  # (VIEWS, SIZE, SIZE, 2), camera frame (right, up); the third part points to the camera
    mask: NDArray[np.uint8]  # (VIEWS, SIZE, SIZE) cover, 255 for whole
    part: NDArray[np.uint8]  # (VIEWS, MAP, MAP) 0 for background, else 1 + index into `PARTS`
    region: NDArray[np.uint8]  # (VIEWS, MAP, MAP) 0 for background, else 1 + the nearest of the left half's probes
    shape: NDArray[np.float32]  # (5,) height, weight, muscle, age, gender
    pose: NDArray[np.float32]  # of `pose_attributes`
    views: list[str]
    caption: str
    negatives: list[str]
    kind: str
    look: Look


def body_camera(vertices: NDArray, view: str, rng: np.random.Generator) -> Camera:
    """A random camera on the whole figure, or a part of it; every third one metric, so that size can be seen."""
    low, high = vertices[:, 1].min(), vertices[:, 1].max()
    azimuth = 180 + rng.normal(0, 35) if view == "back" else rng.normal(0, 40)
    if view == "side":
        azimuth = rng.uniform(90, 270)
    fov = 35.0
    if rng.random() < 0.35:
        covered, target_y = 2.3, low + 0.95  # metres of the standard picture; the same for the shape stage
    else:
        height = high - low
        covered = height * rng.uniform(1.05, 1.4) if rng.random() < 0.85 else height * rng.uniform(0.45, 0.9)
        room = max(height - covered, 0.0) / 2
        target_y = (low + high) / 2 + rng.uniform(-1, 1) * (room + 0.06 * height)
    distance = covered / 2 / np.tan(np.radians(fov / 2))
    center = vertices.mean(0)
    target = np.array([center[0] + rng.normal(0, 0.04), target_y, center[2]])
    return Camera.orbit(target, distance, azimuth, rng.normal(0, 12), fov, 2 * SIZE)


def face_camera(head: NDArray, scale: float, rng: np.random.Generator) -> Camera:
    """A close-up of the head from the front."""
    covered = rng.uniform(0.30, 0.50) * scale
    target = head + np.array([rng.normal(0, 0.015), 0.035 + rng.normal(0, 0.02), 0.03]) * scale
    distance = covered / 2 / np.tan(np.radians(35 / 2))
    return Camera.orbit(target, distance, rng.normal(0, 28), rng.normal(0, 10), 35.0, 2 * SIZE)


def view_names(view: str, rng: np.random.Generator) -> list[str]:
    """The views to render for a caption that speaks of ``view``."""
    if view == "face":
        return ["face", "face", "face"]
    if view == "back":
        return ["back", "back", "back"]
    return ["body", "body", "side" if rng.random() < 0.7 else "face"]


def regions(canonical: NDArray) -> NDArray[np.uint8]:
    """(N,) 1 + the index of the probe that canonical points (N, 3) are nearest to, left and right alike."""
    places = np.concatenate([np.abs(canonical[:, :1]), canonical[:, 1:]], 1)
    nearest: NDArray[np.uint8] = (1 + cdist(places, PROBES).argmin(1)).astype(np.uint8)
    return nearest


class Studio:
    """Makes figures."""

    def __init__(self, shapes_file: Path, seed: int) -> None:
        self.body = load_body()
        self.wardrobe = Wardrobe(self.body)
        self.space = ShapeSpace(shapes_file)
        self.poses, self.pose_captions = labelled_poses()
        self.skin_regions = regions(self.wardrobe.canonical)
        self.rng = np.random.default_rng(seed)

    def figure(self) -> Figure:
        """One random figure."""
        rng = self.rng
        sample = grammar.sample(rng)
        negatives = [grammar.hard_negative(sample, rng) for _ in range(3)]
        dressed = self.wardrobe.dress(sample.look, self.space.betas(sample.shape, rng))
        pose, caption, kind = stand_pose(), sample.caption, sample.kind
        names = view_names(sample.view, rng)
        if rng.random() < POSED:
            index = int(rng.integers(len(self.poses)))
            pose = self.poses[index].copy()
            if sample.view == "body" and rng.random() < 0.6:
                caption, negatives = self._motion_caption(index), [self._motion_caption() for _ in range(3)]
                kind, names = "motion", ["body", "body", "side"]
        vertices = dressed.posed(pose)
        posed_joints = bone_transforms(dressed.joints, pose[None].astype(np.float32), PARENTS)[0]
        joints = np.einsum("jab,jb->ja", posed_joints[:, :3, :3], dressed.joints) + posed_joints[:, :3, 3]
        labels = self._labels(sample.look)
        caster = MeshRaycaster(vertices, dressed.faces)
        scale = float(np.linalg.norm(dressed.joints[15] - dressed.joints[12])) / 0.105
        views = []
        for name in names:
            camera = face_camera(joints[15], np.clip(scale, 0.5, 1.4), rng) if name == "face" else None
            camera = camera or body_camera(vertices, name, rng)
            views.append(_view(caster, camera, dressed.faces, dressed.colors, *labels))
        shape = sample.shape
        numbers = shape.numbers()
        albedo, normal, mask, part, region = (np.stack(column) for column in zip(*views))
        return Figure(
            albedo,
            normal,
            mask,
            part,
            region,
            numbers,
            pose_attributes(joints[None])[0],
            names,
            caption,
            negatives,
            kind,
            sample.look,
        )

    def _labels(self, look: Look) -> tuple[NDArray, NDArray]:
        """(V,) part and region of every vertex of the dressed body, as `Figure` stores them."""
        props = props_of(look)
        part = [1 + part_labels(look, self.wardrobe.canonical)]
        part += [np.full(len(prop.vertices), 1 + PARTS.index(prop.part), np.uint8) for prop in props]
        return np.concatenate(part), np.concatenate([self.skin_regions, *(regions(prop.vertices) for prop in props)])

    def _motion_caption(self, index: int | None = None) -> str:
        index = int(self.rng.integers(len(self.poses))) if index is None else index
        return motion_caption(self.pose_captions[index], self.rng)


MOTION_TEMPLATES = ("a rendered 3d man is {}", "a person is {}", "{}", "someone {}")


def motion_caption(texts: list[str], rng: np.random.Generator) -> str:
    """One of a pose's texts in a template."""
    return str(rng.choice(MOTION_TEMPLATES)).format(str(rng.choice(texts)))


def labelled_poses() -> tuple[NDArray, list[list[str]]]:
    """The pose codebook's poses (N, 24, 3), root upright, with the texts of the movement each stands for best."""
    codes = load_pose_codes()
    texts = {concept.name: list(concept.texts) for concept in concepts()}
    best = [max(names, key=names.__getitem__) if names else None for names in codes.movements]
    kept = [index for index, name in enumerate(best) if name in texts]
    return codes.prior.poses(codes.latents[kept]), [texts[str(best[index])] for index in kept]


def _view(
    caster: MeshRaycaster, camera: Camera, faces: NDArray, colors: NDArray, part: NDArray, region: NDArray
) -> tuple[NDArray, ...]:
    """Albedo, normal, mask, part and region of one view."""
    hits, (right, up, forward) = caster.cast(camera), camera.axes()
    axes = np.stack([right, up, -forward], 1)
    return (albedo_of(hits, faces, colors), *form_of(hits, axes, faces, part, region))


def albedo_of(hits: GBuffer, faces: NDArray, colors: NDArray) -> NDArray[np.uint8]:
    """(SIZE, SIZE, 3) of one view, as `Figure` has it."""
    seen: NDArray[np.uint8] = (_mean(hits, hits.interpolate(faces, colors)) * 255).round().clip(0, 255).astype(np.uint8)
    return seen


def form_of(hits: GBuffer, axes: NDArray, faces: NDArray, part: NDArray, region: NDArray) -> tuple[NDArray, ...]:
    """Normal, mask, part and region of one view, as `Figure` has them; ``axes`` (3, 3): the camera's right, up and
    back as columns."""
    step = 2 * SIZE // MAP
    corner = faces[hits.face[1::step, 1::step].clip(0), hits.bary[1::step, 1::step].argmax(-1)]
    seen = hits.mask[1::step, 1::step]
    cover = hits.mask.reshape(SIZE, 2, SIZE, 2).mean((1, 3))
    return (
        (_mean(hits, (hits.normal @ axes)[..., :2]) * 127).round().clip(-127, 127).astype(np.int8),
        (cover * 255).round().astype(np.uint8),
        np.where(seen, part[corner], 0).astype(np.uint8),
        np.where(seen, region[corner], 0).astype(np.uint8),
    )


def _mean(hits: GBuffer, values: NDArray) -> NDArray:
    """(SIZE, SIZE, K) of values (2 SIZE, 2 SIZE, K) where something is hit."""
    cover = hits.mask.reshape(SIZE, 2, SIZE, 2).astype(np.float32)
    total: NDArray = (values.reshape(SIZE, 2, SIZE, 2, -1) * cover[..., None]).sum((1, 3))
    return total / np.maximum(cover.sum((1, 3)), 1)[..., None]


def pack(figures: list[Figure]) -> bytes:
    """One shard as bytes: stacked arrays and lists."""
    arrays = ("albedo", "normal", "mask", "part", "region", "shape", "pose")
    shard: dict = {name: np.stack([getattr(f, name) for f in figures]) for name in arrays}
    shard |= {name: [getattr(f, name) for f in figures] for name in ("views", "caption", "negatives", "kind", "look")}
    return pickle.dumps(shard)


def write_shards(description: str | None, figures_of: Callable[[Path, int], Iterator[Figure]]) -> None:
    """The command line of a program that renders figures: shards of them, until stopped or ``--shards`` are there.

    Args:
        description: what the program says of itself.
        figures_of: figures without an end, of the shapes' file and the seed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("shapes", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shards", type=int, default=100)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    figures = figures_of(arguments.shapes, arguments.seed)
    for index in range(arguments.shards):
        start = time.time()
        shard = pack(list(islice(figures, SHARD)))
        write_atomically(arguments.out / f"{arguments.seed:03d}_{index:04d}.pkl", shard)
        print(f"shard {index}: {time.time() - start:.1f} s", flush=True)


def _sketched(shapes: Path, seed: int) -> Iterator[Figure]:
    studio = Studio(shapes, seed)
    while True:
        yield studio.figure()


if __name__ == "__main__":
    write_shards(__doc__, _sketched)

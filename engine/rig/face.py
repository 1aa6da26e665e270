"""Face shapes: how a smile, a blink or an open mouth moves each layer of an avatar.

The open body brings Apple's 52 shapes for a standard face (`engine.body.face`). They are scaled to the avatar's head,
its lids fitted to its eyeballs, and carried to all that belongs to the face: eyeballs turn, lower teeth follow the
jaw, hairs follow their roots, and what lies on the face the skin beneath it. Directions of the face space are carried
likewise, as keys that make another face. The head does not turn between the pose of sculpting and the T-pose, so
displacements hold in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.body import Body
from engine.body.face import JAW, load_face, load_face_space
from engine.geometry.edges import pieces
from engine.protocol import FACE_FEATURES, FACE_SHAPES
from engine.render.raycast import MeshRaycaster
from engine.rig.face_shapes import LEAST, FaceShapes
from engine.rig.lids import closed
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.eyes import eyeball, has_eyes
from engine.wardrobe.head.face import split_face
from engine.wardrobe.head.frame import Head
from engine.wardrobe.head.mouth import BORDER, MOUTH, TEETH, has_mouth, mouth_points, parted, teeth
from engine.wardrobe.layers import BODY, Joined, Mannequin

Floats = NDArray[np.float32]
LOOK = {"Down": (24.0, 0.0), "Up": (-20.0, 0.0), "In": (0.0, -28.0), "Out": (0.0, 28.0)}
"""Degrees by which an eyeball turns downwards and outwards. Set by hand."""
LEAST_OF_HAIR = 0.0006
"""Metres: shorter displacements of hairs are left out; of the rest those shorter than `face_shapes.LEAST`. Set by
hand."""
TOUCHES, BEYOND = 0.004, 0.03
"""Metres off the skin within which a thing follows it wholly, and from which on not at all. Set by hand."""
STIFF = frozenset({"metal", "painted_metal", "plastic", "wood", "stone", "mail"})
"""Materials whose pieces move as a whole."""
LOCK = 600
"""Vertices that a lock of hair has at most; larger pieces follow the skin point by point. Set by hand."""
WITH_TONGUE = {"jawOpen": 0.35, "mouthLowerDownLeft": 0.5, "mouthLowerDownRight": 0.5}
"""By how much other shapes go with `tongueOut`, so that it does not go through closed lips. Set by hand."""


def face_shapes(layers: Joined, body: Body, betas: NDArray, features: bool = False) -> FaceShapes | None:
    """The face shapes of an avatar's layers in the pose of sculpting; None for bodies that have no face.

    Args:
        layers: of the avatar.
        body: that it was made on.
        betas: (S,) its shape.
        features: also the keys that make another face.
    """
    mannequin = _mannequin(layers, body, betas)
    if mannequin is None:
        return None
    mix, faces = split_face(parted(mannequin))
    if mix.shape[0] != int((layers.vertex_layers == layers.names.index(BODY)).sum()):
        return None
    face = _Face(mannequin, layers, mix, faces, FACE_FEATURES if features else ())
    parts = []
    for number, (name, material) in enumerate(zip(layers.names, layers.materials)):
        own = np.flatnonzero(layers.vertex_layers == number)
        made = FaceShapes.of(face.moved(own, name, material), LEAST_OF_HAIR if material == "hair" else LEAST)
        parts.append(replace(made, row=own[made.row].astype(np.int32)))
    return FaceShapes.together(parts)


def _mannequin(layers: Joined, body: Body, betas: NDArray) -> Mannequin | None:
    """The bare body with this avatar's face; None where layers or labels lack."""
    found = Mannequin.of(body, betas)
    own = np.flatnonzero(layers.vertex_layers == layers.names.index(BODY)) if BODY in layers.names else np.zeros(0, int)
    if not (has_eyes(found) and has_mouth(found) and len(own) > len(found.vertices)):
        return None
    return replace(found, vertices=layers.vertices[own[: len(found.vertices)]])


class _Face:
    """The displacements of the bare body, and of what lies on it."""

    def __init__(
        self, mannequin: Mannequin, layers: Joined, mix: sparse.csr_matrix, faces: NDArray, features: Sequence[str]
    ) -> None:
        """``mix`` and ``faces`` are `split_face`'s, of which the body's layer was made; ``features`` are wanted too."""
        self.layers, self.mannequin, self.head, self.asset = layers, mannequin, Head.of(mannequin), load_face()
        shapes = np.stack([shape.toarray() for shape in self.asset.shapes])  # (52, points, 3)
        for name, share in WITH_TONGUE.items():
            shapes[FACE_SHAPES.index("tongueOut")] += share * shapes[FACE_SHAPES.index(name)]
        scaled = np.concatenate([shapes, self._features(features, shapes.shape[1])]) * self.head.scale  # (K, points, 3)
        self.own, self.inside = scaled[:, : self.asset.body], scaled
        for side, word in (("L", "Left"), ("R", "Right")):
            index = FACE_SHAPES.index(f"eyeBlink{word}")
            self.own[index] = closed(mannequin, side, self.own[index], self.head.size)
        flat = self.own.transpose(1, 0, 2).reshape(len(mannequin.vertices), -1)
        self.skin = np.asarray(mix @ flat, np.float32)  # (P, 3K)
        own = np.flatnonzero(layers.vertex_layers == layers.names.index(BODY))
        moving = np.abs(self.skin).max(1)[faces].max(1) > 0
        around = np.isin(faces, np.unique(faces[moving])).any(1)
        self._skin_faces = faces[around]
        self.caster = MeshRaycaster(layers.vertices[own], self._skin_faces)
        corners = layers.vertices[own][np.unique(self._skin_faces)]
        self._low, self._high = corners.min(0) - BEYOND, corners.max(0) + BEYOND

    def _features(self, names: Sequence[str], points: int) -> Floats:
        """(K, points, 3) what makes another face; the mouth's inside goes with the lips' edge as a whole."""
        space, found = load_face_space(), np.zeros((len(names), points, 3), np.float32)
        for index, name in enumerate(names):
            found[index, : self.asset.body] = space.moved({name.lower(): 1.0})
            found[index, self.asset.body :] = found[index, self.mannequin.labels[BORDER]].mean(0)
        return found

    def moved(self, own: NDArray, name: str, material: str) -> NDArray:
        """(K, N, 3) displacements of a layer's vertices (N,)."""
        if name == BODY:
            return _by_shape(self.skin)
        if name == MOUTH:
            return self.inside[:, mouth_points(self.mannequin)]
        if name == TEETH:
            return self._teeth(own)
        if material == "eye":
            return self._eyes(own)
        return self._carried(own, material)

    def _teeth(self, own: NDArray) -> NDArray:
        """The lower ones follow the jaw."""
        form, _, lower = teeth()
        found = np.repeat(self.inside[:, -1:], len(own), 1)
        found[: len(FACE_SHAPES)] = 0
        places = np.c_[form.vertices, np.ones(len(own))]
        for name in JAW:
            found[FACE_SHAPES.index(name)] = lower[:, None] * (places @ self.asset.jaw[name].T) * self.head.scale
        found[FACE_SHAPES.index("tongueOut")] = WITH_TONGUE["jawOpen"] * found[FACE_SHAPES.index("jawOpen")]
        return found

    def _eyes(self, own: NDArray) -> NDArray:
        """Each eyeball turns about its centre, and goes with its lids' edges where the face is another one."""
        points = self.layers.vertices[own].astype(np.float64)
        found = np.zeros((len(self.own), len(own), 3))
        for side, word, sign in (("L", "Left", 1.0), ("R", "Right", -1.0)):
            center, _ = eyeball(self.mannequin, side)
            of = np.flatnonzero((points[:, 0] > 0) == (sign > 0))
            for way, (down, out) in LOOK.items():
                turn = Rotation.from_rotvec(np.radians([down, sign * out, 0.0]))
                found[FACE_SHAPES.index(f"eyeLook{way}{word}"), of] = (
                    turn.apply(points[of] - center) + center - points[of]
                )
            border = self.mannequin.labels[f"eye_cavity.{side}.border"]
            found[len(FACE_SHAPES) :, of] = self.own[len(FACE_SHAPES) :, border].mean(1)[:, None]
        return found

    def _carried(self, own: NDArray, material: str) -> NDArray:
        """What lies on the face, or grows from it."""
        points = self.layers.vertices[own]
        near = np.flatnonzero(((points > self._low) & (points < self._high)).all(1))
        if not len(near):
            return np.zeros((len(self.own), len(own), 3), np.float32)
        face, bary = np.zeros(len(own), np.int32), np.zeros((len(own), 3), np.float32)
        distance = np.full(len(own), np.inf)
        face[near], bary[near], distance[near] = self.caster.closest_point(points[near], signed=False)
        number = np.full(len(self.layers.vertices), -1, np.int32)
        number[own] = np.arange(len(own))
        faces = number[self.layers.faces]
        piece = pieces(faces[(faces >= 0).all(1)], len(own))
        if material == "hair":
            root = _roots(piece, distance)
            face, bary, distance = face[root], bary[root], distance[root]
        share = smoothstep(distance, BEYOND, TOUCHES)
        moved = np.einsum("nk,nkc->nc", bary, self.skin[self._skin_faces[face]]) * share[:, None]
        if material in STIFF:
            counts = np.bincount(piece)[:, None]
            mean = np.stack([np.bincount(piece, column) for column in moved.T], 1) / counts
            moved = mean[piece]
        found = _by_shape(moved)
        return self._turned(found, points, root) if material == "hair" else found

    def _turned(self, found: NDArray, points: NDArray, root: NDArray) -> NDArray:
        """Hairs that grow from a lid turn with it about the eyeball."""
        for side, word in (("L", "Left"), ("R", "Right")):
            center, radius = eyeball(self.mannequin, side)
            index = FACE_SHAPES.index(f"eyeBlink{word}")
            start = points[root].astype(np.float64) - center
            lash = np.flatnonzero((np.linalg.norm(start, axis=1) < 1.25 * radius) & (np.abs(found[index]).max(1) > 0))
            before = np.arctan2(start[lash, 1], start[lash, 2])
            end = start[lash] + found[index, lash]
            angle = before - np.arctan2(end[:, 1], end[:, 2])
            turn = Rotation.from_rotvec(np.stack([angle, 0 * angle, 0 * angle], 1)) if len(lash) else None
            if turn is not None:
                arm = points[lash] - points[root[lash]]
                found[index, lash] += (turn.apply(arm) - arm).astype(found.dtype)
        return found


def _by_shape(columns: NDArray) -> NDArray:
    """(K, N, 3) of (N, 3K)."""
    return np.ascontiguousarray(columns.reshape(len(columns), -1, 3).transpose(1, 0, 2))


def _roots(piece: NDArray, distance: NDArray) -> NDArray[np.int64]:
    """(N,) the vertex that each follows: of a lock the one nearest to the skin, of larger pieces each itself."""
    order = np.lexsort((distance, piece))
    first = order[np.append(True, np.diff(piece[order]) > 0)]  # of each piece
    small = (np.bincount(piece) <= LOCK)[piece]
    return np.where(small, first[piece], np.arange(len(piece)))

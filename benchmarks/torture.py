"""Poses that are hard on skinning weights, and what they do to a mesh: stretch, volume, sections, cross-talk.

Frame: metres, +y up, facing +z, left arm to +x; poses are axis-angle, local to the parent, zero is the T-pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.geometry.edges import edges
from engine.protocol import JOINT_NAMES

Floats = NDArray[np.float32]
INDEX = {name: index for index, name in enumerate(JOINT_NAMES)}
RIGHT = np.pi / 2


def pose(both: dict[str, tuple[float, float, float]] | None = None, **single: tuple[float, float, float]) -> Floats:
    """(24, 3): rotations of left joints, mirrored onto the right (``both``), and of single joints."""
    out = np.zeros((24, 3), np.float32)
    for name, (x, y, z) in (both or {}).items():
        out[INDEX[f"left_{name}"]], out[INDEX[f"right_{name}"]] = (x, y, z), (x, -y, -z)
    for name, turn in single.items():
        out[INDEX[name]] = turn
    return out


ARMS_DOWN = {"shoulder": (0.0, 0.0, -1.15), "collar": (0.0, 0.0, -0.1)}
CROSSED = tuple(Rotation.from_euler("YXY", (40, -80, 70), degrees=True).as_rotvec().tolist())
"""Of the left hip: the thigh forward and outward, turned so that the shin comes in front of the body."""
POSES: dict[str, Floats] = {
    "arms up": pose({"collar": (0, 0, 0.35), "shoulder": (0, 0, 1.0)}),
    "squat": pose(
        {**ARMS_DOWN, "hip": (-1.7, 0.25, 0.1), "knee": (2.0, 0, 0), "ankle": (-0.4, 0, 0)}, spine1=(0.4, 0, 0)
    ),
    "twist": pose(
        ARMS_DOWN, spine1=(0, 0.4, 0), spine2=(0, 0.4, 0), spine3=(0, 0.4, 0), neck=(0, 0.3, 0), head=(0, 0.3, 0)
    ),
    "cross-legged": pose({**ARMS_DOWN, "hip": CROSSED, "knee": (2.2, 0, 0)}),
    "arms folded": pose({"shoulder": (0.2, -0.75, -0.85), "elbow": (0, -1.75, 0)}),
    "elbow 90": pose({"elbow": (0, -RIGHT, 0)}),
    "knee 90": pose({"knee": (RIGHT, 0, 0)}),
    "forearm 180": pose({"wrist": (np.pi, 0, 0)}),
    "walk": pose(ARMS_DOWN, left_hip=(-0.5, 0, 0), right_hip=(0.35, 0, 0), right_knee=(0.6, 0, 0)),
    "sit": pose({**ARMS_DOWN, "hip": (-1.5, 0.1, 0.05), "knee": (1.45, 0, 0)}),
}
"""The set: (24, 3) axis-angle a pose. ``forearm 180`` turns both wrists about the forearms by half a turn."""


@dataclass(frozen=True)
class Limb:
    """A bent joint in the rest pose: the chain of bones through it, and how thick it is there."""

    center: Floats  # (3,)
    axis: Floats  # (3,) along the bone that begins at the joint
    radius: float
    own: NDArray[np.bool_]  # (V,) the vertices that belong to this limb

    def stations(self, vertices: np.ndarray) -> Floats:
        """(V,) metres along the axis from the joint."""
        return np.asarray((vertices - self.center) @ self.axis, np.float32)


def limb_at(vertices: np.ndarray, joints: np.ndarray, name: str, child: str, reach: float = 0.45) -> Limb:
    """The limb round the joint ``name`` of a mesh in the T-pose: what lies on the joint's side within ``reach``."""
    center, axis = joints[INDEX[name]], joints[INDEX[child]] - joints[INDEX[name]]
    axis = axis / np.linalg.norm(axis)
    along = (vertices - center) @ axis
    away = np.linalg.norm(vertices - center - np.outer(along, axis), axis=1)
    ring = (np.abs(along) < 0.01) & (away < 0.15) & (vertices[:, 0] * center[0] > 0)
    radius = float(away[ring].mean())
    own = (away < 2.5 * radius) & (np.abs(along) < reach) & (vertices[:, 0] * center[0] > 0)
    return Limb(np.asarray(center, np.float32), np.asarray(axis, np.float32), radius, own)


def kept_volume(limb: Limb, rest: np.ndarray, posed: np.ndarray, faces: np.ndarray, radii: float = 1.0) -> float:
    """Share of its volume that the piece of a limb within so many radii of the joint keeps in a pose."""
    inside = limb.own & (np.abs(limb.stations(rest)) < radii * limb.radius)
    piece = faces[inside[faces].all(1)]
    rims = _rims(piece)
    return _closed_volume(posed, piece, rims) / _closed_volume(rest, piece, rims)


def _rims(piece: np.ndarray) -> list[np.ndarray]:
    """Edges (E, 2) of each open rim of a piece of surface (F, 3)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    directed = np.concatenate([piece[:, [0, 1]], piece[:, [1, 2]], piece[:, [2, 0]]])
    known = {(int(a), int(b)) for a, b in directed}
    open_edges = np.array([(a, b) for a, b in known if (b, a) not in known])
    count = int(piece.max()) + 1
    graph = coo_matrix((np.ones(len(open_edges)), tuple(open_edges.T)), (count, count))
    label = connected_components(graph, directed=False)[1][open_edges[:, 0]]
    return [open_edges[label == one] for one in np.unique(label)]


def _closed_volume(vertices: np.ndarray, piece: np.ndarray, rims: list[np.ndarray]) -> float:
    """Signed volume of a piece of surface whose rims are closed by fans from their centres."""
    points = np.asarray(vertices, np.float64)
    a, b, c = points[piece].transpose(1, 0, 2)
    total = float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())
    for rim in rims:
        first, second = points[rim[:, 1]], points[rim[:, 0]]  # the cap runs against the rim
        middle = np.broadcast_to(0.5 * (first + second).mean(0), first.shape)
        total += float(np.einsum("ij,ij->i", first, np.cross(second, middle)).sum())
    return total / 6.0


def kept_sections(
    limb: Limb, rest: np.ndarray, posed: np.ndarray, faces: np.ndarray, low: float, high: float, count: int = 40
) -> Floats:
    """(count,) of sections across a limb, from ``low`` to ``high`` metres beyond the joint, the share of area kept."""
    stations = np.where(limb.own, limb.stations(rest), np.nan)
    kept = []
    for station in np.linspace(low, high, count):
        first, second = _crossing(stations - station, faces)
        kept.append(_area(first, second, posed) / _area(first, second, rest))
    return np.asarray(kept, np.float32)


def _crossing(height: np.ndarray, faces: np.ndarray) -> tuple[tuple, tuple]:
    """Both ends of the cuts of height 0 through faces, turned alike: (vertices a, vertices b, share of b)."""
    corner = height[faces]  # NaN off the limb, which compares as false
    cut = faces[(corner < 0).any(1) & (corner >= 0).any(1) & ~np.isnan(corner).any(1)]
    above = height[cut] >= 0
    alone = np.where(above.sum(1) == 1, above.argmax(1), (~above).argmax(1))  # the corner on its own side
    rows = np.arange(len(cut))
    tip, after, before = cut[rows, alone], cut[rows, (alone + 1) % 3], cut[rows, (alone + 2) % 3]
    turned = above[rows, alone]
    ends = [(tip, other, height[tip] / (height[tip] - height[other])) for other in (after, before)]
    (a, b, s), (c, d, t) = ends
    return (
        (a, np.where(turned, b, d), np.where(turned, s, t)),
        (c, np.where(turned, d, b), np.where(turned, t, s)),
    )


def _area(first: tuple, second: tuple, vertices: np.ndarray) -> float:
    """Area of the loop of cuts: the length of its vector area, which does not ask for a plane or an order."""
    points = np.asarray(vertices, np.float64)
    p, q = (points[a] + s[:, None] * (points[b] - points[a]) for a, b, s in (first, second))
    middle = p.mean(0)
    return float(np.linalg.norm(np.cross(p - middle, q - middle).sum(0))) / 2.0


def stretch(before: np.ndarray, after: np.ndarray, faces: np.ndarray) -> tuple[float, float]:
    """Of the edges that are not slivers: how many times longer the 0.1 % worst are, and the share beyond twice."""
    pairs = edges(faces)
    first = np.linalg.norm(before[pairs[:, 0]] - before[pairs[:, 1]], axis=1)
    second = np.linalg.norm(after[pairs[:, 0]] - after[pairs[:, 1]], axis=1)
    sound = first > 0.2 * np.median(first)
    ratio = second[sound] / first[sound]
    return float(np.percentile(ratio, 99.9)), float((ratio > 2.0).mean())


LIMBS = tuple(
    tuple(INDEX[f"{side}_{name}"] for name in names)
    for side in ("left", "right")
    for names in (("hip", "knee", "ankle", "foot"), ("shoulder", "elbow", "wrist", "hand"))
)


def crosstalk(weights: np.ndarray, stand: np.ndarray, margin: float = 0.02) -> dict[str, float]:
    """The largest weight on a wrong limb.

    Args:
        weights: (V, 24).
        stand: (V, 3) in the pose of sculpting, in which limbs stay on their sides of the middle.
        margin: metres round the middle in which both sides may share.
    """
    left_leg, left_arm, right_leg, right_arm = (weights[:, list(joints)].sum(1) for joints in LIMBS)
    left, right = stand[:, 0] > margin, stand[:, 0] < -margin

    def worst(values: np.ndarray) -> float:
        return float(values.max(initial=0.0))

    return {
        "legs": max(worst(right_leg[left]), worst(left_leg[right])),
        "arms": max(worst(right_arm[left]), worst(left_arm[right])),
        "arm and leg": worst(np.minimum(left_arm + right_arm, left_leg + right_leg)),
    }

"""What hard poses do to avatars: weights of the nearest vertex, as the original takes them, beside this project's.

    .venv/bin/python -m benchmarks.skinning [CELLS] [--pictures FOLDER]     # 256 cells by default, the draft's

Figures are shares of the mesh at rest, so they do not depend on the machine.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks import torture
from benchmarks.torture import INDEX, POSES, Floats
from engine import rig
from engine.appearance.base import BaseSurface
from engine.appearance.residual import ResidualField
from engine.body import Body, load_body, stand_pose
from engine.geometry.skinning import bone_transforms, skin, unpose
from engine.mesh.stage import run
from engine.mesh.surface import Mesh
from engine.protocol import PARENTS
from engine.report import Silent
from engine.rig import Avatar, pose_avatar
from engine.settings import MeshConfig, RigConfig
from engine.wardrobe.outfit import Garment, Look

# By its file: the add-on's package asks for bpy.
_SOURCE = Path(__file__).resolve().parent.parent / "avatarclip_blender" / "importer" / "twist_weights.py"
_SPEC = importlib.util.spec_from_file_location("twist_weights", _SOURCE)
assert _SPEC is not None and _SPEC.loader is not None
twist = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twist)

_FACE = ("fair", "long", "brown", "none", "brown", "blue")
LOOKS: dict[str, Look | None] = {
    "bare": None,
    "skirt and long hair": Look(*_FACE, (Garment("t_shirt", "white"), Garment("skirt", "red"))),
    "gown and cape": Look(*_FACE, (Garment("gown", "blue"), Garment("cape", "red"))),
}
BENT = (("elbow", "left_elbow", "left_wrist", "elbow 90"), ("knee", "left_knee", "left_ankle", "knee 90"))
Posing = Callable[[Avatar, Floats], Floats]


@dataclass(frozen=True)
class RiggedTwice:
    """A sculpted avatar in the pose of sculpting, and its weights by both ways."""

    sculpted: Mesh
    original: Avatar
    ours: Avatar


def make(body: Body, betas: NDArray, look: Look | None, cells: int) -> RiggedTwice:
    """Sculpt a body in a look (or bare) and rig it both ways."""
    base = BaseSurface.dressed(body, betas, look)
    mesh = run(ResidualField(base, 64), body, betas, MeshConfig(resolution=cells, game_faces=0), Silent())
    return RiggedTwice(
        mesh, nearest_vertex(mesh, body, betas), rig.run(mesh, body, betas, RigConfig(hands=False), Silent(), base)
    )


def nearest_vertex(mesh: Mesh, body: Body, betas: NDArray) -> Avatar:
    """The original's way (AvatarCLIP section 3.3): weights of the nearest vertex of the bare body."""
    stand = stand_pose()[None]
    nearest = cKDTree(body.pose(betas, stand)[0][0]).query(mesh.vertices)[1]
    weights, joints = body.weights[nearest], body.rest_joints(betas)
    rest = unpose(mesh.vertices, weights, bone_transforms(joints, stand, PARENTS)[0])
    return Avatar(rest, mesh.faces, mesh.colors, weights, joints, body.parents.astype(np.int32))


def linear(avatar: Avatar, pose: Floats) -> Floats:
    """(V, 3) by linear blend skinning."""
    return np.asarray(pose_avatar(avatar, pose[None])[0])


def dual_quaternions(avatar: Avatar, pose: Floats) -> Floats:
    """(V, 3) by dual quaternion skinning (Kavan et al. 2007), as Blender's Preserve Volume does it."""
    from scipy.spatial.transform import Rotation

    transforms = bone_transforms(avatar.joints, pose[None].astype(np.float64), PARENTS)[0]
    real = Rotation.from_matrix(transforms[:, :3, :3]).as_quat()[:, [3, 0, 1, 2]]  # w, x, y, z
    for joint, parent in enumerate(avatar.parents):
        if parent >= 0 and (real[joint] * real[parent]).sum() < 0:
            real[joint] *= -1
    dual = 0.5 * _product(np.c_[np.zeros(len(real)), transforms[:, :3, 3]], real)
    mixed, moved = avatar.weights @ real, avatar.weights @ dual
    length = np.linalg.norm(mixed, axis=1, keepdims=True)
    mixed, moved = mixed / length, moved / length
    conjugate = mixed * np.array([1, -1, -1, -1])
    offset = 2.0 * _product(moved, conjugate)[:, 1:]
    turned = _product(_product(mixed, np.c_[np.zeros(len(mixed)), avatar.vertices]), conjugate)[:, 1:]
    return np.asarray(turned + offset, np.float32)


def twist_bones(avatar: Avatar, pose: Floats) -> Floats:
    """(V, 3) by linear blend skinning with the add-on's twist bones in the forearms, which follow the hands."""
    from scipy.spatial.transform import Rotation

    rows = np.arange(len(avatar.vertices))
    transforms, weights = (
        list(bone_transforms(avatar.joints, pose[None].astype(np.float64), PARENTS)[0]),
        avatar.weights,
    )
    for side in ("left", "right"):
        elbow, wrist = INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]
        forearm = (avatar.joints[wrist] - avatar.joints[elbow]).astype(np.float64)
        axis = forearm / np.linalg.norm(forearm)
        x, y, z, w = Rotation.from_rotvec(pose[wrist]).as_quat()
        turn = 2.0 * np.arctan2(np.array([x, y, z]) @ axis, w)
        first, share = twist.spread((avatar.vertices - avatar.joints[elbow]) @ axis / np.linalg.norm(forearm))
        parts = np.zeros((len(rows), twist.COUNT + 1), np.float32)
        parts[rows, first], parts[rows, first + 1] = 1.0 - share, share
        parts *= weights[:, elbow, None]
        for number in range(1, twist.COUNT + 1):
            helper = np.eye(4)
            helper[:3, :3] = Rotation.from_rotvec(axis * turn * twist.fraction(number)).as_matrix()
            helper[:3, 3] = avatar.joints[elbow] - helper[:3, :3] @ avatar.joints[elbow]
            transforms.append(transforms[elbow] @ helper)
        weights = np.concatenate((weights, parts[:, 1:]), 1)
        weights[:, elbow] = parts[:, 0]
    return np.asarray(skin(avatar.vertices, weights, np.array(transforms)[None])[0], np.float32)


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of quaternions (N, 4), w first."""
    vector = a[:, :1] * b[:, 1:] + b[:, :1] * a[:, 1:] + np.cross(a[:, 1:], b[:, 1:])
    return np.c_[a[:, 0] * b[:, 0] - (a[:, 1:] * b[:, 1:]).sum(1), vector]


def limbs_table(columns: dict[str, tuple[Avatar, Posing]]) -> list[str]:
    """Volume of bent elbows and knees, and the thinnest section of a twisted forearm, for avatars of bare bodies."""
    rows: dict[str, list[str]] = {}
    for avatar, posing in columns.values():
        rest, faces = avatar.vertices, avatar.faces
        for label, joint, child, name in BENT:
            limb = torture.limb_at(rest, avatar.joints, joint, child)
            posed = posing(avatar, POSES[name])
            for radii, region in ((2.0, "one thickness"), (1.0, "half a thickness")):
                kept = torture.kept_volume(limb, rest, posed, faces, radii)
                rows.setdefault(f"{label} at 90°: volume within {region} of it", []).append(f"{kept:.0%}")
            sections = torture.kept_sections(limb, rest, posed, faces, -2 * limb.radius, 2 * limb.radius)
            rows.setdefault(f"{label} at 90°: thinnest section", []).append(f"{sections.min():.0%}")
        limb = torture.limb_at(rest, avatar.joints, "left_elbow", "left_wrist")
        length = float(np.linalg.norm(avatar.joints[INDEX["left_wrist"]] - avatar.joints[INDEX["left_elbow"]]))
        posed = posing(avatar, POSES["forearm 180"])
        sections = torture.kept_sections(limb, rest, posed, faces, 0.1 * length, 1.1 * length)
        rows.setdefault("forearm twisted by 180°: thinnest section", []).append(f"{sections.min():.0%}")
    return table(["", *columns], rows)


def poses_table(figure: RiggedTwice) -> list[str]:
    """Stretch in each pose against the sculpted mesh, and weights on wrong limbs."""
    rows: dict[str, list[str]] = {}
    for name, pose in POSES.items():
        cells = []
        for avatar in (figure.original, figure.ours):
            worst, share = torture.stretch(figure.sculpted.vertices, linear(avatar, pose), avatar.faces)
            cells += [f"{worst:.1f}", f"{share:.2%}"]
        rows[name] = cells
    for name in ("legs", "arms", "arm and leg"):
        cells = []
        for avatar in (figure.original, figure.ours):
            cells += [f"{torture.crosstalk(avatar.weights, figure.sculpted.vertices)[name]:.2f}", ""]
        rows[f"largest weight on the wrong side: {name}"] = cells
    return table(["", "nearest vertex: 99.9 %", "over twice", "ours: 99.9 %", "over twice"], rows)


def table(head: list[str], rows: dict[str, list[str]]) -> list[str]:
    """Lines of a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return lines + ["| " + " | ".join([label, *cells]) + " |" for label, cells in rows.items()]


def picture(avatar: Avatar, pose: Floats, path: Path, posing: Posing = linear) -> None:
    """Three views of a pose, side by side."""
    from PIL import Image

    from engine.render.stills import Scene, framing

    vertices = posing(avatar, pose)
    scene = Scene(vertices, avatar.faces, avatar.colors)
    views = []
    for azimuth in (20.0, 100.0, 200.0):
        scene.light_from(azimuth)
        views.append(scene.photograph(framing(vertices, azimuth, (440, 560), 8.0)))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(views, 1)).save(path)


def main() -> None:
    """Print the tables, and write pictures where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", type=int, nargs="?", default=256)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    body = load_body()
    betas = np.zeros(body.num_betas)
    for name, look in LOOKS.items():
        figure = make(body, betas, look, arguments.cells)
        if look is None:
            own = rig.run(figure.sculpted, body, betas, RigConfig(hinge=0.0, hands=False), Silent())
            columns: dict[str, tuple[Avatar, Posing]] = {
                "nearest vertex": (figure.original, linear),
                "closest point, the body's elbows": (own, linear),
                "ours": (figure.ours, linear),
                "ours, twist bones": (figure.ours, twist_bones),
                "ours, dual quaternions": (figure.ours, dual_quaternions),
            }
            print("\n".join(limbs_table(columns)), flush=True)
        print(f"\n**{name}**, {len(figure.sculpted.vertices):,} vertices\n")
        print("\n".join(poses_table(figure)), flush=True)
        for pose_name, pose in POSES.items() if arguments.pictures else ():
            for kind, avatar in (("original", figure.original), ("ours", figure.ours)):
                picture(avatar, pose, arguments.pictures / name / f"{pose_name} {kind}.png")


if __name__ == "__main__":
    main()

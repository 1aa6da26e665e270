"""What layers cost and how well they lie on one another: a table of looks, one a row.

    .venv/bin/python -m benchmarks.layers [LOOKS] [MOTIONS]     # all looks and 20 motions by default

* vertices, faces, and seconds of dressing, in all and by garment of cloth (wall clock of one thread)
* deep: share of the vertices of all but the body that are more than 1 mm inside what lies beneath, collars and rims too
* seen: share of a figure's pixels, from four sides, that show a spot over which another layer lies in the stand pose,
  or which lies over what is worn over it, or a hole where what is covered was left out and nothing is seen close
  behind; standing, as a mean over motions, and in the worst of them; with the skinning weights that an avatar gets
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from engine.body import Body, load_body, stand_pose
from engine.geometry.measures import vertex_normals
from engine.geometry.skinning import bone_transforms, skin, unpose
from engine.motion.codes import load_codes
from engine.protocol import PARENTS
from engine.render.raycast import MeshRaycaster
from engine.rig.hinges import tighten
from engine.rig.weights import prune
from engine.settings import RigConfig
from engine.shape.bodies import bundled
from engine.wardrobe import dressing
from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.coverage import UNCOVERED
from engine.wardrobe.layers import Joined, Layer, joined
from engine.wardrobe.outfit import Garment, Look

DEEP, OVER = 0.001, 0.05
"""Metres inside from which a vertex counts as deep, and within which a layer lies over another."""
UNDER = 0.015
"""Metres within which an outer layer beneath an inner one counts as turned inside out with it."""
PIXEL, SIDES = 0.006, 4


def look(*garments: Garment, skin: str = "fair", hair: str = "short") -> Look:
    return Look(skin, hair, "brown", "none", "brown", "brown", garments)


LOOKS: dict[str, tuple[tuple[float, ...], Look]] = {
    "t-shirt, jeans": (
        (0, 0, 0, 0.1, 1),
        look(Garment("trousers", "blue", cut="jeans"), Garment("t_shirt", "red"), Garment("shoes", "white")),
    ),
    "suit": (
        (0.3, 0.3, 0, 0.4, 1),
        look(
            Garment("trousers", "grey"),
            Garment("long_sleeve", "white", cut="buttoned"),
            Garment("jacket", "grey", cut="suit"),
            Garment("shoes", "black"),
        ),
    ),
    "soldier": (
        (0.2, 0, 0.6, 0.2, 1),
        look(
            Garment("trousers", "olive", pattern="camo", cut="cargo"),
            Garment("long_sleeve", "olive", pattern="camo", cut="field"),
            Garment("vest", "dark green", cut="tactical"),
            Garment("boots", "black"),
        ),
    ),
    "gown": ((0, -0.3, 0, 0.1, -1), look(Garment("gown", "dark red"), Garment("shoes", "black"), hair="long")),
    "coat": (
        (0, 0, 0, 0.5, -1),
        look(
            Garment("skirt", "navy"), Garment("long_sleeve", "cream"), Garment("coat", "tan"), Garment("boots", "brown")
        ),
    ),
    "robe": ((0, 0.5, -0.2, 0.8, 1), look(Garment("robe", "blue", "gold"), Garment("sandals", "brown"))),
    "child": (
        (0, 0, 0, -0.8, -1),
        look(Garment("shorts", "tan"), Garment("t_shirt", "green", pattern="stripes_h"), Garment("shoes", "white")),
    ),
    "fat man": (
        (0, 1.8, 0, 0.4, 1),
        look(
            Garment("trousers", "black"),
            Garment("t_shirt", "grey"),
            Garment("apron", "white"),
            Garment("shoes", "black"),
        ),
    ),
}
"""Height, weight, muscle, age and gender, and what is worn."""


def dressed(of: Look, body: Body, betas: NDArray) -> tuple[list[Layer], dict[str, float]]:
    """The layers of a look, and seconds by garment of cloth."""
    spent: dict[str, float] = {}

    def timed(function: Callable[..., Any], record_at: int) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            began = time.perf_counter()
            result = function(*args)
            name = args[record_at].name
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began
            return result

        return run

    with mock.patch.multiple(dressing, shaped=timed(dressing.shaped, 0), make=timed(dressing.make, 1)):
        return dressing.layers_of(of, body, betas), spent


def deep_share(layers: Sequence[Layer]) -> float:
    """Of the vertices of all layers but the body."""
    deep = total = 0
    for index, layer in enumerate(layers):
        if index and layer.material not in UNCOVERED:
            whole = joined(layers[:index])
            distance, _ = Beneath(whole.vertices, whole.faces).signed(layer.vertices)
            deep, total = deep + int((distance < -DEEP).sum()), total + len(distance)
    return deep / max(total, 1)


class Over:
    """Which spots of joined layers another layer lies over in the stand pose, or is turned inside out with."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.whole = joined(layers)
        self.normals = np.concatenate([vertex_normals(layer.vertices, layer.faces) for layer in layers])
        self.above: dict[int, MeshRaycaster] = {}
        worn = [index for index, layer in enumerate(layers) if layer.material not in UNCOVERED]
        for index in worn[:-1]:
            outside = joined([layers[other] for other in worn if other > index])
            self.above[index] = MeshRaycaster(outside.vertices, outside.faces)

    def __call__(self, face: NDArray, bary: NDArray) -> NDArray[np.bool_]:
        """Of spots (N,): a face of an outer layer that looks the same way is close above, or just below."""
        corners, layer = self.whole.faces[face], self.whole.face_layers[face]
        spots = np.einsum("nk,nkc->nc", bary, self.whole.vertices[corners])
        normals = np.einsum("nk,nkc->nc", bary, self.normals[corners])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        found = np.zeros(len(face), bool)
        for index, above in self.above.items():
            own = np.flatnonzero(layer == index)
            spot, normal = spots[own].astype(np.float32), normals[own].astype(np.float32)
            for start, reach, alike in ((OVER, OVER, 0.0), (-0.0005, UNDER, 0.3)):
                hits = above.cast_rays(spot + start * normal, -normal)
                found[own] |= hits.mask & (hits.depth < reach) & ((hits.normal * normal).sum(1) > alike)
        return found


def seen_share(over: Over, vertices: NDArray) -> float:
    """Of the pixels of a figure whose vertices are at (V, 3), from four sides: what another layer lies over, or a hole.

    What is covered for good is not shown; it makes a hole where nothing else is seen within `OVER` behind it.
    """
    whole = over.whole
    kept = np.flatnonzero(~whole.covered[whole.faces].all(1))
    caster, full = MeshRaycaster(vertices, whole.faces[kept]), MeshRaycaster(vertices, whole.faces)
    low, high = vertices.min(0), vertices.max(0)
    middle, reach = 0.5 * (low + high), 0.5 * float(np.linalg.norm(high - low)) + PIXEL
    u, v = (grid.ravel()[:, None] for grid in np.meshgrid(*[np.arange(-reach, reach, PIXEL)] * 2))
    seen = total = 0
    for turn in np.arange(SIDES) * 2 * np.pi / SIDES:
        view, right = np.array([np.sin(turn), 0, np.cos(turn)]), np.array([np.cos(turn), 0, -np.sin(turn)])
        origins = middle + 2 * reach * view + u * right + v * [0, 1, 0]
        shown, all_ = (of.cast_rays(origins, np.broadcast_to(-view, origins.shape)) for of in (caster, full))
        through = all_.mask & (shown.depth > all_.depth + OVER)
        some = np.flatnonzero(shown.mask)
        through[some] |= over(kept[shown.face[some]], shown.bary[some])
        seen, total = seen + int(through.sum()), total + int(all_.mask.sum())
    return seen / max(total, 1)


def rigged(whole: Joined, body: Body, betas: NDArray) -> NDArray:
    """Skinning weights (V, 24) as `engine.rig.rig` gives them to layers."""
    posed, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
    return prune(tighten(whole.weights, whole.vertices, joints, posed, RigConfig().hinge), RigConfig().influences)


def motion_poses(count: int) -> dict[str, NDArray]:
    """A pose (24, 3) from the middle of each of so many movements of the library, spread over their names."""
    codes = load_codes()
    names = sorted(codes.table)
    chosen = [names[index] for index in np.linspace(0, len(names) - 1, count).round().astype(int)]
    decoded = {name: codes.decode(name)[0] for name in chosen}
    return {name: poses[len(poses) // 2] for name, poses in decoded.items()}


def main(looks: int = len(LOOKS), motions: int = 20) -> None:
    """Print the table."""
    body, poses = load_body(), motion_poses(motions)
    print("| look | layers | vertices | faces | seconds | by garment | deep | seen standing | seen moving | worst |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, (numbers, of) in list(LOOKS.items())[:looks]:
        betas = bundled().betas(np.array(numbers, float))
        began = time.perf_counter()
        layers, spent = dressed(of, body, betas)
        seconds = time.perf_counter() - began
        over, joints, weights = Over(layers), body.rest_joints(betas), rigged(joined(layers), body, betas)
        rest = unpose(over.whole.vertices, weights, bone_transforms(joints, stand_pose()[None], PARENTS)[0])
        shares = {"": seen_share(over, over.whole.vertices)}
        for motion, pose in poses.items():
            posed = skin(rest, weights, bone_transforms(joints, pose[None], PARENTS))[0]
            shares[motion] = seen_share(over, posed)
        standing = shares.pop("")
        worst = max(shares, key=lambda motion: shares[motion])
        garments = ", ".join(f"{garment} {took:.1f}" for garment, took in spent.items())
        print(
            f"| {name} | {len(layers)} | {len(over.whole.vertices):,} | {len(over.whole.faces):,} | {seconds:.1f} "
            f"| {garments} | {deep_share(layers):.2%} | {standing:.2%} | {np.mean(list(shares.values())):.2%} "
            f"| {worst} {shares[worst]:.2%} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

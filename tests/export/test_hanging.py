"""Chains of what hangs: where they rest, what they fall on, what they hang from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.export.hanging import hung
from engine.protocol import SKELETON_NAMES
from tests.export import figures


def test_no_chain_is_pushed_where_it_rests_and_a_skirts_sides_go_with_the_legs(tmp_path: Path) -> None:
    scene = figures.scene("child", tmp_path).in_t_pose()
    made = hung(scene.avatar, scene.body)
    joints, parents = made.avatar.joints, made.avatar.parents
    assert len(made.chains) == 8
    assert made.avatar.weights.sum(1) == pytest.approx(1.0, abs=1e-5)
    for chain in made.chains:
        assert len(chain.colliders) >= 4  # both thighs and both shins at least
        for number in chain.colliders:
            collider = made.colliders[number]
            ends = [collider.offset, collider.tail or collider.offset] + joints[collider.joint]
            along = ends[0] + np.linspace(0, 1, 400)[:, None] * (ends[1] - ends[0])  # points along the capsule
            for joint, radius in zip(chain.joints[1:], chain.radii):
                off = np.linalg.norm(along - joints[joint], axis=1).min()
                assert off > collider.radius + radius - 2e-4
        x = joints[chain.joints[-1], 0]
        if abs(x) > 0.6 * np.abs(joints[[c.joints[-1] for c in made.chains], 0]).max():
            assert SKELETON_NAMES[parents[chain.joints[0]]] == ("left_hip" if x > 0 else "right_hip")
        else:
            assert SKELETON_NAMES[parents[chain.joints[0]]] in ("pelvis", "spine1")

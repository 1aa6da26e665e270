"""How long Blender takes to import an avatar of 200,000 vertices and to key 300 frames of 24 bones.

    PYTHON_WITH_BPY benchmarks/mesh_import.py

Prints the fastest and the median of five runs each: CPU seconds of the process.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import fake_avatar  # noqa: E402

import avatarclip_blender  # noqa: E402
from avatarclip_blender.importer.action import build_action  # noqa: E402
from avatarclip_blender.importer.result import load_motion  # noqa: E402
from avatarclip_blender.importer.scene import import_avatar  # noqa: E402

RUNS = 5


def times(action: Callable[[], object]) -> str:
    """CPU seconds of five runs in words."""
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        action()
        spent.append(time.process_time() - began)
    return f"fastest {min(spent):.2f} s, median {statistics.median(spent):.2f} s"


def main() -> None:
    """Measure and print."""
    avatarclip_blender.register()
    with tempfile.TemporaryDirectory() as place:
        still = fake_avatar.write_result(Path(place) / "still", rings=90, sides=97, with_motion=False)
        moving = fake_avatar.write_result(Path(place) / "moving", frames=300)
        found = import_avatar(bpy.context, still)
        print(
            f"Blender {bpy.app.version_string}, import of {len(found.body.data.vertices):,} vertices: "
            f"{times(lambda: import_avatar(bpy.context, still))}"
        )
        rig, motion = import_avatar(bpy.context, moving).rig, load_motion(moving)
        assert motion is not None
        bpy.context.scene.render.fps = round(motion.fps)
        spent = times(lambda: build_action("Take", rig, motion, bpy.context.scene.render.fps, 1))
        frames = [round(action.frame_range[1]) for action in bpy.data.actions]
        print(f"{len(motion.poses)} poses of 24 bones as keys on {max(frames)} frames: {spent}")
    avatarclip_blender.unregister()


if __name__ == "__main__":
    main()

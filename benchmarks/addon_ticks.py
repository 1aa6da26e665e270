"""How long the add-on's timer holds Blender's main thread up while a job runs, the growing surface shown.

    PYTHON_WITH_BPY benchmarks/addon_ticks.py ENGINE_PYTHON [SECONDS]

Runs the tests' stand-in engine, which sends five events and a surface of about 50,000 vertices ten times a second, and
prints the slowest tick and the 99th percentile: by the clock, and in the thread's own time, which other programs on a
busy machine do not lengthen. The add-on aims at 50 ms at most; importing is no part of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "blender")]

import fake_avatar  # noqa: E402

import avatarclip_blender  # noqa: E402
from avatarclip_blender import preferences, session  # noqa: E402


def main(python: str, seconds: float) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        result = fake_avatar.write_result(place / "result", rings=45, sides=48)
        launcher = place / "python"
        launcher.write_text(f'#!/bin/sh\nexec "{python}" "{ROOT / "tests/blender/fake_engine.py"}" "$@"\n')
        launcher.chmod(0o755)
        os.environ.update(
            AVATARCLIP_PYTHON=str(launcher), AVATARCLIP_FAKE_RESULT=str(result), AVATARCLIP_FAKE_PAUSE="0.1"
        )
        preferences.output_folder = lambda context: place / "avatars"
        preferences.timings_file = lambda: place / "timings.json"
        avatarclip_blender.register()
        bpy.context.scene.avatarclip.show_live = True
        ticks: list[tuple[float, float]] = []
        number = 0
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not session.running():
                number += 1
                bpy.context.scene.avatarclip.appearance_seed = number
                bpy.ops.avatarclip.generate(part="appearance")
            began = time.perf_counter(), time.thread_time()
            session._tick()
            ticks.append((time.perf_counter() - began[0], time.thread_time() - began[1]))
            time.sleep(session.INTERVAL)
        vertices = sum(len(mesh.vertices) for mesh in bpy.data.meshes)
        avatarclip_blender.unregister()
    print(f"{len(ticks)} ticks over {number} jobs, a surface of {vertices} vertices")
    for name, times in zip(("by the clock", "own time"), 1000 * np.array(ticks).T):
        spread = f"median {np.median(times):.1f} ms, 99 % below {np.percentile(times, 99):.1f} ms"
        print(f"{name}: {spread}, slowest {times.max():.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 30.0)

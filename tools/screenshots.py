"""Renews the pictures of docs/GUIDE.md: the panel in a real Blender's window, at work, and an avatar being posed.

    python3 tools/screenshots.py JOB [NAME ...]

JOB is a finished job folder (``python3 build.py demo`` leaves one in out/demo/job). Needs a screen (``xvfb-run`` will
do), Blender on the PATH or named by BLENDER, ImageMagick's ``import``, and the engine's Python in AVATARCLIP_PYTHON.
Inside Blender the same file sets the scene.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
NAMES = ("panel", "running", "posing")
WINDOW = ("0", "0", "1280", "880")
PATIENCE = 900.0
"""Seconds until Blender has to have drawn what is to be seen; a processor that draws its windows is slow."""


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    job, names = Path(arguments[0]).resolve(), arguments[1:] or NAMES
    for name in names:
        ready = Path(f"/tmp/avatarclip-{name}-{os.getpid()}")
        blender = os.environ.get("BLENDER", "blender")
        command = [blender, "--factory-startup", "--window-geometry", *WINDOW, "--python", __file__, "--", name]
        with subprocess.Popen([*command, str(job), str(ready)]) as process:
            deadline = time.monotonic() + PATIENCE
            while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(1.0)
            target = IMAGES / f"{name}.png"
            subprocess.run(["import", "-window", "root", "-trim", "+repage", str(target)], check=True)
            process.kill()
        if not ready.exists():
            print(f"Blender did not get as far as {name}", file=sys.stderr)
            return 1
        ready.unlink()
        print(target)
    return 0


def stage(name: str, job: Path, ready: Path) -> None:
    """Inside Blender: set the scene for one picture, and say when it stands."""
    import bpy

    sys.path.insert(0, str(ROOT))
    import avatarclip_blender
    from avatarclip_blender import preferences, session

    preferences.output_folder = lambda context: job.parent
    avatarclip_blender.register()
    bpy.context.preferences.view.show_splash = False
    turns = iter(range(10_000))

    def view() -> bpy.types.Area:
        areas = bpy.context.window_manager.windows[0].screen.areas
        return max((area for area in areas if area.type == "VIEW_3D"), key=lambda area: area.width)

    def arrange() -> None:
        area = view()
        space = area.spaces.active
        space.show_region_ui, space.shading.color_type = True, "VERTEX"
        space.region_3d.view_location, space.region_3d.view_distance = (0.25, 0.0, 0.9), 4.2
        space.region_3d.view_rotation = (0.77, 0.61, 0.11, 0.14)
        bpy.data.objects.remove(bpy.data.objects["Cube"])
        session.set_folder(bpy.context.scene, job)
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=bpy.context.window_manager.windows[0], area=area, region=region):
            act(space)

    def act(space: bpy.types.SpaceView3D) -> None:
        if name == "running":
            settings = bpy.context.scene.avatarclip
            settings.show_live, settings.appearance = True, "a wizard in a blue robe"
            bpy.ops.avatarclip.generate(part="appearance")
            bpy.ops.avatarclip.generate(part="motion")
            return
        bpy.ops.avatarclip.import_avatar()
        bpy.ops.avatarclip.recall_prompts()
        bpy.context.scene.frame_set(20)
        if name == "posing":
            bpy.ops.avatarclip.add_controls()
            bpy.ops.object.mode_set(mode="POSE")

    def turn() -> float | None:
        number = next(turns)
        if number == 1:
            arrange()
        sidebar = next(region for region in view().regions if region.type == "UI")
        if number > 2:
            sidebar.active_panel_category = "Avatar"
            sidebar.tag_redraw()
        running = session.job()
        sculpting = running is not None and len(running.progress.curve) > 8
        if number > 12 and (name != "running" or sculpting):
            ready.touch()
            return None
        return 1.0

    bpy.app.timers.register(turn, first_interval=1.0)


if __name__ == "__main__":
    if "--" in sys.argv:
        given = sys.argv[sys.argv.index("--") + 1 :]
        stage(given[0], Path(given[1]), Path(given[2]))
    else:
        sys.exit(main(sys.argv[1:]))

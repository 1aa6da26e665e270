"""Builds ``avatar.blend`` and ``avatar.fbx`` from a result folder, with the importer that the panel uses.

``--crowd FILE.blend`` builds one file of many instead: the result folders come on standard input, one a line, and each
avatar is an asset in it. One that cannot be imported is named on standard error, the rest is in the file.

Two ways; PYTHON is that of an environment that has the ``bpy`` wheel:

    PYTHON tools/assemble.py RESULT_DIR OUT_DIR
    blender --background --factory-startup --python-exit-code 1 --python tools/assemble.py -- RESULT_DIR OUT_DIR

The files are written under a temporary name and renamed. A file of Blender 4.2 opens in every later version, so that
is the one to use. Exit code 0, or 1 with one sentence on standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from avatarclip_blender import crowd, export, importer

LEFT_OUT = "left out: "
BLEND, FBX = "avatar.blend", "avatar.fbx"


def assemble(result: Path, out: Path) -> list[Path]:
    """Build the scene in an empty file and write it as .blend and .fbx into ``out``; return the files.

    Raises:
        ResultError: if the result cannot be imported.
        ExportError: if the FBX cannot be written.
        OSError: if the folder cannot be written.
    """
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
    _show_avatar()
    export.export_fbx(bpy.context, out / FBX, avatar.rig)
    _save(out / BLEND)
    return [out / BLEND, out / FBX]


def assemble_crowd(results: list[Path], file: Path) -> list[str]:
    """Build one file in which every avatar is an asset; return a sentence for each that could not be imported."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rigs, problems = crowd.import_crowd(bpy.context, results, as_assets=True)
    if not rigs:
        raise importer.ResultError(problems[0] if problems else "there are no avatars")
    _show_avatar()
    _save(file)
    return problems


def _save(file: Path) -> None:
    """Write the scene under a temporary name, then rename it."""
    partial = file.with_name(f".partial.{file.name}")
    bpy.ops.wm.save_as_mainfile(filepath=str(partial), compress=True, check_existing=False)
    os.replace(partial, file)


def _show_avatar() -> None:
    """Let the 3D views of the file show the colours, from the front and at the right distance."""
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                space = area.spaces.active
                space.shading.color_type = "VERTEX"
                view = space.region_3d
                view.view_location = (0.0, 0.0, 0.9)
                view.view_distance = 4.0
                view.view_rotation = (0.77, 0.61, 0.11, 0.14)  # front, from a little above and to the left


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if len(arguments) != 2:
        print("usage: assemble RESULT_DIR OUT_DIR | assemble --crowd FILE.blend < RESULT_DIRS", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "--crowd":
            for problem in assemble_crowd(
                [Path(line.strip()) for line in sys.stdin if line.strip()], Path(arguments[1])
            ):
                print(problem, file=sys.stderr)
            return 0
        for path in assemble(Path(arguments[0]), Path(arguments[1])):
            print(path)
    except (importer.ResultError, export.ExportError, OSError, RuntimeError) as error:
        print(f"The scene could not be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    sys.exit(main(given))

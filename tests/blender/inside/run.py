"""Runs a script of this folder: blender --background --python run.py -- SCRIPT [ARGUMENTS], or with a bpy Python."""

import runpy
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.argv = sys.argv[sys.argv.index("--") + 1 :]
runpy.run_path(str(here / sys.argv[0]), run_name="__main__")

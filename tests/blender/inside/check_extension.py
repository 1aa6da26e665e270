"""ZIP RESULT: the extension, installed from the zip as a user does it, imports an avatar; and goes away again."""

import sys
from pathlib import Path

import bpy

archive, result = sys.argv[1:]
ID = "bl_ext.user_default.avatarclip_blender"
bpy.ops.wm.read_factory_settings(use_empty=True)
assert bpy.ops.extensions.package_install_files(repo="user_default", filepath=archive) == {"FINISHED"}
assert ID in bpy.context.preferences.addons, "it is not enabled"
stored = bpy.context.preferences.addons[ID].preferences
assert stored.output_folder and stored.engine_python == ""
folder = Path(sys.modules[ID].__file__).parent
files = sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)
engine_root = sys.modules[f"{ID}.contract"].ENGINE_ROOT
assert engine_root == folder.resolve(), engine_root
assert bpy.ops.avatarclip.import_avatar(directory=result) == {"FINISHED"}
assert "Firefighter" in bpy.data.collections
stored.engine_python = "/no/such/python"
bpy.ops.avatarclip.check_setup()
assert "/no/such/python" in sys.modules[f"{ID}.session"].setup_check().summary
after = sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)
assert after == files, "it wrote into its own folder"
bpy.ops.preferences.addon_disable(module=ID)
assert not hasattr(bpy.types.Scene, "avatarclip")
print("ok")

"""The modules that the add-on and the engine share, loaded from the engine's own folder.

An installed extension carries the engine inside itself (``<add-on>/engine``); in the source tree the two stand side
by side. Loading by path keeps the engine's package, and with it torch, out of Blender.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

ADDON_FOLDER = Path(__file__).resolve().parent


def find_engine_root(addon_folder: Path = ADDON_FOLDER) -> Path:
    """Return the folder that holds ``engine/``: the add-on's own, or the source tree's.

    Raises:
        FileNotFoundError: if neither has an engine, that is if the installation is incomplete.
    """
    for root in (addon_folder, addon_folder.parent):
        if (root / "engine" / "protocol.py").is_file():
            return root
    raise FileNotFoundError(f"The engine is missing beside {addon_folder}; install the extension again.")


def _load(module_name: str) -> ModuleType:
    """Load a module or package of the engine by its path, under a name in the add-on."""
    name, folder = f"{__package__}.{module_name}", ENGINE_ROOT / "engine" / module_name
    package = folder.is_dir()
    file = folder / "__init__.py" if package else folder.with_suffix(".py")
    spec = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[str(folder)] if package else None
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their own module up here while it runs
    spec.loader.exec_module(module)
    return module


ENGINE_ROOT = find_engine_root()
if TYPE_CHECKING:
    from engine import environment, examples, geometry, protocol, schema
    from engine import names as export_names
    from engine import settings as engine_settings
else:
    environment, protocol, schema = _load("environment"), _load("protocol"), _load("schema")
    examples = _load("examples")
    engine_settings = _load("settings")
    export_names = _load("names")
    geometry = _load("geometry")
rotations, skinning = geometry.rotations, geometry.skinning

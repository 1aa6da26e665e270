"""What is loaded once and serves every job that asks for the same: body, perceptor, and the tables that modules keep.

Jobs share one `Models`; it notices when files of the user's that it has read were changed, and can forget everything.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import userdata
from engine.settings import BodyConfig, ClipConfig

if TYPE_CHECKING:
    from engine.body import Body
    from engine.perceptor import Perceptor
    from engine.report import Reporter

_MOST_BODIES = _MOST_PERCEPTORS = 2
"""Kept at once; of more, the one that was loaded first is given up. Set by hand."""

Stamp = tuple[tuple[str, int, int], ...]


class Models:
    """Body models and perceptors by the settings that name them, loaded when a job first asks for them."""

    def __init__(self) -> None:
        self._bodies: dict[Any, Any] = {}
        self._perceptors: dict[Any, Any] = {}
        self._own = _stamp(userdata.data_folder())

    def body(self, conf: BodyConfig, fingers: bool) -> Body:
        """The body model that a conf names."""
        from engine.body import load_body

        key = (conf, fingers, _stamp_of(conf.model))
        found: Body = _kept(self._bodies, key, lambda: load_body(conf, fingers), _MOST_BODIES)
        return found

    def perceptor(self, conf: ClipConfig, device: str, report: Reporter | None = None) -> Perceptor:
        """The text and image encoders that a conf names, on a device; ``report`` hears of a download."""
        from engine.perceptor import load_perceptor

        names = conf.model if isinstance(conf.model, tuple) else (conf.model,)
        key = (conf, device, tuple(map(_stamp_of, names)))
        found: Perceptor = _kept(self._perceptors, key, lambda: load_perceptor(conf, device, report), _MOST_PERCEPTORS)
        return found

    def refresh(self) -> None:
        """Forget everything if the user's own records or imported weights have changed since they were read."""
        own = _stamp(userdata.data_folder())
        if own != self._own:
            self.forget()
            self._own = own

    def forget(self) -> None:
        """Give up the models and what the engine's modules have read, and the memory back to the system."""
        self._bodies.clear()
        self._perceptors.clear()
        for kept in [item for item in gc.get_objects() if type(item) is functools._lru_cache_wrapper]:
            if (kept.__module__ or "").startswith("engine."):
                kept.cache_clear()
        give_back()


def give_back() -> None:
    """Give memory that is not in use back to the system, which `device.tune_process` keeps for the next step."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _kept(known: dict[Any, Any], key: Any, load: Callable[[], Any], most: int) -> Any:
    """What is known under a key, loaded if it is not."""
    if key not in known:
        while len(known) >= most:
            known.pop(next(iter(known)))
        known[key] = load()
    return known[key]


def _stamp_of(name: str | None) -> Stamp:
    """Of what a user calls a model; nothing for the bundled one and for names on the hub."""
    path = Path(name).expanduser() if name else None
    return _stamp(path) if path is not None and path.exists() else ()


def _stamp(path: Path) -> Stamp:
    """Name, time and size of a file or of all files in a folder: another stamp, another content."""
    found = []
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        with contextlib.suppress(OSError):  # it went away in this very moment
            stat = file.stat()
            if not file.is_dir():
                found.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(found)

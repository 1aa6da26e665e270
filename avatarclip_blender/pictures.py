"""Pictures in the panel: files as icons, and the curve of a job's loss or score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import bpy.utils.previews
import numpy as np

from . import disk

CURVE_SIZE = 128
_PAPER, _GRID, _LINE = (0.11, 0.11, 0.11, 1.0), (0.2, 0.2, 0.2, 1.0), (0.36, 0.6, 0.95, 1.0)
_CURVE = "curve"

_icons: bpy.utils.previews.ImagePreviewCollection | None = None
_times: dict[str, tuple[int, int]] = {}
_drawn: tuple[int, float] | None = None


def icon(path: Path | None) -> int:
    """Return the icon number of a picture file as it is now, 0 if it is not there."""
    if path is None:
        return 0
    key, now = str(path), _state(path)
    if now is None:
        return 0
    icons = _collection()
    if key in icons and _times.get(key) != now:
        del icons[key]
    if key not in icons:
        icons.load(key, key, "IMAGE", True)
        _times[key] = now
        tuple(icons[key].image_size)  # asking for it reads the file now; a spinner would flicker at each new picture
    return int(icons[key].icon_id)


@disk.remembered
def _state(path: Path) -> tuple[int, int] | None:
    """When a file was changed, and its size; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def curve_icon(points: Sequence[tuple[int, float]]) -> int:
    """Return the icon number of a curve through (step, value), 0 if it is too short; drawn anew when it has grown."""
    global _drawn
    if len(points) < 3:
        return 0
    icons = _collection()
    state = (points[-1][0], points[-1][1])
    if state != _drawn or _CURVE not in icons:
        preview = icons[_CURVE] if _CURVE in icons else icons.new(_CURVE)
        pixels = plot(points, CURVE_SIZE)
        for kind in ("image", "icon"):
            setattr(preview, f"{kind}_size", (CURVE_SIZE, CURVE_SIZE))
            getattr(preview, f"{kind}_pixels_float").foreach_set(pixels.ravel())
        _drawn = state
    return int(icons[_CURVE].icon_id)


def plot(points: Sequence[tuple[int, float]], size: int) -> np.ndarray:
    """Draw a curve as float32 (size,size,4), the first row at the bottom; it fills the picture."""
    picture = np.empty((size, size, 4), np.float32)
    picture[:] = _PAPER
    for part in (0.25, 0.5, 0.75):
        picture[round(part * size)] = _GRID
    steps, values = np.array(points, dtype=np.float64).T
    margin = size // 16
    span = size - 2 * margin - 1
    columns = np.arange(size)
    along = steps[0] + (columns - margin) / span * max(steps[-1] - steps[0], 1)
    heights = np.interp(along, steps, values)
    low, high = values.min(), values.max()
    rows = margin + span * (heights - low) / max(high - low, 1e-12)
    inside = (columns >= margin) & (columns <= margin + span)
    for column in columns[inside][1:]:
        first, last = sorted((rows[column - 1], rows[column]))
        picture[int(first) : int(last) + 2, column] = _LINE
    return picture


def forget() -> None:
    """Give all icons back."""
    global _icons, _drawn
    if _icons is not None:
        bpy.utils.previews.remove(_icons)
    _icons = _drawn = None
    _times.clear()


def _collection() -> bpy.utils.previews.ImagePreviewCollection:
    global _icons
    if _icons is None:
        _icons = bpy.utils.previews.new()
    return _icons

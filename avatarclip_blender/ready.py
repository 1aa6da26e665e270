"""Keeps an engine ready for the next job, started in the background when the tab is first opened."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import bpy

from . import locate, preferences, session
from .contract import ENGINE_ROOT
from .warm import WarmEngine

_DELAY = 1.0
"""Seconds after the tab was opened, so that it is drawn first."""

_engine: WarmEngine | None = None
_opened = False


def open_tab() -> None:
    """The tab is drawn: the first time, start an engine a moment later."""
    global _opened
    if not _opened:
        _opened = True
        bpy.app.timers.register(_begin, first_interval=_DELAY)


def engine_for(python: Sequence[str], device: str) -> WarmEngine | None:
    """Return a warm engine that is free for a job on a device; None if jobs are to have processes of their own."""
    global _engine
    minutes = 0 if bpy.app.background else preferences.minutes_ready(bpy.context)
    made_for = (tuple(python), session.engine_environment(), device)
    if _engine is not None and (not _engine.free or _engine.made_for != made_for or not minutes):
        if _engine.free:
            _engine.close()
        elif _engine.alive:
            return None  # it still works for a job that was let go
        _engine = None
    if _engine is None and minutes:
        _engine = WarmEngine(*made_for[:2], ENGINE_ROOT, device, minutes)
    return _engine


def shutdown() -> None:
    """End it, unless it was left at work on a job that outlives Blender."""
    global _engine, _opened
    if bpy.app.timers.is_registered(_begin):
        bpy.app.timers.unregister(_begin)
    if _engine is not None:
        _engine.close()
    _engine, _opened = None, False


def _begin() -> None:
    """Start one for the scene's device; where there is no engine yet, the panel says so."""
    with contextlib.suppress(locate.SetupError):
        engine_for(preferences.engine_command(bpy.context), bpy.context.scene.avatarclip.device)

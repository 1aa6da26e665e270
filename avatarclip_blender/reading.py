"""What the engine understands of the prompts in the panel, asked for while they are typed.

A panel asks for the reading of its prompt whenever it is drawn. Where none is known, the engine's reader is asked a
moment later, in a process of its own that stays as long as there is typing.
"""

from __future__ import annotations

import time

import bpy

from . import preferences, session, ui
from .contract import ENGINE_ROOT, protocol
from .locate import SetupError
from .reader import ReaderProcess, Reading

DELAY = 0.5
"""Seconds after the last letter before the reader is asked."""
IDLE = 120.0
"""Seconds without a question after which the reader ends and gives its memory back."""
MOTION = "motion"
_INTERVAL = 0.1
_KEPT = 64
"""Readings that are remembered."""

_known: dict[tuple[str, str], Reading] = {}
_wanted: dict[str, tuple[str, float]] = {}
"""Part -> its text, and since when it is that."""
_asked: set[tuple[str, str]] = set()
_children: dict[bool, ReaderProcess] = {}
"""One for looks, one for motions (True), whose reading takes much longer to start."""
_last = 0.0
_failed = False
"""Whether the reader has ended by itself: an engine without one, or a broken one, is not started again and again."""


def of(part: str, text: str) -> Reading | None:
    """Return what is understood of a part's prompt; None as long as that is not known. Cheap, for drawing."""
    text = text.strip()
    if not text or _failed or not preferences.reads_prompts(bpy.context):
        return None
    if part == MOTION and text == protocol.DEFAULT_PROMPTS[MOTION]:
        return None  # nobody has written anything yet
    if (part, text) in _known:
        return _known[part, text]
    if (part, text) in _asked:
        return None
    if _wanted.get(part, ("", 0.0))[0] != text:
        _wanted[part] = text, time.monotonic()
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=_INTERVAL, persistent=True)
    return None


def shutdown() -> None:
    """End the reader and forget all; for unregistering, and when another engine is chosen."""
    global _failed
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    _close()
    _failed = False
    _known.clear()
    _wanted.clear()
    _asked.clear()


def _close() -> None:
    """End the readers."""
    for child in _children.values():
        child.close()
    _children.clear()
    _asked.clear()


def _tick() -> float | None:
    """Ask what is due, take the answers in; Blender calls this until it returns None."""
    global _last, _failed
    now = time.monotonic()
    due = [(part, text) for part, (text, since) in _wanted.items() if now - since >= DELAY]
    for part, text in due:
        del _wanted[part]
        if (part, text) in _known or (part, text) in _asked:
            continue
        child = _children.get(part == MOTION) or _started()
        if child is None:
            _wanted.clear()  # the panel says that there is no engine
            return None
        _children[part == MOTION] = child
        child.ask(part, text)
        _asked.add((part, text))
        _last = now
    for child in _children.values():
        _take(child.answers())
    ended = any(not child.running for child in _children.values())
    _failed = _failed or (ended and bool(_asked))
    if ended or now - _last > IDLE:
        _close()
    return _INTERVAL if _children or _wanted else None


def _started() -> ReaderProcess | None:
    """A reader, if there is an engine."""
    try:
        return ReaderProcess(preferences.engine_command(bpy.context), session.engine_environment(), ENGINE_ROOT)
    except SetupError:
        return None


def _take(answers: list[tuple[str, Reading]]) -> None:
    for part, reading in answers:
        _asked.discard((part, reading.text))
        _known[part, reading.text] = reading
        while len(_known) > _KEPT:
            del _known[next(iter(_known))]
        ui.redraw()

"""What panels ask the disk, remembered for a moment: they are drawn many times a second, and a folder may be on a
network. No bpy."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

FRESH = 2.0
"""Seconds that an answer is good for, unless something has happened that we know of."""
_MOST = 256

_answers: dict[tuple[Any, ...], tuple[float, Any]] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def remembered(function: Function) -> Function:
    """Let a function of hashable arguments ask the disk at most every few seconds."""

    @wraps(function)
    def answer(*arguments: Any) -> Any:
        key, now = (function, *arguments), time.monotonic()
        known = _answers.get(key)
        if known is not None and now - known[0] < FRESH:
            return known[1]
        if len(_answers) >= _MOST:
            _answers.clear()
        found = function(*arguments)
        _answers[key] = (now, found)
        return found

    return answer  # type: ignore[return-value]


def forget() -> None:
    """Ask anew: a job has told something, or a folder was written."""
    _answers.clear()

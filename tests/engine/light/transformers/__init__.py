"""Takes the place of transformers in engines with stand-in stages: importing the real one takes half of their start.

Its names are classes that may be derived from, and whose methods do nothing.
"""

from __future__ import annotations

from collections.abc import Callable


class Hollow(type):
    """Answers for every method of the real class."""

    def __getattr__(cls, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: None


def __getattr__(name: str) -> Hollow:
    if name.startswith("__"):
        raise AttributeError(name)
    return Hollow(name, (), {})

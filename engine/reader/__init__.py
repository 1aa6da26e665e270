"""A text becomes what it says: who, what is worn over what, what is held, and which words were not understood."""

from engine.reader.reading import Reading, Understood, Who, Worn

__all__ = ["Reading", "Understood", "Who", "Worn"]

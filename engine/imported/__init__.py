"""Weights of the original that a user brings along: recognised, checked, converted to safetensors, and run."""

from engine.imported.store import KINDS, available, checksums, find, require

__all__ = ["KINDS", "available", "checksums", "find", "require"]

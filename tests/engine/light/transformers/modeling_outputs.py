"""Part of the stand-in."""

from transformers import __getattr__  # noqa: F401

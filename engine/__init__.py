"""Text to avatar: three prompts in, a rigged and moving avatar out (standard library only at import)."""

__version__ = "0.1.0"

"""Readers for files that somebody else made: they build arrays and nothing else, and refuse all else by name."""

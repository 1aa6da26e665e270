"""A text under construction, with what each of its phrases is and belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.reader.network import LINKS


@dataclass
class Node:
    """A phrase that has a role."""

    role: str
    denied: bool = False
    start: int = 0
    end: int = 0


@dataclass
class Draft:
    """Phrases in their order; links are between the numbers that `say` gives."""

    parts: list[tuple[str, int | None]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    links: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {name: [] for name in LINKS})
    items: list[int] = field(default_factory=list)
    """Garments and extras so far."""
    colored: list[int] = field(default_factory=list)
    """Garments and extras so far that have a colour."""
    figure: int | None = None
    nouns_first: bool = False
    """Adjectives follow, as in texts that were translated word by word."""

    def say(self, text: str, role: str | None = None, denied: bool = False) -> int:
        """Add a phrase; one with a role gets a number."""
        if role is None:
            self.parts.append((text, None))
            return -1
        self.nodes.append(Node(role, denied))
        self.parts.append((text, len(self.nodes) - 1))
        return len(self.nodes) - 1

    def link(self, name: str, row: int, column: int) -> None:
        """Say that one node belongs to another."""
        self.links[name].append((row, column))

    def text(self) -> str:
        """The whole text; sets the places of the nodes."""
        out = ""
        for words, node in self.parts:
            if not words:
                continue
            glue = "" if not out or out.endswith(("(", " ", "\n")) or re.match(r"[,.;:!?)\n]", words) else " "
            if node is not None:
                self.nodes[node].start = len(out) + len(glue)
            out += glue + words
            if node is not None:
                self.nodes[node].end = len(out)
        return out

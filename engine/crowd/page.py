"""``index.html``: the crowd's pictures, prompts and times on one page that opens from the disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine import protocol
from engine.progress import clock

if TYPE_CHECKING:
    from engine.crowd.batch import Member

_STYLE = """
body { font: 15px system-ui, sans-serif; margin: 2rem; background: #f4f4f2; color: #222 }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem }
figure { margin: 0; background: #fff; border-radius: 6px; overflow: hidden; box-shadow: 0 1px 3px #0003 }
img { width: 100%; display: block }
figcaption { padding: .6rem .8rem } b { display: block } small { color: #777 }
ul { color: #a02020 }
@media (prefers-color-scheme: dark) { body { background: #1c1c1e; color: #ddd } figure { background: #2a2a2d } }
"""


def write_page(out: Path, members: Sequence[Member]) -> None:
    """Write the page of a crowd's folder, those that failed first and by their sentences."""
    failed = [member for member in members if member.state not in ("made", "kept")]
    there = sorted((member for member in members if member.state in ("made", "kept")), key=lambda one: one.name)
    cards = "\n".join(_card(out, member) for member in there)
    lost = "".join(f"<li><b>{escape(one.name)}</b> {escape(one.message or one.state)}</li>" for one in failed)
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(out.resolve().name)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(out.resolve().name)}</h1><p>{len(there)} avatars</p>{f'<ul>{lost}</ul>' if lost else ''}"
        f"<main>{cards}</main></html>\n"
    )
    protocol.write_atomically(out / "index.html", text)


def _card(out: Path, member: Member) -> str:
    """One avatar: picture, name, prompts, seed and time; the picture leads to its files."""
    place = f"{quote(member.name)}/{protocol.RESULT_DIR}"
    told = _manifest(out / member.name / protocol.RESULT_DIR)
    prompts = told.get("prompts", {})
    lines = "".join(f"<div>{escape(str(text))}</div>" for text in prompts.values() if text)
    seconds = told.get("seconds", {}).get("total")
    time = f", {clock(float(seconds))}" if isinstance(seconds, int | float) else ""
    return (
        f'<figure><a href="{place}/"><img src="{place}/{protocol.PREVIEW_PNG}" loading="lazy" alt=""></a>'
        f"<figcaption><b>{escape(member.name)}</b>{lines}"
        f"<small>seed {escape(str(told.get('seed', '')))}{time}</small></figcaption></figure>"
    )


def _manifest(result: Path) -> dict[str, Any]:
    try:
        told = json.loads((result / protocol.MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}

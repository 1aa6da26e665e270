"""``viewer.html``: the avatar, its motion and what shows them, in one page that opens from disk and loads nothing."""

from __future__ import annotations

import base64
import html
from pathlib import Path

from engine.export import vrm, vrma
from engine.export.scene import Scene
from engine.protocol import VIEWER_HTML, write_atomically

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "viewer"


def write(scene: Scene, folder: Path) -> list[str]:
    """Write the page."""
    motion = vrma.made(scene)
    data = {"avatar": vrm.made(scene), **({} if motion is None else {"motion": motion})}
    style, script, licence = (
        (ASSETS / name).read_text(encoding="utf-8") for name in ("viewer.css", "viewer.js", "LICENSE.txt")
    )
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f"<!--\n{licence.replace('--', '- -')}-->",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(scene.conf.name or 'Avatar')}</title>\n<style>\n{style}</style>\n</head>\n<body>",
        *(
            f'<script type="application/octet-stream" id="{name}">{base64.b64encode(value).decode("ascii")}</script>'
            for name, value in data.items()
        ),
        f"<script>\n{script.replace('</script', '<' + chr(92) + '/script')}</script>\n</body>\n</html>\n",
    ]
    write_atomically(folder / VIEWER_HTML, "\n".join(parts))
    return [VIEWER_HTML]

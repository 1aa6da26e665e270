"""A Hugging Face hub in this process: models from folders, over HTTP, with the faults that networks have."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".bin")


class FakeHub:
    """Serves one model and notes what is asked for."""

    def __init__(self, repository: str, folder: Path) -> None:
        self.repository, self.folder = repository, folder
        self.requests: list[tuple[str, str, str | None]] = []
        """Method, path and range of every request."""
        self.allowance: int | None = None
        """Bytes of large files that still come through before the connections break."""
        self.damaged = False
        """Whether large files come with a wrong byte."""
        self.url = ""

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def content(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def siblings(self) -> list[dict[str, object]]:
        """What the hub's API says of the files."""
        found = []
        for name in self.names():
            content = self.content(name)
            entry: dict[str, object] = {"rfilename": name, "size": len(content)}
            entry["blobId"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            if name.endswith(LARGE):
                entry["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            found.append(entry)
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        hub = self.hub
        hub.requests.append((self.command, self.path, self.headers.get("Range")))
        if re.fullmatch(rf"/api/models/{hub.repository}(/revision/[\w.]+)?", self.path.split("?")[0]):
            about = {"id": hub.repository, "modelId": hub.repository, "sha": COMMIT, "siblings": hub.siblings()}
            return self._send(200, json.dumps(about).encode(), {"Content-Type": "application/json"})
        match = re.fullmatch(rf"/{hub.repository}/resolve/{COMMIT}/([\w.-]+)", self.path)
        if match is None or match[1] not in hub.names():
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        return self._file(match[1])

    def _file(self, name: str) -> None:
        content = self.hub.content(name)
        large = name.endswith(LARGE)
        if large and self.hub.damaged:
            content = content[:-1] + bytes([content[-1] ^ 1])
        start = int(re.match(r"bytes=(\d+)-", self.headers.get("Range", "bytes=0-"))[1])
        headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        body = content[start:]
        self.send_response(206 if start else 200)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if large and self.hub.allowance is not None:
            self.wfile.write(body[: self.hub.allowance])
            self.wfile.flush()
            self.hub.allowance = max(0, self.hub.allowance - len(body))
            self.close_connection = True
            self.connection.close()
        else:
            self.wfile.write(body)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(repository: str, folder: Path) -> Iterator[FakeHub]:
    """A hub at ``hub.url`` as long as the context lasts."""
    hub = FakeHub(repository, folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()

"""Asks a page in Chromium, by the browser's own protocol over two pipes: nothing is guessed about how long it takes."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import selectors
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.export.programs import HEADLESS, PATIENCE, chromium


def evaluate(page: Path, script: str) -> Any:
    """The JSON value of a JavaScript expression (or of its promise) in a page that was loaded from disk.

    Raises:
        AssertionError: the page threw, or said nothing for `PATIENCE` seconds.
    """
    with _browser(page.parent / "profile") as browser:
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        browser.call("Page.navigate", {"url": page.as_uri()}, **session)  # answers once it has begun the page
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = browser.call("Runtime.evaluate", asked, **session)
        assert "exceptionDetails" not in answer, json.dumps(answer)[:2000]
        return answer["result"]["value"]


class _Pipes:
    """Messages of the DevTools protocol (https://chromedevtools.github.io/devtools-protocol), each ended by a NUL."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout
        self._to, self._back = process.stdin, process.stdout
        self._rest, self._numbers = b"", itertools.count(1)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._back, selectors.EVENT_READ)

    def call(self, method: str, params: dict[str, Any], **session: str) -> dict[str, Any]:
        number = next(self._numbers)
        self._to.write(json.dumps({"id": number, "method": method, "params": params, **session}).encode() + b"\0")
        self._to.flush()
        for message in self._messages(time.monotonic() + PATIENCE):
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]
        raise AssertionError(f"the browser did not answer {method}")

    def _messages(self, until: float) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" in self._rest:
                message, self._rest = self._rest.split(b"\0", 1)
                yield json.loads(message)
            if not self._ready.select(until - time.monotonic()) or not (more := os.read(self._back.fileno(), 1 << 20)):
                return
            self._rest += more


@contextlib.contextmanager
def _browser(profile: Path) -> Iterator[_Pipes]:
    command = [chromium(), *HEADLESS, "--remote-debugging-pipe", "--window-size=300,300", f"--user-data-dir={profile}"]
    shell = ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >&2', "sh", *command]  # it reads from 3 and writes to 4
    with (profile.parent / "browser.log").open("wb") as log:
        started = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
    with started:
        try:
            browser = _Pipes(started)
            yield browser
            browser.call("Browser.close", {})
        finally:
            started.kill()

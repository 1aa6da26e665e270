"""How much sooner a warm worker is done than a fresh process: a second motion, and a second avatar.

    python -m benchmarks.warm [OUT] [KEY=VALUE ...]

One run makes an avatar in a fresh process, then other motions for it and another avatar, each by a fresh process and
by one ``engine serve``. Wall-clock seconds hold for a quiet machine; CPU seconds, children's included, for any. A
motion is made in a new folder with the stages of the avatar before, as the add-on does it; "all files anew" has not
its result.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine import protocol
from engine.protocol import Request

ENGINE = (sys.executable, "-m", "engine")


def spent(pid: int) -> float:
    """CPU seconds of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Fresh:
    """A process for each job."""

    def run(self, folder: Path) -> tuple[float, float]:
        """Wall-clock and CPU seconds of one job."""
        began, before = time.monotonic(), os.times()
        subprocess.run([*ENGINE, "run", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return time.monotonic() - began, used


class Warm:
    """One process for all jobs."""

    def __init__(self) -> None:
        began = time.monotonic()
        self.child = subprocess.Popen(
            [*ENGINE, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._until_ready()
        self.start = time.monotonic() - began, spent(self.child.pid)

    def run(self, folder: Path) -> tuple[float, float]:
        """Wall-clock and CPU seconds of one job."""
        assert self.child.stdin is not None
        began, before = time.monotonic(), spent(self.child.pid)
        self.child.stdin.write(json.dumps({"job": str(folder)}).encode() + b"\n")
        self.child.stdin.flush()
        if self._until_ready() != protocol.EXIT_OK:
            raise SystemExit(f"{folder} failed; see its log.txt")
        return time.monotonic() - began, spent(self.child.pid) - before

    def _until_ready(self) -> int | None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            event = json.loads(line)
            if event["event"] == "ready":
                return event["code"]
        raise SystemExit("engine serve has ended")


def job(folder: Path, overrides: dict[str, str], base: Path | None = None, result: bool = True, **prompts: str) -> Path:
    """A job folder, with the stages of another avatar and, if wanted, its result."""
    folder.mkdir(parents=True)
    (folder / protocol.REQUEST_FILE).write_text(Request(prompts=prompts, overrides=dict(overrides)).to_json())
    if base is not None:
        for name in (protocol.CHECKPOINTS_DIR, protocol.PREVIEWS_DIR):
            shutil.copytree(base / name, folder / name)
        if result:
            shutil.copytree(base / protocol.RESULT_DIR, folder / protocol.BEFORE_DIR)
    return folder


def main(arguments: list[str]) -> None:
    """Measure and print a table."""
    pairs = dict(pair.split("=", 1) for pair in arguments if "=" in pair)
    places = [Path(argument) for argument in arguments if "=" not in argument]
    out = (places[0] if places else Path(tempfile.mkdtemp(prefix="warm-"))).resolve()
    rows: dict[str, tuple[float, float]] = {}
    fresh = Fresh()
    rows["first avatar, fresh"] = fresh.run(job(out / "a", pairs, appearance="a baker", motion="waving"))
    base = out / "a"
    rows["another motion, fresh, all files anew"] = fresh.run(
        job(out / "b", pairs, base, False, appearance="a baker", motion="jumping")
    )
    rows["another motion, fresh"] = fresh.run(job(out / "c", pairs, base, appearance="a baker", motion="dancing"))
    warm = Warm()
    rows["start of the warm one"] = warm.start
    rows["first motion, warm"] = warm.run(job(out / "d", pairs, base, appearance="a baker", motion="bowing"))
    rows["second motion, warm"] = warm.run(job(out / "e", pairs, base, appearance="a baker", motion="kicking a ball"))
    rows["second avatar, fresh"] = fresh.run(job(out / "f", pairs, appearance="a nurse", motion="walking"))
    rows["second avatar, warm"] = warm.run(job(out / "g", pairs, appearance="a nurse", motion="walking"))
    warm.child.terminate()
    print(f"{'':40}{'seconds':>9}{'CPU':>8}")
    for name, (wall, cpu) in rows.items():
        print(f"{name:40}{wall:9.1f}{cpu:8.1f}")
    for name, slow, quick in (
        ("second motion, of all files anew", "another motion, fresh, all files anew", "second motion, warm"),
        ("second motion, of a fresh process", "another motion, fresh", "second motion, warm"),
        ("second avatar, of a fresh process", "second avatar, fresh", "second avatar, warm"),
    ):
        print(f"{name:40}{rows[slow][0] / rows[quick][0]:8.1f}x{rows[slow][1] / rows[quick][1]:7.1f}x")


if __name__ == "__main__":
    main(sys.argv[1:])

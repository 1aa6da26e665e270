"""How many avatars an hour one machine makes: a crowd of one, two ... workers against one process after another.

    python -m benchmarks.crowd [N] [--cluster] [preset=NAME] [KEY=VALUE ...]

N avatars (default 4) by fresh processes in turn, by one warm worker, and by two, each worker with its share of the
cores; with ``--cluster`` also by one and two workers of a Ray cluster that is started here. CPU seconds hold on a busy
machine too, ratios of wall-clock seconds on a quiet one. The last line reckons the cores for a thousand an hour.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENGINE = (sys.executable, "-m", "engine")
PROMPTS = ("--appearance", "a {tall|short} {baker|smith|nurse}", "--motion", "{waving|walking}")


def used() -> float:
    """CPU seconds of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def measured(command: list[str]) -> tuple[float, float]:
    """Wall-clock and CPU seconds of a program and its children."""
    began, before = time.monotonic(), used()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began, used() - before


def batch(out: Path, number: int, pairs: list[str], *options: str) -> list[str]:
    """The command of a crowd."""
    presets = ("--preset", pairs[0].partition("=")[2]) if pairs and pairs[0].startswith("preset=") else ()
    settings = [*presets, *(part for pair in pairs[bool(presets) :] for part in ("--set", pair))]
    return [*ENGINE, "batch", *PROMPTS, "--vary", str(number), "--out", str(out), "--no-blend", *settings, *options]


def one_after_another(out: Path, number: int, pairs: list[str]) -> tuple[float, float]:
    """The same avatars, each by a process of its own."""
    from engine.crowd.listing import expand

    row = dict(pair.split("=", 1) for pair in pairs) | {"appearance": PROMPTS[1], "motion": PROMPTS[3]}
    wall = cpu = 0.0
    for entry in expand(row, vary=number):
        words = [part for name, text in entry.request.prompts.items() for part in (f"--{name}", text)]
        words += ["--seed", str(entry.request.seed), "--out", str(out / entry.name)]
        words += ["--preset", entry.request.preset, *(pair for pair in pairs if not pair.startswith("preset="))]
        spent = measured([*ENGINE, "generate", *words])
        wall, cpu = wall + spent[0], cpu + spent[1]
    return wall, cpu


def on_cluster(out: Path, number: int, pairs: list[str], workers: int) -> tuple[float, float]:
    """By workers of a Ray cluster on this machine; its CPU seconds are not seen from here."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = ["start", "--head", "--block", "--include-dashboard=false", f"--port={port}"]
    with subprocess.Popen([sys.executable, "-m", "ray.scripts.scripts", *start], stdout=subprocess.DEVNULL) as head:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.2)
            cpus = str(max(1, (os.cpu_count() or 1) // workers))
            options = ("--address", f"127.0.0.1:{port}", "--workers", str(workers), "--cpus", cpus)
            return measured(batch(out, number, pairs, *options))[0], float("nan")
        finally:
            head.terminate()


def main(arguments: list[str]) -> None:
    """Measure and print a table."""
    pairs = [argument for argument in arguments if "=" in argument]
    number = next((int(argument) for argument in arguments if argument.isdigit()), 4)
    out = Path(tempfile.mkdtemp(prefix="crowd-"))
    rows = {"one process after another": one_after_another(out / "turns", number, pairs)}
    for workers in (1, 2):
        command = batch(out / f"local{workers}", number, pairs, "--workers", str(workers))
        rows[f"{workers} warm worker(s)"] = measured(command)
        if "--cluster" in arguments:
            rows[f"{workers} worker(s) on Ray"] = on_cluster(out / f"ray{workers}", number, pairs, workers)
    slowest = rows["one process after another"][0]
    print(f"{number} avatars{'':24}{'seconds':>9}{'CPU each':>10}{'an hour':>9}{'ratio':>7}")
    for name, (wall, cpu) in rows.items():
        print(f"{name:33}{wall:9.1f}{cpu / number:10.1f}{3600 * number / wall:9.0f}{slowest / wall:7.2f}")
    each = rows["1 warm worker(s)"][1] / number
    print(f"A thousand an hour: {1000 * each / 3600:.1f} cores that do nothing else, at {each:.1f} CPU seconds each.")


if __name__ == "__main__":
    main(sys.argv[1:])

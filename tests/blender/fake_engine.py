"""Stands in for the engine: takes its command line and speaks its protocol, and behaves as the prompt says.

The appearance prompt may hold ``slow`` (runs until it is stopped), ``stubborn`` (and ignores all polite requests),
``die`` (killed at work), ``broken`` (a Python error), ``oom`` (reports an error), ``noise`` (stray output),
``grandchild`` (leaves a process that holds the pipe). AVATARCLIP_FAKE_RESULT names the folder that it delivers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

STAGES = ("shape", "appearance", "mesh", "rig", "motion")
STEPS = 5


def emit(event: str, **fields: object) -> None:
    """Write one event."""
    sys.stdout.write(json.dumps({"event": event, "time": time.time(), **fields}) + "\n")
    sys.stdout.flush()


def stop(*_: object) -> None:
    """End as the engine does when it is told to stop."""
    emit("error", code="cancelled", message="Cancelled.", hint="")
    os._exit(130)


def listen() -> None:
    """Stop upon "cancel", and when the parent is gone."""
    for line in sys.stdin:
        if line.strip() == "cancel":
            break
    stop()


def picture(path: Path, shade: int) -> None:
    """Write a small grey PNG without any library."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(value for x in range(64) for value in (shade, 4 * x, 4 * y)) for y in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def run(job: Path) -> int:
    """Go through the stages."""
    request = json.loads((job / "request.json").read_text(encoding="utf-8"))
    mood = request["prompts"]["appearance"]
    pause = float(os.environ.get("AVATARCLIP_FAKE_PAUSE", "0.005"))
    if "stubborn" in mood:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, stop)
        threading.Thread(target=listen, daemon=True).start()
    emit("job_started", job=str(job), engine_version="0.1.0", stages=STAGES, device="cpu")
    (job / "previews").mkdir(exist_ok=True)
    for number, stage in enumerate(STAGES):
        emit("stage_started", stage=stage)
        misbehave(mood, stage, job)
        for step in range(1, STEPS + 1):
            emit("progress", stage=stage, step=step, total=STEPS, eta=(STEPS - step) * pause, loss=1 / step)
            time.sleep(pause)
        picture(job / "previews" / "latest.png", 50 * number)
        emit("preview", stage=stage, path="previews/latest.png")
        emit("stage_finished", stage=stage, seconds=pause * STEPS)
    result = job / "result"
    shutil.copytree(os.environ["AVATARCLIP_FAKE_RESULT"], result, dirs_exist_ok=True)
    emit("result", path="result", files=sorted(path.name for path in result.iterdir()))
    return 0


def misbehave(mood: str, stage: str, job: Path) -> None:
    """Do what the prompt asks for, in the second stage."""
    if stage != "appearance":
        return
    if "noise" in mood:
        os.write(1, b'Downloading: 13%\r\n\xff\xfe\x00 not text\n{"event": "unheard of"}\n{"event":\n\n')
        os.write(1, b'{"event": "progress", "stage": "appearance", "step": "x", "total": null, "eta": "soon"}\n')
    if "grandchild" in mood:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        (job / "grandchild.pid").write_text(str(child.pid))
    if "die" in mood:
        os.kill(os.getpid(), signal.SIGKILL)
    if "broken" in mood:
        raise RuntimeError("the flux capacitor is empty")
    if "oom" in mood:
        emit("error", code="out_of_memory", message="There was not enough memory.", hint="Choose a lower preset.")
        os._exit(1)
    while "slow" in mood or "stubborn" in mood:
        emit("progress", stage=stage, step=1, total=STEPS, eta=125.0)
        time.sleep(0.05)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:3] == ["-m", "engine", "doctor"]:
        print("Device: cpu\n* Do this first.")
        sys.exit(int(os.environ.get("AVATARCLIP_FAKE_DOCTOR", "0")))
    assert arguments[:3] == ["-m", "engine", "run"], arguments
    sys.exit(run(Path(arguments[3])))

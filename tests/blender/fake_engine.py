"""Stands in for the engine: takes its command line and speaks its protocol, and behaves as the prompt says.

The appearance prompt may hold ``slow`` (runs until it is stopped), ``stubborn`` (and ignores all polite requests),
``die`` (killed at work), ``broken`` (a Python error), ``oom``, ``full``, ``readonly`` (reports an error), ``noise``
(stray output), ``grandchild`` (leaves a process that holds the pipe), ``brief`` (goes on by itself after a second).
AVATARCLIP_FAKE_RESULT names the folder that it delivers.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def read() -> None:
    """Be ``engine read --lines``: every word of more than three letters is known, but for ``blork``."""
    for line in sys.stdin:
        asked = json.loads(line)
        words = [word for word in asked["text"].split() if len(word) > 3]
        known = [
            {"words": w, "layer": w.title(), "property": "worn", "value": "as it is"} for w in words if w != "blork"
        ]
        ignored = ["blork"] if "blork" in words else []
        repaired = [["hatt", "hat"]] if "hatt" in words else []
        print(json.dumps({**asked, "understood": known, "ignored": ignored, "repaired": repaired}), flush=True)


STAGES = ("shape", "appearance", "mesh", "rig", "motion")
STEPS = 5
ERRORS = {
    "oom": ("out_of_memory", "There was not enough memory.", "Choose a lower preset."),
    "full": ("disk_full", "The disk is full.", "Free some space."),
    "readonly": ("not_writable", "Cannot write result (Read-only file system).", "Choose another folder."),
}
going = threading.Event()
going.set()
detached = False
job_folder = Path()


def emit(event: str, **fields: object) -> None:
    """Write one event to the folder, and to whoever listens."""
    line = json.dumps({"event": event, "time": time.time(), **fields}) + "\n"
    with open(job_folder / "events.jsonl", "a", encoding="utf-8") as stream:
        stream.write(line)
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except OSError:
        if not detached:
            os._exit(1)


def stop(*_: object) -> None:
    """End as the engine does when it is told to stop."""
    emit("error", code="cancelled", message="Cancelled.", hint="")
    os._exit(130)


def listen() -> None:
    """Do what standard input says; stop when the parent is gone, or through the file if it may be."""
    global detached
    for line in sys.stdin:
        command = line.strip()
        if command == "cancel":
            stop()
        elif command in ("pause", "resume"):
            (going.clear if command == "pause" else going.set)()
        elif command in ("attach", "detach"):
            detached = command == "detach"
    while detached:
        if (job_folder / "cancel").exists():
            (job_folder / "cancel").unlink()
            break
        time.sleep(0.05)
    stop()


def picture(path: Path, shade: int) -> None:
    """Write a small grey PNG without any library."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(value for x in range(64) for value in (shade, 4 * x, 4 * y)) for y in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def surface(path: Path, step: int) -> None:
    """Write the delivered avatar's mesh, a little larger at each step."""
    import numpy as np

    with np.load(Path(os.environ["AVATARCLIP_FAKE_RESULT"]) / "avatar.npz") as stored:
        np.savez(path, vertices=stored["vertices"] * (0.5 + 0.1 * step), faces=stored["faces"], colors=stored["colors"])


def run(job: Path) -> int:
    """Go through the stages."""
    global job_folder
    job_folder = job
    lock = open(job / ".lock", "a")  # noqa: SIM115 (held to the end)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    request = json.loads((job / "request.json").read_text(encoding="utf-8"))
    mood = request["prompts"].get("appearance", "")
    pause = float(os.environ.get("AVATARCLIP_FAKE_PAUSE", "0.005"))
    if "stubborn" in mood:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, stop)
        threading.Thread(target=listen, daemon=True).start()
    stages = [stage for stage in STAGES if stage in request["stages"]]
    emit("job_started", job=str(job), engine_version="0.1.0", stages=stages, device="cpu (2 threads)")
    for number, stage in enumerate(stages):
        made_from = json.dumps(
            [
                request["prompts"].get(stage),
                request["seed"],
                request["seeds"].get(stage),
                {k: v for k, v in request["overrides"].items() if k.startswith(stage)},
            ]
        )
        done = job / "checkpoints" / stage / "done"
        if done.exists() and done.read_text() == made_from:
            emit("stage_skipped", stage=stage)
            continue
        work(job, stage, number, mood, pause)
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_text(made_from)
        emit("stage_finished", stage=stage, seconds=pause * STEPS)
    result = job / "result"
    shutil.copytree(os.environ["AVATARCLIP_FAKE_RESULT"], result, dirs_exist_ok=True)
    emit("result", path="result", files=sorted(path.name for path in result.iterdir()))
    return 0


def work(job: Path, stage: str, number: int, mood: str, pause: float) -> None:
    """Run one stage: steps, a picture, a surface where one grows."""
    emit("stage_started", stage=stage)
    misbehave(mood, stage, job)
    previews = job / "previews" / stage
    for step in range(1, STEPS + 1):
        if not going.is_set():
            emit("paused", stage=stage)
            going.wait()
            emit("resumed", stage=stage)
        emit("progress", stage=stage, step=step, total=STEPS, eta=(STEPS - step) * pause, loss=1 / step)
        if stage == "appearance":
            previews.mkdir(parents=True, exist_ok=True)
            surface(previews / "live.npz", step)
            emit("geometry", stage=stage, path=f"previews/{stage}/live.npz")
        time.sleep(pause)
    picture(previews / "step-1.png", 50 * number)
    for candidate in range(5) if stage == "motion" else ():
        picture(previews / f"candidate-{candidate + 1}.png", 40 * candidate)
    emit("preview", stage=stage, path=f"previews/{stage}/step-1.png")


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
    for word, (code, message, hint) in ERRORS.items():
        if word in mood:
            emit("error", code=code, message=message, hint=hint)
            os._exit(1)
    until = time.monotonic() + 1.0
    while "slow" in mood or "stubborn" in mood or ("brief" in mood and time.monotonic() < until):
        emit("progress", stage=stage, step=1, total=STEPS, eta=125.0)
        time.sleep(0.05)


def serve() -> int:
    """Be ``engine serve``: a process of its own for each job, and its death if one dies."""
    child: subprocess.Popen | None = None

    def wait(job: subprocess.Popen) -> None:
        code = job.wait()
        if code < 0:
            os.kill(os.getpid(), -code)
        print(json.dumps({"event": "ready", "time": time.time(), "code": code}), flush=True)

    print(json.dumps({"event": "ready", "time": time.time(), "code": None}), flush=True)
    for line in sys.stdin:
        if line.startswith("{"):
            command = [sys.executable, __file__, "-m", "engine", "run", json.loads(line)["job"]]
            child = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
            threading.Thread(target=wait, args=(child,), daemon=True).start()
        elif child is not None and child.stdin is not None:
            child.stdin.write(line)
            child.stdin.flush()
    return 0


def batch(listing: Path, out: Path) -> int:
    """Be ``engine batch``: the row's avatars, all but the last one."""
    row = json.loads(listing.read_text(encoding="utf-8"))
    names = [*(f"avatar-{number}" for number in range(row["count"] - 1)), "last"]
    for done, name in enumerate(names, start=1):
        told: dict[str, object] = {"event": "crowd_job", "name": name, "state": "made", "message": ""}
        if name == "last":
            told |= {"state": "failed", "message": "The disk is full."}
        else:
            shutil.copytree(os.environ["AVATARCLIP_FAKE_RESULT"], out / name / "result")
            # a real one has a manifest, which is written last
            (out / name / "result" / "manifest.json").write_text(json.dumps({"prompts": row["prompts"]}))
        total = len(names)
        share = {"event": "crowd_progress", "done": done, "total": total, "share": done / total, "eta": 1.0}
        for event in (told, share):
            print(json.dumps({"time": time.time(), **event}), flush=True)
    return 1


def doctor() -> int:
    """Answer as the doctor does."""
    code = int(os.environ.get("AVATARCLIP_FAKE_DOCTOR", "0"))
    print("a stray line")
    report = {
        "ok": code == 0,
        "engine": "0.1.0",
        "python": "3.11.7",
        "device": {"name": "cpu (2 threads)"},
        "memory": {"available": 3 << 30, "total": 8 << 30},
        "packages": {"torch": {"installed": "2.13.0"}},
        "advice": ["Only 3.0 GiB of memory are free."],
        "advice_codes": ["memory"],
    }
    print(json.dumps(report, indent=2))
    return code


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:3] == ["-m", "engine", "doctor"]:
        sys.exit(doctor())
    if arguments == ["-m", "engine", "read", "--lines"]:
        sys.exit(read())
    if arguments[:3] == ["-m", "engine", "serve"]:
        sys.exit(serve())
    if arguments[:3] == ["-m", "engine", "batch"]:
        sys.exit(batch(Path(arguments[3]), Path(arguments[5])))
    assert arguments[:3] == ["-m", "engine", "run"], arguments
    sys.exit(run(Path(arguments[3])))

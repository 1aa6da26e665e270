"""Stands in for ``engine serve``: a job is a result folder with the request's prompts; the prompt is the mood.

``broken`` ends with an error, ``deadly`` kills the process, ``fragile`` kills it the first time only.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path


def say(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, "time": time.time(), **fields}), flush=True)


say("ready", code=None)
for line in sys.stdin:
    if not line.startswith("{"):
        continue
    job = Path(json.loads(line)["job"])
    request = json.loads((job / "request.json").read_text())
    mood = request["prompts"].get("appearance", "")
    with open(job.parent / "calls.txt", "a") as calls:
        calls.write(f"{job.name} {os.getpid()}\n")
    say("job_started", stages=["shape", "rig"])
    say("progress", stage="shape", step=1, total=2)
    if "deadly" in mood or ("fragile" in mood and not (job / "tried").exists()):
        (job / "tried").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "broken" in mood:
        say("error", code="disk_full", message="The disk is full.", hint="Free some space.")
        say("ready", code=1)
        continue
    (job / "result").mkdir(exist_ok=True)
    told = {"prompts": request["prompts"], "seed": request["seed"], "seconds": {"total": 3.0}}
    (job / "result" / "manifest.json").write_text(json.dumps(told))
    say("result", path="result", files=[])
    say("ready", code=0)

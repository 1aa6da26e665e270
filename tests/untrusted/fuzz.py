"""Mutate files and read them, in a process that may not take much memory: ``python -m tests.untrusted.fuzz SECONDS``.

Prints one line of JSON: how many files were read, how many refused, and what went wrong.
"""

from __future__ import annotations

import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from engine.body import arrays as smpl
from engine.body import files
from engine.errors import EngineError
from engine.imported import checkpoint
from engine.imported.convert import convert
from tests.body import smpl_like
from tests.imported import originals

SPARE = 1 << 30
"""Bytes of address space beyond what the process has at the start."""
SLOW = 10
"""Seconds that one file may take."""
FORBIDDEN = ("os.system", "os.exec", "os.spawn", "os.posix_spawn", "subprocess.", "socket.", "shutil.", "ctypes.dlopen")
TOKENS = (
    b"cos\nsystem\n(S'true'\ntR",
    b"\x8c\x02os\x8c\x06system\x93",
    b"\xff\xff\xff\x7f",
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x00",
    b"r\xff\xff\xff\x7f",
    b"R",
    b"b",
    b"0",
    b"\x85",
    b"2",
    b"(",
    b"t",
    b"\x81",
    b"\x96\xff\xff\xff\xff\xff\x00\x00\x00",
)


def body_files() -> dict[str, bytes]:
    """Small bodies, whole and in archives."""
    rng = np.random.default_rng(0)
    count = 120
    rows = rng.random((24, count))
    joints = rows / rows.sum(1, keepdims=True)
    made = {
        "v_template": rng.random((count, 3)),
        "shapedirs": rng.random((count, 3, 2)),
        "posedirs": np.zeros((count, 3, 207)),
        "J_regressor": joints,
        "weights": (rows / rows.sum(0)).T,
        "f": rng.integers(0, count, (50, 3)),
        "kintree_table": np.array([smpl.PARENTS, range(24)]),
    }
    chumpy = {"shapedirs": smpl_like.Ch(made["shapedirs"]), "J_regressor": smpl_like.sparse.csc_matrix(joints)}
    pickled = smpl_like.dumps({**made, **chumpy})
    plain, zipped = io.BytesIO(), io.BytesIO()
    np.savez(plain, **made)
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("models/SMPL_NEUTRAL.pkl", pickled)
    return {"SMPL_NEUTRAL.pkl": pickled, "SMPL_MALE.npz": plain.getvalue(), "smpl.zip": zipped.getvalue()}


def checkpoint_files() -> dict[str, bytes]:
    """Small checkpoints in both of torch's layouts."""
    out = {}
    for name, held, new in (
        ("flow.pth", originals.realnvp(), True),
        ("old.pth", originals.pose_codes(count=4), False),
        ("codes.pth", originals.shape_codes(count=3), True),
    ):
        stream = io.BytesIO()
        torch.save(held, stream, _use_new_zipfile_serialization=new)
        out[name] = stream.getvalue()
    return out


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A few random changes, most of them near the beginning or the end, where structure is."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = min(int(abs(rng.gauss(0, 400))), len(out) - 1) if rng.random() < 0.7 else rng.randrange(len(out))
        at = len(out) - 1 - at if rng.random() < 0.3 else at
        kind, token = rng.randrange(5), rng.choice(TOKENS)
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            out[at:at] = token
        elif kind == 2:
            del out[at : at + rng.choice((1, 4, 100))]
        elif kind == 3:
            out[at : at + len(token)] = token
        else:
            del out[at:]
        if not out:
            return b"\x00"
    return bytes(out)


def read(path: Path) -> None:
    """As the engine reads them."""
    if path.suffix == ".pth":
        convert(checkpoint.load(path), path.name)
    else:
        file = files.choose(files.find(path), "auto")
        smpl.prepared(files.read(file, smpl.NAMES), file.shown, 10)


def main() -> None:
    """Fuzz for some seconds."""
    seconds, rng = float(sys.argv[1]), random.Random(7)
    problems: list[str] = []
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = body_files() | checkpoint_files()
        for file, data in whole.items():
            (folder / file).write_bytes(data)
            read(folder / file)  # whole files are read
        sys.addaudithook(lambda event, args: problems.append(event) if event.startswith(FORBIDDEN) else None)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + SPARE, used + SPARE))
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            file = rng.choice(list(whole))
            (folder / file).unlink()  # another file may still be mapped
            (folder / file).write_bytes(mutated(whole[file], rng))
            signal.alarm(SLOW)
            try:
                read(folder / file)
                counts["read"] += 1
            except EngineError:
                counts["refused"] += 1
            except BaseException as error:
                problems.append(f"{file}: {type(error).__name__}: {error}"[:300])
            signal.alarm(0)
        print(json.dumps({**counts, "problems": problems[:10]}), flush=True)


if __name__ == "__main__":
    main()

"""Making the engine's own Python environment: which packages, for which device, and whether it still is the right one.

Standard library only, and runnable as a program by any Python that the packages support, so that an installed add-on
can make the environment too:

    python engine/environment.py FOLDER [--kind auto|cpu|cuda|mps] [--lock FILE]

It tells its progress as JSON lines on standard output (``step``, ``detail``, ``error``, ``done``), writes everything
that pip says to ``FOLDER/install.log``, and goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

PYTHONS = ((3, 11), (3, 14))
"""First and last Python the locked packages have wheels for."""
TORCH = "torch==2.13.0"
KINDS = ("cpu", "cuda", "mps")
_TORCH_SITE = "https://download.pytorch.org/whl/"
_CUDA_TAGS = ("cu130", "cu128", "cu126")
"""Of PyTorch's own index, the newest first; on Windows PyPI has only the CPU build."""
STAMP, LOG = "avatarclip.json", "install.log"
LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
OWN_ENTRIES = (
    STAMP,
    "bin",
    "lib",
    "lib64",
    "include",
    "share",
    "etc",
    "Scripts",
    "Lib",
    "Include",
    "pyvenv.cfg",
    ".gitignore",
    LOG,
)
"""What an environment consists of, in the order in which it is to be removed."""
_STEPS = ("Making the environment", "Installing PyTorch", "Installing the other packages", "Trying it out")

if TYPE_CHECKING:
    from collections.abc import Callable

    Say = Callable[[dict[str, Any]], None]


class EnvironmentFailure(Exception):
    """An environment that could not be made: one sentence, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def has_nvidia() -> bool:
    """Whether there is an NVIDIA GPU with a driver that answers."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    try:
        return subprocess.run([program, "-L"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def detect() -> str:
    """The kind of build that fits this machine: ``cuda``, ``mps`` or ``cpu``."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "mps"
    return "cuda" if has_nvidia() else "cpu"


def torch_choices(kind: str) -> list[list[str]]:
    """Arguments of ``pip install`` that bring torch for a kind of device, to be tried in this order."""
    plain = [TORCH]
    if kind == "cpu" and sys.platform.startswith("linux"):  # PyPI's Linux build brings several GB of CUDA
        patience = ["--retries", "1", "--timeout", "20"]
        return [[f"{TORCH}+cpu"], [f"{TORCH}+cpu", "--extra-index-url", f"{_TORCH_SITE}cpu", *patience], plain]
    if kind == "cuda" and sys.platform == "win32":
        return [[TORCH, "--index-url", f"{_TORCH_SITE}{tag}"] for tag in _CUDA_TAGS]
    return [plain]


def python_of(folder: Path) -> Path:
    """Where a virtual environment keeps its interpreter (which need not exist)."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(lock: Path = LOCK) -> str:
    """Changes when the locked packages do."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def state(folder: Path, lock: Path = LOCK) -> str:
    """``absent``, ``unfinished``, ``outdated`` (another lock), ``broken`` (without its Python) or ``ready``."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "unfinished" if (folder / LOG).exists() else "absent"
    if not python_of(folder).exists():
        return "broken"
    return "ready" if stamp.get("lock") == fingerprint(lock) else "outdated"


def install(folder: Path, kind: str, lock: Path, say: Say) -> None:
    """Make the environment, go on with a half-made one, or bring an old one up to date.

    Raises:
        EnvironmentFailure: one sentence and what to do; what was done stays, and the next call goes on from there.
        OSError: if the folder cannot be written.
    """
    check_python()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / LOG).exists() and any(folder.iterdir()):
        raise EnvironmentFailure(f"The folder {folder} holds other files.", "Choose a new or empty Engine Folder.")
    (folder / STAMP).unlink(missing_ok=True)
    with open(folder / LOG, "a", encoding="utf-8") as log:
        runner = _Runner(folder, log, say)
        runner.step(0)
        there = runner.quiet([str(python_of(folder)), "-c", "import pip"]) == 0
        if not there and runner.run([sys.executable, "-m", "venv", str(folder)]) != 0:
            raise EnvironmentFailure(
                "Python could not make a virtual environment.",
                "Choose another Base Python, one with the modules venv and ensurepip (Debian: apt install "
                "python3-venv); the log tells more.",
            )
        runner.step(1)
        if not any(runner.pip(arguments) for arguments in torch_choices(kind)):
            raise runner.failure("PyTorch")
        runner.step(2)
        if not runner.pip(["-r", str(lock)]):
            raise runner.failure("the packages")
        runner.step(3)
        if runner.run([str(python_of(folder)), "-c", "import torch; print(torch.__version__)"]) != 0:
            raise EnvironmentFailure("PyTorch was installed but does not start.", "See the log, or install again.")
        stamp = {"lock": fingerprint(lock), "kind": kind, "python": platform.python_version()}
        (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    say({"event": "done", "python": str(python_of(folder))})


def check_python() -> None:
    """Raise `EnvironmentFailure` if the packages have no wheels for this Python."""
    first, last = PYTHONS
    if not first <= sys.version_info[:2] <= last:
        raise EnvironmentFailure(
            f"The packages need Python {first[0]}.{first[1]} to {last[0]}.{last[1]}, and this is "
            f"{platform.python_version()}.",
            "Choose another Base Python.",
        )


class _Runner:
    """Runs programs, writes what they say to the log and passes their last line on."""

    def __init__(self, folder: Path, log: Any, say: Say) -> None:
        self.folder, self.log, self.say = folder, log, say
        self.last = ""

    def step(self, number: int) -> None:
        """Begin a step."""
        self.say({"event": "step", "number": number + 1, "total": len(_STEPS), "text": _STEPS[number]})

    def pip(self, arguments: list[str]) -> bool:
        """Install with pip into the environment; gives whether that went well."""
        options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        return self.run([str(python_of(self.folder)), "-m", "pip", "install", *options, *arguments]) == 0

    def quiet(self, command: list[str]) -> int:
        """Run a program and give its exit code, 1 if there is no such program."""
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode
        except OSError:
            return 1

    def run(self, command: list[str]) -> int:
        """Run a program to its end, line by line into the log; gives its exit code."""
        self.log.write(f"$ {' '.join(command)}\n")
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as child:
            for line in child.stdout or ():
                self.log.write(line)
                self.log.flush()
                if line.strip():
                    self.last = line.strip()
                    self.say({"event": "detail", "text": self.last[:200]})
        return child.returncode

    def failure(self, what: str) -> EnvironmentFailure:
        """Say why pip failed, as far as its last words tell."""
        if "No space left" in self.last:
            return EnvironmentFailure(f"The disk is full ({self.folder}).", "Free some space and install again.")
        return EnvironmentFailure(
            f"pip could not install {what} ({self.last[:160]}).",
            "Check the network and install again, it goes on from there; the log tells more.",
        )


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=("auto", *KINDS), default="auto")
    parser.add_argument("--lock", type=Path, default=LOCK)
    options = parser.parse_args(arguments)

    def say(event: dict[str, Any]) -> None:
        print(json.dumps(event), flush=True)

    try:
        install(options.folder, detect() if options.kind == "auto" else options.kind, options.lock, say)
    except EnvironmentFailure as failure:
        say({"event": "error", "message": failure.message, "hint": failure.hint})
    except OSError as error:
        where = error.filename or options.folder
        say(
            {
                "event": "error",
                "message": f"Cannot write {where} ({error.strerror or error}).",
                "hint": "Choose another Engine Folder.",
            }
        )
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The command line with stand-in stages in a fork of this process, which need not import everything again.

It has its own working folder, session, standard streams and signal handlers, as a program has. Where there is no fork,
and where the start or the end of a program is what is tested, `fake_stages` is started as one.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

import fake_stages
import torch

from engine import cli
from engine.perceptor import parts_tower  # noqa: F401, with transformers, or each fork imports it again
from engine.reader import read

PATIENCE = 180
"""Seconds."""


def call(arguments: Sequence[str], cwd: Path, change: Callable[[], None] = lambda: None) -> CompletedProcess[str]:
    """Run to the end, without standard input, after ``change`` in the fork; gives exit code and both outputs."""
    prepare()
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("out", "err")]
        child = multiprocessing.get_context("fork").Process(target=_inside, args=(arguments, cwd, files, change))
        child.start()
        child.join(PATIENCE)
        if child.is_alive():
            child.kill()
            child.join()
        assert child.exitcode is not None
        out, err = (file.read_text(encoding="utf-8") for file in files)
    return CompletedProcess(arguments, child.exitcode, out, err)


def start(arguments: Sequence[str], step_seconds: float) -> subprocess.Popen[str]:
    """Start with pipes: a child that, instead of executing a program, goes on as a fork of this process."""

    def program() -> None:
        code = 1
        try:
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # also what `subprocess` waits for
            torch.set_num_threads(1)
            fake_stages.STEP_SECONDS = step_seconds
            _open_streams()
            with fake_stages.installed():
                code = cli.main(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    prepare()
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        ["/dev/null"],
        **pipes,
        preexec_fn=program,
        restore_signals=False,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@cache
def prepare() -> None:
    """Know the reader's words, or each fork reads them again."""
    read("a cook", "appearance")


def _inside(arguments: Sequence[str], cwd: Path, files: Sequence[Path], change: Callable[[], None]) -> None:
    """What the fork does; ends it."""
    torch.set_num_threads(1)  # the parent's OpenMP threads are not in a fork, which would wait for them
    os.chdir(cwd)
    for number, file in enumerate((Path(os.devnull), *files)):
        opened = os.open(file, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    _open_streams()
    change()
    with fake_stages.installed():
        sys.exit(cli.main(arguments))


def _open_streams() -> None:
    """Python's standard streams on the first three descriptors."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", buffering=1, closefd=False) for n in (1, 2))  # noqa: SIM115

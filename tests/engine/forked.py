"""The command line with stand-in stages in a fork of this process, which need not import everything again.

It has its own working folder, standard streams and signal handlers, as a program has. Where there is no fork, and
where the life of a program is what is tested, `fake_stages` is started as one.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

import fake_stages
import torch

from engine import cli

PATIENCE = 180
"""Seconds."""


def call(arguments: Sequence[str], cwd: Path, change: Callable[[], None] = lambda: None) -> CompletedProcess[str]:
    """Run to the end, without standard input, after ``change`` in the fork; gives exit code and both outputs."""
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


def _inside(arguments: Sequence[str], cwd: Path, files: Sequence[Path], change: Callable[[], None]) -> None:
    """What the fork does; ends it."""
    torch.set_num_threads(1)  # the parent's OpenMP threads are not in a fork, which would wait for them
    os.chdir(cwd)
    for number, file in enumerate((Path(os.devnull), *files)):
        opened = os.open(file, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", buffering=1, closefd=False) for n in (1, 2))  # noqa: SIM115
    change()
    with fake_stages.installed():
        sys.exit(cli.main(arguments))

"""Programs of others that tests need: a browser, and packages of npm. They are set up where they can be, once.

Debian's Chromium is installed where the tests run as root (CI's machines, containers); packages of npm go into the
user's cache, at the versions and with the hashes of ``node/package-lock.json``. Elsewhere, and without a network, the
tests that need them are skipped and say what was missing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from filelock import FileLock

from engine.userdata import cache_folder

LOCKED = Path(__file__).parent / "node"
"""What of npm is needed."""
PATIENCE = 240
"""Seconds that one set-up may take."""
HEADLESS = ["--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
            "--ignore-gpu-blocklist"]  # fmt: skip
APT = ["apt-get", "-q", "-y", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20",
       "-o", "DPkg::Lock::Timeout=120"]  # fmt: skip


def chromium() -> str:
    """The browser's command: the one that AVATARCLIP_CHROMIUM names, one that is here, or Debian's."""
    if (found := _browser()) is None:
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            pytest.skip("no headless browser: install chromium, set AVATARCLIP_CHROMIUM, or run as root on Debian")
        why = _install_chromium()
        if (found := _browser()) is None:
            pytest.skip(f"no headless browser: Debian's could not be installed ({why})")
    if not _draws(found):
        pytest.skip(f"no headless browser: {found} starts without WebGL here")
    return found


@functools.cache
def _draws(browser: str) -> bool:
    """Whether a browser starts here, and draws in three dimensions without a graphics card."""
    page = 'data:text/html,<body><script>document.body.textContent = document.createElement("canvas")' \
        '.getContext("webgl2") ? "draws" : "blind"</script>'  # fmt: skip
    with contextlib.suppress(OSError, subprocess.TimeoutExpired), TemporaryDirectory() as profile:
        command = [browser, *HEADLESS, f"--user-data-dir={profile}", "--dump-dom", page]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return ">draws<" in ended.stdout
    return False


def node_modules() -> Path:
    """A folder with the packages of ``node/package.json``: AVATARCLIP_NODE_MODULES, or one in the user's cache."""
    if named := os.environ.get("AVATARCLIP_NODE_MODULES"):
        return Path(named)
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no packages of npm: install node and npm, or set AVATARCLIP_NODE_MODULES to a folder with them")
    folder, why = _install_packages()
    if why:
        pytest.skip(f"no packages of npm: they could not be fetched ({why})")
    return folder / "node_modules"


@functools.cache
def _install_chromium() -> str:
    """Why it did not work; empty if it did."""
    with FileLock(_folder() / "chromium.lock"):
        if _browser():  # while this waited
            return ""
        wanted, quiet = [*APT, "install", "--no-install-recommends", "chromium"], {"DEBIAN_FRONTEND": "noninteractive"}
        why = _run(wanted, env=os.environ | quiet)
        if why and not _run([*APT, "update"]):  # the lists of packages were old, or none
            why = _run(wanted, env=os.environ | quiet)
        return why


@functools.cache
def _install_packages() -> tuple[Path, str]:
    """The folder, which is there whole or not at all, and why it is not."""
    lock = (LOCKED / "package-lock.json").read_bytes()
    folder = _folder() / f"node-{hashlib.sha256(lock).hexdigest()[:12]}"
    with FileLock(folder.with_suffix(".lock")):
        if folder.is_dir():
            return folder, ""
        new = folder.with_suffix(".part")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(LOCKED, new)
        why = _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"], cwd=new)
        if not why:
            new.rename(folder)
        return folder, why


def _browser() -> str | None:
    names = (os.environ.get("AVATARCLIP_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((name for name in names if name and shutil.which(name)), None)


def _folder() -> Path:
    folder = cache_folder() / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(command: list[str], **options: Any) -> str:
    """What went wrong with a command; empty if nothing did."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = (ended.stderr or ended.stdout).strip().splitlines()
    told = [line for line in lines if line.startswith(("E: ", "npm error"))] or lines[-1:]  # apt's words, and npm's
    return "" if ended.returncode == 0 else " ".join([*told[:2], f"exit code {ended.returncode}"])

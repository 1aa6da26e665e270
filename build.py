#!/usr/bin/env python3
"""Make the demo, run the tests, package the extension. Needs nothing but Python's standard library.

    python3 build.py demo       an avatar from three prompts, in out/demo
    python3 build.py test       linters, type checker and tests (more arguments go to pytest)
    python3 build.py package    the Blender extension's zip, in dist (--index: with the index.json of a repository)

The first run creates the project's own environments beside this file: .venv (the engine) and .venv-bpy-* (Blender as
a Python module, for the .blend and .fbx files and for the tests). They are made again when their lock changes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from engine.environment import PYTHONS, TORCH, detect, has_nvidia, python_of, torch_choices  # noqa: E402

BPY = {"4.2": "4.2.23", "4.5": "4.5.15", "5.0": "5.0.1"}
"""Blender as a Python module; all of these are for Python 3.11 only."""

INTERRUPTED = 130


class Failure(Exception):
    """Something the user should read in one sentence."""


class Environment:
    """A virtual environment that is made when it is first needed and again when its recipe changes."""

    def __init__(self, name: str, python: str, recipe: list[list[str]]) -> None:
        """``recipe``: the arguments of each ``pip install``; lock files in it count with their content."""
        self.folder = ROOT / name
        self.base = python
        self.recipe = recipe

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return python_of(self.folder)

    def ensure(self) -> Environment:
        """Create or renew the environment if need be.

        Raises:
            Failure: when it cannot be made.
        """
        wanted = self._fingerprint()
        stamp = self.folder / f"stamp-{hashlib.sha256(repr(self.recipe).encode()).hexdigest()[:8]}"
        if self.python.exists() and stamp.is_file() and stamp.read_text() == wanted:
            return self
        began = time.monotonic()
        say(f"Installing the environment {self.folder.name} (once; minutes, most of it download) ...")
        if not self.python.exists():
            made = run([self.base, "-m", "venv", "--clear", str(self.folder)], quiet=True)
            if made != 0:
                raise Failure(
                    f"Python could not create {self.folder}; is the folder writable and the venv module there "
                    "(Debian: apt install python3-venv)?"
                )
        for arguments in self.recipe:
            self._install(arguments)
        stamp.write_text(wanted)
        say(f"{self.folder.name} is ready ({time.monotonic() - began:.0f} s).")
        return self

    def _install(self, arguments: list[str]) -> None:
        """One ``pip install``; torch as the build that fits this machine."""
        pip = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "-qq"]
        choices = torch_choices(detect()) if arguments == [TORCH] else [arguments]
        for number, choice in enumerate(choices, start=1):
            if run([*pip, *choice], quiet=number < len(choices)) == 0:
                return
        raise Failure(f"pip could not install {' '.join(arguments)} into {self.folder.name}; see its message above.")

    def _fingerprint(self) -> str:
        """Changes when the recipe, a lock file or the Python version does."""
        digest = hashlib.sha256(repr((self.recipe, subprocess.getoutput(f'"{self.base}" -V'))).encode())
        for argument in (argument for step in self.recipe for argument in step if argument.endswith(".lock")):
            digest.update(Path(argument).read_bytes())
        return digest.hexdigest()


def engine_environment() -> Environment:
    """The engine's packages."""
    return Environment(".venv", sys.executable, [[TORCH], ["-r", str(ROOT / "requirements.lock")]])


def test_environment() -> Environment:
    """The engine's packages and the developers' tools, in the same folder."""
    return Environment(".venv", sys.executable, [["-r", str(ROOT / "requirements-dev.lock")]])


def cluster_environment() -> Environment:
    """Ray, in the same folder, for the tests of clusters."""
    return Environment(".venv", sys.executable, [["-r", str(ROOT / "requirements-cluster.lock")]])


def bpy_environment(version: str) -> Environment | None:
    """Blender as a Python module with pytest, or None where there is no Python 3.11 for it."""
    python = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    if python is None:
        return None
    return Environment(f".venv-bpy-{version}", python, [[f"bpy=={BPY[version]}", "pytest==9.2.0"]])


def run(command: list[str], quiet: bool = False, **options: object) -> int:
    """Run a program to its end and give its exit code; when we are told to stop, stop it and wait for it."""
    if quiet:
        options.update(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with subprocess.Popen(command, **options) as process:  # type: ignore[call-overload]
        try:
            return int(process.wait())
        except KeyboardInterrupt:
            if os.name != "nt":  # there it means killing, and Ctrl-C has reached the program anyway
                process.terminate()
            process.wait()
            raise


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


# --- demo ---------------------------------------------------------------------------------------------------
def demo(options: argparse.Namespace, rest: list[str]) -> int:
    """Make an avatar with the engine, then the .blend and .fbx with Blender's own exporters."""
    if rest:
        raise Failure(f"demo does not know {rest[0]!r}; see build.py demo --help.")
    check_prompts(options)
    out: Path = options.out.resolve()
    make_folder(out)
    engine_env = engine_environment().ensure()
    blender = bpy_environment("4.2")
    if blender is not None:
        blender.ensure()
    began = time.monotonic()
    preset = options.preset or ("standard" if has_cuda(engine_env) else "draft")
    command = [str(engine_env.python), "-m", "engine", "generate", "--out", str(out / "job"), "--preset", preset]
    settings = {name: getattr(options, name) for name in ("shape", "appearance", "motion", "seed")}
    settings["conf"] = options.conf.resolve() if options.conf else None
    settings["shape"] = "a tall strong man" if options.shape is None and options.appearance is None else options.shape
    for name, value in settings.items():
        if value is not None:
            command += [f"--{name}={value}"]
    code = run(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    if code != 0:
        return code
    for source in sorted((out / "job" / "result").iterdir()):
        if source.is_file() and not source.name.startswith("."):
            copy_whole(source, out / source.name)
    scenes = assemble(out, blender)
    files = [path.name for path in sorted(out.iterdir()) if path.is_file() and not path.name.startswith(".")]
    say(f"Done in {time.monotonic() - began:.0f} s: {', '.join(files)}")
    if not scenes:
        say("No avatar.blend and avatar.fbx: they need Python 3.11 on the PATH; the add-on imports the job as well.")
    say(f"The avatar is in {out}")
    return 0


def check_prompts(options: argparse.Namespace) -> None:
    """Refuse an unusable prompt before anything is installed."""
    from engine import protocol

    for name in protocol.DEFAULT_PROMPTS:
        text = getattr(options, name)
        if text is not None:
            try:
                protocol.check_prompt(name, text)
            except protocol.ProtocolError as error:
                raise Failure(str(error)) from None


def make_folder(folder: Path) -> None:
    """Create a folder and make sure that it can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise Failure(f"Cannot write to {folder} ({error.strerror}); choose another folder with --out.") from None


def has_cuda(environment: Environment) -> bool:
    """Whether the environment's torch can use a GPU."""
    check = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    return has_nvidia() and run([str(environment.python), "-c", check], quiet=True) == 0


def copy_whole(source: Path, target: Path) -> None:
    """Copy under a temporary name, then rename, so that there is never half a file."""
    temporary = target.with_name(f".part-{target.name}")
    shutil.copyfile(source, temporary)
    os.replace(temporary, target)


def assemble(out: Path, blender: Environment | None) -> bool:
    """Build ``avatar.blend`` and ``avatar.fbx`` from the job in ``out``; gives whether they are there.

    Files that belong to this very avatar are left as they are: the user may have worked on them.
    """
    if blender is None:
        return False
    stamp = out / ".assembled"
    wanted = assembling_fingerprint(out / "job" / "result")
    files = (out / "avatar.blend", out / "avatar.fbx")
    if all(file.is_file() for file in files) and stamp.is_file() and stamp.read_text() == wanted:
        return True
    script = ROOT / "tools" / "assemble.py"
    quiet = subprocess.DEVNULL  # Blender tells much; what goes wrong is on standard error
    if run([str(blender.python), str(script), str(out / "job" / "result"), str(out)], cwd=ROOT, stdout=quiet) != 0:
        raise Failure("Blender could not build avatar.blend and avatar.fbx; see its message above.")
    stamp.write_text(wanted)
    return True


def assembling_fingerprint(result: Path) -> str:
    """Changes when the avatar, its motion or the importer does."""
    digest = hashlib.sha256()
    for path in [*sorted(result.glob("*.npz")), *sorted((ROOT / "avatarclip_blender").rglob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


# --- test and package ---------------------------------------------------------------------------------------
def test(options: argparse.Namespace, rest: list[str]) -> int:
    """Linters, type checker and all the tests; the Blender environments are installed while the linters run."""
    environments = [environment for version in BPY if (environment := bpy_environment(version))]
    with ThreadPoolExecutor(2) as pool:
        pending = [pool.submit(environment.ensure) for environment in environments]
        engine_env = engine_environment().ensure()
        python = str(test_environment().ensure().python)
        if options.cluster:
            cluster_environment().ensure()
        failed = []
        for tool in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
            say(f"$ {' '.join(tool)}")
            if run([python, "-m", *tool], cwd=ROOT) != 0:
                failed.append(" ".join(tool))
        for future in pending:
            future.result()
    if failed:
        say(f"Failed before the tests: {', '.join(failed)}")
    codes = []
    for arguments in (rest,) if rest else (beside_each_other(), ["-m", "window"]):
        say(f"$ pytest {' '.join(arguments)}")
        codes.append(run([str(engine_env.python), "-m", "pytest", *arguments], cwd=ROOT))
    return max(codes) or (1 if failed else 0)


def beside_each_other() -> list[str]:
    """Arguments for all tests that need no window, a file at a time on each core; windows want the machine alone.

    Four at most, for each takes up to 5 GB; in the order of `tests/conftest.py`, long files first.
    """
    shared = ["--dist", "loadfile", "--no-loadscope-reorder"]
    return ["-n", str(min(os.cpu_count() or 1, 4)), *shared, "-m", "not window"]


def package(options: argparse.Namespace, rest: list[str]) -> int:
    """Write the extension's zip."""
    return run([sys.executable, str(ROOT / "tools" / "package.py"), *rest], cwd=ROOT)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print it and exit."""
        self.exit(2, f"error: {message} (see {self.prog} --help).\n")


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what ``test`` and ``package`` do not know is passed on."""
    parser = Parser(
        prog="build.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    commands = parser.add_subparsers(required=True, metavar="demo | test | package")
    show = commands.add_parser("demo", help="make the demo avatar", allow_abbrev=False)
    for name in ("shape", "appearance", "motion"):
        show.add_argument(f"--{name}", metavar="TEXT", help=f"the {name} prompt")
    show.add_argument("--seed", type=int, metavar="N", help="one seed gives one avatar (default: 0)")
    show.add_argument(
        "--preset", choices=("draft", "standard", "high"), help="default: standard with a GPU, draft without"
    )
    show.add_argument("--out", type=Path, default=ROOT / "out" / "demo", metavar="DIR", help="default: out/demo")
    show.add_argument("--conf", type=Path, metavar="FILE", help="HOCON file merged over the preset")
    show.set_defaults(command=demo)
    checks = commands.add_parser("test", help="run the tests", allow_abbrev=False)
    checks.add_argument("--cluster", action="store_true", help="install Ray (250 MB) and test clusters as well")
    checks.set_defaults(command=test)
    pack = commands.add_parser("package", help="write the extension's zip", allow_abbrev=False)
    pack.set_defaults(command=package)
    return parser.parse_known_args(arguments)


def _interrupt(number: int, frame: object) -> None:
    """Take SIGTERM as Ctrl-C."""
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    first, last = PYTHONS
    if not first <= sys.version_info[:2] <= last:
        here = ".".join(map(str, sys.version_info[:2]))
        print(
            f"build.py needs Python {first[0]}.{first[1]} to {last[0]}.{last[1]}, and this is {here}.", file=sys.stderr
        )
        return 2
    options, rest = parse(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code: int = options.command(options, rest)
        return code
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename or 'a file'}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

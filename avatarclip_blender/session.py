"""The engine's jobs as Blender sees them: one at work, others waiting, drained by a timer on the main thread.

Kept in this module rather than in bpy's data, so that undo, a new file or a reload of the scene cannot lose a running
process. What a scene has to remember (its avatar's folder) is written into it when the file is saved.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import disk, follow, installer, locate, pictures, ui, waiting
from . import setup_check as checks
from .contract import ENGINE_ROOT, protocol
from .importer.names import without_home
from .job import Job
from .progress import Progress
from .setup_check import SetupCheck
from .warm import WarmEngine

INTERVAL = 0.1
"""Seconds between two looks at the engine's events."""


@dataclass(frozen=True)
class Waiting:
    """A job that has its turn when those before it have ended."""

    folder: Path
    python: tuple[str, ...]
    device: str
    base: Path | None
    """Folder of the avatar that it changes, whose stored stages it takes over when it begins."""


_job: Job | None = None
_queue: list[Waiting] = []
_check: SetupCheck | None = None
_installation: installer.Installation | None = None
_watched: dict[str, Callable[[], bool]] = {}
_folders: dict[str, Path] = {}
problem: locate.SetupError | None = None
"""Why the last job could not be started; None if it could."""
_seen: tuple[object, ...] = ()
warm_engine: Callable[[Sequence[str], str], WarmEngine | None] | None = None
"""Gives an engine that is ready for a job on a device, if any; `events` sets it."""
engine_home: Callable[[], list[str]] | None = None
"""Gives the options that lead to a cluster, if jobs are to be done there; `events` sets it."""
on_end: list[Callable[[Job], None]] = []
"""Called on the main thread with each job that has ended."""
on_look: list[Callable[[], None]] = []
"""Called on the main thread at each turn of the timer, after all else."""
on_tick: list[Callable[[Job], None]] = []
"""Called on the main thread whenever the running job has told something new."""


def job() -> Job | None:
    """Return the running job, or the last one of this session."""
    return _job


def running() -> bool:
    """Tell whether an engine is at work."""
    return _job is not None and _job.running


def queue() -> tuple[Waiting, ...]:
    """Return the jobs that wait for their turn."""
    return tuple(_queue)


def folder_of(scene: bpy.types.Scene) -> Path | None:
    """Return the folder of the avatar that a scene works on: as this session knows it, else as the file says."""
    known = _folders.get(scene.name)
    stored = scene.avatarclip.job_folder
    return known or (Path(bpy.path.abspath(stored)).expanduser() if stored else None)


def set_folder(scene: bpy.types.Scene, folder: Path) -> None:
    """Remember the folder of the avatar that a scene works on; undo does not reach it here."""
    _folders[scene.name] = folder
    disk.forget()
    scene.avatarclip.job_folder = without_home(str(folder))


def create(output_folder: Path, request: protocol.Request) -> Path:
    """Make a new job folder for a request and return it.

    Raises:
        SetupError: if the folder cannot be written.
    """
    folder = locate.new_job_folder(output_folder, request.prompts.get("appearance", ""))
    try:
        protocol.write_atomically(folder / protocol.REQUEST_FILE, request.to_json())
    except OSError as error:
        reason = error.strerror or str(error)
        what = f"Cannot write to {folder} ({reason}); choose another Avatars Folder"
        raise locate.SetupError(what, "not_writable") from None
    disk.forget()
    return folder


def start(folder: Path, python: Sequence[str], device: str = "auto", base: Path | None = None) -> Job:
    """Run the engine on a job folder, new or half-done.

    Args:
        folder: with its ``request.json``.
        python: command of the engine's Python.
        device: ``auto``, ``cpu`` or ``cuda``.
        base: another job folder whose stored stages are taken over first, so that they need not be made again.

    Raises:
        SetupError: if another job runs, or if the engine cannot be started.
    """
    global _job, problem
    if running():
        raise locate.SetupError("Another avatar is being generated; wait for it or cancel it")
    new = Job(folder)
    try:
        take_over(base, folder)
        new.start(
            python, engine_environment(), ENGINE_ROOT, device, warm_engine(python, device) if warm_engine else None
        )
    except OSError as error:
        raise locate.SetupError(f"Cannot write to {folder} ({error.strerror or error})", "not_writable") from None
    waiting.forget(folder)
    disk.forget()
    _job, problem = new, None
    watch()
    return new


def enqueue(folder: Path, python: Sequence[str], device: str = "auto", base: Path | None = None) -> None:
    """Start a job now, or when those before it have ended.

    Raises:
        SetupError: if it is its turn and it cannot be started.
    """
    if running():
        _queue.append(Waiting(folder, tuple(python), device, base))
        waiting.remember(folder, device, base)
    else:
        start(folder, python, device, base)


def unqueue(folder: Path) -> None:
    """Take a waiting job off the list; its folder stays and can be resumed."""
    _queue[:] = [entry for entry in _queue if entry.folder != folder]
    waiting.forget(folder)


def attach(folder: Path) -> bool:
    """Follow the engine that is at work in a folder without us, if there is one and nothing else is watched."""
    global _job
    if running() or not follow.is_worked_in(folder):
        return False
    _job = Job(folder)
    _job.attach()
    watch()
    return True


def engine_environment() -> dict[str, str]:
    """Return the environment of the engine: without permission to use the network, it is told to stay away from it."""
    offline = {} if bpy.app.online_access else {"HF_HUB_OFFLINE": "1"}
    return locate.child_environment(ENGINE_ROOT) | offline


def take_over(base: Path | None, folder: Path) -> None:
    """Copy the finished stages, their pictures and the result from one job folder into a new one.

    Raises:
        OSError: if they cannot be copied.
    """
    kept = {name: name for name in (protocol.CHECKPOINTS_DIR, protocol.PREVIEWS_DIR)}
    for name, new_name in {**kept, protocol.RESULT_DIR: protocol.BEFORE_DIR}.items():
        source, target = (base / name if base else None), folder / new_name
        if source is not None and source.is_dir() and not target.exists():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("steps", ".*", protocol.LIVE_NPZ))


def start_setup_check(python: Sequence[str]) -> SetupCheck:
    """Run the engine's doctor."""
    global _check
    if _check is not None:
        _check.close()
    _check = checks.start(python, engine_environment(), ENGINE_ROOT)
    watch()
    return _check


def fail_setup_check(summary: str) -> None:
    """Record that the engine's Python is not even known."""
    global _check
    _check = checks.failed(summary)


def setup_check() -> SetupCheck | None:
    """Return the running or last check of the set-up."""
    return _check


def set_installation(change: installer.Installation) -> None:
    """Watch a change of the engine's environment; what was said of the one before counts no longer when it ends."""
    global _installation
    _installation = change

    def look() -> bool:
        global problem, _check
        if not change.running:
            problem = _check = None
            disk.forget()
        return change.running

    watch("installation", look)


def installation() -> installer.Installation | None:
    """Return the running or last change of the engine's environment."""
    return _installation


def shutdown() -> None:
    """Stop the engine (or leave it, if it shall go on), the check and the timer; for unregistering."""
    global _job, _check, _installation
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _job is not None and _job.running:
        (_job.leave if _job.kept or _job.attached else _job.close)()
    if _check is not None:
        _check.close()
    if _installation is not None:
        _installation.close()
    pictures.forget()
    _queue.clear()
    _folders.clear()
    _watched.clear()
    on_end.clear()
    on_tick.clear()
    on_look.clear()
    _job = _check = _installation = None


def forget_folders() -> None:
    """Forget which avatars the scenes work on, for another file has been opened."""
    _folders.clear()


def write_folders() -> None:
    """Write into the scenes what undo may have taken from them; before the file is saved."""
    for scene in bpy.data.scenes:
        if scene.name in _folders:
            scene.avatarclip.job_folder = without_home(str(_folders[scene.name]))


def watch(name: str = "", look: Callable[[], bool] | None = None) -> None:
    """Let the timer run, and with it ``look`` until it says that there is nothing more to come."""
    if look is not None:
        _watched[name] = look
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)  # also when a file is loaded


def _tick() -> float | None:
    """Take in what has happened; Blender calls this until it returns None."""
    if _job is not None:
        was_running = _job.running
        if _job.poll():
            _look_again(_job.progress)
            _call(on_tick, _job)
        if was_running and not _job.running:
            _call(on_end, _job)
            _start_next()
    for name, look in list(_watched.items()):
        if not _called(look):
            _watched.pop(name, None)
    _call(on_look)
    checking = _check is not None and not _check.done
    ui.redraw()
    return INTERVAL if running() or checking or _watched else None


def _look_again(state: Progress) -> None:
    """Let panels ask the disk anew when the engine has written something that they show."""
    global _seen
    now = (state.phase, state.previews_seen, len(state.done))
    if now != _seen:
        _seen = now
        disk.forget()


def _start_next() -> None:
    """Start the next waiting job that can be started; one that cannot keeps its folder, and is named."""
    global problem
    while _queue and not running():
        following = _queue.pop(0)
        try:
            start(following.folder, following.python, following.device, following.base)
        except locate.SetupError as error:
            problem = locate.SetupError(f"{following.folder.name} could not be started: {error}", error.code)


def _call(functions: Sequence[Callable[..., None]], *arguments: Any) -> None:
    for function in functions:
        _called(function, *arguments)


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function: one that fails must neither stop the timer nor keep the others from being called."""
    try:
        return function(*arguments)
    except Exception:  # whatever it was, the job goes on and the console tells
        traceback.print_exc()
        return None

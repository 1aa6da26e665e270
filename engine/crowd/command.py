"""``engine batch``: the command line of crowds. Thin: reads, shows."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from engine import cancel, device, protocol
from engine.errors import EngineError, from_exception
from engine.job import Listener
from engine.progress import EventStream, clock

log = logging.getLogger(__name__)


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the command's options; the command line sets the function that runs it."""
    batch: argparse.ArgumentParser = commands.add_parser(
        "batch", help="make many avatars from a list, here or on a cluster", allow_abbrev=False
    )
    batch.add_argument("list", type=Path, nargs="?", metavar="LIST", help="CSV, or a JSON object a line; or prompts")
    batch.add_argument("--out", type=Path, required=True, metavar="DIR", help="where each gets a folder; run it again")
    for name in protocol.DEFAULT_PROMPTS:
        batch.add_argument(f"--{name}", metavar="TEXT", help=f"the {name} prompt, with choices: a {{tall|short}} man")
    batch.add_argument("--vary", type=int, metavar="N", help="avatars of a row that gives no number")
    batch.add_argument("--seed", default="0", metavar="N", help="of the first, or a range such as 10-19 (default: 0)")
    batch.add_argument("--preset", default="draft", metavar="NAME", help="default: draft; a list's column is stronger")
    batch.add_argument(
        "--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE", help="a setting of all avatars"
    )
    batch.add_argument("--workers", type=int, default=0, metavar="N", help="at once (default: as the machine allows)")
    batch.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda (default: auto)")
    batch.add_argument("--tries", type=int, default=3, metavar="N", help="before a job is given up (default: 3)")
    add_cluster(batch)
    batch.add_argument("--no-blend", action="store_true", help="do not write crowd.blend")
    batch.add_argument("--events", action="store_true", help="JSON events on standard output instead of a bar")
    return batch


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the options that lead to a cluster."""
    parser.add_argument("--address", metavar="ADDRESS", help="of a Ray cluster: auto, ray://HOST:10001")
    parser.add_argument("--share", metavar="PLACE", help="folder or fsspec address that the cluster's machines reach")
    parser.add_argument("--cpus", type=float, default=2.0, metavar="N", help="of a worker on the cluster (default: 2)")
    parser.add_argument("--gpus", type=float, default=0.0, metavar="N", help="of a worker on the cluster (default: 0)")


def run(options: argparse.Namespace, output: TextIO) -> int:
    """Make the crowd; gives the exit code."""
    from engine.crowd import batch

    flag = cancel.CancelFlag()
    cancel.watch_signals(flag)
    if options.events:
        cancel.watch_parent(flag, options.out)
    listener: Listener = EventStream(output, flag) if options.events else CrowdTerminal(sys.stderr)
    try:
        for name in ("workers", "tries"):
            if getattr(options, name) < (name == "tries"):
                raise EngineError("bad_request", f"--{name} must be {int(name == 'tries')} or more.")
        if options.device not in device.CHOICES:
            raise EngineError("bad_request", f"There is no device {options.device!r}; use {', '.join(device.CHOICES)}.")
        entries, refused = _wanted(options)
        home = _home(options)
        options.out.mkdir(parents=True, exist_ok=True)
        heard = batch.recorded(listener, options.out / protocol.EVENTS_FILE)
        code = batch.run(entries, refused, options.out, home, heard, flag)
    except (EngineError, protocol.ProtocolError, OSError) as error:
        problem = from_exception(error, options.out)
        listener({"event": "error", "code": problem.code, "message": problem.message, "hint": problem.hint})
        return protocol.EXIT_BAD_INPUT
    if not options.no_blend and not flag.is_set():
        _write_blend(options.out, [entry.name for entry in entries], listener)
    if not options.events:
        output.write(f"The crowd is in {(options.out / batch.PAGE).resolve()}\n")
        output.flush()
    return code


def _wanted(options: argparse.Namespace) -> tuple[list[Any], list[Any]]:
    """The avatars that are asked for, with the command line's settings beneath the list's."""
    from engine.crowd.listing import entries_of, read_list

    shared: dict[str, Any] = {"preset": options.preset}
    for pair in options.overrides:
        key, separator, value = pair.partition("=")
        if not separator or "." not in key:
            raise EngineError("bad_request", f"A setting is given as KEY=VALUE, not as {pair!r}.")
        shared[key.strip()] = value.strip()
    prompts = {name: text for name in protocol.DEFAULT_PROMPTS if (text := getattr(options, name)) is not None}
    if options.list is not None:
        if prompts:
            raise EngineError("bad_request", "Give a list or prompts, not both.")
        return read_list(options.list, options.vary, shared)
    if not prompts and options.vary is None:
        raise EngineError("bad_request", "Give a list, prompts, or --vary N.")
    return entries_of(iter([(1, {**shared, **prompts, "seed": options.seed})]), options.vary)


def _home(options: argparse.Namespace) -> Any:
    """Where the workers live."""
    if options.address is None:
        from engine.crowd.local import LocalHome

        return LocalHome(options.workers, options.device, options.tries)
    from engine.crowd.cluster import RayHome

    share = options.share or str(options.out.resolve())
    return RayHome(options.address, share, options.workers, options.cpus, options.gpus, options.device, options.tries)


def _write_blend(out: Path, names: Sequence[str], listener: Listener) -> None:
    """Write crowd.blend, or say why not."""
    from engine.crowd import assets

    results = [out / name / protocol.RESULT_DIR for name in names]
    results = [result for result in results if (result / protocol.MANIFEST_FILE).is_file()]
    for sentence in assets.write_blend(out, results) if results else ():
        listener({"event": "warning", "stage": None, "message": sentence})


class CrowdTerminal:
    """Shows a crowd's events to a person: one bar for all, and a line for each avatar that failed, at the end."""

    _BAR = 30

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._live = stream, stream.isatty()
        self._failures: list[str] = []

    def __call__(self, event: dict[str, Any]) -> None:
        """Show one event."""
        kind = event["event"]
        if kind == "crowd_started":
            self._line(f"{event['waiting']} of {event['total']} avatars are to be made.")
        elif kind == "crowd_progress" and self._live:
            full = round(event["share"] * self._BAR)
            left = f"  {clock(event['eta'])} left" if event["eta"] is not None else ""
            bar = f"{'█' * full}{'░' * (self._BAR - full)} {event['done']}/{event['total']}{left}"
            self._stream.write(f"\r{bar[: shutil.get_terminal_size().columns - 1]}\x1b[K")
            self._stream.flush()
        elif kind == "crowd_job" and event["state"] == "failed":
            self._failures.append(f"{event['name']}: {event['message']}")
        elif kind == "crowd_job" and event["state"] == "made" and not self._live:
            self._line(f"{event['name']} is made")
        elif kind == "crowd_finished":
            self._line(f"{event['made']} made, {event['kept']} were there, {event['failed']} failed.")
            for sentence in self._failures:
                self._line(f"failed: {sentence}")
        elif kind == "warning":
            self._line(f"note: {event['message']}")
        elif kind == "error":
            self._line(f"error: {event['message']} {event['hint']}".strip())

    def _line(self, text: str) -> None:
        encoding = self._stream.encoding or "ascii"
        end = "\x1b[K\n" if self._live else "\n"
        self._stream.write(("\r" if self._live else "") + text.encode(encoding, "replace").decode(encoding) + end)
        self._stream.flush()

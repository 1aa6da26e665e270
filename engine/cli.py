"""The command line: generate, run, serve, batch, read, doctor, import-weights. Thin: reads, shows."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import engine
from engine import cancel, device, protocol
from engine.errors import EngineError, from_exception
from engine.job import Listener
from engine.progress import EventStream, Terminal
from engine.protocol import Request


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (`protocol.EXIT_OK` and its like)."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print one sentence and exit."""
        self.exit(protocol.EXIT_BAD_INPUT, f"error: {message} (see {self.prog} --help).\n")


def _parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = _Parser(
        prog="python -m engine", description="Three prompts in, a rigged and moving avatar out.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=engine.__version__)
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="generate | run | serve | batch | read | doctor | import-weights"
    )
    _add_generate(commands)
    _add_runners(commands)
    _add_answers(commands)
    return parser


def _add_generate(commands: Any) -> None:
    """The command that makes an avatar from prompts."""
    generate = commands.add_parser("generate", help="make an avatar from prompts", allow_abbrev=False)
    for name, default in protocol.DEFAULT_PROMPTS.items():
        usual = default or "from the appearance"
        generate.add_argument(f"--{name}", metavar="TEXT", help=f"the {name} prompt (default: {usual})")
    generate.add_argument("--example", metavar="TITLE", help="prompts of confs/examples.toml, where none are given")
    generate.add_argument("--seed", type=int, default=0, metavar="N", help="one seed gives one avatar (default: 0)")
    generate.add_argument(
        "--preset", default="draft", metavar="NAME", help=f"{', '.join(protocol.PRESETS)} (default: draft)"
    )
    generate.add_argument(
        "--out", type=Path, metavar="DIR", help="job folder; the same command again goes on in it (default: out/...)"
    )
    generate.add_argument("--conf", type=Path, metavar="FILE", help="HOCON file merged over the preset")
    generate.add_argument(
        "--motion-file", type=Path, metavar="FILE", help="BVH, AMASS .npz, GLB or VRMA instead of a motion prompt"
    )
    generate.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, e.g. motion.fps=25",
    )
    generate.add_argument(
        "--stages", metavar="A,B", help=f"some of {','.join(protocol.STAGES)} (default: all); needed ones are added"
    )
    generate.add_argument(
        "--allow-download", action="store_true", help="let clip.model come from the Hugging Face hub (once)"
    )
    generate.add_argument("--events", action="store_true", help="JSON events on standard output instead of bars")
    generate.add_argument("settings", nargs="*", metavar="KEY=VALUE", help="settings, the same as with --set")
    _add_device(generate)
    generate.set_defaults(command=_generate)


def _add_device(command: argparse.ArgumentParser) -> None:
    """The option of all commands that compute."""
    command.add_argument(
        "--device", default="auto", metavar="NAME", help=f"{', '.join(device.CHOICES)} (default: auto)"
    )


def _add_runners(commands: Any) -> None:
    """The commands that run job folders: one, those that come, many."""
    from engine.crowd.command import add_cluster, add_parser

    run = commands.add_parser("run", help="run a job folder, events on standard output", allow_abbrev=False)
    run.add_argument("job", type=Path, metavar="JOB", help=f"folder with a {protocol.REQUEST_FILE}")
    run.add_argument("--live", action="store_true", help="also store the growing surface, for a viewport")
    run.set_defaults(command=_run, events=True)
    add_cluster(run)

    serve = commands.add_parser(
        "serve", help='run the jobs that lines {"job": FOLDER} on standard input name', allow_abbrev=False
    )
    serve.add_argument(
        "--idle", type=float, default=600.0, metavar="SECONDS", help="end after so long without a job (default: 600)"
    )
    serve.set_defaults(command=_serve)
    add_parser(commands).set_defaults(command=_batch)
    for command in (run, serve):
        _add_device(command)


def _add_answers(commands: Any) -> None:
    """The commands that make no avatar: what is understood, what is missing, and bringing weights."""
    read = commands.add_parser("read", help="say what is understood of a text", allow_abbrev=False)
    read.add_argument("text", metavar="TEXT", nargs="?", default="")
    read.add_argument(
        "--what", choices=("appearance", "body"), default="appearance", help="the field that it stands in"
    )
    read.add_argument("--json", action="store_true", help="for programs")
    read.add_argument(
        "--lines",
        action="store_true",
        help='answer lines {"what": "shape" | "appearance" | "motion", "text": ...} on standard input until it ends',
    )
    read.set_defaults(command=_read)

    doctor = commands.add_parser("doctor", help="say what is there and what is missing", allow_abbrev=False)
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument("--conf", type=Path, metavar="FILE", help="also try the weights that this HOCON file names")
    doctor.set_defaults(command=_doctor)

    bring = commands.add_parser("import-weights", help="convert the original's checkpoints for use here")
    bring.add_argument("path", type=Path, metavar="PATH", help="a checkpoint, or a folder with some")
    bring.add_argument("--json", action="store_true", help="for programs")
    bring.set_defaults(command=_import_weights)


def _generate(options: argparse.Namespace) -> int:
    """Make a job folder from prompts (or take up the one that is there) and run it."""
    output, flag, listener = _prepare(options)
    from engine.worker import Worker, report_failure

    try:
        request = _request(options)
    except Exception as error:
        return report_failure(error, None, [listener]).code
    folder = options.out or _default_folder(request)
    outcome = Worker(options.device).run(folder, request, flag, [listener])
    if outcome.problem is None and not options.events:
        output.write(f"The result is in {(folder / protocol.RESULT_DIR).resolve()}\n")
        output.flush()
    return outcome.code


def _run(options: argparse.Namespace) -> int:
    """Run a job folder for a program that reads the events."""
    _, flag, listener = _prepare(options)
    cancel.watch_parent(flag, options.job)
    if options.address is not None:
        from engine.crowd.cluster import RayHome
        from engine.crowd.single import run_one

        share = options.share or str(options.job.resolve().parent)
        home = RayHome(options.address, share, 1, options.cpus, options.gpus, options.device)
        return run_one(options.job.resolve(), home, listener, flag)
    from engine.worker import Worker

    return Worker(options.device).run(options.job, None, flag, [listener], options.live).code


def _serve(options: argparse.Namespace) -> int:
    """Run the jobs that standard input names, one after another, and stay warm between them."""
    device.tune_process()
    output = _claim_stdout()
    _set_up_logging(to_stderr=True)
    from engine.serve import Server
    from engine.worker import Worker

    return Server(Worker(options.device), output).serve(options.idle)


def _batch(options: argparse.Namespace) -> int:
    """Make many avatars."""
    from engine.crowd import command

    output = _claim_stdout()
    _set_up_logging(to_stderr=options.events)
    return command.run(options, output)


def _read(options: argparse.Namespace) -> int:
    """Print what a text says, and which of its words have no effect."""
    from dataclasses import asdict

    from engine.reader import read, report

    output = _claim_stdout()
    if options.lines:
        from engine.reader.lines import answers

        for answer in answers(sys.stdin):
            output.write(answer)
            output.flush()
        return protocol.EXIT_OK
    reading = read(options.text, options.what)
    output.write(json.dumps(asdict(reading), ensure_ascii=False) + "\n" if options.json else report(reading))
    output.flush()
    return protocol.EXIT_OK


def _doctor(options: argparse.Namespace) -> int:
    """Print what was found."""
    from engine import doctor
    from engine.config import load_config

    device.tune_process()
    output = _claim_stdout()
    try:
        findings = doctor.examine(load_config(conf=options.conf))
    except (EngineError, OSError) as error:
        sys.stderr.write(f"error: {from_exception(error)}\n")
        return protocol.EXIT_BAD_INPUT
    output.write(json.dumps(findings, indent=2) + "\n" if options.json else doctor.as_text(findings))
    output.flush()
    return protocol.EXIT_OK if findings["ok"] else protocol.EXIT_FAILED


def _import_weights(options: argparse.Namespace) -> int:
    """Convert what is at a path and say what it is used for."""
    from engine.imported.importer import import_weights

    output = _claim_stdout()
    try:
        reports = import_weights(options.path.expanduser())
    except (EngineError, OSError) as error:
        sys.stderr.write(f"error: {from_exception(error)}\n")
        return protocol.EXIT_BAD_INPUT
    if options.json:
        output.write(json.dumps([report.as_json() for report in reports], indent=2) + "\n")
    else:
        lines = [f"{'imported' if report.ok else 'refused '}  {report.path}: {report.sentence}" for report in reports]
        output.write("\n".join(lines) + "\n")
    output.flush()
    return protocol.EXIT_OK if any(report.ok for report in reports) else protocol.EXIT_BAD_INPUT


def _example(title: str | None) -> dict[str, str]:
    """The prompts of an example.

    Raises:
        EngineError: ``bad_request`` if there is none of that title.
    """
    from engine.examples import examples

    if title is None:
        return {}
    for known, prompts in examples().items():
        if known.lower() == title.strip().lower():
            return prompts
    raise EngineError("bad_request", f"There is no example {title!r}.", f"Examples: {', '.join(examples())}.")


def _request(options: argparse.Namespace) -> Request:
    """The request that the options describe, checked together with its settings.

    Raises:
        EngineError, protocol.ProtocolError: one sentence about what is wrong.
    """
    from engine.config import load_config

    given = {name: getattr(options, name) for name in protocol.DEFAULT_PROMPTS}
    prompts = {**_example(options.example), **{name: text for name, text in given.items() if text is not None}}
    overrides: dict[str, Any] = {}
    for pair in [*options.settings, *options.overrides]:
        key, separator, value = pair.partition("=")
        if not separator or not key.strip():
            raise EngineError("bad_request", f"A setting is given as KEY=VALUE, not as {pair!r}.")
        overrides[key.strip()] = value.strip()
    if options.allow_download:
        overrides["clip.download"] = True
    if options.motion_file is not None:
        overrides["motion.file"] = str(options.motion_file.resolve())
    stages = protocol.STAGES
    if options.stages is not None:
        stages = tuple(name.strip() for name in options.stages.split(",") if name.strip())
    request = Request(
        prompts=prompts,
        seed=options.seed,
        preset=options.preset,
        stages=stages,
        overrides=overrides,
        conf=str(options.conf.resolve()) if options.conf else None,
        engine_version=engine.__version__,
    )
    request.check()
    load_config(request.preset, request.conf, request.overrides)
    return request


def _default_folder(request: Request) -> Path:
    """A folder under ``out/`` that the same request always gets and another one does not."""
    words = " ".join(request.prompts.get(name, "") for name in ("appearance", "shape", "motion")) or "avatar"
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40].strip("-") or "avatar"
    return Path("out") / f"{slug}-{hashlib.sha256(request.to_json().encode()).hexdigest()[:8]}"


def _prepare(options: argparse.Namespace) -> tuple[TextIO, cancel.CancelFlag, Listener]:
    """Set the process up for a job: where its own words go, what stops it, and who hears of it."""
    device.tune_process()
    output, flag = _claim_stdout(), cancel.CancelFlag()
    cancel.watch_signals(flag)
    _set_up_logging(to_stderr=options.events)
    return output, flag, EventStream(output, flag) if options.events else Terminal(sys.stderr)


def _claim_stdout() -> TextIO:
    """Keep standard output for what this program says; stray prints of libraries go to standard error."""
    sys.stdout.flush()
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return kept


class _ShortFormatter(logging.Formatter):
    """Leaves tracebacks to the job's log file."""

    def formatException(self, ei: Any) -> str:
        """Nothing."""
        return ""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        kept, record.exc_text = record.exc_text, None
        text = super().format(record).rstrip("\n")
        record.exc_text = kept
        return text


def _set_up_logging(to_stderr: bool) -> None:
    """Log to the job's file (added by `Job`) and, for programs, to standard error; never fail because of the log."""
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if to_stderr:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_ShortFormatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    else:
        root.addHandler(logging.NullHandler())

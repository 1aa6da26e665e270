"""``doctor``: what this environment has, what it lacks, and what to do about it."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine
from engine import device, provenance
from engine.errors import EngineError
from engine.settings import Config

_LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
_MAIN = ("torch", "transformers", "smplx", "warp-lang", "numpy", "scipy", "pyhocon", "scikit-image")
"""Packages that a person is always shown; the rest only when something is wrong with them."""
_ENOUGH_MEMORY = 4 << 30
"""Bytes of free main memory below which a job on the CPU may not fit. Set by hand."""


class Advice(str):
    """A sentence on what to do, with a code by which a program knows what it is about."""

    code: str

    def __new__(cls, text: str, code: str) -> Advice:
        """``code``: bundle, packages, memory or weights; empty for what nobody can press a button for."""
        made = super().__new__(cls, text)
        made.code = code
        return made


def examine(config: Config | None = None) -> dict[str, Any]:
    """Look at everything the engine needs.

    Args:
        config: the settings whose user-supplied weights are looked at; the defaults have none.

    Returns:
        A JSON-ready dict; ``ok`` says whether a job can run, ``advice`` what to do, most important first.
    """
    advice: list[Advice] = []
    findings: dict[str, Any] = {
        "ok": True,
        "engine": engine.__version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "packages": _packages(advice),
        "device": _device(advice),
        "memory": _memory(advice),
        "assets": provenance.bundled(),
        "perceptor": _perceptor(config or Config(), advice),
        "user_weights": _user_weights(config or Config(), advice),
        "imported": _imported(advice),
    }
    broken = [part for part in findings["assets"] if part["state"] != "ok"]
    for part in broken:
        text = f"The bundled file {part['file']} is {part['state']}; install or check out the project again."
        advice.insert(0, Advice(text, "bundle"))
    missing = [name for name, entry in findings["packages"].items() if entry["installed"] is None]
    bad_weights = [entry for entry in findings["user_weights"] if entry["state"] != "ok"]
    findings["ok"] = not (
        broken or missing or bad_weights or findings["device"]["error"] or findings["perceptor"]["error"]
    )
    findings["advice"], findings["advice_codes"] = advice, [sentence.code for sentence in advice]
    return findings


def _packages(advice: list[Advice]) -> dict[str, dict[str, str | None]]:
    """Installed against tested versions of the packages in the lock."""
    table: dict[str, dict[str, str | None]] = {}
    for name, wanted in _locked().items():
        try:
            installed: str | None = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = None
        table[name] = {"installed": installed, "tested": wanted}
    missing = [name for name, entry in table.items() if entry["installed"] is None]
    other = [
        name
        for name, entry in table.items()
        if entry["installed"] and entry["installed"].split("+")[0] != entry["tested"]
    ]
    if missing:
        advice.insert(0, Advice(f"Packages are missing ({', '.join(missing)}); run: {_pip()}", "packages"))
    if other:
        text = f"Other versions than the tested ones are installed ({', '.join(other)}); to be sure, run: {_pip()}"
        advice.append(Advice(text, "packages"))
    return table


def _pip() -> str:
    return f"{sys.executable} -m pip install -r {_LOCK}"


def _locked() -> dict[str, str]:
    """Name to version from ``requirements.lock`` (empty when the engine is installed without it)."""
    try:
        text = _LOCK.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;#]+)", text, flags=re.MULTILINE))


def _device(advice: list[Advice]) -> dict[str, Any]:
    """The device a job would use by default."""
    try:
        import torch

        chosen = device.pick("auto")
        described = device.describe(chosen)
    except ImportError as error:
        return {"kind": None, "name": None, "cores": device.available_cores(), "error": str(error)}
    found: dict[str, Any] = {
        "kind": chosen.type,
        "name": described,
        "cores": device.available_cores(),
        "cuda": torch.version.cuda,
        "error": None,
    }
    if chosen.type == "cuda":
        free, total = torch.cuda.mem_get_info()
        found["memory_total"], found["memory_free"] = total, free
    elif torch.version.cuda is None:
        text = "torch is a CPU build; with an NVIDIA GPU, install a CUDA build of torch for better presets."
        advice.append(Advice(text, "packages"))
    return found


def _memory(advice: list[Advice]) -> dict[str, int | None]:
    """Main memory in bytes."""
    total, available = device.memory()
    if available is not None and available < _ENOUGH_MEMORY:
        text = f"Only {_size(available)} of memory are free; close other programs before a job on the CPU."
        advice.append(Advice(text, "memory"))
    return {"total": total, "available": available}


def _perceptor(config: Config, advice: list[Advice]) -> dict[str, Any]:
    """The perceptor that the settings name, loaded by the code that will use it; nothing is downloaded."""
    found: dict[str, Any] = {"setting": config.clip.model, "name": None, "input_size": None, "error": None}
    try:
        from engine.perceptor import load_perceptor

        perceptor = load_perceptor(replace(config.clip, download=False))
    except (EngineError, ImportError) as error:
        advice.insert(0, Advice(f"clip.model: {error}", "weights"))
        return found | {"error": str(error)}
    from engine.appearance.grades import known

    grades = {checksum: {"name": grade.name, "painting": grade.painting} for checksum, grade in known().items()}
    if perceptor.checksum not in grades:
        text = f"{perceptor.name} was not examined in painting; run: {sys.executable} -m engine.appearance.exam"
        advice.append(Advice(text, ""))
    named = {"name": perceptor.name, "input_size": perceptor.input_size, "sha256": perceptor.checksum}
    return found | named | {"grades": grades}


def _user_weights(config: Config, advice: list[Advice]) -> list[dict[str, str | None]]:
    """The user's own files that the settings name, tried by the code that will read them."""
    entries: list[dict[str, str | None]] = []
    loaders: dict[str, tuple[str | None, Callable[[], object]]] = {
        "body.model": (config.body.model, lambda: importlib.import_module("engine.body").load_body(config.body)),
    }
    for key, (path, load) in loaders.items():
        if path is None:
            continue
        state, found = "ok", None
        try:
            found = _described(load())
        except EngineError as error:
            state = str(error)
            advice.insert(0, Advice(f"{key}: {error}", "weights"))
        entries.append({"setting": key, "path": path, "state": state, "found": found})
    return entries


def _imported(advice: list[Advice]) -> list[dict[str, Any]]:
    """Weights of the original that ``import-weights`` has converted."""
    from engine.imported import find

    found = [item.as_json() for item in find()]
    advice += [Advice(f"{item['path']}: {item['state']}", "") for item in found if item["state"] != "ok"]
    return found


def _described(loaded: Any) -> str:
    """What a loader found, in some words."""
    if hasattr(loaded, "num_betas"):
        vertices = len(loaded.template)
        return f"{loaded.name}, {loaded.gender}, {vertices} vertices, {loaded.num_betas} shape directions"
    return str(getattr(loaded, "name", "")) or "found"


def as_text(findings: dict[str, Any]) -> str:
    """The findings for a person."""
    found, memory = findings["device"], findings["memory"]
    lines = [
        f"engine    {findings['engine']}, Python {findings['python']} ({findings['executable']})",
        f"system    {findings['platform']}, {found['cores']} cores",
        f"device    {found['name'] or 'none: ' + str(found['error'])}",
        f"memory    {_size(memory['available'])} free of {_size(memory['total'])}",
    ]
    if "memory_free" in found:
        lines.append(f"GPU       {_size(found['memory_free'])} free of {_size(found['memory_total'])}")
    lines.append("packages")
    for name, entry in findings["packages"].items():
        if name not in _MAIN and entry["installed"] and entry["installed"].split("+")[0] == entry["tested"]:
            continue
        note = "" if entry["installed"] else "  MISSING"
        lines.append(f"  {name:<24} {entry['installed'] or '-':<16} tested: {entry['tested']}{note}")
    lines.append("bundled")
    for part in findings["assets"]:
        digest = (part["sha256"] or "-")[:16]
        lines.append(
            f"  {part['file']:<32} {_size(part['bytes']):>9}  {digest:<16}  {part['state']}  ({part['licence']})"
        )
    seen = findings["perceptor"]
    shown = f"{seen['name']}, {seen['input_size']}² pixels, {(seen.get('sha256') or '')[:16]}"
    lines.append(f"perceptor {seen['error'] or shown}")
    for checksum, grade in seen.get("grades", {}).items():
        lines.append(f"  paints {grade['painting']:.0%} of the exam's garments: {grade['name']} ({checksum[:16]})")
    lines.append("your own weights")
    for entry in findings["user_weights"]:
        lines.append(f"  {entry['setting']:<12} {entry['path']}: {entry['state']}{_note(entry['found'])}")
    if not findings["user_weights"]:
        lines.append("  none; the bundled ones are used (settings body.model and clip.model name others)")
    for item in findings["imported"]:
        lines.append(f"  {item['kind']:<12} {item['path']}: {item['state']} ({item['use']})")
    lines += [f"* {sentence}" for sentence in findings["advice"]]
    lines.append("Everything a job needs is there." if findings["ok"] else "A job cannot run until this is mended.")
    return "\n".join(lines) + "\n"


def _note(found: str | None) -> str:
    return f" ({found})" if found else ""


def _size(count: int | None) -> str:
    """Bytes as a person reads them."""
    if count is None:
        return "unknown"
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"

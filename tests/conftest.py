"""Set-up shared by all tests."""

import gc
import os
import sys
from collections.abc import Generator

import pytest

from engine import device

device.tune_process()
gc.set_threshold(100_000, 50, 100)  # it would walk through all modules and tests again and again
sys.dont_write_bytecode = False  # or each process of a run would compile all modules and rewrite all assertions
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


LONGEST = 2.0
"""Seconds of a core that a test may take which is not marked slow (docs/CONTRIBUTING.md)."""


def used() -> float:
    """Seconds of a core that this process and the ended ones that it started have used."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Let a test's report say how long it took a core."""
    began = used()
    try:
        return (yield)
    finally:
        item.user_properties.append(("core", used() - began))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that should be marked slow."""
    for report in terminalreporter.stats.get("passed", []):
        seconds = dict(report.user_properties).get("core", 0.0)
        if seconds > LONGEST and not {"slow", "blender", "window"} & set(report.keywords):
            terminalreporter.write_line(f"{seconds:.1f} s of a core, and not marked slow: {report.nodeid}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let files with slow tests begin first where several processes share them, or one would end long after all."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)

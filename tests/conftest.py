"""Set-up shared by all tests."""

import gc
import os
import sys

import pytest

from engine import device

device.tune_process()
gc.set_threshold(100_000, 50, 100)  # it would walk through all modules and tests again and again
sys.dont_write_bytecode = False  # or each process of a run would compile all modules and rewrite all assertions
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let files with slow tests begin first where several processes share them, or one would end long after all."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)

"""Set-up shared by all tests."""

import gc

import pytest

from engine import device

device.tune_process()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let files with slow tests begin first where several processes share them, or one would end long after all."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Let the garbage collector walk through all modules and tests less often."""
    gc.set_threshold(100_000, 50, 100)

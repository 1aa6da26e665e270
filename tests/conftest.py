"""Set-up shared by all tests."""

from engine import device

device.tune_process()

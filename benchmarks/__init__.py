"""Measurements, each from one script in one run; README.md here holds the last results."""

from engine import device

device.tune_process()

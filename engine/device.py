"""Where the engine computes: choosing the device and setting the process up for it."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import sys
from typing import TYPE_CHECKING

from engine.errors import EngineError

if TYPE_CHECKING:
    import torch

CHOICES: tuple[str, ...] = ("auto", "cpu", "cuda")
"""What a user can ask for; ``auto`` is CUDA where there is a usable GPU and the CPU elsewhere."""

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
"""glibc's ``mallopt`` parameters (malloc.h)."""


def tune_process() -> None:
    """Set the process up for torch on a CPU; call before torch is imported.

    Idle OpenMP threads sleep instead of spinning (they would steal the cores from the other libraries), there are as
    many threads as cores this process may use (containers show all of the host's), and glibc keeps freed memory
    instead of handing every temporary tensor back to the system, which costs a page fault per 4 kB on the next use.
    What the user has set in the environment stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("OMP_NUM_THREADS", str(available_cores()))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        try:
            libc = ctypes.CDLL(None)
            libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
            libc.mallopt(_M_TRIM_THRESHOLD, 1 << 30)
            libc.mallopt(_M_TOP_PAD, 64 << 20)
        except (OSError, AttributeError):
            return


def available_cores() -> int:
    """Number of cores this process may use: its affinity, bounded by the container's CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as stream:
            quota, period = stream.read().split()
        if quota != "max":
            cores = min(cores, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        pass
    return cores


def pick(choice: str = "auto") -> torch.device:
    """The torch device for a user's choice; on a GPU products of matrices may then use its tensor cores (TF32).

    Raises:
        EngineError: ``environment`` when CUDA was asked for and is not usable.
    """
    import torch

    if choice not in CHOICES:
        raise EngineError("bad_request", f"There is no device {choice!r}; use {', '.join(CHOICES)}.")
    usable = torch.cuda.is_available()
    if choice == "cuda" and not usable:
        raise EngineError(
            "environment",
            "This environment has no usable CUDA GPU.",
            "Use --device cpu, or install a CUDA build of torch and a current driver (python -m engine doctor).",
        )
    if not usable or choice == "cpu":
        return torch.device("cpu")
    torch.set_float32_matmul_precision("high")  # 10 bits of mantissa in factors, 23 in sums
    return torch.device("cuda")


def describe(device: torch.device) -> str:
    """The device in words: the GPU's name, or the number of cores."""
    import torch

    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return f"cpu ({torch.get_num_threads()} threads)"


def memory() -> tuple[int | None, int | None]:
    """(total, available) main memory in bytes, or None where the system does not say."""
    if sys.platform == "linux":
        try:
            with open("/proc/meminfo", encoding="ascii") as stream:
                table = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in stream}
            return table.get("MemTotal"), table.get("MemAvailable")
        except (OSError, ValueError, IndexError):
            return None, None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None
    return None, None


def peak_memory() -> dict[str, int | None]:
    """Most memory in bytes that this process has held: ``main``, and ``gpu`` where torch used one."""
    import torch

    gpu = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None
    if sys.platform == "win32":
        return {"main": None, "gpu": gpu}
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return {"main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, "gpu": gpu}


def stage_seed(seed: int, stage: str) -> int:
    """One number per (seed, stage), so that a stage's randomness does not depend on the stages before it."""
    digest = hashlib.sha256(f"{seed}:{stage}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1

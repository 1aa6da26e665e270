"""The tensors of a TorchScript archive: a zip with modules as a pickle, a file for each tensor, and code.

The code is never looked at, and the archive's own classes are names that do nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.untrusted.pickles import SafeUnpickler
from engine.untrusted.stand_ins import Global, Items, Name, Rebuilt, named

STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def tensors(archive: zipfile.ZipFile) -> dict[str, Tensor]:
    """All tensors by their dotted names.

    Raises:
        Refused: if the pickle names anything but tensors and modules.
        Exception: of many kinds if the archive is broken.
    """
    entry = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
    machine = SafeUnpickler(
        io.BytesIO(archive.read(entry)),
        _GLOBALS,
        lambda pid: _Storage(*pid),
        inert=lambda name: name.startswith("__torch__."),
        encoding="utf-8",
    )
    return _flatten(machine.load(), _Storages(archive, entry.removesuffix("data.pkl")))


class _Storage(Rebuilt):
    """A stretch of numbers in a file of its own."""

    def __init__(self, what: Any, kind: Any, key: Any, device: Any, count: Any) -> None:
        dtype = STORAGES.get(kind.full.removeprefix("torch.")) if isinstance(kind, Name) else None
        if dtype is None or not str(key).isdigit():
            raise ValueError("an unknown kind of storage")
        self.dtype, self.key, self.count = dtype, str(key), count


class _Tensor(Rebuilt):
    """A tensor over a storage: how it lies in it."""

    def __init__(self, flat: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> None:
        if not isinstance(flat, _Storage):
            raise ValueError("a tensor without a storage")
        self.flat, self.offset, self.size, self.stride = flat, offset, size, stride


class _Storages:
    """An archive's storages, each read once."""

    def __init__(self, archive: zipfile.ZipFile, prefix: str) -> None:
        self.archive, self.prefix = archive, prefix
        self.read: dict[tuple[str, torch.dtype, int], Tensor] = {}

    def tensor(self, parts: _Tensor) -> Tensor:
        """A tensor over its storage, which it must not exceed."""
        flat = self._flat(parts.flat.key, parts.flat.dtype, parts.flat.count)
        if torch.Size(parts.size).numel() > flat.numel():
            raise ValueError("a tensor is larger than its storage")
        return torch.as_strided(flat, parts.size, parts.stride, parts.offset)

    def _flat(self, key: str, dtype: torch.dtype, count: int) -> Tensor:
        if (key, dtype, count) not in self.read:
            info = self.archive.getinfo(f"{self.prefix}data/{key}")
            if info.file_size < count * dtype.itemsize:
                raise ValueError(f"tensor {key} is too short")
            content = bytearray(self.archive.read(info)) if count else bytearray()
            empty = torch.empty(0, dtype=dtype)
            self.read[key, dtype, count] = torch.frombuffer(content, dtype=dtype, count=count) if count else empty
        return self.read[key, dtype, count]


def _globals() -> dict[str, Global]:
    """What an archive may name beside its own classes: tensors, dictionaries, and lists of plain numbers."""
    table: dict[str, Callable[[tuple[Any, ...]], Any]] = {
        "torch._utils._rebuild_tensor_v2": lambda args: _Tensor(*args),
        "collections.OrderedDict": lambda args: Items(),
    }
    table |= {f"torch.{name}": lambda args: Rebuilt() for name in STORAGES}
    kinds = ("int", "double", "bool", "tensor")
    table |= {f"torch.jit._pickle.build_{kind}list": lambda args: args[0] for kind in kinds}
    return {name: Global(name, make) for name, make in table.items()}


_GLOBALS = _globals()


def _flatten(root: object, storages: _Storages) -> dict[str, Tensor]:
    """The tensors of a tree of modules by their dotted names."""
    found: dict[str, Tensor] = {}
    waiting: list[tuple[str, Any]] = [("", root)]
    seen: set[int] = set()
    while waiting:
        prefix, module = waiting.pop()
        if id(module) in seen or type(module) is not Rebuilt:
            continue
        seen.add(id(module))
        for name, value in named({} if module.state is None else module.state).items():
            if isinstance(value, _Tensor):
                found[prefix + name] = storages.tensor(value)
            else:
                waiting.append((f"{prefix}{name}.", value))
    return found

"""PyTorch checkpoints from elsewhere: looked through without running anything, then loaded with ``weights_only``.

Both of torch's layouts are read, the zip archive and the older sequence of pickles. Names of classes that lightning
leaves in its checkpoints (callbacks, hyper-parameters) stay names: they are neither imported nor called.

Its limits are set by hand.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from engine.errors import EngineError
from engine.untrusted.archives import bad, is_zip, open_zip, read_member
from engine.untrusted.instructions import Refused
from engine.untrusted.pickles import BODY_GLOBALS, SafeUnpickler, refusal
from engine.untrusted.stand_ins import Global, Rebuilt
from engine.untrusted.texts import AGAIN, check_kind

MAX_PICKLE = 1 << 26
"""Bytes of a checkpoint's pickle without its tensors. Set by hand."""
MAX_FILE = 8 << 30
_STORAGES = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool", "Untyped")
_INERT = (
    "pytorch_lightning.",
    "lightning.",
    "human_body_prior.",
    "argparse.Namespace",
    "pathlib.",
    "omegaconf.",
    "dotmap.",
    "numpy.",
    "collections.defaultdict",
    "typing.Any",
)
_LEGACY_PARTS = 5


class _Name:
    """Stands for an object of a class that is not known; it keeps what it is given and does nothing."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _Name:
        """Take any arguments."""
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any arguments."""

    def __setstate__(self, state: Any) -> None:
        """Forget the state."""


def _torch_globals() -> dict[str, Global]:
    def stand_in(args: tuple[Any, ...]) -> Rebuilt:
        return Rebuilt()

    names = [f"torch.{kind}Storage" for kind in _STORAGES]
    names += ["torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_parameter"]
    names += ["torch.Size", "torch.device", "torch.nn.parameter.Parameter", "torch.storage.UntypedStorage"]
    kept = ("collections.OrderedDict", "_codecs.encode")
    return {name: Global(name, stand_in) for name in names} | {name: BODY_GLOBALS[name] for name in kept}


TORCH_GLOBALS = _torch_globals()


def load(path: Path) -> Any:
    """What a checkpoint holds: nested dictionaries, lists and tensors on the CPU.

    Raises:
        EngineError: ``bad_weights``: it is no checkpoint, is damaged, or asks for code to be run.
    """
    where = path.name
    size = path.stat().st_size
    if size > MAX_FILE:
        raise bad(f"{where} was refused: it has {size / 2**30:.0f} GiB.")
    check_kind(path)
    packed = is_zip(path)
    names = _look_through_zip(path, where, size) if packed else _look_through_legacy(path, where)
    try:
        with torch.serialization.safe_globals([(_Name, name) for name in sorted(names)]):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=packed)
    except Exception:  # torch raises whatever a broken stream leads to
        raise bad(f"{where} is damaged, cut off or no checkpoint of PyTorch.", AGAIN) from None


def _look_through_zip(path: Path, where: str, size: int) -> set[str]:
    with open_zip(path, where) as archive:
        members = archive.infolist()
        if any("/code/" in info.filename or info.filename.endswith("/constants.pkl") for info in members):
            raise EngineError(
                "bad_weights",
                f"{where} is a TorchScript archive, as OpenAI's CLIP comes.",
                "Nothing needs importing: set clip.model to its path.",
            )
        if sum(info.file_size for info in members) > size:  # torch stores its tensors unpacked
            raise bad(f"{where} was refused: it would unpack to more than it is.")
        pickles = [info.filename for info in members if info.filename.count("/") == 1 and _is_pickle(info.filename)]
        if len(pickles) != 1:
            raise bad(f"{where} is a zip file, but no checkpoint of PyTorch.", "Give the folder or file inside of it.")
        data = read_member(archive, pickles[0], where, MAX_PICKLE)
    return _look_through(io.BytesIO(data), where, size)


def _is_pickle(name: str) -> bool:
    return name.endswith("/data.pkl")


def _look_through_legacy(path: Path, where: str) -> set[str]:
    size = path.stat().st_size
    found: set[str] = set()
    with path.open("rb") as stream:
        for _ in range(_LEGACY_PARTS):
            found |= _look_through(stream, where, size)
    return found


def _look_through(stream: Any, where: str, size: int) -> set[str]:
    """Run one pickle with stand-ins only; gives the names that must stay names."""

    def storage(pid: Any) -> Rebuilt:
        count = pid[4] if isinstance(pid, tuple) and len(pid) > 4 else None
        if not isinstance(count, int) or not 0 <= count <= size:
            raise Refused(f"a tensor of {count} numbers, more than the file holds")
        return Rebuilt()

    machine = SafeUnpickler(
        stream, TORCH_GLOBALS, storage, inert=lambda name: name.startswith(_INERT), encoding="utf-8"
    )
    try:
        machine.load()
    except Refused as refused:
        raise refusal(where, refused) from None
    return machine.unknown

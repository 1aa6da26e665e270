"""Pickles without their power: an unpickler that rebuilds numbers and refuses every global that it does not know.

Stand-ins take the place of all objects, and all instructions are looked through first: memory is bounded by the file's
size, and nothing is imported or called.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from typing import IO, Any

from numpy.typing import NDArray

from engine.errors import EngineError
from engine.untrusted.instructions import Broken, Refused, broken, check
from engine.untrusted.stand_ins import (
    LAYOUTS,
    ArrayParts,
    ChumpyParts,
    DtypeParts,
    Global,
    Items,
    Name,
    Rebuilt,
    SparseParts,
    as_array,
    name_of,
    named,
    rebuilt_array,
    text,
)
from engine.untrusted.texts import AGAIN

HINT = "Nothing in it was run. Use the file as its makers distribute it."


def _first_text(args: tuple[Any, ...]) -> str:
    if not args:
        raise Refused("a call without arguments")
    return text(args[0])


def _from_buffer(args: tuple[Any, ...]) -> ArrayParts:
    """``numpy._core.numeric._frombuffer`` of protocol 5: bytes, dtype, shape, order."""
    raw, kind, shape, order = args
    made = ArrayParts()
    made.state = (1, shape, kind, order == "F", raw)
    return made


def _new(args: tuple[Any, ...]) -> Any:
    """``copy_reg._reconstructor``: an object of a known class, without its state."""
    if not args or not isinstance(args[0], Name):
        raise Refused("a class that is not known")
    return args[0].make(())


def _scalar(args: tuple[Any, ...]) -> Any:
    kind, raw = args
    return rebuilt_array(raw, kind, (1,), False)[0].item()


def _sparse(layout: str) -> Callable[[tuple[Any, ...]], SparseParts]:
    return lambda args: SparseParts(layout)


def _globals() -> dict[str, Global]:
    """What files of bodies may name."""
    table: dict[str, Callable[[tuple[Any, ...]], Any]] = {
        "numpy.ndarray": lambda args: ArrayParts(),
        "numpy.dtype": lambda args: DtypeParts(_first_text(args)),
        "_codecs.encode": lambda args: _first_text(args).encode("latin1"),
        "copy_reg._reconstructor": _new,
        "copyreg._reconstructor": _new,
        "chumpy.ch.Ch": lambda args: ChumpyParts(),
        "chumpy.reordering.Select": lambda args: ChumpyParts(),
        "collections.OrderedDict": lambda args: Items(),
    }
    for numpy_module in ("numpy.core", "numpy._core"):
        table[f"{numpy_module}.multiarray._reconstruct"] = lambda args: ArrayParts()
        table[f"{numpy_module}.multiarray.scalar"] = _scalar
        table[f"{numpy_module}.numeric._frombuffer"] = _from_buffer
    for layout in LAYOUTS:
        for module in (f"scipy.sparse.{layout}", f"scipy.sparse._{layout}"):
            for kind in ("matrix", "array"):
                table[f"{module}.{layout}_{kind}"] = _sparse(layout)
    for module in ("__builtin__", "builtins"):
        table[f"{module}.object"] = lambda args: Rebuilt()
        table[f"{module}.set"] = lambda args: Rebuilt()
    return {name: Global(name, make) for name, make in table.items()}


BODY_GLOBALS = _globals()


class SafeUnpickler(pickle.Unpickler):
    """The standard library's unpickler, for which there are no classes but stand-ins.

    Args:
        stream: the pickle; it can be read twice (`seek`).
        known: what it may name; every other global is refused.
        persistent: what stands for a persistent id (torch's storages), or None to refuse them.
        inert: whether a global that is not known may stand as a name that does nothing.
        encoding: of Python 2's texts; ``bytes`` leaves them as they are.
    """

    def __init__(
        self,
        stream: IO[bytes],
        known: Mapping[str, Global] = BODY_GLOBALS,
        persistent: Callable[[Any], Any] | None = None,
        inert: Callable[[str], bool] = lambda name: False,
        encoding: str = "bytes",
    ) -> None:
        super().__init__(stream, fix_imports=False, encoding=encoding)
        self._stream, self._known, self._persistent, self._inert = stream, known, persistent, inert
        self._names: dict[str, Name] = {}
        self._encoded = self._length = 0
        self.unknown: set[str] = set()

    def load(self) -> Any:
        """The unpickled object.

        Raises:
            Refused: if it asks for anything beyond numbers in known containers, or is broken.
        """
        start = self._stream.tell()
        check(self._stream)
        self._length = self._stream.tell() - start
        self._stream.seek(start)
        try:
            return super().load()
        except Refused:
            raise
        except Exception:  # whatever a broken stream makes the unpickler raise
            raise broken() from None

    def find_class(self, module: str, name: str) -> Name:
        """The stand-in for a global; nothing is imported."""
        full = f"{text(module)}.{text(name)}"
        if full not in self._names:
            self._names[full] = name_of(self._global(full))
        return self._names[full]

    def _global(self, full: str) -> Global:
        if full in self._known:
            return Global(full, lambda args: self._counted(self._known[full].make(args)))
        if not self._inert(full):
            raise Refused(full)
        self.unknown.add(full)
        return Global(full, lambda args: Rebuilt())

    def _counted(self, made: Any) -> Any:
        """Give back what was made; bytes that are encoded again and again would fill the memory."""
        if isinstance(made, bytes):
            self._encoded += len(made)
            if self._encoded > self._length:
                raise Refused("more bytes than it has")
        return made

    def persistent_load(self, pid: Any) -> Any:
        """What stands for a persistent id."""
        if self._persistent is None:
            raise Refused("a persistent id")
        return self._persistent(pid)


def read_arrays(stream: IO[bytes], names: tuple[str, ...], where: str) -> dict[str, NDArray[Any]]:
    """The arrays of a pickled dictionary, those of ``names`` that it has.

    Raises:
        EngineError: ``bad_weights`` with one sentence that names what was refused.
    """
    try:
        held = named(SafeUnpickler(stream).load())
        return {name: as_array(held[name]) for name in names if name in held}
    except Refused as refused:
        raise refusal(where, refused) from None


def refusal(where: str, refused: Refused) -> EngineError:
    """The sentence for the user."""
    if isinstance(refused, Broken):
        return EngineError("bad_weights", f"{where} {refused}.", AGAIN)
    return EngineError("bad_weights", f"{where} was refused: its pickle asks for {refused}.", HINT)

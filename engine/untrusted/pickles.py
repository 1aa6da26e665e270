"""Pickles without their power: a machine that rebuilds numbers, and refuses every global that it does not know by name.

Nothing of numpy, scipy, chumpy or torch is called while a pickle is read: their classes are stand-ins that keep the
raw parts (bytes, shape, dtype), which are checked when an array is made of them. Memory is bounded by the file's size.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.untrusted.texts import AGAIN

MAX_STEPS = 1_000_000
"""Instructions of one pickle; SMPL's have some hundreds, a checkpoint some ten thousands."""
MAX_CELLS = 1 << 28
"""Cells of one array."""
HINT = "Nothing in it was run. Use the file as its makers distribute it."


class Refused(Exception):
    """What a pickle asked for and does not get."""


class Broken(Refused):
    """A stream that is no pickle or not a whole one, in words that go on from the file's name."""


@dataclass(frozen=True)
class Global:
    """A name that a pickle may use; ``make`` stands for calling it."""

    name: str
    make: Callable[[tuple[Any, ...]], Any]


class Rebuilt:
    """An object whose state the pickle sets afterwards."""

    state: Any = None

    def array(self) -> NDArray[Any]:
        """The numbers that the object holds."""
        raise Refused("an object without numbers")


@dataclass
class DtypeParts(Rebuilt):
    """A numpy dtype: kind and size, and the byte order that its state tells."""

    code: str

    def dtype(self) -> np.dtype[Any]:
        """Only plain numbers: booleans, integers and floats of at most eight bytes."""
        order = "="
        if isinstance(self.state, tuple) and len(self.state) > 1:
            order = text(self.state[1])
        if self.code not in _DTYPES or order not in "<>=|":
            raise Refused(f"an array of the type {self.code[:20]!r}")
        return np.dtype(self.code).newbyteorder(order)  # type: ignore[arg-type]


class ArrayParts(Rebuilt):
    """A numpy array: its state is (version, shape, dtype, Fortran order, bytes)."""

    def array(self) -> NDArray[Any]:
        """The array, if its bytes fit its shape."""
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            raise Refused("an array without contents")
        _, shape, kind, fortran, raw = self.state
        return rebuilt_array(raw, kind, shape, bool(fortran))


class SparseParts(Rebuilt):
    """A matrix of scipy.sparse in compressed columns or rows, or in coordinates."""

    def __init__(self, layout: str) -> None:
        self.layout = layout

    def array(self) -> NDArray[Any]:
        """The dense matrix."""
        state = named(self.state)
        shape = _shape(state.get("_shape", state.get("shape")))
        names = ("data", "row", "col") if self.layout == "coo" else ("data", "indices", "indptr")
        try:
            data, first, second = (np.asarray(as_array(state[name])) for name in names)
            arguments = (data, (first, second)) if self.layout == "coo" else (data, first, second)
            matrix = _LAYOUTS[self.layout](arguments, shape=shape)
            if self.layout != "coo":
                matrix.check_format(full_check=True)
        except (KeyError, ValueError, TypeError, IndexError, OverflowError):
            raise Refused("a broken sparse matrix") from None
        return np.asarray(matrix.toarray())


class ChumpyParts(Rebuilt):
    """chumpy's ``Ch`` (an array in ``x``) or ``Select`` (cells ``idxs`` of another array ``a``)."""

    def array(self) -> NDArray[Any]:
        """The values."""
        state = named(self.state)
        if "x" in state:
            return as_array(state["x"])
        if "a" not in state or "idxs" not in state:
            raise Refused("a chumpy object that is neither an array nor a selection of one")
        source, cells = as_array(state["a"]).ravel(), as_array(state["idxs"]).ravel()
        shape = _shape(state.get("preferred_shape", cells.shape))
        try:
            return source[cells.astype(np.int64)].reshape(shape)
        except (IndexError, ValueError):
            raise Refused("a chumpy selection of cells that do not exist") from None


_LAYOUTS = {"csc": scipy.sparse.csc_matrix, "csr": scipy.sparse.csr_matrix, "coo": scipy.sparse.coo_matrix}
_DTYPES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}


def rebuilt_array(raw: Any, kind: Any, shape: Any, fortran: bool) -> NDArray[Any]:
    """An array of plain numbers over given bytes; copies nothing."""
    if not isinstance(kind, DtypeParts) or not isinstance(raw, bytes):
        raise Refused("an array of objects")
    sizes, dtype = _shape(shape), kind.dtype()
    if int(np.prod(sizes, dtype=object)) * dtype.itemsize != len(raw):
        raise Refused(f"an array of the shape {sizes} over {len(raw)} bytes")
    return np.frombuffer(raw, dtype).reshape(sizes, order="F" if fortran else "C")


def _shape(value: Any) -> tuple[int, ...]:
    """A shape of at most eight sizes with a bearable product."""
    if isinstance(value, Rebuilt):
        value = tuple(value.array().ravel().tolist())
    if not isinstance(value, tuple | list) or len(value) > 8:
        raise Refused("an array without a shape")
    if not all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in value):
        raise Refused("an array whose shape is not made of numbers")
    if int(np.prod(value, dtype=object)) > MAX_CELLS:
        raise Refused(f"an array of the shape {tuple(value)}")
    return tuple(value)


def text(value: Any) -> str:
    """Text of Python 3, or of Python 2 as bytes."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, str):
        return value
    raise Refused("a name that is not a text")


def named(state: Any) -> dict[str, Any]:
    """An object's state by the names of its attributes."""
    if not isinstance(state, dict):
        raise Refused("an object without attributes")
    return {text(key): value for key, value in state.items() if isinstance(key, str | bytes)}


def as_array(value: Any) -> NDArray[Any]:
    """The numbers of a rebuilt object, or of plain numbers."""
    if isinstance(value, Rebuilt):
        return value.array()
    if isinstance(value, int | float) or (isinstance(value, list) and all(isinstance(v, int | float) for v in value)):
        return np.asarray(value)
    raise Refused("something that is not an array")


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
    if not args or not isinstance(args[0], Global):
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
        "collections.OrderedDict": lambda args: {},
    }
    for numpy_module in ("numpy.core", "numpy._core"):
        table[f"{numpy_module}.multiarray._reconstruct"] = lambda args: ArrayParts()
        table[f"{numpy_module}.multiarray.scalar"] = _scalar
        table[f"{numpy_module}.numeric._frombuffer"] = _from_buffer
    for layout in _LAYOUTS:
        for module in (f"scipy.sparse.{layout}", f"scipy.sparse._{layout}"):
            for kind in ("matrix", "array"):
                table[f"{module}.{layout}_{kind}"] = _sparse(layout)
    for module in ("__builtin__", "builtins"):
        table[f"{module}.object"] = lambda args: Rebuilt()
        table[f"{module}.set"] = lambda args: Rebuilt()
    return {name: Global(name, make) for name, make in table.items()}


BODY_GLOBALS = _globals()
_REFUSED_STEPS = (
    b"P",
    b"i",
    b"o",
    b"\x82",
    b"\x83",
    b"\x84",
    b"\x92",
    b"\x8f",
    b"\x90",
    b"\x91",
    b"\x97",
    b"\x98",
)  # text persistent ids, INST, OBJ, EXT*, NEWOBJ_EX, sets, out-of-band buffers


def well_formed(stream: IO[bytes], start: int = 0) -> bool:
    """Whether a stream is a pickle from there on to its end, and not just bytes whose first ones could begin one."""
    stream.seek(start)
    try:
        for number, _ in enumerate(pickletools.genops(stream)):
            if number > MAX_STEPS:
                return False
    except Exception:  # whatever a stream that is none makes it raise
        return False
    return True


class SafeUnpickler(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """The standard library's own unpickler in Python, without the steps that could call or import anything.

    Args:
        stream: the pickle.
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
        self._known, self._persistent, self._inert = known, persistent, inert
        self._stream, self.encoded = stream, 0
        self._start = stream.tell()
        self.unknown: set[str] = set()

    def load(self) -> Any:
        """The unpickled object.

        Raises:
            Refused: if it asks for anything beyond numbers in known containers, or is broken.
        """
        try:
            return self._run()
        except Refused:
            raise
        except Exception:  # whatever a broken stream makes the parts of the machine raise
            raise Broken("is damaged or cut off: its pickle can't be read to its end") from None

    def _run(self) -> Any:
        self._unframer = pickle._Unframer(self._file_read, self._file_readline)  # type: ignore[attr-defined]
        self.read, self.readinto, self.readline = (
            self._unframer.read,
            self._unframer.readinto,
            self._unframer.readline,
        )
        self.metastack: list[Any] = []
        self.stack: list[Any] = []
        self.proto = 0
        self.append = self.stack.append
        for _ in range(MAX_STEPS):
            key = self.read(1)
            if not key:
                raise Broken("is cut off: its pickle has no end")
            step = _STEPS.get(key[0])
            if step is None and key in _REFUSED_STEPS and well_formed(self._stream, self._start):
                raise Refused("a step that could run code")
            if step is None:
                raise Broken("is not a pickle, or is damaged")
            try:
                step(self)
            except pickle._Stop as stop:  # type: ignore[attr-defined]
                return stop.value
        raise Refused("too many steps")

    def count(self, made: Any) -> Any:
        """Give back what was made; bytes that are encoded again and again would fill the memory."""
        if isinstance(made, bytes):
            self.encoded += len(made)
            if self.encoded > self._stream.tell():
                raise Refused("more bytes than it has")
        return made

    def find_class(self, module: Any, name: Any) -> Global:
        """The stand-in for a global; nothing is imported."""
        full = f"{text(module)}.{text(name)}"
        if full in self._known:
            return self._known[full]
        if self._inert(full):
            self.unknown.add(full)
            return Global(full, lambda args: Rebuilt())
        raise Refused(full)

    def persistent_load(self, pid: Any) -> Any:
        """What stands for a persistent id."""
        if self._persistent is None:
            raise Refused("a persistent id")
        return self._persistent(pid)


def _reduce(machine: Any) -> None:
    args = machine.stack.pop()
    made = machine.stack[-1]
    if not isinstance(made, Global) or not isinstance(args, tuple):
        raise Refused("a call of something that is not known")
    machine.stack[-1] = machine.count(made.make(args))


def _build(machine: Any) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if isinstance(target, dict):
        return  # attributes of an OrderedDict, such as a state dict's version numbers
    if not isinstance(target, Rebuilt):
        raise Refused("a state for something that has none")
    target.state = state


def _check_key(key: Any) -> Any:
    # Hashing nested tuples could take forever; names and numbers are all that real files have.
    if not isinstance(key, str | bytes | int | float | Global) and type(key) is not Rebuilt:
        raise Refused("a dictionary whose keys are not names")
    return key


def _set_items(machine: Any) -> None:
    items = machine.pop_mark()
    _put(machine.stack[-1], items)


def _set_item(machine: Any) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _put(machine.stack[-1], [key, value])


def _put(target: Any, items: list[Any]) -> None:
    if type(target) is not dict:
        raise Refused("items for something that is no dictionary")
    for key, value in zip(items[::2], items[1::2], strict=True):
        target[_check_key(key)] = value


def _dict(machine: Any) -> None:
    items = machine.pop_mark()
    made: dict[Any, Any] = {}
    _put(made, items)
    machine.append(made)


def _appends(machine: Any) -> None:
    items = machine.pop_mark()
    _extend(machine.stack[-1], items)


def _append(machine: Any) -> None:
    value = machine.stack.pop()
    _extend(machine.stack[-1], [value])


def _extend(target: Any, items: list[Any]) -> None:
    if type(target) is list:
        target.extend(items)
    elif type(target) is not Rebuilt:
        raise Refused("items for something that is no list")


def _byte_array(machine: Any) -> None:
    machine.append(machine.read(int.from_bytes(machine.read(8), "little")))


_STEPS: dict[int, Callable[[Any], None]] = {
    key: step
    for key, step in pickle._Unpickler.dispatch.items()  # type: ignore[attr-defined]
    if bytes([key]) not in _REFUSED_STEPS
}
_STEPS |= {
    pickle.REDUCE[0]: _reduce,
    pickle.NEWOBJ[0]: _reduce,
    pickle.BUILD[0]: _build,
    pickle.SETITEM[0]: _set_item,
    pickle.SETITEMS[0]: _set_items,
    pickle.DICT[0]: _dict,
    pickle.APPEND[0]: _append,
    pickle.APPENDS[0]: _appends,
    pickle.BYTEARRAY8[0]: _byte_array,
}


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

"""What stands for the objects of a pickle from elsewhere: raw parts, checked when an array is made of them.

Nothing of numpy, scipy, chumpy or torch is called while a pickle is read. Whatever a pickle may do to an object (call
it, give it a state or items) is answered here too.

Its limits are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from engine.untrusted.instructions import NO_CALL, NO_DICTIONARY, NO_LIST, NO_STATE, Refused

MAX_CELLS = 1 << 28
"""Cells of one array."""


@dataclass(frozen=True)
class Global:
    """A name that a pickle may use; ``make`` stands for calling it."""

    name: str
    make: Callable[[tuple[Any, ...]], Any]


class Name(type):
    """A global as a pickle gets it: a class, which `NEWOBJ` asks for. Calling it makes what stands for its objects."""

    full: str
    make: Callable[[tuple[Any, ...]], Any]

    def __call__(cls, *args: Any) -> Any:
        """Whatever is made; there are no objects of the class itself."""
        return cls.make(args)

    def __setstate__(cls, state: Any) -> None:
        """A class keeps as it is."""
        raise Refused(NO_STATE)

    def append(cls, *items: Any) -> None:
        """A class holds nothing."""
        raise Refused(NO_LIST)

    def __setitem__(cls, key: Any, value: Any) -> None:
        """A class holds nothing."""
        raise Refused(NO_DICTIONARY)

    extend = append


def name_of(known: Global) -> Name:
    """The class that stands for a global while one pickle is read."""
    return Name("Name", (), {"full": known.name, "make": known.make, "__new__": lambda cls, *args: cls.make(args)})


class Items(dict[Any, Any]):
    """An ``OrderedDict``; its attributes, such as a state dict's version numbers, are dropped."""

    def __setstate__(self, state: Any) -> None:
        """Forget the attributes."""

    def append(self, *items: Any) -> None:
        """A dictionary is no list."""
        raise Refused(NO_LIST)

    extend = append


class Rebuilt:
    """An object whose state the pickle sets afterwards."""

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        """Keep the state as it is."""
        self.state = state

    def __call__(self, *args: Any) -> None:
        """No object can be called."""
        raise Refused(NO_CALL)

    def append(self, *items: Any) -> None:
        """What is not known may be a list, whose items are dropped."""
        if type(self) is not Rebuilt:
            raise Refused(NO_LIST)

    def __setitem__(self, key: Any, value: Any) -> None:
        """No object is a dictionary."""
        raise Refused(NO_DICTIONARY)

    extend = append

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
            matrix = LAYOUTS[self.layout](arguments, shape=shape)
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


LAYOUTS = {"csc": scipy.sparse.csc_matrix, "csr": scipy.sparse.csr_matrix, "coo": scipy.sparse.coo_matrix}
_DTYPES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}


def rebuilt_array(raw: Any, kind: Any, shape: Any, fortran: bool) -> NDArray[Any]:
    """An array of plain numbers over given bytes; copies nothing."""
    if not isinstance(kind, DtypeParts) or not isinstance(raw, bytes | bytearray):
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

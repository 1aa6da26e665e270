"""A pickle's instructions, looked through before any of them is done.

The unpickler of the standard library can be told which globals there are, but not to refuse instructions, to bound its
memo, or to leave keys alone whose hash takes for ever. So all instructions are read first, and what each does to the
stack is followed by the kinds of object that `pickletools` tells.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterator
from pickletools import OpcodeInfo, StackObject, anyobject, markobject, stackslice
from typing import IO, Any

MAX_STEPS = 1_000_000
"""Instructions of one pickle, and entries of its memo; SMPL's have some hundreds, a checkpoint some ten thousands."""
NO_CALL = "a call of something that is not known"
NO_STATE = "a state for something that has none"
NO_LIST = "items for something that is no list"
NO_DICTIONARY = "items for something that is no dictionary"
NO_NAMES = "a dictionary whose keys are not names"
_INSTRUCTIONS = {op.code.encode("latin1"): op for op in pickletools.opcodes}
_REFUSED = frozenset(
    (
        "PERSID",
        "INST",
        "OBJ",
        "EXT1",
        "EXT2",
        "EXT4",
        "NEWOBJ_EX",
        "EMPTY_SET",
        "ADDITEMS",
        "FROZENSET",
        "NEXT_BUFFER",
        "READONLY_BUFFER",
    )
)
_KEYS = {
    anyobject,
    pickletools.pyint,
    pickletools.pylong,
    pickletools.pyinteger_or_bool,
    pickletools.pybool,
    pickletools.pyfloat,
    pickletools.pystring,
    pickletools.pybytes_or_str,
    pickletools.pybytes,
    pickletools.pyunicode,
}
"""Hashing nested tuples could take for ever; names and numbers are all that real files have."""


class Refused(Exception):
    """What a pickle asked for and does not get."""


class Broken(Refused):
    """A stream that is no pickle or not a whole one, in words that go on from the file's name."""


def instructions(stream: IO[bytes]) -> Iterator[tuple[OpcodeInfo, Any]]:
    """Each instruction from here to the end of the pickle, with its argument.

    Raises:
        Broken: if the stream is no pickle, or ends before it does.
    """
    while code := stream.read(1):
        op = _INSTRUCTIONS.get(code)
        if op is None:
            raise Broken("is not a pickle, or is damaged")
        try:
            # Texts of protocol 0 are any bytes between quotes; pickletools takes ASCII alone.
            read = op.arg.reader if op.arg else None
            argument = None if read is None else stream.readline() if op.name == "STRING" else read(stream)
        except Exception:  # whatever a broken stream makes it raise
            raise broken() from None
        yield op, argument
        if op.name == "STOP":
            return
    raise Broken("is cut off: its pickle has no end")


def broken() -> Broken:
    """What to say of a pickle that fails somewhere."""
    return Broken("is damaged or cut off: its pickle can't be read to its end")


def well_formed(stream: IO[bytes]) -> bool:
    """Whether a stream is a pickle from here on to its end, and not just bytes whose first ones could begin one."""
    try:
        return all(number <= MAX_STEPS for number, _ in enumerate(instructions(stream)))
    except Broken:
        return False


def check(stream: IO[bytes]) -> None:
    """Look through the pickle that begins here.

    Raises:
        Refused: if it has a step that could call or import anything beside globals, or one that could fill the memory
            or take for ever, or is broken.
    """
    stack, could_run = _Stack(), False
    try:
        for number, (op, argument) in enumerate(instructions(stream)):
            if number >= MAX_STEPS:
                raise Refused("too many steps")
            could_run = could_run or op.name in _REFUSED
            if not could_run:
                stack.step(op, argument)
    except Broken:
        if could_run:
            raise Broken("is not a pickle, or is damaged") from None
        raise
    if could_run:
        raise Refused("a step that could run code")


class _Stack:
    """Kinds of the objects on an unpickler's stack and in its memo."""

    def __init__(self) -> None:
        self.kinds: list[StackObject] = []
        self.marks: list[int] = []
        self.memo: dict[int, StackObject] = {}

    def step(self, op: OpcodeInfo, argument: Any) -> None:
        """Do to the kinds what an instruction does to the objects."""
        if op.name == "MARK":
            self.marks.append(len(self.kinds))
        elif op.name == "POP" and self.marks and self.marks[-1] == len(self.kinds):
            self.marks.pop()
        elif op.name in ("GET", "BINGET", "LONG_BINGET"):
            if argument not in self.memo:
                raise broken()
            self.kinds.append(self.memo[argument])
        elif op.name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self._keep(len(self.memo) if op.name == "MEMOIZE" else argument)
        elif not op.stack_before:
            self.kinds += op.stack_after
        else:
            taken = self._take(op)
            _check(op.name, taken)
            same = op.name in ("APPEND", "APPENDS", "SETITEM", "SETITEMS")
            self.kinds += taken[:1] if same else 2 * taken if op.name == "DUP" else op.stack_after

    def _keep(self, index: int) -> None:
        if not 0 <= index <= MAX_STEPS:  # the unpickler's memo is a list
            raise Refused(f"a memo of {index} entries")
        (self.memo[index],) = self._take(None)
        self.kinds.append(self.memo[index])

    def _take(self, op: OpcodeInfo | None) -> list[StackObject]:
        """The kinds that an instruction takes off the stack, the lowest first; one for None."""
        before = [anyobject] if op is None else op.stack_before
        items: list[StackObject] = []
        if stackslice in before:
            if not self.marks:
                raise broken()
            start = self.marks.pop()
            items, self.kinds[start:] = self.kinds[start:], []
        first = len(self.kinds) - sum(kind not in (markobject, stackslice) for kind in before)
        if first < (self.marks[-1] if self.marks else 0):
            raise broken()
        fixed, self.kinds[first:] = self.kinds[first:], []
        return fixed + items


def _check(name: str, taken: list[StackObject]) -> None:
    """Refuse an instruction by the kinds that it takes; what they do not tell, the stand-ins refuse."""
    kinds = [kind.name for kind in taken[:2]]
    if name in ("REDUCE", "NEWOBJ") and (kinds[0] != "any" or kinds[1] not in ("tuple", "any")):
        raise Refused(NO_CALL)
    if name == "BUILD" and kinds[0] != "any":
        raise Refused(NO_STATE)
    if name in ("APPEND", "APPENDS") and kinds[0] not in ("list", "any"):
        raise Refused(NO_LIST)
    if name in ("SETITEM", "SETITEMS") and kinds[0] not in ("dict", "any"):
        raise Refused(NO_DICTIONARY)
    keys = taken[1::2] if name in ("SETITEM", "SETITEMS") else taken[::2] if name == "DICT" else []
    if not all(key in _KEYS for key in keys):
        raise Refused(NO_NAMES)

"""Zip archives and numpy files from elsewhere: sizes are checked before anything is read; nothing goes to disk.

Its limits are set by hand.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.untrusted.texts import AGAIN, check_kind

MAX_FILE = 1 << 30
"""Bytes of one member of an archive; the largest body model has half of it."""
MAX_ARRAY = 1 << 28
"""Bytes of one array in an .npz file. Set by hand."""
MAX_MEMBERS = 20_000
MAX_RATIO = 250
"""How much smaller than its contents a large member may be; numbers of bodies shrink to a tenth at best. Set by
hand."""
LARGE = 1 << 26
HINT = "Use the file as its makers distribute it."
ARCHIVES = (".zip", ".7z", ".tar", ".gz", ".tgz", ".rar", ".bz2", ".xz")


def bad(sentence: str, hint: str = HINT) -> EngineError:
    """The one sentence for a file that cannot be used."""
    return EngineError("bad_weights", sentence, hint)


def is_zip(path: Path) -> bool:
    """Whether a file ends as zip files do; `open_zip` says whether it can be read."""
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:  # its end speaks of several disks
        return True


def open_zip(path: Path | IO[bytes], where: str) -> zipfile.ZipFile:
    """An archive whose table of contents is sound.

    Raises:
        EngineError: if it is no zip file, is encrypted, or names files outside itself.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        raise bad(f"{where} is not a zip file, or is damaged.", AGAIN) from None
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise bad(f"{where} was refused: it holds {len(members)} files.")
    for info in members:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name.split("/")[0] or ".." in PurePosixPath(name).parts:
            raise bad(f"{where} was refused: it names the file {info.filename[:80]!r} outside of itself.")
    return archive


def read_member(archive: zipfile.ZipFile, name: str, where: str, limit: int = MAX_FILE) -> bytes:
    """The bytes of one member, never more than ``limit``.

    Raises:
        EngineError: if it is larger, encrypted, damaged, or packed beyond all reason.
    """
    info = archive.getinfo(name)
    if info.file_size > limit or info.file_size > max(LARGE, MAX_RATIO * info.compress_size):
        raise bad(f"{name} in {where} was refused: it would unpack to {info.file_size / 2**20:,.0f} MiB.")
    if info.flag_bits & 1:
        raise bad(f"{name} in {where} is encrypted.", "Unpack it with its password first.")
    try:
        with archive.open(info) as member:
            data = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error):
        raise bad(f"{name} in {where} is damaged.", AGAIN) from None
    if len(data) != info.file_size:
        raise bad(f"{name} in {where} is damaged (it is not as long as it says).")
    return data


def npy_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, Fortran order and dtype of a .npy file; raises ValueError for anything odd."""
    version = np.lib.format.read_magic(stream)
    reader: Callable[..., Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, fortran, dtype = reader(stream)
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ValueError(f"it holds {dtype}, not numbers")
    return shape, fortran, dtype


def read_npz(data: bytes | Path, names: tuple[str, ...], where: str) -> dict[str, NDArray[Any]]:
    """Those of the named arrays that an .npz file has; pickled members are never opened.

    Raises:
        EngineError: if it is no such file, or an array is larger than its file or of no plain numbers.
    """
    arrays: dict[str, NDArray[Any]] = {}
    if isinstance(data, Path):
        check_kind(data)
    with open_zip(io.BytesIO(data) if isinstance(data, bytes) else data, where) as archive:
        there = set(archive.namelist())
        for name in names:
            if f"{name}.npy" in there:
                arrays[name] = _npy(read_member(archive, f"{name}.npy", where, MAX_ARRAY), name, where)
    return arrays


def _npy(raw: bytes, name: str, where: str) -> NDArray[Any]:
    stream = io.BytesIO(raw)
    try:
        shape, fortran, dtype = npy_header(stream)
        left = len(raw) - stream.tell()
        if int(np.prod(shape, dtype=object)) * dtype.itemsize != left:
            raise ValueError(f"{left} bytes for the shape {shape}")
        array = np.frombuffer(raw, dtype, offset=stream.tell())
        return array.reshape(shape, order="F" if fortran else "C")
    except (
        ValueError,
        KeyError,
        TypeError,
        SyntaxError,
        EOFError,
        MemoryError,
        RecursionError,
        OverflowError,
    ) as error:
        detail = "; it holds objects or texts, not numbers" if "not numbers" in str(error) else ""
        raise bad(f"The array {name} in {where} is damaged or of no plain numbers{detail}.") from None

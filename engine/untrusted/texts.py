"""What people have instead of the file that they think they have, and texts in whatever encoding an editor chose."""

from __future__ import annotations

import codecs
import json
import zipfile
from pathlib import Path

from engine.errors import EngineError

HEAD = 4096
"""Bytes that tell what a file is."""
MAX_HEADER = 100_000_000
"""Bytes of a safetensors file's description, the limit of its makers' own reader."""
AGAIN = "Download the file itself again, and compare its size with what its page says."
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<!doctype", b"<error")
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a packed 7z archive"),
    (b"Rar!", "a packed RAR archive"),
    (b"\x1f\x8b", "a packed gzip file"),
    (b"BZh", "a packed bzip2 file"),
    (b"\xfd7zXZ", "a packed xz file"),
    (b"Kaydara FBX", "an FBX file"),
    (b"BLENDER", "a Blender file"),
    (b"glTF", "a GLB file"),
    (b"SQLite format 3", "a database"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\x89HDF", "an HDF5 or MATLAB file"),
    (b"MATLAB 5.0", "a MATLAB file"),
)
_SCENES = ("an FBX file", "a Blender file", "a GLB file")
_EXPORT = "Open it in Blender, and export from there what is asked for; motions come over with the add-on's Retarget."
_UNPACK = "Unpack it first and give the file inside."


def mistaken(head: bytes, size: int, json_too: bool = False) -> tuple[str, str] | None:
    """What a file is that cannot be what was asked for, by its first bytes.

    Args:
        head: the first `HEAD` bytes of the file.
        size: of the whole file.
        json_too: whether a JSON file is wanted.
    Returns:
        A clause such as "is a saved web page, not the file itself" and what to do about it, or None when the bytes
        tell nothing.
    """
    if size == 0:
        return "is empty", AGAIN
    if not head.strip(b"\0"):
        return "holds nothing but zeros, as a download that never finished", AGAIN
    if head.startswith(b"version https://git-lfs"):
        return (
            "is a Git LFS pointer, which only names the real file",
            "Run git lfs pull in its folder, or download the file itself from its page.",
        )
    text = decoded(head, replace=True).lstrip("\ufeff \t\r\n").lower().encode("utf-8", "replace")
    if text.startswith(_PAGES) or (text.startswith(b"<") and b"<html" in text):
        return "is a saved web page, not the file itself", "Use the page's download button, not Save as."
    if not json_too and text.startswith(b"{") and size <= HEAD and _is_json(text):
        return "is a server's answer in JSON, not the file itself", AGAIN
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return f"is {kind}", _UNPACK if "packed" in kind else _EXPORT if kind in _SCENES else AGAIN
    return None


def _is_json(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def check_kind(path: Path, code: str = "bad_weights", json_too: bool = False) -> None:
    """Refuse a file that is plainly something else: a web page, a pointer, an archive, a picture, nothing at all.

    Args:
        json_too: whether a JSON file is wanted.
    Raises:
        EngineError: ``code`` with one sentence that says what it is.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise unreadable(path, error, code) from None
    size = path.stat().st_size
    found = mistaken(head, size, json_too)
    if found is None and path.suffix.lower() == ".safetensors" and not _describes_itself(head):
        found = "is not a safetensors file, or is damaged", AGAIN
    if found is None and _cut_off(path, head, size):
        found = "is damaged or cut off, as a half download is: its end is missing", AGAIN
    if found:
        raise EngineError(code, f"{path.name} {found[0]}.", found[1])


def _describes_itself(head: bytes) -> bool:
    """Whether a file begins as safetensors files do: the length of a description in JSON, and that."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_HEADER


def _cut_off(path: Path, head: bytes, size: int) -> bool:
    """Whether a zip archive lacks its table of contents, or a safetensors file some of its numbers."""
    if head.startswith(b"PK"):
        try:
            return not zipfile.is_zipfile(path)
        except zipfile.BadZipFile:  # its end speaks of several disks
            return False
    if path.suffix.lower() != ".safetensors":
        return False
    length = int.from_bytes(head[:8], "little")
    if 8 + length > size:
        return True
    try:
        with path.open("rb") as stream:
            listed = json.loads(stream.read(8 + length)[8:])
        ends = [int(item["data_offsets"][1]) for name, item in listed.items() if name != "__metadata__"]
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return True
    return 8 + length + max(ends, default=0) > size


def unreadable(path: Path, error: OSError, code: str = "bad_weights") -> EngineError:
    """The sentence for a file that the system does not let us read."""
    why = error.strerror or "the system gives no reason"
    return EngineError(code, f"{path.name} can't be read ({why}).", f"Look at {path} and who may read it.")


def decoded(data: bytes, replace: bool = False) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte order mark; the mark is taken off.

    Args:
        data: the bytes.
        replace: whether bytes that are no text are replaced instead of refused.
    Raises:
        UnicodeDecodeError: if they are no text and ``replace`` is not set.
    """
    errors = "replace" if replace else "strict"
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors)
    # In UTF-16 every second byte of plain letters is zero.
    sample = data[:HEAD]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 3 and sample[first::2].count(0) > 0.6 * len(sample[first::2]) and any(sample[1 - first :: 2]):
            return data.decode(encoding, errors)
    return data.decode("utf-8", errors)

"""The one error that reaches the user: a code, a sentence, and what to do about it.

Everything a user can cause (a wrong key, a missing file, a full disk) is raised as `EngineError`, so that the
terminal, the event stream and the panel can all show the same sentence; anything else is a bug and is logged.
"""

from __future__ import annotations

import errno

from engine import protocol


class EngineError(Exception):
    """A problem the user can do something about."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Make an error.

        Args:
            code: one of `protocol.ERROR_CODES`, for programs.
            message: one sentence that says what is wrong, naming the thing.
            hint: what to do about it; may be empty when the message already says so.
        """
        if code not in protocol.ERROR_CODES:
            raise ValueError(f"unknown error code {code!r}")
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):
    """The user asked to stop; what is on disk stays and the same command goes on from there."""


def from_exception(error: BaseException, place: object = None) -> EngineError:
    """Translate any exception into the sentence a user should read (the traceback goes to the log).

    Args:
        error: what was raised.
        place: the folder that was being written to, for system errors that name none.
    """
    if isinstance(error, EngineError):
        return error
    if isinstance(error, protocol.ProtocolError):
        return EngineError("bad_request", str(error))
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return EngineError("out_of_memory", "There was not enough memory for this job.", "Choose a lower preset.")
    if isinstance(error, OSError):
        return _from_os_error(error, error.filename or place)
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("engine"):
        return EngineError(
            "environment",
            f"The Python package {error.name} is missing in the engine's environment.",
            "Install the packages of requirements.lock into it (python3 build.py demo does).",
        )
    return EngineError(
        "internal",
        f"Something went wrong inside the engine ({first_line(error)}).",
        f"The details are in the job's {protocol.LOG_FILE}.",
    )


def first_line(error: BaseException) -> str:
    """The first line of an exception's text, shortened to fit into a sentence."""
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else "no details"


def _from_os_error(error: OSError, place: object) -> EngineError:
    """Name the place, and whether the disk is full or the place is not writable."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EngineError(
            "disk_full",
            f"The disk is full{f' ({place})' if place else ''}.",
            "Free some space and run the same command again; nothing is lost.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
        return EngineError(
            "not_writable", f"Cannot write {place or 'a file'} ({error.strerror}).", "Choose another folder."
        )
    return EngineError(
        "internal", f"A file could not be read or written: {place or 'unknown'} ({error.strerror or error})."
    )

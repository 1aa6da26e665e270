"""Where the user's SMPL is: a download as it came, a folder, or a single file.

Names that are known: ``SMPL_NEUTRAL.pkl`` and its kin (also SMPLH and SMPLX, also ``.npz``), the names of SMPL's own
downloads (``basicModel_f_lbs_10_207_0_v1.0.0.pkl``, ``basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl``), and AMASS's SMPL-H
(``female/model.npz``).

Its limits are set by hand.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from numpy.typing import NDArray

from engine.errors import EngineError
from engine.untrusted.archives import ARCHIVES, MAX_FILE, bad, open_zip, read_member, read_npz
from engine.untrusted.pickles import read_arrays
from engine.untrusted.texts import check_kind

GENDERS = ("neutral", "female", "male")
"""In the order in which one is taken when the settings leave it open."""
HINT = (
    "Give SMPL's download (SMPL_python_v.1.1.1.zip), the folder it was unpacked to, one SMPL_*.pkl or SMPL_*.npz file, "
    "or leave body.model empty for the bundled body."
)
_LETTERS = {"f": "female", "m": "male", "n": "neutral"}
_NAMES = (
    re.compile(r"smpl(?:[hx])?_(female|male|neutral)(?:_[\w.]+)?\.(?:pkl|npz)$", re.IGNORECASE),
    re.compile(r"basicmodel_(f|m|neutral)_lbs_\d+_\d+_\d+(?:_v[\d.]+)?\.(?:pkl|npz)$", re.IGNORECASE),
)
_AMASS = re.compile(r"(?:^|/)(female|male|neutral)/model\.(?:npz|pkl)$", re.IGNORECASE)
_MAX_FOUND = 5000


@dataclass(frozen=True)
class BodyFile:
    """One body model: a file, or a member of a zip archive."""

    path: Path
    member: str | None
    gender: str | None

    @property
    def shown(self) -> str:
        """The name for people."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def is_pickle(self) -> bool:
        """Whether it is a pickle, by its ending."""
        return (self.member or self.path.name).lower().endswith(".pkl")


def gender_of(name: str) -> str | None:
    """The gender in a file's name, or None when it is not the name of a body model."""
    base = name.rsplit("/", 1)[-1]
    found = next((match for pattern in _NAMES if (match := pattern.match(base))), None) or _AMASS.search(name)
    if not found:
        return None
    word = found.group(1).lower()
    return _LETTERS.get(word, word)


def find(path: Path) -> list[BodyFile]:
    """All body models at a place, the ones that are named best first.

    Raises:
        EngineError: if there is nothing, or nothing that is known by its name.
    """
    if path.is_dir():
        found = _in_folder(path)
    elif not path.is_file():
        raise EngineError("bad_weights", f"There is no body model at {path}.", HINT)
    elif path.suffix.lower() == ".zip":
        found = _in_zip(path)
    elif path.suffix.lower() in (".pkl", ".npz"):
        return [BodyFile(path, None, gender_of(path.as_posix()))]
    else:
        raise EngineError("bad_weights", f"{path.name} is neither a .zip, .pkl nor .npz file.", HINT)
    if not found:
        raise EngineError("bad_weights", f"{path} holds no SMPL model that is known by its name.", HINT)
    return sorted(found, key=_preference)


def _preference(file: BodyFile) -> tuple[int, int, str]:
    """Plain SMPL before SMPL-H and SMPL-X, later versions first."""
    name = file.shown.lower()
    kind = 1 if name.startswith("smplh") or name.startswith("model.") else 2 if name.startswith("smplx") else 0
    version = re.search(r"_v1\.(\d)", name)
    return kind, -int(version.group(1)) if version else 0, (file.member or file.path.as_posix())


def _in_folder(folder: Path) -> list[BodyFile]:
    """Models in a folder and four levels below; downloads that were left packed count too."""
    found: list[BodyFile] = []
    zips: list[Path] = []
    level = [folder]
    seen = 0
    for _ in range(5):
        below: list[Path] = []
        for entry in (item for place in level for item in sorted(place.iterdir())):
            seen += 1
            if seen > _MAX_FOUND:
                return found
            if entry.is_dir() and not entry.is_symlink():
                below.append(entry)
            elif gender := gender_of(entry.as_posix()):
                found.append(BodyFile(entry, None, gender))
            elif entry.suffix.lower() == ".zip" and "smpl" in entry.name.lower():
                zips.append(entry)
        level = below
    return found or [file for path in zips for file in _in_zip(path)]


def _in_zip(path: Path) -> list[BodyFile]:
    """Models in a download; an archive in an archive is not opened."""
    check_kind(path)
    with open_zip(path, path.name) as archive:
        names = archive.namelist()
    found = [BodyFile(path, name, gender) for name in names if (gender := gender_of(name))]
    nested = next((name for name in names if name.lower().endswith(ARCHIVES)), None)
    if not found and nested:
        raise EngineError(
            "bad_weights",
            f"{path.name} holds another archive, {nested[:80]}, which is not opened.",
            "Unpack it and give the archive or folder inside.",
        )
    return found


def choose(found: list[BodyFile], gender: str) -> BodyFile:
    """The file for a gender; ``auto`` takes neutral, then female.

    Raises:
        EngineError: if that gender is not there; the sentence names those that are.
    """
    if len(found) == 1 and (gender == "auto" or found[0].gender in (gender, None)):
        return found[0]
    for wanted in GENDERS if gender == "auto" else (gender,):
        for file in found:
            if file.gender == wanted:
                return file
    there = ", ".join(dict.fromkeys(file.gender or "unnamed" for file in found))
    raise EngineError(
        "bad_weights",
        f"There is no {gender} body in {found[0].path.name} (there: {there}).",
        "Set body.gender to one that is there, or to auto.",
    )


def read(file: BodyFile, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """The named arrays of a body model; nothing in the file is executed.

    Raises:
        EngineError: for everything that is wrong with the file.
    """
    if file.member is None and file.path.stat().st_size > MAX_FILE:
        raise bad(f"{file.shown} was refused: it has {file.path.stat().st_size / 2**20:,.0f} MiB.")
    if file.member is None:
        check_kind(file.path)
    if file.is_pickle:
        if file.member is None:
            with file.path.open("rb") as stream:
                return read_arrays(stream, names, file.shown)
        return read_arrays(io.BytesIO(_member(file)), names, file.shown)
    return read_npz(file.path if file.member is None else _member(file), names, file.shown)


def _member(file: BodyFile) -> bytes:
    assert file.member is not None
    with open_zip(file.path, file.path.name) as archive:
        return read_member(archive, file.member, file.path.name)

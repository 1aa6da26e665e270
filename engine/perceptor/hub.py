"""Perceptors from the Hugging Face hub: downloaded once, only when the user allows it, and checked.

Files come by plain HTTP into this user's cache, the weights last. An interrupted download goes on where it stopped;
every file is compared with the checksum that the hub states before it gets its name.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_url, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers, disable_progress_bars

from engine.errors import Cancelled, EngineError, first_line
from engine.report import Reporter
from engine.userdata import cache_folder

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(@[\w./-]+)?")
"""``organisation/model``, with ``@revision`` where a certain one is wanted."""
SMALL = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.json",
    "merges.txt",
)
SAFE, SHARDS = "model.safetensors", "model.safetensors.index.json"
SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
PICKLED = "pytorch_model.bin"
OTHERWISE = "Or download it elsewhere and give its folder as clip.model."
KEPT = "Connect and run the same command again; what has been downloaded is kept."


def fetch(name: str, allowed: bool, report: Reporter | None = None) -> Path:
    """The folder of a model of the hub, downloaded if it is not on this computer yet.

    Args:
        name: ``organisation/model`` or ``organisation/model@revision``.
        allowed: whether the user allows the download.
        report: hears of the download in MiB.

    Raises:
        EngineError: ``bad_config`` without the user's consent, ``environment`` without a network, ``bad_weights`` for
            a model that does not exist or a file that does not have its checksum.
        Cancelled: from ``report``; what was downloaded stays.
    """
    repository, _, revision = name.partition("@")
    own = cache_folder() / "models" / repository.replace("/", "--") / (revision.replace("/", "--") or "main")
    for folder in (own, _shared(repository, revision)):
        if folder is not None and is_whole(folder):
            return folder
    if not allowed:
        sentence = f"The perceptor {name} is not on this computer."
        raise EngineError(
            "bad_config", sentence, f"Allow its download with --allow-download or clip.download = true. {OTHERWISE}"
        )
    if constants.is_offline_mode():
        sentence = f"The perceptor {name} has to be downloaded, and downloads are switched off."
        raise EngineError("environment", sentence, f"Allow online access (HF_HUB_OFFLINE is set). {OTHERWISE}")
    try:
        _download(repository, revision, own, report)
    except (EngineError, Cancelled):
        raise
    except GatedRepoError as error:
        hint = f"Accept its terms on huggingface.co and set HF_TOKEN. {OTHERWISE}"
        raise EngineError("bad_weights", f"The perceptor {name} asks for an account.", hint) from error
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        hint = "Check the name: organisation/model, and @revision if one is wanted."
        raise EngineError("bad_weights", f"The Hugging Face hub has no model {name}.", hint) from error
    except Exception as error:  # every HTTP library has its own kinds
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
            raise  # the disk
        sentence = f"The download of {name} from {constants.ENDPOINT} failed ({first_line(error).split('. ')[0]})."
        raise EngineError("environment", sentence, KEPT) from error
    return own


def is_whole(folder: Path) -> bool:
    """Whether a folder holds a model: weights get their name last, when they have been checked."""
    if not (folder / "config.json").is_file():
        return False
    return any((folder / name).is_file() for name in (SAFE, SHARDS, PICKLED))


def _shared(repository: str, revision: str) -> Path | None:
    """Where other programs of this user have put the model, or None."""
    try:
        found = snapshot_download(repository, revision=revision or None, local_files_only=True)
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None
    return Path(found)


def _download(repository: str, revision: str, folder: Path, report: Reporter | None) -> None:
    """Bring all files of a model into a folder, small ones first, the one that makes it whole last."""
    disable_progress_bars()
    info = HfApi().model_info(repository, revision=revision or None, files_metadata=True)
    files = {entry.rfilename: entry for entry in info.siblings or []}
    wanted = _wanted(files)
    if "config.json" not in files or not wanted[-1:]:
        raise EngineError("bad_weights", f"{repository} holds no model in transformers' format.", OTHERWISE)
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(files[name].size or 0 for name in wanted)
    done = 0
    if report is not None:
        report.warning(f"Downloading {repository} ({total / 2**20:.0f} MiB) once; the steps are MiB.")
    for name in wanted:
        url = hf_hub_url(repository, name, revision=info.sha)
        _bring(url, folder / name, files[name], _Tally(done, total, report))
        done += files[name].size or 0


def _wanted(files: dict[str, Any]) -> list[str]:
    """The files to download, in order; empty when there are no weights."""
    if SAFE in files:
        weights = [SAFE]
    elif SHARDS in files:
        weights = [*sorted(name for name in files if SHARD.fullmatch(name)), SHARDS]
    elif PICKLED in files:
        weights = [PICKLED]
    else:
        return []
    return [*(name for name in SMALL if name in files), *weights]


class _Tally:
    """Bytes of the whole download so far, told in MiB."""

    def __init__(self, done: int, total: int, report: Reporter | None) -> None:
        self.done, self.total, self.report = done, total, report

    def add(self, count: int) -> None:
        """Count bytes.

        Raises:
            Cancelled: from the reporter.
        """
        self.done += count
        if self.report is not None:
            whole = max(self.total >> 20, 1)
            self.report.progress(min(self.done >> 20, whole), whole)


class _Watched(io.FileIO):
    """A file that tells of what is written."""

    tally: _Tally

    def write(self, data: Any) -> int:
        written = super().write(data)
        self.tally.add(written)
        return written


def _bring(url: str, target: Path, entry: Any, tally: _Tally) -> None:
    """One file, unless it is there; a part of it from an earlier try is continued."""
    if target.exists():
        return
    part = target.with_name(f"{target.name}.part")
    with _Watched(part, "ab") as stream:
        stream.tally = tally
        have = stream.tell()
        if entry.size is not None and have > entry.size:
            stream.truncate(0)
            have = 0
        tally.add(have)
        http_get(url, stream, resume_size=have, headers=build_hf_headers(), expected_size=entry.size)
        os.fsync(stream.fileno())
    if not _matches(part, entry):
        part.unlink()
        sentence = f"The downloaded {target.name} does not have the checksum that the hub states."
        raise EngineError("bad_weights", sentence, "Run the same command again; that file is downloaded anew.")
    os.replace(part, target)


def _matches(path: Path, entry: Any) -> bool:
    """Whether a file is the one that the hub describes: by SHA-256 for large files, by git's hash for small ones."""
    if entry.lfs is not None:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == entry.lfs.sha256
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == entry.blob_id

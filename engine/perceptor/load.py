"""Perceptors by name: the bundled one, a folder, a model of the Hugging Face hub, OpenAI's own file, or several.

`transformers` takes half of the engine's start: it is imported when a model is loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from engine.errors import EngineError
from engine.perceptor import hub, tokens
from engine.perceptor.clip import ClipPerceptor, Perceptor
from engine.perceptor.ensemble import Ensemble
from engine.perceptor.openai_file import (
    ACTIVATIONS,
    AGAIN,
    OPEN_CLIP_CONFIG,
    check_whole,
    damage,
    load_openai,
    refusal,
)
from engine.perceptor.siglip import NaflexPerceptor, SiglipPerceptor
from engine.report import Reporter
from engine.settings import ClipConfig
from engine.untrusted.texts import check_kind

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "perceptor"
BUNDLED_NAME = "bundled"
KINDS: dict[str, tuple[str, type[ClipPerceptor]]] = {
    "clip": ("CLIPModel", ClipPerceptor),
    "vision-text-dual-encoder": ("VisionTextDualEncoderModel", ClipPerceptor),
    "siglip": ("SiglipModel", SiglipPerceptor),
    "siglip2": ("Siglip2Model", NaflexPerceptor),
}
"""transformers' model types: which of its classes reads them, and which perceptor they make."""
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
OPEN_CLIP_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
"""Weights in a folder of open_clip's on the hub."""
CHOICES = (
    "Give a folder in transformers' CLIP or SigLIP format, a hub id such as openai/clip-vit-base-patch32, a file of "
    "OpenAI's or open_clip's, or leave clip.model empty for the bundled perceptor."
)


def load_perceptor(conf: ClipConfig | None = None, device: str = "cpu", report: Reporter | None = None) -> Perceptor:
    """The perceptor that a conf names: the bundled one by default, an ensemble for a list.

    Args:
        report: hears of a download, which happens only with ``clip.download``.

    Raises:
        EngineError: ``bad_weights`` if there is no such model or it cannot be read, ``bad_config`` for weights that do
            not go with it or a download that is not allowed, ``environment`` without a network.
        Cancelled: from ``report``, while downloading.
    """
    conf = conf or ClipConfig()
    if conf.activation not in ACTIVATIONS:
        sentence = f"clip.activation is {conf.activation!r}."
        raise EngineError("bad_config", sentence, f"Use {', '.join(ACTIVATIONS[:-1])} or {ACTIVATIONS[-1]}.")
    if conf.precision not in PRECISIONS:
        raise EngineError("bad_config", f"clip.precision is {conf.precision!r}.", f"Use {' or '.join(PRECISIONS)}.")
    names = [conf.model or BUNDLED_NAME] if not isinstance(conf.model, tuple) else [*conf.model] or [BUNDLED_NAME]
    weights = conf.weights or (1.0,) * len(names)
    if len(weights) != len(names) or min(weights) <= 0:
        sentence = f"clip.weights must be {len(names)} positive numbers, one for each perceptor of clip.model."
        raise EngineError("bad_config", sentence, f"They are {', '.join(f'{weight:g}' for weight in weights)}.")
    dtype = PRECISIONS[conf.precision]
    members = [load_one(name, device, dtype, conf.download, report, conf.activation) for name in names]
    return members[0] if len(members) == 1 else Ensemble(members, weights)


def is_bundled(perceptor: Perceptor) -> bool:
    """Whether it is the bundled one, which has read no other texts than the reader; another decides for itself."""
    return perceptor.name == BUNDLED_NAME


def load_one(
    name: str = BUNDLED_NAME,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
    download: bool = False,
    report: Reporter | None = None,
    activation: str = "auto",
) -> ClipPerceptor:
    """One perceptor by what a user calls it; see `load_perceptor`."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if name == BUNDLED_NAME:
        return _from_folder(BUNDLED, BUNDLED_NAME, device, dtype)
    path = Path(name).expanduser()
    if path.is_dir() and (path / OPEN_CLIP_CONFIG).is_file() and not (path / "config.json").is_file():
        path = next((path / file for file in OPEN_CLIP_FILES if (path / file).is_file()), path)
    if path.is_file():
        model = load_openai(path, activation, report)
        return ClipPerceptor(model, _openai_tokenizer(model), path.stem, device, dtype)
    if path.is_dir():
        return _from_folder(path, path.resolve().name, device, dtype)
    if hub.NAME.fullmatch(name) and not name.endswith((".pt", ".bin", ".safetensors")):
        return _from_folder(hub.fetch(name, download, report), name, device, dtype)
    raise EngineError("bad_weights", f"There is no perceptor {name}.", CHOICES)


def _from_folder(folder: Path, name: str, device: str, dtype: torch.dtype) -> ClipPerceptor:
    """A model and its tokenizer in transformers' format; pickled weights are read as tensors only."""
    import transformers

    from engine.perceptor import parts_tower  # noqa: F401, which registers itself

    if not (folder / "config.json").is_file():
        raise EngineError("bad_weights", f"{folder} holds no CLIP model (config.json is missing).", CHOICES)
    for file in sorted(folder.iterdir()):
        if file.suffix in (".safetensors", ".bin", ".json") and file.is_file():
            check_kind(file, json_too=file.suffix == ".json")
    try:
        kind = transformers.AutoConfig.from_pretrained(folder, local_files_only=True).model_type
    except Exception as error:  # transformers raises many kinds for a broken description
        raise damage(folder / "config.json") from error
    if kind not in KINDS:
        raise EngineError("bad_weights", f"{folder} holds a model of type {kind}, which is no CLIP or SigLIP.", CHOICES)
    reader, perceptor = KINDS[kind]
    try:
        model, info = getattr(transformers, reader).from_pretrained(
            folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
        )
        check_whole(info, folder)
        tokenizer = _tokenizer(folder, model, perceptor)
    except EngineError:
        raise
    except Exception as error:  # as above
        if "Unsupported" in str(error) or "weights_only" in str(error):
            raise refusal(folder, "its weights are a pickle that holds more than tensors") from error
        raise EngineError(
            "bad_weights",
            f"The model in {folder} could not be loaded: its files are damaged or do not belong together.",
            AGAIN,
        ) from error
    return perceptor(model, tokenizer, name, device, dtype)


def _tokenizer(folder: Path, model: Any, perceptor: type[ClipPerceptor]) -> Any:
    """The folder's tokenizer; for a CLIP with OpenAI's vocabulary and none, that one."""
    from transformers import CLIPTokenizer, PreTrainedTokenizerFast

    if issubclass(perceptor, SiglipPerceptor):
        if not (folder / "tokenizer.json").is_file():
            raise EngineError("bad_weights", f"{folder} lacks tokenizer.json.", "Take that file from the model's page.")
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    if any((folder / file).is_file() for file in ("tokenizer.json", "vocab.json")):
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    return _openai_tokenizer(model)


def _openai_tokenizer(model: Any) -> CLIPTokenizer:
    """The tokenizer that comes with no file of OpenAI's.

    Raises:
        EngineError: ``bad_weights`` for a model with another vocabulary.
    """
    text = model.config.text_config
    if text.vocab_size != tokens.VOCABULARY:
        sentence = f"The model has no tokenizer, and a vocabulary of {text.vocab_size} that is not OpenAI's."
        raise EngineError("bad_weights", sentence, "Give a folder that has its tokenizer.json.")
    return tokens.openai_tokenizer(text.max_position_embeddings)

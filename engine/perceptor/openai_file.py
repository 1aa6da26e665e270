"""Weight files of OpenAI's (``ViT-B-32.pt`` and its like) and of open_clip's, read without running anything in them.

They are TorchScript archives: a zip with the modules as a pickle (``data.pkl``), one file per tensor, and code. Only
tensors are taken out, by an unpickler that knows nothing but tensors; the code is never looked at. Plain state dicts
with the same names, which are open_clip's too, are read as well. OpenAI's models compute with QuickGELU and most of
open_clip's with GELU, which the tensors do not tell.
"""

from __future__ import annotations

import json
import pickle
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.errors import EngineError, first_line
from engine.report import Reporter
from engine.untrusted import torchscript
from engine.untrusted.instructions import Broken, Refused, well_formed
from engine.untrusted.texts import check_kind, decoded

if TYPE_CHECKING:
    from transformers import CLIPConfig, CLIPModel

AGAIN = "Download it again, or leave clip.model empty for the bundled perceptor."
REFUSED = "Take weights from their makers' own pages, as safetensors where there is a choice."
SUPPORTED = (
    "OpenAI's ViT-B/32, ViT-B/16, ViT-L/14 and ViT-L/14@336px can be read, open_clip's vision transformers, and "
    "folders in transformers' format."
)
OPEN_CLIP_CONFIG = "open_clip_config.json"
"""open_clip's description of a model, which lies beside its weights."""
HEADS = {1280: 80, 1408: 88, 1664: 104}
"""Width of an attention head by the image tower's, where it is not `HEAD`: open_clip's ViT-H, ViT-g and ViT-bigG."""
HEAD = 64
"""Width of an attention head in all of OpenAI's transformers and all text towers."""
ACTIVATIONS = ("auto", "gelu", "quick_gelu")
QUICK_NAMES, PLAIN_NAMES = ("quickgelu", "openai", "dfn", "metaclip"), ("laion", "datacomp", "commonpool")
"""What the names of files and folders say about the activation."""
SIZES = ("input_resolution", "context_length", "vocab_size")
"""What only OpenAI's archives carry as tensors."""


def load_openai(path: Path, activation: str = "auto", report: Reporter | None = None) -> CLIPModel:
    """A CLIP in OpenAI's format as transformers' model, float32.

    Args:
        activation: one of `ACTIVATIONS`.
        report: hears if the activation had to be guessed.
    Raises:
        EngineError: ``bad_weights`` if the file is damaged, would run code, or holds something else.
    """
    tensors = read_tensors(path)
    found = activation if activation != "auto" else _activation(path, tensors)
    if found is None and report is not None:
        report.warning(
            f"{path.name} does not say whether it computes with GELU or QuickGELU; QuickGELU, as OpenAI's do, was "
            "taken. Set clip.activation to gelu if it comes from open_clip."
        )
    return convert(tensors, path, found or "quick_gelu")


def _activation(path: Path, tensors: dict[str, Tensor]) -> str | None:
    """The activation by open_clip's description beside the file, by what only OpenAI's files have, or by names."""
    beside = path.parent / OPEN_CLIP_CONFIG
    if beside.is_file():
        try:
            told = json.loads(decoded(beside.read_bytes(), replace=True))["model_cfg"]
            return "quick_gelu" if told.get("quick_gelu") else "gelu"
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise EngineError("bad_weights", f"{beside} is damaged.", AGAIN) from None
    if any(name in tensors for name in SIZES):
        return "quick_gelu"
    names = f"{path.parent.name}/{path.name}".lower().replace("_", "").replace("-", "")
    if any(word in names for word in QUICK_NAMES):
        return "quick_gelu"
    return "gelu" if any(word in names for word in (*PLAIN_NAMES, "openclip")) else None


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a TorchScript archive or of a saved state dict by their dotted names.

    Raises:
        EngineError: ``bad_weights`` if the file is damaged or asks for anything but tensors.
    """
    check_kind(path)
    try:
        if path.suffix.lower() == ".safetensors":
            return _plain(load_file(path), path)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                if not any(name.endswith("data.pkl") for name in names):
                    raise EngineError("bad_weights", f"{path} is a zip file, but no file of PyTorch.", SUPPORTED)
                if any(name.endswith("/constants.pkl") for name in names):
                    return torchscript.tensors(archive)
        return _plain(torch.load(path, map_location="cpu", weights_only=True), path)
    except EngineError:
        raise
    except Broken:
        raise damage(path) from None
    except Refused as refused:
        raise refusal(path, str(refused)) from None
    except pickle.UnpicklingError as error:
        wanted = re.search(r"Unsupported \w+(?::\s*(?:GLOBAL\s+)?([\w.]+))?", str(error))
        if wanted and not wanted[1] and not _is_pickle(path):
            raise EngineError("bad_weights", f"{path} is no file of PyTorch, or is damaged.", AGAIN) from error
        if wanted or (not zipfile.is_zipfile(path) and _is_pickle(path)):
            raise refusal(path, (wanted and wanted[1]) or "more than tensors") from error
        raise damage(path) from error
    except Exception as error:  # zipfile, pickle and torch raise many kinds for a broken file
        raise damage(path) from error


def _is_pickle(path: Path) -> bool:
    if zipfile.is_zipfile(path):
        return True
    with path.open("rb") as stream:
        return well_formed(stream)


def damage(path: Path) -> EngineError:
    """What to say of a file that cannot be read to its end."""
    return EngineError("bad_weights", f"{path} is damaged or cut off.", AGAIN)


def reason(error: BaseException) -> str:
    """The first clause of another library's message."""
    return first_line(error).split(". ")[0].rstrip(".")


def refusal(path: Path, wanted: str) -> EngineError:
    """What to say of a pickle that holds more than tensors."""
    return EngineError(
        "bad_weights", f"{path} was refused: opening it would run code of its own ({wanted[:80]}).", REFUSED
    )


def _plain(content: object, path: Path) -> dict[str, Tensor]:
    """A state dict, alone or as an entry of a training checkpoint, without the prefix of parallel training."""
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise EngineError("bad_weights", f"{path} holds no state dict of tensors.", SUPPORTED)
    named = {str(name).removeprefix("module."): value for name, value in state.items()}
    # open_clip's models with a tower of their own for texts have it one level below.
    return {name.removeprefix("text.") if name.startswith("text.") else name: value for name, value in named.items()}


def convert(tensors: dict[str, Tensor], path: Path, activation: str = "quick_gelu") -> CLIPModel:
    """Tensors in OpenAI's names as transformers' model.

    Args:
        activation: ``gelu`` or ``quick_gelu``.

    Raises:
        EngineError: ``bad_weights`` if they are not those of a CLIP with a vision transformer.
    """
    from transformers import CLIPModel

    if any(name.startswith("visual.layer1.") for name in tensors):
        raise EngineError("bad_weights", f"{path} holds a CLIP with a ResNet, which is not supported.", SUPPORTED)
    if any(name.startswith("text_model.") for name in tensors):
        hint = f"Put it as pytorch_model.bin beside its config.json and give the folder {path.parent}."
        raise EngineError("bad_weights", f"{path} has transformers' names and lacks a description.", hint)
    try:
        config, state = _config(tensors, activation), _renamed(tensors)
        read: Any = CLIPModel.from_pretrained
        model, info = read(None, config=config, state_dict=state, dtype=torch.float32, output_loading_info=True)
    except KeyError as error:
        raise EngineError("bad_weights", f"{path} holds no CLIP ({reason(error)} is missing).", SUPPORTED) from error
    except Exception as error:
        sentence = f"{path} holds no CLIP that can be read: the sizes of its tensors do not fit each other."
        raise EngineError("bad_weights", sentence, SUPPORTED) from error
    check_whole(info, path)
    found: CLIPModel = model
    return found


def check_whole(info: dict[str, Any], path: Path) -> None:
    """Refuse a model some of whose weights were not in the file.

    Raises:
        EngineError: ``bad_weights`` naming one of them.
    """
    lacking = sorted([*info["missing_keys"], *(str(key) for key in info["mismatched_keys"])])
    if lacking:
        sentence = f"The weights in {path} are not those of its architecture ({lacking[0]} is missing)."
        raise EngineError("bad_weights", sentence, AGAIN)


def _config(tensors: dict[str, Tensor], activation: str) -> CLIPConfig:
    """The sizes of a model, which its tensors' shapes tell."""
    from transformers import CLIPConfig

    def layers(prefix: str) -> int:
        return len({name.removeprefix(prefix).split(".")[0] for name in tensors if name.startswith(prefix)})

    width, text_width = tensors["visual.conv1.weight"].shape[0], tensors["ln_final.weight"].shape[0]
    patch = tensors["visual.conv1.weight"].shape[-1]
    grid = round((tensors["visual.positional_embedding"].shape[0] - 1) ** 0.5)
    context, vocabulary = tensors["positional_embedding"].shape[0], tensors["token_embedding.weight"].shape[0]
    inner, text_inner = (
        tensors[f"{tower}transformer.resblocks.0.mlp.c_fc.weight"].shape[0] for tower in ("visual.", "")
    )
    text = {
        "hidden_size": text_width,
        "intermediate_size": text_inner,
        "num_attention_heads": text_width // HEAD,
        "num_hidden_layers": layers("transformer.resblocks."),
        "max_position_embeddings": context,
        "vocab_size": vocabulary,
        "bos_token_id": vocabulary - 2,
        "eos_token_id": vocabulary - 1,
        "pad_token_id": vocabulary - 1,
        "hidden_act": activation,
    }
    vision = {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_attention_heads": width // HEADS.get(width, HEAD),
        "num_hidden_layers": layers("visual.transformer.resblocks."),
        "image_size": grid * patch,
        "patch_size": patch,
        "hidden_act": activation,
    }
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=tensors["text_projection"].shape[1])


PLACES = {
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre": "vision_model.pre_layrnorm",
    "visual.ln_post": "vision_model.post_layernorm",
    "visual.transformer.resblocks": "vision_model.encoder.layers",
    "token_embedding": "text_model.embeddings.token_embedding",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final": "text_model.final_layer_norm",
    "transformer.resblocks": "text_model.encoder.layers",
    "logit_scale": "logit_scale",
}
INSIDE = {
    ".ln_1.": ".layer_norm1.",
    ".ln_2.": ".layer_norm2.",
    ".mlp.c_fc.": ".mlp.fc1.",
    ".mlp.c_proj.": ".mlp.fc2.",
    ".attn.out_proj.": ".self_attn.out_proj.",
}


def _renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under transformers' names, float32."""
    state = {
        "visual_projection.weight": tensors["visual.proj"].float().T.contiguous(),
        "text_projection.weight": tensors["text_projection"].float().T.contiguous(),
    }
    for name, value in tensors.items():
        place = next((place for place in PLACES if name == place or name.startswith(f"{place}.")), None)
        if place is None:  # projections, and the sizes that archives carry as tensors
            continue
        new = PLACES[place] + name.removeprefix(place)
        for old, inside in INSIDE.items():
            new = new.replace(old, inside)
        if ".attn.in_proj_" in new:
            for part, piece in zip("qkv", value.float().chunk(3)):
                state[new.replace(".attn.in_proj_", f".self_attn.{part}_proj.")] = piece.contiguous()
        elif place == "logit_scale":  # a number, which some store as a list of one
            state[new] = value.float().reshape(())
        else:
            state[new] = value.float().contiguous()
    return state

"""SigLIP and SigLIP 2: compared with a second forward pass, written from the papers over the same weights."""

import json
import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Siglip2Config, Siglip2Model, SiglipConfig, SiglipModel

from engine.errors import EngineError
from engine.perceptor import load_perceptor, tokens
from engine.settings import ClipConfig

SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
WORDS = ["a", "man", "in", "red", "coat", "knight", "s", "armour", "!", "'", "A", ","]
CONTEXT, GRID, PATCH, HEADS = 10, 4, 8, 4


def write(folder: Path, kind: str) -> Path:
    """A model of random weights with a small tokenizer, as transformers writes Google's."""
    torch.manual_seed(0)
    text = SIZES | {"vocab_size": len(WORDS) + 3, "max_position_embeddings": CONTEXT}
    if kind == "siglip":
        vision = SIZES | {"image_size": GRID * PATCH, "patch_size": PATCH}
        model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision))
    else:
        text["vocab_size"] = 256000  # Gemma's vocabulary, which SigLIP 2 has
        vision = SIZES | {"num_patches": GRID * GRID, "patch_size": PATCH}
        model = Siglip2Model(Siglip2Config(text_config=text, vision_config=vision))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    model.save_pretrained(folder)
    vocabulary = {word: index for index, word in enumerate(["<pad>", "</s>", "<unk>", *(f"▁{word}" for word in WORDS)])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    backend.normalizer = normalizers.Prepend("▁")
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=["siglip", "siglip2"])
def case(request, tmp_path_factory):
    folder = write(tmp_path_factory.mktemp(request.param), request.param)
    perceptor = load_perceptor(ClipConfig(model=str(folder)))
    return request.param, folder, perceptor, perceptor.model.state_dict()


def norm(x: Tensor, state: dict, name: str) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-6)


def linear(x: Tensor, state: dict, name: str) -> Tensor:
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention of HEADS heads without any mask over (N, L, D)."""
    split = [part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (q, k, v)]
    scores = split[0] @ split[1].transpose(-1, -2) / math.sqrt(split[0].shape[-1])
    return (scores.softmax(-1) @ split[2]).transpose(1, 2).flatten(2)


def mlp(x: Tensor, state: dict, name: str) -> Tensor:
    return linear(F.gelu(linear(x, state, f"{name}.fc1"), approximate="tanh"), state, f"{name}.fc2")


def encoder(x: Tensor, state: dict, tower: str) -> Tensor:
    for layer in range(SIZES["num_hidden_layers"]):
        at = f"{tower}.encoder.layers.{layer}"
        inside = norm(x, state, f"{at}.layer_norm1")
        q, k, v = (linear(inside, state, f"{at}.self_attn.{part}_proj") for part in "qkv")
        x = x + linear(attend(q, k, v), state, f"{at}.self_attn.out_proj")
        x = x + mlp(norm(x, state, f"{at}.layer_norm2"), state, f"{at}.mlp")
    return x


def image_oracle(images: Tensor, state: dict) -> Tensor:
    """Pictures 0-1 through patches, encoder and the pooling head."""
    pixels = 2 * images - 1
    weight = state["vision_model.embeddings.patch_embedding.weight"]
    rows = []
    for row in range(GRID):
        for column in range(GRID):
            patch = pixels[:, :, row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH]
            # SigLIP convolves (channel, y, x); SigLIP 2's linear layer takes (y, x, channel).
            flat = patch.flatten(1) if weight.dim() == 4 else patch.permute(0, 2, 3, 1).flatten(1)
            rows.append(flat @ weight.flatten(1).T + state["vision_model.embeddings.patch_embedding.bias"])
    grid = state["vision_model.embeddings.position_embedding.weight"]
    x = encoder(torch.stack(rows, 1) + grid, state, "vision_model")
    x = norm(x, state, "vision_model.post_layernorm")
    head = "vision_model.head"
    probe = state[f"{head}.probe"].expand(len(x), -1, -1)
    weights, biases = (
        state[f"{head}.attention.in_proj_weight"].chunk(3),
        state[f"{head}.attention.in_proj_bias"].chunk(3),
    )
    q, k, v = (source @ w.T + b for source, w, b in zip((probe, x, x), weights, biases))
    pooled = linear(attend(q, k, v), state, f"{head}.attention.out_proj")
    pooled = pooled + mlp(norm(pooled, state, f"{head}.layernorm"), state, f"{head}.mlp")
    return F.normalize(pooled[:, 0], dim=-1)


def text_oracle(ids: list[int], state: dict) -> Tensor:
    """Tokens, filled up to the context, through the encoder; the last place speaks for the text."""
    full = torch.tensor([ids + [0] * (CONTEXT - len(ids))])
    x = state["text_model.embeddings.token_embedding.weight"][full]
    x = encoder(x + state["text_model.embeddings.position_embedding.weight"], state, "text_model")
    last = norm(x, state, "text_model.final_layer_norm")[:, -1]
    return F.normalize(linear(last, state, "text_model.head"), dim=-1)


def test_pictures_are_embedded_as_the_paper_says(case):
    _, _, perceptor, state = case
    assert perceptor.input_size == GRID * PATCH
    images = torch.rand(2, 3, GRID * PATCH, GRID * PATCH, generator=torch.Generator().manual_seed(1))
    images.requires_grad_()
    found = perceptor.encode_image(images)
    assert torch.allclose(found, image_oracle(images, state), atol=1e-4)
    (grad,) = torch.autograd.grad(found[:, 0].sum(), images)
    assert grad.abs().sum() > 0


def test_texts_are_embedded_as_the_paper_says(case):
    kind, _, perceptor, state = case
    a, man, mark, comma = (3 + WORDS.index(word) for word in ("a", "man", "!", ","))
    # SigLIP's texts lose their punctuation and capitals, SigLIP 2's only their capitals.
    bare = kind == "siglip"
    expected = {
        "A MAN": [a, man, 1],
        "a ! man": [a, man, 1] if bare else [a, mark, man, 1],
        "a , " * 20: [a] * (CONTEXT - 1) + [1] if bare else [a, comma] * 4 + [a, 1],
    }
    for text, ids in expected.items():
        assert torch.allclose(perceptor.encode_text([text]), text_oracle(ids, state), atol=1e-4), text


def test_canonical_texts():
    assert tokens.canonical('A Knight\'s  "shining" armour!') == "a knights shining armour"
    assert tokens.lower("A Knight's!") == "a knight's!"


def test_words_beyond_the_context_are_named(case):
    perceptor = case[2]
    assert perceptor.words_cut_off("a man in a red coat") == ""
    assert perceptor.words_cut_off("a man in a red coat " * 2) == "a red coat"


def test_a_folder_without_a_tokenizer_is_refused(case, tmp_path):
    for file in case[1].iterdir():
        if file.name != "tokenizer.json":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(EngineError, match=r"tokenizer\.json"):
        load_perceptor(ClipConfig(model=str(tmp_path)))
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == case[0]

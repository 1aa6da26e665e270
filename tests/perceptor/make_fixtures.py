"""Make the stored answers of OpenAI's own code: ``python -m tests.perceptor.make_fixtures`` or as a script.

Needs the package ``clip-anytorch`` 2.6.0 (OpenAI's CLIP under another name, MIT) beside the engine's packages: ``pip
install --no-deps clip-anytorch==2.6.0``. Only its ``model.py`` and ``simple_tokenizer.py`` are used; they need no
torchvision.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from openai_clip import SMALL, OpenAIClip  # noqa: E402
from texts import odd_texts, pictures  # noqa: E402


def openai(name: str) -> ModuleType:
    """One file of the package, without the rest of it."""
    package = importlib.util.find_spec("clip")
    assert package is not None and package.submodule_search_locations is not None
    path = Path(package.submodule_search_locations[0]) / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"openai_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tokens(texts: list[str]) -> list[list[int]]:
    """Token ids of texts, without the marks at their ends."""
    tokenizer = openai("simple_tokenizer").SimpleTokenizer()
    return [tokenizer.encode(text) for text in texts]


def embeddings(texts: list[str]) -> dict[str, list[list[float]]]:
    """Embeddings of texts and of `pictures` by OpenAI's model with the weights of `OpenAIClip`."""
    model = openai("model").CLIP(**SMALL).eval()
    state = OpenAIClip(SMALL).state_dict()
    for extra in ("input_resolution", "context_length", "vocab_size"):
        state.pop(extra)
    model.load_state_dict(state)
    ids = torch.zeros(len(texts), SMALL["context_length"], dtype=torch.long)
    for row, found in enumerate(tokens(texts)):
        found = [49406, *found, 49407]
        ids[row, : len(found)] = torch.tensor(found)
    with torch.no_grad():
        image, text = model.encode_image(pictures(SMALL["image_resolution"])), model.encode_text(ids)
    return {"texts": texts, "text": text.tolist(), "image": image.tolist()}


def main() -> None:
    """Write both files."""
    every = odd_texts()
    lines = [json.dumps([text, ids]) for text, ids in zip(every, tokens(every))]
    (HERE / "openai_tokens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="ascii")
    found = embeddings(["a photo of a knight", "a tall woman's red coat", "naïve café, 漢字 🙂", ""])
    (HERE / "openai_embeddings.json").write_text(json.dumps(found) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()

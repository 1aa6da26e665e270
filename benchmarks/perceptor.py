"""Pictures per second of perceptors: ``python -m benchmarks.perceptor [--device cuda] [--seconds 2]``.

The bundled perceptor against one of ViT-B/32's sizes (random weights: time does not depend on them), float32 against
bfloat16, forward alone and with the gradient of the picture, by batch size. The variants of a row take turns. On a CPU
the seconds are those of one core that the process itself used, so that other programs do not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
from transformers import CLIPConfig, CLIPModel

from engine import device as devices
from engine.perceptor import ClipPerceptor, load_one
from engine.perceptor.tokens import openai_tokenizer

BATCHES = (1, 2, 4, 8)


def vit_b_32(device: str, dtype: torch.dtype) -> ClipPerceptor:
    """A CLIP of ViT-B/32's sizes, which are transformers' defaults, with random weights."""
    torch.manual_seed(0)
    marks = {"bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407}
    return ClipPerceptor(CLIPModel(CLIPConfig(text_config=marks)), openai_tokenizer(77), "ViT-B/32", device, dtype)


def once(perceptor: ClipPerceptor, batch: int, backward: bool) -> Callable[[], None]:
    """One pass over a batch of pictures of the perceptor's own size."""
    size = perceptor.input_size
    images = torch.rand(batch, 3, size, size, device=perceptor.device, requires_grad=backward)
    wanted = perceptor.encode_text(["a knight"])

    def run() -> None:
        if backward:
            torch.autograd.grad((perceptor.encode_image(images) * wanted).sum(), images)
        else:
            with torch.no_grad():
                perceptor.encode_image(images)
        if perceptor.device.startswith("cuda"):
            torch.cuda.synchronize()

    return run


def rates(runs: list[Callable[[], None]], batch: int, seconds: float, clock: Callable[[], float]) -> list[float]:
    """Pictures per second of each run, from its fastest turn."""
    best = [float("inf")] * len(runs)
    for run in runs:
        run()
    until = clock() + seconds * len(runs)
    while clock() < until:
        for index, run in enumerate(runs):
            began = clock()
            run()
            best[index] = min(best[index], clock() - began)
    return [batch / value for value in best]


def main() -> None:
    """Print the table."""
    devices.tune_process()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seconds", type=float, default=2.0, help="per variant and row")
    options = parser.parse_args()
    on_cpu = options.device == "cpu"
    clock = time.process_time if on_cpu else time.perf_counter
    if on_cpu:
        torch.set_num_threads(1)
    kinds = [
        load_one(device=options.device),
        load_one(device=options.device, dtype=torch.bfloat16),
        vit_b_32(options.device, torch.float32),
        vit_b_32(options.device, torch.bfloat16),
    ]
    print(f"{devices.describe(torch.device(options.device))}, torch {torch.__version__}, pictures per second\n")
    print(
        "| pass | batch | bundled f32 | bundled bf16 | B/32 f32 | B/32 bf16 | bundled : B/32, f32 | B/32, bf16 : f32 |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for backward in (False, True):
        for batch in BATCHES:
            found = rates([once(kind, batch, backward) for kind in kinds], batch, options.seconds, clock)
            small, _, large, rough = found
            figures = " | ".join(f"{rate:.3g}" for rate in found)
            name = "forward and backward" if backward else "forward"
            print(f"| {name} | {batch} | {figures} | {small / large:.1f} | {rough / large:.2f} |", flush=True)


if __name__ == "__main__":
    main()

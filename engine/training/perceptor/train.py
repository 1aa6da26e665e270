"""Train the bundled perceptor: ``python -m engine.training.perceptor.train FIGURES HELD_OUT OUT --minutes N``.

A dual encoder: `ConvTower` for pictures, a three-layer CLIP text transformer for words. Losses: contrastive with one
hard negative a caption (attributes swapped between garments, or one changed); and a shared read-out that regresses,
from either side's embedding, the colours at canonical points of the figure and its five shape numbers, so that both
towers agree on what is where. In the second part of the training half the batches are adversarial (one projected-
gradient step in an L2 ball), which gives gradients that paint surfaces rather than speckle.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from transformers import (
    CLIPTextConfig,
    CLIPTokenizerFast,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

from engine.perceptor.clip import ClipPerceptor
from engine.perceptor.conv import ConvTowerConfig
from engine.training.perceptor.data import Batch, Figures
from engine.training.perceptor.figures import PROBES, SIZE
from engine.training.perceptor.tokenizer import CONTEXT, train_tokenizer

WIDTH, EMBED = 128, 192
BATCH = 128
RADIUS = 2.5
"""L2 norm of adversarial disturbances of a 96 x 96 picture in 0..1."""


def new_model(tokenizer: CLIPTokenizerFast) -> VisionTextDualEncoderModel:
    """A randomly initialised dual encoder of the bundled size."""
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), num_hidden_layers=3, max_position_embeddings=CONTEXT,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        hidden_size=WIDTH, intermediate_size=3 * WIDTH, num_attention_heads=4, projection_dim=EMBED,
    )  # fmt: skip
    config = VisionTextDualEncoderConfig.from_vision_text_configs(ConvTowerConfig(SIZE), text, projection_dim=EMBED)
    return VisionTextDualEncoderModel(config)


class Readout(nn.Module):
    """Embedding (B, EMBED) -> colours at the probes and shape numbers; used in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(EMBED, 256), nn.GELU(), nn.Linear(256, 2 * len(PROBES) * 3 + 5))

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        out = self.net(embedding * EMBED**0.5)
        return out[:, :-5].sigmoid(), out[:, -5:]


class Trainer:
    """The model, its read-out and one step of training."""

    def __init__(
        self, model: VisionTextDualEncoderModel, tokenizer: CLIPTokenizerFast, generator: torch.Generator
    ) -> None:
        self.model, self.generator = model.train().requires_grad_(True), generator
        self.towers = ClipPerceptor.__new__(ClipPerceptor)  # its preprocessing, without freezing the weights
        ClipPerceptor.__init__(self.towers, model, tokenizer, "training")
        self.model.train().requires_grad_(True)
        self.tokenizer = tokenizer
        self.readout = Readout()

    def parameters(self) -> list[nn.Parameter]:
        return [*self.model.parameters(), *self.readout.parameters()]

    def text(self, texts: list[str]) -> Tensor:
        return ClipPerceptor.encode_text.__wrapped__(self.towers, texts)  # type: ignore[attr-defined]

    def image_loss(self, images: Tensor, text: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Contrastive and read-out loss of the images against fixed or learning texts (2B, EMBED)."""
        image = self.towers.encode_image(images)
        count = len(image)
        scale = self.model.logit_scale.exp().clamp(max=100)
        logits = scale * image @ text.T  # (B, 2B)
        same = torch.tensor([[a == b for b in batch.captions] for a in batch.captions])
        same &= ~torch.eye(count, dtype=torch.bool)
        mask = torch.cat([same, torch.zeros_like(same)], 1)
        logits = logits.masked_fill(mask, -1e4)
        target = torch.arange(count)
        contrast = 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits[:, :count].T, target))
        colors, shape = self.readout(image)
        read = 4 * F.l1_loss(colors, batch.probes) + 0.5 * F.mse_loss(shape, batch.shape)
        return contrast, read, logits

    def text_loss(self, text: Tensor, batch: Batch) -> Tensor:
        """Read-out loss of the captions; what a caption leaves open regresses to its mean."""
        speaks = torch.tensor([kind != "motion" for kind in batch.kinds])
        if not speaks.any():
            return text.sum() * 0
        colors, shape = self.readout(text[: len(speaks)][speaks])
        return 4 * F.l1_loss(colors, batch.probes[speaks]) + 0.5 * F.mse_loss(shape, batch.shape[speaks])

    def step(self, batch: Batch, adversarial: bool) -> tuple[Tensor, Tensor]:
        """Loss of one batch and its logits; with ``adversarial`` on images moved against the model first."""
        text = self.text(batch.captions + batch.negatives)
        images = batch.images
        if adversarial:
            noise = torch.randn(images.shape, generator=self.generator)
            start = (images + 0.3 * RADIUS * noise / noise.flatten(1).norm(dim=1)[:, None, None, None]).requires_grad_()
            contrast, read, _ = self.image_loss(start, text.detach(), batch)
            (gradient,) = torch.autograd.grad(contrast + read, start)
            length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12)[:, None, None, None]
            images = (images + RADIUS * gradient / length).clamp(0, 1).detach()
        contrast, read, logits = self.image_loss(images, text, batch)
        return contrast + read + 0.5 * self.text_loss(text, batch), logits


@torch.no_grad()
def evaluate(trainer: Trainer, held_out: Figures) -> dict[str, float]:
    """Retrieval among 512, and how often the right caption beats its hard negative."""
    trainer.model.eval()
    batch = held_out.batch(512, torch.Generator().manual_seed(5), plain=True)
    image = trainer.towers.encode_image(batch.images)
    text = trainer.text(batch.captions)
    wrong = trainer.text(batch.negatives)
    order = (text @ image.T).argsort(1, descending=True)
    place = (order == torch.arange(512)[:, None]).float().argmax(1)
    colors, shape = trainer.readout(image)
    trainer.model.train()
    return {
        "R@1": (place < 1).float().mean().item(),
        "R@10": (place < 10).float().mean().item(),
        "beats": ((image * text).sum(1) > (image * wrong).sum(1)).float().mean().item(),
        "color": (colors - batch.probes).abs().mean().item(),
        "shape": (shape - batch.shape).abs().mean().item(),
    }


def main() -> None:
    """Train for a number of minutes; the folder can be loaded after every report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument(
        "--robust-from", type=float, default=0.5, help="part of the time after which half is adversarial"
    )
    parser.add_argument("--rate", type=float, default=1.2e-3)
    parser.add_argument("--shards", type=int, default=80)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", type=Path)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    generator = torch.Generator().manual_seed(1)
    if arguments.resume:
        tokenizer = CLIPTokenizerFast.from_pretrained(arguments.resume)
        model = VisionTextDualEncoderModel.from_pretrained(arguments.resume, dtype=torch.float32)
    else:
        tokenizer = train_tokenizer(arguments.out)
        model = new_model(tokenizer)
    trainer = Trainer(model, tokenizer, generator)
    if arguments.resume:
        trainer.readout.load_state_dict(torch.load(arguments.resume / "readout.pt", weights_only=True))
    train(trainer, arguments, generator)


def train(trainer: Trainer, arguments: argparse.Namespace, generator: torch.Generator) -> None:
    """The loop: the learning rate follows the clock."""
    figures, held_out = Figures(arguments.figures, arguments.shards), Figures(arguments.held_out, 2)
    held_out.refresh()
    optimizer = torch.optim.AdamW(trainer.parameters(), arguments.rate, betas=(0.9, 0.98), weight_decay=0.05)
    start, step, losses = time.time(), 0, []
    while (done := (time.time() - start) / (60 * arguments.minutes)) < 1:
        if step % 100 == 0:
            figures.refresh()
        warm = min(1.0, (step + 1) / 100)
        rate = arguments.rate * warm * (0.03 + 0.97 * 0.5 * (1 + torch.cos(torch.tensor(done * 3.14159)).item()))
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = figures.batch(BATCH, generator)
        loss, _ = trainer.step(batch, done > arguments.robust_from and step % 2 == 0)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainer.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        step += 1
        if step % 100 == 0:
            figures_text = " ".join(f"{k} {v:.3f}" for k, v in evaluate(trainer, held_out).items())
            mean = sum(losses[-100:]) / 100
            print(f"{step} {60 * arguments.minutes * done:.0f} s loss {mean:.3f} {figures_text}", flush=True)
            save(trainer, arguments.out)
    save(trainer, arguments.out)


def save(trainer: Trainer, out: Path) -> None:
    """Write the model as a transformers folder, and the read-out beside it for resuming."""
    trainer.model.save_pretrained(out)
    trainer.tokenizer.save_pretrained(out)
    torch.save(trainer.readout.state_dict(), out / "readout.pt")


if __name__ == "__main__":
    main()

"""What a stage of the pipeline is, and what the stages of one job share.

Each stage is the object ``STAGE`` of ``engine/<name>/stage.py``; `STAGES` finds them. Nothing here knows a single one.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import engine
from engine import device as devices
from engine import protocol
from engine.cache import StageFolder, digest
from engine.models import Models
from engine.protocol import Request
from engine.report import Reporter
from engine.settings import Config

if TYPE_CHECKING:
    import torch

    from engine.body import Body
    from engine.perceptor import Perceptor
    from engine.reader.reading import Reading
    from engine.wardrobe.meaning import Meaning


class Stage(Protocol):
    """One step of the pipeline, and how its result is kept."""

    needs: tuple[str, ...]
    """Stages that must come before it; they are added when they were not asked for."""
    takes: tuple[str, ...]
    """Stages whose result it uses when they were asked for."""
    judged: bool
    """Whether the perceptor takes part, so that another perceptor means another result."""

    def inputs(self, context: Context) -> dict[str, Any]:
        """What decides the result beside that which decides every stage's: plain values for the hash.

        See `Context.key`; a name that is there already is overwritten.
        """

    def check(self, settings: Any) -> None:
        """Refuse settings, the stage's section of the conf, that cannot work; asked before the first stage starts.

        Raises:
            EngineError: ``bad_config`` or ``out_of_memory`` with one sentence.
        """

    def run(self, context: Context, report: Reporter) -> Any:
        """Compute the result."""

    def save(self, result: Any, folder: Path) -> None:
        """Store the result as files in a folder."""

    def load(self, folder: Path, context: Context) -> Any:
        """Read the stored result back."""

    def method(self, context: Context) -> dict[str, Any]:
        """Who made the result, for the manifest: ``method`` (see `engine.methods`) and what is to be told of it."""


class _Stages(Mapping[str, Stage]):
    """The stages by their names, in the order in which they run; each is imported when it is asked for."""

    def __getitem__(self, name: str) -> Stage:
        if name not in protocol.STAGES:
            raise KeyError(name)
        found: Stage = importlib.import_module(f"engine.{name}.stage").STAGE
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(protocol.STAGES)

    def __len__(self) -> int:
        return len(protocol.STAGES)


STAGES: Mapping[str, Stage] = _Stages()

_OWN_INPUTS = dict.fromkeys(("file", "imported", "person", "wardrobe", "strength"))
"""What single stages add to their hash; None for the others, so that checkpoints of earlier job folders stay valid."""


class Context:
    """What the stages of one job share: prompts, settings, device, the loaded models and the results so far."""

    def __init__(
        self,
        request: Request,
        config: Config,
        device: torch.device,
        stages: Mapping[str, Stage] = STAGES,
        models: Models | None = None,
    ) -> None:
        self.request = request
        self.models = models or Models()
        self.config = config
        self.device = device
        self.stages = stages
        self.wanted = with_needed(request.stages, stages)
        self.prompts = _prompts(config, request)
        self.folders: dict[str, StageFolder] = {}
        self.report: Reporter | None = None
        """Hears of what happens while a model is loaded for the current stage, such as a download."""
        self._results: dict[str, Any] = {}

    @cached_property
    def body(self) -> Body:
        """The body model, loaded when a stage first asks for it."""
        return self.models.body(self.config.body, self.config.rig.hands)

    @cached_property
    def perceptor(self) -> Perceptor:
        """The text and image encoders, loaded when a stage first asks for them."""
        return self.models.perceptor(self.config.clip, str(self.device), self.report)

    @cached_property
    def meaning(self) -> Meaning:
        """What the texts of body and appearance mean together; without an appearance stage the body's alone."""
        from engine.wardrobe.meaning import Meaning

        dressed = "appearance" in self.wanted or not self.prompts["shape"]
        appearance = self.prompts["appearance"] if dressed else ""
        return Meaning.of(appearance, self.prompts["shape"], self.request.seed_of("shape"))

    def readings(self) -> dict[str, Reading]:
        """The readings of the prompts that are used, by stage."""
        found = {"shape": self.meaning.body, "appearance": self.meaning.appearance}
        return {name: reading for name, reading in found.items() if name in self.wanted and reading.text.strip()}

    def generator(self, stage: str) -> torch.Generator:
        """Randomness of one stage, which does not depend on the stages before it."""
        import torch

        return torch.Generator().manual_seed(devices.stage_seed(self.request.seed_of(stage), stage))

    def result(self, stage: str) -> Any:
        """The result of an earlier stage, read from the job folder when it was not made in this run."""
        if stage not in self._results:
            self._results[stage] = self.stages[stage].load(self.folders[stage].folder, self)
        return self._results[stage]

    def keep(self, stage: str, result: Any) -> None:
        """Remember what a stage gave."""
        self._results[stage] = result

    def key(self, name: str) -> str:
        """Hash of all that decides a stage's result, the stages before it included."""
        stage = self.stages[name]
        before = [*stage.needs, *(other for other in stage.takes if other in self.wanted)]
        inputs = {
            "stage": name,
            "engine": engine.__version__,
            "seed": self.request.seed_of(name),
            "prompt": self.prompts.get(name),
            "settings": self.config.section(name),
            "body": self.body.checksum,
            "fingers": getattr(self.body, "fingers", None) is not None,
            "perceptor": self.perceptor.checksum if stage.judged else None,
            "before": {other: self.folders[other].key for other in before},
        }
        return digest({**inputs, **_OWN_INPUTS, **stage.inputs(self)})


def with_needed(stages: tuple[str, ...], known: Mapping[str, Stage]) -> tuple[str, ...]:
    """The wanted stages and those they cannot do without, in the order in which they run."""
    wanted = set(stages)
    for name in reversed(protocol.STAGES):
        if name in wanted:
            wanted.update(known[name].needs)
    return tuple(name for name in protocol.STAGES if name in wanted)


def _prompts(config: Config, request: Request) -> dict[str, str]:
    """The job's texts by stage; that of the body is empty where it follows the appearance."""
    brought = {name: text for name, text in config.section("prompts").items() if text is not None}
    given = {name: text for name, text in {**brought, **request.prompts}.items() if text.strip()}
    return {**protocol.DEFAULT_PROMPTS, **given}

"""From what the panel says to what the engine is asked for: the three parts of an avatar and their requests. No bpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .contract import protocol

PARTS: tuple[str, ...] = ("shape", "appearance", "motion")
"""What a person generates, each with a prompt and a seed of its own."""
LABELS = {"shape": "Body", "appearance": "Appearance", "motion": "Motion"}
_STAGES = {"shape": ("shape", "mesh", "rig"), "appearance": ("appearance",), "motion": ("motion",)}
"""The stages that a part brings with it; mesh and rig belong to any avatar that can be imported."""
_SECTIONS = {"shape": ("shape",), "appearance": ("appearance", "mesh", "rig"), "motion": ("motion",)}
"""The sections of the settings that are a part's own; those of no part (body, clip) hold for all."""
PICK = "motion.pick"


@dataclass(frozen=True)
class Wishes:
    """What the panel says."""

    prompts: Mapping[str, str]
    seeds: Mapping[str, int]
    """By part."""
    preset: str
    values: Mapping[str, Any]
    """The main settings, whether they differ from the preset's or not."""
    shared: Mapping[str, Any] = field(default_factory=dict)
    """Overrides that hold for all parts, such as the user's own body model."""
    conf: str | None = None


def part_of(key: str) -> str | None:
    """Return the part that a setting belongs to, or None if it holds for all."""
    section = key.split(".")[0]
    return next((part for part, sections in _SECTIONS.items() if section in sections), None)


def parts_in(request: protocol.Request) -> tuple[str, ...]:
    """Return the parts that a request makes; there is no avatar without a body."""
    return tuple(part for part in PARTS if part == "shape" or part in request.stages)


def stages_of(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the stages that make some parts, in the order in which they run."""
    wanted = {stage for part in ("shape", *parts) for stage in _STAGES[part]}
    return tuple(stage for stage in protocol.STAGES if stage in wanted)


def request_all(wishes: Wishes, preset_values: Mapping[str, Any]) -> protocol.Request:
    """Return the request for a whole avatar.

    Args:
        wishes: what the panel says.
        preset_values: the main settings under ``wishes.preset``; only what differs from them is asked for.
    """
    overrides = {key: value for key, value in wishes.values.items() if value != preset_values.get(key)}
    return protocol.Request(
        prompts=dict(wishes.prompts),
        seed=wishes.seeds["shape"],
        seeds=_seeds(wishes.seeds),
        preset=wishes.preset,
        overrides=overrides | dict(wishes.shared),
        conf=wishes.conf,
    )


def request_part(
    part: str,
    wishes: Wishes,
    base: protocol.Request | None,
    preset_values: Mapping[str, Any],
    base_values: Mapping[str, Any],
) -> protocol.Request:
    """Return the request that makes one part anew and leaves the others as they are.

    A new body stands alone, for what was made on the old one does not fit it; appearance and motion keep each other.

    Args:
        part: to make.
        wishes: what the panel says; the other parts are only taken from it if there are none yet.
        base: the request of the avatar that is there, or None.
        preset_values: the main settings under ``wishes.preset``.
        base_values: the main settings under ``base.preset``.
    """
    whole = request_all(wishes, preset_values)
    if base is None:
        return replace(whole, stages=stages_of((part,)))
    if part == "motion":  # or the looks, made under another preset, would be made anew
        wishes, preset_values = replace(wishes, preset=base.preset, conf=base.conf), base_values
    values = {
        key: wishes.values[key] if part_of(key) in (part, None) else base.overrides.get(key, value)
        for key, value in base_values.items()
        if key in wishes.values
    }
    others = {
        key: value for key, value in base.overrides.items() if key not in values and part_of(key) not in (None, part)
    }
    seeds = {name: wishes.seeds[name] if name == part else base.seed_of(name) for name in PARTS}
    made = () if part == "shape" else parts_in(base)
    return replace(
        request_all(replace(wishes, seeds=seeds, values=values, shared={**others, **wishes.shared}), preset_values),
        prompts={**protocol.DEFAULT_PROMPTS, **base.prompts, part: wishes.prompts[part]},
        stages=stages_of((*made, part)),
    )


def request_pick(base: protocol.Request, chosen: list[int]) -> protocol.Request:
    """Return the request that makes the motion anew through some of its candidate poses, counted from 1."""
    return replace(base, overrides={**base.overrides, PICK: chosen}, stages=stages_of((*parts_in(base), "motion")))


def outdated(part: str, wishes: Wishes, made: protocol.Request) -> bool:
    """Tell whether the panel's prompt or seed for a part is another than the one that an avatar was made with."""
    if part not in parts_in(made):
        return True
    before = made.prompts.get(part, protocol.DEFAULT_PROMPTS[part])
    return before != wishes.prompts[part] or made.seed_of(part) != wishes.seeds[part]


def _seeds(seeds: Mapping[str, int]) -> dict[str, int]:
    """The seeds that differ from the body's, which is that of all stages."""
    return {part: seed for part, seed in seeds.items() if seed != seeds["shape"]}

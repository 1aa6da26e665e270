"""Which of the engine's two methods made what, for the manifest.

*Retrieval*: words and pictures choose out of what is there. *Sculpting*: an optimiser changes something until a
perceptor, or the paper's losses, like it better (AvatarCLIP proper). ``computed``: neither, it follows from the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.pipeline import Context

RETRIEVAL, SCULPTING, COMPUTED, FILE = "retrieval", "sculpting", "computed", "file"


def methods(context: Context) -> dict[str, dict[str, Any]]:
    """Of each wanted stage its ``method``, by whom or what, and how much guidance changed."""
    known = {"shape": _shape, "appearance": _appearance, "motion": _motion}
    return {name: known[name](context) if name in known else {"method": COMPUTED} for name in context.wanted}


def _shape(context: Context) -> dict[str, Any]:
    share = context.config.shape.picture_share
    by = {0.0: "words", 1.0: "pictures"}.get(share, "words and pictures")
    return {"method": RETRIEVAL, "by": by}


def _appearance(context: Context) -> dict[str, Any]:
    """The start, and what guidance made of it; a start that was only kept is not called sculpted."""
    field, conf = context.result("appearance"), context.config.appearance
    start = {"start": conf.initializer, "renderer": conf.renderer, "guidance": conf.guidance, "steps": field.steps}
    changed = {name: round(float(value), 5) for name, value in field.guided.items()}
    bare = conf.initializer == "bare"
    made = SCULPTING if bare and field.steps else RETRIEVAL
    if field.steps and not bare and is_changed(field.guided):
        made = f"{RETRIEVAL}, {SCULPTING}"
    return {"method": made, **start, **changed}


LEAST_RELIEF, LEAST_COLOR = 1.0, 0.01
"""Millimetres on average, and part of the range of colours, from which on a change is one."""


def is_changed(guided: dict[str, float]) -> bool:
    """Whether guidance made something else of a start."""
    relief, color = guided.get("relief_mm", 0.0), guided.get("color_change", 0.0)
    return relief >= LEAST_RELIEF or color >= LEAST_COLOR


def _motion(context: Context) -> dict[str, Any]:
    motion, conf = context.result("motion"), context.config.motion
    if motion.source == "file":
        return {"method": FILE}
    sculpted = motion.source in ("optimise", "baseline")
    found = {"method": SCULPTING if sculpted else RETRIEVAL, "source": motion.source, "candidates": conf.generator}
    return found | ({"losses": _losses(context)} if sculpted else {})


def _losses(context: Context) -> list[str]:
    """Which of the paper's three losses the optimiser had."""
    from engine.motion.proposals import looked_at

    own = context.config.motion.optimise
    if own.method == "baseline":
        return ["pose"]
    seen = own.clip > 0 and looked_at(context.config.motion, context.perceptor)
    return ["pose", *(["delta"] if own.delta else []), *(["clip"] if seen else [])]

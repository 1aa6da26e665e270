"""Settings of earlier versions under their names of now: confs, overrides and jobs of then keep working."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError

_REFERENCE = (
    "uniform_samples",
    "importance_samples",
    "upsample_rounds",
    "octaves",
    "sdf_layers",
    "sdf_width",
    "sphere_bias",
    "color_layers",
    "color_width",
    "variance_init",
    "reconstruct",
    "reconstruct_iterations",
)
_LOSSES = ("clip", "textureless", "color", "keep", "eikonal", "mask", "smooth")

RENAMED = {
    **{f"appearance.{name}": f"appearance.reference.{name}" for name in _REFERENCE},
    **{f"appearance.{name}_weight": f"appearance.loss.{name}" for name in _LOSSES},
    **{f"appearance.{name}": f"appearance.shell.{name}" for name in ("samples", "grid", "symmetric")},
    **{f"appearance.{name}": f"appearance.clip.{name}" for name in ("face_text", "back_text")},
    "motion.delta_weight": "motion.optimise.delta",
    "motion.clip_weight": "motion.optimise.clip",
}
"""Keys with the same meaning under another name."""

VALUES: dict[str, dict[str, dict[str, Any]]] = {
    "appearance.warm_start": {
        "codebook": {"appearance.initializer": "dressed"},
        "none": {"appearance.initializer": "bare"},
    },
    "motion.method": {
        "auto": {"motion.backend": "auto"},
        **{
            method: {"motion.backend": "optimise", "motion.optimise.method": method}
            for method in ("optimise", "interpolate", "baseline")
        },
    },
    "motion.priors": {"bundled": {}, "original": {"motion.backend": "original"}},
}
"""Keys whose values became others; later ones are stronger."""


def renamed(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Dotted keys and values of one source, those of earlier versions as ours of now.

    Raises:
        EngineError: ``bad_config`` for an old key with a value that it never had, with the key of now.
    """
    found = {RENAMED.get(key, key): value for key, value in values.items() if key not in VALUES}
    for key, meanings in VALUES.items():
        if key not in values:
            continue
        if values[key] not in meanings:
            now = " and ".join(dict.fromkeys(new for meaning in meanings.values() for new in meaning))
            raise EngineError(
                "bad_config", f"{key} is {values[key]!r} (in {source}).", f"It is {now} now; set that instead."
            )
        found |= meanings[values[key]]
    return found

"""What the vectors of the two Go libraries have in common: their units, and how they tell of states and transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.resilience.presets.answers import NS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Run, Step


def in_words(config: Mapping[str, Any]) -> dict[str, Any]:
    """Write the options of a scenario as in Go: a name that ends in `_ms` loses that, and its value gains it."""
    return {
        name.removesuffix("_ms"): f"{value}ms" if name.endswith("_ms") else value
        for name, value in config.items()
    }


def events_of(run: Run, _step: Step) -> list[str]:
    """Tell the transitions since the last ones that were told."""
    told = [
        f"{_word(change.source)}>{_word(change.target)}@{change.at_ns // NS_PER_MS}"
        for change in run.transitions
    ]
    run.transitions.clear()
    return told


def _word(state: str) -> str:
    return str(state).replace("-", "_")

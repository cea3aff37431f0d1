"""A rehearsal: a pipeline runs as always, but nothing is sent, written or remembered."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.delivering.collecting import Collecting
from tiktoktoe_cli.replay.run import run_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.facts import ReplayFacts
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of a rehearsal: the facts of the run, the events that would have gone out, and the dead letters.

    All are lines of JSON; `outputs` are by destination.
    """

    facts: ReplayFacts
    outputs: Mapping[str, Collecting]
    dead_letters: Collecting


@dataclass(slots=True)
class _Stand:
    """Makes destinations in memory."""

    is_keeping: bool
    outputs: dict[str, Collecting] = field(default_factory=dict)

    def __call__(self, name: str, settings: DestinationSettings, around: Surroundings) -> Destination:
        place = make_destination(name, settings, around).place
        self.outputs[name] = Collecting(place, self.is_keeping)
        return self.outputs[name]


def rehearse(  # noqa: PLR0913  # as `run_pipeline`
    name: str,
    settings: PipelineSettings,
    options: RunOptions,
    observer: ReplayObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    clock: Callable[[], int] = time.perf_counter_ns,
    is_keeping: bool = True,
) -> Rehearsed:
    """Run a pipeline in memory; `is_keeping` False only counts what would go out, whatever its size.

    Raises:
        UsageError, UnfinishedError: as `run_pipeline`.
    """
    stand = _Stand(is_keeping)
    dead = Collecting(str(settings.dead_letter.file), is_keeping)
    with TemporaryDirectory(prefix="tiktoktoe-rehearsal-") as folder:
        facts = run_pipeline(
            name,
            _without_traces(settings, Path(folder)),
            observer,
            should_stop,
            clock=clock,
            options=replace(options, make=stand, dead_letters=dead),
        )
    return Rehearsed(facts, stand.outputs, dead)


def _without_traces(settings: PipelineSettings, folder: Path) -> PipelineSettings:
    """Let a pipeline leave nothing behind, and wait for nothing: its input is what there is now, with its own times."""
    update = {
        "state": settings.state.model_copy(update={"dir": folder}),
        "input": settings.input.model_copy(update={"follow": False}),
        "pacing": settings.pacing.model_copy(update={"shift_to_now": False}),
        "monitoring": settings.monitoring.model_copy(update={"openmetrics": None}),
    }
    return settings.model_copy(update=update)

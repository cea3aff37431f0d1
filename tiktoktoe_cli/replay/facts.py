"""What a run found out and did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.batch import Drop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tiktoktoe_cli.monitoring import AlertFacts
    from tiktoktoe_cli.replay.choices import MetricName
    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.events.letter import DeadLetter, Reason
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings


class Ending(StrEnum):
    """How a run ended."""

    RUNNING = "running"  # it has not ended
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # the user stopped it
    REFUSED = "refused"  # an invalid event met `error_handling: fail`


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What a stage did: `taken` + `made` = `passed` + `dead` + `dropped` + `held`; only a run cut short holds any."""

    name: str
    taken: int
    passed: int
    dead: int
    dropped: Mapping[Drop, int]
    measures: Mapping[str, float]
    took_s: float = 0.0  # in all processes together
    made: int = 0  # events that it made of others

    @property
    def held(self) -> int:
        """How many events the stage had neither passed on nor put away when the run ended."""
        return self.taken + self.made - self.passed - self.dead - sum(self.dropped.values())


@dataclass(frozen=True, slots=True)
class DestinationFacts:
    """What a destination got."""

    name: str
    kind: str
    place: str
    events: int
    size_bytes: int
    guarantee: str
    files: tuple[Path, ...] = ()  # that hold just these events, once they are published

    @classmethod
    def of(cls, name: str, settings: DestinationSettings, output: Destination) -> DestinationFacts:
        """Take down what was delivered."""
        guarantee = "exactly_once" if output.is_exact else settings.delivery.guarantee
        files = tuple(output.files)
        return cls(name, settings.kind, output.place, output.events, output.size_bytes, guarantee, files)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a routing rule did; `errors` counts events for which it had no value, the first of them for this reason.

    `guard` is the condition that the rule lacks, where that would have helped.
    """

    condition: str
    to: tuple[str, ...]
    matched: int
    errors: int
    first_error: str
    guard: str


@dataclass(frozen=True, slots=True)
class ReplayFacts:
    """A run of a pipeline. An event that went to several destinations was delivered once."""

    pipeline: str
    ending: Ending
    files: tuple[str, ...]
    lines: int
    stages: tuple[StageFacts, ...]
    rules: tuple[RuleFacts, ...]
    destinations: tuple[DestinationFacts, ...]
    dead_letter_path: str
    reasons: Mapping[Reason, int]
    metrics: tuple[MetricName, ...]
    elapsed_s: float
    refused: DeadLetter | None = None
    damaged: tuple[str, ...] = ()  # where compressed inputs are cut or damaged, as `FILE:LINE`
    alerts: tuple[AlertFacts, ...] = ()
    # what did not work beside the run: a webhook, the metrics file; that a file was replaced
    remarks: tuple[str, ...] = ()
    is_resumed: bool = False  # whether it went on after an earlier run that was cut short
    checkpoints: int = 0
    possible_duplicates: int = 0  # at most so many events reached a destination a second time
    is_full: bool = False  # whether reading ended because as many events were taken as the selection allows
    shift_us: int | None = None  # by how much event times were moved
    is_rehearsal: bool = False  # whether nothing was sent, written or remembered
    ahead: int = 0  # dead letters without a time, counted before the events that are still being sorted

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped the run; its outputs are then in the `.partial` files."""
        return self.ending is Ending.INTERRUPTED

    @property
    def events(self) -> int:
        """How many lines had something on them."""
        return self.lines - self.dropped(Drop.EMPTY)

    @property
    def processed(self) -> int:
        """How many of them have had their turn; not those that are still being sorted."""
        return self.events - self.stages[0].held

    @property
    def delivered(self) -> int:
        """How many events reached every destination they were meant for."""
        return self.stages[-1].passed

    @property
    def dead(self) -> int:
        """How many events became dead letters."""
        return sum(stage.dead for stage in self.stages)

    @property
    def unfinished(self) -> int:
        """How many events were on their way when the run was cut short."""
        return sum(stage.held for stage in self.stages)

    @property
    def error_rate(self) -> float:
        """The share of the events so far that became dead letters or were skipped as invalid."""
        processed = self.processed - self.ahead
        return (self.dead - self.ahead + self.dropped(Drop.SKIPPED)) / processed if processed else 0.0

    @property
    def events_per_s(self) -> float:
        """How many events went through in a second."""
        return self.events / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def enrichment_latency_s(self) -> float:
        """How long a lookup took on average; 0 if there was none."""
        lookups = self.measure("lookups")
        return self.measure("lookup_seconds") / lookups if lookups else 0.0

    @property
    def ok(self) -> bool:
        """Whether the run did all it should: it read everything, came to its end, and no alert fails it."""
        fails = any(alert.fails for alert in self.alerts)
        return self.ending is Ending.COMPLETE and not self.damaged and not fails

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left that a better day could deliver: not stopped, and every file read whole."""
        return not self.interrupted and not self.damaged

    def dropped(self, drop: Drop) -> int:
        """Count the events that were left out for a reason."""
        return sum(stage.dropped.get(drop, 0) for stage in self.stages)

    def measure(self, name: str) -> float:
        """Add up a measure over all stages."""
        return sum(stage.measures.get(name, 0) for stage in self.stages)

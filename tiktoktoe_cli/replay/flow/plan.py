"""The plan: which step comes when, and which of them may run in another process.

The head is everything up to the first stage with a memory. Where nothing after that looks at the bodies of events, the
looks of the stages with a memory, routing and encoding belong to the head too: what the memories then hold and compare
are bytes, routes and keys. The bytes that come out are the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tiktoktoe_cli.replay.delivering.delivery import Delivery
from tiktoktoe_cli.replay.encoding import encode
from tiktoktoe_cli.replay.flow.clock import Clock
from tiktoktoe_cli.replay.flow.passage import Account
from tiktoktoe_cli.replay.flow.step import Step
from tiktoktoe_cli.replay.pacing.shift import Shift
from tiktoktoe_cli.replay.reading import selection
from tiktoktoe_cli.replay.routing import Router, Rule
from tiktoktoe_cli.replay.settings.stage import named_stages
from tiktoktoe_cli.replay.stages.catalog import STAGES
from tiktoktoe_cli.replay.stages.stage import Kit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.flow.step import Probe
    from tiktoktoe_cli.replay.settings.input import SelectSettings
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
    from tiktoktoe_cli.replay.settings.stage import NamedStage
    from tiktoktoe_cli.replay.stages.stage import Look, Memory
    from tiktoktoe_cli.resilience.settings import PolicySettings

CLOCK = "max_future_jump"
SELECT = "select"
SHIFT = "shift_to_now"


@dataclass(frozen=True, slots=True)
class Means:
    """What a run gives its stages: a clock in nanoseconds for measuring, its seed, a folder for its state, policies.

    `should_stop` asks whether the user wants the run to end. With a `probe` each step comes where its stage stands.
    `now` gives the time of day in nanoseconds since 1970, for those who want to move events there. `lookups` are the
    answers that stand in for those of lookups, by the stage's name and the key.
    """

    clock: Callable[[], int]
    seed: int
    folder: Path
    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    should_stop: Callable[[], bool] = field(default=lambda: False)
    probe: Probe | None = None
    now: Callable[[], int] = time.time_ns
    lookups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # JSON


class Plan(NamedTuple):
    """The steps of a pipeline."""

    head: Sequence[Step]
    course: Sequence[Step]
    accounts: dict[str, Account]
    delivery: Delivery
    memories: dict[str, Memory]

    @property
    def newest_us(self) -> int | None:
        """When the newest event so far happened, in microseconds since 1970."""
        clock = self.memories[CLOCK]
        return clock.newest_us if isinstance(clock, Clock) else None

    def see(self, newest_us: int | None) -> None:
        """Let the clock know of events that may die before it; those that will be moved have other times by then."""
        clock = self.memories[CLOCK]
        if newest_us is not None and isinstance(clock, Clock) and SHIFT not in self.memories:
            clock.see(newest_us)

    @property
    def shift_us(self) -> int | None:
        """By how much event times are moved; None if they are not."""
        shift = self.memories.get(SHIFT)
        return shift.by_us if isinstance(shift, Shift) else None

    @property
    def is_full(self) -> bool:
        """Whether no event will be taken any more: as many are as the selection allows."""
        limit = self.memories.get(SELECT)
        return isinstance(limit, selection.Limit) and limit.is_full


class _Part(NamedTuple):
    """A look or a memory, and whose it is."""

    name: str
    work: Look | Memory
    is_partial: bool = False

    def step(self, means: Means) -> Step:
        return Step(self.name, self.work, means.clock, self.is_partial, means.probe)


def make_plan(
    settings: PipelineSettings,
    destinations: Mapping[str, Destination],
    bound: Callable[[int], int | None],
    means: Means,
) -> Plan:
    """Make the plan; `bound` tells when the earliest of the files after one begins.

    Raises:
        UsageError: a schema or a table is missing or wrong.
    """
    router = Router(tuple(Rule(rule.when, rule.to, rule.final) for rule in settings.routing))
    delivery = Delivery(router, destinations)
    can_refuse = not router.takes_all or any(destination.can_refuse for destination in destinations.values())
    named = list(named_stages(settings.stages))
    select = settings.input.select
    # what is beyond a limit goes through nothing else
    is_shifted = settings.pacing.shift_to_now
    keeps_order = select.limit is not None or means.probe is not None or is_shifted
    split = None if keeps_order else _split(named, settings)
    parts = list(_selecting(select, means)) if select.is_given else []
    if is_shifted:
        parts.append(_Part(SHIFT, Shift(settings.input.time, means.now)))
    for at, entry in enumerate(named):
        kit = Kit(
            entry.name,
            means.clock,
            _stream(means.seed, entry.name),
            means.folder / entry.name,
            is_encoded=split is not None and at >= split,
            with_origins=can_refuse,
            feeds_memory=_has_memory(named[at + 1 :]),
            policies=means.policies,
            should_stop=means.should_stop,
            answers=means.lookups.get(entry.name),
        )
        stage = STAGES[entry.settings.kind].build(entry.settings.chosen, kit)
        parts.append(_Part(entry.name, stage.look, is_partial=stage.memory is not None))
        if stage.memory is not None:
            parts.append(_Part(entry.name, stage.memory))
    parts += [_Part("delivery", router, is_partial=True), _Part("delivery", encode, is_partial=True)]
    head, rest = _divided(parts, is_hoisted=split is not None)
    jump = settings.input.time.max_future_jump
    clock = _Part(CLOCK, Clock(settings.input.time.field, None if jump is None else jump // 1_000, bound))
    whole = {part.name for part in head if not part.is_partial}
    before = [entry.name for entry in named if entry.name in whole]
    selecting = [SELECT] if select.is_given else []
    before = before if select.limit is not None else [*selecting, *before]
    shifting = [SHIFT] if is_shifted else []
    order = ("input", *before, CLOCK, *selecting, *shifting, *(entry.name for entry in named), "delivery")
    return Plan(
        [part.step(means) for part in head],
        [part.step(means) for part in (clock, *rest, _Part("delivery", delivery))],
        {name: Account(name) for name in order},
        delivery,
        {part.name: part.work for part in (clock, *parts) if not callable(part.work)},
    )


def _selecting(settings: SelectSettings, means: Means) -> Iterator[_Part]:
    kit = Kit(SELECT, means.clock, _stream(means.seed, SELECT), means.folder / SELECT)
    stage = selection.build(settings, kit)
    yield _Part(SELECT, stage.look, is_partial=stage.memory is not None)
    if stage.memory is not None:
        yield _Part(SELECT, stage.memory)


def _divided(parts: Sequence[_Part], *, is_hoisted: bool) -> tuple[Sequence[_Part], Sequence[_Part]]:
    """Say which parts belong to the head; the others need their order, or what those with an order pass on."""
    if is_hoisted:
        return [part for part in parts if callable(part.work)], [
            part for part in parts if not callable(part.work)
        ]
    first = next((at for at, part in enumerate(parts) if not callable(part.work)), len(parts))
    return parts[:first], parts[first:]


def _split(named: Sequence[NamedStage], settings: PipelineSettings) -> int | None:
    """Find the first stage that takes events as JSON, if all from the first with a memory on can do so."""
    read = {name.partition(".")[0] for rule in settings.routing if rule.when for name in rule.when.names}
    read.add(settings.input.time.field.parts[0])  # what such a stage adds stands after something in the event
    at = len(named)
    while at and _takes_json(named[at - 1], read, is_last=at == len(named)):
        at -= 1
    return None if _has_memory(named[:at]) else at


def _has_memory(named: Sequence[NamedStage]) -> bool:
    return any(STAGES[entry.settings.kind].has_memory for entry in named)


def _takes_json(entry: NamedStage, read: AbstractSet[str], *, is_last: bool) -> bool:
    """Tell whether a stage can take events as JSON. One that adds to it can do so only where nobody compares it."""
    kind = STAGES[entry.settings.kind]
    return kind.is_blind(entry.settings.chosen) and (
        not kind.writes or (is_last and kind.writes.isdisjoint(read))
    )


def _stream(seed: int, name: str) -> Random:
    return Random(f"{seed}/{name}")  # noqa: S311  # not for secrets: the same run again must draw the same

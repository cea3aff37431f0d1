"""Puts a pipeline together: its stations in a row, each with its stage, and the outputs at their ends."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.replay.choices import Order
from tiktoktoe_cli.replay.dead_letters import DeadLetters
from tiktoktoe_cli.replay.decoding import decode
from tiktoktoe_cli.replay.delivery import deliver
from tiktoktoe_cli.replay.line_file import LineFile
from tiktoktoe_cli.replay.ordering import by_time, without_jumps
from tiktoktoe_cli.replay.routing import Rule
from tiktoktoe_cli.replay.stages import STAGES
from tiktoktoe_cli.replay.station import Stage, Station
from tiktoktoe_cli.replay.times import TIME_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from tiktoktoe_cli.replay.event import Event, Line
    from tiktoktoe_cli.replay.settings import InputSettings, PipelineSettings
    from tiktoktoe_cli.replay.watch import Watch

_Step: TypeAlias = "tuple[Station, Stage]"


@dataclass(frozen=True, slots=True)
class Assembly:
    """A pipeline that is ready to run: nothing is opened yet. `reading` is where lines become events."""

    input: InputSettings
    reading: Station
    sorting: tuple[_Step, ...]
    working: tuple[_Step, ...]
    rules: tuple[Rule, ...]
    destinations: dict[str, LineFile]
    dead_file: LineFile
    letters: DeadLetters

    @property
    def stations(self) -> tuple[Station, ...]:
        """All stations, in the order in which events come through."""
        return (self.reading, *(station for station, _ in (*self.sorting, *self.working)))

    @property
    def outputs(self) -> tuple[LineFile, ...]:
        """All files that the run writes."""
        return (*self.destinations.values(), self.dead_file)

    def connect(self, lines: Iterable[Line], watch: Watch, stack: ExitStack) -> Iterator[Event]:
        """Make one stream of it all: the events that were delivered.

        The watch stands where events come out of the sort; the stack closes what the stages hold open.
        """
        time, reading = self.input.time, self.reading
        read = reading.count(decode(lines, time.field, TIME_FORMATS[time.format], reading))
        ordered = _through(self.sorting, read, stack)
        return _through(self.working, watch.over(ordered, lambda: self._total), stack)

    @property
    def _total(self) -> int | None:
        """How many events there are: known when they are sorted, for that takes all of them."""
        return self.reading.passed if self.sorting else None


def assemble(settings: PipelineSettings, files: Sequence[Path], clock: Callable[[], int]) -> Assembly:
    """Put a pipeline together.

    Raises:
        UsageError: a schema or a table is missing or wrong.
    """
    dead_file = LineFile(settings.dead_letter.file)
    letters = DeadLetters([str(file) for file in files], dead_file.write)
    destinations = {name: LineFile(choice.chosen.path) for name, choice in settings.destinations.items()}
    rules = tuple(Rule(rule.when, rule.to, rule.final) for rule in settings.routing)

    def step(name: str, build: Callable[[Station], Stage]) -> _Step:
        station = Station(name, letters, clock)
        return station, build(station)

    return Assembly(
        input=settings.input,
        reading=Station("input", letters, clock),
        sorting=(step("order", lambda _: by_time()),) if settings.input.order is Order.EVENT_TIME else (),
        working=tuple(step(name, build) for name, build in _work(settings, rules, destinations)),
        rules=rules,
        destinations=destinations,
        dead_file=dead_file,
        letters=letters,
    )


def _work(
    settings: PipelineSettings, rules: Sequence[Rule], destinations: dict[str, LineFile]
) -> Iterator[tuple[str, Callable[[Station], Stage]]]:
    """Name what happens to events once they are in order, and say how each stage is made.

    A second stage of a kind is called `dedupe_2`.
    """
    time = settings.input.time
    if time.max_future_jump is not None:
        jump_us = time.max_future_jump // 1_000
        yield "max_future_jump", lambda station: without_jumps(jump_us, time.field, station)
    seen: Counter[str] = Counter()
    for stage in settings.stages:
        seen[stage.kind] += 1
        name = stage.kind if seen[stage.kind] == 1 else f"{stage.kind}_{seen[stage.kind]}"
        yield name, partial(STAGES[stage.kind], stage.chosen)
    yield "delivery", lambda station: deliver(rules, destinations, station)


def _through(steps: Iterable[_Step], stream: Iterator[Event], stack: ExitStack) -> Iterator[Event]:
    for station, stage in steps:
        stream = station.count(stack.enter_context(closing(stage(stream))))
    return stream

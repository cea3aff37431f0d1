"""A run of a pipeline: lets the events through, publishes the outputs, and checks that every event is accounted for."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.monitoring import judge
from tiktoktoe_cli.replay.assembly import assemble
from tiktoktoe_cli.replay.dead_letters import path_text
from tiktoktoe_cli.replay.facts import DestinationFacts, Ending, ReplayFacts, RuleFacts, StageFacts
from tiktoktoe_cli.replay.line_file import partial_of
from tiktoktoe_cli.replay.metrics import metric_values
from tiktoktoe_cli.replay.observer import Phase, SilentObserver
from tiktoktoe_cli.replay.reader import find_files, read_lines
from tiktoktoe_cli.replay.station import StoppedError
from tiktoktoe_cli.replay.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.assembly import Assembly
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.settings import PipelineSettings
    from tiktoktoe_cli.replay.station import Station


def run_pipeline(
    name: str,
    settings: PipelineSettings,
    observer: ReplayObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> ReplayFacts:
    """Run a pipeline from its first file to its last destination.

    `should_stop` is asked once per batch of lines or events. When it says yes, the run ends there: what is delivered
    by then is a beginning of what the whole run would have delivered, and stays in the `.partial` files. A compressed
    input that is cut or damaged is delivered as far as it can be read, and the facts name it as `damaged`. `clock`
    gives nanoseconds; nothing but the durations in the facts depends on it.

    Raises:
        UsageError: an input, schema or table is missing or wrong; an output is also an input.
        UnfinishedError: an input cannot be read to its end, an output or the temporary folder cannot be written, or
            sessions hold too many events.
    """
    began_ns = clock()
    files = find_files(settings.input.paths)
    assembly = assemble(settings, files, clock)
    _refuse_to_overwrite(files, settings, assembly)
    observer = observer or SilentObserver()
    reading = Watch(Phase.READING, observer, should_stop)
    stopped = _run(assembly, files, reading, Watch(Phase.DELIVERING, observer, should_stop))
    facts = ReplayFacts(
        pipeline=name,
        ending=_ending(stopped),
        files=tuple(path_text(str(file)) for file in files),
        lines=reading.seen,
        stages=_stage_facts(assembly.stations, reading.seen),
        rules=tuple(map(RuleFacts.of, assembly.rules)),
        destinations=tuple(
            DestinationFacts.of(name, output) for name, output in assembly.destinations.items()
        ),
        dead_letter_path=str(settings.dead_letter.file),
        reasons=dict(assembly.letters.reasons),
        metrics=settings.monitoring.metrics,
        elapsed_s=(clock() - began_ns) / NS_PER_S,
        refused=stopped.letter if stopped else None,
        damaged=tuple(assembly.letters.damaged),
    )
    _check(facts)
    return replace(facts, alerts=judge(settings.monitoring.alerts, metric_values(facts)))


def _run(assembly: Assembly, files: Sequence[Path], reading: Watch, delivering: Watch) -> StoppedError | None:
    """Let everything through, and publish the outputs if nothing stopped it."""
    lines = reading.over(read_lines(files, assembly.input.max_line.whole))
    with ExitStack() as stack:
        for output in assembly.outputs:
            stack.enter_context(output)
        try:
            deque(assembly.connect(lines, delivering, stack), maxlen=0)
        except StoppedError as stopped:
            return stopped
        for output in assembly.outputs:
            output.secure()
        for output in assembly.outputs:
            output.publish()
    return None


def _refuse_to_overwrite(files: Iterable[Path], settings: PipelineSettings, assembly: Assembly) -> None:
    """Compare what is read with what is written; the settings could only compare paths without patterns."""
    read = {os.path.realpath(file) for file in (*files, *(path for _, path in settings.read_files))}
    for output in assembly.outputs:
        if not read.isdisjoint(map(os.path.realpath, (output.path, partial_of(output.path)))):
            raise UsageError(
                f"`{output.path}` would be read and written",
                hint="choose an output that is no table or schema, and that no pattern of the `input` matches",
            )


def _ending(stopped: StoppedError | None) -> Ending:
    if stopped is None:
        return Ending.COMPLETE
    return Ending.REFUSED if stopped.letter else Ending.INTERRUPTED


def _stage_facts(stations: Sequence[Station], lines: int) -> tuple[StageFacts, ...]:
    taken = [lines, *(station.passed for station in stations)]
    return tuple(
        StageFacts(
            station.name, count, station.passed, station.dead, dict(station.dropped), dict(station.measures)
        )
        for station, count in zip(stations, taken, strict=False)
    )


def _check(facts: ReplayFacts) -> None:
    """Make sure that every line was counted once on its way out.

    Raises:
        RuntimeError: it was not; that is a bug of ours.
    """
    for stage in facts.stages:
        is_cut_short = facts.ending is not Ending.COMPLETE
        if stage.held < 0 or (stage.held and not is_cut_short):
            raise RuntimeError(f"the counts of the stage {stage.name} do not add up: {stage}")

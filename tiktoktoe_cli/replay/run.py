"""A run of a pipeline: lets the events through, publishes the outputs, and checks that every event is accounted for."""

from __future__ import annotations

import gc
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.accounting import facts_of
from tiktoktoe_cli.replay.assembly import assemble
from tiktoktoe_cli.replay.facts import Ending, ReplayFacts
from tiktoktoe_cli.replay.flow.engine import Flow, Watch
from tiktoktoe_cli.replay.flow.workers import run_heads
from tiktoktoe_cli.replay.monitor import Monitor
from tiktoktoe_cli.replay.observer import SilentObserver
from tiktoktoe_cli.replay.options import RunOptions
from tiktoktoe_cli.replay.pacing.pace import Pace
from tiktoktoe_cli.replay.pacing.schedule import Schedule
from tiktoktoe_cli.replay.resuming.manifest import manifest_of, write_manifest
from tiktoktoe_cli.replay.stopping import StoppedError
from tiktoktoe_cli.replay.webhook import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.replay.assembly import Assembly
    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


def run_pipeline(  # noqa: PLR0913  # the clock and the ears of a run are not options
    name: str,
    settings: PipelineSettings,
    observer: ReplayObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    clock: Callable[[], int] = time.perf_counter_ns,
    options: RunOptions = RunOptions(),  # noqa: B008  # frozen
) -> ReplayFacts:
    """Run a pipeline from its first file to its last destination.

    `should_stop` is asked once per block of lines or batch of events. When it says yes, the run ends there, with a
    checkpoint: what is delivered by then is a beginning of what the whole run would have delivered, and stays in the
    `.partial` files. A compressed input that is cut or damaged is delivered as far as it can be read, and the facts
    name it as `damaged`. `clock` gives nanoseconds; nothing but the durations in the facts depends on it.

    Raises:
        UsageError: an input, schema or table is missing or wrong; an output is also an input; an earlier run was cut
            short, and the options do not say what to do about it.
        UnfinishedError: an input cannot be read to its end, an output or the temporary folder cannot be written, or
            sessions hold too many events.
    """
    began_ns = clock()
    assembly = assemble(name, settings, options, clock, should_stop)
    watch = Watch(observer or SilentObserver(), should_stop)
    monitor = Monitor(
        settings.monitoring,
        assembly.alarms,
        lambda: facts_of(name, assembly, watch.lines, (clock() - began_ns) / NS_PER_S),
        watch.observer,
        Caller.of(name, settings.monitoring, assembly.checkpoints.fingerprint, options),
        clock,
    )
    stopped = _run(assembly, watch, monitor, options, clock)
    facts = replace(
        monitor.facts(),
        ending=_ending(stopped),
        refused=stopped.letter if stopped else None,
        is_rehearsal=options.is_rehearsal,
        remarks=tuple(watch.remarks),
        ahead=0,
    )
    _check(facts)
    if facts.ending is Ending.COMPLETE and not options.is_rehearsal:
        manifest = manifest_of(facts, assembly.checkpoints.fingerprint, options.seed, assembly.files)
        write_manifest(manifest, settings.state.dir / name / "run.json")
        assembly.copy.unlink(missing_ok=True)
    return monitor.judged(facts, assembly.plan.newest_us)


def _run(
    assembly: Assembly, watch: Watch, monitor: Monitor, options: RunOptions, clock: Callable[[], int]
) -> StoppedError | None:
    """Let everything through, and publish the outputs if nothing stopped it."""
    with ExitStack() as stack:
        stack.callback(assembly.checkpoints.close)
        stack.enter_context(_open_outputs(assembly))
        flow = Flow(assembly, watch, monitor, clock, options.patience, _pace(assembly, watch, options))
        try:
            monitor.begin()
            assembly.checkpoints.begin()
            with (
                _collecting_seldom(assembly),
                run_heads(assembly.head, 1 if flow.is_slow else options.workers, watch.check) as heads,
            ):
                flow.run(heads)
                flow.publish()
        except StoppedError as stopped:
            with _told_as_resumable(assembly):
                flow.stop(stopped)
            return stopped
        except UnfinishedError:
            monitor.failed()
            with _told_as_resumable(assembly):
                # what was under way may be in one output and not in another: the last checkpoint stands
                with suppress(UnfinishedError):
                    assembly.checkpoints.wait()
                raise
    return None


def _pace(assembly: Assembly, watch: Watch, options: RunOptions) -> Pace | None:
    """Make what lets events through at the pipeline's pace; None if they need not wait. A rehearsal never waits."""
    pacing = assembly.settings.pacing
    if pacing.speed is None or options.is_rehearsal:
        return None
    schedule = Schedule(pacing.speed, pacing.max_gap)
    return Pace(schedule, options.patience, assembly.head.decoder, watch.check)


@contextmanager
def _open_outputs(assembly: Assembly) -> Iterator[None]:
    """Open the outputs where the earlier run left them; in the end close all of them, whatever happens."""
    positions = assembly.resumed.outputs if assembly.resumed else {}
    with ExitStack() as stack:
        for name, output in assembly.outputs.items():
            stack.callback(_close, output)
            output.open(positions.get(name))
        yield
        for output in assembly.outputs.values():
            output.close()


def _close(output: Destination) -> None:
    """Close what the run could not close any more: it is told already why."""
    with suppress(UnfinishedError):
        output.close()


@contextmanager
def _told_as_resumable(assembly: Assembly) -> Iterator[None]:
    """Say beside what goes wrong that the run can go on, if it can."""
    try:
        yield
    except UnfinishedError as error:
        if not assembly.checkpoints.number:
            raise
        hint = "then go on with `--resume`" if error.hint else "go on with `--resume`"
        raise UnfinishedError(error.message, hint="; ".join(filter(None, [error.hint, hint]))) from error


@contextmanager
def _collecting_seldom(assembly: Assembly) -> Iterator[None]:
    """Keep Python from looking for circles in what is held: events have none, and there are many of them.

    What speaks to another program leaves some behind, and waits for it longer than for the collector.
    """
    asks = any(
        stage.context_enrichment and stage.context_enrichment.lookup.http
        for stage in assembly.settings.stages
    )
    if asks or not all(output.is_exact for output in assembly.destinations.values()):
        yield
        return
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _ending(stopped: StoppedError | None) -> Ending:
    if stopped is None:
        return Ending.COMPLETE
    return Ending.REFUSED if stopped.letter else Ending.INTERRUPTED


def _check(facts: ReplayFacts) -> None:
    """Make sure that every line was counted once on its way out.

    Raises:
        RuntimeError: it was not; that is a bug of ours.
    """
    for stage in facts.stages:
        is_cut_short = facts.ending is not Ending.COMPLETE
        if stage.held < 0 or (stage.held and not is_cut_short):
            raise RuntimeError(f"the counts of the stage {stage.name} do not add up: {stage}")

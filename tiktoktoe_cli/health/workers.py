"""Many checks, shared among processes: one alone makes some thousands a second, and the rest of the machine is idle.

Each process is a fork that makes its share of the checks as `check_once` does, and sends the results as they come.
The first process alone hears signals, tells the observer, and finds out who is the cause of what fails.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import defaultdict
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.model import Graph
from tiktoktoe_cli.health.effects import SilentObserver
from tiktoktoe_cli.health.facts import HealthFacts, HealthState
from tiktoktoe_cli.health.runner import conclude, unmade
from tiktoktoe_cli.health.session import check_once
from tiktoktoe_cli.transport import loops
from tiktoktoe_cli.transport.loops import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from types import FrameType

    from tiktoktoe_cli.health.effects import HealthObserver
    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.runner import Results
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import CheckSettings

_CHECKS_A_PROCESS: Final = 400
"""A process for fewer takes longer to start than it saves."""
_MOST_PROCESSES: Final = 4
_BATCH: Final = 32
_LOOK_AROUND_S: Final = 0.05
_PARTING_S: Final = 5.0


def check_all(
    inputs: HealthInputs,
    observer: HealthObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> HealthFacts:
    """Make all checks once, in as many processes as are worth it."""
    count = _worth(inputs.size)
    if count > 1:
        return check_in_processes(inputs, observer or SilentObserver(), should_stop, count)
    return loops.run(check_once(inputs, observer, should_stop))


def _worth(size: int) -> int:
    if sys.platform != "linux":  # elsewhere, libraries of the system do not bear a fork
        return 1
    return min(size // _CHECKS_A_PROCESS, _MOST_PROCESSES, len(os.sched_getaffinity(0)))


def check_in_processes(
    inputs: HealthInputs, observer: HealthObserver, should_stop: Callable[[], bool], count: int
) -> HealthFacts:
    """Make all checks once, shared among some processes; the observer hears which ones are over, and no more.

    A check whose process ends before its time is an error.
    """
    started_ns = inputs.clock.now()
    with frozen():  # what no collector writes to stays shared with the forks
        round_ = inputs.round()
        board = _Board(inputs.checks, unmade(round_), observer)
        is_stopped = _collect(
            [_part(inputs, share, count) for share in _shares(inputs.checks, count)], board, should_stop
        )
        if not is_stopped:
            board.give_up()
        services = [one for one in conclude(round_, board.results) if one.name in inputs.checks]
        elapsed_ns = inputs.clock.now() - started_ns
    return HealthFacts(tuple(services), elapsed_ns, is_partial=is_stopped and bool(board.left))


class _Board:
    """The results of all checks as they arrive, and which ones are `left`, by service and name."""

    def __init__(
        self, checks: Mapping[str, Sequence[CheckSettings]], results: Results, observer: HealthObserver
    ) -> None:
        self.results = results
        self.left = {
            (service, check.name): position
            for service, some in checks.items()
            for position, check in enumerate(some)
            if check.enabled
        }
        self._observer = observer

    def take(self, service: str, result: CheckResult) -> None:
        """Put a result where it belongs."""
        self.results[service][self.left.pop((service, result.name))] = result
        self._observer.on_finish(service, result)

    def give_up(self) -> None:
        """Say of what is left that nobody makes it any more."""
        detail = "the process that was to make this check has ended"
        for (service, _), position in tuple(self.left.items()):
            lost = self.results[service][position]
            self.take(service, replace(lost, state=HealthState.ERROR, error="not-possible", detail=detail))


def _shares(
    checks: Mapping[str, Sequence[CheckSettings]], count: int
) -> list[dict[str, list[CheckSettings]]]:
    """Deal the checks out, one after the other."""
    shares: list[dict[str, list[CheckSettings]]] = [defaultdict(list) for _ in range(count)]
    places = ((service, check) for service, some in checks.items() for check in some)
    for number, (service, check) in enumerate(places):
        shares[number % count][service].append(check)
    return shares


def _part(inputs: HealthInputs, share: Mapping[str, Sequence[CheckSettings]], count: int) -> HealthInputs:
    """Make the inputs of one process: its checks, without a graph, and its part of what may be done at once."""
    settings = inputs.settings.model_copy(update={"concurrency": -(-inputs.concurrency // count)})
    return replace(inputs, checks=share, graph=Graph({}, inputs.graph.locate), settings=settings)


def _collect(parts: Sequence[HealthInputs], board: _Board, should_stop: Callable[[], bool]) -> bool:
    """Take results until all processes have ended; tell whether they were stopped before that."""
    with ExitStack() as stack:
        senders = [stack.enter_context(_worker(part)) for part in parts]
        while senders:
            for sender in [one for one in senders if one in wait(senders, _LOOK_AROUND_S)]:
                try:
                    batch = sender.recv()
                except (EOFError, OSError):  # it has ended, perhaps in the middle of a word
                    senders.remove(sender)
                    continue
                for service, result in batch:
                    board.take(service, result)
            if should_stop():
                return True
    return False


@contextmanager
def _worker(part: HealthInputs) -> Iterator[Connection]:
    """Start a process, and yield the connection over which it sends; it ends with us at the latest."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(part, sending), daemon=True)
    process.start()
    sending.close()  # the process has its own, and with that one the connection ends
    try:
        yield receiving
    finally:
        receiving.close()
        process.terminate()
        process.join(_PARTING_S)
        process.kill()
        process.join()


def _work(part: HealthInputs, connection: Connection) -> None:
    """Be such a process. Ctrl-C reaches all of a terminal's processes; what it means here, the first one says."""
    sender = _Sender(connection)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, sender.stop)
    with suppress(BrokenPipeError):  # nobody listens any more
        loops.run(check_once(part, sender, sender.should_stop))
        sender.flush()


class _Sender(SilentObserver):
    """Sends the results of checks, some at a time, and all that there are when it is asked whether to stop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._batch: list[tuple[str, CheckResult]] = []
        self._is_stopped = False

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Send a result, or keep it for a moment."""
        self._batch.append((service, result))
        if len(self._batch) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Send what there is."""
        if self._batch:
            self._connection.send(self._batch)
            self._batch = []

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take the signal to stop."""
        self._is_stopped = True

    def should_stop(self) -> bool:
        """Tell whether to stop; the runner asks now and then."""
        self.flush()
        return self._is_stopped

"""Many checks, shared among processes: one alone makes some thousands a second, and the rest of the machine is idle.

Each process is a fork that makes its share of the checks, and sends the results as they come.
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

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.model import Graph
from tiktoktoe_cli.health.effects import LOOK_AROUND_NS, SilentObserver
from tiktoktoe_cli.health.facts import HealthFacts
from tiktoktoe_cli.health.parcels import packed
from tiktoktoe_cli.health.probes import load
from tiktoktoe_cli.health.round import conclude, unmade
from tiktoktoe_cli.health.runner import make_checks
from tiktoktoe_cli.health.session import check_once, open_effects
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.transport import loops
from tiktoktoe_cli.transport.loops import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from types import FrameType

    from tiktoktoe_cli.health.effects import HealthObserver
    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.round import Results
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import CheckSettings

_CHECKS_A_PROCESS: Final = 400
"""A process for fewer takes longer to start than it saves."""
_MOST_PROCESSES: Final = 4
_BATCH: Final = 32
_PARTING_S: Final = 5.0
_GRACE_NS: Final = 10 * NS_PER_S
"""How much longer than any check may take a process may be silent: it prepares, and the machine may be busy."""


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
    inputs: HealthInputs,
    observer: HealthObserver,
    should_stop: Callable[[], bool],
    count: int,
    grace_ns: int = _GRACE_NS,
) -> HealthFacts:
    """Make all checks once, shared among some processes; the observer hears which ones are over, and no more.

    A check whose process ends before its time, or says nothing for too long, is an error.
    """
    started_ns = inputs.clock.now()
    load(inputs.enabled)
    with frozen():  # what no collector writes to stays shared with the forks
        round_ = inputs.round()
        board = _Board(inputs.checks, unmade(round_), observer)
        parts = [_part(inputs, share, count) for share in _shares(inputs.checks, count)]
        patience_ns = max((check.timeout for check in inputs.enabled), default=0) + grace_ns
        is_stopped = _collect(parts, board, should_stop, patience_ns)
        if not is_stopped:
            board.give_up()
        services = conclude(round_, board.results)
        elapsed_ns = inputs.clock.now() - started_ns
    return HealthFacts(services, elapsed_ns, is_partial=is_stopped and bool(board.left))


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
    return replace(inputs, checks=share, graph=Graph({}), settings=settings)


def _collect(
    parts: Sequence[HealthInputs], board: _Board, should_stop: Callable[[], bool], patience_ns: int
) -> bool:
    """Take results until all processes have ended, or were silent for too long; tell whether they were stopped."""
    with ExitStack() as stack:
        silent_ns: dict[Connection, int] = {}
        for part in parts:
            silent_ns[stack.enter_context(_worker(part, tuple(silent_ns)))] = 0
        while silent_ns:
            ready = wait([*silent_ns], LOOK_AROUND_NS / NS_PER_S)
            for sender in [one for one in silent_ns if one in ready]:
                try:
                    batch = sender.recv()
                except (EOFError, OSError):  # it has ended, perhaps in the middle of a word
                    del silent_ns[sender]
                    continue
                silent_ns[sender] = 0
                for service, result in batch:
                    board.take(service, result)
            if not ready:  # time in which this process stood still itself does not count
                some = silent_ns.items()
                silent_ns = {one: ns + LOOK_AROUND_NS for one, ns in some if ns < patience_ns}
            if should_stop():
                return True
    return False


@contextmanager
def _worker(part: HealthInputs, others: tuple[Connection, ...]) -> Iterator[Connection]:
    """Start a process, and yield the connection over which it sends; it ends with us at the latest.

    It does not keep what we read with, from the `others` too: with us, nobody listens any more.
    """
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    args = (part, sending, (*others, receiving))
    process = context.Process(target=_work, args=args, daemon=True)
    process.start()
    sending.close()  # the process has its own, and with that one the connection ends
    try:
        yield receiving
    finally:
        receiving.close()
        process.terminate()
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGCONT)  # a stopped one would not hear it
        process.join(_PARTING_S)
        process.kill()
        process.join()


def _work(part: HealthInputs, connection: Connection, not_ours: tuple[Connection, ...]) -> None:
    """Be such a process. Ctrl-C reaches all of a terminal's processes; what it means here, the first one says."""
    for receiving in not_ours:
        receiving.close()
    sender = _Sender(connection)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, sender.stop)
    with suppress(BrokenPipeError):  # nobody listens any more
        loops.run(_make_checks(part, sender))
        sender.flush()


async def _make_checks(part: HealthInputs, sender: _Sender) -> None:
    """Make the checks, and keep nothing: what is sent is what is known."""
    async with open_effects(part, sender, sender.should_stop) as effects:
        await make_checks(part.checks, effects)


class _Sender(SilentObserver):
    """Sends the results of checks, some at a time, and all that there are when it is asked whether to stop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._batch: list[tuple[str, CheckResult]] = []
        self._is_stopped = False
        self._first = multiprocessing.parent_process()

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Send a result, or keep it for a moment."""
        self._batch.append((service, result))
        if len(self._batch) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Send what there is."""
        if self._batch:
            self._connection.send_bytes(packed(self._batch))
            self._batch = []

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take the signal to stop."""
        self._is_stopped = True

    def should_stop(self) -> bool:
        """Tell whether to stop, also because the first process is gone; the runner asks now and then."""
        self.flush()
        return self._is_stopped or (self._first is not None and self._first.pid != os.getppid())

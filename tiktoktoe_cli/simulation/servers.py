"""Services in virtual time: slots, a queue, work, calls, and what faults do to them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.simulation.outcomes import DOWN, ERROR, QUEUE_FULL, SUCCESS, passed_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.simulation.calls import CallPath
    from tiktoktoe_cli.simulation.chance import DrawNs
    from tiktoktoe_cli.simulation.engine import Engine, Waiting
    from tiktoktoe_cli.simulation.steps.step import Call


@dataclass(frozen=True, slots=True)
class Condition:
    """What the active faults do to a service."""

    error_rate: float = 0.0
    factor: float = 1.0
    shift_ns: int = 0
    is_down: bool = False


HEALTHY = Condition()


@dataclass(frozen=True, slots=True)
class Pool:
    """The replicas of a service taken together."""

    slots: int
    queue: int
    work: DrawNs
    chance: Callable[[], float]


class Server:
    """A service: requests get a slot or wait for one, keep it while the service works and calls, then give it back.

    Work goes on after its caller has given up: nobody tells the service.
    """

    def __init__(self, engine: Engine, pool: Pool) -> None:
        self.engine = engine
        self.pool = pool
        self.calls: tuple[CallPath, ...] = ()
        self.condition = HEALTHY
        self.arrivals = 0
        self._free = pool.slots
        self._queue: deque[Visit] = deque()
        self._visits: dict[Visit, None] = {}  # in order of arrival, as a set would not keep them

    def arrive(self, caller: Waiting, now_ns: int) -> None:
        """Take a request, or refuse it at once."""
        self.arrivals += 1
        if self.condition.is_down or not self.pool.slots:
            self.engine.answer(caller, DOWN)
        elif self._free:
            self._free -= 1
            self._begin(Visit(self, caller), now_ns)
        elif len(self._queue) < self.pool.queue:
            self._queue.append(Visit(self, caller))
        else:
            self.engine.answer(caller, QUEUE_FULL)

    def suffer(self, condition: Condition, now_ns: int) -> None:
        """Change what faults do from now on; one that takes the service down loses all it has."""
        self.condition = condition
        if condition.is_down:
            for visit in (*self._visits, *self._queue):
                visit.lose(now_ns)
                self.engine.answer(visit.caller, DOWN)
            self._visits.clear()
            self._queue.clear()
            self._free = self.pool.slots

    def leave(self, visit: Visit, now_ns: int, outcome: Outcome[Any]) -> None:
        """Answer a request and give its slot to the next one."""
        del self._visits[visit]
        self.engine.answer(visit.caller, outcome)
        if self._queue:
            self._begin(self._queue.popleft(), now_ns)
        else:
            self._free += 1

    def _begin(self, visit: Visit, now_ns: int) -> None:
        self._visits[visit] = None
        work_ns, condition = self.pool.work(), self.condition
        if condition is not HEALTHY:
            work_ns = int(work_ns * condition.factor) + condition.shift_ns
        self.engine.at(now_ns + work_ns, visit.worked)


class Visit:
    """One request inside one service; a fallback that it was served with makes its own answer a fallback."""

    __slots__ = ("_answer", "_call", "_is_lost", "_step", "caller", "server")

    def __init__(self, server: Server, caller: Waiting) -> None:
        self.server = server
        self.caller = caller
        self._is_lost = False
        self._step = 0
        self._call: Call | None = None
        self._answer = SUCCESS

    def lose(self, now_ns: int) -> None:
        """Take note that the service is gone, and with it the call that it was waiting for."""
        self._is_lost = True
        if self._call is not None:
            self._call.cancel(now_ns)

    def worked(self, now_ns: int) -> None:
        """Go on after the service's own work is done."""
        if self._is_lost:
            return
        server = self.server
        rate = server.condition.error_rate
        if rate and server.pool.chance() < rate:
            server.leave(self, now_ns, ERROR)
        else:
            self._proceed(now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Go on after a call: with the next one, or with a failure."""
        if self._is_lost:
            return
        if outcome.is_success:
            if outcome.covered is not None:
                self._answer = outcome
            self._proceed(now_ns)
        else:
            self.server.calls[self._step - 1].count_failure(outcome)
            self.server.leave(self, now_ns, passed_on(outcome))

    def _proceed(self, now_ns: int) -> None:
        calls, step = self.server.calls, self._step
        if step == len(calls):
            self.server.leave(self, now_ns, self._answer)
        else:
            self._step = step + 1
            self._call = calls[step].start(self, now_ns)

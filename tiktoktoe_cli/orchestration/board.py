"""Who may start and who may stop: the services of a run, moved by events. Pure.

    pending ─► starting ─► healthy | degraded | running ─► stopping ─► stopped
       │          └────────────┴──► failed                  ▲
       │                      starting ─────────────────────┘
       ├─► assumed    nobody starts or checks it
       └─► skipped    what it needs is lost, or the run ends before its turn

A service starts as soon as its own waits are over; what became of a service is recorded before anybody who waits
for it is looked at. A service is stopped when nobody who waited for it is up.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from tiktoktoe_cli.orchestration.moves import Announce, Launch, LimitWait, Stop
from tiktoktoe_cli.orchestration.records import ServiceRecord
from tiktoktoe_cli.orchestration.states import SERVING, Role, ServiceState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.orchestration.moves import Action, Broke, Launched, Ready, Stopped, WaitExpired
    from tiktoktoe_cli.orchestration.plan import Plan, Wait

_MAY_FAIL = {ServiceState.STARTING, *SERVING}
_LOSSES = {ServiceState.FAILED: "failed", ServiceState.SKIPPED: "was skipped"}


class Board:
    """The services of one run; `emit` takes the actions that follow from what happens.

    `failure` names the first loss that the run cannot do without.
    """

    def __init__(self, plan: Plan, concurrency: int, emit: Callable[[Action], None]) -> None:
        self.records = {name: ServiceRecord(planned) for name, planned in plan.services.items()}
        self.failure: str | None = None
        self.is_open = True
        self.now_ns = 0
        self._dependents = plan.dependents
        self._concurrency = concurrency
        self._emit = emit
        self._states = Counter({ServiceState.PENDING: len(self.records)})
        self._up = 0
        self._touched = deque(self.records)  # pending services to look at again
        self._free: deque[str] = deque()  # their waits are over; in the order in which that happened

    @property
    def is_settled(self) -> bool:
        """Tell whether every service has arrived somewhere: none is pending or starting."""
        return not self._states[ServiceState.PENDING] and not self._states[ServiceState.STARTING]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is left to stop."""
        return not self._up

    def _blocked_by(self, name: str) -> tuple[str, ...]:
        """Name what a service waits for; nothing if it only waits for a free place."""
        record = self.records[name]
        return tuple(wait.on for wait in record.plan.waits if not self._is_over(record, wait))

    def launch(self) -> None:
        """Launch what may be launched now, and skip what never will be."""
        while self._touched or self._has_room():
            if self._touched:
                self._reconsider(self.records[self._touched.popleft()])
            else:
                self._launch(self.records[self._free.popleft()])

    def close(self) -> None:
        """Launch nothing any more; stop what is up, in reverse order."""
        self.is_open = False
        for record in self.records.values():
            if record.state is ServiceState.PENDING:
                self._skip(record, self._loss_of(record) or "the run ended before its turn")
        for record in reversed(self.records.values()):
            self._stop_if_unused(record)

    def close_by_force(self) -> None:
        """Stop what is up at once, in no order: all of it has been killed, which is no failure of a service."""
        self.close()
        for record in self.records.values():
            if record.is_up and not record.is_stop_ordered:
                self._stop(record)

    def on_launched(self, event: Launched) -> None:
        """Note that a program runs."""
        record = self.records[event.service]
        if record.state is not ServiceState.STARTING:
            return
        record.is_launched = True
        self._touched.extend(self._dependents[record.name])
        if not record.plan.is_checked:
            self._serve(record, ServiceState.RUNNING)

    def on_ready(self, event: Ready) -> None:
        """Note that the checks of a service pass."""
        record = self.records[event.service]
        if record.state is ServiceState.STARTING:
            self._serve(
                record, ServiceState.DEGRADED if event.is_degraded else ServiceState.HEALTHY, event.note
            )

    def on_broke(self, event: Broke) -> None:
        """Note that a service is lost, unless it is being stopped: then its end is no news."""
        record = self.records[event.service]
        if record.is_stop_ordered:
            return
        if record.state in _MAY_FAIL:
            record.hint, record.output = event.hint, event.output
            self._fail(record, event.reason)
        if event.is_over:
            self._lower(record)

    def on_expired(self, event: WaitExpired) -> None:
        """Note that a service need not wait any longer for another one."""
        record = self.records[event.service]
        record.expired.add(event.on)
        self._touched.append(record.name)

    def on_stopped(self, event: Stopped) -> None:
        """Note that a service is over, or that it cannot be brought to an end."""
        record = self.records[event.service]
        record.stopped_ns = self.now_ns
        record.output = record.output or event.output
        if not event.is_over:
            record.is_stuck = True
            self._fail(record, event.note)
        elif record.state is ServiceState.STOPPING:
            record.reason = event.note or record.reason
            self._move(record, ServiceState.STOPPED, event.note)
        self._lower(record)

    def _is_over(self, record: ServiceRecord, wait: Wait) -> bool:
        return self.records[wait.on].ends(wait) or wait.on in record.expired

    def _has_room(self) -> bool:
        return bool(self._free) and self._states[ServiceState.STARTING] < self._concurrency

    def _reconsider(self, record: ServiceRecord) -> None:
        if record.state is not ServiceState.PENDING or record.is_free:
            return
        if loss := self._loss_of(record):
            self._skip(record, loss)
        elif blockers := self._blocked_by(record.name):
            self._announce_blockers(record, blockers)
        else:
            record.is_free = True
            self._free.append(record.name)

    def _loss_of(self, record: ServiceRecord) -> str | None:
        """Say which of the services that it must have is lost; None if there is still hope."""
        needs = (self.records[wait.on] for wait in record.plan.waits if wait.required)
        return next(
            (f"needs `{need.name}`, which {_LOSSES[need.state]}" for need in needs if need.is_lost), None
        )

    def _skip(self, record: ServiceRecord, reason: str) -> None:
        record.reason = reason
        self._move(record, ServiceState.SKIPPED, reason)

    def _announce_blockers(self, record: ServiceRecord, blockers: tuple[str, ...]) -> None:
        if blockers != record.blockers:
            record.blockers = blockers
            self._emit(Announce(record.name, record.state, f"waits for {', '.join(blockers)}"))

    def _launch(self, record: ServiceRecord) -> None:
        record.is_free = False
        lost = [wait for wait in record.plan.waits if not self.records[wait.on].reaches(wait.condition)]
        if any(wait.required for wait in lost):  # lost while it waited for a free place
            self._touched.append(record.name)
            return
        record.without = tuple(wait.on for wait in lost)
        if record.plan.role is Role.ASSUMED:
            self._move(record, ServiceState.ASSUMED)
            return
        record.started_ns = self.now_ns
        record.is_up = True
        self._up += 1
        self._move(record, ServiceState.STARTING)
        self._emit(Launch(record.name))
        self._limit_waits(record.name)

    def _limit_waits(self, name: str) -> None:
        for dependent in self._dependents[name]:
            for wait in self.records[dependent].plan.waits:
                if wait.on == name and wait.timeout_ns is not None and not wait.required:
                    self._emit(LimitWait(dependent, name, wait.timeout_ns))

    def _serve(self, record: ServiceRecord, state: ServiceState, note: str = "") -> None:
        record.reached = state
        record.reason = note
        record.served_ns = self.now_ns
        self._move(record, state, note)
        if record.plan.role is Role.AWAITED:
            self._lower(record)  # it is not ours to stop

    def _fail(self, record: ServiceRecord, reason: str) -> None:
        record.reason = reason
        if record.plan.is_essential and self.failure is None:
            self.failure = f"`{record.name}` {reason}"
        self._move(record, ServiceState.FAILED, reason)

    def _lower(self, record: ServiceRecord) -> None:
        if not record.is_up:
            return
        record.is_up = False
        self._up -= 1
        if not self.is_open:
            for wait in record.plan.waits:
                self._stop_if_unused(self.records[wait.on])

    def _stop_if_unused(self, record: ServiceRecord) -> None:
        is_used = any(self.records[name].is_up for name in self._dependents[record.name])
        if record.is_up and not record.is_stop_ordered and not is_used:
            self._stop(record)

    def _stop(self, record: ServiceRecord) -> None:
        record.is_stop_ordered = True
        record.stopping_ns = self.now_ns
        if record.state is not ServiceState.FAILED:
            self._move(record, ServiceState.STOPPING)
        self._emit(Stop(record.name))

    def _move(self, record: ServiceRecord, state: ServiceState, note: str = "") -> None:
        self._states[record.state] -= 1
        self._states[state] += 1
        record.state = state
        self._emit(Announce(record.name, state, note))
        self._touched.extend(self._dependents[record.name])

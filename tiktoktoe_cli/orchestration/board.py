"""Who may start and who may stop: the services of a run, moved by events. Pure.

    pending ─► starting ─► healthy | degraded | running ─► stopping ─► stopped
       │          └────────────┴──► failed                  ▲
       │          └────────────┴──► completed               │
       │                      starting ─────────────────────┘
       ├─► assumed    nobody starts or checks it
       └─► skipped    what it needs is lost, or the run ends before its turn

A service starts as soon as its own waits are over; what became of a service is recorded before anybody who waits
for it is looked at. A service is stopped when nobody who waited for it is up. One that can be rolled back is up
until that is done, or need not be, even if nothing of it runs.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, assert_never

from tiktoktoe_cli.orchestration.moves import (
    Announce,
    Broke,
    Completed,
    Launch,
    Launched,
    LimitWait,
    Printed,
    Ready,
    Stop,
    Stopped,
    WaitExpired,
)
from tiktoktoe_cli.orchestration.records import ServiceRecord
from tiktoktoe_cli.orchestration.states import ARRIVED, Role, ServiceState
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config.units import Duration
    from tiktoktoe_cli.orchestration.moves import Action, ServiceEvent
    from tiktoktoe_cli.orchestration.plan import Plan, Wait

_MAY_FAIL = {ServiceState.STARTING, *ARRIVED}
_OVER = {ServiceState.FAILED, ServiceState.COMPLETED}
_ON_THEIR_WAY = {ServiceState.PENDING, ServiceState.STARTING}
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
        return not any(self._states[state] for state in _ON_THEIR_WAY)

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

    def note(self, event: ServiceEvent) -> None:
        """Note what happened to a service."""
        match event:
            case Launched():
                self._on_launched(event)
            case Printed():
                self._on_printed(event)
            case Ready():
                self._on_ready(event)
            case Completed():
                self._on_completed(event)
            case Broke():
                self._on_broke(event)
            case WaitExpired():
                self._on_expired(event)
            case Stopped():
                self._on_stopped(event)
            case _:
                assert_never(event)

    def _on_launched(self, event: Launched) -> None:
        """Note that a program runs."""
        record = self.records[event.service]
        if record.state is not ServiceState.STARTING:
            return
        record.is_launched = True
        self._touched.extend(self._dependents[record.name])
        if not record.plan.tells_how_it_is:
            self._serve(record, ServiceState.RUNNING)

    def _on_printed(self, event: Printed) -> None:
        """Note that a service has printed its line."""
        self.records[event.service].has_printed = True
        self._touched.extend(self._dependents[event.service])

    def _on_ready(self, event: Ready) -> None:
        """Note that a service is ready: healthy, if it has checks that could tell."""
        record = self.records[event.service]
        if record.state is ServiceState.STARTING:
            well = ServiceState.HEALTHY if record.plan.is_checked else ServiceState.RUNNING
            self._serve(record, ServiceState.DEGRADED if event.is_degraded else well, event.note)

    def _on_completed(self, event: Completed) -> None:
        """Note that a service has ended well, unless it is being stopped: then its end is no news."""
        record = self.records[event.service]
        if not record.is_stop_ordered:
            record.is_launched = True
            self._serve(record, ServiceState.COMPLETED, event.note)
            self._end(record)

    def _on_broke(self, event: Broke) -> None:
        """Note that a service is lost, unless it is being stopped: then its end is no news."""
        record = self.records[event.service]
        if record.is_stop_ordered:
            return
        if record.state in _MAY_FAIL:
            record.hint, record.output = event.hint, event.output
            self._fail(record, event.reason)
        if event.is_over:
            self._end(record)

    def on_late(self, deadline: Duration) -> None:
        """Note that the services together had this long for their start, and have not all arrived."""
        late = [one.name for one in self.records.values() if one.state in _ON_THEIR_WAY]
        self.failure = self.failure or f"{listed(late, limit=3)} had not arrived within {deadline}"

    def _on_expired(self, event: WaitExpired) -> None:
        """Note that a service need not wait any longer for another one."""
        record = self.records[event.service]
        record.expired.add(event.on)
        self._touched.append(record.name)

    def _on_stopped(self, event: Stopped) -> None:
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
        elif event.note:
            record.reason = "; ".join(part for part in (record.reason, event.note) if part)
            self._emit(Announce(record.name, record.state, record.reason))
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
        record.served_ns = record.served_ns or self.now_ns
        self._move(record, state, note)
        if record.plan.role is Role.AWAITED:
            self._lower(record)  # it is not ours to stop

    def _fail(self, record: ServiceRecord, reason: str) -> None:
        record.reason = reason
        if record.plan.is_essential and self.failure is None:
            self.failure = f"`{record.name}` {reason}"
        self._move(record, ServiceState.FAILED, reason)

    def _end(self, record: ServiceRecord) -> None:
        """Note that nothing of a service runs; if it can be rolled back, that may be left to do."""
        if record.is_stop_ordered or not record.plan.can_roll_back:
            self._lower(record)
        elif not self.is_open:
            self._stop_if_unused(record)

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
        if record.state not in _OVER:
            self._move(record, ServiceState.STOPPING)
        self._emit(Stop(record.name, roll_back=self.failure is not None and record.plan.can_roll_back))

    def _move(self, record: ServiceRecord, state: ServiceState, note: str = "") -> None:
        self._states[record.state] -= 1
        self._states[state] += 1
        record.state = state
        self._emit(Announce(record.name, state, note))
        self._touched.extend(self._dependents[record.name])

"""Plans for tests, written short or drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from signal import SIGINT

from hypothesis import strategies as st

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.moves import (
    Action,
    Announce,
    Broke,
    CancelJob,
    Completed,
    DeadlinePassed,
    Event,
    JobEnded,
    JobOutcome,
    Launch,
    Launched,
    LimitStart,
    LimitWait,
    Printed,
    Ready,
    RunJob,
    Stop,
    StopAsked,
    Stopped,
    WaitExpired,
)
from tiktoktoe_cli.orchestration.plan import Plan, PlannedService, StartLimit, Wait
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.states import JobState, Role

DONE = JobOutcome(JobState.DONE, "done")
LIMIT = StartLimit(Duration.of(60), "orchestration.start_timeout")


def plan(*services: PlannedService) -> Plan:
    """Make a plan of services that are given in an order in which they could start."""
    return Plan({service.name: service for service in services}, OrchestrationSettings())


def service(name: str, *waits: str | Wait, role: Role = Role.STARTED, checked: bool = True) -> PlannedService:
    """Make an essential service that waits for others to be healthy."""
    each = tuple(wait if isinstance(wait, Wait) else Wait(wait) for wait in waits)
    return PlannedService(name, LIMIT, role, checked, waits=each)


def optional(name: str, *waits: str | Wait) -> PlannedService:
    """Make a service that the run can do without."""
    each = tuple(wait if isinstance(wait, Wait) else Wait(wait) for wait in waits)
    return PlannedService(name, LIMIT, waits=each, is_essential=False)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a plan of up to eight services; each waits for some of those before it."""
    services: list[PlannedService] = []
    for number in range(draw(st.integers(1, 8))):
        chosen = draw(st.lists(st.sampled_from(range(number)), unique=True)) if number else []
        waits = tuple(
            Wait(
                f"s{target}",
                draw(st.sampled_from(Condition)),
                draw(st.booleans()),
                draw(st.sampled_from([None, 5])),
            )
            for target in chosen
        )
        role = draw(st.sampled_from([Role.STARTED, Role.STARTED, Role.STARTED, Role.AWAITED, Role.ASSUMED]))
        checked = role is Role.AWAITED or draw(st.booleans())
        services.append(
            PlannedService(
                f"s{number}",
                LIMIT,
                role,
                checked,
                has_ready_line=draw(st.booleans()),
                can_roll_back=draw(st.booleans()),
                waits=waits,
                is_essential=draw(st.booleans()),
            )
        )
    return plan(*(_with_its_end(service, services) for service in services))


def _with_its_end(service: PlannedService, services: list[PlannedService]) -> PlannedService:
    """Note how the end of a service is waited for, as a plan does."""
    awaited = {wait.condition for other in services for wait in other.waits if wait.on == service.name}
    ends = (Condition.COMPLETED_SUCCESSFULLY, Condition.COMPLETED)
    end = next((one for one in ends if one in awaited), None)
    return replace(service, awaited_end=end if service.role is Role.STARTED else None)


@dataclass(slots=True)
class World:
    """Carries out actions as the real world might: it knows which events can happen next."""

    plan: Plan
    possible: list[Event] = field(default_factory=lambda: [StopAsked(SIGINT)])
    running: set[str] = field(default_factory=set)
    launched: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    @property
    def harmless(self) -> list[Event]:
        """The possible events that bring the run forward."""
        return [event for event in self.possible if not _is_trouble(event)]

    def carry_out(self, action: Action) -> None:
        """Begin what an action asks for."""
        match action:
            case Launch(name):
                self.launched.append(name)
                self.running.add(name)
                self.possible += [Launched(name), Broke(name, "could not start", is_over=True)]
            case LimitStart():
                self.possible.append(DeadlinePassed())
            case Stop(name):
                self.stopped.append(name)
                # it may still end by itself before it is found stopped
                self._forget(name)
                self.possible += [Stopped(name), Broke(name, "died", is_over=True)]
            case LimitWait(name, on):
                self.possible.append(WaitExpired(name, on))
            case RunJob(index):
                unfinished = JobOutcome(JobState.UNFINISHED, "destination down")
                self.possible += [JobEnded(index, DONE), JobEnded(index, unfinished)]
            case Announce() | CancelJob():
                pass

    def happen(self, event: Event) -> None:  # noqa: C901  # one case an event
        """Note that one of the possible events happened, and what becomes possible by it."""
        match event:
            case Launched(name):
                self._launch(name)
            case Printed(name):
                self.possible.remove(event)
                self._get_ready(name)
            case Completed(name):
                self._forget(name)
                self.running.discard(name)
            case Ready(name):
                self._forget(name)
                self.possible.append(self._end_of(name))
                if self.plan.services[name].role is Role.AWAITED:
                    self._forget(name)
                    self.running.discard(name)
            case Broke():
                self._break(event)
            case Stopped(name):
                self.running.discard(name)
                self._forget(name)
            case JobEnded():
                self.possible = [other for other in self.possible if not isinstance(other, JobEnded)]
            case StopAsked():
                self._ask_to_stop(event)
            case WaitExpired() | DeadlinePassed():
                self.possible.remove(event)

    def _launch(self, name: str) -> None:
        planned = self.plan.services[name]
        self._forget(name)
        self.possible.append(Broke(name, "died", is_over=True))
        if planned.has_ready_line and planned.role is Role.STARTED:
            self.possible.append(Printed(name))
        elif planned.tells_how_it_is:
            self._get_ready(name)

    def _get_ready(self, name: str) -> None:
        planned = self.plan.services[name]
        if planned.awaited_end and not planned.is_checked:
            self.possible.append(Completed(name))
        elif planned.is_checked:
            self.possible += [Ready(name), Ready(name, is_degraded=True)]
            self.possible.append(Broke(name, "never healthy", is_over=False))
        else:
            self.possible.append(Ready(name))

    def _end_of(self, name: str) -> Event:
        """Return how a service ends by itself: a loss, unless its end is waited for."""
        is_awaited = self.plan.services[name].awaited_end is not None
        return Completed(name) if is_awaited else Broke(name, "died", is_over=True)

    def _ask_to_stop(self, event: StopAsked) -> None:
        self.possible.remove(event)
        if not event.is_forced:
            self.possible.append(StopAsked(SIGINT, is_forced=True))

    def _break(self, event: Broke) -> None:
        name = event.service
        self._forget(name)
        if name in self.stopped:
            self.possible.append(Stopped(name))
        elif event.is_over:
            self.running.discard(name)
        else:
            self.possible.append(Broke(name, "died", is_over=True))

    def _forget(self, name: str) -> None:
        self.possible = [
            event
            for event in self.possible
            if isinstance(event, WaitExpired | StopAsked | JobEnded | DeadlinePassed) or event.service != name
        ]


def _is_trouble(event: Event) -> bool:
    if isinstance(event, JobEnded):
        return event.outcome.state is JobState.UNFINISHED
    return isinstance(event, Broke | WaitExpired | StopAsked | DeadlinePassed)

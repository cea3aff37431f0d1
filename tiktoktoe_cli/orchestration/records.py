"""What is remembered of each service and job of a run: where it stands, since when, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.states import ARRIVED, LOST, Role, ServiceState

if TYPE_CHECKING:
    from tiktoktoe_cli.orchestration.moves import JobOutcome
    from tiktoktoe_cli.orchestration.plan import PlannedService, Wait


@dataclass(slots=True)
class ServiceRecord:
    """One service in a run; times are those of the events, in nanoseconds.

    `is_up` holds from the decision to launch until nothing is left to stop; `reached` is how well it was once it
    served; `without` names what it was started without.
    """

    plan: PlannedService
    state: ServiceState = ServiceState.PENDING
    reached: ServiceState | None = None
    blockers: tuple[str, ...] = ()  # as last announced
    is_free: bool = False
    is_launched: bool = False
    has_printed: bool = False  # its line
    is_up: bool = False
    is_stop_ordered: bool = False
    is_stuck: bool = False  # it does not end, not even when killed
    reason: str = ""
    hint: str | None = None
    output: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    expired: set[str] = field(default_factory=set)
    started_ns: int | None = None
    served_ns: int | None = None
    stopping_ns: int | None = None
    stopped_ns: int | None = None

    @property
    def name(self) -> str:
        """The service."""
        return self.plan.name

    def reaches(self, condition: Condition) -> bool:
        """Tell whether whoever waits for the condition has what it needs.

        Of a service that somebody else runs only its health is known.
        """
        is_starting = self.state is ServiceState.STARTING
        if self.plan.role is Role.STARTED:
            match condition:
                case Condition.STARTED if is_starting:
                    return self.is_launched
                case Condition.READY_LINE if self.plan.has_ready_line and is_starting:
                    return self.has_printed
                case Condition.COMPLETED | Condition.COMPLETED_SUCCESSFULLY:
                    return self.state is ServiceState.COMPLETED
        return self.state in ARRIVED

    @property
    def is_lost(self) -> bool:
        """Tell whether it will never serve, or no longer."""
        return self.state in LOST

    def ends(self, wait: Wait) -> bool:
        """Tell whether a wait for this service is over, one way or the other."""
        return self.reaches(wait.condition) or (self.is_lost and not wait.required)


@dataclass(slots=True)
class JobRecord:
    """One job in a run; `outcome` stays None if it is never begun."""

    outcome: JobOutcome | None = None
    began_ns: int | None = None
    ended_ns: int | None = None

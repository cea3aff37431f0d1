"""What a health check found out: expectations, attempts, checks, services, the system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.expressions.conditions import ConditionResult
    from tiktoktoe_cli.health.documents import HealthDocument
    from tiktoktoe_cli.transport import Timing, TlsSession


class HealthState(StrEnum):
    """How a check or a service is, from best to worst."""

    SKIPPED = "skipped"  # nothing is known: it has no check, or none that was made
    HEALTHY = "healthy"
    MAINTENANCE = "maintenance"  # it fails while it is worked on, or while something is that it needs
    DEGRADED = "degraded"  # it works, but not as it should, or without something that it can do without
    UNREACHABLE = "unreachable"  # it fails, and so does something that it needs
    ERROR = "error"  # the check itself could not be carried out
    UNHEALTHY = "unhealthy"

    @property
    def is_passing(self) -> bool:
        """Ask whether a service in this state does its work."""
        return self in {HealthState.HEALTHY, HealthState.DEGRADED}

    @property
    def is_failing(self) -> bool:
        """Ask whether a service in this state was seen not to do its work."""
        return self in {HealthState.UNREACHABLE, HealthState.ERROR, HealthState.UNHEALTHY}


_ORDER = tuple(HealthState)


def worst(states: Iterable[HealthState]) -> HealthState:
    """Return the worst of some states; skipped if there are none."""
    return max(states, key=_ORDER.index, default=HealthState.SKIPPED)


class Demand(StrEnum):
    """Which list an expectation stands in, and so what it means if it does not hold."""

    EXPECT = "expect"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of a check, and what became of it."""

    demand: Demand
    result: ConditionResult


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a check."""

    state: HealthState
    detail: str
    elapsed_ns: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check, after its last attempt: its expectations, document, session and phases are those of that attempt.

    `detail` is what was wrong, in one line, and empty if all was well; `error` is the reason why there was no
    complete answer, and empty if there was one. `target` is who was asked, without credentials. `is_tls_read` says
    that the certificates matter to the verdict.
    """

    name: str
    kind: str
    state: HealthState
    detail: str
    error: str
    timing: Timing
    expectations: tuple[Expectation, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    target: str = ""
    document: HealthDocument | None = None
    session: TlsSession | None = None
    is_tls_read: bool = False

    @property
    def passed_after_retry(self) -> bool:
        """Whether it passed, but not at once."""
        return self.state.is_passing and len(self.attempts) > 1


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service: its checks, and the state that follows from them and from what it depends on.

    `cause` names the services that are to blame, if that is not this one itself; `affected` names those that
    suffer from this one; `note` says why a wait for it ended without health; `group` is empty if it has none.
    """

    name: str
    state: HealthState
    checks: tuple[CheckResult, ...]
    cause: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """The health of a system, service by service in the order of its graph.

    It is `partial` if it was broken off: checks that were not over by then are skipped.
    """

    services: tuple[ServiceHealth, ...]
    elapsed_ns: int
    is_partial: bool = False

    @property
    def is_healthy(self) -> bool:
        """Ask whether something was checked, and nothing that was checked fails."""
        states = {service.state for service in self.services}
        return (
            states != {HealthState.SKIPPED} and not any(state.is_failing for state in states) and bool(states)
        )

    @property
    def is_degraded(self) -> bool:
        """Ask whether a service works, but not as it should."""
        return any(service.state is HealthState.DEGRADED for service in self.services)

    @property
    def causes(self) -> tuple[ServiceHealth, ...]:
        """The services that fail by themselves."""
        return tuple(service for service in self.services if service.state.is_failing and not service.cause)

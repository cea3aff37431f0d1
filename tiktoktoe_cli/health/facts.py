"""What a health check found out: expectations, attempts, checks, services, the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.report.facts import Json
    from tiktoktoe_cli.transport import Timing


class HealthState(StrEnum):
    """How a check or a service is, from best to worst."""

    UNCHECKED = "unchecked"  # nothing is known: it has no check
    HEALTHY = "healthy"
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
    """Return the worst of some states; unchecked if there are none."""
    return max(states, key=_ORDER.index, default=HealthState.UNCHECKED)


class Demand(StrEnum):
    """Which list an expectation stands in, and so what it means if it does not hold."""

    EXPECT = "expect"
    WARN = "warn"


class ExpectationOutcome(StrEnum):
    """What became of one expectation; only `held` is a pass."""

    HELD = "held"
    BROKEN = "broken"
    NO_VALUE = "no-value"  # something that it reads is missing, or its value is not true or false


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation, evaluated: the values it saw by name, and what was missing, or why else it has no value."""

    text: str
    demand: Demand
    outcome: ExpectationOutcome
    saw: Mapping[str, Json] = field(default_factory=dict)
    missing: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a check."""

    state: HealthState
    detail: str
    elapsed_ns: int


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check, after its last attempt: its expectations, remarks and phases are those of that attempt.

    `detail` is what was wrong, in one line, and empty if all was well; `error` is the reason why there was no
    complete answer, and empty if there was one.
    """

    name: str
    kind: str
    state: HealthState
    detail: str
    error: str
    timing: Timing
    expectations: tuple[ExpectationResult, ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service: its checks, and the state that follows from them and from what it depends on.

    `cause` names the services that are to blame, if that is not this one itself; `affected` names those that
    suffer from this one; `note` says why a wait for it ended without health.
    """

    name: str
    state: HealthState
    checks: tuple[CheckResult, ...]
    cause: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """The health of a system, service by service in the order of its graph."""

    services: tuple[ServiceHealth, ...]
    elapsed_ns: int

    @property
    def is_healthy(self) -> bool:
        """Ask whether something was checked, and nothing that was checked fails."""
        checked = [service for service in self.services if service.checks]
        return bool(checked) and all(service.state.is_passing for service in checked)

    @property
    def causes(self) -> tuple[ServiceHealth, ...]:
        """The services that fail by themselves."""
        return tuple(service for service in self.services if service.state.is_failing and not service.cause)

"""What a health check found out: expectations, attempts, checks, services, the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.expressions.conditions import ConditionResult
    from tiktoktoe_cli.health.documents import HealthDocument
    from tiktoktoe_cli.health.state import Demand
    from tiktoktoe_cli.transport import Timing, TlsSession


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
    that the certificates matter to the verdict. `values` is what was answered, if that was to be kept.
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
    values: Mapping[str, Any] = field(default_factory=dict)  # Any: CEL values

    @property
    def passed_after_retry(self) -> bool:
        """Whether it passed, but not at once."""
        return self.state.is_passing and len(self.attempts) > 1


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service: its checks, and the state that follows from them and from what it depends on.

    `cause` names the services that are to blame, if that is not this one itself, and `planned` those of them that are
    in maintenance; `affected` names those that suffer from this one; `note` says why a wait for it ended without
    health; `group` is empty if it has none.
    """

    name: str
    state: HealthState
    checks: tuple[CheckResult, ...]
    cause: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """The health of a system, service by service in the order of its graph.

    `is_partial` says that the run was broken off: checks that were not over by then are skipped.
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
        """The services that fail by themselves, and those in maintenance because of which others fail."""
        blamed = {cause for service in self.services if service.state.is_failing for cause in service.cause}
        return tuple(
            service
            for service in self.services
            if service.name in blamed or (service.state.is_failing and not service.cause)
        )

    def exit_code(self, *, strict: bool = False) -> ExitCode:
        """Say how a command that asks for health ends; if it is `strict`, what is degraded is a no.

        Where nothing is wrong but that checks could not be carried out, the answer was not found out.
        """
        failing = {service.state for service in self.services if service.state.is_failing}
        if failing - {HealthState.ERROR} or (strict and self.is_degraded):
            return ExitCode.NO
        if failing:
            return ExitCode.UNFINISHED
        return ExitCode.YES if self.is_healthy else ExitCode.NO

"""The checks of a system one by one, each in the light of its service: what every form of the answer shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.facts import CheckResult, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CAUSES: Final = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One check of one service."""

    service: ServiceHealth
    check: CheckResult

    @property
    def name(self) -> str:
        """What both are called together."""
        return f"{self.service.name}/{self.check.name}"

    @property
    def state(self) -> HealthState:
        """The state of the check in the light of its service: what it found may be somebody else's fault."""
        own, service = self.check.state, self.service
        if own.is_failing and service.state is HealthState.MAINTENANCE:
            return HealthState.MAINTENANCE
        if not service.cause or own is HealthState.SKIPPED:
            return own
        return HealthState.UNREACHABLE if own.is_failing else HealthState.DEGRADED

    @property
    def detail(self) -> str:
        """What is wrong and on whose account, in one line; empty if all is well."""
        blamed = self.service.cause if self.is_made else ()
        because = [f"because of {listed(blamed, MOST_CAUSES)}"] if blamed else []
        return "; ".join([*because, *([self.check.detail] if self.check.detail else [])])

    @property
    def is_made(self) -> bool:
        """Whether the check was made."""
        return self.check.state is not HealthState.SKIPPED


def rows_of(facts: HealthFacts) -> Iterator[Row]:
    """Go through the checks, service by service."""
    for service in facts.services:
        for check in service.checks:
            yield Row(service, check)

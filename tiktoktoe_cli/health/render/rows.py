"""The checks of a system one by one, and whom to blame: what every form of the answer shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tiktoktoe_cli.health.root_cause import state_of_check
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tiktoktoe_cli.health.facts import CheckResult, HealthFacts, ServiceHealth

MOST_NAMES: Final = 3
"""How many services a line names before it counts them."""


def name_causes(causes: Collection[str], planned: Collection[str] = ()) -> str:
    """Name services that are to blame, and say which of them are in maintenance: `cache`, which is in maintenance."""
    names = listed(causes, MOST_NAMES)
    if not planned:
        return names
    which = "which" if len(planned) == len(causes) else f"of which {listed(planned, MOST_NAMES)}"
    return f"{names}, {which} {'is' if len(planned) == 1 else 'are'} in maintenance"


class Blaming(Protocol):
    """What may be as it is because of others: the health of a service, or a change of it."""

    @property
    def cause(self) -> tuple[str, ...]:
        """The services that are to blame."""
        ...

    @property
    def planned(self) -> tuple[str, ...]:
        """Those of them that are in maintenance."""
        ...


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
        """The state of the check: its own, but where it fails, that may be planned, or somebody else's fault."""
        return state_of_check(self.service, self.check.state)

    @property
    def cause(self) -> tuple[str, ...]:
        """Because of whom it fails; nobody if it does not, or by itself."""
        return self.service.cause if self.check.state.is_failing else ()

    @property
    def because(self) -> str:
        """The same in words; empty if it is nobody."""
        return because_of(self.service) if self.cause else ""

    @property
    def detail(self) -> str:
        """What is wrong and on whose account, in one line; empty if all is well."""
        return "; ".join(filter(None, [self.because, self.check.detail]))

    @property
    def is_made(self) -> bool:
        """Whether the check was made."""
        return self.check.state is not HealthState.SKIPPED


def because_of(blaming: Blaming) -> str:
    """Say because of whom something is as it is; empty if that is nobody else."""
    return f"because of {name_causes(blaming.cause, blaming.planned)}" if blaming.cause else ""


def rows_of(facts: HealthFacts) -> Iterator[Row]:
    """Go through the checks, service by service."""
    for service in facts.services:
        for check in service.checks:
            yield Row(service, check)

"""What a person wants to know beside the verdict: what hangs on each cause, and where the time went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.rows import MOST_NAMES, rows_of
from tiktoktoe_cli.transport.variables import PHASES, phases_of
from tiktoktoe_cli.words import duration, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.health.facts import HealthFacts, ServiceHealth


def remarks_of(facts: HealthFacts) -> tuple[str, ...]:
    """Write a line for each of the first causes that others hang on, and one for the slowest of each phase."""
    causes = [service for service in facts.causes if service.affected]
    return (*map(_hanging, causes[:MOST_NAMES]), *_slowest(facts))


def slowest_of(facts: HealthFacts) -> dict[str, tuple[str, int]]:
    """Name for each phase the check in which it took longest, and its nanoseconds; phases that no check had lack."""
    spent = [(row.name, phases_of(row.check.timing)) for row in rows_of(facts) if row.is_made]
    return {
        phase: max(
            ((name, phases[phase]) for name, phases in spent if phase in phases), key=lambda one: one[1]
        )
        for phase in PHASES
        if any(phase in phases for _, phases in spent)
    }


def _hanging(cause: ServiceHealth) -> str:
    said = next((check.detail for check in cause.checks if check.state.is_failing and check.detail), "")
    verb = "hangs" if len(cause.affected) == 1 else "hang"
    return f"{listed(cause.affected)} {verb} on {quoted(cause.name)}" + (f": {said}" if said else "")


def _slowest(facts: HealthFacts) -> Iterator[str]:
    if sum(row.is_made for row in rows_of(facts)) > 1:
        phases = slowest_of(facts)
        phases.pop("total", None)
        words = [
            f"{phase} {duration(ns / NS_PER_S)} of {quoted(name)}"
            for phase, (name, ns) in phases.items()
            if ns
        ]
        yield from [f"slowest: {', '.join(words)}"] if words else []

"""What is different between two systems: their parts, what is predicted of them, the start order, cycles, findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.changes.parts import Part, Row, part_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.changes.parts import PartChange
    from tiktoktoe_cli.graph.starting.plan import Waves


@dataclass(frozen=True, slots=True)
class WaveChange:
    """A service that starts in another wave than before."""

    name: str
    before: int
    after: int

    @property
    def row(self) -> Row:
        """Which difference this is."""
        return Row(Part.START, (self.name,))


@dataclass(frozen=True, slots=True)
class Difference:
    """All that is different, by name; what is `new` is only in the second system, what is `gone` only in the first.

    A cycle is new if it holds a service that was in none with all the others of it.
    """

    old: Edition
    new: Edition
    changes: tuple[PartChange, ...]
    wave_changes: tuple[WaveChange, ...]
    new_cycles: tuple[Cycle, ...]
    gone_cycles: tuple[Cycle, ...]
    new_findings: tuple[Problem, ...]
    gone_findings: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is different."""
        return not (self.changes or self.new_findings or self.gone_findings)

    def of(self, part: Part) -> tuple[PartChange, ...]:
        """Return the changes of one kind of parts."""
        return tuple(change for change in self.changes if change.part is part)


def row_of_cycle(cycle: Cycle) -> Row:
    """Tell which difference it is that a cycle is there or not."""
    return Row(Part.CYCLE, tuple(edge.source for edge in cycle.edges))


def row_of_finding(finding: Problem) -> Row:
    """Tell which difference it is that a finding is there or not."""
    return Row(Part.FINDING, finding.identity)


def compare(old: Edition, new: Edition) -> Difference:
    """Compare two systems; findings are the same if their rule and what they are about are."""
    return Difference(
        old=old,
        new=new,
        changes=tuple(part_changes(old, new)),
        wave_changes=tuple(_wave_changes(old.waves or (), new.waves or ())),
        new_cycles=tuple(_only_in(new.cycles, old.cycles)),
        gone_cycles=tuple(_only_in(old.cycles, new.cycles)),
        new_findings=_without(new.findings, old.findings),
        gone_findings=_without(old.findings, new.findings),
    )


def _wave_changes(old: Waves, new: Waves) -> Iterator[WaveChange]:
    """Compare the start waves; in a system without a start order, no service has one."""
    before, after = wave_numbers(old), wave_numbers(new)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield WaveChange(name, before[name], after[name])


def _only_in(cycles: tuple[Cycle, ...], others: tuple[Cycle, ...]) -> Iterator[Cycle]:
    for cycle in cycles:
        if not any(cycle.component <= other.component for other in others):
            yield cycle


def _without(findings: tuple[Problem, ...], others: tuple[Problem, ...]) -> tuple[Problem, ...]:
    known = {finding.identity for finding in others}
    return tuple(finding for finding in findings if finding.identity not in known)

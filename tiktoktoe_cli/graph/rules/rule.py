"""What a rule is: what it looks at, what it finds, and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Problem

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Place, Severity
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.settings import CapacitySettings


@dataclass(frozen=True, slots=True)
class Operations:
    """What other sections of the configuration say about the services, as far as rules ask for it.

    `checked` have health checks.
    """

    checked: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules look at: the graph, the machines if any are declared, and how the services are operated."""

    graph: Graph
    capacity: CapacitySettings | None = None
    operations: Operations = Operations()


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of a rule.

    `about` names the services (or whatever else) that it is about, the same as long as the violation is; `related`
    names other places that matter, without those that are unknown.
    """

    message: str
    place: Place | None
    hint: str | None = None
    related: tuple[tuple[str, Place], ...] = ()
    about: tuple[str, ...] = ()


Check: TypeAlias = Callable[[Subject], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable id, how much it matters, its explanation, and the function that finds violations."""

    id: str
    severity: Severity
    title: str
    why: str
    example: str
    fix: str
    check: Check

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Yield every violation as a problem with this rule's id and severity."""
        for found in self.check(subject):
            yield Problem(
                self.id, found.message, found.place, found.hint, self.severity, found.related, found.about
            )

    def explanation(self) -> str:
        """Write what the rule means, for `config explain`."""
        example = "\n".join(f"    {line}" for line in self.example.splitlines())
        return f"{self.id} {self.severity}: {self.title}\n\n{self.why}\n\nexample:\n{example}\n\nfix: {self.fix}\n"


def located(*notes: tuple[str, Place | None]) -> tuple[tuple[str, Place], ...]:
    """Keep the notes whose place is known."""
    return tuple((words, place) for words, place in notes if place is not None)

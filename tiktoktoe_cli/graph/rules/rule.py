"""What a rule is: what it looks at, what it finds, and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.rules.settings import GraphSettings, Level

if TYPE_CHECKING:
    from tiktoktoe_cli.config.units import Duration
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.rules.fitting import Fitting
    from tiktoktoe_cli.graph.settings import CapacitySettings

Path: TypeAlias = tuple[str | int, ...]
"""The keys that lead to a value of the configuration."""


def _never(*_path: str | int) -> bool:
    """Know of no text without quotes: the graph was read from no file."""
    return False


@dataclass(frozen=True, slots=True)
class Operations:
    """What other sections of the configuration say about the services, as far as rules ask for it.

    `uses` tells for services which others they are started with the address of, and where that is written. `deadline`
    limits the start of them all.
    """

    abilities: Abilities = field(default_factory=Abilities)
    uses: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)
    deadline: Duration | None = None


@dataclass(frozen=True)  # no slots: what several rules ask for is found out once
class Subject:
    """What rules look at: the graph, the machines if any are declared, how the services are operated, how strict to be.

    `is_bare` tells of a text's path whether it stands in the file without quotes.
    """

    graph: Graph
    capacity: CapacitySettings | None = None
    operations: Operations = Operations()
    settings: GraphSettings = field(default_factory=GraphSettings)
    is_bare: Callable[..., bool] = field(default=_never, compare=False, repr=False)

    @cached_property
    def fitting(self) -> Fitting:
        """Which versions suit whom."""
        from tiktoktoe_cli.graph.rules.fitting import fit

        return fit(self.graph)

    @cached_property
    def study(self) -> Study | None:
        """How the services fit on the machines, if any are declared."""
        from tiktoktoe_cli.graph.capacity import study_capacity

        return study_capacity(self.graph, self.capacity) if self.capacity else None


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
    """One rule: its stable id, how much it matters, its explanation, and the function that finds violations.

    With `gathered`, a person is told of all violations at once, in the words that it makes of what each is about.
    """

    id: str
    severity: Severity
    title: str
    why: str
    example: str
    fix: str
    check: Check
    gathered: Callable[[Sequence[tuple[str, ...]]], str] | None = None

    def severity_in(self, settings: GraphSettings) -> Severity | None:
        """Return how much it matters under these settings, None if it is off."""
        level = settings.severity.get(self.id, Level(self.severity))
        return None if level is Level.OFF else Severity(level)

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Yield every violation as a problem; none if the rule is off."""
        if severity := self.severity_in(subject.settings):
            for found in self.check(subject):
                yield self.problem(found, severity)

    def problem(self, found: Finding, severity: Severity) -> Problem:
        """Make a problem with this rule's id."""
        return Problem(self.id, found.message, found.place, found.hint, severity, found.related, found.about)

    def gather(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """Make one problem of many, if the rule is one of those; the first has the place, the others are notes."""
        if self.gathered is None or len(problems) < 2:  # noqa: PLR2004  # one is not many
            return tuple(problems)
        names = [problem.about for problem in problems]
        others = located(*((problem.message, problem.place) for problem in problems[1:]))
        together = dict.fromkeys(name for about in names for name in about)
        return (replace(problems[0], message=self.gathered(names), related=others, about=tuple(together)),)


def located(*notes: tuple[str, Place | None]) -> tuple[tuple[str, Place], ...]:
    """Keep the notes whose place is known."""
    return tuple((words, place) for words, place in notes if place is not None)

"""What a rule is: what it looks at, what it finds, and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.rules.settings import GraphSettings, Level
from tiktoktoe_cli.report.facts import RuleText

if TYPE_CHECKING:
    from tiktoktoe_cli.config.units import Duration
    from tiktoktoe_cli.errors import KeyPath, Place
    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.rules.compatibility import Compatibility
    from tiktoktoe_cli.graph.settings import CapacitySettings


def _never(*_path: str | int) -> bool:
    """Know of no text without quotes: the graph was read from no file."""
    return False


@dataclass(frozen=True, slots=True)
class Operations:
    """What other sections of the configuration say about the services, as far as rules and comparisons ask for it.

    `uses` tells for services which others they are started with the address of, and where that is written. `deadline`
    limits the start of them all. `checks` tells for services whom their health checks ask, by the names of these; None
    where that depends on variables that are not set.
    """

    abilities: Abilities = field(default_factory=Abilities)
    uses: Mapping[str, Mapping[str, KeyPath]] = field(default_factory=dict)
    deadline: Duration | None = None
    checks: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)


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
    def compatibility(self) -> Compatibility:
        """Which versions suit whom."""
        from tiktoktoe_cli.graph.rules.compatibility import compatibility_of

        return compatibility_of(self.graph)

    @cached_property
    def study(self) -> Study | None:
        """How the services fit on the machines, if any are declared."""
        from tiktoktoe_cli.graph.capacity import study_capacity

        return study_capacity(self.graph, self.capacity) if self.capacity else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of a rule; `hint` says what helps here, if that is more than the rule's `fix` says.

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

    With `gathered`, a person is told of all violations at once, in the words that it makes of them; `by_service`, of
    those that are about the same service first of all.
    One that `needs_order` finds nothing, or not all, while services wait for each other in a circle.
    """

    id: str
    severity: Severity
    title: str
    why: str
    example: str
    fix: str
    check: Check
    gathered: Callable[[Sequence[Problem]], str] | None = None
    by_service: bool = False
    needs_order: bool = False

    @property
    def text(self) -> RuleText:
        """What reports say of the rule itself."""
        return RuleText(self.title, self.why, self.fix, self.severity)

    def severity_in(self, settings: GraphSettings) -> Severity | None:
        """Return how much it matters under these settings, None if it is off."""
        level = settings.severity.get(self.id, Level(self.severity))
        return None if level is Level.OFF else Severity(level)

    def can_judge(self, subject: Subject) -> bool:
        """Tell whether it would find everything that it is about."""
        return not (self.needs_order and subject.graph.start_order.unordered)

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """Yield every violation as a problem; none if the rule is off."""
        if severity := self.severity_in(subject.settings):
            for found in self.check(subject):
                yield self.problem(found, severity)

    def problem(self, found: Finding, severity: Severity) -> Problem:
        """Make a problem with this rule's id; its hint is the rule's `fix` where the finding has none of its own."""
        hint = found.hint or self.fix.removesuffix(".")
        return Problem(self.id, found.message, found.place, hint, severity, found.related, found.about)

    def gather(self, problems: Sequence[Problem]) -> Iterator[Problem]:
        """Make one problem of many, if the rule is one of those; the first has the place, the others are notes."""
        if self.gathered is None:
            yield from problems
            return
        groups: dict[str, list[Problem]] = {}
        for problem in problems:
            groups.setdefault(problem.about[0] if self.by_service else "", []).append(problem)
        for first, *others in groups.values():
            yield self._together(self.gathered([first, *others]), first, others) if others else first

    @staticmethod
    def _together(words: str, first: Problem, others: Sequence[Problem]) -> Problem:
        notes = located(*((problem.message, problem.place) for problem in others))
        about = dict.fromkeys(name for problem in (first, *others) for name in problem.about)
        return replace(first, message=words, related=notes, about=tuple(about))


def located(*notes: tuple[str, Place | None]) -> tuple[tuple[str, Place], ...]:
    """Keep the notes whose place is known."""
    return tuple((words, place) for words, place in notes if place is not None)

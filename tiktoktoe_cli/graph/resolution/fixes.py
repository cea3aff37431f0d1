"""What ends a conflict: the smallest changes, each of which was tried out by solving again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.model import Candidate, Graph
from tiktoktoe_cli.graph.resolution.budget import GaveUpError
from tiktoktoe_cli.graph.resolution.choices import choices_of
from tiktoktoe_cli.graph.resolution.conflict import without
from tiktoktoe_cli.graph.resolution.question import accepted_of, question_of
from tiktoktoe_cli.graph.resolution.recipe import edits_of_all
from tiktoktoe_cli.graph.resolution.solver import solve
from tiktoktoe_cli.graph.semver import Version, first_versions, range_of, widened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.graph.choices import Preference
    from tiktoktoe_cli.graph.resolution.budget import Budget
    from tiktoktoe_cli.graph.resolution.conflict import Conflict
    from tiktoktoe_cli.graph.resolution.question import Need, Question
    from tiktoktoe_cli.graph.resolution.recipe import Edit

_MOST_NEEDS = 12  # of a conflict: more are not tried out


class FixKind(StrEnum):
    """What is to be done."""

    DEPLOY = "deploy"  # another version of a service that was to stay as it is
    WIDEN = "widen"  # a range
    RELEASE = "release"  # a version that is not available yet
    REMOVE = "remove"  # a dependency


class Change(NamedTuple):
    """One change: of a service, in its dependency on another one if that is named; to a version or a range."""

    kind: FixKind
    service: str
    dependency: str | None
    to: str | None
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """Changes that together end a conflict; `ranges` are those that a released version has to be in.

    `edits` are all that is to be written where versions are deployed.
    """

    changes: tuple[Change, ...]
    ranges: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked about a graph: which services may change (None: all), and what is preferred."""

    graph: Graph
    preference: Preference
    movable: Collection[str] | None = None

    def may_change(self, name: str) -> bool:
        """Tell whether a service may get another version."""
        return self.movable is None or name in self.movable or self.graph.services[name].version is None

    def question(self) -> Question:
        """Ask."""
        return question_of(self.graph, self.preference, self.movable)

    def allowing(self, name: str) -> Question:
        """Ask again, with one service more that may change."""
        return question_of(self.graph, self.preference, {*(self.movable or ()), name})

    def releasing(self, name: str, version: str) -> Question:
        """Ask again, with a version more that is available, and needs what its service declares."""
        service = self.graph.services[name]
        more = replace(service, available=(*service.available, Candidate(version)))
        graph = Graph({**self.graph.services, name: more})
        return question_of(graph, self.preference, self.movable)


@dataclass(frozen=True, slots=True)
class Fixes:
    """What ends a conflict; `is_complete` is false where the budget ended before everything was tried."""

    found: tuple[Fix, ...]
    is_complete: bool


def find_fixes(asked: Asked, question: Question, conflict: Conflict, budget: Budget) -> Fixes:
    """Find what ends a conflict, the smallest changes first.

    Two ranges are widened only where one change is not enough.
    """
    found: dict[Fix, None] = {}
    try:
        for fix in _fixes(asked, without(question, conflict.others), conflict, budget):
            found[fix] = None
    except GaveUpError:
        return Fixes(tuple(found), is_complete=False)
    return Fixes(tuple(found), is_complete=True)


def _fixes(asked: Asked, whole: Question, conflict: Conflict, budget: Budget) -> Iterator[Fix]:
    question = whole.tightened()
    found = False
    for ways in (
        _deployments(asked, conflict, budget),
        _widenings(question, conflict, 1, budget),
        _releases(asked, whole, conflict, budget),
        _removals(whole, conflict, budget),
    ):
        for fix in ways:
            found = True
            yield fix
    if not found:
        yield from _widenings(question, conflict, 2, budget)


def _deployments(asked: Asked, conflict: Conflict, budget: Budget) -> Iterator[Fix]:
    """Let one service more change."""
    named = dict.fromkeys(name for need in conflict.needs for name in (need.source, need.target))
    for name in named:
        if name in asked.graph.services and not asked.may_change(name):
            question = without(asked.allowing(name), conflict.others)
            chosen = solve(question, budget).chosen
            if chosen is not None and name in chosen:
                version = question.options[name][chosen[name]].text
                edits = edits_of_all(choices_of(question, chosen), asked.graph)
                yield Fix((Change(FixKind.DEPLOY, name, None, version),), edits=tuple(edits))


def _widenings(question: Question, conflict: Conflict, count: int, budget: Budget) -> Iterator[Fix]:
    """Widen ranges so that they also hold the version which would be chosen if they held all."""
    ranged = [need for need in conflict.needs[:_MOST_NEEDS] if need.range and need.target in question.options]
    for some in combinations(ranged, count):
        loose = {need.key: replace(need, accepted=question.versions(need.target)) for need in some}
        chosen = solve(_with(question, loose), budget).chosen
        changes = tuple(filter(None, (_widening(question, need, chosen or {}) for need in some)))
        if len(changes) < count:
            continue
        wider = {
            need.key: replace(need, accepted=accepted_of(question.options, need.target, change.to))
            for need, change in zip(some, changes, strict=True)
        }
        if solve(_with(question, wider), budget).chosen is not None:
            yield Fix(changes)


def _widening(question: Question, need: Need, chosen: Mapping[str, int]) -> Change | None:
    """Widen a range to hold the version that was chosen for its target, if one was."""
    options = question.options.get(need.target, ())
    version = options[chosen[need.target]].version if need.target in chosen else None
    if version is None or need.range is None:
        return None
    return Change(FixKind.WIDEN, need.source, need.target, widened(need.range, version), need)


def _releases(asked: Asked, question: Question, conflict: Conflict, budget: Budget) -> Iterator[Fix]:
    """Add a version that is in all ranges of the conflict."""
    targets = dict.fromkeys(need.target for need in conflict.needs)
    for name in targets:
        if name not in question.options or not asked.may_change(name):
            continue
        texts = dict.fromkeys(need.range for need in conflict.needs if need.target == name and need.range)
        version = _new_version(question, name, texts)
        if version is not None:
            released = without(asked.releasing(name, str(version)), conflict.others)
            if solve(released, budget).chosen is not None:
                yield Fix((Change(FixKind.RELEASE, name, None, str(version)),), _narrowest(texts))


def _new_version(question: Question, name: str, texts: Collection[str]) -> Version | None:
    """Think of a version in some ranges that is not known yet: if possible the next one, else the last before."""
    known = [option.version for option in question.options[name] if option.version]
    ranges = [found for text in texts if (found := range_of(text))]
    if not known:
        return None
    newest = max(known)
    thinkable = set(first_versions(*ranges, beside=newest)).difference(known)
    fitting = [version for version in thinkable if all(one.matches(version) for one in ranges)]
    later = [version for version in fitting if version > newest]
    return min(later) if later else max(fitting, default=None)


def _narrowest(texts: Iterable[str]) -> tuple[str, ...]:
    """Leave out ranges that say nothing more than the others."""
    kept = {text: accepted for text in texts if (accepted := range_of(text))}
    for text, accepted in tuple(kept.items()):
        if any(other.is_subset_of(accepted) for one, other in kept.items() if one != text):
            del kept[text]
    return tuple(kept)


def _removals(question: Question, conflict: Conflict, budget: Budget) -> Iterator[Fix]:
    """Drop a need of what is not there, or one that closes a cycle."""
    cyclic = {need.key for clause in conflict.clauses if len(clause.needs) > 1 for need in clause.needs}
    for need in conflict.needs[:_MOST_NEEDS]:
        if need.target in question.options and need.key not in cyclic:
            continue
        rest = without(question, {need.key})
        if all(one.target != need.target for one in rest.needs):
            rest = replace(rest, wanted={*rest.wanted, need.target} & rest.options.keys())
        if solve(rest, budget).chosen is not None:
            yield Fix((Change(FixKind.REMOVE, need.source, need.target, None, need),))


def _with(question: Question, instead: dict[tuple[str, str, str | None], Need]) -> Question:
    return replace(question, needs=tuple([instead.get(need.key, need) for need in question.needs]))

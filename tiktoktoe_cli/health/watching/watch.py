"""The core of a watch: results go in, changes of state come out, explained by the graph. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.facts import HealthFacts, ServiceHealth
from tiktoktoe_cli.health.root_cause import explain, state_of_check
from tiktoktoe_cli.health.state import HealthState, worst
from tiktoktoe_cli.health.thresholds import Standing
from tiktoktoe_cli.health.watching.schedule import Schedule
from tiktoktoe_cli.health.watching.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.round import Round


@dataclass(frozen=True, slots=True)
class Change:
    """A service or its checks are in another state: since when, which one before (`skipped` if it is the first), why.

    It is one check, with a `detail`, if that stands otherwise by itself. What comes from without, by the graph or by
    maintenance, is one change of the service, and of all or none of its checks.
    `cause` names the services that are to blame, if that is not its own, and `planned` those of them that are in
    maintenance.
    """

    at_ns: int
    service: str
    checks: tuple[str, ...]
    before: HealthState
    after: HealthState
    cause: tuple[str, ...]
    detail: str
    planned: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What has changed: a check, or the service."""
        return f"{self.service}/{self.checks[0]}" if len(self.checks) == 1 else self.service


class Watch:
    """Many checks, each at its own pace and with its own thresholds.

    `take` notes results, and `settle` says what has changed by them: what fails at the same time is explained
    together, so that it may be called once for any number of results. A service is told of as soon as it and all that
    is behind it in the graph have been looked at: nobody is blamed before. `interval_ns`, if given, is every check's.
    """

    def __init__(self, round_: Round, random: Random, now_ns: int, interval_ns: int | None = None) -> None:
        self.started_ns = now_ns
        self._graph = round_.graph
        self._names = list(dict.fromkeys([*round_.graph.services, *round_.checks]))
        self._chosen = frozenset(round_.checks)
        self.tallies = [
            Tally(service, check, Standing.start(check.thresholds.rules), now_ns)
            for service, checks in round_.checks.items()
            for check in checks
            if check.enabled
        ]
        self._of_service: dict[str, list[Tally]] = {name: [] for name in self._names}
        for tally in self.tallies:
            self._of_service[tally.service].append(tally)
        intervals = [interval_ns or tally.check.interval for tally in self.tallies]
        self._schedule = Schedule(dict(enumerate(intervals)), now_ns, random)
        self._explained = explain(self._own(), self._graph)
        self._maintained: frozenset[str] = frozenset()
        self._is_settled = True
        self._told = dict.fromkeys(self._names, HealthState.SKIPPED)
        self._moved: set[str] = set()  # the checks that stand otherwise than when they were last told of

    @property
    def next_ns(self) -> int | None:
        """When the next check is due; None while all are under way."""
        return self._schedule.next_ns

    def due(self, now_ns: int, most: int) -> list[tuple[int, Tally]]:
        """Take the checks that are due, at most so many, with the number under which `take` knows each."""
        return [(number, self.tallies[number]) for number in self._schedule.take(now_ns, most)]

    def take(self, number: int, result: CheckResult, now_ns: int) -> Tally:
        """Note what a check found, and when it is due again."""
        tally = self.tallies[number]
        if tally.take(result):
            self._is_settled = False
            self._moved.add(tally.name)
        self._schedule.again(number, now_ns)
        return tally

    def settle(
        self, now_ns: int, maintained: frozenset[str] = frozenset(), *, is_last: bool = False
    ) -> Iterator[Change]:
        """Yield what has changed since the last time; `maintained` names the services that are worked on.

        The last time, nothing more is waited for.
        """
        if self._is_settled and maintained == self._maintained and not is_last:
            return
        self._is_settled, self._maintained = True, maintained
        self._explained = explain(self._own(), self._graph, maintained)
        unclear = set() if is_last else self._unclear()
        for name, service in self._explained.items():
            if name not in unclear:
                yield from self._turned(service, now_ns)

    def _unclear(self) -> set[str]:
        """Name the services that have not been looked at yet, and those of which one of them may be the cause."""
        unclear = {tally.service for tally in self.tallies if tally.result is None}
        waiting = list(unclear)
        while waiting:
            above = {edge.source for edge in self._graph.dependents_of(waiting.pop())} - unclear
            unclear |= above
            waiting += above
        return unclear

    def _turned(self, service: ServiceHealth, now_ns: int) -> Iterator[Change]:
        """Turn the checks of a service: one that stands otherwise is told of; what came from without is told once."""
        tallies, others, is_own = self._of_service[service.name], [], False
        for tally in tallies:
            state, before = _shown(tally, service), tally.state
            if state is not before:
                tally.turn(state, service.cause if state.is_failing else (), now_ns)
                if tally.name in self._moved:
                    is_own = True
                    yield _change(service, [tally], before, state, now_ns)
                else:
                    others.append(tally)
            self._moved.discard(tally.name)
        before, self._told[service.name] = self._told[service.name], service.state
        is_explained = is_own and service.state is worst(tally.state for tally in tallies)
        if others or not (service.state is before or is_explained):
            yield _change(service, others, before, service.state, now_ns)

    def facts(self, now_ns: int) -> HealthFacts:
        """Say how everything stands: the chosen services, with the latest result of every check that has one."""
        services = (one for name, one in self._explained.items() if name in self._chosen)
        return HealthFacts(tuple(map(self._with_checks, services)), now_ns - self.started_ns)

    def _own(self) -> dict[str, ServiceHealth]:
        """Return the services as their checks stand, unexplained."""
        return {name: ServiceHealth(name, worst(self._standing(name)), ()) for name in self._names}

    def _standing(self, service: str) -> Iterator[HealthState]:
        for tally in self._of_service[service]:
            if tally.result is not None:
                yield tally.standing.state

    def _with_checks(self, health: ServiceHealth) -> ServiceHealth:
        checks = tuple(
            replace(tally.result, state=tally.standing.state)
            for tally in self._of_service[health.name]
            if tally.result is not None
        )
        service = self._graph.services.get(health.name)
        return replace(health, checks=checks, group=(service.group or "") if service else "")


def _change(
    service: ServiceHealth, tallies: Sequence[Tally], before: HealthState, after: HealthState, now_ns: int
) -> Change:
    checks = tuple(tally.check.name for tally in tallies)
    is_caused = after.is_failing or not tallies  # a check that passes does so whatever else fails
    cause, planned = (service.cause, service.planned) if is_caused else ((), ())
    detail = tallies[0].detail if len(tallies) == 1 else ""
    return Change(now_ns, service.name, checks, before, after, cause, detail, planned)


def _shown(tally: Tally, service: ServiceHealth) -> HealthState:
    """Show a check as it stands, in the light of its service."""
    if tally.result is None:
        return HealthState.SKIPPED
    return state_of_check(service, tally.standing.state)

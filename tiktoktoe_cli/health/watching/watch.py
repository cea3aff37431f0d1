"""The core of a watch: results go in, changes of state come out, explained by the graph. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.facts import HealthFacts, HealthState, ServiceHealth, worst
from tiktoktoe_cli.health.render.rows import Row
from tiktoktoe_cli.health.root_cause import explain
from tiktoktoe_cli.health.thresholds import Standing
from tiktoktoe_cli.health.watching.schedule import Schedule
from tiktoktoe_cli.health.watching.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.health.runner import Round


@dataclass(frozen=True, slots=True)
class Change:
    """One check is in another state: since when, which one before (`skipped` if it is the first), and why.

    `cause` names the services that are to blame, if that is not its own.
    """

    at_ns: int
    service: str
    check: str
    before: HealthState
    after: HealthState
    cause: tuple[str, ...]
    detail: str


class Watch:
    """Many checks, each at its own pace and with its own thresholds.

    `take` notes results, and `settle` says what has changed by them: what fails at the same time is explained
    together, so that it may be called once for any number of results. `interval_ns`, if given, is every check's.
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
        self._schedule.again(number, now_ns)
        return tally

    def settle(self, now_ns: int, maintained: frozenset[str] = frozenset()) -> Iterator[Change]:
        """Yield what has changed since the last time; `maintained` names the services that are worked on."""
        if self._is_settled and maintained == self._maintained:
            return
        self._is_settled, self._maintained = True, maintained
        self._explained = explain(self._own(), self._graph, maintained)
        for tally in self.tallies:
            service = self._explained[tally.service]
            state, before = _shown(tally, service), tally.state
            if state is not before:
                tally.turn(state, service.cause, now_ns)
                yield Change(
                    now_ns, tally.service, tally.check.name, before, state, tally.cause, tally.detail
                )

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


def _shown(tally: Tally, service: ServiceHealth) -> HealthState:
    """Show a check as it stands, in the light of its service."""
    if tally.result is None:
        return HealthState.SKIPPED
    return Row(service, replace(tally.result, state=tally.standing.state)).state

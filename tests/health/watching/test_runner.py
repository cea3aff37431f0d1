from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.making import MS, SECOND, ScriptedProbe, answered, make_check, make_graph, unanswered
from tests.health.watching.chances import chance
from tiktoktoe_cli.health import Effects
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.watching.runner import WatchRunner
from tiktoktoe_cli.health.watching.watch import Watch

if TYPE_CHECKING:
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change


@dataclass
class Notebook:
    """Notes what is told of a watch."""

    results: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def on_result(self, tally: Tally) -> None:
        """Note a result."""
        self.results.append(tally.service)

    def on_change(self, change: Change) -> None:
        """Note a change."""
        self.changes.append(f"{change.at_ns // SECOND} {change.service} {change.after}")


def watched(
    probe: ScriptedProbe, for_s: int, services: int = 1, observer: Any = None, **options: Any
) -> tuple[Notebook, Watch, bool]:
    """Watch services with a check of a second each; tell also whether it had to stop."""
    check = make_check(interval="1s", retries=0, thresholds={"fail": 2})
    names = [f"s{number}" for number in range(services)]
    round_ = Round({name: [check] for name in names}, make_graph(**{name: [] for name in names}))
    watch = Watch(round_, chance(), probe.clock.now())
    effects = Effects(probe, probe.clock, random=chance(), **options)
    notes = observer or Notebook()
    stopped = asyncio.run(WatchRunner(watch, effects, notes).run(for_s * SECOND))
    return notes, watch, stopped


def test_checks_are_made_again_and_again() -> None:
    """Ten seconds at a second each are ten looks."""
    notes, watch, stopped = watched(ScriptedProbe([answered()]), 10)

    assert 9 <= len(notes.results) <= 11
    assert notes.changes == ["0 s0 healthy"]
    assert (watch.tallies[0].checks_made, stopped) == (len(notes.results), False)


def test_changes_are_told_when_they_happen() -> None:
    """With `fail: 2`, the second failure is told, and the first pass after it."""
    script = [*[answered()] * 3, *[unanswered()] * 3, answered()]

    notes, _, _ = watched(ScriptedProbe(script), 10)

    assert [line.partition(" ")[2] for line in notes.changes] == ["s0 healthy", "s0 unhealthy", "s0 healthy"]


def test_no_more_are_under_way_than_allowed() -> None:
    """Fifty checks that take a second share five places."""
    probe = ScriptedProbe([answered()], takes_ns=SECOND)

    watched(probe, 20, services=50, concurrency=5)

    assert probe.most_running == 5


def test_an_end_that_is_asked_for_comes_soon() -> None:
    """Within a twentieth of a second, also while a check hangs."""
    probe = ScriptedProbe([answered()], takes_ns=4 * SECOND)

    _, _, stopped = watched(probe, 60, should_stop=lambda: probe.clock.now() >= 2 * SECOND)

    assert stopped
    assert probe.clock.now() <= 2 * SECOND + 100 * MS


def test_nothing_is_under_way_when_telling_fails() -> None:
    """Whoever cannot be told ends the watch, and no task is left behind."""

    class Leaver(Notebook):
        def on_change(self, _change: Change) -> None:
            raise BrokenPipeError

    probe = ScriptedProbe([answered()], takes_ns=10 * MS)

    with pytest.raises(BrokenPipeError):
        watched(probe, 60, services=20, observer=Leaver())


def test_maintenance_is_looked_up_once_a_second() -> None:
    """It is found out soon, and costs nothing."""
    probe, asked = ScriptedProbe([unanswered()]), []

    def find() -> list[str]:
        asked.append(probe.clock.now())
        return ["s0"] if probe.clock.now() >= 5 * SECOND else []

    round_ = Round({"s0": [make_check(interval="1s", thresholds={"fail": 1})]}, make_graph(s0=[]))
    notes, watch = Notebook(), Watch(round_, chance(), 0)
    effects = Effects(probe, probe.clock, random=chance())
    asyncio.run(WatchRunner(watch, effects, notes, find).run(10 * SECOND))

    assert notes.changes[-1].endswith("s0 maintenance")
    assert 9 <= len(asked) <= 11

"""pybreaker's rules: as its package decides, in the vectors and side by side."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pybreaker
import pytest
from hypothesis import given

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, traces, unit_cases
from tests.resilience.presets.pasted import pasted, refusal
from tests.resilience.presets.pybreaker_package import FORCED, Locked, Pybreaker, WholeCall, locked_calls
from tests.resilience.presets.side_by_side import RESET_TIMEOUT_NS, SideBySide, Step, steps, unlisted
from tests.resilience.presets.whole_calls import CallingRun, state_of
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.machine import BreakerState, Window
from tiktoktoe_cli.resilience.presets.pybreaker import PybreakerSettings, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets import answers
    from tests.resilience.presets.answers import Reader

SETTINGS = PybreakerSettings(
    consecutive_failures=2, reset_timeout=Duration(RESET_TIMEOUT_NS), success_threshold=2
)
SEEN_BY_THE_CALLER = {"throw_new_error_on_trip"}
"""What a scenario's configuration says about the `note` alone: it changes no transition, and is no option of ours."""


def events(run: Run, _step: answers.Step) -> list[str]:
    """Tell the transitions since the last ones that were told."""
    told = [
        f"{change.source}>{change.target}@{change.at_ns // 1_000_000}".replace("-", "_")
        for change in run.transitions
    ]
    run.transitions.clear()
    return told


READERS: Mapping[str, Reader] = {
    "state": state_of,
    "fail_counter": lambda run, _: run.state[3],
    "success_counter": lambda run, _: run.state[4],
    "note": lambda run, _: run.note,
    "events": events,
}


class UnlockedSettings(PybreakerSettings):
    """The package's breaker where it does not keep its lock: around generators, and so around `with` blocks."""

    @property
    def rules(self) -> Rules:
        """The rules without the lock."""
        return super().rules._replace(one_at_a_time=0)


@pytest.mark.parametrize("scenario", parameters(unit_cases("pybreaker") + traces("pybreaker")))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real package is answered alike."""
    config = {name: value for name, value in scenario.config.items() if name not in SEEN_BY_THE_CALLER}
    throws = scenario.config.get("throw_new_error_on_trip") != "false"
    run = CallingRun(pasted(PybreakerSettings, config), tells_of_opening=throws)

    found = list(disagreements(run, scenario, READERS, {"call": CallingRun.call}))

    assert found == []
    assert run.transitions == []  # all of them were expected


@given(locked_calls)
def test_decides_as_the_package_does(calls: list[WholeCall]) -> None:
    """Whatever happens, the package and the preset let the same calls through and show the same."""
    clock = VirtualClock()
    both = Locked(clock, Pybreaker(clock), Run(SETTINGS))

    for call in calls:
        theirs, ours = both.call(call)
        shown = both.theirs.shown()
        assert theirs == ours
        assert {column: READERS[column](both.ours, {}) for column in shown} == shown
        assert unlisted(both.ours) == []


@given(steps(*FORCED))
def test_without_the_lock_it_decides_as_with_blocks_do(taken: list[Step]) -> None:
    """The rules for late results, which the lock all but hides, are the package's too."""
    clock = VirtualClock()
    ours = Run(UnlockedSettings.model_validate(SETTINGS.model_dump()))
    both = SideBySide(clock, Pybreaker(clock), ours, READERS)

    assert list(both.disagreements(taken)) == []


def test_the_package_keeps_its_lock_while_a_call_runs() -> None:
    """Another thread could not call, whatever the phase: this is what `QUEUED` stands for."""
    theirs, locked = Pybreaker(VirtualClock()).breaker, []

    def work() -> None:
        thread = Thread(target=lambda: locked.append(not theirs._lock.acquire(blocking=False)))
        thread.start()
        thread.join(timeout=10)

    theirs.call(work)

    assert locked == [True]


def test_calls_wait_for_the_one_that_is_under_way() -> None:
    """One call at a time runs, the others follow in their order; once the circuit opens they are refused."""
    breaker, admitted = Run(SETTINGS).breaker, list[int]()
    ticket = breaker.acquire(0)

    answers_ = [breaker.enqueue(1, admitted.append) for _ in range(3)]
    breaker.record(ticket, 2, 0, 1)
    waiting = list(admitted)
    breaker.record(admitted[0], 3, 0, 1)

    assert answers_ == [QUEUED, QUEUED, QUEUED]
    assert len(waiting) == 1
    assert admitted[1:] == [REFUSED, REFUSED]


def test_the_window_is_the_row_that_decides_next() -> None:
    """While closed it holds the failures in a row, while half-open the probes that succeeded."""
    breaker = Run(SETTINGS).breaker
    breaker.record(breaker.acquire(0), 0, 0, 1)

    closed = breaker.metrics(0).window
    breaker.force(BreakerState.HALF_OPEN, 0)
    breaker.record(breaker.acquire(0), 0, 0, 0)

    assert (closed, breaker.metrics(0).window) == (Window(1, 1, 0), Window(1, 0, 0))


def test_the_defaults_are_the_packages() -> None:
    """Without options, both breakers have the same numbers."""
    package, ours = pybreaker.CircuitBreaker(), PybreakerSettings()

    assert ours.consecutive_failures == package.fail_max
    assert ours.reset_timeout.seconds == package.reset_timeout
    assert ours.success_threshold == package.success_threshold


def test_takes_the_options_as_they_are_written_there() -> None:
    """The numbers of a breaker can be pasted; times are in seconds, also under the name that is ours as well."""
    read = pasted(PybreakerSettings, {"fail_max": 3, "reset_timeout": 0.5, "success_threshold": 2})

    assert read.rules == Rules(3, 2, Duration.of(0.5), 1)


def test_takes_our_names() -> None:
    """Under our names, times have their unit."""
    read = pasted(PybreakerSettings, {"consecutive_failures": 3, "reset_timeout": "500ms"})

    assert read.rules == Rules(3, 1, Duration.of(0.5), 1)


@pytest.mark.parametrize(
    ("option", "code", "hint"),
    [
        ("exclude", "option-elsewhere", "leave it out: an error"),
        ("fail_maximum", "unknown-option", "did you mean `fail_max`?"),
    ],
)
def test_other_options_are_refused_with_advice(option: str, code: str, hint: str) -> None:
    """An option that means nothing here, or is misspelt, is an error that helps."""
    found, advice = refusal(PybreakerSettings, {option: 1})

    assert found == code
    assert advice.startswith(hint)

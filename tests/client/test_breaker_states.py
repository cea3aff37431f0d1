"""States of breakers between two invocations."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.making import MS, SECOND, policy
from tiktoktoe_cli.client.breaker_states import (
    BreakerBook,
    ContinuedClock,
    SavedBreaker,
    SavedStates,
    StateError,
    _digest,
    read,
    written,
)
from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.resilience import BreakerState, VirtualClock
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.presets.catalog import PRESETS

KEY = PolicyKey("default", "payments:8080")
OTHER = PolicyKey("Zoë's", "[::1]:80", "charge")


def breaker(**options: object) -> CircuitBreaker:
    """Make a breaker; by default one that two failures open for a second."""
    usual = (
        {"minimum_calls": 2, "reset_timeout": "1s"}
        if options.get("semantics", "tiktoktoe") == "tiktoktoe"
        else {}
    )
    (layer,) = policy({"circuit_breaker": {**usual, **options}})
    return CircuitBreaker(layer.chosen)


def failed(one: CircuitBreaker, times: int, now_ns: int = 0) -> CircuitBreaker:
    """Let calls fail."""
    for _ in range(times):
        ticket = one.acquire(now_ns)
        if ticket != REFUSED:
            one.record(ticket, now_ns, MS, 1)
    return one


def handed_on(one: CircuitBreaker, other: CircuitBreaker, now_ns: int = 0) -> BreakerBook:
    """Save a breaker, write and read it, and let another one meet it."""
    book = BreakerBook()
    book.meet(KEY, one)
    again = BreakerBook(read(written(book.states(now_ns))))
    again.meet(KEY, other)
    return again


def test_the_next_breaker_goes_on_where_the_last_one_was() -> None:
    """One failure before and one after are two, and an open one stays open until its time has come."""
    second, third = breaker(), breaker()

    handed_on(failed(breaker(), 1), second)
    assert second.state is BreakerState.CLOSED
    handed_on(failed(second, 1), third)

    assert third.state is BreakerState.OPEN
    assert third.acquire(SECOND - 1) == REFUSED
    assert third.acquire(SECOND) != REFUSED


@pytest.mark.parametrize("semantics", sorted(PRESETS))
def test_every_kind_of_breaker_can_be_kept(semantics: str) -> None:
    """Its state survives being written, and its next steps are those of the one that was not."""
    before, after = failed(breaker(semantics=semantics), 3), breaker(semantics=semantics)

    book = handed_on(before, after)

    assert book.problems == []
    assert after.saved() == before.saved()
    failed(before, 150, SECOND)
    failed(after, 150, SECOND)
    assert after.saved() == before.saved()


@given(st.lists(st.tuples(st.integers(0, 5_000), st.booleans()), max_size=60))
def test_a_breaker_that_is_kept_after_each_call_is_like_one_that_lives_on(
    calls: list[tuple[int, bool]],
) -> None:
    """A scripted loop of invocations has one breaker."""
    living, kept, now_ns = breaker(), breaker(), 0
    for pause_ms, fails in calls:
        now_ns += pause_ms * MS
        tickets = [one.acquire(now_ns) for one in (living, kept)]
        for one, ticket in zip((living, kept), tickets, strict=True):
            if ticket != REFUSED:
                one.record(ticket, now_ns, MS, int(fails))
        successor = breaker()
        handed_on(kept, successor, now_ns)
        kept = successor

        assert (tickets[0] == REFUSED) is (tickets[1] == REFUSED)
        assert kept.saved() == living.saved()


@pytest.mark.parametrize(
    "changed", [{"minimum_calls": 3}, {"window": {"calls": 50}}, {"semantics": "pybreaker"}]
)
def test_another_setting_starts_afresh(changed: dict[str, object]) -> None:
    """What was counted by other rules means nothing; the user is warned."""
    other = breaker(**changed)

    book = handed_on(failed(breaker(), 2), other)

    assert other.state is BreakerState.CLOSED
    (problem,) = book.problems
    assert (problem.code, problem.severity) == ("breaker-restarted", Severity.WARNING)
    assert "`default` for `payments:8080`" in problem.message


def test_breakers_that_nobody_meets_are_kept() -> None:
    """A file serves several policies and destinations."""
    kept = SavedBreaker.of(failed(breaker(), 2))
    book = BreakerBook(SavedStates(1, {OTHER: kept}))
    book.meet(KEY, breaker())

    states = read(written(book.states(2)))

    assert states.saved_ns == 2
    assert states.breakers == {OTHER: kept, KEY: SavedBreaker.of(breaker())}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it holds something else"),
        ('{"a": 1}', "it holds something else"),
        ('{"format": "tiktoktoe breakers", "version": 2}', "it has the version 2, and this program reads 1"),
        ('{"format": "tiktoktoe breakers", "version": 1}', "it is damaged"),
    ],
)
def test_what_is_something_else_is_said(text: str, reason: str) -> None:
    """In a few words."""
    with pytest.raises(StateError, match=f"^{reason}$"):
        read(text)


@given(st.data())
def test_no_damage_goes_unnoticed(data: st.DataObject) -> None:
    """Whatever character is changed: the states are the same, or they are refused."""
    book = BreakerBook()
    book.meet(KEY, failed(breaker(), 2))
    text = written(book.states(7))
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.sampled_from('0123456789{}[]", ax')) + text[at + 1 :]

    try:
        states = read(damaged)
    except StateError:
        return

    assert states == read(text)


@pytest.mark.parametrize(
    ("saved_ns", "behind_ns"), [(5 * SECOND, 0), (10 * SECOND, 0), (70 * SECOND, 60 * SECOND)]
)
def test_time_goes_on_from_the_file_where_the_clock_was_set_back(saved_ns: int, behind_ns: int) -> None:
    """An open breaker waits no longer than it would have."""
    below = VirtualClock(10 * SECOND)
    clock = ContinuedClock(below, SavedStates(saved_ns, {}))

    asyncio.run(clock.sleep(SECOND))

    assert clock.behind_ns == behind_ns
    assert clock.now() == 11 * SECOND + behind_ns


def test_time_passes_between_invocations_after_the_clock_was_set_back() -> None:
    """A breaker that opened before that is probed when its second is over, though each invocation takes no time."""
    machine, states = VirtualClock(100 * SECOND), SavedStates(0, {})
    refused = []
    for step_ns in (0, -90 * SECOND, 600 * MS, 600 * MS):
        machine.advance(step_ns)
        clock, book, one = ContinuedClock(machine, states), BreakerBook(states), breaker()
        book.meet(KEY, one)
        if step_ns == 0:
            failed(one, 2, clock.now())
        else:
            refused.append(one.acquire(clock.now()) == REFUSED)
        states = read(written(book.states(clock.now(), clock.ahead_ns)))

    assert refused == [True, True, False]


def signed(**changed: Any) -> str:
    """Write the states of an open breaker with a digest that is right, whatever was changed; a new entry if named."""
    book = BreakerBook()
    book.meet(KEY, failed(breaker(), 2))
    content = json.loads(written(book.states(7)))
    head = {"format": content.pop("format"), "version": content.pop("version")}
    del content["check"]
    content.update({name: value for name, value in changed.items() if name in content})
    if "breakers" not in changed:
        content["breakers"][0].update({name: value for name, value in changed.items() if name not in content})
    return json.dumps({**head, "check": _digest(content), **content})


@pytest.mark.parametrize(
    "changed",
    [
        {"saved_ns": "7"},
        {"saved_ns": 10**40},
        {"saved_ns": -1},
        {"ahead_ns": None},
        {"breakers": 1},
        {"breakers": [1]},
        {"breakers": [{}]},
        {"policy": 7},
        {"destination": []},
        {"settings": None},
        {"state": 0},
        {"state": ["a"]},
        {"state": [1.5]},
        {"state": [[[[[[[[[0]]]]]]]]]},
        {"ring": [[0]]},
        {"ring": [True]},
        {"ring": [2**63]},
    ],
)
def test_nonsense_is_refused_though_its_digest_is_right(changed: dict[str, Any]) -> None:
    """Whoever can write the file can write the digest."""
    with pytest.raises(StateError, match=r"^it holds what no breaker can have$"):
        read(signed(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"state": [0, 0]},
        {"state": [9, 0, [0, 0, 0, 0, 0], 0, 0, 0]},
        {"state": [1, 0, [0, 99, 0, 0, 0], 0, 0, 0]},
        {"ring": []},
    ],
)
def test_a_state_that_its_machine_cannot_have_starts_afresh(changed: dict[str, Any]) -> None:
    """Another shape, an unknown phase, a transition that is in no table."""
    book, one = BreakerBook(read(signed(**changed))), breaker()

    book.meet(KEY, one)

    assert one.state is BreakerState.CLOSED
    assert [problem.code for problem in book.problems] == ["breaker-restarted"]

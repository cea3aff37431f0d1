"""Each simulated layer, with the times computed by hand; that it does as the live one is shown in `test_live`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulation.side_by_side import GAP_NS, MS, Answer, Diary, Play, Steady, simulated
from tests.simulation.systems import policy
from tiktoktoe_cli.resilience.machine import BreakerState
from tiktoktoe_cli.resilience.outcome import Cause, Outcome
from tiktoktoe_cli.simulation.calls import CallPath
from tiktoktoe_cli.simulation.engine import Engine, Limits, Waiting
from tiktoktoe_cli.simulation.servers import Pool, Server
from tiktoktoe_cli.simulation.steps.circuit_breaker import BreakerStep
from tiktoktoe_cli.simulation.steps.step import Call, Surroundings

GOOD_NS, LATE_NS, BAD_NS, NEVER_NS = (
    answer.value[1] for answer in (Answer.GOOD, Answer.LATE, Answer.BAD, Answer.NEVER)
)


def played(layers: list[Any], *script: Answer, callers: int = 1, calls: int = 1, share: float = 0.5) -> Diary:
    """Make calls through some layers."""
    return simulated(Play(policy(*layers), script, callers, calls, share))


def ends(diary: Diary) -> list[tuple[int, Cause | None]]:
    """List when each call ended, and why it failed, caller by caller."""
    return [(end[0], end[1]) for caller in diary.ends.values() for end in caller]


def test_a_bulkhead_lets_one_wait_and_turns_the_next_away() -> None:
    """With a place and a seat, the second call begins when the first ends, and the third is rejected at once."""
    diary = played([{"bulkhead": {"max_concurrent": 1, "max_queue": 1}}], Answer.LATE, callers=3)

    assert diary.attempts_ns == [0, LATE_NS]
    assert ends(diary) == [(LATE_NS, None), (LATE_NS + GOOD_NS, None), (2 * GAP_NS, Cause.BULKHEAD)]


def test_a_bulkhead_lets_nobody_wait_for_too_long() -> None:
    """The second call leaves the queue after 4 ms, and the place is free for the third."""
    bulkhead = {"max_concurrent": 1, "max_queue": 1, "max_wait": "4ms"}

    diary = played([{"bulkhead": bulkhead}], Answer.LATE, callers=4)

    assert diary.attempts_ns == [0, 3 * GAP_NS]
    assert ends(diary)[1:3] == [
        (GAP_NS + 4 * MS, Cause.BULKHEAD),
        (2 * GAP_NS + 4 * MS, Cause.BULKHEAD),
    ]


def test_a_long_queue_is_turned_away_without_deep_recursion() -> None:
    """Eight hundred wait behind one call of nine seconds, and each is rejected further in when its turn comes."""
    layers = [{"bulkhead": {"max_concurrent": 1, "max_queue": 1000}}, {"rate_limit": {"rate": "1/d"}}]

    diary = played(layers, Answer.NEVER, callers=800)

    assert ends(diary)[1:] == [(NEVER_NS, Cause.RATE_LIMIT)] * 799


def test_a_call_that_is_given_up_leaves_its_place() -> None:
    """The timeout around the bulkhead ends the first call, though the other side works on."""
    layers = [{"timeout": "5ms"}, {"bulkhead": {"max_concurrent": 1}}]

    diary = played(layers, Answer.NEVER, callers=2)

    assert diary.attempts_ns == [0, GAP_NS]
    assert ends(diary) == [(5 * MS, Cause.TIMEOUT), (GAP_NS + GOOD_NS, None)]


def test_a_rate_limit_spreads_calls() -> None:
    """Ten a second start 100 ms apart, if they may wait."""
    diary = played([{"rate_limit": {"rate": "10/s", "max_wait": "1s"}}], callers=3)

    assert diary.attempts_ns == [0, 100 * MS, 200 * MS]


def test_a_rate_limit_says_when_to_come_back() -> None:
    """If they may not wait, the second is told how long to."""
    diary = played([{"rate_limit": {"rate": "10/s"}}], callers=2)

    assert diary.ends[1] == [(GAP_NS, Cause.RATE_LIMIT, 100 * MS - GAP_NS, None, None)]


def test_who_is_given_up_while_waiting_for_his_turn_sends_nothing() -> None:
    """The timeout comes before the turn."""
    diary = played([{"timeout": "50ms"}, {"rate_limit": {"rate": "10/s", "max_wait": "1s"}}], callers=2)

    assert diary.attempts_ns == [0]
    assert ends(diary)[1] == (GAP_NS + 50 * MS, Cause.TIMEOUT)


def test_who_is_given_up_after_his_turn_came_is_given_up_further_in() -> None:
    """The second call leaves its place, so that the third finds one when its turn comes."""
    layers = [
        {"timeout": "150ms"},
        {"rate_limit": {"rate": "10/s", "max_wait": "1s"}},
        {"bulkhead": {"max_concurrent": 1}},
    ]

    diary = played(layers, Answer.GOOD, Answer.NEVER, callers=2, calls=2)

    assert ends(diary)[2] == (GAP_NS + 150 * MS, Cause.TIMEOUT)
    assert diary.attempts_ns == [0, 100 * MS, 200 * MS, 300 * MS]


def test_a_slow_try_is_hedged() -> None:
    """The second try starts after 7 ms, and its answer is the call's."""
    diary = played([{"hedging": {"delay": "7ms"}}], Answer.NEVER)

    assert diary.attempts_ns == [0, 7 * MS]
    assert ends(diary) == [(7 * MS + GOOD_NS, None)]


def test_a_failed_try_is_hedged_at_once_and_the_alarm_starts_anew() -> None:
    """The first fails after 2 ms, the third starts 7 ms after the second."""
    layers = [{"hedging": {"delay": "7ms", "max_hedges": 2}}]

    diary = played(layers, Answer.BAD, Answer.NEVER)

    assert diary.attempts_ns == [0, BAD_NS, BAD_NS + 7 * MS]


def test_a_fallback_covers_failures_and_is_counted() -> None:
    """The caller has an answer that says what it covers."""
    diary = played([{"fallback": {"value": "none"}}], Answer.BAD, Answer.GOOD, calls=2)

    assert [end[1:4] for end in diary.ends[0]] == [(None, None, Cause.ERROR), (None, None, None)]
    assert diary.fallbacks == 1


def test_a_fallback_covers_only_what_it_is_for() -> None:
    """One for timeouts leaves an error as it is."""
    diary = played([{"fallback": {"value": "none", "on": ["timeout"]}}], Answer.BAD)

    assert ends(diary) == [(BAD_NS, Cause.ERROR)]


def test_a_kept_answer_stands_in_until_it_is_too_old() -> None:
    """Calls begin about 85 ms apart: at 120 ms at most the answer of the first does for the second alone."""
    cached = {"fallback": {"cached": {"max_age": "120ms"}}}

    empty = played([cached], Answer.BAD)
    filled = played([cached], Answer.GOOD, Answer.BAD, Answer.BAD, calls=3)

    assert ends(empty) == [(BAD_NS, Cause.ERROR)]
    assert [end[1] for end in filled.ends[0]] == [None, None, Cause.ERROR]
    (_, second, _) = filled.ends[0]
    assert second[4] == second[0] - GOOD_NS


@pytest.mark.parametrize(
    ("budget", "attempts"),
    [
        (None, 3),
        (
            {"grpc": {"max_tokens": 4}},
            2,
        ),  # 3 of 4 tokens are left after the first failure, 2 after the second
        ({"aws_standard": {"capacity": 14}}, 2),  # a retry costs 14
        ({"envoy": {"percent": "0%", "min_concurrent": 0}}, 1),
        ({"finagle": {"percent": "0%", "min_retries_per_s": 0}}, 1),
    ],
)
def test_a_budget_bounds_the_retries(budget: Any, attempts: int) -> None:
    """Of two retries as many are made as it has room for; the caller gets the failure."""
    diary = played([{"retry": {"budget": budget}}], *[Answer.BAD] * 3)

    assert len(diary.attempts_ns) == attempts
    assert diary.ends[0][0][1] is Cause.ERROR


def test_a_budget_may_refuse_the_first_attempt() -> None:
    """After a failure Google's formula holds back (1 - 0) / (1 + 1) of the calls: a draw of 0.3 is one of them."""
    retry = {"retry": {"max_attempts": 1, "budget": {"sre": {"multiplier": 1}}}}

    held_back = played([retry], Answer.BAD, calls=2, share=0.3)
    let_through = played([retry], Answer.BAD, calls=2, share=0.7)

    assert [end[1] for end in held_back.ends[0]] == [Cause.ERROR, Cause.BUDGET]
    assert [end[1] for end in let_through.ends[0]] == [Cause.ERROR, None]


def test_a_retry_that_is_given_up_owes_its_budget_nothing() -> None:
    """One retry may be under way: the first call's is given up, so that the second call has one too."""
    budget = {"envoy": {"percent": "0%", "min_concurrent": 1}}
    layers = [{"timeout": "20ms"}, {"retry": {"jitter": "none", "base": "10ms", "budget": budget}}]

    diary = played(layers, Answer.BAD, Answer.NEVER, Answer.BAD, Answer.GOOD, calls=2)

    assert len(diary.attempts_ns) == 4
    assert [end[1] for end in diary.ends[0]] == [Cause.TIMEOUT, None]


def test_a_timeout_around_a_retry_ends_it() -> None:
    """The wait for the second attempt is longer than the time that is left."""
    layers = [{"timeout": "20ms"}, {"retry": {"jitter": "none", "base": "29ms"}}]

    diary = played(layers, Answer.BAD)

    assert diary.attempts_ns == [0]
    assert ends(diary) == [(20 * MS, Cause.TIMEOUT)]


def test_one_alarm_does_for_all_calls() -> None:
    """Calls that begin one after the other run out of time one after the other."""
    diary = played([{"timeout": "20ms"}], Answer.NEVER, Answer.GOOD, Answer.NEVER, Answer.NEVER, callers=4)

    assert ends(diary) == [
        (20 * MS, Cause.TIMEOUT),
        (GAP_NS + GOOD_NS, None),
        (2 * GAP_NS + 20 * MS, Cause.TIMEOUT),
        (3 * GAP_NS + 20 * MS, Cause.TIMEOUT),
    ]


def test_an_open_breaker_rejects_and_says_when_to_come_back() -> None:
    """After two failures the third call is turned away for what is left of the second that it stays open."""
    breaker = {"minimum_calls": 2, "reset_timeout": "1s"}

    diary = played([{"circuit_breaker": breaker}], Answer.BAD, Answer.BAD, calls=3)

    opened, rejected = diary.ends[0][1:]
    assert diary.attempts_ns == [0, opened[0] - BAD_NS]
    assert rejected[1:3] == (Cause.BREAKER, opened[0] + 1000 * MS - rejected[0])
    assert [change.cause for change in diary.transitions] == ["failure rate"]


class Callee:
    """A step that answers when it is told to."""

    def __init__(self) -> None:
        self.callers: list[Waiting] = []

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Take a call."""
        del now_ns
        self.callers.append(waiting)
        return self

    def cancel(self, now_ns: int) -> None:
        """Go on all the same."""


class Caller:
    """Keeps the outcomes that it was given."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome[Any]] = []

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Keep an outcome."""
        del now_ns
        self.outcomes.append(outcome)


def breaker_around(callee: Callee, engine: Engine, **options: Any) -> BreakerStep:
    """Put a breaker around a callee."""
    (layer,) = policy({"circuit_breaker": options})
    path = CallPath("a", "b", Server(engine, Pool(1, 0, lambda: 0, lambda: 0.0)))
    return BreakerStep(Surroundings(engine, lambda _: Steady(0.0), path), callee, layer.chosen)


def test_a_probe_that_is_given_up_gives_its_permit_back() -> None:
    """Ten probes in a row are given up, though only two may be under way."""
    callee, caller, engine = Callee(), Caller(), Engine(Limits())
    step = breaker_around(callee, engine, minimum_calls=1, reset_timeout="1us", half_open_calls=2)
    step.start(caller, 0)
    callee.callers[0].done(1, Outcome.failed("error"))

    for now_ns in range(2000, 2010):
        step.start(caller, now_ns).cancel(now_ns)

    assert len(callee.callers) == 11


def test_a_queue_before_a_breaker_may_be_given_up_as_a_whole() -> None:
    """Of 2,000 calls that wait for the first to end, all but the last were given up: it begins alone."""
    callee, caller, engine = Callee(), Caller(), Engine(Limits())
    step = breaker_around(callee, engine, semantics="pybreaker")
    _, *waiting = [step.start(caller, 0) for _ in range(2001)]
    for call in waiting[:-1]:
        call.cancel(1)

    callee.callers[0].done(2, Outcome.failed("error"))
    engine.run(lambda _: None)

    assert len(callee.callers) == 2
    assert len(caller.outcomes) == 1
    metrics = step.breaker.metrics(2)
    assert (metrics.window.failures, metrics.released) == (1, 0)


def test_a_cancelled_call_is_a_failure_where_the_library_says_so() -> None:
    """Five calls that hang are given up: pybreaker opens, as it does live."""
    callee, caller, engine = Callee(), Caller(), Engine(Limits())
    step = breaker_around(callee, engine, semantics="pybreaker")

    for now_ns in range(5):
        step.start(caller, now_ns).cancel(now_ns)

    assert step.breaker.state is BreakerState.OPEN

"""Calls start as often as they may, and not more often."""

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.rate_limit import FULL, RateRules, take, tokens

RULES = RateRules(interval_ns=100, burst=3, max_wait_ns=0)


def starts(rules: RateRules, arrivals: list[int]) -> list[int | None]:
    """Return when each call starts; None if it is refused."""
    state, found = FULL, list[int | None]()
    for now in arrivals:
        permitted, wait, state = take(rules, state, now)
        found.append(now + wait if permitted else None)
    return found


def test_a_full_bucket_lets_a_burst_through() -> None:
    """Three start at once, the fourth is refused until a token has come."""
    assert starts(RULES, [0, 0, 0, 0, 99, 100, 100, 200]) == [0, 0, 0, None, None, 100, None, 200]


def test_a_refusal_says_when_to_come_back() -> None:
    """At 30 of 100 the next token is 70 away, and then it is there."""
    state = FULL
    for _ in range(3):
        _, _, state = take(RULES, state, 0)

    assert take(RULES, state, 30)[:2] == (0, 70)
    assert take(RULES, state, 100)[:2] == (1, 0)


def test_calls_may_wait_for_their_turn() -> None:
    """With a wait of up to 150 two calls are promised the next tokens; a third is told when that would do."""
    rules = RULES._replace(burst=1, max_wait_ns=150)

    assert starts(rules, [0, 0, 60]) == [0, 100, 200]

    state = FULL
    for now in (0, 0, 60):
        _, _, state = take(rules, state, now)
    assert take(rules, state, 60)[:2] == (0, 90)  # the token of 300 is 240 away, 90 more than it may wait


def test_a_bucket_never_holds_more_than_a_burst() -> None:
    """After any quiet time three tokens are there, not more."""
    assert tokens(RULES, FULL, 10**15) == 3
    assert starts(RULES, [10**15] * 4)[3] is None


def test_tokens_that_were_promised_ahead_are_owed() -> None:
    """A bucket of one that promised two more owes two."""
    rules = RULES._replace(burst=1, max_wait_ns=500)
    state = FULL
    for _ in range(3):
        _, _, state = take(rules, state, 0)

    assert [tokens(rules, state, now) for now in (0, 100, 199, 200, 300)] == [-2, -1, -1, 0, 1]


@given(
    st.builds(RateRules, st.integers(1, 50), st.integers(1, 5), st.integers(0, 200)),
    st.lists(st.integers(0, 60), max_size=60),
)
def test_no_span_of_time_sees_more_than_its_share(rules: RateRules, gaps: list[int]) -> None:
    """In any time t at most t / interval + burst calls start, in the order in which they came."""
    arrivals = [sum(gaps[: count + 1]) for count in range(len(gaps))]

    begun = [start for start in starts(rules, arrivals) if start is not None]

    assert begun == sorted(begun)
    for first in range(len(begun)):
        for last in range(first, len(begun)):
            span = begun[last] - begun[first]
            assert last - first + 1 <= span // rules.interval_ns + rules.burst


@given(
    st.builds(RateRules, st.integers(1, 50), st.integers(1, 5), st.integers(0, 200)),
    st.lists(st.integers(0, 60), max_size=40),
)
def test_who_comes_back_when_told_is_let_in(rules: RateRules, gaps: list[int]) -> None:
    """A refused call that comes back after the time that it was told is let in, if nobody else came."""
    state, now = FULL, 0
    for gap in gaps:
        now += gap
        permitted, wait, state = take(rules, state, now)
        assert wait <= rules.max_wait_ns or not permitted
        if not permitted:
            assert take(rules, state, now + wait)[0] == 1
            assert take(rules, state, now + wait - 1)[0] == 0

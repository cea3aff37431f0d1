"""Client-side throttling, by the book's equation 21-1."""

import pytest

from tests.resilience.budgets.playing import SECOND, Player
from tiktoktoe_cli.resilience.budgets.kind import ANSWERED, FAILED, NOTHING, SUCCEEDED, THROTTLED
from tiktoktoe_cli.resilience.budgets.sre import SRE, SreRules

RULES = SreRules(window_ns=120 * SECOND, multiplier_ppm=2_000_000)


def seen(requests: int, accepts: int, draw: float) -> Player:
    """Have seen some requests, of which the first ones were accepted."""
    budget = Player(SRE, RULES, draw=draw)
    for number in range(requests):
        budget.end(SUCCEEDED if number < accepts else FAILED)
    return budget


@pytest.mark.parametrize(
    ("requests", "accepts", "share"),
    [
        (100, 100, 0.0),
        (100, 50, 0.0),  # K = 2: half may be refused before anything is held back
        (100, 25, 50 / 101),
        (100, 0, 100 / 101),
        (1, 0, 1 / 2),
    ],
)
def test_the_share_that_is_held_back(requests: int, accepts: int, share: float) -> None:
    """The probability is (requests - 2 accepts) / (requests + 1), and not below 0."""
    if share:
        assert not seen(requests, accepts, share - 1e-9).allows(1)
    assert seen(requests, accepts, share + 1e-9).allows(1)


def test_what_is_held_back_counts_as_a_request() -> None:
    """While attempts keep coming and none is accepted, the share that is sent goes to nothing."""
    budget = seen(1, 0, draw=0.0)
    levels = []
    for _ in range(3):
        assert not budget.allows(1)
        levels.append(budget.level)

    assert levels == [333_334, 250_000, 200_000]  # 1 - n / (n + 1) for n = 2, 3, 4, rounded up


def test_attempts_under_way_do_not_count_yet() -> None:
    """A hundred calls at once are all sent: nothing is known before the first answer."""
    budget = Player(SRE, RULES, draw=0.0)

    assert all(budget.allows(1) for _ in range(100))


def test_retries_are_held_back_like_first_attempts() -> None:
    """An attempt's number plays no part."""
    budget = seen(100, 0, draw=0.9)

    assert [budget.allows(attempt, FAILED) for attempt in (1, 2, 3)] == [False] * 3


@pytest.mark.parametrize(
    ("result", "requests", "accepts"),
    [(SUCCEEDED, 1, 1), (ANSWERED, 1, 1), (FAILED, 1, 0), (THROTTLED, 1, 0), (NOTHING, 0, 0)],
)
def test_what_counts_as_accepted(result: int, requests: int, accepts: int) -> None:
    """The caller's own mistake was accepted; what was never answered says nothing."""
    budget = Player(SRE, RULES)

    budget.end(result)

    assert budget.state[1:] == (requests, accepts)


def test_requests_and_accepts_are_forgotten_each_in_their_time() -> None:
    """Three accepted attempts of the first minute leave the window before two refused ones of the second."""
    budget = Player(SRE, RULES, now_ns=5 * 120 * SECOND, draw=0.0)
    for _ in range(3):
        budget.end(SUCCEEDED)
    budget.now_ns += 60 * SECOND
    for _ in range(2):
        budget.end(FAILED)
    assert budget.state[1:] == (5, 3)

    budget.now_ns += 60 * SECOND
    assert not budget.allows(1)  # counted too: two refused and the one that is held back
    assert budget.state[1:] == (3, 0)
    budget.now_ns += 60 * SECOND
    budget.end(NOTHING)
    assert budget.state[1:] == (1, 0)


def test_the_past_is_forgotten() -> None:
    """After two minutes an outage plays no part any more."""
    budget = seen(1000, 0, draw=0.0)
    assert not budget.allows(1)

    budget.now_ns = 120 * SECOND

    assert budget.allows(1)
    assert budget.state[1:] == (0, 0)

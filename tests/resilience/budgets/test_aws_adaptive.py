"""The adaptive mode of the AWS SDKs: a client rate that throttling lowers and CUBIC raises again."""

from itertools import pairwise

import pytest

from tests.resilience.budgets.playing import SECOND, Player
from tiktoktoe_cli.resilience.budgets.aws_adaptive import AWS_ADAPTIVE, Curve, cubic_rate
from tiktoktoe_cli.resilience.budgets.aws_standard import QuotaRules
from tiktoktoe_cli.resilience.budgets.kind import FAILED, NOTHING, REFUSED, SUCCEEDED, THROTTLED

RULES = QuotaRules(capacity=500, retry_cost=14, throttling_cost=5)


@pytest.mark.parametrize(("after_s", "rate"), [(0, 7.0), (1, 9.648936), (2, 10.000031), (3, 10.453285)])
def test_the_rate_follows_the_curve_of_cubic(after_s: int, rate: float) -> None:
    """From a highest rate of 10: 0.4 (t - K)^3 + 10 with K = (10 * 0.3 / 0.4)^(1/3) = 1.957434 s."""
    curve = Curve(highest=10_000_000, since_ns=5 * SECOND, throttled=1)

    assert cubic_rate(curve, (5 + after_s) * SECOND) / 1e6 == pytest.approx(rate, abs=2e-6)


def at_ten_a_second() -> Player:
    """Make ten calls a second for ten seconds, all of them good: the measured rate is close to 10."""
    budget = Player(AWS_ADAPTIVE, RULES)
    for _ in range(100):
        budget.ask(1)
        budget.end(SUCCEEDED)
        budget.now_ns += SECOND // 10
    return budget


def measured(budget: Player) -> float:
    """Return the measured rate, in attempts a second."""
    return float(budget.state[3].rate) / 1e6


def test_the_rate_is_measured_every_half_second() -> None:
    """Six answers until 0.5 s are 12 a second, five until 1 s are 10; the new rate weighs 0.8, the old one 0.2."""
    budget, found = Player(AWS_ADAPTIVE, RULES), []
    for _ in range(11):
        budget.end(SUCCEEDED)
        found.append(measured(budget))
        budget.now_ns += SECOND // 10

    assert found == pytest.approx([0] * 5 + [9.6] * 5 + [9.92])  # 0.8 * 12, 0.8 * 10 + 0.2 * 9.6


def test_the_first_measurement_starts_with_the_second() -> None:
    """A client that starts at 10.25 s is measured since 10 s: four answers until 10.55 s are 8 a second."""
    budget = Player(AWS_ADAPTIVE, RULES, now_ns=10 * SECOND + SECOND // 4)
    for _ in range(4):
        before = measured(budget)
        budget.end(SUCCEEDED)
        budget.now_ns += SECOND // 10

    assert before == 0
    assert measured(budget) == pytest.approx(0.8 * 8)


def test_without_throttling_nothing_is_held_back() -> None:
    """Until the other side says that it has too much to do every attempt starts at once, failures or not."""
    budget = at_ten_a_second()
    budget.end(FAILED)

    assert [budget.ask(1).wait_ns for _ in range(1000)] == [0] * 1000


def test_throttling_lowers_the_rate_to_seven_tenths() -> None:
    """After a throttling at 10 a second one attempt may start every 1/7 s."""
    budget = at_ten_a_second()

    budget.end(THROTTLED)
    waits = [budget.ask(1).wait_ns for _ in range(20)]

    gaps = [later - earlier for earlier, later in pairwise(waits[10:])]
    assert gaps == pytest.approx([SECOND / 7] * 9, rel=1e-3)


def test_the_rate_recovers_after_throttling() -> None:
    """Ten seconds of good answers later attempts are not slower than before the throttling."""
    budget = at_ten_a_second()
    budget.end(THROTTLED)
    for _ in range(100):
        budget.ask(1)
        budget.end(SUCCEEDED)
        budget.now_ns += SECOND // 10

    assert [budget.ask(1).wait_ns for _ in range(10)] == [0] * 10


def test_throttling_again_lowers_the_rate_that_was_allowed() -> None:
    """The second throttling starts from the 7 a second that were allowed, not from the 10 that were measured."""
    budget = at_ten_a_second()
    budget.end(THROTTLED)
    budget.end(THROTTLED)

    assert budget.state[1].rate / 1e6 == pytest.approx(4.9, rel=1e-3)


def test_the_rate_stays_below_twice_the_measured_one() -> None:
    """However long ago the throttling was, a client cannot jump to any rate."""
    budget = at_ten_a_second()
    budget.end(THROTTLED)
    budget.now_ns += 60 * SECOND
    budget.end(SUCCEEDED)

    assert budget.state[1].rate == max(2 * budget.state[3].rate, 500_000)


def test_even_the_slowest_client_makes_an_attempt_every_two_seconds() -> None:
    """A client that is throttled from its first call on keeps a rate of one half a second."""
    budget = Player(AWS_ADAPTIVE, RULES)
    budget.end(THROTTLED)

    assert [budget.ask(1).wait_ns for _ in range(3)] == [2 * SECOND, 4 * SECOND, 6 * SECOND]


def test_retries_are_paid_for_too() -> None:
    """The quota of the standard mode applies, and what was never sent changes no rate."""
    budget = Player(AWS_ADAPTIVE, RULES)
    allowed = [budget.ask(2, FAILED).wait_ns != REFUSED for _ in range(36)]
    before = budget.state

    budget.end(NOTHING, 14)

    assert allowed == [True] * 35 + [False]
    assert budget.state == before

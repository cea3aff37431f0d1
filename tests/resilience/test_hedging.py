"""When another try starts, and what ends a call."""

import pytest

from tiktoktoe_cli.resilience.hedging import ANSWER, HEDGE, WAIT, HedgingRules, after_try, may_hedge

RULES = HedgingRules(delay_ns=100, max_hedges=2)
FAILURE, REFUSAL = 1, -1


def test_there_are_as_many_tries_as_hedges_and_one() -> None:
    """Two hedges make three tries."""
    assert [may_hedge(RULES, tries) for tries in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("tries", "running", "failure", "verdict"),
    [
        (1, 0, 0, ANSWER),
        (3, 2, 0, ANSWER),
        (1, 0, FAILURE, HEDGE),
        (2, 1, FAILURE, HEDGE),
        (3, 1, FAILURE, WAIT),
        (3, 0, FAILURE, ANSWER),
        (1, 0, REFUSAL, ANSWER),
        (2, 1, REFUSAL, WAIT),
    ],
)
def test_what_the_end_of_a_try_means(tries: int, running: int, failure: int, verdict: int) -> None:
    """An answer ends the call; a failure brings the next try; when none is left the last one counts."""
    assert after_try(RULES, tries, running, failure) == verdict

"""The retry quota of the AWS SDKs' standard mode."""

from tests.resilience.budgets.playing import Player
from tiktoktoe_cli.resilience.budgets.aws_standard import AWS_STANDARD, QuotaRules
from tiktoktoe_cli.resilience.budgets.kind import FAILED, SUCCEEDED, THROTTLED, Admission

RULES = QuotaRules(capacity=500, retry_cost=14, throttling_cost=5)


def test_a_full_quota_pays_for_thirty_five_retries() -> None:
    """500 of 14 each are 35, and 10 are left; those still pay for two retries after a throttling."""
    budget = Player(AWS_STANDARD, RULES)

    assert [budget.allows(2, FAILED) for _ in range(36)] == [True] * 35 + [False]
    assert budget.level == 10
    assert [budget.allows(2, THROTTLED) for _ in range(3)] == [True, True, False]
    assert budget.level == 0


def test_a_first_attempt_is_free() -> None:
    """Without anything left calls are made all the same, and cost nothing."""
    budget = Player(AWS_STANDARD, QuotaRules(capacity=14, retry_cost=14, throttling_cost=5))
    budget.ask(2, FAILED)

    assert budget.ask(1) == Admission(0, 0)
    assert budget.level == 0


def test_a_retry_that_succeeds_gets_its_price_back() -> None:
    """The price of the last retry comes back, that of an earlier one of the same call does not."""
    budget = Player(AWS_STANDARD, RULES)
    budget.end(FAILED)
    first = budget.ask(2, FAILED)
    budget.end(THROTTLED, first.debt)
    second = budget.ask(3, THROTTLED)
    assert (first.debt, second.debt, budget.level) == (14, 5, 481)

    budget.end(SUCCEEDED, second.debt)

    assert budget.level == 486


def test_a_call_that_succeeds_at_once_brings_one() -> None:
    """Without any retry a success brings 1, and never more than there is room for."""
    budget = Player(AWS_STANDARD, RULES)
    budget.ask(2, FAILED)

    budget.end(SUCCEEDED)
    assert budget.level == 487
    for _ in range(20):
        budget.end(SUCCEEDED)

    assert budget.level == 500


def test_a_retry_that_fails_brings_nothing_back() -> None:
    """The price of a failed retry is gone."""
    budget = Player(AWS_STANDARD, RULES)
    admission = budget.ask(2, FAILED)

    budget.end(FAILED, admission.debt)

    assert budget.level == 486

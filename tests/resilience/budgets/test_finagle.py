"""Finagle's retry budget: a share of the calls of the last `ttl`, and a reserve."""

import json
from pathlib import Path

import pytest

from tests.resilience.budgets.playing import SECOND, Player
from tiktoktoe_cli.resilience.budgets.finagle import FINAGLE
from tiktoktoe_cli.resilience.budgets.kind import FAILED
from tiktoktoe_cli.resilience.budgets.settings import FinagleSettings


def budget(ttl: str = "10s", per_s: int = 0, percent: str = "0.2") -> Player:
    """Play a budget."""
    settings = {"ttl": ttl, "min_retries_per_s": per_s, "percent": percent}
    return Player(FINAGLE, FinagleSettings.model_validate(settings).rules)


def test_the_shares_of_finagles_own_test(vectors: Path) -> None:
    """Of 10,000 calls as many may be retried as the share says, give or take one."""
    facts = json.loads((vectors / "resilience" / "retry_budget_facts.json").read_text(encoding="utf-8"))
    cases = [fact for fact in facts if fact["test"].startswith("RetryBudgetTest.apply")]
    assert len(cases) == 8
    for case in cases:
        config = case["config"]
        played = budget(f"{config['ttl_s']}s", config["min_retries_per_s"], str(config["percent_can_retry"]))

        retries = 0
        for _ in range(10_000):
            played.ask(1)
            retries += played.allows(2, FAILED)

        assert abs(retries - case["expect"]["retries"]) <= case["expect"]["tolerance"]


def test_the_amounts_of_finagles_formula() -> None:
    """A call deposits 1000, a retry costs 1000 / 0.2, the reserve is 10 a second for 10 s."""
    rules = FinagleSettings().rules

    assert (rules.deposit, rules.withdrawal, rules.reserve) == (1000, 5000, 500_000)


def test_the_reserve_allows_retries_without_any_call() -> None:
    """Two a second over ten seconds are twenty."""
    played = budget(per_s=2)

    assert [played.allows(2, FAILED) for _ in range(21)] == [True] * 20 + [False]


def test_deposits_and_withdrawals_expire() -> None:
    """After `ttl` neither the calls nor the retries before it count."""
    saved, spent = budget(percent="0.5"), budget(per_s=2)
    for _ in range(10):
        saved.ask(1)
    for _ in range(20):
        spent.ask(2, FAILED)

    for played in (saved, spent):
        played.now_ns += 10 * SECOND

    assert not saved.allows(2, FAILED)
    assert spent.allows(2, FAILED)


def test_a_deposit_lives_for_nine_tenths_of_the_time_at_least() -> None:
    """A call just before a slice ends still counts nine slices later."""
    played = budget(percent="1")
    played.now_ns = SECOND - 1
    played.ask(1)

    played.now_ns = 10 * SECOND - 1

    assert played.allows(2, FAILED)


def test_the_level_is_the_number_of_retries_that_are_left() -> None:
    """Ten calls at one half allow five retries; one of them leaves four."""
    played = budget(percent="0.5")
    for _ in range(10):
        played.ask(1)
    before = played.level
    played.ask(2, FAILED)

    assert (before, played.level) == (5, 4)


def test_a_share_of_nothing_leaves_the_reserve() -> None:
    """With a share of 0 calls deposit nothing and only the reserve counts."""
    played = budget(per_s=1, percent="0")
    for _ in range(100):
        played.ask(1)

    assert played.level == 10
    assert [played.allows(2, FAILED) for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.parametrize("attempts", [1, 50])
def test_first_attempts_always_pass(attempts: int) -> None:
    """A budget that is overdrawn holds back no first attempt."""
    played = budget(percent="1")
    for _ in range(attempts):
        played.ask(1)
        played.ask(2, FAILED)
    played.now_ns += 9 * SECOND

    assert played.allows(1)

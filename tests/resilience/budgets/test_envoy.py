"""Envoy's retry budget: a share of what is under way."""

from tests.resilience.budgets.playing import Player
from tiktoktoe_cli.resilience.budgets.envoy import ENVOY, EnvoyRules
from tiktoktoe_cli.resilience.budgets.kind import FAILED, NOTHING, Admission

RULES = EnvoyRules(share_ppm=200_000, min_concurrent=3)


def started(calls: int) -> Player:
    """Start some calls."""
    budget = Player(ENVOY, RULES)
    for _ in range(calls):
        budget.ask(1)
    return budget


def retries(budget: Player, most: int = 1000) -> int:
    """Start as many retries as are allowed."""
    return next((count for count in range(most) if not budget.allows(2, FAILED)), most)


def test_three_retries_are_always_allowed() -> None:
    """With a single call under way 20 % would be none: the least is 3."""
    assert retries(started(1)) == 3


def test_a_fifth_may_be_retries() -> None:
    """With 96 calls under way the n-th retry needs n - 1 < floor(0.2 * (96 + n - 1)): true for 23, false for 24."""
    assert retries(started(96)) == 23


def test_a_retry_that_ends_makes_room_for_another() -> None:
    """What counts are the retries under way, however they end."""
    budget = started(1)
    assert retries(budget) == 3

    assert budget.level == 0
    budget.end(NOTHING, debt=1)

    assert budget.level == 1
    assert retries(budget) == 1


def test_only_retries_owe_something() -> None:
    """A retry owes its place, a first attempt nothing; neither waits."""
    budget = started(1)

    assert (budget.ask(1), budget.ask(2, FAILED)) == (Admission(0, 0), Admission(0, 1))


def test_the_end_of_a_first_attempt_is_not_that_of_a_retry() -> None:
    """When all first attempts have ended the retries are still there."""
    budget = started(2)
    retries(budget)

    for _ in range(2):
        budget.end(FAILED)

    assert budget.state == (3, 3)

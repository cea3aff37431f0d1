"""What holds for every budget, whatever its rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.budgets.playing import SECOND, Player
from tests.resilience.destinations import BAD, BUSY, GOOD, OURS, SLOW
from tiktoktoe_cli.resilience.budgets.catalog import BUDGETS
from tiktoktoe_cli.resilience.budgets.kind import (
    ANSWERED,
    FAILED,
    NOTHING,
    REFUSED,
    SUCCEEDED,
    THROTTLED,
    result_of,
)
from tiktoktoe_cli.resilience.budgets.settings import BudgetSettings
from tiktoktoe_cli.resilience.outcome import Outcome

HIGHEST = {"grpc": 10, "aws_standard": 500, "aws_adaptive": 500, "sre": 1_000_000}
"""The highest level of those that have one, with their default settings."""


def player(kind: str, **settings: Any) -> Player:
    """Play a budget as the YAML asks for it."""
    chosen = BudgetSettings.model_validate({kind: settings})
    return Player(chosen.semantics, chosen.rules)


def test_the_yaml_knows_every_budget_of_the_table() -> None:
    """A kind is in the table and among the settings, or in neither."""
    assert set(BudgetSettings.model_fields) == set(BUDGETS)


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (GOOD, SUCCEEDED),
        (OURS, ANSWERED),
        (BAD, FAILED),
        (SLOW, FAILED),
        (BUSY, THROTTLED),
        (Outcome[str].rejected("open"), NOTHING),
        (Outcome[str].cancelled("gone"), NOTHING),
    ],
)
def test_an_outcome_is_seen_as_one_of_five_results(outcome: Outcome[str], result: int) -> None:
    """Budgets tell apart what they must, and see nothing in what was never sent."""
    assert result_of(outcome) == result


calls = st.lists(
    st.tuples(
        st.lists(st.sampled_from([SUCCEEDED, ANSWERED, FAILED, THROTTLED, NOTHING]), min_size=1, max_size=4),
        st.integers(0, 3 * SECOND),
        st.floats(0, 1, exclude_max=True),
    ),
    max_size=60,
)


@pytest.mark.parametrize("kind", BUDGETS)
@given(script=calls)
def test_levels_stay_in_range_and_time_heals(kind: str, script: list[Any]) -> None:
    """However calls end, nothing is negative, nothing above its highest, and successes bring retries back."""
    budget = player(kind)
    for results, gap_ns, draw in script:
        budget.now_ns += gap_ns
        budget.draw = draw
        before = NOTHING
        for attempt, result in enumerate(results, start=1):
            admission = budget.ask(attempt, before)
            if admission.wait_ns == REFUSED:
                break
            assert admission.wait_ns >= 0
            budget.end(result, admission.debt)
            before = result
            assert 0 <= budget.level <= HIGHEST.get(kind, 10**9)

    budget.draw = 0.999
    for _ in range(600):
        budget.now_ns += SECOND // 2
        if budget.allows(1):
            budget.end(SUCCEEDED)
    assert budget.allows(2, FAILED)

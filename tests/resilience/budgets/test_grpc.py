"""gRPC's retry throttling, by its proposal A6."""

import json
from pathlib import Path

import pytest

from tests.resilience.budgets.playing import Player
from tiktoktoe_cli.resilience.budgets.grpc import GRPC, GrpcRules
from tiktoktoe_cli.resilience.budgets.kind import ANSWERED, FAILED, NOTHING, SUCCEEDED, THROTTLED

RULES = GrpcRules(max_tokens=10_000, ratio=100)


def test_the_tokens_of_the_proposal(vectors: Path) -> None:
    """Each failure takes one of ten tokens, each success brings a tenth, and retries need more than five."""
    facts = json.loads((vectors / "resilience" / "retry_budget_facts.json").read_text(encoding="utf-8"))
    (fact,) = [fact for fact in facts if fact["library"] == "grpc"]
    budget = Player(GRPC, RULES)

    for step in fact["steps"]:
        budget.end(SUCCEEDED if step["outcome"] == "S" else FAILED)
        assert budget.state == (round(step["token_count"] * 1000),)
        assert budget.allows(2, FAILED) == step["retry_allowed"]


def test_exactly_half_is_too_little() -> None:
    """Five failures leave five of ten tokens: no retry; a success brings the share that is missing."""
    budget = Player(GRPC, RULES)
    for _ in range(5):
        budget.end(FAILED)

    assert not budget.allows(2, FAILED)
    budget.end(SUCCEEDED)
    assert budget.allows(2, FAILED)


def test_a_first_attempt_always_passes() -> None:
    """Even without any token calls are made; they are only not retried."""
    budget = Player(GRPC, RULES)
    for _ in range(20):
        budget.end(THROTTLED)

    assert budget.state == (0,)
    assert budget.allows(1)


@pytest.mark.parametrize("result", [ANSWERED, NOTHING])
def test_malformed_requests_and_unsent_ones_change_nothing(result: int) -> None:
    """The caller's own mistakes are no failures of the server, and no successes."""
    budget = Player(GRPC, RULES)
    budget.end(FAILED)

    budget.end(result)

    assert budget.state == (9000,)

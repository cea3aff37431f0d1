"""The calls between two services count what became of them."""

from typing import Any

import pytest

from tests.simulation.side_by_side import Steady
from tests.simulation.systems import policy
from tiktoktoe_cli.resilience.outcome import Outcome, RejectedBy
from tiktoktoe_cli.simulation.calls import CallPath
from tiktoktoe_cli.simulation.engine import Engine, Limits
from tiktoktoe_cli.simulation.outcomes import ERROR, passed_on, rejection
from tiktoktoe_cli.simulation.servers import Pool, Server


class Caller:
    """Keeps the outcomes that it was given."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome[Any]] = []

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Keep an outcome."""
        del now_ns
        self.outcomes.append(outcome)


def path_on(engine: Engine) -> CallPath:
    """Connect two services; the one that is called works for 5 ns."""
    return CallPath("a", "b", Server(engine, Pool(1, 0, lambda: 5, lambda: 0.0)))


@pytest.mark.parametrize("layers", [(), ({"timeout": "1s"},), ({"retry": {}}, {"timeout": "1s"})])
def test_a_call_path_counts_its_attempts(layers: tuple[Any, ...]) -> None:
    """Whatever stands around it, a call that succeeds is one call and one attempt."""
    engine, caller = Engine(Limits()), Caller()
    path = path_on(engine)
    path.protect(policy(*layers), engine, lambda _: Steady(0.0))

    path.start(caller, 0)
    engine.run(lambda _: None)

    assert (path.calls, path.attempts) == (1, 1)
    assert [outcome.is_success for outcome in caller.outcomes] == [True]


def test_failures_count_by_reason_and_rejections_by_layer() -> None:
    """A layer's own rejection counts as both; one that a service further on met is only a failure here."""
    path = path_on(Engine(Limits()))

    for outcome in (ERROR, rejection(RejectedBy.BULKHEAD), passed_on(rejection(RejectedBy.BREAKER))):
        path.count_failure(outcome)

    assert path.failures == {"error": 1, "bulkhead": 1, "breaker": 1}
    assert path.rejections == {RejectedBy.BULKHEAD: 1}


@pytest.mark.parametrize("by", RejectedBy)
def test_a_rejection_says_by_whom_and_when_to_come_back(by: RejectedBy) -> None:
    """Its reason is the word of the layer."""
    told, untold = rejection(by, 7), rejection(by)

    assert (told.rejected_by, told.retry_after_ns, told.reason) == (by, 7, by.value)
    assert (untold.rejected_by, untold.retry_after_ns, untold.reason) == (by, None, by.value)

"""The simulated layers treat every outcome as the live ones do."""

from typing import Any

import pytest

from tests.simulation.systems import policy
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.simulation.calls import BreakerStep, CallPath, Surroundings
from tiktoktoe_cli.simulation.engine import Engine, Limits, Waiting
from tiktoktoe_cli.simulation.servers import Pool, Server

FAILED: Outcome[Any] = Outcome.failed("error")
CANCELLED: Outcome[Any] = Outcome.cancelled("nobody waits any more")


class Callee:
    """A step that answers at once, as it is told."""

    def __init__(self, outcome: Outcome[Any]) -> None:
        self.outcome = outcome

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Answer."""
        waiting.done(now_ns, self.outcome)


class Caller:
    """Keeps the outcomes that it was given."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Keep an outcome."""
        del now_ns
        self.reasons.append(outcome.reason)


def breaker_around(callee: Callee) -> BreakerStep:
    """Put a breaker that opens after two failures, for 1000 ns, around a callee."""
    engine = Engine(Limits())
    server = Server(engine, Pool(1, 0, lambda: 0, lambda: 0.0))
    (layer,) = policy({"circuit_breaker": {"minimum_calls": 2, "reset_timeout": "1us", "half_open_calls": 2}})
    return BreakerStep(Surroundings(engine, lambda: 0.0, CallPath("a", "b", server)), callee, layer.chosen)


def test_an_open_breaker_rejects_without_calling() -> None:
    """After two failures the third call is turned away."""
    caller, step = Caller(), breaker_around(Callee(FAILED))

    for now_ns in (1, 2, 3):
        step.start(caller, now_ns)

    assert caller.reasons == ["error", "error", "rejected"]
    assert [change.cause for change in step.transitions] == ["failure rate"]


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """An outcome that says nothing about the callee takes no permit from the probes that follow."""
    callee, caller = Callee(FAILED), Caller()
    step = breaker_around(callee)
    for now_ns in (1, 2):
        step.start(caller, now_ns)
    callee.outcome = CANCELLED

    for now_ns in range(2000, 2010):
        step.start(caller, now_ns)

    assert caller.reasons[2:] == [CANCELLED.reason] * 10


@pytest.mark.parametrize("layers", [(), ({"timeout": "1s"},), ({"retry": {}}, {"timeout": "1s"})])
def test_a_call_path_counts_its_attempts(layers: tuple[Any, ...]) -> None:
    """Whatever stands around it, a call that succeeds is one call and one attempt."""
    engine, caller = Engine(Limits()), Caller()
    path = CallPath("a", "b", Server(engine, Pool(1, 0, lambda: 5, lambda: 0.0)))
    path.protect(policy(*layers), engine, lambda: 0.0)

    path.start(caller, 0)
    engine.run(lambda _: None)

    assert (path.calls, path.attempts, caller.reasons) == (1, 1, [""])

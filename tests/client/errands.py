"""What came of errands, made up: one of everything."""

from __future__ import annotations

from typing import Any

from tests.client.making import MS, SECOND, policy
from tiktoktoe_cli.client.facts import Content, Ending, Errand, RequestFacts, SendFacts, Step, StepKind
from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.resilience.breaker import CircuitBreaker
from tiktoktoe_cli.resilience.layers.retry import RetryMetrics
from tiktoktoe_cli.resilience.metrics import LayerMetrics, PolicyMetrics, ResponseTimes
from tiktoktoe_cli.resilience.outcome import Cause
from tiktoktoe_cli.transport import Timing

KEY = PolicyKey("default", "payments:8080")
HI = Content(b'{"ok": true}', {"ok": True}, '{"ok": true}', "application/json", is_cut=False)
TIMING = Timing(total_ns=20 * MS, dns_ns=MS, connect_ns=2 * MS, ttfb_ns=15 * MS, transfer_ns=2 * MS)

FAILED = Step(
    kind=StepKind.ATTEMPT,
    request="charge",
    at_ns=0,
    outcome="failed",
    cause="error",
    detail="`http://payments:8080/` answered 503 Service Unavailable",
    reason="status",
    number=1,
    elapsed_ns=20 * MS,
    status=503,
    timing=TIMING,
    retry_after_ns=SECOND,
)
REFUSED = Step(
    kind=StepKind.ATTEMPT,
    request="charge",
    at_ns=0,
    outcome="failed",
    cause="error",
    detail="`payments:8080` refused the connection",
    reason="refused",
    number=1,
    elapsed_ns=MS,
    error="refused",
    timing=Timing(MS),
)
HEDGE = Step(
    kind=StepKind.ATTEMPT,
    request="charge",
    at_ns=10 * MS,
    outcome="succeeded",
    number=1,
    hedge=1,
    elapsed_ns=20 * MS,
    status=200,
    timing=TIMING,
)
ABANDONED = Step(
    StepKind.ATTEMPT, "charge", 0, "cancelled", "cancelled", "given up", number=1, elapsed_ns=5 * SECOND
)
OPENED = Step(
    StepKind.TRANSITION,
    "charge",
    20 * MS,
    "open",
    "failure rate",
    "the breaker went from closed to open: failure rate",
)
REJECTED = Step(
    StepKind.REJECTION,
    "charge",
    30 * MS,
    "rejected",
    "breaker",
    "rejected by the breaker, for 970ms more",
    retry_after_ns=970 * MS,
)
GOOD = Step(
    kind=StepKind.ATTEMPT,
    request="charge",
    at_ns=220 * MS,
    outcome="succeeded",
    number=2,
    wait_ns=200 * MS,
    wait_reason="backoff",
    elapsed_ns=20 * MS,
    status=200,
    timing=TIMING,
)


def one(number: int, ending: Ending, *steps: Step, **words: Any) -> RequestFacts:
    """Make up one request that took 240 ms."""
    usual = {"elapsed_ns": 240 * MS, "cause": "", "detail": "", "status": None, "age_ns": None}
    return RequestFacts(number, "charge", 0, ending=ending, steps=steps, **{**usual, **words})


ANSWERED = one(1, Ending.ANSWERED, FAILED, GOOD, status=200, content=HI)
FALLBACK = one(
    2, Ending.FALLBACK, FAILED, cause="error", reason="status", detail=FAILED.detail, age_ns=3 * SECOND
)
UNEXPECTED = one(
    3, Ending.UNEXPECTED, FAILED, OPENED, cause="error", reason="status", detail=FAILED.detail, status=503
)
TURNED_AWAY = one(
    4,
    Ending.REJECTED,
    REJECTED,
    cause="breaker",
    reason="breaker",
    detail="the circuit is open",
    elapsed_ns=MS,
)
UNANSWERED = one(5, Ending.UNANSWERED, REFUSED, cause="error", reason="refused", detail=REFUSED.detail)
CANCELLED = one(6, Ending.CANCELLED, ABANDONED, cause="cancelled", reason="cancelled", detail="stopped")
ALL = (ANSWERED, FALLBACK, UNEXPECTED, TURNED_AWAY, UNANSWERED, CANCELLED)


def metrics() -> PolicyMetrics:
    """Make up what a policy did, with a breaker that is open for 50 ms."""
    (layer,) = policy({"circuit_breaker": {"minimum_calls": 1, "reset_timeout": "1s"}})
    breaker = CircuitBreaker(layer.chosen)
    breaker.record(breaker.acquire(0), SECOND, 20 * MS, 1)
    breaker.acquire(SECOND)
    return PolicyMetrics(
        calls=5,
        attempts=6,
        successes=2,
        fallbacks=1,
        failures={Cause.ERROR: 2, Cause.BREAKER: 1},
        success_times=ResponseTimes(MS, MS, MS),
        failure_times=None,
        layers=(
            LayerMetrics("retry", RetryMetrics(retries=1, rejected=0, budget_level=None)),
            LayerMetrics("circuit_breaker", breaker.metrics(SECOND + 50 * MS)),
        ),
    )


def errand(*requests: RequestFacts, repeat: int = 1, stopped: bool = False, **words: Any) -> SendFacts:
    """Make up an errand that took two seconds on a Monday morning."""
    asked = Errand("charge", "POST", "http://payments:8080/", "payments:8080", "default", repeat)
    return SendFacts(asked, 1_772_438_400.0, 2 * SECOND, requests, {KEY: metrics()}, stopped, **words)

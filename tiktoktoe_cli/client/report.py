"""The facts of an errand as a report: an item for all that happened and for each request, which also is a case.

Items stand in the order of their requests; what happened to a request stands before it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.client.facts import Ending, StepKind
from tiktoktoe_cli.client.metrics import layer_data, metrics_of, times_data
from tiktoktoe_cli.config.masking import sounds_secret, without_secrets
from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.transport.variables import PHASES, phases_of
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.client.facts import RequestFacts, SendFacts, Step
    from tiktoktoe_cli.client.request import PolicyKey
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.resilience.metrics import PolicyMetrics, ResponseTimes

COMMAND: Final = "request send"
HIDDEN: Final = "(hidden)"
COLUMNS: Final = (
    Column("request", "REQUEST", shows=Shows.NUMBER),
    Column("kind", "KIND"),
    Column("name", "NAME"),
    Column("at_ms", "AT", shows=Shows.MILLISECONDS),
    Column("wait_ms", "WAIT", shows=Shows.MILLISECONDS),
    Column("outcome", "OUTCOME", shows=Shows.STATE),
    Column("reason", "CAUSE"),
    Column("status", "STATUS", shows=Shows.NUMBER),
    *(Column(f"timing.{phase}_ms", phase.upper(), shows=Shows.MILLISECONDS) for phase in PHASES),
    Column("detail", "DETAIL"),
)
_OUTCOMES: Final = {
    Ending.ANSWERED: CaseOutcome.PASSED,
    Ending.FALLBACK: CaseOutcome.FAILED,
    Ending.UNEXPECTED: CaseOutcome.FAILED,
    Ending.REJECTED: CaseOutcome.ERROR,
    Ending.UNANSWERED: CaseOutcome.ERROR,
    Ending.CANCELLED: CaseOutcome.SKIPPED,
}
_WORDS: Final = {
    Ending.ANSWERED: "answered",
    Ending.FALLBACK: "answered by the fallback",
    Ending.UNEXPECTED: "answered unexpectedly",
    Ending.REJECTED: "rejected",
    Ending.UNANSWERED: "not answered",
    Ending.CANCELLED: "given up",
}


def report_of(facts: SendFacts) -> Report:
    """Turn what came of an errand into a report."""
    return Report(
        command=COMMAND,
        ok=facts.is_success,
        verdict=_verdict(facts),
        summary=_summary(facts),
        items=[item for request in facts.requests for item in _items(request)],
        columns=COLUMNS,
        problems=facts.problems,
        cases=tuple(_cases(facts)),
        metrics=metrics_of(facts),
        started_at=datetime.fromtimestamp(facts.started_s, UTC),
    )


def request_item(request: RequestFacts) -> dict[str, Json]:
    """Write a request as other programs read it."""
    total_ms = request.elapsed_ns / NS_PER_MS
    return {
        "name": request.name,
        "kind": "request",
        "request": request.number,
        "at_ms": request.started_ns / NS_PER_MS,
        "outcome": request.ending.value,
        "cause": request.cause or None,
        "reason": request.reason or None,
        "status": request.status,
        "attempts": request.attempts,
        "wait_ms": request.waited_ns / NS_PER_MS,
        "timing": {"total_ms": total_ms},
        "detail": request.detail or None,
        "age_ms": _ms(request.age_ns),
        "headers": shown_headers(request) or None,
        "body": without_secrets(request.content.value) if request.content else None,
    }


def shown_headers(request: RequestFacts) -> dict[str, str]:
    """Write the headers of the answer by name, those that are repeated on lines; credentials are not shown."""
    shown: dict[str, str] = {}
    for name, value in request.headers:
        told = HIDDEN if sounds_secret(name) else value
        shown[name] = f"{shown[name]}\n{told}" if name in shown else told
    return shown


def step_item(request: int, step: Step) -> dict[str, Json]:
    """Write one thing that happened to a request; what does not apply to its kind is null."""
    return {
        "name": step.request,
        "kind": step.kind.value,
        "request": request,
        "at_ms": step.at_ns / NS_PER_MS,
        "outcome": step.outcome,
        "cause": step.cause or None,
        "reason": step.reason or step.cause or None,
        "status": step.status,
        "attempt": step.number,
        "hedge": step.hedge,
        "wait_ms": step.wait_ns / NS_PER_MS if step.kind in _WAITING else None,
        "wait_reason": step.wait_reason or None,
        "timing": _timing(step),
        "detail": step.detail or None,
        "error": step.error or None,
        "retry_after_ms": _ms(step.retry_after_ns),
    }


_WAITING: Final = {StepKind.ATTEMPT, StepKind.REJECTION}


def _items(request: RequestFacts) -> Iterator[dict[str, Json]]:
    for step in request.steps:
        yield step_item(request.number, step)
    yield request_item(request)


def _timing(step: Step) -> dict[str, Json] | None:
    """Write the phases; of an attempt that was given up only the sum is known."""
    if step.timing:
        return {f"{phase}_ms": spent_ns / NS_PER_MS for phase, spent_ns in phases_of(step.timing).items()}
    return None if step.elapsed_ns is None else {"total_ms": step.elapsed_ns / NS_PER_MS}


def _verdict(facts: SendFacts) -> str:
    if len(facts.requests) == 1 and facts.errand.repeat == 1:
        return ("stopped: " if facts.stopped else "") + _verdict_on_one(facts.requests[0])
    return (f"{_stopped(facts)}: " if facts.stopped else "") + counted(facts)


def _stopped(facts: SendFacts) -> str:
    """Say how far it came; what was given up does not count."""
    ended = len(facts.requests) - facts.endings[Ending.CANCELLED]
    return f"stopped after {ended:,} of {plural(facts.errand.repeat, 'request')}"


def counted(facts: SendFacts) -> str:
    """Say how many requests ended in which way, and why."""
    endings = facts.endings
    parts = [f"{endings[ending]:,} {_WORDS[ending]}" for ending in Ending if endings[ending]]
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in facts.reasons.most_common())
    told = f"{plural(len(facts.requests), 'request')}: {', '.join(parts) or 'nothing was sent'}"
    return f"{told}{f' ({reasons})' if reasons else ''} in {duration(facts.elapsed_ns / NS_PER_S)}"


def _verdict_on_one(request: RequestFacts) -> str:
    status = f" {request.status}" if request.ending is Ending.ANSWERED and request.status else ""
    attempts = f" after {request.attempts} attempts" if request.attempts > 1 else ""
    because = f": {request.detail}" if request.detail else ""
    spent = duration(request.elapsed_ns / NS_PER_S)
    return f"`{request.name}` was {_WORDS[request.ending]}{status}{attempts} in {spent}{because}"


def timed(times: ResponseTimes) -> str:
    """Say how long requests took."""
    known = (("p50", times.p50_ns), ("p95", times.p95_ns), ("p99", times.p99_ns))
    return ", ".join(f"{name} {duration(spent_ns / NS_PER_S)}" for name, spent_ns in known)


def _summary(facts: SendFacts) -> dict[str, Json]:
    errand, endings, times = facts.errand, facts.endings, facts.times
    elapsed_s = facts.elapsed_ns / NS_PER_S
    return {
        "name": errand.name,
        "method": errand.method,
        "url": errand.url,
        "destination": errand.destination,
        "policy": errand.policy,
        "asked_for": errand.repeat,
        "requests": len(facts.requests),
        **{ending.value: endings[ending] for ending in Ending},
        "success_rate": facts.success_rate,
        "causes": dict(facts.causes),
        "reasons": dict(facts.reasons),
        "attempts": sum(one.attempts for one in facts.requests),
        "stopped": facts.stopped,
        "elapsed_s": elapsed_s,
        "requests_per_s": len(facts.requests) / elapsed_s if elapsed_s else None,
        "response_time_ms": times_data(times),
        "policies": [_policy(key, metrics) for key, metrics in facts.policies.items()],
    }


def _policy(key: PolicyKey, metrics: PolicyMetrics) -> dict[str, Json]:
    return {
        "policy": key.policy,
        "destination": key.destination,
        "calls": metrics.calls,
        "attempts": metrics.attempts,
        "successes": metrics.successes,
        "fallbacks": metrics.fallbacks,
        "failures": {cause.value: count for cause, count in metrics.failures.items()},
        "success_time_ms": times_data(metrics.success_times),
        "failure_time_ms": times_data(metrics.failure_times),
        "layers": [{"kind": layer.kind, **layer_data(layer.facts)} for layer in metrics.layers],
    }


def _cases(facts: SendFacts) -> Iterator[Case]:
    """Make a case of each request; that the others are missing is one too."""
    yield from (_case(request, facts.errand.place) for request in facts.requests)
    if facts.stopped:
        place = facts.errand.place
        yield Case(facts.errand.name, "all requests", CaseOutcome.ERROR, _stopped(facts), place=place)


def _case(request: RequestFacts, place: Place | None) -> Case:
    words = "" if request.ending is Ending.ANSWERED else f"{_WORDS[request.ending]}: {request.detail}"
    elapsed_s = request.elapsed_ns / NS_PER_S
    outcome = _OUTCOMES[request.ending]
    return Case(request.name, f"request {request.number}", outcome, words, elapsed_s, place)


def _ms(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / NS_PER_MS

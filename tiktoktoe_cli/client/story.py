"""What a request lives through, told as it happens, becomes the steps of its facts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.client.facts import Content, Ending, RequestFacts, Step, StepKind
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience.events import (
    FallbackFailed,
    FallbackMissing,
    FallbackUsed,
    HedgeStarted,
    QueueLeft,
    Rejected,
    TimedOut,
    Transition,
    WaitStarted,
)
from tiktoktoe_cli.resilience.outcome import Cause, OutcomeKind
from tiktoktoe_cli.transport import HttpReply
from tiktoktoe_cli.transport.outcomes import outcome_of
from tiktoktoe_cli.transport.variables import body_of, text_of
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.transport import TransportFailure

_TEXTS: Final = ("text/", "json", "xml", "javascript", "x-www-form-urlencoded", "yaml")


@dataclass(frozen=True, slots=True)
class AttemptBegun:
    """A request is being sent."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class AttemptOver:
    """A request was sent and came to an end; `answer` is None if a policy or the user gave it up."""

    started_ns: int
    ended_ns: int
    outcome: Outcome[HttpReply]
    answer: HttpReply | TransportFailure | None


Happening: TypeAlias = (
    AttemptBegun
    | AttemptOver
    | FallbackFailed
    | FallbackMissing
    | FallbackUsed
    | HedgeStarted
    | QueueLeft
    | Rejected
    | TimedOut
    | Transition
    | WaitStarted
)
Tell: TypeAlias = Callable[[str, Happening], None]
"""Is told what happens to a request, by the request's name: a fallback's is another one than the caller's."""


class _Begun(NamedTuple):
    """An attempt that is under way: its place among the others, and what it waited for."""

    at_ns: int
    number: int
    hedge: int | None
    wait_ns: int
    wait_reason: str


class Story:
    """One request from its start on; `begun_ns` is when the first of all began."""

    def __init__(self, number: int, name: str, begun_ns: int, started_ns: int) -> None:
        self._number = number
        self._name = name
        self._begun_ns = begun_ns
        self._started_ns = started_ns
        self._steps: list[Step] = []
        self._running: list[_Begun] = []
        self._tries = 0
        self._hedge: int | None = None
        self._wait_ns = 0
        self._wait_reasons: list[str] = []

    def take(self, request: str, event: Happening) -> Step | None:
        """Take note of what happened; return the step that it makes or changes, if it does."""
        match event:
            case AttemptBegun() | HedgeStarted() | QueueLeft() | WaitStarted():
                self._note(event)
                return None
            case TimedOut():
                return self._time_out(event)
            case _:
                self._steps.append(self._step(request, event))
                return self._steps[-1]

    def _note(self, event: AttemptBegun | HedgeStarted | QueueLeft | WaitStarted) -> None:
        """Keep in mind what belongs to a step that is still to come."""
        match event:
            case AttemptBegun():
                self._running.append(self._begin(event.at_ns))
            case HedgeStarted():
                self._hedge = event.number
            case QueueLeft():
                self._wait(event.duration_ns, f"{event.of.value} queue")
            case WaitStarted():
                self._wait(event.duration_ns, event.reason.value)

    def _step(
        self,
        request: str,
        event: AttemptOver | FallbackFailed | FallbackMissing | FallbackUsed | Rejected | Transition,
    ) -> Step:
        match event:
            case AttemptOver():
                return self._attempt(request, event)
            case Rejected():
                return self._rejection(request, event)
            case Transition():
                return self._transition(request, event)
            case FallbackUsed():
                return self._fallback(request, event)
            case FallbackFailed():
                at_ns, cause = event.at_ns - self._begun_ns, event.outcome.cause or ""
                detail = _both(event.covered, event.outcome)
                return Step(StepKind.FALLBACK, request, at_ns, "failed", cause, detail)
            case FallbackMissing():
                at_ns = event.at_ns - self._begun_ns
                missing = "no answer is kept to stand in"
                return Step(StepKind.FALLBACK, request, at_ns, "missing", detail=missing)

    def end(self, outcome: Outcome[Any], ended_ns: int, *, keeps_body: bool) -> RequestFacts:
        """Sum it up; only a body that is asked for is kept."""
        failure = outcome.covered or outcome
        return RequestFacts(
            number=self._number,
            name=self._name,
            started_ns=self._started_ns - self._begun_ns,
            elapsed_ns=ended_ns - self._started_ns,
            ending=Ending.of(outcome),
            cause=failure.cause.value if failure.cause else "",
            detail=failure.reason if outcome.is_success else _both(failure, outcome),
            status=_status_of(outcome.value),
            age_ns=outcome.age_ns,
            steps=tuple(sorted(self._steps, key=lambda step: step.at_ns)),
            content=_content(outcome.value) if keeps_body else None,
            reason=self._reason(failure),
            headers=outcome.value.headers if keeps_body and isinstance(outcome.value, HttpReply) else (),
        )

    def _wait(self, duration_ns: int, reason: str) -> None:
        self._wait_ns += duration_ns
        self._wait_reasons.append(reason)

    def _waited(self) -> tuple[int, str]:
        wait_ns, reasons = self._wait_ns, ", ".join(self._wait_reasons)
        self._wait_ns = 0
        self._wait_reasons.clear()
        return wait_ns, reasons

    def _begin(self, at_ns: int) -> _Begun:
        """Number an attempt; a hedge has the number of the attempt that it was started beside."""
        hedge, self._hedge = self._hedge if self._tries else None, None
        self._tries += hedge is None
        return _Begun(at_ns, self._tries, hedge, *self._waited())

    def _end(self, started_ns: int) -> _Begun:
        for begun in self._running:
            if begun.at_ns == started_ns:
                self._running.remove(begun)
                return begun
        return self._begin(started_ns)

    def _time_out(self, event: TimedOut) -> Step | None:
        """Say of the attempts that were cut off by a policy's timeout that they came too late, not that they lost."""
        late = None
        for place, step in enumerate(self._steps):
            is_cancelled = step.kind is StepKind.ATTEMPT and step.cause == Cause.CANCELLED
            if is_cancelled and self._begun_ns + step.at_ns + (step.elapsed_ns or 0) >= event.at_ns:
                outcome, cause = OutcomeKind.TIMED_OUT.value, Cause.TIMEOUT.value
                late = replace(step, outcome=outcome, cause=cause, reason=cause, detail=event.reason)
                self._steps[place] = late
        return late

    def _reason(self, failure: Outcome[Any]) -> str:
        """Take the reason of the attempt that failed last, where the cause is an error."""
        if failure.cause is Cause.ERROR:
            errors = (step.reason for step in reversed(self._steps) if step.cause == Cause.ERROR)
            return next(errors, failure.cause.value)
        return failure.cause.value if failure.cause else ""

    def _attempt(self, request: str, event: AttemptOver) -> Step:
        begun = self._end(event.started_ns)
        answer, outcome = event.answer, event.outcome
        return Step(
            kind=StepKind.ATTEMPT,
            request=request,
            at_ns=event.started_ns - self._begun_ns,
            outcome=outcome.kind.value,
            cause=outcome.cause.value if outcome.cause else "",
            detail=outcome.reason,
            reason=_reason_of(outcome, answer),
            number=begun.number,
            hedge=begun.hedge,
            wait_ns=begun.wait_ns,
            wait_reason=begun.wait_reason,
            elapsed_ns=event.ended_ns - event.started_ns,
            status=_status_of(answer),
            error="" if answer is None or isinstance(answer, HttpReply) else answer.reason.value,
            timing=answer.timing if answer else None,
            retry_after_ns=outcome.retry_after_ns,
        )

    def _rejection(self, request: str, event: Rejected) -> Step:
        wait_ns, reason = self._waited()
        return Step(
            kind=StepKind.REJECTION,
            request=request,
            at_ns=event.at_ns - self._begun_ns,
            outcome="rejected",
            cause=event.by.value,
            detail=f"rejected by the {event.by.value.replace('_', ' ')}{_until(event.retry_after_ns)}",
            wait_ns=wait_ns,
            wait_reason=reason,
            retry_after_ns=event.retry_after_ns,
        )

    def _transition(self, request: str, event: Transition) -> Step:
        detail = f"the breaker went from {event.source} to {event.target}: {event.cause}"
        at_ns = event.at_ns - self._begun_ns
        return Step(StepKind.TRANSITION, request, at_ns, event.target.value, event.cause, detail)

    def _fallback(self, request: str, event: FallbackUsed) -> Step:
        cause = event.covered.cause.value if event.covered.cause else ""
        age = "" if event.age_ns is None else f", {duration(event.age_ns / NS_PER_S)} old,"
        detail = f"the fallback{age} stands in for: {event.covered.reason}"
        return Step(StepKind.FALLBACK, request, event.at_ns - self._begun_ns, "used", cause, detail)


def _both(failure: Outcome[Any], end: Outcome[Any]) -> str:
    """Say how a call failed, and how what was to stand in for it did."""
    return failure.reason if end is failure else f"{failure.reason}; the fallback failed too: {end.reason}"


def _until(retry_after_ns: int | None) -> str:
    return "" if retry_after_ns is None else f", for {duration(retry_after_ns / NS_PER_S)} more"


def _reason_of(outcome: Outcome[HttpReply], answer: HttpReply | TransportFailure | None) -> str:
    """Say in one word why an attempt did not succeed: the cause, or where it is an error what kind of error."""
    if outcome.cause is not Cause.ERROR or answer is None:
        return outcome.cause.value if outcome.cause else ""
    if isinstance(answer, HttpReply):
        return "expect" if outcome_of(answer).is_success else "status"
    return answer.reason.value


def _status_of(answer: object) -> int | None:
    return answer.status if isinstance(answer, HttpReply) else None


def _content(value: Any) -> Content | None:  # a fallback may answer anything
    if value is None:
        return None
    if not isinstance(value, HttpReply):
        return _content_of_value(value)
    content_type = value.header("content-type") or ""
    text = text_of(value) if _is_text(content_type, value.body) else None
    return Content(
        value.body, None if text is None else body_of(value).value, text, content_type, value.is_cut
    )


def _content_of_value(value: Any) -> Content:  # whatever the YAML holds
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    content_type = "text/plain" if isinstance(value, str) else "application/json"
    return Content(text.encode(), value, text, content_type, is_cut=False)


def _is_text(content_type: str, body: bytes) -> bool:
    """Ask whether a body may be shown: a server that says nothing is taken at its bytes."""
    if content_type:
        return any(word in content_type.lower() for word in _TEXTS)
    return b"\0" not in body

"""What was sent and what came of it: steps, requests, the whole errand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.errors import ExitCode, Problem
from tiktoktoe_cli.resilience.metrics import ResponseTimes
from tiktoktoe_cli.resilience.outcome import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.client.request import PolicyKey
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.resilience.metrics import PolicyMetrics
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.transport import Timing


class Ending(StrEnum):
    """How a request ended; the words are stable and part of the output."""

    ANSWERED = "answered"  # as expected
    FALLBACK = "fallback"  # something else stands in for the answer
    UNEXPECTED = "unexpected"  # there is an answer, but not the one that was expected
    REJECTED = "rejected"  # a policy did not let it through
    UNANSWERED = "unanswered"  # sent, but the network brought no answer, or too late
    CANCELLED = "cancelled"  # the user did not want to wait for it

    @classmethod
    def of(cls, outcome: Outcome[Any]) -> Ending:  # a fallback may answer anything
        """Tell how a request with this outcome ended."""
        if outcome.is_success:
            return cls.FALLBACK if outcome.is_fallback else cls.ANSWERED
        if outcome.value is not None:
            return cls.UNEXPECTED
        if outcome.rejected_by:
            return cls.REJECTED
        return cls.CANCELLED if outcome.cause is Cause.CANCELLED else cls.UNANSWERED


_EXIT_CODES = {
    Ending.ANSWERED: ExitCode.YES,
    Ending.FALLBACK: ExitCode.NO,
    Ending.UNEXPECTED: ExitCode.NO,
    Ending.REJECTED: ExitCode.UNFINISHED,
    Ending.UNANSWERED: ExitCode.UNFINISHED,
    Ending.CANCELLED: ExitCode.UNFINISHED,
}


class StepKind(StrEnum):
    """What can happen while a request is under way."""

    ATTEMPT = "attempt"
    REJECTION = "rejection"
    TRANSITION = "transition"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, `at_ns` after the first request began.

    `outcome` is how an attempt ended, `rejected`, the breaker's new state, `used` or `missing`; `cause` says why in one
    word or two, `reason` the same more finely where it is an error (`refused`, `status`, `expect`), `error` is the
    network's reason. `wait_ns` passed before an attempt because of `wait_reason`; `elapsed_ns` is how long it took,
    also where its phases are not known because it was given up. Attempts are numbered as they began; a hedge has the
    `number` of the attempt beside which it was started, and counts itself as `hedge`.
    """

    kind: StepKind
    request: str
    at_ns: int
    outcome: str
    cause: str = ""
    detail: str = ""
    reason: str = ""
    number: int | None = None
    hedge: int | None = None
    wait_ns: int = 0
    wait_reason: str = ""
    elapsed_ns: int | None = None
    status: int | None = None
    error: str = ""
    timing: Timing | None = None
    retry_after_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The body of an answer: its bytes, what they mean, and as text where they are one."""

    raw: bytes
    value: Any  # JSON, if it is
    text: str | None
    content_type: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """One request, from its start (`started_ns` after the first one's) to its end, policy and all."""

    number: int
    name: str
    started_ns: int
    elapsed_ns: int
    ending: Ending
    cause: str
    detail: str
    status: int | None
    age_ns: int | None
    steps: tuple[Step, ...]
    content: Content | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def attempts(self) -> int:
        """How often something was sent."""
        return sum(step.kind is StepKind.ATTEMPT for step in self.steps)

    @property
    def waited_ns(self) -> int:
        """How long the policy let it wait."""
        return sum(step.wait_ns for step in self.steps)


@dataclass(frozen=True, slots=True)
class Errand:
    """What was asked for: a request, as it may be shown, the policy it goes through, if any, and where it stands."""

    name: str
    method: str
    url: str
    destination: str
    policy: str | None
    repeat: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class SendFacts:
    """What came of an errand; `stopped` says that the user ended it early. `started_s` is Unix time."""

    errand: Errand
    started_s: float
    elapsed_ns: int
    requests: tuple[RequestFacts, ...]
    policies: Mapping[PolicyKey, PolicyMetrics]
    stopped: bool
    problems: tuple[Problem, ...] = ()

    @property
    def endings(self) -> Counter[Ending]:
        """Count the requests by how they ended."""
        return Counter(request.ending for request in self.requests)

    @property
    def causes(self) -> Counter[str]:
        """Count the requests that were not answered as expected by their cause."""
        return Counter(request.cause for request in self.requests if request.cause)

    @property
    def reasons(self) -> Counter[str]:
        """Count them by their reason, which tells one error from another."""
        return Counter(request.reason for request in self.requests if request.reason)

    @property
    def sent(self) -> tuple[RequestFacts, ...]:
        """The requests of which something was sent, and that came to an end: only they tell of response times."""
        return tuple(one for one in self.requests if one.attempts and one.ending is not Ending.CANCELLED)

    @property
    def times(self) -> ResponseTimes | None:
        """How long the requests took that were sent; None if none was."""
        return ResponseTimes.of(tuple(one.elapsed_ns for one in self.sent))

    @property
    def success_rate(self) -> float | None:
        """The share of the requests that were answered as expected; None if there were none."""
        return self.endings[Ending.ANSWERED] / len(self.requests) if self.requests else None

    @property
    def is_success(self) -> bool:
        """Whether all was answered as expected; not so if the user stopped it, or nothing was sent."""
        is_complete = bool(self.requests) and not self.stopped
        return is_complete and all(one.ending is Ending.ANSWERED for one in self.requests)

    @property
    def exit_code(self) -> ExitCode:
        """The worst of what the requests' endings mean; nothing sent is not finished."""
        return max((_EXIT_CODES[one.ending] for one in self.requests), default=ExitCode.UNFINISHED)

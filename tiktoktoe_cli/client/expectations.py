"""An answer and what was expected of it → how the call ended. Pure: what has no value never holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.expressions.conditions import describe, evaluate
from tiktoktoe_cli.resilience import Outcome
from tiktoktoe_cli.transport import HttpReply
from tiktoktoe_cli.transport.outcomes import outcome_of
from tiktoktoe_cli.transport.variables import PHASES, body_of, phases_of, variables_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.transport import TransportFailure

VARIABLES: Final = ("status", "body", "headers", "timing", "url")
"""What an expectation may read; `timing` holds the phases that there were."""
EXAMPLES: Final[Mapping[str, Any]] = {  # Any: CEL is dynamically typed
    "status": 200,
    "headers": {},
    "timing": dict.fromkeys(PHASES, Duration(1)),
    "url": "http://127.0.0.1/",
}
"""Values of the right types; the body may be anything, and so has none."""


def judge(
    expect: Sequence[Expression], answer: HttpReply | TransportFailure, now: datetime | None = None
) -> Outcome[HttpReply]:
    """Tell how a call ended; `now` is what a date in `Retry-After` is compared with.

    Without expectations the status decides. With some they do: a 404 that is expected is a success, and a 200 that
    is not what was expected is a failure that may be otherwise the next time.
    """
    usual = outcome_of(answer, now=now)
    if not expect or not isinstance(answer, HttpReply):
        return usual
    body = body_of(answer)
    timing = {name: Duration(spent_ns) for name, spent_ns in phases_of(answer.timing).items()}
    bindings = {**variables_of(answer, body), "timing": timing}
    results = (evaluate(expression, bindings) for expression in expect)
    broken = next((result for result in results if not result.holds), None)
    if broken is None:
        return Outcome.succeeded(answer)
    reason = "; ".join([describe(broken), *body.remarks])
    return Outcome.failed(reason, value=answer) if usual.is_success else usual

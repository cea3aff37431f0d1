"""Expectations that hold although nothing answered: found by evaluating each once on an empty result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.health.facts import Demand, ExpectationOutcome
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.verdict import asks_about_failure, evaluate
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.health.settings import CheckSettings

_NOTHING: Final = Observation(Timing(total_ns=0), failure=Failure("none", "nothing answered"))


def find_vacuous(service: str, checks: Sequence[CheckSettings], place: Locate) -> Iterator[Problem]:
    """Yield a warning for each expectation of a service's checks that an empty result fulfils.

    One that names `connected` or `error` is about there being no answer, and is left alone. `place` is the
    document's `place`.
    """
    for check_position, check in enumerate(checks):
        for position, expression in enumerate(check.expect):
            result = evaluate(expression, _NOTHING.bindings, Demand.EXPECT)
            if result.outcome is ExpectationOutcome.HELD and not asks_about_failure(expression):
                at = place("services", service, "health", check_position, "expect", position)
                message = f"`{expression.text}` holds even if nothing answers"
                hint = f"it proves nothing; name what a good answer has: {_suggestions(check)}"
                yield Problem("vacuous-expectation", message, at, hint, Severity.WARNING)


def _suggestions(check: CheckSettings) -> str:
    return ", ".join(f"`{text}`" for text in check.probe.assumed)

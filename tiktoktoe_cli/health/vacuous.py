"""Expectations that hold although nothing answered: found by evaluating each once on an empty result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.expressions.conditions import evaluate
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.verdict import asks_about_failure
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.health.settings import Examination

_NOTHING: Final = Observation(Timing(total_ns=0), failure=Failure("none", "nothing answered"))


def find_vacuous(check: Examination, path: tuple[str | int, ...], place: Locate) -> Iterator[Problem]:
    """Yield a warning for each expectation of a check that an empty result fulfils.

    One that names `connected` or `error` is about there being no answer, and is left alone. `path` is where the
    check stands in the document, whose `place` is given.
    """
    for position, expression in enumerate(check.expect):
        if evaluate(expression, _NOTHING.bindings).holds and not asks_about_failure(expression):
            assumed = ", ".join(f"`{text}`" for text in check.probe.assumed)
            yield Problem(
                "vacuous-expectation",
                f"`{expression.text}` holds even if nothing answers",
                place(*path, "expect", position),
                f"it proves nothing; name what a good answer has: {assumed}",
                Severity.WARNING,
            )

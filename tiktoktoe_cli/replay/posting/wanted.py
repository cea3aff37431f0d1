"""Which dead letters are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.expressions import EvaluationError, ExpressionError, compile_expression

if TYPE_CHECKING:
    from collections.abc import Collection

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.posting.stored import Stored

VARIABLES = (
    "reason",
    "disposition",
    "stage",
    "errors",
    "source",
    "event_time",
    "destination",
    "attempts",
    "status",
    "replay_count",
    "event",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Letters with one of these reasons, of one of these stages, with one of these ids or numbers, that meet `where`.

    What is empty excludes nothing.
    """

    reasons: Collection[str] = ()
    stages: Collection[str] = ()
    names: Collection[str] = ()
    where: Expression | None = None

    def has(self, letter: Stored) -> bool:
        """Tell whether a letter is meant; one for which `where` has no value is not."""
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (not self.stages or letter.stage in self.stages)
            and (not self.names or letter.id in self.names or str(letter.number) in self.names)
            and (self.where is None or self._meets(self.where, letter))
        )

    def _meets(self, where: Expression, letter: Stored) -> bool:
        variables = {name: letter.record.get(name) for name in VARIABLES} | {"event": letter.event}
        try:
            return where.evaluate(variables) is True
        except EvaluationError:
            return False


def compile_where(text: str | None) -> Expression | None:
    """Compile a condition over a letter.

    Raises:
        UsageError: it is no expression, or names what a letter does not have.
    """
    if text is None:
        return None
    try:
        return compile_expression(text, variables=VARIABLES)
    except ExpressionError as error:
        hint = error.hint or f"a letter has {', '.join(VARIABLES)}"
        raise UsageError(f"`--where`: {error.message}", hint=hint) from None

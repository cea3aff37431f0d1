"""Routing: which destinations an event goes to, by the first rule that matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.event import Body

_FIELD = re.compile(r"\w+(?:\.\w+)+")
_OF_NULL = re.compile(r".*: null_type\.\w+ \(of `(.+)\.\w+`\)")


@dataclass(slots=True)
class Rule:
    """A rule and what it has seen: how many events it took, for how many it had no value, and why for the first.

    `guard` is the condition that would have kept the first one from asking for what is not there, where one would.
    """

    when: Expression | None
    to: tuple[str, ...]
    is_final: bool = True
    matched: int = 0
    errors: int = 0
    first_error: str = ""
    guard: str = ""

    def matches(self, body: Body) -> bool:
        """Tell whether the rule takes an event; a rule that cannot be evaluated does not, and counts it."""
        try:
            answer = True if self.when is None else self.when(body)
        except EvaluationError as error:
            return self._has_no_value(error.reason, guard_against(error))
        if not isinstance(answer, bool):
            return self._has_no_value("neither true nor false")
        self.matched += answer
        return answer

    def _has_no_value(self, reason: str, guard: str = "") -> bool:
        if not self.errors:
            self.first_error, self.guard = reason, guard
        self.errors += 1
        return False


def guard_against(error: EvaluationError) -> str:
    """Write the condition that a rule lacks: `has(a.b)` for a field that is missing, `a != null` for one that is null.

    Empty where neither is the reason; `has` cannot ask for a whole variable.
    """
    if error.missing:
        return f"has({error.missing})" if _FIELD.fullmatch(error.missing) else ""
    null = _OF_NULL.fullmatch(error.reason)
    return f"{null[1]} != null" if null else ""


def route(rules: Sequence[Rule], body: Body) -> tuple[str, ...] | None:
    """Name the destinations of an event, each once; none if a rule sends it nowhere, None if no rule takes it."""
    collected: tuple[str, ...] | None = None
    for rule in rules:
        if rule.matches(body):
            if rule.is_final:
                return rule.to if collected is None else tuple(dict.fromkeys(collected + rule.to))
            collected = (collected or ()) + rule.to
    return collected if collected is None else tuple(dict.fromkeys(collected))

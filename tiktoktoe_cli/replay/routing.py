"""Routing: which rules take an event, and which destinations they name.

Rules are asked in their order; after one that is final the others are not asked. What was found is one number per
event, the *route*: bit i says that rule i took it, bit n + i that rule i (of n) had no value for it. So events can be
routed in any process, and counted and delivered in another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.asking import answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body

_FIELD = re.compile(r"\w+(?:\.\w+)+")
_OF_NULL = re.compile(r".*: null_type\.\w+ \(of `(.+)\.\w+`\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; without `when` it takes every event."""

    when: Expression | None
    to: tuple[str, ...]
    is_final: bool = True

    def answers(self, bodies: Sequence[Body]) -> list[object]:
        """Ask about events: true, false, or an error or another value where there is no answer."""
        return [True] * len(bodies) if self.when is None else answers(self.when, bodies)


@dataclass(frozen=True, slots=True)
class Router:
    """Finds the routes of events. Its remarks say of a rule without a value what the first reason was."""

    rules: Sequence[Rule]

    def __call__(self, batch: Batch) -> None:
        """Fill the column of routes."""
        bodies = batch.bodies
        routes = [0] * len(bodies)
        asked: Sequence[int] = range(len(bodies))
        for number, rule in enumerate(self.rules):
            answers = rule.answers([bodies[index] for index in asked])
            taken = 1 << number
            for index, answer in zip(asked, answers, strict=True):
                if answer is True:
                    routes[index] |= taken
                elif answer is not False:
                    routes[index] |= taken << len(self.rules)
                    _remark(batch, number, answer)
            if rule.is_final:
                asked = [index for index, answer in zip(asked, answers, strict=True) if answer is not True]
        batch.routes = routes

    def targets(self, route: int) -> tuple[str, ...] | None:
        """Name the destinations of a route, each once; none if its rules send it nowhere, None if no rule took it."""
        taken = [rule.to for number, rule in enumerate(self.rules) if route >> number & 1]
        return tuple(dict.fromkeys(name for names in taken for name in names)) if taken else None

    @property
    def takes_all(self) -> bool:
        """Whether some rule has no condition, so that no event is left over."""
        return any(rule.when is None for rule in self.rules)


def _remark(batch: Batch, number: int, answer: object) -> None:
    """Keep the reason of the first event for which a rule had no value, and what would have helped."""
    if f"rule {number}" not in batch.remarks:
        reason, guard = "neither true nor false", ""
        if isinstance(answer, EvaluationError):
            reason, guard = answer.reason, guard_against(answer)
        batch.remarks[f"rule {number}"], batch.remarks[f"guard {number}"] = reason, guard


def guard_against(error: EvaluationError) -> str:
    """Write the condition that a rule lacks: `has(a.b)` for a field that is missing, `a != null` for one that is null.

    Empty where neither is the reason; `has` cannot ask for a whole variable.
    """
    if error.missing:
        return f"has({error.missing})" if _FIELD.fullmatch(error.missing) else ""
    null = _OF_NULL.fullmatch(error.reason)
    return f"{null[1]} != null" if null else ""

"""The rules that a system must keep, as a table; findings are problems whose code is the rule's id.

Pure: they look at the graph and the settings and say what they found, where, and what helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.rules.catalog import RULES
from tiktoktoe_cli.graph.rules.rule import Finding, Operations, Rule, Subject
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem

__all__ = ["RULES", "RULE_PREFIX", "Finding", "Operations", "Rule", "Subject", "explain", "validate_graph"]

RULE_PREFIX = "TTG"


def validate_graph(subject: Subject) -> tuple[Problem, ...]:
    """Apply every rule. Findings come rule by rule."""
    return tuple(problem for rule in RULES for problem in rule.problems(subject))


def explain(rule_id: str) -> str:
    """Return what a rule means: why it exists, an example that breaks it, and the fix.

    Raises:
        UsageError: if there is no such rule.
    """
    by_id = {rule.id: rule for rule in RULES}
    rule = by_id.get(rule_id.upper())
    if rule is None:
        known = f"the rules are {', '.join(by_id)}"
        raise UsageError(f"there is no rule `{rule_id}`", hint=suggestion(rule_id.upper(), by_id) or known)
    return rule.explanation()

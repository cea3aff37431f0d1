"""The rules that a system must keep, as a table; findings are problems whose code is the rule's id.

Pure: they look at the graph and the settings and say what they found, where, and what helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.rules.catalog import READING, RULES, choose_rules
from tiktoktoe_cli.graph.rules.rule import Finding, Operations, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.errors import Problem

__all__ = [
    "READING",
    "RULES",
    "Finding",
    "Operations",
    "Rule",
    "Subject",
    "choose_rules",
    "validate_graph",
]


def validate_graph(subject: Subject, rules: Sequence[Rule] = RULES) -> tuple[Problem, ...]:
    """Apply rules: every violation for itself, rule by rule, whether it is accepted or not."""
    return tuple(problem for rule in rules for problem in rule.problems(subject))

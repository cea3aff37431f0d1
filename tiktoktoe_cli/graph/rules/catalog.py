"""Every rule there is: a rule stands, with the function that finds violations, in the file of its topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.rules import conditions, resources, structure, versions

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.rules.rule import Rule

_TOPICS = (structure, versions, resources, conditions)

RULES: tuple[Rule, ...] = tuple(rule for topic in _TOPICS for rule in topic.RULES)
"""In the order of their ids, which are never used again."""

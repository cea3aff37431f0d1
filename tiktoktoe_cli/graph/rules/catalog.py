"""Every rule there is: a rule stands, with the function that finds violations, in the file of its topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.rules import (
    acceptance,
    amounts,
    budgets,
    capacity,
    conditions,
    evidence,
    layers,
    operations,
    ranges,
    redundancy,
    structure,
    texts,
    versions,
)
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.rules.rule import Rule

_PREFIX = "TTG"
_LISTED = "`tiktoktoe graph validate --explain all` lists the rules"
_TOPICS = (
    texts,
    structure,
    redundancy,
    budgets,
    evidence,
    versions,
    ranges,
    amounts,
    capacity,
    conditions,
    operations,
    layers,
    acceptance,
)

RULES: tuple[Rule, ...] = tuple(
    sorted((rule for topic in _TOPICS for rule in topic.RULES), key=lambda rule: rule.id)
)
"""In the order of their ids, which are never used again."""

READING = {
    "TTG001": ("YAML that cannot be read", ("yaml-syntax", "file-unreadable", "file-not-text", "empty-file")),
    "TTG002": ("unknown key", ("unknown-key",)),
    "TTG003": ("duplicate key", ("duplicate-key",)),
    "TTG005": ("wrong type or unit", ("wrong-type", "wrong-form", "bad-unit")),
}
"""What is wrong before any rule is applied: each title, and the codes of `config` that such problems are reported with.

They end every command with 2, whatever the rules would find.
"""


def choose_rules(only: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Choose rules by their ids or what ids begin with (`TTG1`), in any case; several may stand in one text.

    Raises:
        UsageError: for a word that no id begins with, or if no rule is left.
    """
    wanted = _ids(only or [_PREFIX]) - _ids(ignore)
    if not wanted:
        raise UsageError(
            "no rule is left to apply", hint="`--ignore` takes all of them away: leave out fewer"
        )
    return tuple(rule for rule in RULES if rule.id in wanted)


def _ids(texts: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in (word.strip().upper() for text in texts for word in text.split(",")):
        begun = {rule.id for rule in RULES if rule.id.startswith(word)}
        if not begun or not word:
            hint = suggestion(word, [rule.id for rule in RULES])
            raise UsageError(f"there is no rule `{word}`", hint=hint or _LISTED)
        found |= begun
    return frozenset(found)

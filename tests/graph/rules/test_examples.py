"""The examples of the rules: what an explanation shows breaks the rule that it explains."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.graph.findings.validation import validate
from tiktoktoe_cli.graph.rules import RULES
from tiktoktoe_cli.subject import SUBJECT_PARTS, subject_of
from tiktoktoe_cli.system import SECTIONS, read_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.graph.rules import Rule


def whole(example: str) -> str:
    """Make a configuration of an example, which is one already or shows some services."""
    is_whole = example.partition(":")[0] in SECTIONS
    return example if is_whole else "services:\n" + indent(example, "  ")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_example_breaks_its_own_rule(write: Callable[[str, str], str], rule: Rule) -> None:
    """Whoever copies it into a file sees what the explanation speaks of."""
    system = read_system([write("a.yaml", whole(rule.example))], {}, SUBJECT_PARTS)

    found = validate(subject_of(system)).findings

    assert system.document.problems == []
    assert rule.id in {problem.code for problem in found}
    assert all(problem.about for problem in found)  # else a baseline would know it by its words

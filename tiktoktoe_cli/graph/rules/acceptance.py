"""Rules about the `graph` section itself: what it accepts without a reason, and what it says about nothing.

TTG902 has two finders. That a group is empty, the rule itself finds, as any other. Whether a suppression or a line of
the baseline accepts anything is known only once all rules have been applied: `graph.findings.acceptance` finds that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.words import listed, quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.rules.settings import GraphSettings


def find_unknown_groups(subject: Subject) -> Iterator[Finding]:
    """Find groups that layers and forbidden pairs name, and that no service is in."""
    named = list(_named_groups(subject.settings))
    known = (
        {service.group for service in subject.graph.services.values() if service.group} if named else set()
    )
    for path, group in named:
        if group not in known:
            hint = suggestion(group, known) or f"the groups are {listed(sorted(known)) or 'none'}"
            message = f"no service is in the group {quoted(group)}, so nothing is ever forbidden to it"
            yield Finding(message, subject.graph.value_place(*path), hint, about=(group,))


def find_missing_reasons(subject: Subject) -> Iterator[Finding]:
    """Find suppressions that do not say why."""
    for number, one in enumerate(subject.settings.suppress):
        if not one.reason.strip():
            place = subject.graph.place("graph", "suppress", number)
            message = f"this suppression of {one.rule} has no `reason`, so it accepts nothing"
            yield Finding(
                message, place, "say why the findings are accepted", about=(one.rule, *one.services)
            )


def _named_groups(settings: GraphSettings) -> Iterator[tuple[KeyPath, str]]:
    for position, group in enumerate(settings.layers):
        yield ("graph", "layers", position), group
    for number, pair in enumerate(settings.forbidden):
        yield ("graph", "forbidden", number, "from"), pair.from_
        yield ("graph", "forbidden", number, "to"), pair.to


STALE = Rule(
    id="TTG902",
    severity=Severity.WARNING,
    title="baseline entry, suppression or layer that matches nothing",
    why="What it speaks of is gone; it would hide the next finding that looks the same, or forbids nothing.",
    example='graph: {suppress: [{rule: TTG105, services: [orders], reason: "until spring"}]}   # it is mended',
    fix="remove it; `tiktoktoe graph validate --update-baseline` takes stale entries out of the baseline.",
    check=find_unknown_groups,
)
RULES = (
    STALE,
    Rule(
        id="TTG903",
        severity=Severity.WARNING,
        title="suppression without a reason",
        why="Nobody can judge later whether it still holds; it accepts nothing until it says why.",
        example="graph: {suppress: [{rule: TTG105, services: [orders, db]}]}",
        fix='add a reason: `reason: "orders reads the database itself"`.',
        check=find_missing_reasons,
    ),
)

"""Rules about how values are written, where other readers of the file would take them for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.scalars import resolve
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.graph.rules.written import written_by
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.rules.rule import Subject


def find_bare_numbers(subject: Subject) -> Iterator[Finding]:
    """Find versions and ranges without quotes that other readers take for a number, and write back otherwise."""
    for service in subject.graph.services.values():
        for text, path, about, _ in written_by(service):
            number = _mangled(text) if text[:1].isdigit() else None
            if number and subject.is_bare(*path):
                yield Finding(
                    f"{quoted(text)} stands without quotes: other readers of YAML make the number {number} of it",
                    subject.graph.value_place(*path),
                    f'write `"{text}"`',
                    about=about,
                )


def _mangled(text: str) -> str | None:
    """Write the number back that others read, as JSON does; None if it is none or reads the same."""
    number = text if text.count(".") > 1 else resolve(text)
    if isinstance(number, bool | str) or number is None:
        return None
    written = f"{number:.15g}"
    return written if written != text else None


RULES = (
    Rule(
        id="TTG004",
        severity=Severity.WARNING,
        title="number where a text is expected",
        why="Tiktoktoe keeps `1.10` as it is written; other tools that read the file make the number 1.1 of it.",
        example="orders: {depends_on: {ledger: 1.10}}",
        fix='put it in quotes: `ledger: "1.10"`.',
        check=find_bare_numbers,
    ),
)

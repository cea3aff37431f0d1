"""An import as every output format draws it, and its remarks as problems of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.importing.facts import RemarkKind
from tiktoktoe_cli.importing.gathering import gathered
from tiktoktoe_cli.report.documents import place_data
from tiktoktoe_cli.report.facts import Column, Report
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.importing.facts import Imported
    from tiktoktoe_cli.report.facts import Json

_COLUMNS: Final = (
    Column("kind", "KIND"),
    Column("message", "REMARK"),
    Column("file", "FILE"),
    Column("line", "LINE"),
)
_PROBLEMS: Final = {
    RemarkKind.UNTRANSLATED: ("import-untranslated", Severity.WARNING),
    RemarkKind.CHANGED: ("import-changed", Severity.WARNING),
    RemarkKind.INFERRED: ("import-inferred", Severity.WARNING),
    RemarkKind.IGNORED: ("import-ignored", Severity.INFO),
}


def draw_up(
    command: str, imported: Imported, what: str, counts: Mapping[str, int], *, strict: bool
) -> Report:
    """Report an import: the remarks are its items, and the document stands in its summary.

    `what` says in words what was imported, `counts` in numbers. With `strict` the answer is no if something could not
    be translated.
    """
    lost = imported.count(RemarkKind.UNTRANSLATED)
    remarks = {kind.value: imported.count(kind) for kind in RemarkKind}
    return Report(
        command=command,
        ok=not (strict and lost),
        verdict=f"{what} imported; {plural(lost, 'thing')} could not be translated",
        summary={**counts, **remarks, "document": imported.document},
        items=list(_items(imported)),
        columns=_COLUMNS,
        name_key="message",
    )


def problems_of(imported: Imported) -> Iterator[Problem]:
    """Say the remarks as problems of the source, each at its place; those that say the same are one."""
    for remark in gathered(imported.remarks):
        code, severity = _PROBLEMS[remark.kind]
        yield Problem(code, remark.message, remark.place, severity=severity)


def _items(imported: Imported) -> Iterator[dict[str, Json]]:
    for remark in imported.remarks:
        yield {
            "kind": remark.kind.value,
            "message": remark.message,
            **place_data(remark.place),
            "at": ".".join(map(str, remark.at)),
        }

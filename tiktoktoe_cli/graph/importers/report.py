"""An imported system as every output format draws it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.importing.report import draw_up
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from tiktoktoe_cli.importing.facts import Imported
    from tiktoktoe_cli.report.facts import Report

_CALLS: Final = "only calls, no start order: `graph show --view tree` or `matrix` draws them"


def report_of(imported: Imported, *, strict: bool) -> Report:
    """Report the services and their dependencies; with `strict` the answer is no if something was lost."""
    services = imported.document["services"]
    edges = [edge for service in services.values() for edge in service.get("depends_on", {}).values()]
    inferred = sum(edge.get("evidence") == "inferred" for edge in edges)
    what = f"{plural(len(services), 'service')} and {plural(len(edges), 'dependency', 'dependencies')}"
    counts = {"services": len(services), "dependencies": len(edges), "inferred_dependencies": inferred}
    report = draw_up("graph import", imported, what, counts, strict=strict)
    are_calls = edges and all(edge.get("kind") == "runtime" for edge in edges)
    return replace(report, remarks=(_CALLS,)) if are_calls else report

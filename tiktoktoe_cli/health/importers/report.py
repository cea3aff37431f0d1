"""An import of checks as every output format draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.importing.report import draw_up
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from tiktoktoe_cli.importing.facts import Imported
    from tiktoktoe_cli.report.facts import Report


def report_of(imported: Imported, *, strict: bool) -> Report:
    """Report the services or modules that have checks now; with `strict` the answer is no if something was lost."""
    services = len(imported.document.get("services", ()))
    modules = len(imported.document.get("health", {}).get("modules", ()))
    what = plural(modules, "module") if modules else plural(services, "service")
    return draw_up("health import", imported, what, {"services": services, "modules": modules}, strict=strict)

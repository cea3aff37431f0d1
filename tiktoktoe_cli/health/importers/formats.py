"""The one table of what checks can be imported from: a source is a module of its own, and a line here."""

from __future__ import annotations

from tiktoktoe_cli.importing.formats import SourceFormat


class CheckFormat(SourceFormat):
    """Whose checks they are."""

    GATUS = "gatus", "endpoints", "external-endpoints", "maintenance", "suites"
    BLACKBOX = "blackbox", "modules"
    COMPOSE = "compose", "services", "include"

"""The one table of what systems can be imported from: a source is a module of its own, and a line here."""

from __future__ import annotations

from tiktoktoe_cli.importing.formats import SourceFormat


class SystemFormat(SourceFormat):
    """Whose system it is."""

    COMPOSE = "compose", "services", "include"
    KUBERNETES = "kubernetes", "apiVersion", "kind"

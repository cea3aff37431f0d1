"""All kinds of sources: a new one is a module, one line here and one in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.enriching import command, http, postgresql, sqlite, table
from tiktoktoe_cli.replay.enriching.source import Around

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.replay.enriching.source import Source
    from tiktoktoe_cli.replay.enriching.table import Table
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings

SOURCES: Mapping[str, Callable[[LookupSettings, Around], Table | Source]] = {
    "command": command.build,
    "http": http.build,
    "postgresql": postgresql.build,
    "sqlite": sqlite.build,
    "table": table.build,
}


def open_lookup(lookup: LookupSettings, around: Around | None = None) -> Table | Source:
    """Read a table, or open what can be asked.

    Raises:
        UsageError: it cannot be read, or is not what it should be.
    """
    return SOURCES[lookup.kind](lookup, around or Around())

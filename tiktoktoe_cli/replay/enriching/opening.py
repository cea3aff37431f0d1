"""Opens what the settings of a lookup name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.enriching.sqlite import SqliteSource
from tiktoktoe_cli.replay.enriching.table import read_table

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.enriching.source import Source
    from tiktoktoe_cli.replay.enriching.table import Table
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings


def open_lookup(lookup: LookupSettings) -> Table | Source:
    """Read a table, or open what can be asked.

    Raises:
        UsageError: it cannot be read, or is not what it should be.
    """
    if lookup.sqlite is not None:
        return SqliteSource(lookup.sqlite.file, lookup.sqlite.query)
    return read_table(lookup.file, lookup.match or "")

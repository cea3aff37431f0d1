"""All kinds of sources: a new one is a module with a `build`, which has the name of its key in the settings.

Modules are imported when a pipeline has such a lookup: what speaks HTTP alone takes longer to import than all of the
others together.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from tiktoktoe_cli.replay.enriching.source import Around

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.enriching.source import Source
    from tiktoktoe_cli.replay.enriching.table import Table
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings


def open_lookup(lookup: LookupSettings, around: Around | None = None) -> Table | Source:
    """Read a table, or open what can be asked.

    Raises:
        UsageError: it cannot be read, or is not what it should be.
    """
    build = import_module(f"tiktoktoe_cli.replay.enriching.{lookup.kind}").build
    return cast("Callable[[LookupSettings, Around], Table | Source]", build)(lookup, around or Around())

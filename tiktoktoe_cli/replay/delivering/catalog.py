"""All kinds of destinations: a new one is a module, one line here and one in the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.delivering import command, file, http, sqlite, stdout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings

# Any: each kind has settings of its own
DESTINATIONS: Mapping[str, Callable[[str, Any, Surroundings], Destination]] = {
    "command": command.build,
    "file": file.build,
    "http": http.build,
    "sqlite": sqlite.build,
    "stdout": stdout.build,
}


def make_destination(name: str, settings: DestinationSettings, around: Surroundings) -> Destination:
    """Make a destination of its settings.

    Raises:
        UsageError: it cannot be used as it is set.
    """
    return DESTINATIONS[settings.kind](
        name, settings.chosen, replace(around, policy=settings.delivery.policy)
    )

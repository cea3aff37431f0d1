"""All kinds of destinations: a new one is a module with a `build`, which has the name of its key in the settings.

Modules are imported when a pipeline has such a destination, as those of lookups are.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings


def make_destination(name: str, settings: DestinationSettings, around: Surroundings) -> Destination:
    """Make a destination of its settings.

    Raises:
        UsageError: it cannot be used as it is set.
    """
    build = import_module(f"tiktoktoe_cli.replay.delivering.{settings.kind}").build
    make = cast(
        "Callable[[str, Any, Surroundings], Destination]", build
    )  # Any: each kind has settings of its own
    return make(name, settings.chosen, replace(around, policy=settings.delivery.policy))

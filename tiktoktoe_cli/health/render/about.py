"""What an answer about health is about, where the facts do not know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tiktoktoe_cli.errors import Place

CheckPlace: TypeAlias = "Callable[[str, str], Place | None]"
"""Tells where a service's check is written."""


@dataclass(frozen=True, slots=True)
class About:
    """The name of the system, its version, and when it was looked at; the time knows its zone.

    What is not known is left out of every answer, which then is the same for the same facts.
    """

    system: str = ""
    version: str = ""
    at: datetime | None = None

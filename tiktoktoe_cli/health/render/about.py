"""What an answer about health is about, where the facts do not know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """The name of the system, its version, and when it was looked at; the time knows its zone.

    What is not known is left out of every answer, which then is the same for the same facts.
    """

    system: str = ""
    version: str = ""
    at: datetime | None = None

"""The one table of what can be imported: a source is a module of its own, and a line here."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Self, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.config.nodes import MapNode
    from tiktoktoe_cli.health.importers.facts import Notebook, Tree

Importer: TypeAlias = "Callable[[Sequence[MapNode], Notebook], Tree]"


class SourceFormat(StrEnum):
    """Whose configuration it is.

    Behind its word stands what it has at the top: at least one of these keys, else it is somebody else's.
    """

    marks: frozenset[str]

    GATUS = "gatus", "endpoints", "external-endpoints", "maintenance", "suites"
    BLACKBOX = "blackbox", "modules"
    COMPOSE = "compose", "services", "include"

    def __new__(cls, word: str, *marks: str) -> Self:
        """Make one row."""
        made = str.__new__(cls, word)
        made._value_, made.marks = word, frozenset(marks)
        return made

    def load(self) -> Importer:
        """Import what translates it: the function `translate` of the module that is called like the source."""
        return cast("Importer", import_module(f"{__package__}.{self}").translate)

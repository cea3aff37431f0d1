"""What tables of sources have in common: a source is a module of its own, and a line in its feature's table."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.importing.facts import Tree


class SourceFormat(StrEnum):
    """Whose configuration it is.

    Behind its word stands what it has at the top: at least one of these keys, else it is somebody else's.
    """

    marks: frozenset[str]

    def __new__(cls, word: str, *marks: str) -> Self:
        """Make one row."""
        made = str.__new__(cls, word)
        made._value_, made.marks = word, frozenset(marks)
        return made

    def load(self) -> Callable[..., Tree]:
        """Import what translates it: the function `translate` of the module beside the table that is called like it."""
        package = type(self).__module__.rpartition(".")[0]
        translate: Any = import_module(f"{package}.{self}").translate  # a module's attribute
        made: Callable[..., Tree] = translate
        return made

"""The one table of what systems can be imported from: a source is a module of its own, and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.importing.formats import SourceFormat
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class SystemFormat(SourceFormat):
    """Whose system it is."""

    COMPOSE = "compose", "services", "include"
    KUBERNETES = "kubernetes", "apiVersion", "kind"

    def check(self, options: Iterable[str]) -> None:
        """See that the options that were given are about files of this format.

        Raises:
            UsageError: for the first that is only about others.
        """
        for option in options:
            if self not in (takers := TAKERS.get(option, (self,))):
                raise UsageError(f"`{option}` is only about files of {listed(takers)}, not of `{self}`")


TAKERS: Final[Mapping[str, tuple[SystemFormat, ...]]] = {
    "--env-file": (SystemFormat.COMPOSE,),
    "--profile": (SystemFormat.COMPOSE,),
}
"""The options that not all formats take, each with those that do."""

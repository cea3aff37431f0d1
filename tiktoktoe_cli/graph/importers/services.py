"""What is the same in the translation of a service, wherever it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Spot
    from tiktoktoe_cli.graph.importers.images import ImageVersion
    from tiktoktoe_cli.importing.facts import Notebook, Tree

WHAT_IS_READ: Final = "what a system is made of is read"
TOO_LARGE: Final = "too large: the most is 2^63 - 1"


def note_guess(name: str, found: ImageVersion, spot: Spot, notes: Notebook) -> None:
    """Note that the version of a service is a guess, if it is one."""
    if found.is_guess:
        message = (
            f"{quoted(name)} has the version {found.version}, as its image's tag {quoted(found.tag)} says"
        )
        notes.inferred(spot, ("services", name, "version"), message)


def without_empty(settings: Tree) -> Tree:
    """Leave out what says nothing; `0` and `false` say something."""
    return {key: value for key, value in settings.items() if value not in (None, "", [], {})}

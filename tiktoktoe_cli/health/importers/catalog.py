"""The one table of what can be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from tiktoktoe_cli.config.nodes import MapNode
from tiktoktoe_cli.health.importers.blackbox import import_blackbox
from tiktoktoe_cli.health.importers.compose import import_compose
from tiktoktoe_cli.health.importers.facts import Imported, Notebook, Remark, RemarkKind, Tree
from tiktoktoe_cli.health.importers.gatus import import_gatus
from tiktoktoe_cli.health.importers.reading import read_trees


class SourceFormat(StrEnum):
    """Whose configuration it is."""

    GATUS = "gatus"
    BLACKBOX = "blackbox"
    COMPOSE = "compose"


Importer: TypeAlias = Callable[[Sequence[MapNode], Notebook], Tree]

IMPORTERS: Final[Mapping[SourceFormat, Importer]] = {
    SourceFormat.GATUS: import_gatus,
    SourceFormat.BLACKBOX: import_blackbox,
    SourceFormat.COMPOSE: import_compose,
}


def import_files(source: SourceFormat, names: Sequence[str]) -> Imported:
    """Read files (`-` is standard input, a folder all YAML files in it) and translate them.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all.
    """
    trees, tags = read_trees(names)
    notes = Notebook()
    for message, place in tags:
        notes.remarks.append(
            Remark(RemarkKind.CHANGED, f"{message}: the value is taken as it is written", place)
        )
    document = IMPORTERS[source](trees, notes)
    return Imported(document, tuple(notes.remarks))

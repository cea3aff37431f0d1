"""Files of another tool → a system in our words, with remarks on what is not, or not quite, in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.importing import catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.importers.formats import SystemFormat
    from tiktoktoe_cli.graph.importers.options import ImportOptions
    from tiktoktoe_cli.importing.facts import Imported


def import_files(source: SystemFormat, names: Sequence[str], options: ImportOptions) -> Imported:
    """Read files (`-` is standard input, a folder all YAML files in it) and translate them.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all, or something else.
    """
    translate = source.load()
    return catalog.import_files(source, names, lambda files, notes: translate(files, options, notes))

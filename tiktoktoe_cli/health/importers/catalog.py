"""Checks of another tool → one document of ours, with remarks on what is not, or not quite, in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.importers.paths import relative_paths
from tiktoktoe_cli.importing import catalog
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.health.importers.formats import CheckFormat
    from tiktoktoe_cli.importing.facts import Imported, Notebook, Tree
    from tiktoktoe_cli.importing.reading import Files


def import_files(source: CheckFormat, names: Sequence[str]) -> Imported:
    """Read files (`-` is standard input, a folder all YAML files in it) and translate them.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all, or something else.
    """
    return catalog.import_files(source, names, partial(_translate, source))


def _translate(source: CheckFormat, files: Files, notes: Notebook) -> Tree:
    document = source.load()(files, notes)
    if paths := list(dict.fromkeys(relative_paths(document))):
        message = f"relative paths are kept, and start at the folder where this is saved: {listed(paths)}"
        notes.changed(files.trees[0], (), message)
    return document

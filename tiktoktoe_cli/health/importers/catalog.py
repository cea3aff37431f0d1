"""Files of another tool → one document of ours, with remarks on what is not, or not quite, in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.importers.facts import Imported, Notebook, Remark, RemarkKind
from tiktoktoe_cli.health.importers.formats import SourceFormat
from tiktoktoe_cli.health.importers.paths import relative_paths
from tiktoktoe_cli.health.importers.reading import read_trees
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.config.nodes import MapNode


def import_files(source: SourceFormat, names: Sequence[str]) -> Imported:
    """Read files (`-` is standard input, a folder all YAML files in it) and translate them.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all, or something else.
    """
    trees, tags = read_trees(names)
    _refuse_others(source, trees)
    notes = Notebook()
    for message, place in tags:
        notes.remarks.append(
            Remark(RemarkKind.CHANGED, f"{message}: the value is taken as it is written", place)
        )
    document = source.load()(trees, notes)
    if paths := list(dict.fromkeys(relative_paths(document))):
        message = f"relative paths are kept, and start at the folder where this is saved: {listed(paths)}"
        notes.changed(trees[0], (), message)
    return Imported(document, tuple(notes.remarks))


def _refuse_others(source: SourceFormat, trees: Sequence[MapNode]) -> None:
    keys = {key for tree in trees for key in tree.entries}
    if source.marks & keys:
        return
    other = next((one for one in SourceFormat if one.marks & keys), None)
    hint = (
        f"it looks like one of `{other}`"
        if other
        else f"it would have {listed(sorted(source.marks), last='or')}"
    )
    raise UsageError(f"this is no configuration of `{source}`", hint=hint)

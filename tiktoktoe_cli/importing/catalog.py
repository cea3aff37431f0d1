"""Files of another tool → one document of ours, with remarks on what is not, or not quite, in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.importing.facts import Imported, Notebook
from tiktoktoe_cli.importing.reading import Files
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.importing.facts import Tree
    from tiktoktoe_cli.importing.formats import SourceFormat


def import_files(
    source: SourceFormat, names: Sequence[str], translate: Callable[[Files, Notebook], Tree]
) -> Imported:
    """Read files (`-` is standard input, a folder all YAML files in it) and translate them.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all, or something else.
    """
    files = Files.read(names)
    _refuse_others(source, files)
    notes = Notebook()
    document = translate(files, notes)
    for tag in files.ignored_tags():
        notes.changed(tag.place, (), f"unknown tag `{tag.name}`: the value is taken as it is written")
    return Imported(document, tuple(notes.remarks))


def _refuse_others(source: SourceFormat, files: Files) -> None:
    keys = {key for tree in files.trees for key in tree.entries}
    if source.marks & keys:
        return
    other = next((one for one in type(source) if one.marks & keys), None)
    hint = (
        f"it looks like one of `{other}`"
        if other
        else f"it would have {listed(sorted(source.marks), last='or')}"
    )
    raise UsageError(f"this is no configuration of `{source}`", hint=hint)

"""`tiktoktoe graph diff`: what a change does to the system, and how dangerous that is."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from glob import escape, glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import words
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command, words_of
from tiktoktoe_cli.errors import ConfigError, ExitCode, UsageError
from tiktoktoe_cli.graph.choices import RISKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.graph.changes.edition import Edition

_HERE = "."


def _editions(incomplete: str) -> list[str]:
    """Complete a branch, a tag, or a file or folder that may be a configuration."""
    from tiktoktoe_cli.revisions import names_like

    near = sorted(glob(f"{escape(incomplete)}*"))  # noqa: PTH207  # pathlib's glob refuses absolute patterns
    is_folder = os.path.isdir  # pathlib's raises where nobody may look
    paths = (path for path in near if path.endswith((".yaml", ".yml")) or is_folder(path))
    return [*names_like(incomplete, os.environ), *paths]


@add_command(
    app,
    "diff",
    examples=(
        "tiktoktoe graph diff ../minimal/tiktoktoe.yaml tiktoktoe.yaml",
        "tiktoktoe graph diff tiktoktoe.yaml . --fail-on high -o markdown",
    ),
)
def diff(
    desk: Desk,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A configuration, its folder, or a git revision: `main`, `HEAD~1`.",
            autocompletion=_editions,
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW",
            help="The same; `.` is the configuration as it is now.",
            autocompletion=_editions,
        ),
    ] = _HERE,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="RISK",
            help=f"From which risk on the answer is no (1): {words_of(RISKS)}. By default it never is.",
            autocompletion=words(*RISKS),
        ),
    ] = None,
) -> ExitCode:
    """Compare two configurations, or the configuration as git has it: what is added, removed or changed.

    On a branch, `tiktoktoe graph diff main` tells what it would change: services, dependencies, health checks, nodes,
    start waves and cycles, whether everything still fits on the nodes, how long the start takes, which findings of
    `graph validate` are new and which are gone, and how dangerous each is, with the reasons. Findings are the same if
    they are about the same, wherever they stand. A revision is read from the repository of the configuration that is
    found here or named with -c, at the same path. For a comment on a merge request: `-o markdown`, or `--report
    markdown=FILE`.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.changes.diff import compare
    from tiktoktoe_cli.graph.changes.risks import assess
    from tiktoktoe_cli.graph.reports.diff import Comparison, draw_difference, report_of

    limit = choose(RISKS, fail_on, "--fail-on") if fail_on is not None else None
    found = compare(_edition(desk, old), _edition(desk, new))
    facts = Comparison(found, old, new, assess(found), tuple(_taken(desk, (old, new))))
    return desk.answer(report_of(facts, limit), drawing=lambda view: draw_difference(facts, view))


def _edition(desk: Desk, word: str) -> Edition:
    """Look at the system that a word stands for.

    Raises:
        ConfigError: if its configuration is broken.
        UsageError: if it stands for none.
    """
    files = _files(desk, word)
    if files is not None:
        return _read(desk, files)
    from tiktoktoe_cli.revisions import checked_out

    with checked_out(word, desk.config_files(), desk.environ) as checkout:
        try:
            edition = _read(desk, checkout.names)
        except ConfigError as error:
            problems = tuple(map(checkout.told, error.problems))
            sources = {checkout.shown(name): text for name, text in error.sources.items()}
            raise ConfigError(problems, sources=sources, mask=error.mask) from None
        return replace(edition, findings=tuple(map(checkout.told, edition.findings)))


def _files(desk: Desk, word: str) -> Sequence[str] | None:
    """Name the files of a configuration; None if the word can only be a revision."""
    if not word:
        hint = (
            "name a file, its folder, or a git revision such as `main`; `.` is the configuration as it is now"
        )
        raise UsageError("an empty name is neither a configuration nor a git revision", hint=hint)
    if word == _HERE:
        return desk.config_files()
    file = word if word == "-" else _file(word)
    return [file] if file else None


def _file(word: str) -> str | None:
    """Find the file that a path names, or that is in the folder that it names."""
    from tiktoktoe_cli.config import FILE_NAME
    from tiktoktoe_cli.config.reader import type_of

    names = (word, str(Path(word) / FILE_NAME))
    return next((name for name in names if type_of(name) == stat.S_IFREG), None)


def _taken(desk: Desk, words: Sequence[str]) -> Iterator[str]:
    """Say which was taken of a file and a git revision of one name, and how each of them is named alone."""
    from tiktoktoe_cli.config import discover
    from tiktoktoe_cli.revisions import is_revision

    here = discover(desk.config, desk.environ)
    for word in words:
        file = None if word in {_HERE, "-"} else _file(word)
        if file and is_revision(word, here, desk.environ):
            names = f"`{word}~0` names that, `./{word}` this"
            yield f"`{word}` is taken as `{file}`, but is a git revision, too: {names}"


def _read(desk: Desk, names: Sequence[str]) -> Edition:
    """Read a configuration; its secrets are hidden from now on, too."""
    from tiktoktoe_cli.graph.changes.edition import edition_of
    from tiktoktoe_cli.subject import COMPARED_PARTS, OUTLINES, subject_of
    from tiktoktoe_cli.system import load_system

    system = load_system(names, desk.environ, COMPARED_PARTS, outlines=OUTLINES)
    return edition_of(subject_of(desk.adopt(system)))

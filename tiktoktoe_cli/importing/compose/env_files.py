"""Reads files of variables: those of an application, of what it includes, and of its services."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.reader import read_source, type_of
from tiktoktoe_cli.errors import ConfigError, Place, Problem
from tiktoktoe_cli.importing.compose.dotenv import read_dotenv
from tiktoktoe_cli.importing.compose.variables import HOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.config.nodes import ScalarNode, Source
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook

_DEFAULT = ".env"


def beside(source: Source, name: str) -> str:
    """Return the path of a file that a file names, in the user's own words; `-` is not standard input here."""
    path = os.path.join(os.path.dirname(source.name), name)  # noqa: PTH118, PTH120  # keeps `./a` as it is
    return path if path != "-" else "./-"


def path_of(node: ScalarNode, variables: Variables) -> str:
    """Return the path that a file names; one with variables that nobody knows is taken as it is written."""
    settled = variables.settled(node.raw)
    return beside(node.source, node.raw if HOLE in settled else settled)


def read_variables(names: Iterable[str], notes: Notebook) -> dict[str, str]:
    """Read the files that the user asks for; a later one wins.

    Raises:
        ConfigError: if one cannot be read.
    """
    values: dict[str, str] = {}
    for name in names:
        found = read_env_file(name, values, notes)
        if isinstance(found, Problem):
            raise ConfigError((found,), sources={}, mask=Mask().line)
        values |= found
    return values


def read_default(folder: str, known: Mapping[str, str], notes: Notebook) -> dict[str, str]:
    """Read the `.env` of a folder, if there is one."""
    name = os.path.join(folder, _DEFAULT)  # noqa: PTH118  # as above
    if type_of(name) != stat.S_IFREG:
        return {}
    found = read_env_file(name, known, notes)
    if isinstance(found, Problem):
        notes.untranslated(found.place or Place(name, 1, 1), (), found.message)
        return {}
    return found


def read_env_file(name: str, known: Mapping[str, str], notes: Notebook) -> dict[str, str] | Problem:
    """Read one file, in which variables that are `known` may stand; if it cannot be read, return why."""
    source = read_source(name)
    if isinstance(source, Problem):
        return source
    found = read_dotenv(source.text, known)
    for line in found.bad_lines:  # which may hold a secret
        notes.untranslated(
            Place(source.name, line, 1), (), f"line {line} of `{source.name}` sets no variable"
        )
    return found.values

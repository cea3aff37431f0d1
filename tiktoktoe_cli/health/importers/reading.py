"""The files of a source → one tree each, or all of what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.masking import Mask
from tiktoktoe_cli.config.nodes import MapNode, Source
from tiktoktoe_cli.config.reader import read_source
from tiktoktoe_cli.errors import ConfigError, Place, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SUFFIXES = frozenset({".yaml", ".yml"})
_UNKNOWN_TAG = "unknown-tag"


def read_trees(names: Sequence[str]) -> tuple[list[MapNode], list[tuple[str, Place]]]:
    """Read files, and all YAML files below folders; also list the tags that were not followed, with their places.

    Scalars follow YAML 1.2: `start: 23:00` stays what it is. A file that holds nothing is passed over.

    Raises:
        ConfigError: with all that is wrong with the files.
        UsageError: if they hold nothing at all.
    """
    trees: list[MapNode] = []
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    for name in _expanded(names):
        found = read_source(name)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        sources[found.name] = found.text
        tree, wrong = _composed(found)
        trees += [tree] if tree else []
        problems += wrong
    errors = tuple(problem for problem in problems if problem.code != _UNKNOWN_TAG)
    if errors:
        raise ConfigError(errors, sources=sources, mask=Mask().line)
    if not trees:
        raise UsageError("there is nothing in it to import", hint="name the file of its configuration")
    return trees, [(problem.message, problem.place) for problem in problems if problem.place]


def _expanded(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name != "-" and Path(name).is_dir():
            yield from (str(path) for path in sorted(Path(name).rglob("*")) if path.suffix in _SUFFIXES)
        else:
            yield name


def _composed(source: Source) -> tuple[MapNode | None, list[Problem]]:
    composition = compose(source)
    root = composition.root
    if root is None or isinstance(root, MapNode):
        return root, composition.problems
    hint = "check that it is the right file"
    wrong = Problem("not-a-map", "a configuration is a map, found something else", root.place, hint)
    return None, [*composition.problems, wrong]

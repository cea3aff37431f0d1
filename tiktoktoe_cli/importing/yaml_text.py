"""A document with remarks → YAML for people: remarks as comments, small things on one line, quotes where they matter.

Whichever version of YAML a reader speaks, it reads the same data: what 1.1 or 1.2 would take for another type is
quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.scalars import resolve
from tiktoktoe_cli.importing.gathering import gathered
from tiktoktoe_cli.report.text import escape_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.importing.facts import Imported, Path

_WIDTH: Final = 110
_LONGEST_KEY: Final = 1_000  # a longer one says that it is one (YAML 1.2, chapter 7.4)
_MOST_KEYS: Final = 4  # of a map on one line
_PLAIN: Final = re.compile(
    r"(?!\d+:\d)(?:[\w/$]|--?(?=[a-zA-Z]))(?:[\w ./@%+$=*~^<>;()!-]|:(?! ))*", re.ASCII
)
_SWITCHES: Final = frozenset("yYnN")  # YAML 1.1 has them as booleans, and PyYAML as texts
_LAST_SHORT: Final = 0xFFFF
_BLOCK_STARTS: Final = (" ", "\n")


def write_yaml(imported: Imported) -> str:
    """Write an import; each remark stands above the part that it is about, or above the nearest that exists.

    Those that say the same of several parts are one, above what is around all of these.
    """
    comments: dict[Path, list[str]] = {}
    for remark in gathered(imported.remarks):
        comments.setdefault(_existing(imported.document, remark.at), []).append(
            f"{remark.kind}: {remark.message}"
        )
    lines = _Writer(comments).lines(imported.document)
    return "\n".join(lines) + "\n"


def _existing(document: Mapping[str, Any], path: Path) -> Path:  # Any: a tree
    node: Any = document
    for depth, step in enumerate(path):
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return path[:depth]
    return path


class _Writer:
    def __init__(self, comments: Mapping[Path, list[str]]) -> None:
        self._comments = comments
        self._around = {path[:depth] for path in comments for depth in range(len(path))}

    def lines(self, node: Any, path: Path = ()) -> Iterator[str]:  # a tree
        """Write a map or a list, each line without the indentation of what is around it."""
        if not path:
            yield from self._above(())
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield from self._above((*path, key))
                head = _scalar(key)
                if len(head) > _LONGEST_KEY:
                    yield f"? {head}"
                    head = ""
                yield from self._entry(f"{head}:", value, (*path, key))
        else:
            for position, item in enumerate(node):
                yield from self._above((*path, position))
                yield from self._item(item, (*path, position))

    def _above(self, path: Path) -> Iterator[str]:
        for comment in self._comments.get(path, ()):
            yield f"# {''.join(map(_visible, ' '.join(comment.split())))}"

    def _entry(self, head: str, value: Any, path: Path) -> Iterator[str]:
        if (short := self._on_one_line(value, path)) is not None:
            yield f"{head} {short}"
        elif isinstance(value, str):
            yield f"{head} {_block_head(value)}"
            yield from (f"  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
        else:
            yield head
            yield from (f"  {line}" if line else "" for line in self.lines(value, path))

    def _item(self, item: Any, path: Path) -> Iterator[str]:
        if not isinstance(item, Mapping) or self._on_one_line(item, path) is not None:
            yield from self._entry("-", item, path)
            return
        for position, line in enumerate(self.lines(item, path)):
            yield f"{'  ' if position else '- '}{line}" if line else ""

    def _on_one_line(self, value: Any, path: Path) -> str | None:
        """Write what is short, and has no remarks inside, on one line."""
        if isinstance(value, str):
            return None if _is_block(value) else _scalar(value)
        if path in self._around or not _is_small(value):
            return None
        text = _flow(value)
        return text if len(text) <= _WIDTH - 2 * len(path) else None


def _is_small(value: Any) -> bool:
    """Tell whether a value reads well on one line: what is single, and what holds a few of these."""
    if isinstance(value, Mapping):
        return len(value) <= _MOST_KEYS and all(map(_is_flat, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(_is_single(item) for item in value)
    return True


def _is_flat(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_single, value.values()))
    return all(map(_is_single, value)) if isinstance(value, list) else _is_single(value)


def _is_single(value: Any) -> bool:
    return not isinstance(value, Mapping | list) and not (isinstance(value, str) and _is_block(value))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _is_block(text: str) -> bool:
    """Tell whether a text of several lines can stand as it is."""
    lines = text.split("\n")
    plain = all(
        line.isprintable() and line == line.rstrip() and escape_hidden(line) == line for line in lines
    )
    is_long = "\n" in text.removesuffix("\n")
    return is_long and plain and not text.startswith(_BLOCK_STARTS) and not text.endswith("\n\n")


def _block_head(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def _scalar(value: Any) -> str:
    """Write a single value; a text is quoted where a reader could take it for something else."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and not value.endswith((" ", ":")) and _is_word(value):
        return value
    if value.isprintable() and escape_hidden(value) == value:
        return "'" + value.replace("'", "''") + "'"
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(character: str) -> str:
    """Escape what a terminal would obey or hide, and YAML refuse; beyond 16 bits it has an escape that JSON lacks."""
    if character.isprintable() and escape_hidden(character) == character:
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= _LAST_SHORT else f"\\U{ord(character):08x}"


def _is_word(text: str) -> bool:
    """Tell whether every version of YAML reads an unquoted text as a text."""
    import yaml

    resolver: Any = yaml.SafeLoader("")  # untyped in PyYAML
    tag = resolver.resolve(yaml.ScalarNode, text, (True, False))
    return tag == "tag:yaml.org,2002:str" and isinstance(resolve(text), str) and text not in _SWITCHES

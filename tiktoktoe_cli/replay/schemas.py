"""Which JSON Schema an event is checked against: that of its type.

A type is looked up by its whole name first, then in the patterns (`payment.*`) in the order of the YAML, then under
`default`. A path with `{type}` in it stands for one file for each type. Only a type that is a safe file name can have
such a file: letters, digits, `.`, `_` and `-`, the first neither `.` nor `-`, at most 200 characters. So no event can
name a file in another folder.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.schema import compile_schema
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.schema import EventSchema

DEFAULT = "default"
PLACE = "{type}"
_SAFE = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}"
_SHOWN_CHARACTERS = 60
_KEPT_TYPES = 1_024


def template_of(path: Path) -> re.Pattern[str] | None:
    """Make the pattern of the files that a path with `{type}` stands for; None if it has none."""
    before, place, after = path.name.partition(PLACE)
    return re.compile(f"{re.escape(before)}({_SAFE}){re.escape(after)}") if place else None


def files_of(path: Path) -> dict[str, Path]:
    """Find the files that a path stands for, by the type; under no type if it stands for itself."""
    pattern = template_of(path)
    if pattern is None:
        return {"": path}
    names = sorted(file.name for file in path.parent.iterdir()) if path.parent.is_dir() else []
    return {found[1]: path.parent / found[0] for name in names if (found := pattern.fullmatch(name))}


class Schemas:
    """Compiled schemas by type.

    Raises:
        SchemaProblemError: one of them cannot be compiled.
    """

    def __init__(self, paths: Mapping[str, Path | None]) -> None:
        compiled = lru_cache(maxsize=None)(compile_schema)
        self._choices = {
            name: None if path is None else {word: compiled(file) for word, file in files_of(path).items()}
            for name, path in paths.items()
        }
        self._test_of = lru_cache(maxsize=_KEPT_TYPES)(self._find_test)

    @property
    def for_all(self) -> EventSchema | None:
        """The schema of all events, if they have the same one."""
        default = self._choices.get(DEFAULT)
        return default.get("") if default and len(self._choices) == 1 else None

    def are_valid(self, bodies: Iterable[Body]) -> bool:
        """Tell whether all of some events follow their schemas."""
        schema = self.for_all
        if schema is not None:
            return all(map(schema.is_valid, bodies))
        test_of = self._test_of
        return all(test_of(_type_of(body))(body) for body in bodies)

    def faults(self, body: Body) -> Iterator[Fault]:
        """Yield everything that is wrong with an event."""
        name = _type_of(body)
        match self._find(name):
            case None:
                pass
            case Fault() as fault:
                yield fault
            case schema:
                yield from schema.faults(body)

    def _find_test(self, name: str | None) -> Callable[[Body], bool]:
        match self._find(name):
            case None:
                return partial(_always, value=True)
            case Fault():
                return partial(_always, value=False)
            case schema:
                return schema.is_valid

    def _find(self, name: str | None) -> EventSchema | Fault | None:
        """Find the schema of a type: None if it shall not be checked, a fault if it has none."""
        word = next(filter(partial(_fits, name), self._choices), None) if name not in self._choices else name
        word = DEFAULT if word is None and DEFAULT in self._choices else word
        if word is None:
            return _no_schema(name)
        files = self._choices[word]
        return None if files is None else files.get("") or files.get(name or "") or _no_schema(name)


def _type_of(body: Body) -> str | None:
    name = body.get("type")
    return name if isinstance(name, str) else None


def _always(_: Body, *, value: bool) -> bool:
    return value


def _fits(name: str | None, pattern: str) -> bool:
    return (
        name is not None
        and "*" in pattern
        and fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))
    )


def _no_schema(name: str | None) -> Fault:
    told = "an event without a type" if name is None else f"the type `{shortened(name, _SHOWN_CHARACTERS)}`"
    return Fault(pointer("type"), "schema", "no-schema", f"there is no schema for {told}")

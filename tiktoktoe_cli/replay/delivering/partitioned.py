"""Many files: each event goes to the one that its own values name."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.delivering.destination import Refusal
from tiktoktoe_cli.replay.events.letter import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.delivering.destination import Position
    from tiktoktoe_cli.replay.delivering.file import Lines
    from tiktoktoe_cli.replay.delivering.path_template import PathTemplate
    from tiktoktoe_cli.replay.events.record import Origin

_MOST_OPEN = 32
_MOST_FILES = 10_000


class PartitionedFiles:
    """Keeps the files open that were written to last; an event whose path has no value is refused.

    A file that is let go is finished, and opened again where it ended. So which files are open is part of
    the position: where a compressed file's members end depends on it.
    """

    can_refuse = True
    is_exact = True

    def __init__(self, name: str, template: PathTemplate, make: Callable[[Path], Lines]) -> None:
        self._name = name
        self._template = template
        self._make = make
        self._open: OrderedDict[str, Lines] = OrderedDict()
        self._finished: dict[str, tuple[Position, int, int]] = {}
        self._refused: list[Refusal] = []
        self._let_gone: list[Lines] = []
        self._securing: list[Lines] = []
        self._published: dict[str, Sequence[Path]] = {}

    @property
    def place(self) -> str:
        """The path as it is written in the YAML."""
        fields = [f"{{{expression.text}}}" for expression in self._template.expressions]
        return "".join(
            text for pair in zip(self._template.texts, [*fields, ""], strict=True) for text in pair
        )

    @property
    def events(self) -> int:
        """How many lines all files have."""
        return sum(file.lines for file in self._open.values()) + sum(
            lines for _, lines, _ in self._finished.values()
        )

    @property
    def size_bytes(self) -> int:
        """How large all files are."""
        return sum(file.size_bytes for file in self._open.values()) + sum(
            size for _, _, size in self._finished.values()
        )

    @property
    def files(self) -> Sequence[Path]:
        """Those of all values; known when they are in their places."""
        return [file for _, files in sorted(self._published.items()) for file in files]

    def open(self, position: Position | None) -> None:
        """Begin, or open the files that were open."""
        if position is None:
            return
        self._finished = dict(position[0])
        for path, told in position[1]:
            self._open[path] = self._opened(path, told)

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Add events, each to its file."""
        parted: dict[str, list[bytes]] = {}
        for index, event in enumerate(events):
            try:
                path = self._template.path(orjson.loads(event))
            except (EvaluationError, ValueError) as error:
                reason = error.reason if isinstance(error, EvaluationError) else str(error)
                message = f"its file cannot be named: {reason}"
                self._refused.append(Refusal(origins[index], message, Attempt(self._name, 0, "unnamed")))
            else:
                parted.setdefault(path, []).append(event)
        for path, lines in parted.items():
            self._file(path).write(lines)

    def settle(self) -> Sequence[Refusal]:
        """Tell the events whose path has no value."""
        refused, self._refused = self._refused, []
        return refused

    def complete(self) -> None:
        """Hold nothing back."""
        for file in self._open.values():
            file.complete()

    def position(self) -> Position:
        """Tell where each file stands."""
        self._securing, self._let_gone = [*self._let_gone, *self._open.values()], []
        return dict(self._finished), [(path, file.position()) for path, file in self._open.items()]

    def secure(self) -> None:
        """Make the last position durable, with the files that were let go before it."""
        for file in self._securing:
            file.secure()

    def publish(self) -> None:
        """Put all files in their places."""
        while self._open:
            self._let_go()
        for path, (told, _, _) in self._finished.items():
            file = self._opened(path, told)
            file.publish()
            self._published[path] = file.files

    def close(self) -> None:
        """Let go of all files."""
        for file in self._open.values():
            file.close()

    def _file(self, path: str) -> Lines:
        file = self._open.get(path)
        if file is None:
            if len(self._open) == _MOST_OPEN:
                self._let_go()
            told, _, _ = self._finished.pop(path, (None, 0, 0))
            file = self._open[path] = self._opened(path, told)
            if len(self._open) + len(self._finished) > _MOST_FILES:
                message = f"`{self.place}` would be more than {_MOST_FILES:,} files"
                raise UnfinishedError(message, hint="name the files by something that has fewer values")
        self._open.move_to_end(path)
        return file

    def _opened(self, path: str, told: Position | None) -> Lines:
        file = self._make(Path(path))
        file.open(told)
        return file

    def _let_go(self) -> None:
        path, file = self._open.popitem(last=False)
        file.finish()
        self._finished[path] = (file.position(), file.lines, file.size_bytes)
        self._let_gone.append(file)

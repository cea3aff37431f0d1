"""Follows the input of a run: what it does while nothing comes, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.choices import Format, Order
from tiktoktoe_cli.replay.reading.files import STDIN, readable
from tiktoktoe_cli.replay.reading.following import Patience, follow
from tiktoktoe_cli.replay.reading.formats import format_of
from tiktoktoe_cli.replay.reading.sources import check_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.pacing.pace import Patience as Waiting
    from tiktoktoe_cli.replay.settings.input import InputSettings
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

_PAUSE_NS = 100_000_000
_REST_NS = 1_000_000_000
_HEAD_BYTES = 64 << 10


def check_following(settings: PipelineSettings, files: Sequence[Path]) -> None:
    """Make sure that the input can be followed, if it shall be.

    Raises:
        UsageError: it cannot.
    """
    source = settings.input
    if not source.follow:
        return
    if source.order is not Order.INPUT:
        raise UsageError("a file that grows cannot be sorted", hint="to follow it, set `order: input`")
    if len(files) != 1 or files[0] == STDIN:
        raise UsageError("exactly one file can be followed", hint="name one NDJSON file")
    if source.format not in {Format.AUTO, Format.NDJSON}:
        message = f"a file of the format `{source.format}` cannot be followed"
        raise UsageError(message, hint="follow an NDJSON file")
    if settings.pacing.speed is not None or source.select.offset is not None:
        hint = "leave out the `speed` and the `offset`"
        raise UsageError("what is followed comes at its own pace, from the beginning", hint=hint)


@dataclass(slots=True)
class Following:
    """Reads a file that grows. While nothing comes it lets the run `rest`: at once, and then now and then.

    `check` raises what ends the run, if the user wants that; `tell` takes remarks.
    """

    settings: InputSettings
    waiting: Waiting
    check: Callable[[], None]
    rest: Callable[[], None]
    tell: Callable[[str], None]
    _idle_since_ns: int | None = field(default=None)
    _rested_ns: int | None = field(default=None)
    _is_over: bool = field(default=False)

    def blocks(self, path: Path, position: Sequence[int]) -> Iterator[Block]:
        """Give blocks as they come.

        Raises:
            UsageError: its first bytes are those of another format.
            UsageError, UnfinishedError: as `follow`.
        """
        if self.settings.format is Format.AUTO and not position:
            _refuse_other_formats(path)
        patience = Patience(self._pause, lambda: self._is_over, self.tell)
        for block in follow(path, self.settings.max_line.whole, patience, start=position or None):
            self._idle_since_ns = None
            yield block

    def _pause(self) -> None:
        self.check()
        now_ns = self.waiting.now()
        if self._idle_since_ns is None:
            self._idle_since_ns = now_ns
        if self._rested_ns is None or now_ns - self._rested_ns >= _REST_NS:
            self._rested_ns = now_ns
            self.rest()
        idle_exit = self.settings.idle_exit
        self._is_over = idle_exit is not None and now_ns - self._idle_since_ns >= idle_exit
        if not self._is_over:
            self.waiting.wait(_PAUSE_NS)


def _refuse_other_formats(path: Path) -> None:
    """Look at how the file begins: what are no lines of events would become dead letters, one by one."""
    with readable(path):
        check_regular(path)
        with path.open("rb") as file:
            form = format_of(file.read(_HEAD_BYTES))
    if form is not Format.NDJSON:
        hint = "follow an NDJSON file; if it is one all the same, set `format: ndjson`"
        raise UsageError(
            f"`{path}` begins as a file of the format `{form}`, which cannot be followed", hint=hint
        )

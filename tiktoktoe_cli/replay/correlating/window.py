"""What the kinds of windows share: what they take, give, tell and take up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item, Session

Pack: TypeAlias = "Callable[[Item], Item]"
"""Writes an item in values that `marshal` can write, or reads it back."""


class Windows(Protocol):
    """Puts events into windows; `held` counts the events in open ones."""

    held: int

    def add(self, keys: Sequence[str], items: Sequence[Item], watermarks: Sequence[int]) -> list[int]:
        """Put events into their windows; return the positions of those that are late."""

    def close(self, watermark_us: int | None) -> list[Session]:
        """Give the windows that no later event can join, in the order of their ends; None: all of them."""

    def oldest(self, watermark_us: int) -> int:
        """Tell up to when no event is held, where none before a watermark will come."""

    def told(self, pack: Pack, *, is_whole: bool = False) -> Any:  # what `marshal` can write
        """Tell what has changed since the last call, or all that is open."""

    def take_up(self, told: Any, unpack: Pack) -> None:  # as above
        """Take up what was told before."""


class Diary:
    """Knows what was added since it was last told; windows are restored by adding it again, in its order."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, str, Item]] = []

    def write(self, watermark_us: int, key: str, item: Item) -> None:
        """Take an event down with the watermark when it came."""
        self._entries.append((watermark_us, key, item))

    def told(self, pack: Pack) -> list[tuple[int, str, Item]]:
        """Give what was written since the last call."""
        entries, self._entries = self._entries, []
        return [(watermark_us, key, pack(item)) for watermark_us, key, item in entries]

    def forget(self) -> None:
        """Forget it all: it is told in another way."""
        self._entries.clear()

    def add_again(self, windows: Windows, entries: Any, unpack: Pack) -> None:  # as `told` gives them
        """Let windows take in what they told; what had closed by then is gone."""
        for watermark_us, key, item in entries:
            windows.add([key], [unpack(item)], [watermark_us])
            windows.close(watermark_us)
        self._entries.clear()

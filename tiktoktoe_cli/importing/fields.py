"""A map of the source that knows which of its keys were asked for: what is left over cannot be forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.config.nodes import Node, Spot

_COUNT: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A key that nobody took; `is_misread` says that somebody asked for it, and it is of another kind."""

    name: str
    spot: Spot
    is_misread: bool


class Fields:
    """The keys of one map. What is of another kind than asked for is not taken, and so is left over."""

    def __init__(self, node: MapNode) -> None:
        self.node = node
        self._asked: set[str] = set()
        self._taken: set[str] = set()
        self._inside: dict[str, Fields] = {}
        self._apart: dict[tuple[str, int], Fields] = {}

    def __contains__(self, key: str) -> bool:
        """Tell whether a key says something."""
        node = self.node.get(key)
        return node is not None and not (isinstance(node, ScalarNode) and node.value is None)

    def spot(self, key: str) -> Spot:
        """Return where a key stands; the map itself if it is not there."""
        entry = self.node.entries.get(key)
        return entry.key if entry else self.node

    def take(self, key: str) -> Node | None:
        """Take whatever stands under a key; None if it says nothing."""
        self._taken.add(key)
        return self.node.get(key) if key in self else None

    def text(self, key: str) -> str | None:
        """Take a single value, as it was written."""
        node = self._ask(key)
        if not isinstance(node, ScalarNode):
            return None
        self._taken.add(key)
        return None if node.value is None else node.raw

    def flag(self, key: str) -> bool | None:
        """Take `true` or `false`."""
        node = self._ask(key)
        if not (isinstance(node, ScalarNode) and isinstance(node.value, bool)):
            return None
        self._taken.add(key)
        return node.value

    def count(self, key: str) -> int | None:
        """Take a whole number that is not negative."""
        node = self._ask(key)
        if not (isinstance(node, ScalarNode) and _COUNT.fullmatch(node.raw)):
            return None
        self._taken.add(key)
        return int(node.raw)

    def no_flag(self, key: str) -> bool | None:
        """Take `true` or `false`, and give the opposite: `insecure` is not to `verify`."""
        flag = self.flag(key)
        return None if flag is None else not flag

    def texts(self, key: str) -> list[ScalarNode]:
        """Take a list of single values."""
        node = self._ask(key)
        if not isinstance(node, ListNode) or not all(isinstance(item, ScalarNode) for item in node.items):
            return []
        self._taken.add(key)
        return [item for item in node.items if isinstance(item, ScalarNode)]

    def pairs(self, key: str) -> dict[str, str]:
        """Take a map of single values."""
        node = self._ask(key)
        entries = (
            {name: entry.value for name, entry in node.entries.items()} if isinstance(node, MapNode) else {}
        )
        found = {name: value.raw for name, value in entries.items() if isinstance(value, ScalarNode)}
        if not isinstance(node, MapNode) or len(found) < len(entries):
            return {}
        self._taken.add(key)
        return found

    def inside(self, key: str) -> Fields:
        """Go into a map, whose keys are then counted one by one; an empty one if there is none."""
        node = self._ask(key)
        if key not in self._inside and isinstance(node, MapNode):
            self._inside[key] = Fields(node)
        return self._inside.get(key) or self._nothing()

    def own(self, key: str) -> Fields:
        """Take a map; what is left over in it is its own. An empty one if there is none."""
        node = self._ask(key)
        if not isinstance(node, MapNode):
            return self._nothing()
        return self._taken_apart(key, [node])[0]

    def items(self, key: str) -> list[Fields]:
        """Take a list of maps; what is left over in each is its own."""
        node = self._ask(key)
        if not isinstance(node, ListNode) or not all(isinstance(item, MapNode) for item in node.items):
            return []
        return self._taken_apart(key, [item for item in node.items if isinstance(item, MapNode)])

    def named(self, key: str) -> dict[str, Fields]:
        """Take a map of maps; what is left over in each is its own."""
        node = self._ask(key)
        entries = node.entries if isinstance(node, MapNode) else {}
        maps = {name: entry.value for name, entry in entries.items() if isinstance(entry.value, MapNode)}
        if not isinstance(node, MapNode) or len(maps) < len(entries):
            return {}
        return dict(zip(maps, self._taken_apart(key, maps.values()), strict=True))

    def is_map(self, key: str) -> bool:
        """Tell whether a key holds a map."""
        return isinstance(self._ask(key), MapNode)

    def left(self, around: str = "") -> Iterator[Leftover]:
        """List the keys that nobody took, and those inside the maps that somebody went into."""
        for key, entry in self.node.entries.items():
            name = f"{around}{key}"
            if key in self._inside:
                yield from self._inside[key].left(f"{name}.")
            elif key not in self._taken and key in self:
                yield Leftover(name, entry.key, key in self._asked)

    def parts(self) -> Iterator[Fields]:
        """Yield this map, and those that were taken out of it with a rest of their own."""
        yield self
        for inner in self._inside.values():
            yield from islice(inner.parts(), 1, None)  # what is left over inside is left over here
        for taken in self._apart.values():
            yield from taken.parts()

    def _ask(self, key: str) -> Node | None:
        self._asked.add(key)
        return self.node.get(key)

    def _taken_apart(self, key: str, nodes: Iterable[MapNode]) -> list[Fields]:
        """Take maps that have a rest of their own, the same one for everybody who asks."""
        self._taken.add(key)
        return [self._apart.setdefault((key, id(node)), Fields(node)) for node in nodes]

    def _nothing(self) -> Fields:
        return Fields(MapNode(self.node.source, self.node.start, self.node.end))

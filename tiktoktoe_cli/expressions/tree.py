"""The tree of an expression: what the parser builds, and what the resolver makes of names and calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.expressions.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a node stands in the text: 0-based, `end` exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression."""

    span: Span = field(kw_only=True, compare=False, repr=False)

    def children(self) -> Iterator[Node]:
        """Go through the parts of this part."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written down, or computed from such when the expression was compiled."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A simple name; `absolute` (`.name`) looks past the variables of macros."""

    name: str
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class Select(Node):
    """A field of a map: `operand.field`."""

    operand: Node
    field: str

    def children(self) -> Iterator[Node]:
        """Go through the operand."""
        return iter((self.operand,))


@dataclass(frozen=True, slots=True)
class Index(Node):
    """An element of a list or map: `operand[key]`."""

    operand: Node
    key: Node

    def children(self) -> Iterator[Node]:
        """Go through the operand and the key."""
        return iter((self.operand, self.key))


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call as it was written: of a function, a method or a macro; `name_span` is the span of its name."""

    name: str
    target: Node | None
    arguments: tuple[Node, ...]
    name_span: Span = field(kw_only=True, compare=False, repr=False)

    def children(self) -> Iterator[Node]:
        """Go through the target and the arguments."""
        return chain(() if self.target is None else (self.target,), self.arguments)


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list: `[a, b]`."""

    items: tuple[Node, ...]

    def children(self) -> Iterator[Node]:
        """Go through the items."""
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class MapOf(Node):
    """A map: `{key: value}`."""

    entries: tuple[tuple[Node, Node], ...]

    def children(self) -> Iterator[Node]:
        """Go through keys and values in turn."""
        return chain.from_iterable(self.entries)


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-operand` or `!operand`."""

    operator: str
    operand: Node

    def children(self) -> Iterator[Node]:
        """Go through the operand."""
        return iter((self.operand,))


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """A relation or an arithmetic operation."""

    operator: str
    left: Node
    right: Node

    def children(self) -> Iterator[Node]:
        """Go through the left and the right operand."""
        return iter((self.left, self.right))


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A chain of `&&` or of `||`, of any length."""

    operator: str
    operands: tuple[Node, ...]

    def children(self) -> Iterator[Node]:
        """Go through the operands."""
        return iter(self.operands)


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node

    def children(self) -> Iterator[Node]:
        """Go through the three parts."""
        return iter((self.test, self.then, self.otherwise))


@dataclass(frozen=True, slots=True)
class Read(Node):
    """Resolved: a variable and the fields selected from it, (data, amount) for `data.amount`."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Local(Node):
    """Resolved: a macro's variable; `part` is 0 or 1 where the macro has two of them."""

    name: str
    slot: int
    part: int | None


@dataclass(frozen=True, slots=True)
class Has(Node):
    """Resolved: `has(operand.field)`."""

    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """Resolved: a function with its arguments; `is_bool` if it can only give a bool."""

    function: Callable[..., Value]
    arguments: tuple[Node, ...]
    is_bool: bool


class Loop(StrEnum):
    """What a macro does with each of the elements it visits."""

    EVERY = "every"
    SOME = "some"
    EXACTLY_ONE = "exactly one"
    FILTERED = "filtered"
    MAPPED = "mapped"
    MAPPED_VALUES = "mapped values"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """Resolved: a macro over `source`, whose body sees each element in the variable of `slot`.

    `in_pairs` says that an element is (index, element) or (key, value). BOUND does not loop: its element is
    the source itself.
    """

    loop: Loop
    source: Node
    slot: int
    body: Node
    in_pairs: bool = False
    condition: Node | None = None

"""Expectations → how long a check may take as a whole, where they say so plainly. Pure.

`timing.total < duration("300ms")` says so, also turned round and as a part of an `&&`. Any other expectation may hold
or not for other reasons than time, and no limit is read out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.parser import parse
from tiktoktoe_cli.expressions.resolver import resolve
from tiktoktoe_cli.expressions.tree import Binary, Literal, Logic, Read
from tiktoktoe_cli.expressions.values import Duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.expressions.tree import Node

_BELOW: Final = {"<", "<="}
_ABOVE: Final = {">", ">="}


def latency_limit_ns(texts: Iterable[str]) -> int | None:
    """Find the strictest limit that some expectations set, all of which must hold; None if there is none."""
    return min((limit for text in texts for limit in _limits(_root(text))), default=None)


def _root(text: str) -> Node:
    return resolve(parse(text), text, None, checked=False).root


def _limits(node: Node) -> Iterator[int]:
    if isinstance(node, Logic) and node.operator == "&&":
        for operand in node.operands:
            yield from _limits(operand)
    match node:
        case Binary(operator, Read(("timing", "total")), Literal(Duration(limit))) if operator in _BELOW:
            yield limit
        case Binary(operator, Literal(Duration(limit)), Read(("timing", "total"))) if operator in _ABOVE:
            yield limit

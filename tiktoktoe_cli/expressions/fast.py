"""Resolved tree → Python expression, the fast way: it bets that the fields exist and have the usual types.

Where the bet is lost, the code raises one of FAILURES, and the caller evaluates the careful expression instead,
from the start: nothing has a side effect. So each method here keeps one promise: if its code yields a value at
all, that is the value of the careful code. What cannot promise that is left to the careful emitter.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions import python_tree as py
from tiktoktoe_cli.expressions.careful import BINARY, BINDINGS, CarefulEmitter, Globals, is_bool
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.tree import (
    Apply,
    Binary,
    Index,
    ListOf,
    Literal,
    Local,
    Logic,
    Node,
    Read,
    Select,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.expressions.values import Value

FAILURES: Final = (LookupError, TypeError, RecursionError, EvaluationError)
_PYTHON: Final[Mapping[str, type[ast.cmpop]]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
_IDENTITY: Final[Mapping[str, type[ast.cmpop]]] = {"==": ast.Is, "!=": ast.IsNot}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
# Below this size every int is a double exactly, so that Python's exact comparison is CEL's.
_EXACT: Final = 2**53


class FastEmitter(CarefulEmitter):
    """Writes Python's own operations where they agree with CEL's."""

    def __init__(self, names: Globals) -> None:
        super().__init__(names)
        self._kept = 0

    def read(self, node: Read) -> ast.expr:
        """Write subscripts: any absence is a KeyError, any other container a TypeError."""
        value = py.name(BINDINGS)
        for field in node.path:
            value = py.item(value, py.constant(field))
        return value

    def select(self, node: Select) -> ast.expr:
        """Write a subscript."""
        if isinstance(node.operand, _READS):
            return py.item(self.emit(node.operand), py.constant(node.field))
        return super().select(node)

    def index(self, node: Index) -> ast.expr:
        """Write a subscript for a constant string, which only a dict takes."""
        if isinstance(node.operand, _READS) and _is_text(node.key):
            return py.item(self.emit(node.operand), self.emit(node.key))
        return super().index(node)

    def unary(self, node: Unary) -> ast.expr:
        """Write `not` for what is a bool."""
        if node.operator == "!" and is_bool(node.operand):
            return py.inverted(self.emit(node.operand))
        return super().unary(node)

    def logic(self, node: Logic) -> ast.expr:
        """Write `and` or `or`: an error ends the bet, before anything would have to absorb it."""
        operator = ast.And() if node.operator == "&&" else ast.Or()
        return py.joined(operator, [self.condition(operand) for operand in node.operands])

    def binary(self, node: Binary) -> ast.expr:
        """Write a comparison with a literal as Python's, where no operand can make them differ."""
        match node:
            case Binary("in", element, ListOf(members)) if all(map(_is_text, members)):
                texts = [member.value for member in members if isinstance(member, Literal)]
                return py.compared(self.emit(element), ast.In(), py.constant(tuple(texts)))
            case Binary(operator, Literal(), Literal()):
                return super().binary(node)
            case Binary(operator, other, Literal(value)) if operator in _PYTHON:
                return self._against(node, operator, other, value)
            case Binary(operator, Literal(value), other) if operator in _PYTHON:
                return self._against(node, _MIRRORED[operator], other, value)
            case _:
                return super().binary(node)

    def _against(self, node: Binary, operator: str, other: Node, value: Value) -> ast.expr:
        is_equality = operator in _IDENTITY
        if is_equality and (value is None or type(value) is bool):
            return py.compared(self.emit(other), _IDENTITY[operator](), py.constant(value))
        if type(value) is str or (is_equality and _is_exact(value) and value not in (0, 1)):
            return py.compared(self.emit(other), _PYTHON[operator](), py.constant(value))
        if not is_equality and _is_exact(value):
            return self._order(operator, other, value)
        return super().binary(node)

    def _order(self, operator: str, other: Node, number: float) -> ast.expr:
        """Write `x < 1` under a test that x is a number: to Python, `True` is one."""
        self._kept += 1
        kept = f"t{self._kept}"
        first, second = (int, float) if type(number) is int else (float, int)
        is_number = py.joined(
            ast.Or(),
            [
                self._is_of(py.kept(kept, self.emit(other)), first),
                self._is_of(py.name(kept), second),
            ],
        )
        comparison = py.compared(py.name(kept), _PYTHON[operator](), py.constant(number))
        return py.chosen(
            is_number, comparison, self.call(BINARY[operator], py.name(kept), py.constant(number))
        )

    def _is_of(self, value: ast.expr, kind: type) -> ast.expr:
        return py.compared(self.call(type, value), ast.Is(), py.name(self.refer(kind)))


_READS: Final = (Read, Local, Select, Index, Apply)
"""What can be data; Python's compiler warns of a subscript on what it knows to be a constant."""


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and type(node.value) is str


def _is_exact(value: Value) -> bool:
    return type(value) in (int, float) and -_EXACT < value < _EXACT

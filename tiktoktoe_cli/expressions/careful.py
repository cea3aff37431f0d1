"""Resolved tree → Python, the careful way: every operation checks its operands and names its errors."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions import access, arithmetic, comparison, comprehensions, logic, maps
from tiktoktoe_cli.expressions import python_tree as py
from tiktoktoe_cli.expressions.tree import (
    Apply,
    Binary,
    Comprehension,
    Conditional,
    Has,
    Index,
    ListOf,
    Literal,
    Local,
    Logic,
    Loop,
    MapOf,
    Node,
    Read,
    Select,
    Unary,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from tiktoktoe_cli.expressions.values import Value

BINDINGS: Final = "bindings"
STEPS: Final = "steps"
BINARY: Final = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "%": arithmetic.modulo,
    "==": comparison.equals,
    "!=": comparison.not_equals,
    "<": comparison.less,
    "<=": comparison.less_equal,
    ">": comparison.greater,
    ">=": comparison.greater_equal,
    "in": comparison.contains,
}
_UNARY: Final = {"-": arithmetic.negate, "!": logic.negation}
_LOGIC: Final = {"&&": logic.conjunction, "||": logic.disjunction}
_LOOPS: Final = {
    Loop.EVERY: comprehensions.every,
    Loop.SOME: comprehensions.some,
    Loop.EXACTLY_ONE: comprehensions.exactly_one,
    Loop.FILTERED: comprehensions.filtered,
    Loop.MAPPED: comprehensions.mapped,
    Loop.MAPPED_VALUES: comprehensions.mapped_values,
    Loop.BOUND: comprehensions.bind,
}
_RELATIONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_BOOL_LOOPS: Final = frozenset({Loop.EVERY, Loop.SOME, Loop.EXACTLY_ONE})


class Globals:
    """The values that generated code refers to, each under a name made here."""

    def __init__(self) -> None:
        self.namespace: dict[str, Value] = {"__builtins__": {}}
        self._names: dict[int, str] = {}

    def refer(self, value: Value) -> str:
        """Give the name of a value; the same object keeps its name."""
        name = self._names.setdefault(id(value), f"g{len(self._names)}")
        self.namespace[name] = value
        return name


def is_bool(node: Node) -> bool:
    """Say whether a node that has a value at all has a bool."""
    match node:
        case Literal(value):
            return isinstance(value, bool)
        case Unary(operator, _) | Binary(operator, _, _):
            return operator == "!" or operator in _RELATIONS
        case Apply():
            return node.is_bool
        case Comprehension():
            return node.loop in _BOOL_LOOPS
        case Conditional(_, then, otherwise):
            return is_bool(then) and is_bool(otherwise)
        case _:
            return isinstance(node, Logic | Has)


class CarefulEmitter:
    """Writes calls of our operations, which raise EvaluationError; those of `&&` and `||` absorb it."""

    def __init__(self, names: Globals) -> None:
        self._globals = names

    def emit(self, node: Node) -> ast.expr:  # noqa: C901, PLR0911, PLR0912  # one case for each kind of node
        """Write the Python expression for a node."""
        match node:
            case Literal(value):
                return self.literal(value)
            case Read():
                return self.read(node)
            case Local():
                return self._local(node)
            case Select():
                return self.select(node)
            case Has(operand, field):
                return self.call(access.has_field, self.emit(operand), py.constant(field))
            case Index():
                return self.index(node)
            case Apply(function, arguments):
                return self.call(function, *map(self.emit, arguments))
            case ListOf(members):
                return py.items([self.emit(member) for member in members])
            case MapOf(entries):
                pairs = [py.pair(self.emit(key), self.emit(value)) for key, value in entries]
                return self.call(maps.build_map, py.items(pairs))
            case Unary():
                return self.unary(node)
            case Binary():
                return self.binary(node)
            case Logic():
                return self.logic(node)
            case Conditional(test, then, otherwise):
                return py.chosen(self.condition(test), self.emit(then), self.emit(otherwise))
            case Comprehension():
                return self._comprehension(node)
            case _:
                raise TypeError(f"not resolved: {node}")

    def call(self, function: Callable[..., Value], *arguments: ast.expr) -> ast.expr:
        """Write the call of one of our functions."""
        return py.call(self.refer(function), *arguments)

    def refer(self, value: Value) -> str:
        """Give the name under which the generated code finds a value."""
        return self._globals.refer(value)

    def literal(self, value: Value) -> ast.expr:
        """Write a value: in place if Python has a literal for exactly it, else by reference."""
        if type(value) in (bool, int, float, str, bytes, NoneType):
            return py.constant(value)
        return py.name(self.refer(value))

    def condition(self, node: Node) -> ast.expr:
        """Write a node whose value must be a bool."""
        return self.emit(node) if is_bool(node) else self.call(logic.as_bool, self.emit(node))

    def read(self, node: Read) -> ast.expr:
        """Write the reading of a variable and its fields."""
        path = py.name(self.refer(node.path))
        return self.call(access.read, py.name(BINDINGS), path)

    def select(self, node: Select) -> ast.expr:
        """Write a field of a computed value."""
        return self.call(
            access.select, self.emit(node.operand), py.constant(node.field), py.constant(described(node))
        )

    def index(self, node: Index) -> ast.expr:
        """Write an element of a list or map."""
        return self.call(
            access.index, self.emit(node.operand), self.emit(node.key), py.constant(described(node))
        )

    def unary(self, node: Unary) -> ast.expr:
        """Write a sign or a negation."""
        return self.call(_UNARY[node.operator], self.emit(node.operand))

    def binary(self, node: Binary) -> ast.expr:
        """Write an operation of two operands."""
        return self.call(BINARY[node.operator], self.emit(node.left), self.emit(node.right))

    def logic(self, node: Logic) -> ast.expr:
        """Write `&&` or `||` over operands that are only evaluated inside, where their errors are caught."""
        return self.call(_LOGIC[node.operator], *[py.function(self.emit(part)) for part in node.operands])

    def _local(self, node: Local) -> ast.expr:
        variable = py.name(_variable(node.slot))
        return variable if node.part is None else py.item(variable, py.constant(node.part))

    def _comprehension(self, node: Comprehension) -> ast.expr:
        source, variable = self.emit(node.source), _variable(node.slot)
        if node.loop is not Loop.BOUND:
            visit = comprehensions.pairs if node.in_pairs else comprehensions.elements
            source = self.call(visit, source, py.name(STEPS))
        if node.condition is not None:
            source = self.call(
                comprehensions.filtered, source, py.function(self.emit(node.condition), variable)
            )
        return self.call(_LOOPS[node.loop], source, py.function(self.emit(node.body), variable))


def _variable(slot: int) -> str:
    return f"x{slot}"


def described(node: Node) -> str:
    """Name what a node reads, for an error: `data.items[0].price`."""
    match node:
        case Read(path):
            return ".".join(path)
        case Local(name, _, _):
            return name
        case Select(operand, field):
            return f"{described(operand)}.{field}"
        case Index(operand, Literal(key)):
            return f"{described(operand)}[{_quoted(key)}]"
        case Index(operand, _):
            return f"{described(operand)}[...]"
        case _:
            return "(...)"


def _quoted(key: Value) -> str:
    return f'"{key}"' if isinstance(key, str) else maps.key_text(key)

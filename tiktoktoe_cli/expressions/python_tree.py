"""Small builders of Python's own syntax tree, every node with the position that `compile` asks for."""

from __future__ import annotations

import ast
from typing import Final, TypedDict


class _Position(TypedDict):
    lineno: int
    col_offset: int


_AT: Final[_Position] = {"lineno": 1, "col_offset": 0}


def constant(value: str | bytes | float | bool | tuple[str, ...] | None) -> ast.expr:  # noqa: FBT001  # a literal
    """Build a literal."""
    return ast.Constant(value, **_AT)  # type: ignore[arg-type]  # it takes tuples of constants, too


def name(identifier: str) -> ast.expr:
    """Build the reading of a variable; the identifier is one of ours, never a user's word."""
    return ast.Name(identifier, ast.Load(), **_AT)


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """Build the call of a global function."""
    return ast.Call(name(function), list(arguments), [], **_AT)


def item(container: ast.expr, key: ast.expr) -> ast.expr:
    """Build `container[key]`."""
    return ast.Subscript(container, key, ast.Load(), **_AT)


def items(values: list[ast.expr]) -> ast.expr:
    """Build a list."""
    return ast.List(values, ast.Load(), **_AT)


def pair(first: ast.expr, second: ast.expr) -> ast.expr:
    """Build a tuple of two."""
    return ast.Tuple([first, second], ast.Load(), **_AT)


def kept(identifier: str, value: ast.expr) -> ast.expr:
    """Build `identifier := value`."""
    return ast.NamedExpr(ast.Name(identifier, ast.Store(), **_AT), value, **_AT)


def compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> ast.expr:
    """Build a comparison."""
    return ast.Compare(left, [operator], [right], **_AT)


def joined(operator: ast.boolop, operands: list[ast.expr]) -> ast.expr:
    """Build a chain of `and` or of `or`."""
    return ast.BoolOp(operator, operands, **_AT)


def inverted(operand: ast.expr) -> ast.expr:
    """Build `not operand`."""
    return ast.UnaryOp(ast.Not(), operand, **_AT)


def chosen(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """Build `then if test else otherwise`."""
    return ast.IfExp(test, then, otherwise, **_AT)


def _parameters(*identifiers: str) -> ast.arguments:
    return ast.arguments(
        [], [ast.arg(identifier, **_AT) for identifier in identifiers], None, [], [], None, []
    )


def function(body: ast.expr, *parameters: str) -> ast.expr:
    """Build a lambda."""
    return ast.Lambda(_parameters(*parameters), body, **_AT)


def returned(value: ast.expr) -> ast.stmt:
    """Build `return value`."""
    return ast.Return(value, **_AT)


def assigned(identifier: str, value: ast.expr) -> ast.stmt:
    """Build `identifier = value`."""
    return ast.Assign([ast.Name(identifier, ast.Store(), **_AT)], value, **_AT)


def attempt(body: list[ast.stmt], failures: ast.expr) -> ast.stmt:
    """Build a `try` that lets these exceptions pass, so that the statement after it comes next."""
    handler = ast.ExceptHandler(failures, None, [ast.Pass(**_AT)], **_AT)
    return ast.Try(body, [handler], [], [], **_AT)


def definition(identifier: str, body: list[ast.stmt], *parameters: str) -> ast.stmt:
    """Build `def identifier(parameters): body`."""
    tree = ast.FunctionDef(identifier, _parameters(*parameters), body, [], **_AT)
    vars(tree)["type_params"] = []  # a field since Python 3.12
    return tree


def module(*statements: ast.stmt) -> ast.Module:
    """Build a module."""
    return ast.Module(list(statements), [])

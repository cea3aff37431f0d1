"""Names and calls → what they mean: names become reads, calls become functions and macros, or an error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from tiktoktoe_cli.expressions.dispatch import overloaded
from tiktoktoe_cli.expressions.errors import EvaluationError, ExpressionError
from tiktoktoe_cli.expressions.functions import FUNCTIONS, Function, Style
from tiktoktoe_cli.expressions.macros import (
    BIND,
    BIND_USAGE,
    HAS,
    HAS_USAGE,
    MACROS,
    MAX_NESTED_MACROS,
    Macro,
)
from tiktoktoe_cli.expressions.regex import compile_pattern
from tiktoktoe_cli.expressions.tree import (
    Apply,
    Binary,
    Call,
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
    Name,
    Node,
    Read,
    Select,
    Span,
    Unary,
)
from tiktoktoe_cli.expressions.values import TYPE_VALUES
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions.values import Value

_Scope: TypeAlias = Mapping[str, tuple[int, int | None]]
"""The variables of the macros around a node: name → the slot that holds it, and which part of it."""

_CHECKED_CONVERSIONS: Final = ("duration", "timestamp")
_NAMESPACES: Final = tuple({f"{name.partition('.')[0]}." for name in (*FUNCTIONS, BIND) if "." in name})
_BIND_PARTS: Final = ("a name", "a value", "an expression")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A tree in which every name and call has its meaning, what fields it reads, and whether it loops."""

    root: Node
    names: frozenset[str]
    has_loops: bool


def resolve(tree: Node, text: str, variables: Collection[str] | None, *, checked: bool) -> Resolved:
    """Give names and calls their meaning; raises ExpressionError for one that has none.

    `variables` restricts the names that may be read; `checked=False` leaves unknown functions to evaluation.
    """
    resolver = _Resolver(text, variables, checked=checked)
    root = resolver.visit(tree, {})
    return Resolved(root, frozenset(resolver.names), resolver.has_loops)


class _Resolver:
    def __init__(self, text: str, variables: Collection[str] | None, *, checked: bool) -> None:
        self.names: set[str] = set()
        self.has_loops = False
        self._text = text
        self._variables = variables
        self._checked = checked
        self._slots = 0
        self._macro_depth = 0

    def visit(self, node: Node, scope: _Scope) -> Node:  # noqa: PLR0911  # one case for each kind of node
        """Resolve a node under the macro variables in scope."""
        match node:
            case Name() | Select():
                return self._path(node, scope)
            case Call():
                return self._call(node, scope)
            case Index(operand, key):
                return replace(node, operand=self.visit(operand, scope), key=self.visit(key, scope))
            case ListOf(items):
                return replace(node, items=self._all(items, scope))
            case MapOf(entries):
                pairs = [(self.visit(key, scope), self.visit(value, scope)) for key, value in entries]
                return replace(node, entries=tuple(pairs))
            case Unary(_, operand):
                return replace(node, operand=self.visit(operand, scope))
            case Binary(_, left, right):
                left, right = _of_types(left, right)
                return replace(node, left=self.visit(left, scope), right=self.visit(right, scope))
            case Logic(_, operands):
                return replace(node, operands=self._all(operands, scope))
            case Conditional(test, then, otherwise):
                return Conditional(*self._all((test, then, otherwise), scope), span=node.span)
            case _:
                return node

    def _all(self, nodes: Iterable[Node], scope: _Scope) -> tuple[Node, ...]:
        return tuple([self.visit(node, scope) for node in nodes])

    def _error(self, message: str, span: Span, hint: str | None = None) -> ExpressionError:
        return ExpressionError(message, text=self._text, offset=span.start, end=span.end, hint=hint)

    def _path(self, node: Name | Select, scope: _Scope) -> Node:
        """Resolve `a.b.c` as a whole: a macro's variable, a host's variable, or a type."""
        fields, root = _unchained(node)
        if not isinstance(root, Name):
            return _selected(self.visit(root, scope), fields)
        if root.name in scope and not root.absolute:
            slot, part = scope[root.name]
            return _selected(Local(root.name, slot, part, span=root.span), fields)
        return self._variable(root, fields, node.span)

    def _variable(self, root: Name, fields: list[Select], span: Span) -> Node:
        path = (root.name, *(field.field for field in fields))
        if self._variables is None:
            self.names.add(".".join(path))
            return Read(path, span=span)
        for length in range(len(path), 0, -1):
            name = ".".join(path[:length])
            if name in self._variables:
                self.names.add(".".join(path))
                return Read((name, *path[length:]), span=span)
        if ".".join(path) in TYPE_VALUES:
            return Literal(TYPE_VALUES[".".join(path)], span=span)
        raise self._error(
            f"unknown variable `{root.name}`", root.span, suggestion(root.name, self._variables)
        )

    def _call(self, call: Call, scope: _Scope) -> Node:
        if call.target is None and call.name == HAS:
            return self._has(call, scope)
        qualified = self._qualified(call, scope)
        if qualified == BIND:
            return self._bind(call, scope)
        if qualified in FUNCTIONS:
            return self._function(FUNCTIONS[qualified], call, self._all(call.arguments, scope))
        if call.target is not None and call.name in MACROS:
            return self._macro(call, call.target, scope)
        operands = call.arguments if call.target is None else (call.target, *call.arguments)
        if call.name in FUNCTIONS:
            return self._function(FUNCTIONS[call.name], call, self._all(operands, scope))
        return self._unknown(call, qualified, operands, scope)

    def _qualified(self, call: Call, scope: _Scope) -> str:
        """Give the name with its namespace, `math.abs`, if the target is nothing but a name; else ''."""
        if isinstance(call.target, Name) and call.target.name not in scope:
            return f"{call.target.name}.{call.name}"
        return ""

    def _function(self, function: Function, call: Call, arguments: tuple[Node, ...]) -> Node:
        is_method = len(arguments) > len(call.arguments)
        if function.style is (Style.FUNCTION if is_method else Style.METHOD):
            raise self._error(f"`{function.name}` is called as {function.style}", call.name_span)
        if not function.takes(len(arguments)):
            counts = " or ".join(str(count - is_method) for count in sorted(function.arities)) or "1 or more"
            noun = "argument" if counts == "1" else "arguments"
            message = f"`{function.name}` takes {counts} {noun}, found {len(call.arguments)}"
            raise self._error(message, call.name_span)
        return self._specialised(function, arguments, call)

    def _specialised(self, function: Function, arguments: tuple[Node, ...], call: Call) -> Node:
        """Compute and check now what depends on a literal alone: a duration, a timestamp, a pattern."""
        last = arguments[-1]
        if isinstance(last, Literal) and isinstance(last.value, str):
            if function.name in _CHECKED_CONVERSIONS:
                return Literal(self._computed(function.call, last), span=call.span)
            if function.name == "matches":
                matches = overloaded("matches", {(str,): self._computed(compile_pattern, last)})
                return Apply(matches, arguments[:1], is_bool=True, span=call.span)
        return Apply(function.call, arguments, function.is_bool, span=call.span)

    def _computed(self, function: Callable[[str], Value], literal: Literal) -> Value:
        try:
            return function(literal.value)
        except EvaluationError as error:
            raise self._error(error.reason, literal.span, error.hint) from None

    def _unknown(self, call: Call, qualified: str, operands: tuple[Node, ...], scope: _Scope) -> Node:
        if self._checked:
            known = [*FUNCTIONS, *MACROS, HAS, BIND]
            name = qualified if qualified.startswith(_NAMESPACES) else call.name
            raise self._error(f"unknown function `{name}`", call.name_span, suggestion(name, known))

        def fail(*_: Value) -> NoReturn:
            raise EvaluationError(f"no such function: {call.name}")

        return Apply(fail, self._all(operands, scope), is_bool=False, span=call.span)

    def _has(self, call: Call, scope: _Scope) -> Node:
        selection = self._all(call.arguments, scope) if _is_selection(call.arguments) else ()
        match selection:
            case (Read((first, *path, field)),):
                operand: Node = Read((first, *path), span=call.span)
            case (Select(operand, field),):
                pass
            case _:
                raise self._error("`has` takes one field", call.name_span, f"write `{HAS_USAGE}`")
        return Has(operand, field, span=call.span)

    def _bind(self, call: Call, scope: _Scope) -> Node:
        if len(call.arguments) != len(_BIND_PARTS) or not isinstance(call.arguments[0], Name):
            raise self._error(
                f"`{BIND}` takes {', '.join(_BIND_PARTS)}", call.name_span, f"write `{BIND_USAGE}`"
            )
        name, value, *body = call.arguments
        return self._loop(Macro(Loop.BOUND, 1), call.span, self.visit(value, scope), (name, *body), scope)

    def _macro(self, call: Call, target: Node, scope: _Scope) -> Node:
        macro = next((way for way in MACROS[call.name] if way.arity == len(call.arguments)), None)
        if macro is None or not _are_simple(call.arguments[: macro.variables]):
            ways = " or ".join(f"`{way.usage(call.name)}`" for way in MACROS[call.name])
            raise self._error(
                f"`{call.name}` takes simple names, then expressions", call.name_span, f"write {ways}"
            )
        return self._loop(macro, call.span, self.visit(target, scope), call.arguments, scope)

    def _loop(self, macro: Macro, span: Span, source: Node, parts: tuple[Node, ...], scope: _Scope) -> Node:
        """Resolve the expressions of a macro in a scope that has its variables."""
        if self._macro_depth == MAX_NESTED_MACROS:
            raise self._error(f"macros are nested more than {MAX_NESTED_MACROS} deep", span)
        self._macro_depth += 1
        slot, self._slots = self._slots, self._slots + 1
        self.has_loops = self.has_loops or macro.loop is not Loop.BOUND
        in_pairs = macro.variables > 1
        names = [name.name for name in parts[: macro.variables] if isinstance(name, Name)]
        inner = {**scope, **{name: (slot, part if in_pairs else None) for part, name in enumerate(names)}}
        *condition, body = self._all(parts[macro.variables :], inner)
        self._macro_depth -= 1
        return Comprehension(
            macro.loop, source, slot, body, in_pairs, condition[0] if condition else None, span=span
        )


def _unchained(node: Name | Select) -> tuple[list[Select], Node]:
    """Take the selections off what they start from: `a.b.c` gives those of b and c, and `a`."""
    fields: list[Select] = []
    root: Node = node
    while isinstance(root, Select):
        fields.insert(0, root)
        root = root.operand
    return fields, root


def _selected(root: Node, fields: Iterable[Select]) -> Node:
    for field in fields:
        root = replace(field, operand=root)
    return root


def _of_types(left: Node, right: Node) -> tuple[Node, Node]:
    """Take names for types in what is compared with `type(x)`, and nowhere else.

    Elsewhere `int` or `type` is a variable like any other: the absence of a field must not go unnoticed because
    it is called like a type.
    """
    if _is_type_call(left):
        return left, _named_types(right)
    return (_named_types(left) if _is_type_call(right) else left), right


def _is_type_call(node: Node) -> bool:
    return isinstance(node, Call) and node.name == "type" and node.target is None


def _named_types(node: Node) -> Node:
    if isinstance(node, ListOf):
        return replace(node, items=tuple(map(_named_types, node.items)))
    if not isinstance(node, Name | Select):
        return node
    fields, root = _unchained(node)
    name = ".".join((root.name if isinstance(root, Name) else "", *(field.field for field in fields)))
    return Literal(TYPE_VALUES[name], span=node.span) if name in TYPE_VALUES else node


def _is_selection(arguments: tuple[Node, ...]) -> bool:
    return len(arguments) == 1 and isinstance(arguments[0], Select)


def _are_simple(names: Iterable[Node]) -> bool:
    return all(isinstance(name, Name) and not name.absolute for name in names)

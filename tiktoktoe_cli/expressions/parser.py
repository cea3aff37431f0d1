"""CEL tokens → tree: a Pratt parser after the grammar of the definition (cel-spec, doc/langdef.md)."""

from __future__ import annotations

from typing import Final

from tiktoktoe_cli.expressions.errors import ExpressionError
from tiktoktoe_cli.expressions.lexer import Token, TokenKind, tokenize
from tiktoktoe_cli.expressions.tree import (
    Binary,
    Call,
    Conditional,
    Index,
    ListOf,
    Literal,
    Logic,
    MapOf,
    Name,
    Node,
    Select,
    Span,
    Unary,
)
from tiktoktoe_cli.expressions.values import INT_MAX

MAX_DEPTH: Final = 100
"""How deep an expression may be nested; in a chain of operators but `&&` and `||`, each one is a level."""

_POWERS: Final = {
    "?": 1,
    "||": 2,
    "&&": 3,
    **dict.fromkeys(("<", "<=", ">=", ">", "==", "!=", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_OR_POWER: Final = _POWERS["||"]
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_KEYWORDS: Final = frozenset({*_CONSTANTS, "in"})
_RESERVED: Final = frozenset(
    (
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "namespace",
    )
) | {"package", "return", "var", "void", "while"}


def parse(text: str) -> Node:
    """Parse an expression; raises ExpressionError with the place and, where there is one, a hint."""
    tree = _Parser(text).whole()
    if _depth(tree) > MAX_DEPTH:
        raise too_deep(text)
    return tree


def too_deep(text: str) -> ExpressionError:
    """Say that an expression is nested too deeply to be compiled."""
    message = f"the expression is nested more than {MAX_DEPTH} levels deep"
    return ExpressionError(message, text=text, offset=0, end=len(text))


def _depth(tree: Node) -> int:
    """Measure the height of a tree level by level, whatever it is."""
    depth, level = 0, [tree]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [child for node in level for child in node.children()]
    return depth


class _Parser:
    """A position in the tokens; each method reads one construct and leaves the position behind it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._position = 0
        self._level = 0

    def whole(self) -> Node:
        tree = self._expression(0)
        if self._next.kind is not TokenKind.END:
            raise self._unexpected("the end of the expression")
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _advance(self) -> Token:
        token = self._next
        self._position += 1
        return token

    def _at(self, symbol: str) -> bool:
        token = self._next
        return token.kind is TokenKind.SYMBOL and token.text == symbol

    def _accept(self, symbol: str) -> bool:
        found = self._at(symbol)
        self._position += found
        return found

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._unexpected(f"`{symbol}`")

    def _error(self, message: str, span: Span | Token, hint: str | None = None) -> ExpressionError:
        return ExpressionError(message, text=self._text, offset=span.start, end=span.end, hint=hint)

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._next
        found = "the end of the expression" if token.kind is TokenKind.END else f"`{token.text}`"
        return self._error(f"found {found}, expected {wanted}", token)

    def _since(self, start: int) -> Span:
        return Span(start=start, end=self._tokens[self._position - 1].end)

    def _expression(self, power: int) -> Node:
        """Read operands joined by operators that bind tighter than `power`."""
        self._level += 1
        if self._level > MAX_DEPTH:
            raise too_deep(self._text)
        start = self._next.start
        left = self._unary()
        while self._power() > power:
            left = self._joined(left, start)
        self._level -= 1
        return left

    def _power(self) -> int:
        token = self._next
        is_operator = token.kind is TokenKind.SYMBOL or token.text == "in"
        return _POWERS.get(token.text, 0) if is_operator else 0

    def _joined(self, left: Node, start: int) -> Node:
        power = self._power()
        operator = self._advance().text
        if operator == "?":
            return self._conditional(left, start)
        if operator in ("&&", "||"):
            return self._logic(operator, power, left, start)
        right = self._expression(power)
        return Binary(operator, left, right, span=self._since(start))

    def _conditional(self, test: Node, start: int) -> Node:
        then = self._expression(_OR_POWER - 1)
        self._expect(":")
        otherwise = self._expression(0)
        return Conditional(test, then, otherwise, span=self._since(start))

    def _logic(self, operator: str, power: int, left: Node, start: int) -> Node:
        operands = [left, self._expression(power)]
        while self._accept(operator):
            operands.append(self._expression(power))
        return Logic(operator, tuple(operands), span=self._since(start))

    def _unary(self) -> Node:
        start = self._next.start
        for operator in ("!", "-"):
            if self._at(operator):
                return self._prefixed(operator, start)
        return self._member(self._primary(), start)

    def _prefixed(self, operator: str, start: int) -> Node:
        """Read `!!x` or `--x`; an even number of signs still has to find an operand of the right type."""
        count = 0
        while self._accept(operator):
            count += 1
        operand_start = self._next.start
        if operator == "-" and self._signable():
            operand, count = self._negative(), count - 1
        else:
            operand = self._primary()
        operand = self._member(operand, operand_start)
        for _ in range(count if count <= 2 else 2 - count % 2):  # noqa: PLR2004  # two signs undo each other
            operand = Unary(operator, operand, span=self._since(start))
        return operand

    def _signable(self) -> bool:
        token = self._next
        return token.kind is TokenKind.INTEGER or type(token.value) is float

    def _negative(self) -> Node:
        token = self._advance()
        return Literal(-token.value, span=self._since(token.start))

    def _member(self, operand: Node, start: int) -> Node:
        """Read the selections, calls and indexes that follow an operand."""
        while True:
            if self._accept("."):
                operand = self._selection(operand, start)
            elif self._accept("["):
                operand = self._index(operand, start)
            elif self._at("{") and isinstance(operand, Name | Select):
                raise self._error("protocol buffer messages are not supported", self._next)
            else:
                return operand

    def _index(self, operand: Node, start: int) -> Node:
        if self._at("?"):
            raise self._error("optional syntax is not supported", self._next, "test with `in` and `? :`")
        key = self._expression(0)
        self._expect("]")
        return Index(operand, key, span=self._since(start))

    def _selection(self, operand: Node, start: int) -> Node:
        token = self._next
        if self._at("?"):
            raise self._error("optional syntax is not supported", token, "test with `has()` and `? :`")
        if token.kind is TokenKind.QUOTED_NAME:
            self._advance()
            return Select(operand, token.value, span=self._since(start))
        if token.kind is not TokenKind.NAME or token.text in _KEYWORDS:
            raise self._unexpected("the name of a field")
        self._advance()
        if self._accept("("):
            return self._call(token, operand, start)
        return Select(operand, token.text, span=self._since(start))

    def _call(self, name: Token, target: Node | None, start: int) -> Node:
        arguments = self._items(")")
        name_span = Span(start=name.start, end=name.end)
        return Call(name.text, target, arguments, name_span=name_span, span=self._since(start))

    def _items(self, closing: str) -> tuple[Node, ...]:
        """Read expressions separated by commas up to the closing symbol; a list may end with a comma."""
        items: list[Node] = []
        while not self._at(closing):
            items.append(self._expression(0))
            if not self._accept(","):
                break
            if closing == ")" and self._at(")"):
                raise self._unexpected("an argument")
        self._expect(closing)
        return tuple(items)

    def _primary(self) -> Node:
        token = self._next
        match token.kind:
            case TokenKind.LITERAL:
                self._advance()
                return Literal(token.value, span=self._since(token.start))
            case TokenKind.INTEGER:
                return self._positive()
            case TokenKind.NAME:
                return self._named(token, absolute=False)
            case TokenKind.SYMBOL:
                return self._bracketed(token)
            case TokenKind.QUOTED_NAME | TokenKind.END:
                raise self._unexpected("an operand")

    def _positive(self) -> Node:
        token = self._advance()
        if token.value > INT_MAX:
            raise self._error("the number does not fit 64 bits", token)
        return Literal(token.value, span=self._since(token.start))

    def _named(self, token: Token, *, absolute: bool) -> Node:
        if token.kind is not TokenKind.NAME or token.text in (_KEYWORDS if absolute else ("in",)):
            raise self._unexpected("an operand")
        self._advance()
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text], span=self._since(token.start))
        if token.text in _RESERVED:
            raise self._error(f"`{token.text}` is a reserved word", token, "as a field it may follow a dot")
        if self._accept("("):
            return self._call(token, None, token.start)
        return Name(token.text, absolute, span=self._since(token.start))

    def _bracketed(self, opening: Token) -> Node:
        if self._accept("("):
            inner = self._expression(0)
            self._expect(")")
            return inner
        if self._accept("["):
            return ListOf(self._items("]"), span=self._since(opening.start))
        if self._accept("{"):
            return MapOf(self._entries(), span=self._since(opening.start))
        if self._accept("."):
            return self._named(self._next, absolute=True)
        raise self._unexpected("an operand")

    def _entries(self) -> tuple[tuple[Node, Node], ...]:
        entries: list[tuple[Node, Node]] = []
        while not self._at("}"):
            if self._at("?"):
                raise self._error("optional syntax is not supported", self._next)
            key = self._expression(0)
            self._expect(":")
            entries.append((key, self._expression(0)))
            if not self._accept(","):
                break
        self._expect("}")
        return tuple(entries)

"""CEL text → Python function, compiled once: parse, resolve, write Python's syntax tree, compile that.

The user's text never reaches Python's compiler: our own code builds the tree from our own parser's, its
identifiers are ours, and the user's words are only constants in it. It has no builtins, attributes or imports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from tiktoktoe_cli.expressions import python_tree as py
from tiktoktoe_cli.expressions.careful import BINDINGS, STEPS, CarefulEmitter, Globals
from tiktoktoe_cli.expressions.comprehensions import Steps
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.fast import FAILURES, FastEmitter
from tiktoktoe_cli.expressions.parser import parse, too_deep
from tiktoktoe_cli.expressions.resolver import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tiktoktoe_cli.expressions.values import Value

_EVALUATE: Final = "evaluate"
_CAREFUL: Final = "careful"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: call it with the bindings of its variables for its value.

    `names` holds what it reads (`data.amount`, `type`). Several threads may call it at once. The loops of one
    evaluation visit at most a million elements together, and what an operation builds has a limit of its own;
    apart from that the cost is bounded by the text and the data. Hot code may call `evaluate` directly.
    """

    text: str
    names: frozenset[str] = field(repr=False)
    evaluate: Callable[[Mapping[str, Value]], Value] = field(repr=False, compare=False)

    def __call__(self, bindings: Mapping[str, Value]) -> Value:
        """Evaluate with these variables; raises EvaluationError, which is never a pass."""
        return self.evaluate(bindings)


def compile_expression(
    text: str, variables: Collection[str] | None = None, *, checked: bool = True
) -> Expression:
    """Compile an expression; raises ExpressionError, with the place in the text, for one that cannot be.

    `variables` names what it may read, and None lets it read anything: an unknown name is then an error of the
    evaluation. With `checked=False` so is an unknown function, as in CEL where the checker is left out.
    """
    try:
        resolved = resolve(parse(text), text, variables, checked=checked)
        return Expression(text, resolved.names, _function(resolved))
    except RecursionError:
        raise too_deep(text) from None


def _function(resolved: Resolved) -> Callable[[Mapping[str, Value]], Value]:
    """Compile two functions: `evaluate`, which is fast, and `careful`, to which it turns if the bet is lost."""
    names = Globals()
    prelude = [py.assigned(STEPS, py.call(names.refer(Steps)))] if resolved.has_loops else []
    careful = [*prelude, py.returned(CarefulEmitter(names).emit(resolved.root))]
    fast = [*prelude, py.returned(FastEmitter(names).emit(resolved.root))]
    again = py.call(names.refer(_settled), py.name(_CAREFUL), py.name(BINDINGS))
    module = py.module(
        py.definition(_CAREFUL, careful, BINDINGS),
        py.definition(
            _EVALUATE, [py.attempt(fast, py.name(names.refer(FAILURES))), py.returned(again)], BINDINGS
        ),
    )
    code = compile(module, "<expression>", "exec")
    exec(code, names.namespace)  # noqa: S102  # our own tree: the user's words are only constants in it
    return cast("Callable[[Mapping[str, Value]], Value]", names.namespace[_EVALUATE])


def _settled(careful: Callable[[Mapping[str, Value]], Value], bindings: Mapping[str, Value]) -> Value:
    try:
        return careful(bindings)
    except RecursionError:
        raise EvaluationError("the values are nested too deeply") from None

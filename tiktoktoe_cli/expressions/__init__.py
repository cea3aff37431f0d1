"""CEL, the Common Expression Language, compiled to Python functions: `compile_expression(text)(bindings)`.

The language is that of cel-spec's doc/langdef.md with two-variable macros and the bindings, encoders, math
and strings extensions; optional syntax, protocol buffers, and the block and network extensions are left out.
Names, functions, and literal durations, timestamps and patterns are checked when an expression is compiled,
types when it runs. This room turns text and data into values: it reads no files (but the time zone database),
clocks or environment, and imports no other room, only the errors. `google-re2` is imported late.
"""

from __future__ import annotations

from tiktoktoe_cli.expressions.compiler import Expression, compile_expression
from tiktoktoe_cli.expressions.errors import EvaluationError, ExpressionError
from tiktoktoe_cli.expressions.plain import to_json
from tiktoktoe_cli.expressions.values import Duration, Timestamp, TypeValue, UInt, type_name

__all__ = [
    "Duration",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Timestamp",
    "TypeValue",
    "UInt",
    "compile_expression",
    "to_json",
    "type_name",
]

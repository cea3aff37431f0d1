"""Regular expressions in settings: in RE2's syntax, so that no pattern takes for ever on what others print or send."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Text
from tiktoktoe_cli.expressions.regex import compile_re2


def _readable(pattern: str) -> str:
    try:
        compile_re2(pattern)
    except ValueError as error:
        hint = "see https://github.com/google/re2/wiki/Syntax"
        context = {"pattern": pattern, "reason": str(error), "hint": hint}
        raise PydanticCustomError(
            "bad-pattern", "`{pattern}` is not a regular expression: {reason}", context
        ) from None
    return pattern


Pattern = Annotated[Text, AfterValidator(_readable)]
"""A regular expression, as it was written."""

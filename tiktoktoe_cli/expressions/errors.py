"""What can go wrong with an expression: it cannot be compiled, or one evaluation of it has no value."""

from __future__ import annotations

from tiktoktoe_cli.errors import TiktoktoeError, UsageError


class ExpressionError(UsageError):
    """A text that is no valid expression: its syntax, a name, a function, an argument that cannot be.

    The message is about the `length` characters at the 0-based `offset` of `text`.
    """

    def __init__(self, message: str, *, text: str, offset: int, end: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.text = text
        self.offset = offset
        self.length = end - offset

    @property
    def line(self) -> int:
        """Give the 1-based line of `offset` within the text."""
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        """Give the 1-based column of `offset` on its line."""
        return self.offset - (self.text.rfind("\n", 0, self.offset) + 1) + 1


class EvaluationError(TiktoktoeError):
    """An evaluation without a value: CEL's run-time error, which is never a pass.

    `reason` is CEL's (`no such key: amount`, `integer overflow`); `missing` is the path of the absent field or
    variable (`data.amount`) where that was the cause, else None.
    """

    def __init__(self, reason: str, *, missing: str | None = None, hint: str | None = None) -> None:
        super().__init__(reason, hint=hint)
        self.reason = reason
        self.missing = missing

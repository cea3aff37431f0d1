"""Regular expressions for `matches`: RE2's syntax, in time linear in the text.

CEL asks for RE2, and an expression from a configuration must not be able to hang a run, as Python's own
backtracking `re` can. `google-re2` is the RE2 project's binding: exactly the syntax and the semantics of the
language definition, with wheels for Linux (glibc), macOS and Windows on Python 3.11 to 3.14. (`regex` has a
timeout, but neither the syntax nor a bound on the time.) It is imported when the first pattern is compiled, limits
a pattern's memory, and keeps the latest 128 patterns by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.expressions.conversions import bytes_of_text
from tiktoktoe_cli.expressions.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Make the predicate `text.matches(pattern)`, which asks whether it is found anywhere in the text.

    Raises EvaluationError for an invalid pattern, and where google-re2 is not installed.
    """
    try:
        search = compile_re2(bytes_of_text(pattern), never_capture=True).search
    except ImportError:
        raise EvaluationError("`matches` needs RE2: pip install google-re2") from None
    except ValueError as error:
        raise EvaluationError(f"invalid regular expression: {error}") from None
    return lambda text: search(bytes_of_text(text)) is not None


def compile_re2(pattern: str | bytes, *, never_capture: bool = False) -> Any:  # google-re2 has no annotations
    """Compile a regular expression of RE2: it needs time in proportion to the text, whatever is written in it.

    Raises:
        ImportError: if google-re2 is not installed.
        ValueError: if it is none; the message says why.
    """
    import re2  # type: ignore[import-untyped]  # the binding has no annotations

    options = re2.Options()
    options.log_errors = False  # RE2 would write them to stderr
    options.never_capture = never_capture
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(words) from None


def matches(text: str, pattern: str) -> bool:
    """Say whether a pattern is found in a text; raises EvaluationError for an invalid pattern."""
    return compile_pattern(pattern)(text)

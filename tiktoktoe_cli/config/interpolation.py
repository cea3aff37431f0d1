"""Variables in values, with the grammar of the Compose specification (chapter 12, Interpolation).

    $VAR ${VAR}                the variable; unset is a problem
    ${VAR:-text} ${VAR-text}   text if unset or empty / if unset
    ${VAR:?text} ${VAR?text}   a problem with this message if unset or empty / if unset
    ${VAR:+text} ${VAR+text}   text if set and not empty / if set, else nothing
    ${file:PATH}               what a file holds, without the line end; always a secret (ours, not Compose's)
    $$                         a dollar sign

`text` may hold variables again. A `$` before anything else stands for itself, so that regular expressions need no
doubling. Interpolation works on values after YAML was parsed, and never on keys: a variable can never change the shape
of a document.

What a variable holds whose name sounds secret is never shown; a default is no secret, it stands in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.scalars import resolve
from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.config.nodes import ScalarNode

OF_THIS_MACHINE = frozenset({"unset-variable", "secret-file"})
"""The codes of faults that tell what is not here, and nothing about the text: elsewhere there may be none."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_FILE = "${file:"
_MAX_NESTING = 20
_Span: TypeAlias = tuple[int, int]


class _FaultError(Exception):
    """A variable that cannot be replaced; `span` says where in the text it stands."""

    def __init__(self, code: str, message: str, hint: str, span: _Span) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.span = code, message, hint, span


@dataclass(slots=True)
class Interpolator:
    """Replaces variables; `read_secret` returns the text of a file named in `${file:...}` or raises OSError."""

    environ: Mapping[str, str]
    read_secret: Callable[[ScalarNode, str], str]
    secrets: set[str] = field(default_factory=set)

    def apply(self, node: ScalarNode) -> Problem | None:
        """Replace the variables of one scalar in place; a fault stays with it and is returned."""
        if not isinstance(node.value, str) or "$" not in node.raw:
            return None
        try:
            text, _ = _Reading(self, node, node.raw).replaced(0, until="")
        except _FaultError as fault:
            start, end = fault.span
            node.fault = Problem(fault.code, fault.message, node.place_of(start, end - start), fault.hint)
            return node.fault
        if text != node.raw:
            node.value = resolve(text) if node.plain and text else text
            node.raw, node.interpolated = text, True
        return None

    def value(self, name: str) -> str | None:
        """Return what a variable holds, None if it is not set; one whose name sounds secret is a secret from now on."""
        value = self.environ.get(name)
        if value and sounds_secret(name):
            self.secrets.add(value)
        return value

    def lookup(self, name: str, span: _Span) -> str:
        """Return a variable's value, or raise the fault that it is not set."""
        value = self.value(name)
        if value is not None:
            return value
        message = f"the variable `{name}` is not set"
        raise _FaultError("unset-variable", message, f"set it, or give a default: `${{{name}:-...}}`", span)

    def file(self, node: ScalarNode, path: str, span: _Span) -> str:
        """Return what a secret's file holds; the scalar is a secret from now on."""
        try:
            secret = self.read_secret(node, path).rstrip("\r\n")
        except OSError as error:
            message = f"cannot read the secret file `{path}`: {reason_of(error)}"
            raise _FaultError("secret-file", message, "check the path and its permissions", span) from None
        node.secret = True
        self.secrets.add(secret)
        return secret


@dataclass(frozen=True, slots=True)
class _Reading:
    """One pass over a scalar's text: each method starts at a position and returns a result and where it stopped."""

    variables: Interpolator
    node: ScalarNode
    text: str

    def replaced(self, at: int, *, until: str, depth: int = 0) -> tuple[str, int]:
        """Replace everything up to the closing `until`, or to the end."""
        parts: list[str] = []
        while at < len(self.text) and self.text[at] != until:
            if self.text[at] == "$":
                part, at = self._dollar(at, depth)
            else:
                stop = self._next_of(at + 1, "$" + until)
                part, at = self.text[at:stop], stop
            parts.append(part)
        return "".join(parts), at

    def _dollar(self, at: int, depth: int) -> tuple[str, int]:
        following = self.text[at + 1 : at + 2]
        if following == "$":
            return "$", at + 2
        if following == "{":
            return self._file(at) if self.text.startswith(_FILE, at) else self._braced(at, depth)
        name = _NAME.match(self.text, at + 1)
        if name is None:
            return "$", at + 1
        return self.variables.lookup(name[0], (at, name.end())), name.end()

    def _braced(self, at: int, depth: int) -> tuple[str, int]:
        name = _NAME.match(self.text, at + 2)
        operator = _OPERATOR.match(self.text, name.end()) if name else None
        if name is None or depth > _MAX_NESTING:
            raise self._malformed(at)
        if operator is None:
            end = self._closed(name.end(), at)
            return self.variables.lookup(name[0], (at, end)), end
        value = self.variables.value(name[0])
        if not _uses_argument(operator[0], value):
            end = self._closed(self._skipped(operator.end()), at)
            return "" if operator[0].endswith("+") else value or "", end
        argument, stop = self.replaced(operator.end(), until="}", depth=depth + 1)
        end = self._closed(stop, at)
        if operator[0].endswith("?"):
            message = argument or f"the variable `{name[0]}` is required"
            raise _FaultError("unset-variable", message, f"set `{name[0]}`", (at, end))
        return argument, end

    def _file(self, at: int) -> tuple[str, int]:
        stop = self.text.find("}", at)
        end = self._closed(stop if stop >= 0 else len(self.text), at)
        return self.variables.file(self.node, self.text[at + len(_FILE) : stop], (at, end)), end

    def _closed(self, at: int, opened_at: int) -> int:
        """Step over the closing brace."""
        if self.text[at : at + 1] != "}":
            raise self._malformed(opened_at)
        return at + 1

    def _skipped(self, at: int) -> int:
        """Find the brace that closes an argument which is not used: `${A:-${B}}` needs no B where A is set."""
        open_braces = 0
        while at < len(self.text) and (open_braces or self.text[at] != "}"):
            if self.text.startswith("${", at):
                open_braces, at = open_braces + 1, at + 1
            elif self.text[at] == "}":
                open_braces -= 1
            at += 1
        return at

    def _next_of(self, at: int, marks: str) -> int:
        found = [position for position in (self.text.find(mark, at) for mark in marks) if position >= 0]
        return min(found, default=len(self.text))

    def _malformed(self, at: int) -> _FaultError:
        end = self.text.find("}", at) + 1 or len(self.text)
        hint = "write `${NAME}`, `${NAME:-default}`, or `$$` for a dollar sign"
        return _FaultError(
            "interpolation-syntax", f"`{self.text[at:end]}` is not a variable", hint, (at, end)
        )


def _uses_argument(operator: str, value: str | None) -> bool:
    absent = value is None or (operator.startswith(":") and not value)
    return not absent if operator.endswith("+") else absent

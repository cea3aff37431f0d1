"""Elements of HTML and SVG whose texts are masked, made harmless and escaped, unless they are markup already."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.report.text import many_lines, without_ansi

if TYPE_CHECKING:
    from tiktoktoe_cli.report.view import Mask


class Markup(str):
    """A piece of a page: nothing in it has to be escaped any more."""

    __slots__ = ()


Inner: TypeAlias = "Markup | str | None"
Attribute: TypeAlias = "str | float | bool"

_VOID: Final = frozenset({"meta", "input"})  # of HTML
_EMPTY: Final = frozenset({"rect", "path"})  # of SVG, which is XML
_OURS: Final = frozenset(
    {
        *(
            "aria-pressed",
            "charset",
            "class",
            "content",
            "data-state",
            "for",
            "http-equiv",
            "id",
            "lang",
            "name",
        ),
        *("aria-labelledby", "aria-live", "d", "preserveAspectRatio", "role", "scope", "transform"),
        *("type", "viewBox", "xmlns"),
    }
)
"""The attributes whose values this project chooses: not masked, so that a secret such as `button` breaks no page."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes elements; what users and services wrote can only get into a page through it."""

    mask: Mask

    def text(self, words: str) -> Markup:
        """Write a text as it is to be read."""
        return _escaped(self.mask(words))

    def prose(self, words: str) -> Markup:
        """Write a message as it is to be read: what stands in backticks is code."""
        pieces = [
            _escaped(piece) for piece in self.mask(words).split("`")
        ]  # what is secret may hold backticks
        if len(pieces) % 2 == 0:  # a lone backtick is one of the user's own
            return Markup("`".join(pieces))
        return self.join(*(self.element("code", one) if at % 2 else one for at, one in enumerate(pieces)))

    def element(self, tag: str, *inner: Inner, **attributes: Attribute) -> Markup:
        """Write an element; `class_` gives `class`, `aria_label` gives `aria-label`, True a bare attribute."""
        opened = tag + "".join(self._attribute(name, value) for name, value in attributes.items())
        if tag in _VOID or (tag in _EMPTY and not inner):
            return Markup(f"<{opened}>" if tag in _VOID else f"<{opened}/>")
        return Markup(f"<{opened}>{self.join(*inner)}</{tag}>")

    def join(self, *inner: Inner) -> Markup:
        """Write pieces and texts one after the other; None is nothing."""
        return Markup(
            "".join(one if isinstance(one, Markup) else self.text(one) for one in inner if one is not None)
        )

    def _attribute(self, name: str, value: Attribute) -> str:
        name = name.rstrip("_").replace("_", "-")
        if isinstance(value, bool):
            return f" {name}" if value else ""
        if isinstance(value, str):
            return f' {name}="{escape(value) if name in _OURS else self.text(value)}"'
        return f' {name}="{value:g}"'


def _escaped(words: str) -> Markup:
    return Markup(escape(many_lines(without_ansi(words))))

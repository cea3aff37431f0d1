"""How much the reader's side can show: width, colour, symbols, and which texts must stay hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Mask: TypeAlias = Callable[[str], str]

DEFAULT_WIDTH = 80


def show_everything(text: str) -> str:
    """Hide nothing: the mask of a run that knows no secrets."""
    return text


@dataclass(frozen=True, slots=True)
class View:
    """What a text is drawn for; the default is a pipe or a file that reads UTF-8.

    `terminal` allows symbols and shortening to `width` columns; `color` allows escape sequences; without
    `unicode` the text stays ASCII where the choice is ours; `mask` hides secrets in everything users wrote.
    """

    width: int = DEFAULT_WIDTH
    terminal: bool = False
    color: bool = False
    unicode: bool = True
    mask: Mask = show_everything

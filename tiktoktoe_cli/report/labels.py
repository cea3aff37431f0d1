"""Texts as labels in the languages that draw graphs, DOT and Mermaid: quoted, and nothing in them means anything."""

from __future__ import annotations

import re
from typing import Final

_TOLD_BY_DOT: Final = str.maketrans({"&": "&amp;", "\\": "\\\\", '"': '\\"'})
_TOLD_BY_MERMAID: Final = re.compile(r"[^\w ]")


def dot_label(words: str) -> str:
    r"""Quote one line for DOT.

    Graphviz reads `\N` and HTML entities in labels: both are taken away their meaning (its grammar, "escString").
    """
    return f'"{words.translate(_TOLD_BY_DOT)}"'


def mermaid_label(words: str) -> str:
    """Quote one line for Mermaid: all but letters, digits, `_` and spaces as its entity codes (`#45;`).

    That leaves nothing to HTML, to Markdown (which Mermaid reads in labels) and to words such as `end`.
    """
    return f'"{_TOLD_BY_MERMAID.sub(lambda match: f"#{ord(match[0])};", words)}"'

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.report.labels import dot_label, mermaid_label

LINES = st.text(st.characters(exclude_categories=("Cc", "Cs")))


@given(LINES)
def test_dot_reads_a_label_as_it_was(words: str) -> None:
    """A quote or a backslash stands behind a backslash, and what could be an entity is none."""
    label = dot_label(words)

    inner = re.fullmatch(r'"((?:[^"\\]|\\["\\])*)"', label)
    assert inner
    assert re.sub(r"\\(.)", r"\1", inner[1]).replace("&amp;", "&") == words
    assert unescape(inner[1]).count("&") == words.count("&")


@given(LINES)
def test_mermaid_reads_a_label_as_it_was(words: str) -> None:
    """Only letters, digits, `_` and spaces stand for themselves, everything else is a code."""
    label = mermaid_label(words)

    inner = re.fullmatch(r'"((?:[\w ]|#\d+;)*)"', label)
    assert inner
    assert re.sub(r"#(\d+);", lambda match: chr(int(match[1])), inner[1]) == words


def test_labels_of_plain_names_are_these_names() -> None:
    """Whoever reads the text of a diagram sees them."""
    assert (dot_label("a-b.c"), mermaid_label("a_b 1")) == ('"a-b.c"', '"a_b 1"')

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.importing.compose.dotenv import read_dotenv


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\nB=2", {"A": "1", "B": "2"}),
        ("# c\n\n  A = 1  \r\nexport B=2 # why\nC=a#b", {"A": "1", "B": "2", "C": "a#b"}),
        ("A: 1\nB:", {"A": "1", "B": ""}),
        ("A=''\nB=\"\"\nC=", {"A": "", "B": "", "C": ""}),
        ("A='it\\'s $B'\nB=\"a\\tb\\\\\" # why", {"A": "it's $B", "B": "a\tb\\"}),
        ('A="two\nlines"\nB=2', {"A": "two\nlines", "B": "2"}),
        (
            "H=h\nA=http://${H}:80\nB=\"$H \\$H $$H\"\nC='$H'",
            {"H": "h", "A": "http://h:80", "B": "h $H $H", "C": "$H"},
        ),
        ("A=$ELSEWHERE\nB=${ELSEWHERE:-b}", {"B": "b"}),
        ("A=$KNOWN\nKNOWN=file", {"A": "outer", "KNOWN": "file"}),
        ("INHERITED\nA.b-c=1", {"A.b-c": "1"}),
    ],
)
def test_reads_what_compose_reads(text: str, values: dict[str, str]) -> None:
    """Quotes, comments, escapes, variables of the lines above; one that is not known makes none."""
    assert read_dotenv(text, {"KNOWN": "outer"}).values == values


@pytest.mark.parametrize(
    ("text", "lines", "values"),
    [
        ("A=1\n!!\nB=2", [2], {"A": "1", "B": "2"}),
        ("A=1\nB='open\nC=3", [2], {"A": "1", "C": "3"}),
        ("=1\n a b c", [1], {}),
    ],
)
def test_lines_that_say_nothing_are_told_of(text: str, lines: list[int], values: dict[str, str]) -> None:
    """By their numbers, since they may hold a secret; the others are read."""
    found = read_dotenv(text, {})

    assert (found.bad_lines, found.values) == (lines, values)


@given(st.text("A=:'\"\\ \n#$ex{}-\r", max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    """Nothing fails, and every line that is bad exists."""
    found = read_dotenv(text, {})

    assert all(1 <= line <= text.count("\n") + 1 for line in found.bad_lines)

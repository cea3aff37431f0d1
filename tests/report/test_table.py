from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.report.hostile import ANY_TEXT, REPORT
from tiktoktoe_cli.report import Column, Json, OutputFormat, Report, Shows, View, render
from tiktoktoe_cli.report.text import width_of, without_ansi

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (
    Column("name", "NAME"),
    Column("state", "STATE", shows=Shows.STATE),
    Column("count", "COUNT", shows=Shows.NUMBER),
    Column("note", "NOTE", wide=True),
)
ITEMS: list[Mapping[str, Json]] = [
    {"name": "api", "state": "healthy", "count": 7, "note": "n"},
    {"name": "payments", "state": "down", "count": 12},
]


def _drawn(fmt: OutputFormat, view: View) -> list[str]:
    report = Report("x", ok=True, verdict="", items=ITEMS, columns=COLUMNS)
    return render(report, fmt, view).splitlines()


def test_draws_plain_columns_for_a_pipe() -> None:
    """A pipe gets words in aligned columns and nothing else."""
    assert _drawn(OutputFormat.TABLE, View()) == [
        "NAME      STATE    COUNT",
        "api       healthy      7",
        "payments  down        12",
    ]


def test_adds_the_wide_columns_on_request() -> None:
    """`-o wide` shows more, without trailing spaces; missing values are `<none>`."""
    assert _drawn(OutputFormat.WIDE, View()) == [
        "NAME      STATE    COUNT  NOTE",
        "api       healthy      7  n",
        "payments  down        12  <none>",
    ]


def test_adds_symbols_on_a_terminal() -> None:
    """On a terminal a state has a symbol beside its word, with or without colour."""
    assert _drawn(OutputFormat.TABLE, View(terminal=True)) == [
        "NAME      STATE      COUNT",
        "api       ✓ healthy      7",
        "payments  ✗ down        12",
    ]


def test_uses_ascii_symbols_where_unicode_cannot_go() -> None:
    """An encoding without a check mark gets a plus sign."""
    assert _drawn(OutputFormat.TABLE, View(terminal=True, unicode=False))[1] == "api       + healthy      7"


def test_colours_a_pipe_that_asked_for_it_without_changing_the_words() -> None:
    """`--color always | less -R` sees the plain table, painted."""
    painted = _drawn(OutputFormat.TABLE, View(color=True))

    assert "\x1b[32mhealthy" in painted[1]
    assert [without_ansi(line).rstrip() for line in painted] == _drawn(OutputFormat.TABLE, View())


def test_shortens_nothing_in_a_pipe() -> None:
    """What a script reads is complete, however long."""
    table = render(REPORT, OutputFormat.TABLE, View(width=40))

    assert "n" * 300 in table
    assert "…" not in table


@given(names=st.lists(ANY_TEXT, min_size=1, max_size=4), width=st.integers(40, 120))
def test_never_exceeds_the_terminal(names: list[str], width: int) -> None:
    """Whatever the items hold, every row is one line that fits the terminal."""
    items: list[Mapping[str, Json]] = [{"name": name, "state": "healthy", "count": 1} for name in names]
    report = Report("x", ok=True, verdict="", items=items, columns=COLUMNS)

    lines = render(report, OutputFormat.TABLE, View(width=width, terminal=True)).split("\n")

    assert len(lines) == len(names) + 2
    assert max(map(cell_len, lines)) <= width


@given(names=st.lists(st.text("ab 日🎉é\t", max_size=20), min_size=1, max_size=4))
def test_aligns_every_row_in_a_pipe(names: list[str]) -> None:
    """The second column starts in the same terminal column on every row."""
    items: list[Mapping[str, Json]] = [{"name": name, "state": "STATE"} for name in names]
    report = Report("x", ok=True, verdict="", items=items, columns=COLUMNS[:2])

    lines = render(report, OutputFormat.TABLE, View()).splitlines()

    assert len({width_of(line.rpartition("STATE")[0]) for line in lines}) == 1


def test_states_and_numbers_stay_whole_beside_a_long_name() -> None:
    """A name can be guessed from its beginning; `unreachab…` and `12…` mean nothing."""
    columns = (
        *(
            Column("service", "SERVICE"),
            Column("check", "CHECK"),
            Column("state", "STATE", shows=Shows.STATE),
        ),
        *(Column("count", "COUNT", shows=Shows.NUMBER), Column("detail", "DETAIL")),
    )
    item = {
        "service": "s" * 12,
        "check": "c" * 120,
        "state": "unreachable",
        "count": 1234567,
        "detail": "d " * 90,
    }
    report = Report("x", ok=True, verdict="", items=[item], columns=columns)

    text = render(report, OutputFormat.TABLE, View(width=80, terminal=True))

    assert "unreachable " in text
    assert "1234567" in text
    assert max(map(cell_len, text.split("\n"))) <= 80


def test_draws_nothing_for_no_items() -> None:
    """An empty answer is an empty output, not a lonely header."""
    assert render(Report("x", ok=True, verdict="", columns=COLUMNS), OutputFormat.TABLE, View()) == ""

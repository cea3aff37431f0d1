from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.report.hostile import REPORT, SECRET, mask
from tiktoktoe_cli import report
from tiktoktoe_cli.report import OutputFormat, Report, ReportKind, View, render, render_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Draw: TypeAlias = Callable[..., str]

    from tests.report.conftest import Golden

PIPE = View(mask=mask)
TERMINAL = View(width=80, terminal=True, color=True, mask=mask)
ASCII_TERMINAL = View(width=80, terminal=True, unicode=False, mask=mask)
EVERYTHING: list[tuple[Draw, str]] = [
    *((render, fmt) for fmt in OutputFormat),
    *((render_report, kind) for kind in ReportKind),
]


@pytest.mark.parametrize("fmt", OutputFormat)
def test_draws_the_answer_for_a_pipe(fmt: OutputFormat, golden: Golden) -> None:
    """Every format of -o looks in a pipe as a person has approved it."""
    golden(f"output.{fmt}", render(REPORT, fmt, PIPE))


@pytest.mark.parametrize("fmt", [OutputFormat.TABLE, OutputFormat.WIDE])
def test_draws_tables_for_a_terminal(fmt: OutputFormat, golden: Golden) -> None:
    """Tables on a terminal have colours and symbols, and fit 80 columns."""
    golden(f"terminal.{fmt}", render(REPORT, fmt, TERMINAL))


def test_draws_tables_for_a_terminal_without_unicode(golden: Golden) -> None:
    """A terminal that cannot show a check mark gets ASCII symbols."""
    golden("terminal-ascii.table", render(REPORT, OutputFormat.TABLE, ASCII_TERMINAL))


@pytest.mark.parametrize("kind", ReportKind)
def test_draws_report_files(kind: ReportKind, golden: Golden) -> None:
    """Every kind of --report looks as a person has approved it."""
    golden(f"report.{kind}", render_report(REPORT, kind, PIPE))


@pytest.mark.parametrize(("draw", "name"), EVERYTHING)
def test_shows_no_secret_in_any_format(draw: Draw, name: str) -> None:
    """A masked value appears in no output at all."""
    text = draw(REPORT, name, PIPE)

    assert SECRET not in text


@pytest.mark.parametrize(("draw", "name"), EVERYTHING)
def test_lets_no_control_character_through(draw: Draw, name: str) -> None:
    """What a service answered cannot move the cursor, retitle the terminal or reverse a line."""
    text = draw(REPORT, name, PIPE)

    assert not {character for character in text if character < " " or character in "\x7f\x9b\u202e"} - {"\n"}


@pytest.mark.parametrize(("draw", "name"), EVERYTHING)
def test_draws_a_report_that_holds_nothing(draw: Draw, name: str) -> None:
    """A command with nothing but a verdict can be drawn in every format, and each line is ended."""
    text = draw(Report("config check", ok=True, verdict="no problems"), name, View())

    assert text == "" or text.endswith("\n")


def test_draws_the_same_bytes_twice() -> None:
    """Drawing depends on nothing but the report and the view."""
    first = [draw(REPORT, name, PIPE) for draw, name in EVERYTHING]
    second = [draw(replace(REPORT), name, PIPE) for draw, name in EVERYTHING]

    assert first == second


def test_finds_every_public_name() -> None:
    """Each name that the room offers can be imported."""
    assert all(hasattr(report, name) for name in report.__all__)


def test_refuses_other_names() -> None:
    """A misspelt name is an AttributeError, as in any module."""
    assert not hasattr(report, "Reprot")


def test_imports_no_heavy_library_before_something_is_drawn() -> None:
    """The names of the room cost `--help` nothing."""
    heavy = {"rich", "yaml", "httpx", "networkx", "pydantic", "asyncio", "json", "xml", "difflib"}
    script = f"import sys; from tiktoktoe_cli.report import *; print(sorted({heavy!r} & set(sys.modules)))"

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert loaded.stdout == "[]\n"


def test_draws_plain_tables_and_data_without_rich() -> None:
    """A pipe does not pay for rich."""
    script = (
        "import sys\nfrom tests.report.hostile import REPORT\n"
        "from tiktoktoe_cli.report import OutputFormat, View, render\n"
        "[render(REPORT, fmt, View()) for fmt in OutputFormat]\nprint('rich' in sys.modules)"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert loaded.stdout == "False\n"

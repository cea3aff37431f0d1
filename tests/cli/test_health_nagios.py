"""`health check --nagios`: one form and one exit code, whatever happens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.systems import DOWN, configure, listening, up

if TYPE_CHECKING:
    from tests.cli.systems import Run

__all__ = ["up"]  # a fixture


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("is_up", "word", "code"), [(True, "OK", 0), (False, "CRITICAL", 2)])
def test_answers_with_a_plugin_s_line_alone(
    tiktoktoe: Run,
    up: int,
    is_up: bool,  # noqa: FBT001  # a case
    word: str,
    code: int,
) -> None:
    """No table, and no verdict on standard error beside it."""
    configure({"a": listening(up if is_up else DOWN)})

    result = tiktoktoe("health", "check", "--nagios")

    assert (result.code, len(result.out.splitlines())) == (code, 1 if is_up else 2)
    assert result.out.startswith(f"{word} - ")
    assert "healthy" not in result.err


def test_who_cannot_find_out_says_so(tiktoktoe: Run) -> None:
    """The reason is in the line, where no `|` begins the performance data, and in the reports."""
    configure({"a": listening(DOWN)})

    result = tiktoktoe("health", "check", "x|y", "--nagios", "--report", "json=answer.json")

    assert (result.code, result.out) == (3, "UNKNOWN - unknown service: `x¦y`\n")
    assert json.loads(Path("answer.json").read_text())["ok"] is False


def test_a_secret_is_hidden_in_the_reason(tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a wrong configuration quotes of itself is masked."""
    monkeypatch.setenv("API_PASSWORD", "hunter2-hunter2")
    configure({"a": {**listening(DOWN), "tags": ["${API_PASSWORD}"]}})

    result = tiktoktoe("health", "check", "--nagios", "--tag", "hunter2-hunter2x")

    assert result.code == 3
    assert result.out.startswith("UNKNOWN - unknown tag")
    assert "hunter2" not in result.out


@pytest.mark.parametrize("other", [("-o", "json"), ("-o", "wide"), ("--fail-on", "degraded")])
def test_does_not_go_with_what_it_would_ignore(tiktoktoe: Run, other: tuple[str, str]) -> None:
    """Also then standard output has nothing but the line."""
    configure({"a": listening(DOWN)})

    result = tiktoktoe("health", "check", "--nagios", *other)

    option = "--fail-on" if "--fail-on" in other else "--output"
    assert (result.code, result.out) == (3, f"UNKNOWN - `--nagios` does not go with `{option}`\n")

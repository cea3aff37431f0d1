"""In which forms a command answers is known before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.cli.options import words_of
from tiktoktoe_cli.config import FILE_NAME
from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind, forms_with
from tiktoktoe_cli.report.terminal import TerminalOptions
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result


GENERAL = forms_with()


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind.is_special])
def test_a_form_that_a_command_does_not_have_is_refused(
    kind: ReportKind, tiktoktoe: Callable[..., Result], tmp_path: Path
) -> None:
    """Before any work is done, with the forms that there are, and without a file."""
    target = tmp_path / "report"

    result = tiktoktoe(
        "graph", "validate", "-c", str(tmp_path / "missing.yaml"), "--report", f"{kind}={target}"
    )

    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: this command has no report of the kind `{kind}`\n"
        f"help: choose one of {listed(GENERAL.reports, last='or')}\n"
    )
    assert not target.exists()


def test_it_is_refused_before_the_commands_name_as_well(tiktoktoe: Callable[..., Result]) -> None:
    """An option that all commands understand may stand before the command."""
    result = tiktoktoe("--report", "nagios=x", "graph", "validate")

    assert result.code == 2
    assert "no report of the kind `nagios`" in result.err


def test_the_help_of_a_command_names_the_forms_that_it_has(tiktoktoe: Callable[..., Result]) -> None:
    """What would be refused is not offered."""
    shown = " ".join(tiktoktoe("graph", "validate", "--help").out.split())

    assert f"{words_of(GENERAL.reports)};" in shown


def test_several_reports_may_go_to_standard_output(tiktoktoe: Callable[..., Result], tmp_path: Path) -> None:
    """They come one after the other, before the answer."""
    config = tmp_path / "a.yaml"
    config.write_text("version: 1\nservices: {a: {}}\n")

    result = tiktoktoe(
        "graph", "validate", "-c", str(config), "--report", "tap=-", "--report", "openmetrics=-", "-o", "name"
    )

    assert result.out.startswith("TAP version 14\n1..")
    assert result.out.endswith("# EOF\n")


def test_every_command_has_the_general_forms() -> None:
    """What a command declares comes on top, in the order of the catalog."""
    own = forms_with([OutputFormat.SVG], [ReportKind.HTML])

    assert list(GENERAL.outputs) == ["table", "wide", "json", "ndjson", "yaml", "name", "markdown"]
    assert list(own.outputs) == [*GENERAL.outputs, OutputFormat.SVG]
    assert list(own.reports) == [*GENERAL.reports, ReportKind.HTML]


@pytest.mark.parametrize("fmt", [fmt for fmt in OutputFormat if fmt.is_special])
def test_an_output_that_a_command_does_not_have_is_refused(
    fmt: OutputFormat, tiktoktoe: Callable[..., Result], tmp_path: Path
) -> None:
    """Before any work is done, wherever on the command line it was asked for."""
    missing = ("-c", str(tmp_path / "missing.yaml"))

    before = tiktoktoe("-o", fmt, "graph", "validate", *missing)
    after = tiktoktoe("graph", "validate", *missing, "-o", fmt)

    assert before == after
    assert (after.code, after.out) == (2, "")
    assert after.err == (
        f"error: this command has no output of the kind `{fmt}`\n"
        "help: choose one of `table`, `wide`, `json`, `ndjson`, `yaml`, `name` or `markdown`\n"
    )


def test_the_help_of_a_command_names_its_outputs(tiktoktoe: Callable[..., Result]) -> None:
    """Those of every command, and where it has some, its own."""
    plain, drawn = (" ".join(tiktoktoe("graph", name, "--help").out.split()) for name in ("validate", "show"))

    assert "The answer as table, wide, json, ndjson, yaml, name or markdown." in plain
    assert "name, markdown, dot, mermaid, svg or html." in drawn


def test_the_help_tells_what_holds_without_an_option(tiktoktoe: Callable[..., Result]) -> None:
    """The file that is found, the form of the answer, colours and progress."""
    told = " ".join(tiktoktoe("graph", "validate", "--help").out.split())

    usual = TerminalOptions()
    for words in (
        f"stdin. Default: {FILE_NAME}",
        "markdown. Default: table.",
        f"never. Default: {usual.color}.",
    ):
        assert words in told
    assert f"none. Default: {usual.progress}." in told


def test_what_the_environment_prefers_is_for_commands_that_have_it(
    tiktoktoe: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preference that does not fit is not a mistake of who calls the command; a word that nobody knows is one."""
    config = tmp_path / "a.yaml"
    config.write_text("version: 1\nservices: {a: {}}\n")

    monkeypatch.setenv("TIKTOKTOE_OUTPUT", "svg")
    drawn, plain = (
        tiktoktoe("graph", "show", "-c", str(config)),
        tiktoktoe("graph", "plan", "-c", str(config)),
    )
    monkeypatch.setenv("TIKTOKTOE_OUTPUT", "svgg")
    wrong = tiktoktoe("graph", "show", "-c", str(config))

    assert drawn.out.startswith("<svg ")
    assert (plain.code, plain.out.split()[-1]) == (0, "a")
    assert (wrong.code, "unknown value of `TIKTOKTOE_OUTPUT`: `svgg`" in wrong.err) == (2, True)


def test_any_command_answers_in_markdown(tiktoktoe: Callable[..., Result], tmp_path: Path) -> None:
    """For a step summary or a comment."""
    config = tmp_path / "a.yaml"
    config.write_text("version: 1\nservices: {a: {}}\n")

    result = tiktoktoe("config", "check", "-c", str(config), "-o", "markdown")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("### ✓ config check: ")

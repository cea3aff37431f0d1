"""Which reports a command has is known before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.cli.options import words_of
from tiktoktoe_cli.report.catalog import SPECIAL_KINDS, ReportKind, kinds_with
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result


@pytest.mark.parametrize("kind", sorted(SPECIAL_KINDS))
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
        f"help: choose one of {listed(kinds_with(()), last='or')}\n"
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

    assert f"{words_of(kinds_with(()))};" in shown


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
    """What a command declares comes on top."""
    general = [kind for kind in ReportKind if kind not in SPECIAL_KINDS]

    assert list(kinds_with(())) == general
    assert list(kinds_with([ReportKind.HTML])) == [*general, ReportKind.HTML]

"""The command line, called in this process as a shell would call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.cli.door import enter

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Result:
    """What a shell sees of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def tiktoktoe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command line in an environment without surprises."""
    for name in ("TIKTOKTOE_CONFIG", "TIKTOKTOE_OUTPUT", "FORCE_COLOR", "NO_COLOR", "CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        code = enter(arguments)
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return run

"""Golden files: what is printed is compared as text with what a person has read and approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Golden: TypeAlias = Callable[[str, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with `golden/NAME` beside the test, or write that file with `--update-golden`."""
    update = request.config.getoption("--update-golden", default=False)

    def check(name: str, text: str) -> None:
        path = request.path.parent / "golden" / name
        if update:
            path.write_bytes(text.encode())
        assert path.exists(), f"no golden file {name}: run with --update-golden and read it"
        assert text == path.read_bytes().decode()

    return check

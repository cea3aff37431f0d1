from __future__ import annotations

import pytest

from tiktoktoe_cli.health.open_files import fitting, open_files_limit


@pytest.mark.parametrize(
    ("wanted", "limit", "fits"),
    [(256, 2**60, 256), (256, 1056, 256), (256, 256, 56), (256, 10, 1), (3, 256, 3)],
)
def test_no_more_checks_run_than_files_may_be_open(wanted: int, limit: int, fits: int) -> None:
    """Four files a check, and 32 for the rest: (256 - 32) / 4 = 56."""
    assert fitting(wanted, limit) == fits


def test_the_system_tells_its_limit() -> None:
    """This very test has some files open."""
    assert open_files_limit() > 3

from __future__ import annotations

import pytest

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.health.open_files import Places, fitting, open_files_limit


@pytest.mark.parametrize(
    ("wanted", "limit", "fits"),
    [(256, 2**60, 256), (256, 1056, 256), (256, 256, 56), (256, 36, 1), (3, 256, 3)],
)
def test_no_more_checks_run_than_files_may_be_open(wanted: int, limit: int, fits: int) -> None:
    """Four files a check, and 32 for the rest: (256 - 32) / 4 = 56."""
    assert fitting(wanted, limit) == fits


def test_without_files_for_one_check_nothing_begins() -> None:
    """Thousands of errors would not say what to do about it."""
    with pytest.raises(UnfinishedError, match="too few files") as told:
        fitting(256, 35)

    assert "ulimit -n" in str(told.value.hint)


@pytest.mark.parametrize(
    ("limit", "connections", "looks"),
    [(2**60, 128, 32), (1024, 128, 31), (256, 56, 7), (64, 8, 1), (10, 1, 1)],
)
def test_a_listener_leaves_most_files_to_the_checks(limit: int, connections: int, looks: int) -> None:
    """Of 256 files, 32 are for the rest, and a quarter of the others is 56 connections, an eighth of that 7 looks."""
    assert Places.within(limit) == Places(connections, looks)


def test_a_look_needs_as_many_files_as_a_check() -> None:
    """Eight connections and one look of four files."""
    assert Places(connections=8, looks=1).files == 12


def test_the_system_tells_its_limit() -> None:
    """This very test has some files open."""
    assert open_files_limit() > 3

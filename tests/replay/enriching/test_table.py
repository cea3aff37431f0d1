"""Tables are read whole, and mistakes in them are told with their lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.enriching.table import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf


def test_reads_ndjson_with_its_types(shelf: Shelf) -> None:
    """Rows of an NDJSON table keep numbers and objects."""
    path = shelf.put("t.ndjson", '{"id":1,"tags":["x"]}\n\n{"id":"b"}\n')

    table = read_table(path, "id")

    assert {key: row() for key, row in table.items()} == {"1": {"id": 1, "tags": ["x"]}, "b": {"id": "b"}}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "id,name\na,x\na,y\n", ":3: `id` is `a` a second time"),
        ("t.csv", "id,name\na\n", ":2: expected 2 values, found 1"),
        ("t.csv", "id,name\n,x\n", ":2: the row has no `id`"),
        ("t.csv", "name\nx\n", ":1: there is no column `id`"),
        ("t.csv", "", ":1: there is no column `id`"),
        ("t.csv", b"id\n\xff\n", "cannot read the table"),
        ("t.csv", 'id\n"x', "cannot read the table"),
        ("t.ndjson", '{"id":1}\n[]\n', ":2: expected an object"),
        ("t.ndjson", '{"id":1}\n{\n', ":2: "),
        ("t.xlsx", "", "is no table"),
    ],
)
def test_refuses_a_table_that_is_wrong(shelf: Shelf, name: str, content: str | bytes, message: str) -> None:
    """A table with a mistake is named with its line, before any event is read."""
    path = shelf.put(name, content)

    with pytest.raises(UsageError) as caught:
        read_table(path, "id")

    assert message in caught.value.message


def test_refuses_a_table_that_is_missing(shelf: Shelf) -> None:
    """A table that is not there is a mistake in the configuration, not an empty one."""
    with pytest.raises(UsageError, match="cannot read the table"):
        read_table(shelf.folder / "t.csv", "id")


def test_refuses_a_table_that_is_a_pipe(shelf: Shelf) -> None:
    """Reading from a pipe that nobody writes to would never end."""
    os.mkfifo(shelf.folder / "t.csv")

    with pytest.raises(UsageError, match="not a regular file"):
        read_table(shelf.folder / "t.csv", "id")


def test_a_row_that_is_nested_too_deep_is_named(tmp_path: Path) -> None:
    """What could not be written into an event is told before the run, with its line."""
    path = tmp_path / "t.ndjson"
    path.write_text('{"id":1}\n{"id":2,"x":%s}\n' % ("[" * 400 + "]" * 400))

    with pytest.raises(UsageError, match=r"t\.ndjson:2: the row is nested too deep"):
        read_table(path, "id")

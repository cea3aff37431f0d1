"""SQLite databases as destinations: the table is whole or not there, and each row once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.replay.resuming.test_resuming import Patience
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay import RunOptions, Start, run_pipeline
from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.delivering.line_file import partial_of
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
from tiktoktoe_cli.replay.settings.destination import DestinationSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.delivering.destination import Destination

TIME = "2026-03-02T08:00:00Z"


def destination(path: Path, **words: Any) -> Destination:
    """Make a destination as the YAML says it."""
    settings = DestinationSettings.model_validate({"sqlite": {"path": str(path), **words}})
    return make_destination("db", settings, Surroundings())


def rows(path: Path, table: str = "events") -> list[tuple[Any, ...]]:
    """Read a table."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f'SELECT * FROM "{table}" ORDER BY number').fetchall()  # noqa: S608  # for tests


def test_each_event_is_a_row_with_its_columns(tmp_path: Path) -> None:
    """A field that is not there is null; objects are JSON; the names may be any."""
    columns = {"n": "n", 'a "b"': "data.a", "b": "data.b"}
    target = destination(tmp_path / "a.db", table="all; of it", columns=columns)

    target.open(None)
    target.write(
        [b'{"n":1,"data":{"a":[1],"b":true}}', b'{"n":1.5,"data":7}', b'{"n":99999999999999999999}'], []
    )
    target.position()
    before = (tmp_path / "a.db").exists()
    target.publish()
    target.close()

    assert not before
    assert rows(tmp_path / "a.db", "all; of it") == [
        (1, '{"n":1,"data":{"a":[1],"b":true}}', 1, "[1]", 1),
        (2, '{"n":1.5,"data":7}', 1.5, None, None),
        (3, '{"n":99999999999999999999}', 1e20, None, None),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize("kept", [0, 2])
def test_goes_on_after_its_position(tmp_path: Path, kept: int) -> None:
    """Rows that were written after the checkpoint are taken away, and come again."""
    first = destination(tmp_path / "a.db")
    first.open(None)
    first.write([b"%d" % number for number in range(kept)], [])
    position = first.position()
    first.write([b"7"], [])
    first.close()

    second = destination(tmp_path / "a.db")
    second.open(position)
    second.write([b"8"], [])
    last = second.position()
    second.publish()
    third = destination(tmp_path / "a.db")
    third.open(last)  # killed before the state was cleared
    third.position()
    third.publish()

    assert [event for _, event in rows(tmp_path / "a.db")] == [*map(str, range(kept)), "8"]
    assert third.events == kept + 1


def test_refuses_what_another_run_writes_or_what_is_none(tmp_path: Path) -> None:
    """And says so with the path."""
    with closing(destination(tmp_path / "a.db")) as first:
        first.open(None)
        with (
            closing(destination(tmp_path / "a.db")) as second,
            pytest.raises(UnfinishedError, match="another run"),
        ):
            second.open(None)
    partial_of(tmp_path / "b.db").write_bytes(b"this is no database, and long enough to be seen as none" * 20)

    with (
        closing(destination(tmp_path / "b.db")) as third,
        pytest.raises(UnfinishedError, match=r"b\.db`: file is not"),
    ):
        third.open(None)


def test_a_run_that_is_stopped_and_goes_on_has_each_row_once(shelf: Shelf) -> None:
    """Wherever it is stopped."""
    for number in range(10):
        events = ({"time": TIME, "n": 20 * number + one} for one in range(20))
        shelf.events(*events, name=f"{number:02}.ndjson")
    path = shelf.folder / "out" / "all.db"
    settings = shelf.settings(
        input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"},
        destinations={"all": {"sqlite": {"path": str(path), "columns": {"n": "n"}}}},
        state={"dir": f"{shelf.folder}/state", "checkpoint_every": 30},
    )

    for stop in (3, 1, 4):
        run_pipeline("p", settings, should_stop=Patience(stop), options=RunOptions(Start.RESUME))
    facts = run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert [n for _, _, n in rows(path)] == list(range(200))
    assert (facts.possible_duplicates, facts.destinations[0].guarantee) == (0, "exactly_once")

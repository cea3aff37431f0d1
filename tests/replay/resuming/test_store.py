"""Where checkpoints are kept: each is there as a whole or not at all, and damage is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.resuming.checkpoint import Checkpoint
from tiktoktoe_cli.replay.resuming.store import Change, Store

if TYPE_CHECKING:
    from pathlib import Path


def checkpoint(number: int) -> Checkpoint:
    """Make a checkpoint."""
    return Checkpoint((0, 100 * number, number), number, {"all": (number, 1)}, {"accounts": {}}, number)


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    """The newest checkpoint replaces the one before; changes add up in their order."""
    store = Store(tmp_path / "new")

    store.save("print", checkpoint(1), [Change("dedupe", b"a"), Change("correlation", b"b")])
    store.save("print", checkpoint(2), [Change("dedupe", b"c")])
    saved = Store(tmp_path / "new").load()

    assert saved is not None
    assert (saved.fingerprint, saved.checkpoint) == ("print", checkpoint(2))
    assert [change[:2] for change in saved.changes] == [
        ("dedupe", b"a"),
        ("correlation", b"b"),
        ("dedupe", b"c"),
    ]


def test_a_whole_change_replaces_those_of_its_stage(tmp_path: Path) -> None:
    """A log that grew beyond what it describes is written anew; other stages keep theirs."""
    store = Store(tmp_path)
    store.save("print", checkpoint(1), [Change("dedupe", b"a"), Change("correlation", b"b")])

    store.save("print", checkpoint(2), [Change("dedupe", b"all", is_whole=True), Change("correlation", b"c")])

    saved = store.load()
    assert saved is not None
    assert [change[:2] for change in saved.changes] == [
        ("correlation", b"b"),
        ("dedupe", b"all"),
        ("correlation", b"c"),
    ]


def test_where_nothing_was_saved_there_is_nothing(tmp_path: Path) -> None:
    """Neither a missing file nor one that was made and not filled holds a checkpoint."""
    store = Store(tmp_path)

    missing = store.load()
    store.path.touch()

    assert (missing, store.load()) == (None, None)


def test_the_first_checkpoint_of_a_run_replaces_what_another_left(tmp_path: Path) -> None:
    """Nothing of an earlier run is mixed into a new one."""
    store = Store(tmp_path)
    store.save("old", checkpoint(7), [Change("dedupe", b"old")])

    store.save("new", checkpoint(1), [Change("dedupe", b"new")])

    saved = store.load()
    assert saved is not None
    assert (saved.fingerprint, list(saved.changes)) == ("new", [Change("dedupe", b"new")])


def test_a_run_that_is_over_leaves_nothing(tmp_path: Path) -> None:
    """What is cleared is gone, and clearing nothing is fine."""
    store = Store(tmp_path)
    store.save("print", checkpoint(1), [])

    store.clear()
    store.clear()

    assert store.load() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_is_told(tmp_path: Path, share: float) -> None:
    """Of a database that lacks its end nothing is taken up: the user learns what to do."""
    store = Store(tmp_path)
    store.save("print", checkpoint(1), [Change("dedupe", bytes(100_000))])
    data = store.path.read_bytes()

    store.path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(UnfinishedError, match="is damaged") as told:
        store.load()
    assert told.value.hint == "begin anew with `--restart`"


def test_bytes_that_changed_are_told(tmp_path: Path) -> None:
    """A database that can be read, but holds other bytes than were written, is damaged as well."""
    store = Store(tmp_path)
    store.save("print", checkpoint(1), [Change("dedupe", b"who was there " * 1_000)])
    data = store.path.read_bytes()

    store.path.write_bytes(data.replace(b"who was there", b"who was THERE", 1))

    with pytest.raises(UnfinishedError, match="does not match its checksums"):
        store.load()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Where a file stands in the way, no checkpoint can be written, and that is said."""
    (tmp_path / "file").touch()

    with pytest.raises(UnfinishedError, match="cannot write the checkpoint"):
        Store(tmp_path / "file").save("print", checkpoint(1), [])


def test_a_checkpoint_of_another_version_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another program has written is not guessed at."""
    store = Store(tmp_path)
    store.save("print", checkpoint(1), [])

    monkeypatch.setattr("tiktoktoe_cli.replay.resuming.checkpoint._FORMAT", ("other",))

    with pytest.raises(UnfinishedError, match="another version") as told:
        store.load()
    assert told.value.hint == "begin anew with `--restart`"

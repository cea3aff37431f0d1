"""Files as destinations: in parts, compressed, one for each value; and each of them exact."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import marshal
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay import report_of
from tiktoktoe_cli.replay.delivering.file import build
from tiktoktoe_cli.replay.delivering.partitioned import PartitionedFiles
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.settings.destination import FileSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.delivering.destination import Destination

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "bzip2": bz2.decompress,
    "xz": lzma.decompress,
    "zstd": zstd.decompress,
}
TIME = "2026-03-02T08:00:00Z"


def destination(path: Path | str, **words: Any) -> Destination:
    """Make a destination as the YAML says it."""
    return build("all", FileSettings.model_validate({"path": str(path), **words}), Surroundings())


def lines(start: int, end: int, values: int = 3) -> list[bytes]:
    """Make events with these numbers, and with so many values."""
    return [b'{"n":%d,"v":"%d"}' % (number, number * number % values) for number in range(start, end)]


def give(target: Destination, events: list[bytes]) -> None:
    """Write events; where they stood is their place here."""
    target.write(events, [Origin(0, number, 0, event) for number, event in enumerate(events, 1)])


def deliver(target: Destination, *batches: list[bytes]) -> None:
    """Deliver batches to a run's good end."""
    target.open(None)
    for batch in batches:
        give(target, batch)
    target.settle()
    target.complete()
    target.position()
    target.secure()
    target.publish()
    target.close()


def found(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_a_file_has_so_many_events(tmp_path: Path) -> None:
    """The number stands before the suffixes; batches do not matter."""
    deliver(destination(tmp_path / "a.ndjson.x", rotate={"events": 3}), lines(0, 2), lines(2, 7), lines(7, 8))

    assert found(tmp_path) == {
        "a-000001.ndjson.x": b"\n".join(lines(0, 3)) + b"\n",
        "a-000002.ndjson.x": b"\n".join(lines(3, 6)) + b"\n",
        "a-000003.ndjson.x": b"\n".join(lines(6, 8)) + b"\n",
    }


def test_a_file_has_so_many_bytes(tmp_path: Path) -> None:
    """None is larger, but for an event that alone is."""
    deliver(destination(tmp_path / "a", rotate={"bytes": "10"}), [b"1234", b"5678", b"9", b"x" * 20, b"y"])

    assert found(tmp_path) == {
        "a-000001": b"1234\n5678\n",
        "a-000002": b"9\n",
        "a-000003": b"x" * 20 + b"\n",
        "a-000004": b"y\n",
    }


def test_the_parts_of_a_longer_run_before_are_taken_away(tmp_path: Path) -> None:
    """What stands there in the end is this run."""
    deliver(destination(tmp_path / "a", rotate={"events": 2}), lines(0, 9))

    deliver(destination(tmp_path / "a", rotate={"events": 2}), lines(0, 3))

    assert list(found(tmp_path)) == ["a-000001", "a-000002"]


@pytest.mark.parametrize("compression", UNPACK)
@pytest.mark.parametrize("count", [0, 3, 60_000])
def test_every_decompressor_reads_it(tmp_path: Path, compression: str, count: int) -> None:
    """A file of many members, and one without events."""
    deliver(destination(tmp_path / "a", compression=compression), lines(0, count))

    packed = (tmp_path / "a").read_bytes()
    assert UNPACK[compression](packed) == b"".join(line + b"\n" for line in lines(0, count))
    assert len(packed) < count * 8 + 100


def test_each_value_has_its_file(tmp_path: Path) -> None:
    """Folders are made as they are needed."""
    deliver(destination(tmp_path / "{v}" / "a{n % 2}"), lines(0, 4))

    assert found(tmp_path) == {
        "0/a0": b'{"n":0,"v":"0"}\n',
        "0/a1": b'{"n":3,"v":"0"}\n',
        "1/a0": b'{"n":2,"v":"1"}\n',
        "1/a1": b'{"n":1,"v":"1"}\n',
    }


def test_more_files_than_may_be_open(tmp_path: Path) -> None:
    """Those that were not written to for long are closed, and opened again."""
    target = destination(tmp_path / "{n % 100}")

    deliver(target, lines(0, 250), lines(250, 500))

    assert isinstance(target, PartitionedFiles)
    assert {len(text.splitlines()) for text in found(tmp_path).values()} == {5}
    assert (target.events, len(found(tmp_path))) == (500, 100)


def test_an_event_without_a_value_is_refused(tmp_path: Path) -> None:
    """Nobody would find it in a file that is named by nothing."""
    with closing(destination(tmp_path / "{v}")) as target:
        target.open(None)
        give(target, [b'{"v":"a"}', b'{"w":1}', b'{"v":null}'])
        refusals = target.settle()
        others = target.settle()

    assert [refusal.origin.number for refusal in refusals] == [2, 3]
    assert [refusal.message for refusal in refusals] == [
        "its file cannot be named: no such variable: v",
        "its file cannot be named: `v` is no text, number or boolean",
    ]
    assert not others


SHAPES: dict[str, dict[str, Any]] = {
    "plain": {"path": "a"},
    "packed": {"path": "a", "compression": "gzip"},
    "parts": {"path": "a", "rotate": {"events": 700}},
    "packed parts": {"path": "a", "rotate": {"bytes": "300Ki"}, "compression": "zstd"},
    "values": {"path": "{v}/{n % 13}"},
    "all of it": {"path": "{n % 37}", "rotate": {"events": 90}, "compression": "gzip"},
}


BATCHES = [lines(300 * number, 300 * number + 300) for number in range(41)]


def shaped(folder: Path, shape: str, told: bytes | None = None) -> Destination:
    """Open a destination of some shape, where another one stood."""
    words = SHAPES[shape]
    target = destination(folder / words["path"], **{key: words[key] for key in words.keys() - {"path"}})
    target.open(None if told is None else marshal.loads(told))  # noqa: S302  # told by another one
    return target


def checkpoint(target: Destination, batches: list[list[bytes]]) -> bytes:
    """Write batches, and take down where the destination then stands."""
    for batch in batches:
        give(target, batch)
    target.settle()
    told = marshal.dumps(target.position())
    target.secure()
    return told


def finish(target: Destination, batches: list[list[bytes]]) -> bytes:
    """Write the last batches, and publish; return where it stood just before."""
    checkpoint(target, batches)
    target.complete()
    told = checkpoint(target, [])
    target.publish()
    target.close()
    return told


@pytest.mark.parametrize("shape", SHAPES)
@given(cuts=st.lists(st.integers(0, 40), max_size=5), lost=st.integers(1, 5))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_that_goes_on_writes_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, shape: str, cuts: list[int], lost: int
) -> None:
    """Wherever checkpoints are, and whatever was written after them: the files are those of a run in one piece."""
    whole, folder = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("cut")
    finish(shaped(whole, shape), BATCHES)

    done, told = 0, None
    for cut in sorted(cuts):
        target = shaped(folder, shape, told)
        told = checkpoint(target, BATCHES[done:cut])
        checkpoint(target, BATCHES[cut : cut + lost])  # these are delivered, and nobody knows
        target.close()
        done = cut
    last = finish(shaped(folder, shape, told), BATCHES[done:])
    first = found(folder)
    again = shaped(folder, shape, last)  # killed in the end, before the state was cleared
    finish(again, [])

    assert first == found(whole)
    assert found(folder) == found(whole)
    assert again.events == sum(map(len, BATCHES))


def test_a_pipeline_writes_and_counts_them(shelf: Shelf) -> None:
    """Events without a path are dead letters; the counts add up, and the report says what each destination is."""
    shelf.events(*({"time": TIME, "n": n, "v": "ab"[n % 2]} for n in range(9)), {"time": TIME, "n": 9})

    facts = shelf.run(
        routing=[{"to": ["all", "copy"]}],
        destinations={
            "all": {"file": {"path": f"{shelf.folder}/out/{{v}}.ndjson.gz", "compression": "gzip"}},
            "copy": {"file": f"{shelf.folder}/out/copy.ndjson"},
        },
    )

    assert gzip.decompress((shelf.folder / "out" / "a.ndjson.gz").read_bytes()).count(b"\n") == 5
    assert (facts.delivered, facts.dead, facts.possible_duplicates) == (9, 1, 0)
    (letter,) = shelf.read("dead")
    assert (letter["reason"], letter["disposition"], letter["destination"], letter["source"]["line"]) == (
        "delivery",
        "transient",
        "all",
        10,
    )
    assert json.loads(letter["raw"])["n"] == 9
    items = {item["name"]: item for item in report_of(facts).items}
    assert (items["all"]["in"], items["copy"]["in"]) == (9, 10)
    assert (items["all"]["type"], items["all"]["guarantee"]) == ("file", "exactly_once")


def test_an_input_that_a_template_may_name_is_refused(shelf: Shelf) -> None:
    """It would be overwritten while it is read, or right after."""
    shelf.events({"time": TIME, "v": "a"})

    with pytest.raises(UsageError, match="would be read and written"):
        shelf.run(destinations={"all": {"file": f"{shelf.folder}/{{v}}.ndjson"}})


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"path": "{data.}"}, "expected the name of a field"),
        ({"path": "a", "rotate": {}}, "expected `events` or `bytes`"),
        ({"path": "a", "rotate": {"bytes": "0"}}, "holds nothing"),
    ],
)
def test_what_cannot_be_is_told_at_once(words: dict[str, Any], message: str) -> None:
    """Before anything runs."""
    with pytest.raises(ValueError, match=message):
        FileSettings.model_validate(words)

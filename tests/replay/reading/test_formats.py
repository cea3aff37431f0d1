"""A file is read as what its first bytes say it is; any bytes are records, and all of them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.making import records
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.choices import Format
from tiktoktoe_cli.replay.reading.blocks import earliest_after, first_times, read_blocks
from tiktoktoe_cli.replay.reading.files import find_files
from tiktoktoe_cli.replay.reading.formats import Reading, format_of
from tiktoktoe_cli.replay.reading.inflating import MAGIC_BYTES, compression_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.events.record import Block, Origin

AUTO = Reading(1 << 20)


def read(path: Path, reading: Reading = AUTO) -> list[Origin]:
    """Read the records of a file."""
    return [record for block in read_blocks([path], reading) for record in records(block)]


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"", Format.NDJSON),
        (b'{"a":1}', Format.NDJSON),
        (b'{"a":1}\n{"b":2}', Format.NDJSON),
        (b'{"a":\n{"b":2}\n', Format.NDJSON),
        (b'{"a": "cut\n{"b":2}\n', Format.NDJSON),
        (b"no, json\n", Format.NDJSON),
        (b'\xef\xbb\xbf \n[{"a":1}]', Format.JSON_ARRAY),
        (b'{\n  "a": 1\n}\n', Format.CONCATENATED),
        (b'{"a":1}{"b":2}', Format.CONCATENATED),
        (b'{"Records": [{"a"', Format.RECORDS),
        (b'{"n":{"x":[1]},"Records":[', Format.RECORDS),
        (b'{"a":{"Records":[1]}}\n', Format.NDJSON),
        (b"id,time,type\n1,2,3\n", Format.CSV),
        (b'"id";"the time"\r\n', Format.CSV),
        (b"PAR1\x15", Format.PARQUET),
    ],
)
def test_the_first_bytes_tell_the_format(head: bytes, form: Format) -> None:
    """What is nothing else is read line by line, so that one broken line stays one."""
    assert format_of(head) is form


def test_reads_delivery_files_as_they_come(shelf: Shelf) -> None:
    """A gzip file of `{"Records": [...]}` needs no setting."""
    events = [{"id": number} for number in range(5_000)]
    path = shelf.put("a.json.gz", gzip.compress(json.dumps({"Records": events}).encode()))

    assert [json.loads(record.raw) for record in read(path)] == events


def test_reads_csv_from_any_block_on(shelf: Shelf) -> None:
    """A run that goes on knows the header too."""
    path = shelf.put("a.csv", "id,text\n" + "".join(f'{number},"a\nb"\n' for number in range(40_000)))
    blocks = list(read_blocks([path], AUTO))

    rest = list(read_blocks([path], AUTO, blocks[0].position))

    assert len(blocks) > 2
    assert [block.raws for block in rest] == [block.raws for block in blocks[1:]]
    assert json.loads(blocks[-1].raws[-1]) == {"id": "39999", "text": "a\nb"}


def test_goes_on_within_an_array(shelf: Shelf) -> None:
    """The blocks are those of a run that was not cut short."""
    path = shelf.put("a.gz", gzip.compress(json.dumps([{"n": number} for number in range(60_000)]).encode()))
    blocks = list(read_blocks([path], AUTO))

    for at in (0, len(blocks) // 2, len(blocks) - 1):
        assert list(read_blocks([path], AUTO, blocks[at].position)) == blocks[at + 1 :]


def test_reads_parquet(shelf: Shelf) -> None:
    """Rows are objects; times are RFC 3339. It goes on at any row."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    times = pyarrow.array([1_700_000_000_000_000_001] * 1_200, pyarrow.timestamp("ns"))
    table = pyarrow.table({"id": range(1_200), "time": times, "raw": [b"x"] * 1_200})
    path = shelf.folder / "a.parquet"
    parquet.write_table(table, path)
    blocks = list(read_blocks([path], AUTO))

    assert [record.number for record in read(path)] == list(range(1, 1_201))
    assert json.loads(blocks[0].raws[0]) == {"id": 0, "time": "2023-11-14T22:13:20Z", "raw": "eA=="}
    assert list(read_blocks([path], AUTO, blocks[0].position)) == blocks[1:]


def test_a_parquet_file_that_is_cut_is_damaged(shelf: Shelf) -> None:
    """It says so, and stops nothing."""
    pytest.importorskip("pyarrow")

    [record] = read(shelf.put("a.parquet", b"PAR1 and no more"))

    assert record.end == "damaged"


@settings(max_examples=300)
@given(
    content=st.binary(max_size=400)
    | st.text(st.sampled_from('{}[]",:\n ae1\\'), max_size=80).map(str.encode),
    form=st.sampled_from([form for form in Format if form is not Format.PARQUET]),
)
def test_any_bytes_are_records(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, form: Format
) -> None:
    """Nothing but a CSV file without a header is refused; numbers go up by one."""
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(content)

    try:
        found = read(path, Reading(64, form))
    except UsageError:
        assert form in {Format.CSV, Format.AUTO}
        return

    numbers = [record.number for record in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    if compression_of(content[:MAGIC_BYTES]) is None:
        assert all(0 <= record.offset <= len(content) for record in found)


def test_begins_at_a_line(shelf: Shelf) -> None:
    """What stands before it is passed over, in all files."""
    files = [
        shelf.put("a", "{}\n" * 3),
        shelf.put("b", '{"n":1}\r\n{"n":2}\n{"n":3}\n'),
        shelf.put("c", "{}\n"),
    ]

    blocks = read_blocks(files, Reading(64, begin=f"{files[1]}:2"))

    assert [record[:4] for block in blocks for record in records(block)] == [
        (1, 2, 9, b'{"n":2}'),
        (1, 3, 17, b'{"n":3}'),
        (2, 1, 0, b"{}"),
    ]


def test_a_folder_holds_files_of_events(shelf: Shelf) -> None:
    """Those that are named so, in all folders below, sorted; hidden and other files are left out."""
    names = ["b.ndjson", "a.json.gz", "sub/c.CSV", "sub/.hidden.json", "notes.txt", "x.gz", ".git/d.json"]
    files = {name: shelf.put(name, "") for name in names}

    assert find_files([shelf.folder]) == (files["a.json.gz"], files["b.ndjson"], files["sub/c.CSV"])


def test_a_file_with_two_names_is_read_once(shelf: Shelf) -> None:
    """Links are other names of the same file."""
    path = shelf.put("a.json", "")
    (shelf.folder / "b.json").hardlink_to(path)
    (shelf.folder / "c.json").symlink_to(path)

    assert find_files([shelf.folder]) == (path,)


def test_knows_when_files_that_are_not_yet_read_begin(shelf: Shelf) -> None:
    """The earliest of those after a file bounds how far time has come."""
    files = [
        shelf.put(name, text) for name, text in (("a", "7\n"), ("b", "\n5\n6\n"), ("c", "\n"), ("d", "9\n"))
    ]

    def times_of(block: Block) -> list[int]:
        return [int(raw) for raw in block.raws if raw]

    times = first_times(files, AUTO, times_of)
    bound = earliest_after(times)

    assert times == [7, 5, None, 9]
    assert [bound(file) for file in range(4)] == [5, 9, 9, None]

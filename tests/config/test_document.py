"""Files, includes and several configurations become one document."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config import discover, load
from tiktoktoe_cli.config.nodes import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config import Document


def _codes(document: Document) -> list[str]:
    return [problem.code for problem in document.sorted_problems()]


def test_maps_merge_and_lists_append(write: Callable[[str, str], str]) -> None:
    """Two files make one tree, in the order they were named."""
    first = write("a.yaml", "version: 1\ntags: [x]\nservices: {a: {replicas: 1}}\n")
    second = write("b.yaml", "version: 1\ntags: [y]\nservices: {a: {group: core}, b: {}}\n")

    document = load([first, second], {})

    assert not document.problems
    assert document.root is not None
    assert plain(document.root) == {
        "version": 1,
        "tags": ["x", "y"],
        "services": {"a": {"replicas": 1, "group": "core"}, "b": {}},
    }


@pytest.mark.parametrize("text", ["${NOBODY}", "${NOBODY:?say who}", "${file:nowhere}", "$${A}", "${A}"])
def test_a_key_is_never_a_variable(write: Callable[[str, str], str], text: str) -> None:
    """As in Compose, only values are texts with variables, so nothing is wrong with a key, and nothing replaces it."""
    file = write("a.yaml", f"services: {{'{text}': {{group: '${{A}}'}}}}\n")

    document = load([file], {"A": "core"})

    assert not document.faults
    assert document.root is not None
    assert plain(document.root) == {"services": {text: {"group": "core"}}}


def test_a_key_said_again_as_a_value_is_one(write: Callable[[str, str], str]) -> None:
    """An alias of a key stands for its text, where that has a variable, too."""
    document = load([write("a.yaml", "tags: {&name '${A}': *name}\n")], {"A": "core"})

    assert document.root is not None
    assert plain(document.root) == {"tags": {"${A}": "core"}}


def test_a_scalar_set_twice_names_both_places(write: Callable[[str, str], str]) -> None:
    """Two files that disagree are told apart: nobody guesses which one is meant."""
    first = write("a.yaml", "services:\n  a: {replicas: 1}\n")
    second = write("b.yaml", "services:\n  a: {replicas: 2}\n")

    problem = load([first, second], {}).problems[0]

    assert problem.code == "conflicting-value"
    assert str(problem.place) == f"{second}:2:17"
    assert [str(place) for _, place in problem.related] == [f"{first}:2:17"]


def test_a_map_against_a_list_is_a_conflict(write: Callable[[str, str], str]) -> None:
    """What is a map in one file and a list in another cannot be merged."""
    files = [write("a.yaml", "services: {}\n"), write("b.yaml", "services: []\n")]

    assert _codes(load(files, {})) == ["conflicting-value"]


def test_includes_are_relative_to_the_file_that_names_them(write: Callable[[str, str], str]) -> None:
    """An included file's own includes start from its own folder."""
    write("parts/deep/c.yaml", "services: {c: {}}\n")
    write("parts/b.yaml", "include: deep/c.yaml\nservices: {b: {}}\n")
    top = write("a.yaml", "include: [parts/*.yaml]\nservices: {a: {}}\n")

    document = load([top], {})

    assert not document.problems
    assert document.keys("services") == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("include: nope.yaml\n", "file-unreadable"),
        ("include: [nope/*.yaml]\n", "include-missing"),
        ("include: a.yaml\n", "include-loop"),
        ("include: {a: b}\n", "wrong-type"),
        ("", "empty-file"),
        ("# nothing\n", "empty-file"),
        ("- a\n", "not-a-map"),
        ("just text\n", "not-a-map"),
    ],
)
def test_says_what_is_wrong_with_a_file(write: Callable[[str, str], str], text: str, code: str) -> None:
    """Missing, circular, empty and shapeless files are problems with their place."""
    assert _codes(load([write("a.yaml", text)], {})) == [code]


def test_the_name_of_a_file_is_not_empty() -> None:
    """An empty name is no folder: a variable of the caller's shell was perhaps not set."""
    (problem,) = load([""], {}).problems

    assert problem.message == "the name of a file is empty"


@pytest.mark.parametrize("pattern", ["closed/*.yaml", "closed/parts/*.yaml"])
def test_an_included_folder_may_be_closed(
    write: Callable[[str, str], str], closed: Path, pattern: str
) -> None:
    """What may not be looked into is no folder without files; the reason stands at the pattern."""
    top = write(str(closed.parent / "a.yaml"), f"include: [{pattern}]\n")

    (problem,) = load([top], {}).problems

    assert problem.message == f"cannot read `{pattern}`: permission denied"
    assert problem.place
    assert (problem.place.line, problem.place.column) == (1, 11)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: \x00", "file-not-text"),
        (b"a: \xff\xfe\xfd", "file-not-text"),
        (b"\x7fELF\x00\x01", "file-not-text"),
    ],
)
def test_binary_files_are_refused(tmp_path: Path, data: bytes, code: str) -> None:
    """A file that is not text is named as such."""
    path = tmp_path / "a.yaml"
    path.write_bytes(data)

    assert _codes(load([str(path)], {})) == [code]


def test_utf_16_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    """What editors on other systems save is read all the same."""
    wide, marked = tmp_path / "wide.yaml", tmp_path / "marked.yaml"
    wide.write_bytes("services: {ä: {}}".encode("utf-16"))
    marked.write_bytes(b"\xef\xbb\xbfservices: {b: {}}")

    document = load([str(wide), str(marked)], {})

    assert document.keys("services") == {"ä", "b"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfea\0\0\xd8", "byte 4 is not UTF-16"),  # half of a pair of surrogates
        (b"a: \xff", "byte 3 is not UTF-8"),
        (b"\xef\xbb\xbfa: \xff", "byte 6 is not UTF-8"),
    ],
)
def test_the_first_wrong_byte_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    """Counted from the first of the file, in the encoding that the file is in."""
    path = tmp_path / "a.yaml"
    path.write_bytes(data)

    (problem,) = load([str(path)], {}).problems

    assert problem.message == words


def test_a_folder_or_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    """What cannot be opened is told without a traceback."""
    assert _codes(load([str(tmp_path), str(tmp_path / "nope.yaml")], {})) == [
        "file-unreadable",
        "file-unreadable",
    ]


def test_problems_without_a_place_come_last(write: Callable[[str, str], str]) -> None:
    """A machine reads the problems in the order in which a person sees them."""
    document = load(["nope.yaml", write("a.yaml", "a: 1\na: 2\n")], {})

    assert _codes(document) == ["duplicate-key", "file-unreadable"]


def test_finds_the_file_upwards(tmp_path: Path) -> None:
    """Without -c, the file is looked for here and in every folder above."""
    (tmp_path / "tiktoktoe.yaml").write_text("version: 1\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    assert discover([], {}, below) == [os.path.join("..", "..", "tiktoktoe.yaml")]  # noqa: PTH118  # as shown
    assert discover(["x.yaml"], {}, below) == ["x.yaml"]
    assert discover([], {"TIKTOKTOE_CONFIG": "y.yaml"}, below) == ["y.yaml"]
    assert discover([], {}, Path("/")) == []


def test_secrets_are_masked_everywhere(write: Callable[[str, str], str]) -> None:
    """A secret from a file is replaced in any text, and a line with a secret-sounding key is hidden unread."""
    write("secret.txt", "hunter2\n")
    document = load([write("a.yaml", "token: ${file:secret.txt}\n")], {})

    assert document.mask("before hunter2 after") == "before •••• after"
    assert document.mask.line("password: 'abc'") == "password: '••••'"


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (("a", "version"), 15),
        (("a", "missing"), 1),
        (("a",), 1),
        (("b", "c", "version"), 8),
        (("d",), 1),
    ],
    ids=["a scalar", "nothing", "a map", "a short form", "an empty value"],
)
def test_the_place_of_a_value_is_the_value_itself(
    write: Callable[[str, str], str], path: tuple[str, ...], column: int
) -> None:
    """A single value is shown where it stands; of everything else the key."""
    document = load([write("a.yaml", "a: { version: 1.0 }\nb: {c: ^1}\nd:\n")], {})

    place = document.value_place(*path)

    assert place
    assert place.column == column


def test_a_loop_of_links_is_a_problem(tmp_path: Path) -> None:
    """A link to itself cannot be read, and is told so."""
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)

    assert _codes(load([str(loop)], {})) == ["file-unreadable"]


def test_names_that_are_no_paths_are_problems(write: Callable[[str, str], str]) -> None:
    """A NUL character in an include or a secret's path is told at its place."""
    path = write("a.yaml", 'include: ["\\0"]\nsystem: "${file:\\0}"\n')

    document = load([path], {})

    assert [(one.code, one.place and one.place.line) for one in document.problems] == [("file-unreadable", 1)]
    assert [(one.code, one.place and one.place.line) for one in document.faults] == [("secret-file", 2)]


def test_a_file_is_found_where_the_working_directory_is_gone(
    write: Callable[[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An absolute path needs no working directory; without one, nothing is found."""
    path = write("a.yaml", "services: {}\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert _codes(load([path], {})) == []
    assert discover([], {}) == []

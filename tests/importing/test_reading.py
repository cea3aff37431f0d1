from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config.nodes import ListNode, MapNode
from tiktoktoe_cli.errors import ConfigError, Problem, UsageError
from tiktoktoe_cli.importing.facts import Notebook, RemarkKind
from tiktoktoe_cli.importing.reading import Files
from tiktoktoe_cli.importing.texts import literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str, str], str]


def test_reads_files_and_folders_in_their_order(write: Write, tmp_path: Path) -> None:
    """Every YAML file below a folder, by its path; each document is a tree, and empty ones are none."""
    write("in/b.yml", "b: 1\n---\n---\nc: 1\n")
    write("in/deep/d.yaml", "d: 1")
    write("in/e.txt", "e: 1")

    files = Files.read([write("a.yaml", "a: 1"), str(tmp_path / "in")])

    assert [list(tree.entries) for tree in files.trees] == [["a"], ["b"], ["c"], ["d"]]


def test_tells_all_that_is_wrong_at_once(write: Write) -> None:
    """In whichever document it stands, with the text of the whole file for its frame."""
    text = "a: 1\n---\n- b\n---\nc: [\n"
    file = write("a.yaml", text)

    with pytest.raises(ConfigError) as refused:
        Files.read([file, "nowhere.yaml"])

    found = [(problem.code, problem.place.line if problem.place else 0) for problem in refused.value.problems]
    assert found[0] == ("not-a-map", 3)
    assert found[1][0] == "yaml-syntax"
    assert found[2] == ("file-unreadable", 0)
    assert refused.value.sources == {file: text}


def test_nothing_is_nothing_to_import(write: Write) -> None:
    """A file with comments alone holds nothing."""
    with pytest.raises(UsageError, match="there is nothing in it"):
        Files.read([write("a.yaml", "# nothing\n---\n")])


def test_a_tag_is_ignored_until_somebody_follows_it(write: Write) -> None:
    """Whoever asks for it again finds it again."""
    files = Files.read([write("a.yaml", "a: !x [1]\nb: !y 2\nc: 3")])
    tree = files.trees[0]
    first, second, third = (tree.entries[key].value for key in "abc")

    assert isinstance(first, ListNode)
    assert [files.follow_tag(node, {"!x"}) for node in (first, second, third, first)] == ["!x", "", "", "!x"]
    assert [(tag.name, tag.place.line) for tag in files.ignored_tags()] == [("!y", 2)]


def test_opens_what_a_file_names(write: Write) -> None:
    """It is no file that was asked for; what cannot be read is for its reader to tell."""
    files = Files.read([write("a.yaml", "a: 1")])

    (tree,) = files.open(write("b.yaml", "b: !t 2"))
    missing = files.open("nowhere.yaml")

    assert isinstance(tree, MapNode)
    assert isinstance(missing, Problem)
    assert len(files.trees) == 1
    assert len(files.ignored_tags()) == 1
    with pytest.raises(ConfigError):
        files.open(write("c.yaml", "["))


def test_a_remark_is_made_once(write: Write) -> None:
    """Parts of a text that are shared are met several times."""
    (tree,) = Files.read([write("a.yaml", "a: 1")]).trees
    notes = Notebook()

    for _ in range(2):
        notes.changed(tree, (), "changed")
        notes.ignored(tree.place, (), "ignored")

    assert [(remark.kind, remark.message) for remark in notes.remarks] == [
        (RemarkKind.CHANGED, "changed"),
        (RemarkKind.IGNORED, "ignored"),
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("a$b", "a$$b"), ("${A}", "$${A}"), ("5$", "5$"), ("$ $$", "$ $$$"), ("", "")]
)
def test_dollar_signs_of_others_begin_no_variable(text: str, found: str) -> None:
    """Only where ours would see one."""
    assert literal(text) == found

"""Paths at which nobody may look, or that can be no name: each command that is given one says what is wrong with it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.systems import configure

if TYPE_CHECKING:
    from tests.cli.systems import Run

FILES = {
    "closed": ("closed/file.yaml", os.strerror(errno.EACCES).lower()),
    "long": ("n" * 300, os.strerror(errno.ENAMETOOLONG).lower()),
}


@pytest.fixture(params=FILES)
def refused(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[str, str]:
    """Return such a path, seen from a folder with a configuration, and the reason of the operating system."""
    if request.param == "closed":
        request.getfixturevalue("closed")
    monkeypatch.chdir(tmp_path)
    configure({"a": {}})
    Path("compose.yaml").write_text("services: {a: {image: a}}\n")
    return FILES[request.param]


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("config check -c", "read"),
        ("graph diff", "read"),
        ("graph diff .", "read"),
        ("graph import compose", "read"),
        ("graph import compose compose.yaml --env-file", "read"),
        ("health import gatus", "read"),
        ("graph validate --baseline", "read"),
        ("graph validate --update-baseline --baseline", "read"),
        ("graph show --report svg=", "write"),
        ("graph validate --report json=x.json --report junit=", "write"),
        ("init", "write"),
    ],
)
def test_a_path_is_refused_with_the_reason(
    tiktoktoe: Run, refused: tuple[str, str], line: str, verb: str
) -> None:
    """It is asked wrongly, not a bug: the path, why the operating system refuses it, and what helps."""
    path, reason = refused

    result = tiktoktoe(*_with(line, path))

    assert result.code == 2
    told = result.out + result.err
    assert f"cannot {verb} `{path[:200]}" in told
    assert reason in told
    assert "help: " in told


@pytest.mark.parametrize("option", [(), ("--update-baseline",)])
def test_a_baseline_of_the_configuration_is_refused_where_it_is_named(
    tiktoktoe: Run, refused: tuple[str, str], option: tuple[str, ...]
) -> None:
    """The advice is not to write what is there already, as far as anybody can tell."""
    path, reason = refused
    configure({"a": {}}, graph={"baseline": path})

    result = tiktoktoe("graph", "validate", *option)

    assert result.code == 2
    assert f"cannot read `{path[:200]}" in result.err
    assert reason in result.err
    assert "--> tiktoktoe.yaml:1:" in result.err
    assert "help: check the path and its permissions" in result.err


def test_a_folder_that_may_not_be_listed_is_told_where_it_is_asked_for(tiktoktoe: Run, closed: Path) -> None:
    """The closed data of a database, below the folder with the files, is in nobody's way."""
    (closed.parent / "compose.yaml").write_text("services: {a: {image: a}}\n")

    asked_for = tiktoktoe("graph", "import", "compose", str(closed))
    passed_over = tiktoktoe("graph", "import", "compose", str(closed.parent))

    assert (asked_for.code, asked_for.out, passed_over.code) == (2, "", 0)
    assert f"cannot read `{closed}`: permission denied" in asked_for.err


def test_a_picture_is_named_below_a_closed_folder(
    tiktoktoe: Run, closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is read where we are has a name, though nobody may look at it from the root."""
    closed.chmod(0o700)
    (closed / "below").mkdir()
    (closed / "below" / "shop.yaml").write_text("{version: 1, services: {a: {}}}")
    monkeypatch.chdir(closed / "below")
    closed.chmod(0)

    result = tiktoktoe("graph", "show", "-c", "shop.yaml", "-o", "dot")

    assert result.code == 0
    assert 'label="shop' in result.out


def test_a_configuration_that_leads_nowhere_is_in_no_revision(
    tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A loop of links has no place in a repository."""
    monkeypatch.chdir(tmp_path)
    Path("loop.yaml").symlink_to("loop.yaml")

    assert tiktoktoe("graph", "diff", "HEAD", ".", "-c", "loop.yaml").code == 2


def _with(line: str, path: str) -> list[str]:
    """Add a path to the words of a command line: to the last one if that waits for it."""
    words = line.split()
    return [*words[:-1], words[-1] + path] if line.endswith("=") else [*words, path]

"""How files are named for tools that look for them from the root of the repository."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest

from tests.report.test_sarif import CYCLE
from tiktoktoe_cli.errors import Place, Problem
from tiktoktoe_cli.report import (
    Acceptance,
    AcceptanceKind,
    Case,
    CaseOutcome,
    Report,
    ReportKind,
    Terminal,
    write,
)
from tiktoktoe_cli.report.repository import names_from_repository


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the folder `shop/deep` of a repository with a file in each folder, beside one outside."""
    deep = tmp_path / "repository" / "shop" / "deep"
    deep.mkdir(parents=True)
    for folder in (deep, *list(deep.parents)[:3]):
        (folder / "a.yaml").write_text("")
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(deep)
    return tmp_path / "repository"


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.yaml", "shop/deep/a.yaml"),
        ("./a.yaml", "shop/deep/a.yaml"),
        ("../a.yaml", "shop/a.yaml"),
        ("../../a.yaml", "a.yaml"),
        ("../../../a.yaml", "../../../a.yaml"),
        ("gone.yaml", "gone.yaml"),
        ("<stdin>", "<stdin>"),
        ("v1.2:shop/a.yaml", "v1.2:shop/a.yaml"),
        ("", ""),
        ("\0", "\0"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_a_file_is_named_from_the_root(name: str, told: str) -> None:
    """What is no file, or is outside, keeps its name."""
    assert names_from_repository()(name) == told


def test_an_absolute_name_is_told_from_the_root_as_well(root: Path) -> None:
    """A pipeline often names files so."""
    assert names_from_repository()(str(root / "shop" / "a.yaml")) == "shop/a.yaml"


def test_a_worktree_has_a_file_in_place_of_the_folder(root: Path) -> None:
    """`git worktree` and submodules write one."""
    (root / "shop" / ".git").write_text("gitdir: elsewhere\n")

    assert names_from_repository()("a.yaml") == "deep/a.yaml"


def test_without_a_repository_names_begin_at_the_working_directory(root: Path) -> None:
    """Nothing else is known of where the tool will look."""
    (root / ".git").rmdir()

    named = names_from_repository()

    assert (named(str(Path.cwd() / "a.yaml")), named("../a.yaml")) == ("a.yaml", "../a.yaml")


def test_a_working_directory_that_is_gone_changes_no_name(root: Path) -> None:
    """There is nothing to begin at."""
    (root / "shop" / "deep" / "a.yaml").unlink()
    (root / "shop" / "deep").rmdir()

    assert names_from_repository()("a.yaml") == "a.yaml"


HERE = Place("a.yaml", 3, 1)
PROBLEM = Problem("x", "m", HERE, related=(("note", Place("../a.yaml", 4, 1)),))
REPORT = Report(
    "graph validate",
    ok=False,
    verdict="",
    items=[{"file": "a.yaml"}],
    problems=(PROBLEM,),
    accepted=((CYCLE.renamed(lambda _: "a.yaml"), Acceptance(AcceptanceKind.EXTERNAL, "known")),),
    cases=(Case("g", "c", CaseOutcome.FAILED, "m", place=HERE),),
)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ReportKind.SARIF, ['"uri": "shop/deep/a.yaml"', '"uri": "shop/a.yaml"']),
        (ReportKind.GITLAB, ['"path": "shop/deep/a.yaml"']),
        (ReportKind.GITHUB, ["file=shop/deep/a.yaml,", "(shop/a.yaml:4:1)"]),
        (ReportKind.JUNIT, ['file="shop/deep/a.yaml"']),
    ],
)
@pytest.mark.parametrize("target", ["-", "out"])
def test_reports_that_are_shown_beside_the_code_name_files_so(
    kind: ReportKind, words: list[str], target: str
) -> None:
    """In a file and on standard output alike; what is accepted, too."""
    stdout = StringIO()

    write(REPORT, kind, target, Terminal.on((None, stdout, None), {}))

    text = stdout.getvalue() if target == "-" else Path(target).read_text()
    assert [one for one in words if one not in text] == []
    assert '"a.yaml"' not in text


@pytest.mark.usefixtures("root")
def test_the_answer_as_data_names_files_as_the_user_did() -> None:
    """A script opens them from where it runs."""
    write(REPORT, ReportKind.JSON, "out", Terminal.on((None, None, None), {}))

    problem = json.loads(Path("out").read_text())["problems"][0]
    assert (problem["file"], problem["related"][0]["file"]) == ("a.yaml", f"..{os.sep}a.yaml")


def test_a_folder_above_may_be_closed(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another user's shell has left us in: names begin where we are."""
    closed.chmod(0o700)
    (closed / "below").mkdir()
    (closed / "below" / "a.yaml").write_text("")
    monkeypatch.chdir(closed / "below")
    closed.chmod(0)

    assert names_from_repository()("./a.yaml") == "a.yaml"

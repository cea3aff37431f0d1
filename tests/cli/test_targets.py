"""The files of `--report` are one's own: nothing that is read or written before is lost by them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

    Run = Callable[..., Result]

CONFIG = "version: 1\ninclude: more.yaml\nservices: {a: {}}\n"
MORE = "services: {b: {}}\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a configuration of two files."""
    monkeypatch.chdir(tmp_path)
    Path("tiktoktoe.yaml").write_text(CONFIG)
    Path("more.yaml").write_text(MORE)
    Path("link.xml").symlink_to("x.xml")


def files() -> dict[str, str]:
    """Return what is in the folder."""
    return {path.name: path.read_text() for path in Path().iterdir() if path.exists()}


@pytest.mark.parametrize("other", ["x.xml", "./x.xml", "sub/../x.xml", "link.xml"])
def test_two_reports_in_one_file_are_refused(tiktoktoe: Run, other: str) -> None:
    """Whatever the file is called the second time; nothing is written."""
    before = files()

    result = tiktoktoe("graph", "validate", "--report", "junit=x.xml", "--report", f"sarif={other}")

    assert (result.code, result.out) == (2, "")
    assert f"`--report junit=x.xml` and `--report sarif={other}` write the same file" in result.err
    assert files() == before


@pytest.mark.parametrize("command", [["graph", "validate"], ["config", "check"], ["graph", "diff", "."]])
@pytest.mark.parametrize("name", ["tiktoktoe.yaml", "./more.yaml"])
def test_a_report_does_not_replace_the_configuration(tiktoktoe: Run, command: list[str], name: str) -> None:
    """Neither its first file nor one that it includes; the other reports say why there is no answer."""
    result = tiktoktoe(*command, "--report", f"junit={name}", "--report", "markdown=out.md")

    assert result.code == 2
    assert f"error: `--report junit={name}` would overwrite a file that is read" in result.err
    assert (Path("tiktoktoe.yaml").read_text(), Path("more.yaml").read_text()) == (CONFIG, MORE)
    assert "would overwrite" in Path("out.md").read_text()


def test_an_included_file_that_is_wrong_is_not_replaced(tiktoktoe: Run) -> None:
    """The report of what is wrong with it must not take its place."""
    Path("more.yaml").write_text("service: {}\n")

    result = tiktoktoe("graph", "validate", "--report", "junit=more.yaml")

    assert (result.code, "error[unknown-key]" in result.err) == (2, True)
    assert Path("more.yaml").read_text() == "service: {}\n"


@pytest.mark.parametrize("options", [["--baseline", "known"], ["--baseline", "known", "--update-baseline"]])
def test_a_report_does_not_replace_the_baseline(tiktoktoe: Run, options: list[str]) -> None:
    """Whether it is only read or written anew."""
    Path("known").write_text("TTG105 a b\n")

    result = tiktoktoe("graph", "validate", *options, "--report", "tap=./known")

    assert (result.code, Path("known").read_text()) == (2, "TTG105 a b\n")
    assert "`--report tap=./known` would overwrite a file that is read" in result.err


def test_a_report_does_not_replace_what_is_imported(tiktoktoe: Run) -> None:
    """The files of another tool are as dear as ours."""
    text = "services: {a: {image: x}}\n"
    Path("compose.yaml").write_text(text)

    result = tiktoktoe("graph", "import", "compose", "compose.yaml", "--report", "json=compose.yaml")

    assert (result.code, Path("compose.yaml").read_text()) == (2, text)


def test_devices_take_several_reports(tiktoktoe: Run) -> None:
    """What is not a file is not replaced."""
    result = tiktoktoe(
        "graph", "validate", "--report", f"junit={os.devnull}", "--report", f"sarif={os.devnull}"
    )

    assert result.code == 0


def test_standard_input_and_output_are_two(tiktoktoe: Run) -> None:
    """Both are written `-`."""
    result = tiktoktoe("graph", "validate", "-c", "-", "--report", "tap=-")

    assert "would overwrite" not in result.err

"""`graph show` in the forms that are drawn: on standard output, in files, and where a form does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.graph.render.reading import read_dot, read_mermaid, read_page, read_svg
from tests.graph.render.systems import layers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.cli.conftest import Result

SMALL: dict[str, Any] = {"web": {"depends_on": {"db": {}}}, "db": {}}
READERS = {"dot": read_dot, "mermaid": read_mermaid, "svg": read_svg, "html": read_page}


@pytest.fixture
def show(tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]) -> Callable[..., Result]:
    """Return a function that shows services."""

    def run(services: Mapping[str, Any], *arguments: str) -> Result:
        path = write("tiktoktoe.yaml", json.dumps({"version": 1, "services": services}))
        return tiktoktoe("graph", "show", "-c", path, *arguments)

    return run


@pytest.mark.parametrize("form", READERS)
def test_the_answer_may_be_a_picture(show: Callable[..., Result], form: str) -> None:
    """And nothing but that: what is said to persons is left out, so that the file is whole."""
    result = show(SMALL, "-o", form)

    assert (result.code, result.err) == (0, "")
    assert READERS[form](result.out) == (["web", "db"], {(0, 1, "start")})


@pytest.mark.parametrize("form", READERS)
def test_a_picture_may_go_to_a_file_as_well(show: Callable[..., Result], tmp_path: Path, form: str) -> None:
    """Beside the answer, and the same."""
    target = tmp_path / "picture"

    result = show(SMALL, "--report", f"{form}={target}")

    assert result.code == 0
    assert target.read_text(encoding="utf-8") == show(SMALL, "-o", form).out


def test_markdown_holds_a_diagram(show: Callable[..., Result], tmp_path: Path) -> None:
    """As the answer and as a file."""
    target = tmp_path / "graph.md"

    result = show(SMALL, "-o", "markdown", "--report", f"markdown={target}")

    assert "```mermaid\n" in result.out
    assert target.read_text(encoding="utf-8") == result.out


def test_the_picture_is_of_what_was_selected(show: Callable[..., Result]) -> None:
    """And says what is not in it."""
    result = show({**SMALL, "alone": {}}, "-o", "svg", "--focus", "web")

    assert read_svg(result.out).names == ["web", "db"]
    assert "not shown: 1 service" in result.out
    assert "--focus" not in result.out


@pytest.mark.parametrize("form", READERS)
def test_a_picture_names_its_system(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], form: str
) -> None:
    """As the configuration does; else its file does, or its folder where all files are called the same."""
    named = write("named.yaml", json.dumps({"version": 1, "system": "web shop", "services": SMALL}))
    plain = write("corner.yaml", json.dumps({"version": 1, "services": SMALL}))
    usual = write("tiktoktoe.yaml", json.dumps({"version": 1, "services": SMALL}))

    first, second, third = (
        tiktoktoe("graph", "show", "-c", path, "-o", form).out for path in (named, plain, usual)
    )

    assert "web shop" in first
    assert "corner" in second
    assert Path(usual).resolve().parent.name in third


def test_what_mermaid_cannot_draw_is_made_smaller_and_said(
    show: Callable[..., Result], tmp_path: Path
) -> None:
    """On standard error, as the answer and as a file, but not where it was not asked for."""
    answer = show(layers(23), "-o", "mermaid")
    file = show(layers(23), "--report", f"mermaid={tmp_path / 'graph.mmd'}", "-o", "name")
    other = show(layers(23), "-o", "dot")

    words = "this is more than Mermaid draws, so it is shown with each group as one, and without what others imply\n"
    assert (answer.code, file.code) == (0, 0)
    assert answer.err == file.err == words
    assert read_mermaid(answer.out).names == ["up/", "low/"]
    assert other.err == ""


def test_what_is_too_large_for_mermaid_is_refused(show: Callable[..., Result], tmp_path: Path) -> None:
    """Asked wrongly, with the way out; an old file does not stay, and what stands in its place is a flowchart."""
    services = {name: {**service, "group": name} for name, service in layers(23).items()}
    target = tmp_path / "graph.mmd"
    target.write_text("old")

    result = show(services, "-o", "mermaid", "--report", f"mermaid={target}")

    assert result.code == 2
    assert "error: the graph is too large for Mermaid" in result.err
    assert "-o svg" in result.err
    assert result.out == target.read_text(encoding="utf-8")
    assert result.out.startswith('flowchart LR\n  verdict["tiktoktoe graph show#58; the graph is too large')


def test_a_wrong_configuration_is_a_picture_of_what_is_wrong(show: Callable[..., Result]) -> None:
    """What reads the file finds one, with the reason in it."""
    result = show({"web": {"replicas": "two"}}, "-o", "svg")

    assert result.code == 2
    assert "graph show: " in "".join(ET.fromstring(result.out).itertext())


def test_a_system_without_a_start_order_is_drawn(show: Callable[..., Result]) -> None:
    """A cycle is the best reason to look at the picture."""
    result = show({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}}, "-o", "html")

    assert result.code == 0
    assert "on a cycle of start dependencies" in result.out

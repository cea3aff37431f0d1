"""The graph in DOT: what it looks like, and that nothing in a name breaks it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest

from tests.graph.render.hostile import NAMES, hostile_graph
from tests.graph.render.reading import SVG, drawn_of, read_dot
from tests.graph.render.systems import chain, everything
from tests.graph.systems import graph_of, graph_of_edges
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.graph.render.dot import draw_dot
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report import View


def test_says_how_to_read_it_and_how_large_it_is() -> None:
    """In the first line for who opens the file, and in the title for who sees it drawn."""
    lines = [line.strip() for line in draw_dot(chain(), View()).splitlines()]

    assert lines[:2] == ["// A -> B: A depends on B", "digraph {"]
    assert 'label="3 services, 2 dependencies, 3 start waves";' in lines


def test_everything_can_be_read_back() -> None:
    """All kinds of edges, also those to names that no service has."""
    overview = everything()

    assert read_dot(draw_dot(overview, View())) == drawn_of(overview.graph)


def test_hostile_names_can_be_read_back() -> None:
    """Quotes, backslashes and line ends in names end no label and begin nothing else."""
    graph = hostile_graph()

    assert read_dot(draw_dot(survey(graph), View())) == drawn_of(graph)


@pytest.mark.parametrize(
    "line",
    [
        r"n\d+ -> n\d+ \[style=dotted\]",
        r"n\d+ -> n\d+ \[style=solid, arrowhead=empty\]",
        r'n\d+ -> n\d+ \[style=solid, color="#d1242f", penwidth=2, tooltip="on a cycle of start dependencies"\]',
        r'n\d+ -> n\d+ \[style=dashed, color="#b35c00", penwidth=2, tooltip="on a cycle over calls"\]',
        r'n9 \[label="ghost", tooltip="undefined", style="rounded,dashed", color="#d1242f"\]',
        r'label="core"; style=dashed',
        r'label="9 services, 11 dependencies, no start order; no start order exists: `a` → `b` → `a`"',
    ],
)
def test_tells_kinds_cycles_and_groups_apart(line: str) -> None:
    """The line tells the kind, a hollow head what is optional, a colour and words a cycle."""
    assert re.search(line, draw_dot(everything(), View()))


def test_says_what_is_hidden() -> None:
    """A part of a graph is not taken for the whole."""
    part = survey(everything().graph, Selection(groups=["core"]))

    assert (
        "services of `core`; 2 of 9 services, 3 of 11 dependencies, no start order; not shown: 7 services"
        in draw_dot(part, View())
    )


def test_secrets_stay_hidden() -> None:
    """In names, groups and versions."""
    graph = graph_of({SECRET: {"version": SECRET, "group": SECRET, "depends_on": {f"no-{SECRET}": {}}}})

    assert SECRET not in draw_dot(survey(graph), View(mask=mask))


@pytest.fixture
def dot() -> str:
    """Find Graphviz."""
    program = shutil.which("dot")
    if program is None and os.environ.get("CI"):
        pytest.fail("Graphviz is not installed: `apt-get install graphviz`")
    if program is None:
        pytest.skip("Graphviz is not installed")
    return program


def test_graphviz_reads_every_name(dot: str) -> None:
    """The real program draws all nodes with their names, all edges and all groups."""
    graph = hostile_graph()

    done = subprocess.run(
        [dot, "-Tsvg"],
        input=draw_dot(survey(graph), View()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, _complaints(done.stderr)) == (0, [])
    groups = list(ET.fromstring(done.stdout).iter(f"{SVG}g"))
    found = {
        group.findtext(f"{SVG}title"): "".join(text.text or "" for text in group.iter(f"{SVG}text")).replace(
            "\xa0", " "
        )
        for group in groups
        if group.get("class") == "node"
    }
    classes = [group.get("class") for group in groups]
    names, edges = drawn_of(graph)
    assert found == {f"n{number}": name for number, name in enumerate(names)}
    assert (classes.count("edge"), classes.count("cluster")) == (len(edges), len(NAMES[::3]))


def _complaints(told: str) -> list[str]:
    """Return what is not about fonts, which a machine may lack."""
    return [line for line in told.splitlines() if "font" not in line.lower()]


def test_graphviz_draws_arrows_from_dependents(dot: str) -> None:
    """What is depended on stands to the right."""
    overview = survey(graph_of_edges(["needs", "needed"], [("needs", "needed")]))

    plain = subprocess.run(
        [dot, "-Tplain"],
        input=draw_dot(overview, View()),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    x_of = {
        line.split()[6]: float(line.split()[2])
        for line in plain.stdout.splitlines()
        if line.startswith("node")
    }
    assert x_of["needs"] < x_of["needed"]

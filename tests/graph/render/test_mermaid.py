"""The graph for Mermaid: what it looks like, what it leaves out of a large one, and that names are only text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.graph.render.hostile import GHOST, NAMES, hostile_graph
from tests.graph.render.reading import drawn_of, mermaid_text, read_mermaid
from tests.graph.render.systems import dense, everything, layers
from tests.graph.systems import graph_of
from tests.report.hostile import SECRET, mask
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.render.mermaid import flowchart_of
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report.text import one_line
from tiktoktoe_cli.report.view import show_everything


def text_of(graph: Any) -> str:  # a Graph
    """Draw a whole graph."""
    return flowchart_of(survey(graph), show_everything).text


def test_a_shop_looks_like_this() -> None:
    """Groups are subgraphs, the arrow tells what orders the start, its words the rest."""
    graph = graph_of(
        {
            "web": {"group": "edge", "depends_on": {"api": {}, "ads": {"kind": "soft", "required": False}}},
            "api": {"depends_on": {"auth": {"kind": "runtime"}, "cache": {"required": False}, "lost": {}}},
            "ads": {},
            "auth": {},
            "cache": {},
        }
    )

    assert text_of(graph) == (
        "flowchart LR\n"
        "%% A --> B: A depends on B\n"
        '  subgraph g0["edge"]\n'
        '    n0["web"]\n'
        "  end\n"
        '  n1["api"]\n'
        '  n2["ads"]\n'
        '  n3["auth"]\n'
        '  n4["cache"]\n'
        '  n5["lost"]\n'
        "  n0 --> n1\n"
        '  n0 -.->|"soft"| n2\n'
        '  n1 -.->|"runtime"| n3\n'
        '  n1 -->|"optional"| n4\n'
        "  n1 --> n5\n"
        "  classDef missing stroke:#d1242f,stroke-dasharray:4 3\n"
        "  class n5 missing\n"
    )


def test_everything_can_be_read_back() -> None:
    """All kinds of edges, also those on cycles and to names that no service has."""
    overview = everything()

    assert read_mermaid(text_of(overview.graph)) == drawn_of(overview.graph)


def test_hostile_names_can_be_read_back() -> None:
    """No name is taken for a word of Mermaid, HTML or Markdown."""
    graph = hostile_graph()

    assert read_mermaid(text_of(graph)) == drawn_of(graph)


def test_what_mermaid_could_take_for_its_own_is_not_there() -> None:
    """Inside of labels there are letters, digits, `_`, spaces and entity codes, and nothing else."""
    labels = [
        line.partition('["')[2].removesuffix('"]')
        for line in text_of(hostile_graph()).splitlines()
        if '["' in line
    ]

    assert len(labels) == len(NAMES) + 1 + len(NAMES[::3])
    left = {character for label in labels for character in mermaid_free(label)}
    assert not {character for character in left if not (character.isalnum() or character in "_ ")}
    assert [mermaid_text(label) for label in labels].count(one_line(GHOST)) == 1


def mermaid_free(label: str) -> str:
    """Return a label without its entity codes."""
    return "".join(
        piece.partition(";")[2] if number else piece for number, piece in enumerate(label.split("#"))
    )


def test_cycles_are_coloured_and_named() -> None:
    """Links on cycles have the word and the colour, by their number; the title tells one path."""
    graph = graph_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}, "c": {}}}, "c": {}})

    lines = text_of(graph).splitlines()

    assert '  n0 -->|"cycle"| n1' in lines
    assert "  linkStyle 0,1 stroke:#d1242f,stroke-width:2px" in lines
    assert json.loads(lines[1].removeprefix("title: ")) == (
        "3 services, 3 dependencies, no start order; no start order exists: `a` → `b` → `a`"
    )


def test_a_title_is_no_directive() -> None:
    """A service whose name is one stands in the title of its cycle; Mermaid looks for those everywhere."""
    graph = graph_of({"%%{init: {}}%%\n---": {"depends_on": {"%%{init: {}}%%\n---": {}}}})

    head = text_of(graph).split("flowchart LR")[0]

    assert "%%{" not in head
    assert head.count("---\n") == 2
    assert "%%{init: {}}%%" in json.loads(head.splitlines()[1].removeprefix("title: "))


def test_says_what_is_hidden() -> None:
    """A part of a graph is not taken for the whole."""
    part = survey(everything().graph, Selection(groups=["core"]))

    assert (
        "services of `core`; 2 of 9 services, 3 of 11 dependencies, no start order; not shown: 7 services"
        in flowchart_of(part, show_everything).text
    )


def test_secrets_stay_hidden() -> None:
    """In names and groups."""
    graph = graph_of({SECRET: {"group": SECRET, "depends_on": {SECRET: {}}}})

    assert SECRET not in flowchart_of(survey(graph), mask).text


def test_as_much_as_mermaid_draws_is_drawn_as_it_is() -> None:
    """496 edges are below its limit of 500."""
    chart = flowchart_of(survey(dense(32)), show_everything)

    assert chart.remark == ""
    assert len(read_mermaid(chart.text).edges) == 496


def test_with_more_edges_what_others_imply_is_left_out() -> None:
    """Of 528 edges along a chain 32 are left, and that is said in the title, in a comment and to the caller."""
    chart = flowchart_of(survey(dense(33)), show_everything)

    assert (
        chart.remark
        == "this is more than Mermaid draws, so it is shown without the dependencies that others imply"
    )
    assert f"%% {chart.remark}\n" in chart.text
    assert "not shown: 496 dependencies" in chart.text
    assert len(read_mermaid(chart.text).edges) == 32


def test_with_too_many_of_these_groups_are_drawn_as_one() -> None:
    """23 services that need 23 others make 529 edges of which none is implied, and one between their groups."""
    chart = flowchart_of(survey(graph_of(layers(23))), show_everything)

    assert read_mermaid(chart.text) == (["up/", "low/"], {(0, 1, "start")})
    assert "with each group as one" in chart.remark


def test_what_is_still_too_large_is_refused() -> None:
    """With the way out."""
    services = {name: {**service, "group": name} for name, service in layers(23).items()}

    with pytest.raises(
        UsageError, match="too large for Mermaid, which draws at most 500 dependencies"
    ) as caught:
        flowchart_of(survey(graph_of(services)), show_everything)

    assert "-o svg" in (caught.value.hint or "")


def test_characters_are_counted_as_well() -> None:
    """Two hundred long names are too much, without any edge; of groups there is one."""
    services = {f"{'-' * 100}{number}": {"group": "all"} for number in range(200)}

    chart = flowchart_of(survey(graph_of(services)), show_everything)

    assert read_mermaid(chart.text).names == ["all/"]

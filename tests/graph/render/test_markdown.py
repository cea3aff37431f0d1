"""The graph in Markdown: a verdict, a diagram where one can be drawn, and a table."""

from __future__ import annotations

from tests.graph.render.hostile import hostile_graph
from tests.graph.render.reading import drawn_of, read_mermaid
from tests.graph.render.systems import chain, everything, layers
from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.render.markdown import draw_graph_markdown
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report import View


def test_a_chain_looks_like_this() -> None:
    """The size, a diagram, and the table."""
    assert draw_graph_markdown(chain(), View()) == (
        "### ✓ graph show: 3 services, 2 dependencies, 3 start waves\n"
        "\n"
        "```mermaid\n"
        "flowchart LR\n"
        "%% A --> B: A depends on B\n"
        '  n0["a"]\n'
        '  n1["b"]\n'
        '  n2["c"]\n'
        "  n0 --> n1\n"
        "  n1 --> n2\n"
        "```\n"
        "\n"
        "| NAME | WAVE | VERSION | DEPENDS\\_ON |\n"
        "| :--- | ---: | :--- | :--- |\n"
        "| a | 3 | - | b |\n"
        "| b | 2 | - | c |\n"
        "| c | 1 | - | - |\n"
    )


def test_no_name_ends_the_diagram() -> None:
    """The fence is closed once, and what stands inside of it can be read back."""
    graph = hostile_graph()

    text = draw_graph_markdown(survey(graph), View())

    _, diagram, table = text.split("```")
    assert read_mermaid(diagram) == drawn_of(graph)
    assert table.startswith("\n\n| NAME |")


def test_says_what_is_hidden() -> None:
    """Above the diagram."""
    part = survey(everything().graph, Selection(groups=["core"]))

    assert (
        "\n\nnot shown: 7 services and 8 dependencies\n\n"
        in draw_graph_markdown(part, View()).split("```")[0]
    )


def test_a_graph_too_large_for_mermaid_has_its_table_all_the_same() -> None:
    """It says why there is no diagram; one that had to be made smaller says that."""
    services = layers(23)
    alone = {name: {**service, "group": name} for name, service in services.items()}

    smaller, none = (draw_graph_markdown(survey(graph_of(one)), View()) for one in (services, alone))

    assert "this is more than Mermaid draws" in smaller.split("```")[0]
    assert "the graph is too large for Mermaid" in none
    assert "```" not in none
    assert none.count("\n| up") == smaller.count("\n| up") == 23

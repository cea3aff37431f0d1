"""Names that break formats, and a graph of them: each depends on the next, one on itself, one on nobody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.graph.systems import graph_of

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph

NAMES = (
    *(
        "</script>",
        "<script>alert(1)</script>",
        "]]>",
        "<!--",
        "-->",
        "<b>bold</b>",
        "<img src=x onerror=alert(1)>",
    ),
    *('"', "'", '"><svg onload=alert(1)>', "`tick`", "``` fence", "\\", "\\N", "\\\\", "a\\", 'a\\"b'),
    *(
        "line\nfeed",
        "carriage\r\nreturn",
        "tab\t",
        "nul\0",
        "\x1b[31mred",
        "\u202edlrow",
        "zero\u200bwidth",
        "none\ufffe\uffff",
    ),
    *("&amp;", "&lt;", "#35;", "a & b", "%%{init: {}}%%", "%% comment", "{{ jinja }}", "${HOME}", "$(id)"),
    *(
        "end",
        "graph",
        "subgraph",
        "style",
        "class",
        "click",
        "default",
        "constructor",
        "__proto__",
        "node",
        "edge",
    ),
    *(
        "1. one",
        "- dash",
        "*bold*",
        "__init__",
        "a|b",
        "a[b]",
        "(a)",
        "a-->b",
        "a -> b",
        "n0",
        ";",
        "---",
        "//",
        "#",
    ),
    *(
        "日本語",
        "🦀🎉",
        "e\u0301",
        "שלום",
        " lead",
        "trail ",
        "a b",
        "x" * 300,
        "%41",
        "../etc",
        "javascript:alert(1)",
    ),
)
GHOST = "]]> & nobody's"


def hostile_graph() -> Graph:
    """Build the graph; every third name is a group, too."""
    services: dict[str, Any] = {
        name: {"depends_on": {NAMES[(number + 1) % len(NAMES)]: {}}} for number, name in enumerate(NAMES[:-1])
    }
    services[NAMES[-1]] = {"depends_on": {NAMES[-1]: {"kind": "runtime"}, GHOST: {"kind": "soft"}}}
    for name in NAMES[::3]:
        services[name]["group"] = name
    return graph_of(services)

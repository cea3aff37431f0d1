"""The paths of `graph why` as a report, and as a text that tells every edge of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.paths import MOST_COUNTED
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.reports.pen import Pen, arrows
from tiktoktoe_cli.graph.words import condition_words
from tiktoktoe_cli.report.documents import place_data
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.paths import Path, Why
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("length", "LENGTH", shows=Shows.NUMBER),
    Column("binds", "BINDS"),
    Column("path", "PATH"),
)
_MOST_CUTS: Final = 10
_MORE: Final = f"more than 10^{len(str(MOST_COUNTED)) - 1}"


def report_of(facts: Why) -> Report:
    """Turn the paths into a report: one item a path; without one, the answer is no."""
    return Report(
        command="graph why",
        ok=bool(facts.paths),
        verdict=" ".join(_verdict(facts)),
        summary={
            "from": facts.source,
            "to": facts.target,
            "depends": bool(facts.paths),
            "requires": facts.required is not None,
            **_counts(facts),
            "listed": len(facts.paths),
            "required_path": _edges(facts.required or (), facts.graph),
            "cuts": _edges(facts.cuts, facts.graph),
            "depends_the_other_way": facts.is_reverse,
        },
        items=[_item(path, facts) for path in facts.paths],
        columns=_COLUMNS,
        name_key="path",
        advice=() if facts.lists_all or not facts.only_shortest else ("`--all` lists more of the paths",),
        next_steps=tuple(_next_steps(facts)),
    )


def draw_paths(facts: Why, view: View) -> str:
    """Draw each path with its edges, what leaves it unlisted, and the edges without which there is no path."""
    pen = Pen(view)
    return "".join([*_paths(facts, pen), *_required(facts, pen), *_cuts(facts, pen)])


def _verdict(facts: Why) -> Iterator[str]:
    names = quoted(facts.source), quoted(facts.target)
    if not facts.paths:
        reverse = f", but {names[1]} depends on {names[0]}" if facts.is_reverse else ""
        yield f"{names[0]} does not depend on {names[1]}{reverse}"
        return
    if facts.required:
        yield f"{names[0]} cannot do without {names[1]}:"
    else:
        yield f"{names[0]} can do without {names[1]}, each path has a soft or optional dependency:"
    yield _count_words(facts)


def _counts(facts: Why) -> dict[str, Json]:
    """Write how many paths there are, up to `MOST_COUNTED`; `larger` names the counts that are more."""
    counts = {"shortest": facts.shortest_count, "total": facts.total}
    return {
        **{name: None if count is None else min(count, MOST_COUNTED) for name, count in counts.items()},
        "larger": [name for name, count in counts.items() if count is not None and count > MOST_COUNTED],
    }


def _count_words(facts: Why) -> str:
    length = plural(len(facts.paths[0]), "dependency", "dependencies")
    known = facts.shortest_count <= MOST_COUNTED
    shortest = (
        f"{plural(facts.shortest_count, 'shortest path') if known else f'{_MORE} shortest paths'} of {length}"
    )
    if facts.total is None:
        return f"{shortest}, and longer ones that were not all counted"
    if facts.total > MOST_COUNTED:
        return f"{shortest}, {_MORE} in all"
    others = facts.total - facts.shortest_count
    return f"{shortest}, {others:,} longer" if others else f"{shortest}, none longer"


def _next_steps(facts: Why) -> Iterator[str]:
    if not facts.paths and facts.is_reverse:
        yield f"tiktoktoe graph why {facts.target} {facts.source}"


def _item(path: Path, facts: Why) -> dict[str, Json]:
    return {
        "path": arrows(_names(path)),
        "length": len(path),
        "shortest": len(path) == len(facts.paths[0]),
        "binds": _binds(path),
        "edges": _edges(path, facts.graph),
    }


def _binds(path: Path) -> bool:
    return all(edge.binds for edge in path)


def _names(path: Path) -> list[str]:
    return [path[0].source, *(edge.target for edge in path)]


def _edges(path: Path, graph: Graph) -> list[dict[str, Json]]:
    return [_edge(edge, graph) for edge in path]


def _edge(edge: Edge, graph: Graph) -> dict[str, Json]:
    return {**edge_data(edge), "binds": edge.binds, **place_data(graph.place_of(edge))}


def _paths(facts: Why, pen: Pen) -> Iterator[str]:
    for path in facts.paths:
        yield pen.line(pen.paint(pen.safe(arrows(_names(path))), "bold"), "", deep=0)
        yield from _steps(path, facts.graph, pen)
    if rest := _rest_words(facts):
        yield pen.line("", rest, deep=0)


def _rest_words(facts: Why) -> str:
    if facts.total is None:
        return "and others: not all were counted, services on the way need each other in circles"
    if facts.total > MOST_COUNTED:
        return f"and others, {_MORE} in all"
    rest = facts.total - len(facts.paths)
    return f"and {rest:,} more" if rest else ""


def _steps(path: Path, graph: Graph, pen: Pen) -> Iterator[str]:
    heads = pen.names(arrows((edge.source, edge.target)) for edge in path)
    for head, edge in zip(heads, path, strict=True):
        yield pen.line(head, ", ".join(_edge_words(edge, graph)))


def _edge_words(edge: Edge, graph: Graph) -> Iterator[str]:
    yield edge.kind.value
    if edge.kind is EdgeKind.START:
        yield f"waits until it {condition_words(edge.condition)}"
    if edge.version_range:
        yield f"version {edge.version_range}"
    yield "binds" if edge.binds else "does not bind"
    place = graph.place_of(edge)
    if place:
        yield f"{place.file}:{place.line}"


def _required(facts: Why, pen: Pen) -> Iterator[str]:
    """Show the way on which nothing is optional, if no path above is one."""
    if facts.required and not any(map(_binds, facts.paths)):
        yield pen.title("the shortest path on which every dependency binds")
        yield from _steps(facts.required, facts.graph, pen)


def _cuts(facts: Why, pen: Pen) -> Iterator[str]:
    if not facts.paths:
        return
    if not facts.cuts:
        yield pen.title("no single dependency is on all paths")
        return
    yield pen.title(
        "without any one of these, nothing connects them"
        if len(facts.cuts) > 1
        else "without this, nothing connects them"
    )
    for edge in facts.cuts[:_MOST_CUTS]:
        yield pen.line(pen.safe(arrows((edge.source, edge.target))), "")
    if len(facts.cuts) > _MOST_CUTS:
        yield pen.line("", f"and {len(facts.cuts) - _MOST_CUTS:,} more", deep=0)

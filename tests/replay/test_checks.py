"""What a pipeline needs and does not find is told before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.replay import check_pipeline

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

STRICT = {"validation": {"cloudevents": "strict"}}


def found(shelf: Shelf, **changed: Any) -> list[tuple[str, str, str]]:
    """Check a pipeline; a place shows the path that it was asked for."""

    def place(*path: str | int) -> Place:
        return Place("/".join(map(str, path)), 1, 1)

    problems = check_pipeline("orders", shelf.settings(**changed), place)
    return [(one.severity.value, one.code, one.place.file if one.place else "") for one in problems]


def lookup(shelf: Shelf, match: str) -> dict[str, Any]:
    """Look customers up in `t.csv`."""
    table = {"table": f"{shelf.folder}/t.csv", "key": "data.who", "match": match}
    return {"context_enrichment": {"lookup": table, "into": "data.customer"}}


def test_a_pipeline_that_has_all_it_needs_has_no_problems(shelf: Shelf) -> None:
    """Events, a table with its column: nothing to say."""
    shelf.events({"n": 1})
    shelf.put("t.csv", "id\nc-1\n")

    assert found(shelf, stages=[lookup(shelf, "id")]) == []


def test_an_input_that_matches_nothing_is_a_warning(shelf: Shelf) -> None:
    """The events may come later than the check."""
    assert found(shelf) == [("warning", "input-missing", "pipelines/orders/input/paths/0")]


def test_a_missing_table_is_an_error_at_its_name(shelf: Shelf) -> None:
    """Without its table the pipeline cannot run."""
    shelf.events({"n": 1})

    [problem] = found(shelf, stages=[{"dedupe": {}}, lookup(shelf, "id")])

    assert problem == (
        "error",
        "lookup-table",
        "pipelines/orders/stages/1/context_enrichment/lookup/table",
    )


def test_a_column_that_the_table_lacks_is_an_error_at_the_column(shelf: Shelf) -> None:
    """The mistake is the name of the column, not the table."""
    shelf.events({"n": 1})
    shelf.put("t.csv", "ident\nc-1\n")

    [problem] = found(shelf, stages=[lookup(shelf, "id")])

    assert problem == (
        "error",
        "lookup-column",
        "pipelines/orders/stages/0/context_enrichment/lookup/match",
    )


@pytest.mark.parametrize(
    ("when", "stages", "codes"),
    [
        ('dta.who.plan == "pro"', [STRICT], ["unknown-attribute"]),
        ('data.who.plan == "pro" && tenant == "a"', [STRICT], []),
        ('dta.who.plan == "pro"', [], []),
    ],
    ids=["nearly an attribute", "an extension", "not CloudEvents"],
)
def test_a_name_that_is_nearly_an_attribute_is_a_warning(
    shelf: Shelf, when: str, stages: list[Any], codes: list[str]
) -> None:
    """Events may have extensions of any name, but `dta` is a slip where only CloudEvents come through."""
    shelf.events({"n": 1})

    problems = found(shelf, stages=stages, routing=[{"when": when, "to": ["all"]}])

    assert [code for _, code, _ in problems] == codes


def test_a_missing_program_is_an_error_at_its_name(shelf: Shelf) -> None:
    """Whether it would answer lookups or take events."""
    shelf.events({"n": 1})
    lookup = {"command": {"run": ["/none/such"]}, "key": "k"}
    sink = {"all": {"command": {"run": ["/none/such"]}}}

    problems = found(
        shelf, stages=[{"context_enrichment": {"lookup": lookup, "into": "x"}}], destinations=sink
    )

    assert problems == [
        ("error", "program-missing", "pipelines/orders/stages/0/context_enrichment/lookup/command/run/0"),
        ("error", "program-missing", "pipelines/orders/destinations/all/command/run/0"),
    ]


def test_an_input_that_cannot_be_followed_is_an_error(shelf: Shelf) -> None:
    """It is told before a run begins."""
    path = shelf.events({"n": 1})

    problems = found(shelf, input={"paths": [str(path)], "follow": True})

    assert problems == [("error", "cannot-follow", "pipelines/orders/input/follow")]

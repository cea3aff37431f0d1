"""`tiktoktoe graph show` on the command line: views, selections, forms, and the words around them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.systems import configure
from tests.cli.test_completion import _complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result

SHOP: dict[str, Any] = {
    "web": {"depends_on": {"orders": {}, "mail": {"kind": "runtime"}}, "group": "edge", "tags": ["public"]},
    "orders": {"depends_on": {"stock": {}}, "group": "core"},
    "stock": {"group": "core"},
    "mail": {},
}


@pytest.fixture
def show(
    tiktoktoe: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Return a function that shows the shop."""
    monkeypatch.chdir(tmp_path)
    configure(SHOP, tmp_path)
    return lambda *arguments: tiktoktoe("graph", "show", *arguments)


def test_rails_are_shown_and_counted(show: Callable[..., Result]) -> None:
    """The picture is the answer; how much it is goes to standard error."""
    result = show()

    assert result.code == 0
    assert result.out == "1 mail\n1 stock  ─┐\n2 orders ─┴─┐\n3 web    ───┘  runtime: mail\n"
    assert result.err == "4 services, 3 dependencies, 3 start waves\n"


def test_a_part_says_what_is_missing(show: Callable[..., Result]) -> None:
    """The picture of a part ends with what is hidden, on standard output, where the picture is."""
    result = show("--focus", "orders", "--direction", "up", "--view", "tree")

    assert result.out == "web\n└── orders\n\nhidden: 2 services and 2 dependencies by --focus\n"
    assert result.err == "2 of 4 services, 1 of 3 dependencies, 2 of 3 start waves\n"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--focus", "stock", "--depth", "1"), ["orders", "stock"]),
        (("--focus", "web", "--kind", "runtime"), ["web", "mail"]),
        (("--depth", "0"), ["web"]),
        (("--tag", "public"), ["web"]),
        (("--group", "core", "--group", "edge"), ["web", "orders", "stock"]),
        (("--collapse",), ["edge/", "core/", "mail"]),
        (("--collapse-group", "core"), ["web", "core/", "mail"]),
        (("--reduce",), ["web", "orders", "stock", "mail"]),
    ],
)
def test_every_form_follows_the_selection(
    show: Callable[..., Result], arguments: tuple[str, ...], names: list[str]
) -> None:
    """What is selected are the names, the items and the rows."""
    document = json.loads(show(*arguments, "-o", "json").out)

    assert show(*arguments, "-o", "name").out.split() == names
    assert [item["name"] for item in document["items"]] == names
    assert [line.split()[0] for line in show(*arguments, "-o", "wide").out.splitlines()[1:]] == names
    shown, hidden = document["summary"], document["summary"]["hidden"]
    assert shown["services"] + hidden["services"] == 4
    assert shown["dependencies"] + hidden["dependencies"] == 3


@pytest.mark.parametrize("view", ["rails", "folded", "tree", "table", "matrix"])
def test_a_view_can_be_chosen(show: Callable[..., Result], view: str) -> None:
    """Each view names all services."""
    result = show("--view", view)

    assert result.code == 0
    assert all(name in result.out for name in SHOP)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--view", "tre"), "unknown value of `--view`: `tre`"),
        (("--kind", "stat"), "unknown value of `--kind`: `stat`"),
        (("--direction", "left", "--focus", "web"), "unknown value of `--direction`: `left`"),
        (("--focus", "orderz"), "unknown service: `orderz`"),
        (("--direction", "up"), "`--direction` needs a `--focus`"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    show: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    """A word that an option does not know ends with 2, and a hint."""
    result = show(*arguments)

    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "help:" in result.err


def test_what_is_wrong_is_told_as_data(show: Callable[..., Result]) -> None:
    """Who asked for JSON gets the error as JSON, too."""
    document = json.loads(show("--group", "cor", "-o", "json").out)

    assert document["ok"] is False
    assert document["summary"]["error"] == "unknown group: `cor`"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--view t", {"tree", "table"}),
        ("--direction u", {"up"}),
        ("--kind s", {"start", "soft"}),
        ("--focus o", {"orders"}),
        ("--group ", {"core", "edge"}),
        ("--collapse-group e", {"edge"}),
        ("--tag p", {"public"}),
    ],
)
def test_options_complete(tmp_path: Path, line: str, expected: set[str]) -> None:
    """TAB knows the words of the options and the names of the configuration."""
    configure(SHOP, tmp_path)

    assert _complete(f"tiktoktoe graph show {line}", tmp_path) == expected

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def merged(write: Write, first: str, second: str) -> Any:  # a tree
    """Merge two files that have one service, and return it."""
    files = [
        write(f"{number}.yaml", f"services: {{a: {text}}}") for number, text in enumerate((first, second))
    ]
    return Read.of(*files).service("a")


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ("{image: x, tty: true}", "{image: y}", {"image": "y", "tty": True}),
        (
            "{deploy: {replicas: 2, mode: m}}",
            "{deploy: {replicas: 3}}",
            {"deploy": {"replicas": 3, "mode": "m"}},
        ),
        ('{ports: ["1:1"]}', '{ports: ["2:2", "1:1"]}', {"ports": ["1:1", "2:2"]}),
        ("{dns: a}", "{dns: [b]}", {"dns": ["a", "b"]}),
        ("{env_file: a.env}", "{env_file: b.env}", {"env_file": ["a.env", "b.env"]}),
        ("{environment: [A=1, B=2]}", "{environment: {A: 3}}", {"environment": {"A": 3, "B": "2"}}),
        ("{environment: {A: 1}}", "{environment: [A]}", {"environment": {"A": None}}),
        ("{labels: {a: b}}", "{labels: [c=d]}", {"labels": {"a": "b", "c": "d"}}),
        ("{networks: [n]}", "{networks: {n: {aliases: [x]}}}", {"networks": {"n": {"aliases": ["x"]}}}),
        (
            "{depends_on: [b, c]}",
            "{depends_on: {b: {condition: service_healthy}}}",
            {"depends_on": {"b": {"condition": "service_healthy"}, "c": {}}},
        ),
        ("{command: [a, b], entrypoint: x}", "{command: [c]}", {"command": ["c"], "entrypoint": "x"}),
        (
            "{healthcheck: {test: [CMD, a], retries: 3}}",
            "{healthcheck: {test: [CMD, b]}}",
            {"healthcheck": {"test": ["CMD", "b"], "retries": 3}},
        ),
        ("{image: x}", "{image: null, user: u}", {"image": "x", "user": "u"}),
        ('{ports: ["1:1"], image: x}', "{ports: !reset []}", {"image": "x"}),
        ("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", {"environment": {"B": 2}}),
        ('{ports: ["1:1"]}', '{ports: !override ["2:2"]}', {"ports": ["2:2"]}),
        ("{deploy: {replicas: 2, mode: m}}", "{deploy: !override {mode: n}}", {"deploy": {"mode": "n"}}),
        ("{build: !reset null, image: x}", "{user: u}", {"image": "x", "user": "u"}),
    ],
)
def test_files_merge_as_the_specification_says(write: Write, first: str, second: str, result: Any) -> None:
    """Maps merge, lists append, commands and single values are replaced, and two tags do otherwise."""
    assert merged(write, first, second) == result


def test_a_file_may_take_back_and_a_third_may_say_again(write: Write) -> None:
    """The last word counts, also after `!reset`."""
    texts = ('{ports: ["1:1"]}', "{ports: !reset []}", '{ports: ["3:3"]}')
    files = [write(f"{number}.yaml", f"services: {{a: {text}}}") for number, text in enumerate(texts)]

    one = Read.of(*files)

    assert one.service("a") == {"ports": ["3:3"]}
    assert one.files.ignored_tags() == []


def test_other_tags_are_not_followed(write: Write) -> None:
    """They are left to be remarked on."""
    one = Read.of(write("a.yaml", "services: {a: {image: !env x}}"))

    assert [tag.name for tag in one.files.ignored_tags()] == ["!env"]


def test_what_compose_would_refuse_is_remarked_on(write: Write) -> None:
    """A map over a list: the later one is taken, and somebody should look."""
    files = [
        write("a.yaml", "services: {a: {deploy: [x]}}"),
        write("b.yaml", "services: {a: {deploy: {replicas: 2}}}"),
    ]

    one = Read.of(*files)

    assert one.service("a") == {"deploy": {"replicas": 2}}
    (told,) = one.said(RemarkKind.CHANGED)
    assert "`services.a.deploy`" in told


def test_anchors_are_not_changed_by_what_is_merged(write: Write) -> None:
    """Two services share a part of the text, and one of them is overridden."""
    base = "x-all: &all {deploy: {replicas: 1}}\nservices: {a: {<<: *all}, b: {<<: *all, x-own: 1}}"
    files = [write("a.yaml", base), write("b.yaml", "services: {a: {deploy: {replicas: 5}}}")]

    one = Read.of(*files)

    assert one.service("a")["deploy"] == {"replicas": 5}
    assert one.service("b")["deploy"] == {"replicas": 1}


def test_documents_of_one_file_merge_like_files(write: Write) -> None:
    """As Compose reads them, in their order."""
    one = Read.of(write("a.yaml", "services: {a: {image: x, user: u}}\n---\nservices: {a: {image: y}}\n"))

    assert one.service("a") == {"image": "y", "user": "u"}

from __future__ import annotations

import pytest

from tiktoktoe_cli.errors import Place, Severity
from tiktoktoe_cli.importing.facts import Imported, Path, Remark, RemarkKind
from tiktoktoe_cli.importing.gathering import gathered
from tiktoktoe_cli.importing.report import draw_up, problems_of
from tiktoktoe_cli.importing.yaml_text import write_yaml


def remark(line: int, *at: str | int, message: str = "lost") -> Remark:
    """Make a remark on a line."""
    return Remark(RemarkKind.UNTRANSLATED, message, Place("a.yaml", line, 1), at)


@pytest.mark.parametrize(
    ("parts", "message", "at"),
    [
        ([("services", "a")], "lost", ("services", "a")),
        (
            [("services", "a", "health", 0), ("services", "b", "health", 0)],
            "lost (2 times: `a` and `b`)",
            ("services",),
        ),
        ([("services", "a")] * 2, "lost (2 times: `a.yaml:1` and `a.yaml:2`)", ("services", "a")),
        ([(), ("services", "a")], "lost (2 times: `a.yaml:1` and `services`)", ()),
        (
            [("health", "modules", "m"), ("health", "modules", "n")],
            "lost (2 times: `m` and `n`)",
            ("health", "modules"),
        ),
    ],
)
def test_what_says_the_same_is_one_remark(parts: list[Path], message: str, at: Path) -> None:
    """It names the parts by what sets them apart, else by their lines, and stands around them at the first place."""
    remarks = [remark(line, *part) for line, part in enumerate(parts, start=1)]

    (found,) = gathered(remarks)

    assert (found.message, found.at, found.place.line) == (message, at, 1)


def test_other_words_and_other_kinds_stay_apart() -> None:
    """In their order."""
    remarks = [remark(1), remark(2, message="b"), Remark(RemarkKind.CHANGED, "lost", Place("a.yaml", 3, 1))]

    assert gathered(remarks) == remarks


def test_persons_read_it_once_and_machines_read_each() -> None:
    """Twenty services that lose the same are one line on the screen, one comment, and twenty items."""
    names = [f"s{number}" for number in range(20)]
    remarks = tuple(remark(line, "services", name) for line, name in enumerate(names, start=1))
    imported = Imported({"version": 1, "services": {name: {} for name in names}}, remarks)
    words = "lost (20 times: `s0`, `s1`, `s2`, `s3`, `s4`, `s5`, `s6`, `s7`, `s8`, `s9` and 10 more)"

    assert [(one.message, one.severity) for one in problems_of(imported)] == [(words, Severity.WARNING)]
    assert write_yaml(imported).splitlines()[1:3] == [f"# untranslated: {words}", "services:"]
    assert write_yaml(imported).count("lost") == 1
    assert [item["at"] for item in draw_up("x", imported, "all", {}, strict=False).items] == [
        f"services.{name}" for name in names
    ]

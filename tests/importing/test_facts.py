from __future__ import annotations

from pathlib import Path

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import MapNode, Source
from tiktoktoe_cli.importing.facts import Notebook, RemarkKind
from tiktoktoe_cli.importing.fields import Fields


def asked(text: str) -> Fields:
    """Read a map, and ask for a text `name` and for a text `inside.name`."""
    root = compose(Source("a.yaml", Path(), text)).root
    assert isinstance(root, MapNode)
    some = Fields(root)
    some.text("name")
    some.inside("inside").text("name")
    return some


def test_what_is_left_over_is_sifted() -> None:
    """Another kind than asked for is a loss, each; the same part without a counterpart, too; the rest is one remark."""
    some, notes = asked("name: [x]\ninside: {name: {}, more: 1}\nother: 1\nlast: 2\n"), Notebook()

    notes.sift(((left, ("a",)) for left in some.left()), some.node, "it is read", lost="inside.")

    assert [(one.kind, one.message, one.place.line, one.at) for one in notes.remarks] == [
        (RemarkKind.UNTRANSLATED, "`name`: it is written in an unknown way", 1, ("a",)),
        (RemarkKind.UNTRANSLATED, "`inside.name`: it is written in an unknown way", 2, ("a",)),
        (RemarkKind.UNTRANSLATED, "`inside.more`: it has no counterpart here", 2, ("a",)),
        (RemarkKind.IGNORED, "only it is read, and not `other` and `last`", 1, ()),
    ]


def test_a_reason_is_about_what_was_understood() -> None:
    """Whoever asked for something else does not know what it would have been."""
    some, notes = asked("name: [x]\nother: 1\n"), Notebook()

    notes.leave(some, (), {"name": "never", "other": "not here"}, around="a.")

    assert [one.message for one in notes.remarks] == [
        "`a.name`: it is written in an unknown way",
        "`a.other`: not here",
    ]

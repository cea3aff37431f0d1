from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.health.importers.importing import Import
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.importers.formats import CheckFormat
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from tests.health.importers.importing import Write


@pytest.mark.parametrize("source", CheckFormat)
def test_every_source_reads_what_it_is_told_by(source: CheckFormat, write: Write) -> None:
    """Each of its marks alone is enough, though there may be nothing in it."""
    for mark in source.marks:
        one = Import.of(source, write(f"{mark}.yaml", f"{mark}:\nother: 1\n"))

        assert one.document["version"] == 1
        assert one.document["services"] == {}


@pytest.mark.parametrize("source", CheckFormat)
def test_every_source_refuses_the_others(source: CheckFormat, write: Write) -> None:
    """And says whose it is."""
    for other in set(CheckFormat) - {source}:
        mark = min(other.marks)

        with pytest.raises(UsageError, match=f"this is no configuration of `{source}`") as refused:
            Import.of(source, write("other.yaml", f"{mark}: 1\n"))

        assert refused.value.hint == f"it looks like one of `{other}`"


def test_what_nobody_writes_is_refused_with_what_would_be_there(write: Write) -> None:
    """The keys of the source that was asked for."""
    with pytest.raises(UsageError) as refused:
        Import.of("compose", write("none.yaml", "version: 3\n"))

    assert refused.value.hint == "it would have `include` or `services`"


def test_tags_and_relative_paths_are_told_of_once(write: Write) -> None:
    """A tag is not followed, and a path starts where the result is saved."""
    tls = "tls_config: {ca_file: ca.pem, cert_file: /etc/c.pem, key_file: ca.pem}"
    text = f"modules:\n  a: {{prober: http, http: {{method: !env GET, {tls}}}}}\n"

    said = Import.of("blackbox", write("tags.yaml", text)).said(RemarkKind.CHANGED)

    assert sum("the value is taken as it is written" in words for words in said) == 1
    assert [words for words in said if "relative paths" in words] == [
        "relative paths are kept, and start at the folder where this is saved: `ca.pem`"
    ]

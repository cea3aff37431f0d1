from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.importing.compose.application import Choice
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def test_includes_applications_with_their_own_variables(write: Write) -> None:
    """Those of the including one win (Compose specification, chapter 14)."""
    write(".env", "SHARED=outer\nOUTER=o")
    write("db/.env", "SHARED=inner\nINNER=i")
    write("db/compose.yaml", "services: {db: {image: '${SHARED}-${INNER}-${OUTER}'}}")

    one = Read.of(write("compose.yaml", "include: [db/compose.yaml]\nservices: {a: {image: '${INNER}'}}"))

    assert one.service("db") == {"image": "outer-i-o"}
    assert one.service("a") == {"image": "${INNER}"}


def test_an_include_may_name_several_files_and_their_variables(write: Write) -> None:
    """The later file overrides, and this file overrides what it includes."""
    write("one.yaml", "services: {db: {image: 'x:${V}', user: one, tty: true}}")
    write("two.yaml", "services: {db: {user: two}}")
    write("v.env", "V=9")
    write("home/.env", "V=8")

    named = "include: [{path: [one.yaml, two.yaml], env_file: v.env}]"
    one = Read.of(write("compose.yaml", f"{named}\nservices: {{db: {{tty: false}}}}"))
    at_home = Read.of(write("other.yaml", "include: [{path: one.yaml, project_directory: home}]"))

    assert one.service("db") == {"image": "x:9", "user": "two", "tty": False}
    assert at_home.service("db")["image"] == "x:8"


@pytest.mark.parametrize(
    ("include", "told"),
    [
        ("[nowhere.yaml]", "nowhere.yaml`: no such file or directory"),
        ("[compose.yaml]", "files include each other"),
        ("[{env_file: x}]", "names no file"),
        ("[[x]]", ""),
        ("['oci://example.org/x']", "no such file"),
        ("['${WHERE}/x.yaml']", "${WHERE}/x.yaml`: no such file"),
    ],
)
def test_what_cannot_be_included_is_told_of(write: Write, include: str, told: str) -> None:
    """With its place, and everything else is read."""
    one = Read.of(write("compose.yaml", f"include: {include}\nservices: {{a: {{}}}}"))

    (words,) = one.said(RemarkKind.UNTRANSLATED)
    assert told in words
    assert list(one.application.services) == ["a"]


def test_variables_come_from_files_and_never_from_this_process(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is imported does not depend on who imports it."""
    monkeypatch.setenv("A", "process")
    monkeypatch.setenv("B", "process")
    write(".env", "A=file")
    file = write("compose.yaml", "services: {a: {image: '$A $B'}}")
    choice = Choice(env_files=(write("one.env", "A=1\nC=1"), write("two.env", "B=$A$C")))

    assert Read.of(file).service("a") == {"image": "file ${B}"}
    assert Read.of(file, choice=choice).service("a") == {"image": "1 11"}


def test_a_file_of_variables_that_was_asked_for_must_be_there(write: Write) -> None:
    """The default one need not."""
    file = write("compose.yaml", "services: {a: {}}")

    with pytest.raises(ConfigError) as refused:
        Read.of(file, choice=Choice(env_files=("nowhere.env",)))

    assert "cannot read `nowhere.env`" in refused.value.problems[0].message


def test_bad_lines_of_variables_are_told_of_without_what_they_hold(write: Write) -> None:
    """They may hold a secret."""
    write(".env", "A=1\nPASSWORD='sesame\n")

    one = Read.of(write("compose.yaml", "services: {a: {}}"))

    (told,) = one.said(RemarkKind.UNTRANSLATED)
    assert "line 2" in told
    assert "sesame" not in told


def test_a_dotenv_that_is_no_text_is_told_of(write: Write) -> None:
    """And the files are read without it."""
    write(".env", "A=\0")

    one = Read.of(write("compose.yaml", "services: {a: {}}"))

    (told,) = one.said(RemarkKind.UNTRANSLATED)
    assert "not a text file" in told

"""Secrets are hidden in whatever is printed."""

from __future__ import annotations

import pytest

from tiktoktoe_cli.config.masking import Mask, sounds_secret


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password: abc", "password: ••••"),
        ('{"DB_PASSWORD": "abc", x: 1}', '{"DB_PASSWORD": ••••'),
        ("url: http://user:pw123@host/x", "url: http://user:••••@host/x"),
        ("Cookie: [a]", "Cookie: ••••"),
        ("token: ${TOKEN}", "token: ${TOKEN}"),
        ("max_tokens: 10", "max_tokens: 10"),
        ("key: data.id", "key: data.id"),
    ],
)
def test_hides_what_sounds_secret_in_a_line_of_source(line: str, shown: str) -> None:
    """Even a value that was never read, because the file is wrong, does not show in a frame."""
    assert Mask().line(line) == shown


def test_hides_the_longest_secret_first() -> None:
    """A secret that is a part of another one leaves no rest of it."""
    mask = Mask()
    mask.add_all(["abc", "abcdef"])

    assert mask("abcdef abc") == "•••• ••••"


def test_each_line_of_a_secret_is_one() -> None:
    """A key over several lines is hidden where only one of its lines shows."""
    mask = Mask()
    mask.add("BEGIN\nMIIE\nEND")

    assert mask("found MIIE here") == "found •••• here"


@pytest.mark.parametrize(
    ("key", "is_secret"), [("DB_PASSWORD", True), ("x-api-key", True), ("tokens", False), ("key", False)]
)
def test_tells_secret_keys_by_their_names(key: str, is_secret: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Names that end like a password's are those of secrets."""
    assert sounds_secret(key) is is_secret

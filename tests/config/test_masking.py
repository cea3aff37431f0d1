"""Secrets are hidden in whatever is printed."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from time import perf_counter
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiktoktoe_cli.config.masking import MASKED, Mask, sounds_secret, without_secrets
from tiktoktoe_cli.transport.auth import BasicAuth
from tiktoktoe_cli.transport.exchange import CREDENTIAL_HEADERS

# without the signs that a text's own form is made of: a secret `": "` would be all over any JSON
SECRETS = st.text(st.sampled_from("aZ059 /+&=%!@'\"\\\n\tß€𝄞"), min_size=4, max_size=12).filter(
    lambda text: (
        any(character.isalnum() for character in text)
        and text[0] not in " \t\n\\\"'"
        and text[-1] not in " \t\n\\\"'"
    )
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["token", "Set-Cookie", "a"]) | st.text(), inner)
    ),
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password: abc def # why", "password: •••• # why"),
        ("- token: abc, def", "- token: ••••"),
        ("password: 'it''s' # why", "password: '••••' # why"),
        ("{user: me, password: correct horse, x: 1}", "{user: me, password: ••••, x: 1}"),
        ('{"DB_PASSWORD": "abc", x: 1}', '{"DB_PASSWORD": "••••", x: 1}'),
        ('{"password": "a\\"b\\\\", "x": 1}', '{"password": "••••", "x": 1}'),
        ('{"pin_token": 1234, "x": 1}', '{"pin_token": "••••", "x": 1}'),
        ('"Authorization": ["a]", "b"], "x": 1', '"Authorization": ["••••"], "x": 1'),
        ('"Cookie": [\n  "a"\n]', '"Cookie": ["••••"\n\n]'),
        ('{"token": "abc', '{"token": "••••'),
        (r'"{\"token\": \"abc\", \"x\": 1}", "y"', r'"{\"token\": \"••••\", \"x\": 1}", "y"'),
        (r"\"token\": \"a\\\"b\\\\\", \"x\"", r"\"token\": \"••••\", \"x\""),
        (r"\\\"token\\\": \\\"abc\\\", \\\"x", r"\\\"token\\\": \\\"••••\\\", \\\"x"),
        ("GET /?token=abc&page=2 HTTP/1.1", "GET /?token=••••&page=2 HTTP/1.1"),
        ("sent authorization: Bearer abc, then waited", "sent authorization: ••••, then waited"),
        ('`body.token` is "abc", `status` is 200', '`body.token` is "••••", `status` is 200'),
        ("`body.pin_token` is 1234", "`body.pin_token` is ••••"),
        ('`body.token == "abc"` does not hold', '`body.token == "••••"` does not hold'),
        ("url: http://user:pw123@host/x", "url: http://user:••••@host/x"),
        ("redis://:pw123@host", "redis://:••••@host"),
        ("Cookie: [a]", "Cookie: [••••]"),
    ],
)
def test_hides_what_sounds_secret_and_nothing_behind_it(line: str, shown: str) -> None:
    """A value is hidden up to its end, also if it was never read, and however often its quotes are escaped."""
    assert Mask().line(line) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token: ${TOKEN}",
        "max_tokens: 10",
        "key: data.id",
        '{"token": null, "password": "", "secret": true}',
        '{"token": {"count": 1}}',
        "`body.token` is missing",
        "`token` is 200 characters long at most",
        '{"a": "x://b:c", "d": "e@f"}',
        '{"a":"x://b:c","d":"e@f"}',
        "token::Kind",
    ],
)
def test_leaves_what_is_no_secret(text: str) -> None:
    """Variables, other keys, nothing, truth values, nested maps and prose stay as they are."""
    assert Mask().line(text) == text


@given(st.text(), SECRETS)
def test_a_text_without_secrets_is_never_changed(text: str, secret: str) -> None:
    """Where neither a secret nor a key that sounds like one stands, nothing happens."""
    mask = Mask()
    mask.add(secret)
    words = text.replace(":", "").replace("=", "")

    shown = mask.line(words)

    assert shown == words or any(part in words for part in (secret, *secret.splitlines()))


@example({"token": [None], "": 50000}, "0000")
@given(JSON, SECRETS)
def test_json_stays_json_and_masking_twice_changes_nothing(value: Any, secret: str) -> None:
    """Whatever is hidden in it, a JSON text can be read; what was masked is not masked again."""
    mask = Mask()
    mask.add(secret)
    for text in (
        json.dumps([value, secret]),
        json.dumps({"body": json.dumps({"a": value, "token": secret})}),
    ):
        shown = mask.line(text)

        json.loads(shown)
        assert mask.line(shown) == shown


@pytest.mark.parametrize("secret", ["1234", "true", "night", "u00e4"])
def test_json_stays_json_where_a_secret_is_part_of_its_form(secret: str) -> None:
    """Numbers, truth values and escapes that hold a secret's characters do not break the text."""
    mask = Mask()
    mask.add(secret)

    shown = json.loads(mask.line('{"a": 512345, "b": true, "c": "good\\night", "d": "\\u00e4"}'))

    assert shown["c"] == "good\night"
    assert shown["d"] == "ä"
    assert (shown["a"], shown["b"]) == (
        MASKED if secret == "1234" else 512_345,  # noqa: S105  # not a password of anything
        MASKED if secret == "true" else True,  # noqa: S105  # as above
    )


@given(st.text(st.characters(exclude_categories=["Cs"])), SECRETS)
def test_a_learnt_secret_survives_in_no_form(text: str, secret: str) -> None:
    """As it is, in URLs and forms with either case of hex digits, and in JSON, also if that stands in JSON."""
    mask = Mask()
    mask.add(secret)
    escaped = json.dumps(secret)[1:-1]
    encoded = quote(secret, safe="")
    forms = {
        *(secret, encoded, encoded.lower(), quote(secret), quote_plus(secret), escaped),
        *(json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(escaped)[1:-1]),
    }
    if any(character.isupper() for character in secret):
        forms.discard(encoded.lower())

    for form in forms:
        assert form not in mask(f"{text} {form}, {text}").replace(text, "")


@given(st.binary(max_size=6), st.text("aZ05_ß€𝄞~?>", min_size=8, max_size=20), st.binary(max_size=6))
def test_a_learnt_secret_survives_in_no_base64(before: bytes, secret: str, after: bytes) -> None:
    """Wherever in a text it begins, in both alphabets (RFC 4648), but for the characters that it shares."""
    mask = Mask()
    mask.add(secret)
    octets = secret.encode()
    bits_before = len(before) * 8
    first, last = -(-bits_before // 6), (bits_before + len(octets) * 8) // 6

    for encode in (b64encode, urlsafe_b64encode):
        text = encode(before + octets + after).decode()
        shown = mask(text)

        assert text[first:last] not in shown
        assert MASKED in shown


def test_three_characters_are_hidden_in_no_base64() -> None:
    """Their four would be part of many a word."""
    mask = Mask()
    mask.add("abc")

    assert mask("YWJj") == "YWJj"


def test_a_login_survives_in_no_form() -> None:
    """What the header of Basic authentication holds is a secret like another, also in a URL."""
    mask = Mask()
    login = BasicAuth("u", "~~>").header.rpartition(" ")[2]
    mask.add(login)

    assert login == b64encode(b"u:~~>").decode()
    assert mask(f"a {login} {quote(login, safe='')} b") == "a •••• •••• b"


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


def test_a_secret_that_is_learnt_late_is_hidden_too() -> None:
    """The options of a command are read after the first texts were masked."""
    mask = Mask()
    mask.add("early")
    mask("some text")
    mask.add("late")

    assert mask("early late") == "•••• ••••"


@pytest.mark.parametrize(
    "part",
    [
        "a",
        " ",
        "token",
        "token:",
        'token:["',
        "token:['",
        "\\",
        "- ",
        ", ",
        '"token": [" ',
        ",token",
        "://a:",
    ],
)
def test_takes_no_longer_than_the_text_is_long(part: str) -> None:
    """No text makes masking slow: ten times the text takes no hundred times as long."""
    mask = Mask()
    mask.add('\\"/x')
    text = part * (300_000 // len(part))

    started = perf_counter()
    mask.line(text)

    assert perf_counter() - started < 10  # linear takes 0.1 s, quadratic minutes


@given(
    st.text("\u0131\u0130\u017f\u00df\u212a") | st.text(),
    st.sampled_from(["PASSWORD", "pa\u017fsword", "cook\u0130e", "pr\u0131vate_key", "\u212aey_token"]),
)
def test_hides_in_whatever_case_the_key_is(before: str, key: str) -> None:
    """Letters that differ in case only are the same, also those that few have ever seen."""
    assert Mask().line(f"{before}\n{key}: abc").endswith(f"\n{key}: {MASKED}")


def test_data_is_hidden_by_its_keys() -> None:
    """Under a key that sounds secret, texts and numbers are hidden, also in lists; maps go by their own keys."""
    data = {
        "token": "abc",
        "a": [{"X-Api-Key": 12, "b": "c"}],
        "Set-Cookie": ["x", ["y"]],
        "secret": {"d": 1},
    }

    assert without_secrets(data) == {
        "token": MASKED,
        "a": [{"X-Api-Key": MASKED, "b": "c"}],
        "Set-Cookie": [MASKED, [MASKED]],
        "secret": {"d": 1},
    }
    assert without_secrets({"token": None, "password": "", "secret": False}) == {
        "token": None,
        "password": "",
        "secret": False,
    }


@pytest.mark.parametrize(
    ("key", "is_secret"), [("DB_PASSWORD", True), ("x-api-key", True), ("tokens", False), ("key", False)]
)
def test_tells_secret_keys_by_their_names(key: str, is_secret: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Names that end like a password's are those of secrets."""
    assert sounds_secret(key) is is_secret


@pytest.mark.parametrize("name", [*CREDENTIAL_HEADERS, "set-cookie", "X-Auth-Token"])
def test_headers_that_carry_credentials_sound_secret(name: str) -> None:
    """The outputs go by the name alone."""
    assert sounds_secret(name)


def test_the_beginning_of_a_secret_that_was_cut_is_hidden() -> None:
    """What is shortened for a message before it is masked does not show how a secret begins."""
    mask = Mask()
    mask.add("LONGSECRETTOKENVALUE")

    assert (
        mask('body.seen is "Bearer LONGSECRETTO…", and more') == f'body.seen is "Bearer {MASKED}…", and more'
    )
    assert mask("a LONG…") == f"a {MASKED}…"
    assert mask("a LON…, SECRET…") == "a LON…, SECRET…"

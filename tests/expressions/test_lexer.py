"""Words of an expression: numbers, strings, bytes, comments, and what is none of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.expressions.cases import same
from tests.expressions.evaluation import refusal_of, value_of
from tiktoktoe_cli.expressions import UInt
from tiktoktoe_cli.expressions.lexer import MAX_TEXT, TokenKind, tokenize


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("0x2A", 42),
        ("-0x10", -16),
        ("42u", UInt(42)),
        ("0xFFu", UInt(255)),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.5E-1", 0.15),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615u", UInt(2**64 - 1)),
        ("true", True),
        ("null", None),
        (r"'\x41\101\u0041\U00000041'", "AAAA"),
        (r"b'\x41\377'", b"A\xff"),
        ("b'ÿ'", b"\xc3\xbf"),
        (r"r'\d'", r"\d"),
        (r"br'\d'", rb"\d"),
        ("'''it's\n'''", "it's\n"),
        ('"""say "hi" """', 'say "hi" '),
        ("1 // one\n", 1),
    ],
)
def test_literals_have_their_values(text: str, value: Any) -> None:
    """A literal means what the language definition says, in value and type."""
    result = value_of(text)

    assert same(result, value)


@pytest.mark.parametrize(
    ("text", "offset", "length", "message"),
    [
        ("1 + 9223372036854775808", 4, 19, "the number does not fit 64 bits"),
        ("18446744073709551616u", 0, 21, "the number does not fit 64 bits"),
        ("1e999", 0, 5, "the number is too large for a double"),
        ("a == 'x", 5, 1, "the string has no closing `'`"),
        ('"""x', 0, 3, 'the string has no closing `"""`'),
        (r"'a\q'", 2, 2, r"unknown escape `\q`"),
        (r"'\ud800'", 1, 6, "this is no Unicode character"),
        (r"'\U00110000'", 1, 10, "this is no Unicode character"),
        ("a # b", 2, 1, "unexpected character `#`"),
        ("a \x00", 2, 1, "unexpected character `U+0000`"),
    ],
)
def test_a_wrong_word_is_refused_where_it_stands(text: str, offset: int, length: int, message: str) -> None:
    """What is no word of the language is refused with its exact place."""
    error = refusal_of(text)

    assert (error.offset, error.length, error.message) == (offset, length, message)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("a = 1", "equality is `==`"), ("a & b", "logical and is `&&`"), ("a | b", "logical or is `||`")],
)
def test_a_slip_of_an_operator_gets_a_hint(text: str, hint: str) -> None:
    """Someone who writes another language's operator is told CEL's."""
    error = refusal_of(text)

    assert error.hint == hint


def test_bytes_take_no_unicode_escape() -> None:
    r"""`b"\u00e9"` is refused: bytes are octets."""
    error = refusal_of(r"b'\u00e9'")

    assert error.offset == 2
    assert "only octets" in error.message


def test_a_text_may_be_64_kib_and_no_longer() -> None:
    """The length of an expression has a limit, and the message names it."""
    longest = "a" * MAX_TEXT

    tokens = tokenize(longest)
    error = refusal_of(longest + "a")

    assert [token.kind for token in tokens] == [TokenKind.NAME, TokenKind.END]
    assert "at most 65536 are allowed" in error.message


def test_the_line_and_column_of_an_error_are_counted() -> None:
    """An error in a text of several lines knows its own line and column."""
    error = refusal_of("a &&\n  b &&\n  c +* d")

    assert (error.line, error.column) == (3, 6)

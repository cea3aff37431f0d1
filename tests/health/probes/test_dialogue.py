from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.expressions.regex import compile_re2
from tiktoktoe_cli.health.probes.dialogue import MAX_HEARD, Heard


def heard(*pieces: bytes) -> Heard:
    """Hear some pieces."""
    made = Heard()
    for piece in pieces:
        made.add(piece)
    return made


def test_a_pattern_is_found_anywhere() -> None:
    """As with `matches`, a pattern that shall stand at the beginning says so."""
    assert heard(b"220 mail ready").find(compile_re2("mail"))
    assert not heard(b"220 mail ready").find(compile_re2("^mail"))


def test_each_step_begins_where_the_one_before_ended() -> None:
    """What was found is consumed with all that came before it, and not found again."""
    listening = heard(b"one two one")
    one = compile_re2("^.*?one")

    found = [listening.find(one) for _ in range(3)]

    assert found == [True, True, False]


def test_named_groups_are_captured() -> None:
    """Groups of all steps are kept, a later one takes the place of an earlier; one that took no part is missing."""
    listening = heard(b"SSH-2.0-OpenSSH_9.6 x SSH-1.99-Cisco")

    for pattern in (r"SSH-(?P<version>[\d.]+)-(?P<program>\w+)", r"SSH-(?P<version>[\d.]+)(?P<none>z)?"):
        assert listening.find(compile_re2(pattern))

    assert listening.captures == {"version": "1.99", "program": "OpenSSH_9"}


def test_half_a_character_is_waited_for() -> None:
    """A character that the network has cut in two is one all the same."""
    assert heard(b"caf\xc3", b"\xa9").text == "café"


def test_what_is_no_text_is_replaced() -> None:
    """Bytes that are no UTF-8, and half a character at the end, become U+FFFD."""
    assert heard(b"\xff\x00ok\xc3", b"").text == "\ufffd\x00ok\ufffd"


def test_positions_are_those_of_characters() -> None:
    """After letters of several bytes the next step begins where it should."""
    listening = heard("éé220 ok".encode())

    assert listening.find(compile_re2("220"))
    assert listening.find(compile_re2("^ ok$"))


def test_there_is_an_end_to_listening() -> None:
    """Up to the limit everything is kept, and one character more is too much."""
    listening = heard(b"x" * MAX_HEARD)

    assert not listening.is_full
    listening.add(b"x")
    assert listening.is_full


def test_what_was_heard_is_quoted_in_one_line() -> None:
    """Ends of lines and control characters are shown as such, and a long text is shortened."""
    assert heard().describe() == "received nothing"
    assert heard(b"a\r\n\x1b[2J").describe() == r"received `a\r\n\x1b[2J`"
    assert len(heard(b"x" * 5000).describe()) < 200


def test_only_what_is_left_is_quoted() -> None:
    """What a step before has consumed is not what this one waits for."""
    listening = heard(b"220 ready\r\nmoo")
    listening.find(compile_re2("\r\n"))

    assert listening.describe() == "received `moo`"


def test_a_pattern_that_is_none_says_why() -> None:
    """RE2's own words say what is wrong; what it does not know is no pattern either."""
    with pytest.raises(ValueError, match="missing \\)"):
        compile_re2("(")
    with pytest.raises(ValueError, match="invalid perl operator"):
        compile_re2("(?=a)")


@given(st.lists(st.binary(max_size=8)))
def test_the_pieces_do_not_matter(pieces: list[bytes]) -> None:
    """However the network cuts what is said, the same is heard."""
    assert heard(*filter(None, pieces), b"").text == b"".join(pieces).decode(errors="replace")

from __future__ import annotations

from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiktoktoe_cli.transport import FailureReason, HttpRequest
from tiktoktoe_cli.transport.answers import Answer, AnswerError, _CarefulReader
from tiktoktoe_cli.transport.bodies import PackingError

Seen: TypeAlias = tuple[object, ...] | FailureReason
LINES = st.lists(
    st.sampled_from(
        [
            b"Content-Length: 2\r\n",
            b"content-length:2 \r\n",
            b"Content-Length: 0\r\n",
            b"Content-Length: 12\r\n",
            b"Content-Length: 2, 2\r\n",
            b"Content-Length: x\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: gzip\r\n",
            b"X: y\r\n",
            b"X:\r\n",
            b"X: \xe4 \t\r\n",
            b" folded\r\n",
            b"X : y\r\n",
            b"X: \x01\r\n",
            b"X: \x7f\r\n",
            b"X\r\n",
            b"Y: z\n",
        ]
    ),
    max_size=4,
)
STARTS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200 OK\r\n",
        b"HTTP/1.1 200\r\n",
        b"HTTP/1.1 503 \xe4\r\n",
        b"HTTP/1.1 204 No Content\r\n",
        b"HTTP/1.1 304 Not Modified\r\n",
        b"HTTP/1.1 103 Early Hints\r\n",
        b"HTTP/1.1 99 Nothing\r\n",
        b"HTTP/2.0 200 OK\r\n",
        b"HTTP/0.9 200 OK\r\n",
        b"SSH-2.0\r\n",
    ]
)
BODIES = st.sampled_from([b"", b"ok", b"a longer body", b"2\r\nok\r\n0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
MESSAGES = st.builds(
    lambda start, lines, body: b"".join([start, *lines, b"\r\n", body]), STARTS, LINES, BODIES
)


def read(answer: Answer, *pieces: bytes) -> Seen:
    """Feed an answer with what arrives and then the end, as far as it wants to be."""
    try:
        for piece in (*pieces, b""):
            answer.feed(piece)
            while answer.has_more and not answer.is_complete:
                answer.read_on()
            if answer.is_complete:
                assert answer.head
                return answer.head, answer.content(), answer.is_cut
    except AnswerError as error:
        return error.reason
    raise AssertionError("an answer is complete after its end")


def read_carefully(message: bytes, request: HttpRequest) -> Seen:
    """Read an answer with h11 alone."""
    answer = Answer(request)
    answer._reader = _CarefulReader(request.method)
    return read(answer, message) if message else FailureReason.CLOSED


@given(MESSAGES, st.sampled_from(["GET", "HEAD"]), st.sampled_from([1, 2, 100]))
@example(b"HTTP/1.1 200 OK\r\n\r\n", "GET", 1)
def test_what_is_read_fast_is_read_as_h11_reads_it(message: bytes, method: str, limit: int) -> None:
    """The short way and the careful way never differ, neither in what they return nor in what they refuse."""
    request = HttpRequest("http://h/", 1, method, max_body_bytes=limit)

    assert read(Answer(request), message) == read_carefully(message, request)


@given(MESSAGES, st.data())
def test_it_does_not_matter_how_an_answer_arrives(message: bytes, data: st.DataObject) -> None:
    """Cut into pieces anywhere, an answer is the same."""
    request = HttpRequest("http://h/", 1)
    cut = data.draw(st.integers(1, len(message) - 1))

    assert read(Answer(request), message[:cut], message[cut:]) == read(Answer(request), message)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


def test_many_small_chunks_are_read_a_few_at_a_time() -> None:
    """What is left of a flood of chunks waits, so that others have their turn, and is not lost."""
    answer = Answer(HttpRequest("http://h/", 1))

    answer.feed(CHUNKED + b"\r\n" + b"1\r\na\r\n" * 1000 + b"0\r\n\r\n")

    assert (answer.has_more, answer.is_complete) == (True, False)
    turns = 0
    while answer.has_more:
        answer.read_on()
        turns += 1
    assert (answer.content(), answer.is_complete) == (b"a" * 1000, True)
    assert turns == 3


@pytest.mark.parametrize(
    "head",
    [CHUNKED + b"Content-Length: 1\r\n", b"HTTP/0.9 200 OK\r\n", b"HTTP/2.0 200 OK\r\nContent-Length: 1\r\n"],
)
def test_a_head_that_can_be_read_in_two_ways_is_none(head: bytes) -> None:
    """Two lengths of one body may be an attack (RFC 9112, 6.1), and other versions have other rules."""
    seen = read(Answer(HttpRequest("http://h/", 1)), head + b"\r\n0\r\n\r\n")

    assert seen is FailureReason.PROTOCOL


@pytest.mark.parametrize(("interim", "is_read"), [(32, True), (33, False)])
def test_interim_answers_have_an_end(interim: int, *, is_read: bool) -> None:
    """A few of them come before an answer; a flood of them is none."""
    message = b"HTTP/1.1 100 Continue\r\n\r\n" * interim + b"HTTP/1.1 204 No Content\r\n\r\n"

    seen = read(Answer(HttpRequest("http://h/", 1)), message)

    assert isinstance(seen, tuple) is is_read
    assert is_read or seen is FailureReason.PROTOCOL


@given(st.binary())
def test_no_bytes_break_the_reader(message: bytes) -> None:
    """Whatever arrives is an answer or has a reason."""
    seen = read(Answer(HttpRequest("http://h/", 1)), message)

    assert isinstance(seen, tuple) or seen in {FailureReason.PROTOCOL, FailureReason.CLOSED}


def test_a_body_that_cannot_be_unpacked_is_no_answer() -> None:
    """A packing that nobody here knows is found with its first byte."""
    answer = Answer(HttpRequest("http://h/", 1))

    with pytest.raises(PackingError):
        answer.feed(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx")

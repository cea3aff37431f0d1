from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.report.hostile import ANY_TEXT
from tiktoktoe_cli.report.frames import lines_of, mark
from tiktoktoe_cli.report.text import one_line, width_of
from tiktoktoe_cli.report.view import show_everything


def _only_line(text: str) -> str:
    return "".join(character for character in text if character not in "\n\r\x85\u2028\u2029")


def _as_drawn(text: str) -> str:
    return "".join("    " if character == "\t" else one_line(character) for character in text)


@given(
    before=ANY_TEXT.map(_only_line),
    marked=ANY_TEXT.map(_only_line).filter(bool),
    after=ANY_TEXT.map(_only_line),
)
def test_puts_the_carets_under_the_words(before: str, marked: str, after: str) -> None:
    """Whatever a line holds, the carets begin and end where the marked words do."""
    (line,) = lines_of(before + marked + after, show_everything)

    shown = mark(line, len(before) + 1, len(before) + len(marked) + 1, 10_000)

    assert shown.text == _as_drawn(before + marked + after)
    assert shown.indent == width_of(_as_drawn(before))
    assert shown.length == max(1, width_of(_as_drawn(marked)))


@given(
    words=st.lists(st.text("ab日\t\x1b", min_size=1, max_size=9), min_size=1, max_size=60),
    data=st.data(),
    room=st.integers(20, 100),
)
def test_cuts_long_lines_around_the_words(words: list[str], data: st.DataObject, room: int) -> None:
    """A cut line fits the room, and the first marked character is still above the first caret."""
    chosen = data.draw(st.integers(0, len(words) - 1))
    column = len("".join(words[:chosen])) + 1
    (line,) = lines_of("".join(words), show_everything)

    shown = mark(line, column, column + len(words[chosen]), room)

    assert width_of(shown.text) <= room
    assert shown.indent + shown.length <= room
    assert _under(shown.text, shown.indent).startswith(_as_drawn(words[chosen][0]))


def _under(text: str, indent: int) -> str:
    """Drop so many terminal columns from the left."""
    while indent > 0:
        indent -= width_of(text[0])
        text = text[1:]
    return text


def test_marks_the_place_after_the_end() -> None:
    """A missing value is marked where it should stand."""
    (line,) = lines_of("key:", show_everything)

    shown = mark(line, 99, None, 80)

    assert (shown.text, shown.indent, shown.length) == ("key:", 4, 1)


def test_counts_lines_as_yaml_does() -> None:
    """Every line break that libyaml counts is one, and CR LF is one, not two."""
    lines = lines_of("a\nb\r\nc\rd\x85e\u2028f", show_everything)

    assert [line.raw for line in lines] == ["a", "b", "c", "d", "e", "f"]


def test_keeps_the_carets_under_the_words_behind_a_secret() -> None:
    """A hidden secret is shorter or longer than itself; what follows is still marked."""
    (line,) = lines_of("password: hunter2 oops", lambda text: text.replace("hunter2", "••••"))

    shown = mark(line, 19, 23, 80)

    assert (shown.text, shown.text[shown.indent : shown.indent + shown.length]) == (
        "password: •••• oops",
        "oops",
    )


def test_hides_a_secret_of_several_lines() -> None:
    """A key in PEM form is hidden on each of its lines, and the lines around it stay where they were."""
    text = "a: 1\nkey: BEGIN\nMIIE\nEND\nb: 2\n"

    lines = lines_of(text, lambda whole: whole.replace("BEGIN\nMIIE\nEND", "••••"))

    assert [line.shown for line in lines] == ["a: 1", "••••", "••••", "••••", "b: 2", ""]

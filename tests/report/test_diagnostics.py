from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.report.hostile import ANY_TEXT, PROBLEMS, SECRET, SOURCE, mask
from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.report import View, draw_problems
from tiktoktoe_cli.report.diagnostics import tally

if TYPE_CHECKING:
    from tests.report.conftest import Golden

SOURCES = {"checks.yaml": SOURCE}
SIMPLE = Problem(
    "unknown-key", "unknown key `timout`", Place("checks.yaml", 2, 3, 9), hint="did you mean `timeout`?"
)


def test_draws_a_problem_as_rustc_does() -> None:
    """What, where, the line, the carets, the advice, and at last the count."""
    drawn = draw_problems([SIMPLE], {"checks.yaml": "api:\n  timout: 2s\n"}, View())

    assert drawn == (
        "error[unknown-key]: unknown key `timout`\n"
        " --> checks.yaml:2:3\n"
        "  |\n"
        "2 |   timout: 2s\n"
        "  |   ^^^^^^\n"
        "  = help: did you mean `timeout`?\n"
        "\n"
        "1 error\n"
    )


def test_draws_hostile_problems(golden: Golden) -> None:
    """Tabs, wide characters, escapes, secrets, long lines and related places look as approved."""
    golden("diagnostics.plain", draw_problems(PROBLEMS, SOURCES, View(mask=mask)))


def test_draws_in_colour(golden: Golden) -> None:
    """Colour marks severity, places and carets; the words are the same."""
    golden("diagnostics.color", draw_problems(PROBLEMS, SOURCES, View(mask=mask, color=True)))


def test_draws_in_ascii(golden: Golden) -> None:
    """Without Unicode a cut is three dots."""
    golden("diagnostics.ascii", draw_problems(PROBLEMS[3:4], SOURCES, View(mask=mask, unicode=False)))


def test_names_a_place_without_its_text() -> None:
    """A file that nobody read is still named."""
    drawn = draw_problems([SIMPLE], {}, View())

    assert drawn.splitlines()[:3] == [
        "error[unknown-key]: unknown key `timout`",
        " --> checks.yaml:2:3",
        "  = help: did you mean `timeout`?",
    ]


def test_aligns_the_gutter_with_the_longest_number() -> None:
    """A note on line 120 widens the margin of line 3."""
    text = "x: 1\n" * 120
    problem = Problem("twice", "twice", Place("a", 3, 1, 2), related=(("first", Place("a", 120, 1, 2)),))

    drawn = draw_problems([problem], {"a": text}, View()).splitlines()

    assert drawn[1:5] == ["   --> a:3:1", "    |", "  3 | x: 1", "    | ^"]
    assert drawn[8:10] == ["120 | x: 1", "    | -"]


def test_counts_by_severity() -> None:
    """The last line says how bad it is, in the words that `--fail-on` takes."""
    severities = [Severity.WARNING, Severity.ERROR, Severity.INFO, Severity.ERROR]

    assert (
        tally([Problem("x", "m", severity=severity) for severity in severities])
        == "2 errors, 1 warning, 1 info"
    )


def test_draws_nothing_without_problems() -> None:
    """No problems, no text."""
    assert draw_problems([], {}, View()) == ""


def test_hides_secrets_everywhere() -> None:
    """A secret appears neither in messages, hints, notes nor in the lines of the frames."""
    place = Place("a", 1, 1)
    problem = Problem("x", SECRET, place, hint=SECRET, related=((SECRET, place),))

    drawn = draw_problems([problem], {"a": f"key: {SECRET}"}, View(mask=mask))

    assert SECRET not in drawn
    assert drawn.count("••••") == 5


PLACES = st.builds(Place, ANY_TEXT, st.integers(1, 5), st.integers(1, 99), st.none() | st.integers(1, 99))


@given(text=ANY_TEXT, place=PLACES, width=st.integers(10, 120))
def test_draws_whatever_the_texts_are(text: str, place: Place, width: int) -> None:
    """Any text at any place gives harmless lines, never a traceback."""
    problem = Problem(text, text, place, hint=text, related=((text, place),))

    drawn = draw_problems([problem], {place.file: text}, View(width=width))

    drawn.encode()
    assert not {character for character in drawn if character < " " or "\x7f" <= character <= "\x9f"} - {"\n"}


def test_words_wrap_at_spaces_on_a_terminal() -> None:
    """A terminal would break anywhere; a pipe gets whole lines, to search in."""
    problem = Problem("code", "one two three four five six", hint="seven eight nine ten eleven twelve")

    assert draw_problems([problem], {}, View(width=24, terminal=True)).splitlines()[:6] == [
        "error[code]: one two",
        "    three four five six",
        "  = help: seven eight",
        "    nine ten eleven",
        "    twelve",
        "",
    ]
    assert "one two three four five six\n" in draw_problems([problem], {}, View(width=24))


@given(words=st.lists(st.text("ab`", min_size=1, max_size=30), min_size=1), width=st.integers(10, 60))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    """However narrow the terminal is."""
    drawn = draw_problems([Problem("code", " ".join(words))], {}, View(width=width, terminal=True))

    assert drawn.removeprefix("error[code]:").removesuffix("1 error\n").split() == words


def many(count: int, code: str = "TTG106", severity: Severity = Severity.INFO) -> list[Problem]:
    """Make findings of one rule, a line each."""
    return [
        Problem(code, f"number {line}", Place("a.yaml", line, 1), severity=severity)
        for line in range(1, count + 1)
    ]


def test_of_very_many_of_one_kind_some_are_shown_and_the_rest_is_counted() -> None:
    """The others of the file are not hidden, the worst least of all."""
    last = Problem("TTG101", "the worst", Place("a.yaml", 9_999, 1))

    text = draw_problems([*many(700), *many(60, "TTG105", Severity.WARNING), last], {}, View())

    assert text.count("info[TTG106]") == text.count("warning[TTG105]") == 50
    assert text.startswith("error[TTG101]: the worst\n --> a.yaml:9999:1\n\nwarning[TTG105]: number 1\n")
    assert text.endswith(
        "info[TTG106]: number 50\n --> a.yaml:50:1\n\n"
        "... and 10 more of TTG105\n... and 650 more of TTG106\n    (-v shows them all)\n\n"
        "1 error, 60 warnings, 700 infos\n"
    )


def test_many_kinds_are_not_all_shown_either() -> None:
    """Five hundred blocks are more than anybody reads; errors come before the rest."""
    kinds = [many(50, f"TTG{number}") for number in range(20)]
    worst = many(1, "TTG999", Severity.ERROR)

    text = draw_problems([*(one for kind in kinds for one in kind), *worst], {}, View())

    assert text.count("\n -->") == 500
    assert "error[TTG999]" in text


def test_the_whole_is_shown_to_who_asks_for_it() -> None:
    """Nothing is counted instead of shown."""
    notes = tuple((f"note {line}", Place("a.yaml", line, 1)) for line in range(1, 31))
    problems = [*many(600), Problem("x", "with notes", related=notes)]

    text = draw_problems(problems, {}, View(), whole=True)

    assert (text.count("info[TTG106]"), text.count("note: note ")) == (600, 30)
    assert "more" not in text


def test_of_very_many_notes_some_are_shown() -> None:
    """A cycle of a thousand services can still be read."""
    notes = tuple((f"note {line}", Place("a.yaml", line, 1)) for line in range(1, 13))

    text = draw_problems([Problem("x", "with notes", related=notes)], {}, View())

    assert text.count("note: note ") == 10
    assert "note: and 2 more (-v shows them all)\n" in text

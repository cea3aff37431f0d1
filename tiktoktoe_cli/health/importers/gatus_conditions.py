"""One Gatus condition → one expectation in CEL (config/endpoint/condition.go of Gatus).

The verdict is that of Gatus wherever that is sound. Where Gatus takes a missing value for 0 or for a text, and so
lets a condition pass, the expectation has no value and fails; `Translation.lenient` says so. Texts and numbers are
equal if they read the same, as with Gatus: hence `in [1, "1"]` for what JSON may have as either.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.importers import go_values
from tiktoktoe_cli.health.importers.cel_text import Test, glob_pattern, glob_test, listed, quoted
from tiktoktoe_cli.health.importers.gatus_operands import CannotSayError, Operand, Sort, read_operand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ORDER: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
}
_OPERATORS: Final = ("==", "!=", *_ORDER)
"""In the order in which Gatus looks for them."""
_TURNED: Final = {"<=": ">=", ">=": "<=", ">": "<", "<": ">"}
_CALL: Final = re.compile(r"(pat|any)\((.*)\)", re.DOTALL)
_NOTHING: Final = r"(?!)"
_VARIABLE: Final = re.compile(r"\$(?=\w|\{)")


@dataclass(frozen=True, slots=True)
class Translation:
    """An expectation, and what is to be said about it.

    `lenient` says that Gatus lets the condition pass if what it reads is missing: a part of an answer (`is_part`),
    or the whole of it.
    """

    cel: str
    notes: tuple[str, ...] = ()
    lenient: bool = False
    is_part: bool = False


def translate(condition: str, probe: str) -> Translation:
    """Translate a condition of a check with this probe.

    Raises:
        CannotSayError: with the reason, if no expectation says the same.
    """
    word, sides = _split(condition)
    left, right = (read_operand(side.strip(), probe) for side in sides[:2])
    if left.sort is Sort.LITERAL and right.sort is not Sort.LITERAL:
        left, right, word = right, left, _TURNED.get(word, word)
    cel = _ordered(left, word, right) if word in _ORDER else _equal(left, right, word)
    notes = tuple(_notes(condition, left, right, len(sides)))
    lenient = _holds_on_nothing(left, word, right)
    return Translation(cel, notes, lenient, is_part=left.is_part or right.is_part)


def _split(condition: str) -> tuple[str, list[str]]:
    for word in _OPERATORS:
        if f" {word} " in condition:
            return word, condition.split(f" {word} ")
    raise CannotSayError(f"`{condition}` compares nothing: an operator has a space on both sides")


def _notes(condition: str, left: Operand, right: Operand, sides: int) -> list[str]:
    notes = []
    if "[BODY]" in condition.upper() and "[BODY]" not in condition:
        notes.append("Gatus reads no body for this, as it looks for `[BODY]` in capital letters")
    if left.sort is right.sort is Sort.LITERAL:
        notes.append("it says nothing about the answer")
    if Sort.TEXTS in {left.sort, right.sort}:
        notes.append("Gatus looks at the last answer only, this at all of them")
    if right.sort is Sort.LITERAL and _VARIABLE.search(right.cel.replace("$$", "")):
        notes.append("what the variable holds is compared as a text")
    if left.sort is Sort.ANYTHING and right.cel.startswith(("[", "{")):
        notes.append("a list or a map is never equal to a text")
    if sides > len((left, right)):
        notes.append("Gatus passes over what follows the second operator")
    return notes


def _equal(left: Operand, right: Operand, word: str) -> str:
    test = _equality(left, right)
    return test.yes if word == "==" else test.no


def _equality(left: Operand, right: Operand) -> Test:
    if right.sort is Sort.LITERAL:
        return _equals_literal(left, right.cel)
    if left.sort is right.sort and left.sort not in {Sort.ANYTHING, Sort.TEXTS}:
        return _compared(left.cel, right.cel)
    return _compared(_as_text(left), _as_text(right))


def _compared(left: str, right: str) -> Test:
    return Test(f"{left} == {right}", f"{left} != {right}")


def _equals_literal(left: Operand, literal: str) -> Test:
    call = _CALL.fullmatch(literal)
    if left.sort is Sort.TEXTS:
        return _any_of_texts(left, literal)
    if call and call[1] == "pat":
        return _matches_glob(left, call[2])
    if call:
        return _is_one_of(left, [option.strip() for option in call[2].split(",")])
    return _EQUALS[left.sort](left, literal)


def _any_of_texts(left: Operand, literal: str) -> Test:
    """Test that one of several texts is what is meant; that none is also needs that there are some."""
    each = _equals_literal(Operand(Sort.TEXT, "answer", ""), literal).yes
    some = f"{left.cel}.exists(answer, {each})"
    return Test(some, f"size({left.cel}) > 0 && !{some}")


def _matches_glob(left: Operand, glob: str) -> Test:
    is_found_anywhere = glob[:1] == glob[-1:] == "*"
    text = _as_text(left)
    test = glob_test(text.removesuffix(".trim()") if is_found_anywhere else text, glob)
    if test is None:
        raise CannotSayError(f"`{glob}` is not a pattern, so that nothing ever matches it")
    return test


def _is_one_of(left: Operand, options: list[str]) -> Test:
    numbers = [go_values.integer(option) for option in options]
    if left.sort is Sort.NUMBER and all(str(one) == text for one, text in zip(numbers, options, strict=True)):
        return _inside(left.cel, listed(options))
    if left.sort is Sort.ANYTHING:
        return _inside(left.cel, listed(reading for option in options for reading in _readings(option)))
    return _inside(_as_text(left), listed(map(quoted, options)))


def _inside(value: str, items: str) -> Test:
    return Test(f"{value} in {items}", f"!({value} in {items})")


def _number_equals(left: Operand, literal: str) -> Test:
    whole = go_values.integer(literal)
    return _text_equals(left, literal) if whole is None else _compared(left.cel, str(whole))


def _truth_equals(left: Operand, literal: str) -> Test:
    test = Test(left.cel, left.opposite)
    if literal not in {"true", "false"}:
        return _compared(f"string({left.cel})", quoted(literal))
    return test if literal == "true" else test.opposite


def _text_equals(left: Operand, literal: str) -> Test:
    """Compare texts; an integer that may be written otherwise is looked for in both ways."""
    whole = go_values.integer(literal)
    if whole is not None and str(whole) != literal:
        return _inside(_as_text(left), listed([quoted(str(whole)), quoted(literal)]))
    return _compared(_as_text(left), quoted(literal))


def _anything_equals(left: Operand, literal: str) -> Test:
    if _VARIABLE.search(literal):
        return _compared(_as_text(left), quoted(literal))
    readings = _readings(literal)
    return _inside(left.cel, listed(readings)) if readings[1:] else _compared(left.cel, readings[0])


def _readings(literal: str) -> list[str]:
    """List the values of JSON that have this text: `1` is a number or a text, and so is `0x1` the number 1."""
    whole = go_values.integer(literal)
    if whole is not None:
        return [str(whole), *dict.fromkeys((quoted(str(whole)), quoted(literal)))]
    if literal in {"true", "false"} or (go_values.has_fraction(literal) and str(float(literal)) == literal):
        return [literal, quoted(literal)]
    return [quoted(literal)]


def _span_equals(left: Operand, literal: str) -> Test:
    whole = go_values.integer(literal)
    if whole is None:
        raise CannotSayError(f"Gatus compares milliseconds with the text `{literal}`, which never are equal")
    start, end = (f'duration("{go_values.duration_text(bound)}")' for bound in (whole, whole + 1))
    return Test(
        f"{left.cel} >= {start} && {left.cel} < {end}", f"{left.cel} < {start} || {left.cel} >= {end}"
    )


def _literal_equals(left: Operand, literal: str) -> Test:
    values = (go_values.integer(left.cel), go_values.integer(literal))
    if None not in values:
        return _compared(*map(str, values))
    return _compared(quoted(left.cel), quoted(literal))


_EQUALS: Final[Mapping[Sort, Callable[[Operand, str], Test]]] = {
    Sort.NUMBER: _number_equals,
    Sort.TRUTH: _truth_equals,
    Sort.TEXT: _text_equals,
    Sort.ANYTHING: _anything_equals,
    Sort.SPAN: _span_equals,
    Sort.LITERAL: _literal_equals,
}


def _as_text(operand: Operand) -> str:
    match operand.sort:
        case Sort.TEXT:
            return operand.cel
        case Sort.LITERAL:
            return quoted(operand.cel)
        case Sort.NUMBER | Sort.TRUTH | Sort.ANYTHING:
            return f"string({operand.cel})"
        case _:
            raise CannotSayError(f"`{operand.cel}` has no text to compare")


def _ordered(left: Operand, word: str, right: Operand) -> str:
    if Sort.SPAN in {left.sort, right.sort}:
        return f"{_span(left)} {word} {_span(right)}"
    return f"{_size(left)} {word} {_size(right)}"


def _span(operand: Operand) -> str:
    if operand.sort is Sort.SPAN:
        return operand.cel
    bound = go_values.number(operand.cel) if operand.sort is Sort.LITERAL else None
    if bound is None:
        raise CannotSayError(f"`{operand.cel}` is not a duration")
    return f'duration("{go_values.duration_text(bound)}")'


def _size(operand: Operand) -> str:
    match operand.sort:
        case Sort.NUMBER:
            return operand.cel
        case Sort.TEXT | Sort.ANYTHING:
            return f"double({operand.cel})"
        case Sort.LITERAL:
            return _bound(operand.cel)
        case _:
            raise CannotSayError(f"`{operand.cel}` is not a number")


def _bound(literal: str) -> str:
    bound = go_values.number(literal)
    if bound is None:
        raise CannotSayError(f"`{literal}` is not a number, and Gatus takes it for 0")
    return str(float(literal)) if go_values.has_fraction(literal) else str(bound)


def _holds_on_nothing(left: Operand, word: str, right: Operand) -> bool:
    """Tell whether Gatus lets the condition pass on what it has if nothing answered: zeros and empty texts."""
    if word in _ORDER:
        return _ORDER[word](*(go_values.number(side.empty) or 0 for side in (left, right)))
    return _is_same_text(left.empty, right.empty) is (word == "==")


def _is_same_text(empty: str, text: str) -> bool:
    call = _CALL.fullmatch(text)
    if call and call[1] == "pat":
        return bool(re.search(glob_pattern(call[2]) or _NOTHING, empty))
    if call:
        return empty in [option.strip() for option in call[2].split(",")]
    numbers = (go_values.integer(empty), go_values.integer(text))
    return empty == text or (numbers[0] is not None and numbers[0] == numbers[1])

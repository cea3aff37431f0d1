"""What was answered, value by value, as far as a person wants to read it. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.masking import without_secrets
from tiktoktoe_cli.expressions import to_json
from tiktoktoe_cli.report.text import many_lines, one_line
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.report import Json, Mask

_LONGEST: Final = 500
_LONGEST_LINE: Final = 80
_TAILS: Final = frozenset({"stdout", "stderr"})
"""The texts whose end says more than their beginning."""


def answer_lines(values: Mapping[str, Any], mask: Mask) -> Iterator[str]:  # Any: CEL values
    """Write an answer in harmless lines: what is short after its name, then maps and long texts below theirs.

    A text is masked whole and cut then, since half a secret is one too.
    """
    shown: dict[str, Any] = without_secrets({name: to_json(value) for name, value in values.items()})
    if "text" in shown:
        shown.pop("body", None)  # the same once more
    for name, value in sorted(shown.items(), key=lambda item: _is_long(item[1])):
        if not _is_long(value):
            yield one_line(f"{name} {shortened(mask(_written(value)), _LONGEST)}")
            continue
        yield name
        if isinstance(value, str):
            yield from (f"  {line}" for line in many_lines(_cut(name, mask(value))).splitlines())
        else:
            for key, inner in value.items():
                yield one_line(f"  {key}: {shortened(mask(_written(inner)), _LONGEST)}")


def answer_data(values: Mapping[str, Any]) -> Json:  # as above
    """Write an answer as other programs read it; a text that was understood stands there as what it says."""
    shown: dict[str, Json] = without_secrets({name: to_json(value) for name, value in values.items()})
    if not isinstance(shown.get("body", ""), str):
        del shown["text"]  # in which a secret would have no key to be known by
    return shown


def _is_long(value: Any) -> bool:  # JSON
    if isinstance(value, str):
        return "\n" in value or len(value) > _LONGEST_LINE
    return isinstance(value, dict) and bool(value)


def _written(value: Any) -> str:  # JSON
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _cut(name: str, text: str) -> str:
    if name in _TAILS and len(text) > _LONGEST:
        return f"…{text[-_LONGEST:]}"
    return shortened(text, _LONGEST)

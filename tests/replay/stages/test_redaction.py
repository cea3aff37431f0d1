"""What is redacted is nowhere to be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.replay.making import batch_of, kit, let_through
from tiktoktoe_cli.replay.settings.stage import StageSettings
from tiktoktoe_cli.replay.stages import redaction
from tiktoktoe_cli.replay.stages.redaction import Redaction

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"
FIELDS = {"data.ip": "hmac", "data.card": "drop", "data.name": "mask"}


def stage(**changed: Any) -> StageSettings:
    """Make the settings of the stage."""
    return StageSettings.model_validate({"redact": {"fields": FIELDS, "key": "Jefe"} | changed})


def redacted(*bodies: dict[str, Any]) -> list[dict[str, Any]]:  # Any: JSON
    """Let events through the stage."""
    return let_through(redaction.build(stage().chosen, kit()), batch_of(*bodies)).bodies


def test_hides_fields_in_three_ways() -> None:
    """HMAC is that of RFC 4231, test case 2; a dropped field is gone; a masked one has three stars."""
    (body,) = redacted(
        {"data": {"ip": "what do ya want for nothing?", "card": "4711", "name": "Ada", "n": 1}}
    )

    assert body == {
        "data": {
            "ip": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "name": "***",
            "n": 1,
        }
    }


def test_finds_fields_in_arrays_and_leaves_the_rest() -> None:
    """An array on the way is gone through; null stays null; what is missing is not made up."""
    bodies = redacted(
        {"data": [{"card": 1, "name": "x"}, [{"name": None}], 5]}, {"data": {}}, {"data": "x"}, {}
    )

    assert bodies == [{"data": [{"name": "***"}, [{"name": None}], 5]}, {"data": {}}, {"data": "x"}, {}]


def test_equal_values_have_equal_hmacs() -> None:
    """Numbers and objects have one too; a number is not its text's neighbour but the same bytes."""
    first, second, third = redacted(
        {"data": {"ip": {"a": 1}}}, {"data": {"ip": {"a": 1}}}, {"data": {"ip": 1}}
    )

    assert first == second != third


def test_dead_letters_hide_them_too(shelf: Shelf) -> None:
    """Original bytes and messages of events that were rejected, also before the stage, do not show the fields."""
    shelf.put("schema.json", json.dumps({"properties": {"data": {"properties": {"name": {"maxLength": 3}}}}}))
    hidden = {"ip": "10.9.8.7", "card": "4711-0815", "name": "Ada Lovelace"}
    shelf.events({"time": TIME, "data": hidden}, {"data": hidden})
    with (shelf.folder / "a.ndjson").open("a") as file:
        file.write(json.dumps({"time": TIME, "data": hidden})[:-1] + "\n")

    facts = shelf.run(
        {"validation": {"schema": str(shelf.folder / "schema.json")}},
        {"redact": {"fields": FIELDS, "key": "Jefe"}},
    )

    letters, text = shelf.read("dead"), shelf.bytes_of("dead").decode()
    assert facts.reasons == {"parse": 1, "time": 1, "invalid": 1}
    assert not [value for value in hidden.values() if value in text]
    assert {letter["raw"] for letter in letters if letter["reason"] == "parse"} == {"[redacted]"}
    assert {
        json.loads(letter["raw"])["data"]["name"] for letter in letters if letter["reason"] != "parse"
    } == {"***"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (
            b'{"data":{"card":1,"n":123456789012345678901234567890}}',
            b'{"data":{"n":123456789012345678901234567890}}',
        ),
        (b'{"data":{"card":1},"data":{"n":2}}', b'{"data":{"n":2}}'),
        (b'{"data":{"card":1}', b"[redacted]"),
        (b'["4711"]', b"[redacted]"),
        (b"\xff\xfe", b"[redacted]"),
        (b'{"data":NaN}', b"[redacted]"),
        (b'{"data":1e400}', b"[redacted]"),
        (b'{"data":"\\ud800"}', b"[redacted]"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[redacted]"),
        (b"", b"[redacted]"),
    ],
)
def test_original_bytes_are_written_anew(raw: bytes, told: bytes) -> None:
    """Repeated keys and what is no JSON hide nothing; integers of any size stay what they are."""
    assert Redaction.of([stage()]).redacted(raw) == told


def test_without_the_stage_the_bytes_are_the_original() -> None:
    """Nothing is written anew where nothing is to be hidden."""
    assert Redaction.of([]).redacted(b" {} ") == b" {} "


@given(st.text(min_size=8), st.binary(max_size=4), st.booleans())
def test_no_value_survives(secret: str, noise: bytes, is_cut: bool) -> None:  # noqa: FBT001  # drawn
    """Whatever a field holds, and whatever stands around it, it is not in the bytes that are told."""
    body = json.dumps({"data": {"card": f"<{secret}>"}}).encode()

    told = Redaction.of([stage()]).redacted((body[:-1] if is_cut else body) + noise)

    assert f"<{secret}>" not in told.decode()
    assert json.dumps(f"<{secret}>")[1:-1] not in told.decode()


def test_stands_before_what_moves_fields(shelf: Shelf) -> None:
    """Below a `rename` it could not find the field in the original bytes: that is told, not overlooked."""
    stages = [{"rename": {"data.ip": "ip"}}, {"redact": {"fields": {"ip": "drop"}}}]

    with pytest.raises(ValidationError, match="cannot stand below") as caught:
        shelf.settings(stages=stages)

    assert caught.value.errors()[0]["type"] == "redact-too-late"

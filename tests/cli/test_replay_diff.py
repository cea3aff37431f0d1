"""`replay diff` compares configurations, manifests, folders and files."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result

SHOP = ROOT / "samples" / "shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Copy the sample, and change it: larger orders are large, and nobody pays in euros any more."""
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("out", ".tiktoktoe"))
    text = (tmp_path / "shop" / "tiktoktoe.yaml").read_text()
    changed = text.replace("data.amount > 100.0", "data.amount > 300.0").replace(
        "window: 5m}", "window: 50m}"
    )
    assert changed != text
    (tmp_path / "shop" / "new.yaml").write_text(changed)
    return tmp_path / "shop"


def answer(tiktoktoe: Callable[..., Result], *words: str) -> dict[str, Any]:
    """Give the answer as JSON."""
    result = tiktoktoe("replay", "diff", *words, "-o", "json")
    assert result.code in {0, 1}, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def test_two_configurations(tiktoktoe: Callable[..., Result], shop: Path) -> None:
    """Moved events go elsewhere, changed ones have other fields; nothing is written."""
    before = sorted(path.name for path in shop.iterdir())

    found = answer(tiktoktoe, str(shop / "tiktoktoe.yaml"), str(shop / "new.yaml"))

    reasons = found["summary"]["reasons"]
    assert found["ok"] is False
    assert reasons["moved"] > 0
    assert reasons["changed"] > 0
    assert (reasons["added"], reasons["removed"]) == (0, 0)
    assert {item["from"] for item in found["items"] if item["reason"] == "moved"} == {"large"}
    assert len(found["items"]) == found["summary"]["shown"] == 50
    assert sorted(path.name for path in shop.iterdir()) == before


def test_a_configuration_and_itself(tiktoktoe: Callable[..., Result], shop: Path) -> None:
    """No difference is the answer yes."""
    result = tiktoktoe("replay", "diff", str(shop), str(shop / "tiktoktoe.yaml"))

    assert result.code == 0
    assert re.search(r"no difference: [0-9,]+ events", result.out + result.err)


def test_manifests_are_compared_by_their_hashes_first(tiktoktoe: Callable[..., Result], shop: Path) -> None:
    """What has one hash is not read: it may even be gone. The rest is read where the run has put it."""
    runs = []
    for name in ("tiktoktoe.yaml", "new.yaml"):
        assert tiktoktoe("replay", "run", "-c", str(shop / name)).code == 0
        shutil.copytree(shop / "out", shop / f"out-{name}")
        manifest = (shop / ".tiktoktoe/replay/orders/run.json").read_text()
        (shop / f"run-{name}").mkdir()
        runs.append(shop / f"run-{name}" / "run.json")
        runs[-1].write_text(manifest.replace(f"{shop}/out/", f"{shop}/out-{name}/"))

    found = answer(tiktoktoe, *map(str, runs))
    shutil.rmtree(shop / "out-tiktoktoe.yaml")
    copy = shutil.copy(runs[0], shop / "before.json")  # whatever its name
    same = answer(tiktoktoe, str(runs[0]), str(copy))

    assert found["summary"]["reasons"]["moved"] > 0
    assert found["summary"]["reasons"]["added"] == 0
    assert same["ok"] is True
    assert sorted(same["summary"]["same_by_hash"]) == ["all", "dead_letter", "large"]


def test_an_event_that_dies_is_moved_to_the_dead_letters(
    tiktoktoe: Callable[..., Result], shop: Path
) -> None:
    """With the reason why."""
    schema = (shop / "schemas" / "order.json").read_text()
    (shop / "schemas" / "strict.json").write_text(schema.replace('"EUR"', '"USD"'))
    text = (shop / "tiktoktoe.yaml").read_text().replace("schemas/order.json", "schemas/strict.json")
    (shop / "new.yaml").write_text(text)

    found = answer(tiktoktoe, str(shop), str(shop / "new.yaml"))

    dead = [item for item in found["items"] if (item["from"], item["to"]) == ("all", "dead_letter")]
    assert dead
    assert all(item["reason"] == "moved" and item["detail"].startswith("invalid: ") for item in dead)


def test_files_may_be_compressed(tiktoktoe: Callable[..., Result], tmp_path: Path) -> None:
    """Whatever the reading of events knows."""
    lines = b'{"source":"/","id":"1","n":1}\n{"source":"/","id":"2","n":1}\n'
    (tmp_path / "a.ndjson").write_bytes(lines)
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(lines.replace(b'"2","n":1', b'"2","n":[1]')))

    found = answer(tiktoktoe, str(tmp_path / "a.ndjson"), str(tmp_path / "b.ndjson.gz"))

    assert [(item["name"], item["detail"]) for item in found["items"]] == [("/ 2", "/n 1 -> [1]")]
    same = answer(tiktoktoe, str(tmp_path / "a.ndjson"), str(tmp_path / "b.ndjson.gz"), "--ignore", "n")
    assert same["ok"] is True


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("none", "a.ndjson", "there is no"),
        (str(SHOP), "a.ndjson", "do not name their outputs in one way"),
        ("run.json", "a.ndjson", "is not the manifest of a run"),
        ("", "a.ndjson", "do not name their outputs in one way"),
        ("a.ndjson", "cut.gz", "is cut or damaged"),
    ],
)
def test_what_cannot_be_compared_is_told(
    tiktoktoe: Callable[..., Result], tmp_path: Path, old: str, new: str, words: str
) -> None:
    """Each with what to do."""
    (tmp_path / "a.ndjson").write_text("{}\n")
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"{}\n" * 1_000)[:-20])

    result = tiktoktoe("replay", "diff", str(tmp_path / old), str(tmp_path / new))

    assert result.code == (3 if new == "cut.gz" else 2)
    assert words in result.err
    assert "help:" in result.err


def test_dead_letters_in_a_folder_are_known_by_what_they_are(
    tiktoktoe: Callable[..., Result], tmp_path: Path
) -> None:
    """An event that was delivered and is dead now is moved to where it lies, with the reason."""
    event = '{"id":"1","n":1}'
    letter = {
        "v": 1,
        "reason": "invalid",
        "disposition": "poison",
        "errors": [{"message": "no"}],
        "raw": event,
    }
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "all.ndjson").write_text(event)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "dead.ndjson").write_text(json.dumps(letter))

    found = answer(tiktoktoe, str(tmp_path / "old"), str(tmp_path / "new"), "--key", "id")

    assert [(item["reason"], item["to"], item["detail"]) for item in found["items"]] == [
        ("moved", "dead.ndjson", "invalid: no")
    ]

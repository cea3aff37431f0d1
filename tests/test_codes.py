"""Every code that a message can carry can be explained."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tiktoktoe_cli.explanations import explanations

PACKAGE = Path(__file__).resolve().parents[1] / "tiktoktoe_cli"
CODES = explanations()
MAKERS = {"Problem", "PydanticCustomError", "_FaultError", "_Rule", "_problem", "_stop"}


def _codes_in(path: Path) -> set[str]:
    """Find the codes that a file gives to its problems."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            texts = [word for word in words if isinstance(word, str) and word.replace("-", "").isalnum()]
            if name in MAKERS and texts:
                found.add(texts[0])
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_every_code_is_explained(path: Path) -> None:
    """A code in brackets is never a riddle: `config explain` knows it."""
    assert _codes_in(path) <= CODES.keys()


def test_every_explained_code_exists() -> None:
    """What nobody can meet needs no explanation."""
    used = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.stem != "codes")

    assert [code for code in CODES if not code.startswith("TTG") and f'"{code}"' not in used] == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("codes.py")), ids=lambda path: path.parent.name)
def test_the_codes_of_every_room_are_known(path: Path) -> None:
    """A room that explains its codes is asked for them."""
    room = import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))

    assert {code.code for code in room.CODES} <= CODES.keys()

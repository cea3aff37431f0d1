"""The house: every room says what it is, and no room imports one it must not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "tiktoktoe_cli"

FLOORS = (
    {"errors", "words"},
    {"config", "expressions", "resilience", "transport", "processes", "report", "importing"},
    {"health", "graph", "messaging", "client", "monitoring"},
    {"replay", "cqrs", "simulation"},
    {"orchestration"},
    {"system", "subject", "baseline", "revisions", "explanations", "checkup", "starter"},
    {"cli", "__main__"},
)
"""From the ground up: a room may import those below it."""

ARROWS = {
    "errors": {"words"},
    "config": {"expressions"},
    "resilience": {"config"},
    "transport": {"resilience", "config"},
    "importing": {"config", "report"},
    "health": {"graph"},
    "subject": {"system"},
    "baseline": {"system"},
    "checkup": {"system", "subject", "baseline", "explanations"},
    "__main__": {"cli"},
}
"""What a room may import of its own floor."""

FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """List the rooms that a file imports, also late and for type checking."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names if node.module == "tiktoktoe_cli"}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    ours = {name.split(".")[1] for name in names if name.startswith("tiktoktoe_cli.")}
    return ours & FLOOR_OF.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_what_lies_below(path: Path) -> None:
    """A lower floor never imports a higher one, and rooms on one floor leave each other alone."""
    room = _room(path)
    if room == "__init__":
        assert not _imports(path)
        return

    allowed = (
        {other for other, floor in FLOOR_OF.items() if floor < FLOOR_OF[room]}
        | {room}
        | ARROWS.get(room, set())
    )

    assert _imports(path) <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(path: Path) -> None:
    """A module starts with a sentence."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert docstring
    assert docstring[0].isupper() or not docstring[0].isalpha() or docstring.split()[0].islower()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_is_for(room: Path) -> None:
    """A room's first page has at most ten lines."""
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))

    assert docstring
    assert len(docstring.splitlines()) <= 10


def test_only_transport_imports_httpx() -> None:
    """One room speaks HTTP."""
    users = {_room(path) for path in FILES if "import httpx" in path.read_text(encoding="utf-8")}

    assert users <= {"transport"}


def test_everything_is_caught_in_three_places() -> None:
    """`except Exception` stands at the front desk, and where no check and no request may take down the others."""
    catchers = [
        str(path.relative_to(PACKAGE))
        for path in FILES
        if "except Exception" in path.read_text(encoding="utf-8")
    ]

    assert catchers == ["cli/door.py", "health/listening/server.py", "health/probes/outside.py"]

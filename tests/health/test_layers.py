"""The layers within health: what decides knows nothing of what acts or draws."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HEALTH = Path(__file__).resolve().parents[2] / "tiktoktoe_cli" / "health"
ROOM = "tiktoktoe_cli.health"
DRAWING = ("render", "watching.report")
ACTING = ("probes", "session", "wait_session", "watching.session", "watching.runner", "runner", "workers")
OUTSIDE = ("asyncio", "httpx", "multiprocessing", "socket", "subprocess", "time")


def _name(path: Path) -> str:
    """Write a file as the module that it is within health: `watching.watch`."""
    return ".".join(path.relative_to(HEALTH).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> set[str]:
    """List the modules that a file imports, also late and for type checking; those of health without their room."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.removeprefix(f"{ROOM}.") for name in names}


def _is_pure(path: Path) -> bool:
    """Ask whether a file says of itself that it is."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.search(r"\bPure[.:]", docstring) is not None


def _within(names: set[str], parts: tuple[str, ...]) -> set[str]:
    return {name for name in names if any(name == part or name.startswith(f"{part}.") for part in parts)}


FILES = sorted(HEALTH.rglob("*.py"))
PURE = [path for path in FILES if _is_pure(path)]
DECIDING = [path for path in PURE if not _within({_name(path)}, (*DRAWING, "listening"))]


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_what_is_pure_touches_nothing(path: Path) -> None:
    """What says that it is pure imports nothing that acts, also not for its types."""
    own = _name(path).partition(".")[0]

    assert _within(_imports(path), (*ACTING, *OUTSIDE)) <= _within(_imports(path), (own,))


@pytest.mark.parametrize("path", DECIDING, ids=_name)
def test_a_decision_knows_no_picture(path: Path) -> None:
    """How something is drawn changes nothing about what it is."""
    assert not _within(_imports(path), DRAWING)


def test_the_states_are_the_ground() -> None:
    """Every part of health names states; they name nothing of it."""
    assert not {
        name for name in _imports(HEALTH / "state.py") if name.startswith(("tiktoktoe_cli", "health"))
    }


def test_there_are_decisions() -> None:
    """The rules above are about these, among others."""
    names = set(map(_name, DECIDING))

    assert {"choice", "maintenance", "root_cause", "round", "verdict", "watching.watch"} <= names

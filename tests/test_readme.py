"""The README tells the truth: its commands run, its tables are the code's, its lines are what CI calls."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.shop import Shop
from tests.cli.test_examples import commands
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)( exit=(\d+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _commands_table() -> str:
    rows = [f"| `tiktoktoe {path}` | {command.help.splitlines()[0]} |" for path, command in commands()]
    return "\n".join(["| command | |", "|---|---|", *rows])


def _exit_codes_table() -> str:
    rows = [f"| {code.value} | {code.meaning} |" for code in ExitCode]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def _breaker_diagram() -> str:
    from tiktoktoe_cli.resilience.diagram import state_diagram
    from tiktoktoe_cli.resilience.presets.tiktoktoe import MACHINE

    return f"```mermaid\n{state_diagram(MACHINE).rstrip()}\n```"


def _probes_table() -> str:
    from tiktoktoe_cli.health.settings import PROBES, ProbeChoice

    rows = []
    for kind, probe in PROBES.items():
        read = ", ".join(f"`{name}`" for name in probe.variables)
        rows.append(f"| `{kind}` | {ProbeChoice.meanings()[kind]} | {read} |")
    return "\n".join(["| probe | | expectations read |", "|---|---|---|", *rows])


def _rules_table() -> str:
    from tiktoktoe_cli.graph.rules import RULES

    rows = [f"| `{rule.id}` | {rule.severity} | {rule.title} |" for rule in RULES]
    return "\n".join(["| rule | | |", "|---|---|---|", *rows])


GENERATED = {
    "commands": _commands_table,
    "exit-codes": _exit_codes_table,
    "probes": _probes_table,
    "rules": _rules_table,
    "breaker": _breaker_diagram,
}


def _region(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)


@pytest.mark.parametrize("name", GENERATED)
def test_what_repeats_the_code_is_drawn_from_it(name: str, request: pytest.FixtureRequest) -> None:
    """Tables of commands and exit codes cannot drift; `--update-golden` draws them anew."""
    text = README.read_text(encoding="utf-8")
    drawn = _region(name).sub(lambda match: f"{match[1]}{GENERATED[name]()}\n{match[2]}", text)
    if request.config.getoption("--update-golden"):
        README.write_text(drawn, encoding="utf-8")

    assert _region(name).search(text)
    assert README.read_text(encoding="utf-8") == drawn


def test_ci_calls_the_readmes_two_lines() -> None:
    """What a newcomer types to see the main job and to run the tests is what CI runs, word for word."""
    bodies = [body.strip() for _, _, _, body in BLOCK.findall(README.read_text(encoding="utf-8"))]
    lines = [body for body in bodies if body.startswith("python3 -m venv")]

    assert len(lines) == 2
    assert all(line in (ROOT / ".ci" / "run").read_text(encoding="utf-8") for line in lines)


def _console() -> Iterator[tuple[str, int]]:
    """Yield the commands of the tour, with the exit code they are said to have."""
    for kind, _, code, body in BLOCK.findall(README.read_text(encoding="utf-8")):
        if kind == "console":
            yield from ((line[2:], int(code or 0)) for line in body.splitlines() if line.startswith("$ "))


def _recipes() -> Iterator[str]:
    for kind, _, _, body in BLOCK.findall(README.read_text(encoding="utf-8")):
        if kind == "yaml":
            yield from re.findall(r"- run: (tiktoktoe .*)", body)


def test_the_tour_can_be_walked(tmp_path: Path) -> None:
    """Each command of the tour, in its order, does what the text says."""
    shop = Shop.copy_to(tmp_path)
    steps = list(_console())
    for command, expected in steps:
        program, *arguments = shlex.split(command)
        if program == "cd":
            shop = Shop(shop.folder / arguments[0], shop.environ)
            continue

        code, _, err = shop.run(*arguments)

        assert (program, code) == ("tiktoktoe", expected), (command, err)
    assert len(steps) > 5


def test_the_configurations_are_understood(write: Callable[[str, str], str]) -> None:
    """What is copied from here into a file has no mistakes."""
    examples = [
        body
        for kind, _, _, body in BLOCK.findall(README.read_text(encoding="utf-8"))
        if kind == "yaml" and body.startswith("services:")
    ]

    assert examples
    for number, example in enumerate(examples):
        assert load_system([write(f"{number}.yaml", example)], {})["checks"]


def test_the_recipes_run(tmp_path: Path) -> None:
    """What is copied into a pipeline works there."""
    shop = Shop.copy_to(tmp_path)
    summary = tmp_path / "summary.md"
    recipes = list(_recipes())
    for recipe in recipes:
        _, *arguments = shlex.split(recipe)

        code, _, err = shop.run(
            *arguments,
            TIKTOKTOE_CONFIG="samples/shop/tiktoktoe.yaml",
            GITHUB_ACTIONS="true",
            CI="true",
            GITHUB_STEP_SUMMARY=str(summary),
        )

        assert code == 0, (recipe, err)
    assert len(recipes) == 3
    assert (tmp_path / "out" / "graph.xml").is_file()
    assert (tmp_path / "out" / "graph.sarif").is_file()

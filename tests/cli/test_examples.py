"""Every example in the help of a command is executed, as it is written, in a copy of the samples."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.shop import Shop
from tiktoktoe_cli.cli.app import GROUPS, load_command

if TYPE_CHECKING:
    from collections.abc import Iterator

NEED_SERVICES = ("tiktoktoe health check", "tiktoktoe health explain", "tiktoktoe health watch")
"""What finds nobody well, because nobody has started the services."""


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its path."""
    for name in GROUPS:
        yield from _below(name, load_command(name))


def _below(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
    else:
        for name, sub in below.items():
            yield from _below(f"{path} {name}", sub)


def _examples() -> Iterator[str]:
    for _, command in commands():
        yield from (line.strip()[2:] for line in command.epilog.splitlines() if line.startswith("  $ "))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One shop for all examples, as one reader tries them all in one place."""
    shop = Shop.copy_to(tmp_path_factory.mktemp("examples"))
    return Shop(shop.folder / "samples" / "shop", shop.environ)


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_command_has_examples(path: str) -> None:
    """Help without an example is half a help."""
    command = dict(commands())[path]

    assert "  $ tiktoktoe " in (command.epilog or "")
    assert command.help


@pytest.mark.parametrize("example", list(_examples()))
def test_examples_run_as_they_are_written(shop: Shop, example: str) -> None:
    """Whoever copies an example gets an answer: yes, or a no that the example is about."""
    program, *arguments = shlex.split(example)

    code, out, err = shop.run(*arguments)

    assert program == "tiktoktoe"
    assert code == (1 if example.startswith(NEED_SERVICES) else 0), err
    assert out or err
    assert "Traceback" not in err

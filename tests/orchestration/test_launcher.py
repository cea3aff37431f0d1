"""From a service's actions to its program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.orchestration.launcher import command_of, log_name
from tiktoktoe_cli.orchestration.settings import ActionsSettings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_service_inherits_the_environment_and_adds_to_it(tmp_path: Path) -> None:
    """Its own variables win over those of tiktoktoe."""
    start = {"run": ["serve", "--fast"], "env": {"PORT": "81"}, "cwd": tmp_path}

    command = command_of(ActionsSettings.model_validate({"start": start}), {"PORT": "80", "HOME": "/home"})

    assert command.run == ("serve", "--fast")
    assert command.cwd == tmp_path
    assert command.environ == {"PORT": "81", "HOME": "/home"}


@pytest.mark.parametrize(
    ("service", "name"),
    [("payments", "payments.log"), ("../a b", "..%2Fa b.log"), ("é", "%C3%A9.log"), ("..", "...log")],
)
def test_a_log_is_one_file_in_its_folder(service: str, name: str) -> None:
    """Whatever a service is called, its log does not leave the folder."""
    assert log_name(service) == name

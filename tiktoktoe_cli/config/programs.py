"""The settings of a program to run, which health checks and actions share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings, Telling, Text, folder_of


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("bad-argument", "a NUL character cannot be passed to a program")
    return text


def _variable_name(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        context = {
            "name": name.replace("\0", "\\0"),
            "hint": "a name holds neither `=` nor NUL and is not empty",
        }
        raise PydanticCustomError("bad-variable", "`{name}` cannot name an environment variable", context)
    return name


def _with_a_program(run: tuple[str, ...]) -> tuple[str, ...]:
    if not run:
        context = {"hint": "write the program and its arguments, as in `[python3, service.py]`"}
        raise PydanticCustomError("too-few", "there is no program to start", context)
    return run


Argument = Annotated[Text, AfterValidator(_without_nul)]
Environment: TypeAlias = Annotated[dict[Annotated[str, AfterValidator(_variable_name)], Argument], Telling]
"""Environment variables by name; the value of one that sounds secret is never shown."""
# not Field(min_length=1): where an item is wrong, that complains about the length, too
CommandLine = Annotated[
    tuple[Argument, ...], AfterValidator(_with_a_program), Field(json_schema_extra={"minItems": 1})
]


class ProgramSettings(Settings):
    """One program with its arguments, never read by a shell."""

    run: CommandLine
    """The program and its arguments, one list item each. No shell reads them: for pipes, globs or `$X` name a
    shell yourself, as in `[sh, -c, "..."]`."""
    cwd: LocalPath | None = None
    """The folder to run in; the default is the folder of the file that names `run`."""

    @model_validator(mode="before")
    @classmethod
    def _run_beside_the_file(cls, given: object, info: ValidationInfo) -> object:
        if not isinstance(given, dict) or given.get("cwd") is not None:
            return given
        run = given.get("run")
        first = run[0] if isinstance(run, list) and run else None
        return {**given, "cwd": folder_of(first, info) if isinstance(first, str) else None}

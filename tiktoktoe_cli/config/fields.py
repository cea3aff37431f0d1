"""The field types that settings are made of, beside the units: text as written, paths, secrets, names, expressions.

    class CheckSettings(Settings):
        name: Text
        timeout: Duration = Duration.of(5)
        policy: Annotated[str, Reference("resilience")] | None = None
        expect: tuple[Annotated[Expression, Cel("status", "body")], ...] = ()

What a field cannot accept becomes a problem at its place, with a code of `codes.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.nodes import ForeignText
from tiktoktoe_cli.config.units import kind_of
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

    from tiktoktoe_cli.expressions import Expression

Names = Callable[[str], Collection[str]]
_NO_OVERLOAD = "no such overload: "


@dataclass(frozen=True, slots=True)
class Context:
    """What validators may ask while a document is checked.

    `names` lists a section, `learn_secret` takes what must never be shown, and `compiled` keeps expressions: large
    systems say `status == 200` thousands of times. `files` names the files that the document was read from, `folder`
    is where relative paths start that know no folder of their own.
    """

    names: Names
    learn_secret: Callable[[str], None]
    compiled: dict[tuple[str, tuple[str, ...] | None], Expression]
    files: Collection[str] = ()
    folder: Path | None = None


class Settings(BaseModel):
    """What every settings class inherits: frozen, unknown keys refused, defaults trusted, built on first use."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        defer_build=True,
        arbitrary_types_allowed=True,
    )

    @classmethod
    def meanings(cls) -> Mapping[str, str]:
        """Return the docstrings of the attributes by name: they are the documentation of the keys."""
        from tiktoktoe_cli.config.docstrings import attribute_docstrings

        return attribute_docstrings(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the keys. With `use_attribute_docstrings` every start would, which then takes a quarter longer."""
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        meanings = cls.meanings()
        for name in meanings.keys() & cls.model_fields.keys():
            properties[cls.model_fields[name].alias or name]["description"] = meanings[name]
        return schema


class OneOf(Settings):
    """A map with exactly one of the declared keys, such as `http: {...}` or `tcp: {...}`: a tagged choice.

    Those `beside` it are no choices.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    choice_of: ClassVar[str] = "of its keys"
    beside: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _exactly_one(self) -> OneOf:
        chosen = self.model_fields_set - self.beside
        if len(chosen) != 1:
            given = listed(sorted(chosen)) or "none"
            choices = [name for name in type(self).model_fields if name not in self.beside]
            hint = f"choose one of {listed(choices, last='or')}"
            context = {"hint": hint, "given": given, "of": self.choice_of}
            raise PydanticCustomError("one-of", "expected exactly one {of}, found {given}", context)
        if self.chosen is None:
            words = {"hint": f"say what `{self.kind}` is", "key": self.kind}
            raise PydanticCustomError("wrong-type", "`{key}` is empty", {**words, "at": [(self.kind,)]})
        return self

    @model_serializer(mode="wrap")
    def _only_the_chosen(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:  # JSON
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}

    @property
    def kind(self) -> str:
        """The key that was chosen."""
        return next(iter(self.model_fields_set - self.beside))

    @property
    def chosen(self) -> Any:  # whatever type the chosen field declares
        """The value of the chosen key."""
        return getattr(self, self.kind)


def _as_text(value: object) -> object:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return getattr(value, "raw", str(value))
    message = f"expected a text, found {kind_of(value)}"
    raise PydanticCustomError("wrong-type", "{message}", {"message": message, "hint": "put it in quotes"})


Text = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | float)]
"""A text, kept as it was written: `1.10` and `010` stay what they are."""

BLANK_NAME: Final = ("blank-name", "expected a name, found a blank one")
BLANK_NAME_HINT: Final = "give it at least one letter or digit"


def is_blank(name: str) -> bool:
    """Tell whether nothing of a name would show."""
    return not name or name.isspace()


def _as_name(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError(*BLANK_NAME, {"hint": BLANK_NAME_HINT})
    return text


Name = Annotated[Text, AfterValidator(_as_name), Field(json_schema_extra={"minLength": 1})]
"""A text that names a thing in reports and pictures, so there is something to see of it."""


def folder_of(text: str, info: ValidationInfo) -> Path | None:
    """Return the folder that relative paths in a text start from: that of its file; None if it stands in no file."""
    if isinstance(text, ForeignText):
        return text.source.folder
    return info.context.folder if isinstance(info.context, Context) else None


def _as_path(value: object, info: ValidationInfo) -> object:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value:
        message = f"expected a path, found {kind_of(value)}"
        raise PydanticCustomError(
            "wrong-type", "{message}", {"message": message, "hint": "write a file's path"}
        )
    if "\0" in value:
        raise PydanticCustomError("wrong-type", "a path cannot hold a NUL character")
    return Path(folder_of(value, info) or "", str(value))


LocalPath = Annotated[Path, BeforeValidator(_as_path, json_schema_input_type=str)]
"""A path; a relative one starts at the folder of the file that names it."""


def _as_secret(value: object, info: ValidationInfo) -> object:
    text = value.get_secret_value() if isinstance(value, SecretStr) else _as_text(value)
    if isinstance(info.context, Context):
        info.context.learn_secret(str(text))
    return text


Secret = Annotated[SecretStr, BeforeValidator(_as_secret, json_schema_input_type=str)]
"""A text that is never shown; best written as `${file:PATH}` or `${VARIABLE}`."""


def _learn_telling(values: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    if isinstance(info.context, Context):
        for name, value in values.items():
            if sounds_secret(name):
                info.context.learn_secret(value)
    return values


Telling = AfterValidator(_learn_telling)
"""Marks a map of texts by name of which some may be secrets: what stands under a name that sounds so is never shown."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a text as the name of an entry of a section, say `Reference("resilience")`; an unknown name is refused."""

    section: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str, info: ValidationInfo) -> str:
        if not isinstance(info.context, Context):
            return value
        known = info.context.names(self.section)
        if value not in known:
            raise unknown_name(value, known, self.section)
        return value


def unknown_name(value: str, known: Collection[str], section: str) -> PydanticCustomError:
    """Make the error for a name that a section does not hold, with the nearest name as the hint."""
    hint = suggestion(value, known) or f"`{section}` holds {listed(sorted(known), limit=6) or 'nothing'}"
    context = {"name": value, "section": section, "hint": hint}
    return PydanticCustomError("unknown-name", "`{section}` has no `{name}`", context)


@dataclass(frozen=True, slots=True, init=False)
class Cel:
    """Compiles a field's CEL text when the configuration is read; only the named variables may be used.

    A condition may come with `examples`, values of the variables' types: it is tried on them, so that a comparison
    that no value could ever pass (a duration with a number) is told before anything runs.
    """

    variables: tuple[str, ...] | None
    examples: Mapping[str, Any] | None = field(compare=False)  # Any: CEL values

    def __init__(self, *variables: str, examples: Mapping[str, Any] | None = None) -> None:
        object.__setattr__(self, "variables", variables or None)
        object.__setattr__(self, "examples", examples)

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        text = core_schema.plain_serializer_function_ser_schema(lambda expression: expression.text)
        return core_schema.with_info_plain_validator_function(self._compile, serialization=text)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        known = f" over {', '.join(self.variables)}" if self.variables else ""
        schema = {"type": ["string", "boolean", "number"], "description": f"A CEL expression{known}."}
        # a field's own description takes the place of one at the top; the variables must not get lost with it
        return {"allOf": [schema]} if self.variables else schema

    def _compile(self, value: object, info: ValidationInfo) -> Expression:
        from tiktoktoe_cli.expressions import Expression, ExpressionError, compile_expression

        if isinstance(value, Expression):
            return value
        text = str(value if isinstance(value, str) else _as_expression(value))
        known = info.context.compiled if isinstance(info.context, Context) else {}
        try:
            if (text, self.variables) not in known:
                known[text, self.variables] = compile_expression(text, variables=self.variables)
        except ExpressionError as error:
            hint = error.hint or (self._listed() if error.message.startswith("unknown variable") else "")
            where = {"offset": error.offset, "length": error.length, "hint": hint}
            raise PydanticCustomError(
                "expression", "{message}", {"message": error.message, **where}
            ) from None
        expression = known[text, self.variables]
        if self.examples is not None:
            _try(expression, self.examples)
        return expression

    def _listed(self) -> str:
        return f"the variables are {listed(self.variables)}" if self.variables else ""


def _try(condition: Expression, examples: Mapping[str, Any]) -> None:
    from tiktoktoe_cli.expressions import EvaluationError, type_name

    try:
        answer = condition(examples)
    except EvaluationError as error:
        if not error.reason.startswith(_NO_OVERLOAD):
            return  # it depends on the values
        message = f"the types do not fit: {error.reason.removeprefix(_NO_OVERLOAD)}"
        hint = 'a duration is written `duration("500ms")`' if "Duration" in message else ""
    else:
        if isinstance(answer, bool):
            return
        message, hint = f"expected true or false, found {type_name(answer)}", "write a comparison"
    raise PydanticCustomError("expression", "{message}", {"message": message, "hint": hint})


def _as_expression(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(getattr(value, "raw", value))
    message = f"expected an expression, found {kind_of(value)}"
    raise PydanticCustomError(
        "wrong-type", "{message}", {"message": message, "hint": "write it as a text in quotes"}
    )

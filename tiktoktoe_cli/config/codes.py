"""What a problem's code means, and the codes of every configuration; each room has a `codes.py` with its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, what it says, and a wrong and a right way to write it."""

    code: str
    meaning: str
    wrong: str = ""
    right: str = ""

    def text(self) -> str:
        """Print the code, its meaning and its examples."""
        examples = (("wrong", self.wrong), ("right", self.right))
        shown = "".join(f"\n  {label}:  {_indented(example)}" for label, example in examples if example)
        return f"{self.code}\n\n  {self.meaning}\n{shown}".rstrip() + "\n"


def _indented(example: str) -> str:
    return example if "\n" not in example else "".join(f"\n    {line}" for line in example.splitlines())


CODES = (
    Code(
        "yaml-syntax",
        "The text is not YAML, so nothing after this place could be read.",
        "url: http://host: 80",
        'url: "http://host: 80"',
    ),
    Code("file-unreadable", "A file that was asked for or included cannot be opened."),
    Code("file-not-text", "A configuration is text in UTF-8 (or UTF-16 with a byte order mark)."),
    Code("file-too-large", "A configuration file is larger than the limit; split it with `include:`."),
    Code("empty-file", "The file holds no configuration at all.", right="version: 1"),
    Code("not-a-map", "The top level must be a map of sections.", "- services", "services: {}"),
    Code("too-deep", "Lists and maps are nested deeper than anything this tool reads."),
    Code(
        "too-many-files",
        "More files are included than anybody writes by hand; a pattern is probably too wide.",
    ),
    Code(
        "alias-loop",
        "An anchor contains an alias to itself, so the document would never end.",
        "a: &a [*a]",
        "a: &a []",
    ),
    Code("alias-bomb", "Aliases of aliases make the document many times larger than its text."),
    Code(
        "merge-not-map",
        "`<<` merges a map, or a list of maps, into the map it stands in.",
        "<<: 1",
        "<<: *defaults",
    ),
    Code(
        "unknown-tag",
        "YAML tags such as `!include` are not used here.",
        "file: !include a.yaml",
        "include: [a.yaml]",
    ),
    Code("key-not-text", "A key is a single word, never a list or a map.", "? [a, b] : 1", "a: 1"),
    Code(
        "duplicate-key",
        "A key stands twice in one map; YAML readers silently keep one of them, this one refuses.",
    ),
    Code(
        "blank-name",
        "A name is empty or only spaces: nobody could see it in a report.",
        '"": {}',
        "orders: {}",
    ),
    Code("unknown-key", "No setting has this name here.", "timout: 2s", "timeout: 2s"),
    Code("missing-key", "A setting that has no default is not given."),
    Code("wrong-type", "The value is of another kind than the setting.", "replicas: many", "replicas: 2"),
    Code("wrong-form", "The text does not have the form that the setting needs."),
    Code("out-of-range", "The number is outside what the setting allows."),
    Code("too-few", "The list, map or text is shorter than the setting needs."),
    Code("too-many", "The list, map or text is longer than the setting allows."),
    Code("unknown-value", "The setting knows a fixed set of words, and this is none of them."),
    Code("unknown-name", "The name refers to an entry of another section that is not there."),
    Code(
        "one-of",
        "Exactly one of several keys must be chosen.",
        "- {http: {...}, tcp: {...}}",
        "- {http: {...}}",
    ),
    Code(
        "bad-unit",
        "Durations, rates, shares and quantities carry their unit: `200ms`, `200/s`, `50%`, `128Mi`.",
        "timeout: 5",
        "timeout: 5s",
    ),
    Code("unset-variable", "A `${VARIABLE}` is not set and has no default.", "${PORT}", "${PORT:-8080}"),
    Code("interpolation-syntax", "What follows `${` is not a variable.", "${1}", "$${1}, or ${NAME}"),
    Code("secret-file", "The file of a `${file:PATH}` cannot be read."),
    Code("include-missing", "An `include:` pattern matches no file."),
    Code("include-loop", "A file includes itself, perhaps through others."),
    Code(
        "conflicting-value",
        "Two files set the same key to different values; nothing says which one is meant.",
    ),
    Code("expression", "A CEL expression has a mistake.", "status = 200", "status == 200"),
    Code(
        "unsupported-version",
        "The file is written for another version of this format.",
        "version: 2",
        "version: 1",
    ),
    Code("bad-argument", "An argument of a program cannot hold a NUL character."),
    Code("bad-variable", "A name cannot be that of an environment variable."),
    Code("program-missing", "A service could not be started here: its program or its folder is missing."),
    Code("failed", "The command could not answer; the message says what kept it."),
    Code("bad-pattern", "A regular expression is written in RE2's syntax.", 'expect: "("', "expect: '\\('"),
)

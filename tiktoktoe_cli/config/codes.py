"""What every problem code of a configuration means: the text of `tiktoktoe config explain CODE`."""

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


CODES = {
    entry.code: entry
    for entry in (
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
        Code("duplicate-name", "Two entries of a list have the same name, so nobody could tell them apart."),
        Code("bad-address", "An address is a host and a port.", "address: db", 'address: "127.0.0.1:5432"'),
        Code(
            "bad-url",
            "A URL starts with `http://` or `https://` and names a host.",
            "url: host/x",
            "url: http://host/x",
        ),
        Code("bad-method", "An HTTP method is a single word such as `GET`."),
        Code("bad-argument", "An argument of a program cannot hold a NUL character."),
        Code("bad-variable", "A name cannot be that of an environment variable."),
        Code("unknown-variable", "The expression names something that this kind of check never sees."),
        Code(
            "vacuous-expectation",
            "The expectation holds even if nothing answers, so it proves nothing.",
            "status != 500",
            "status == 200",
        ),
        Code("duplicate-layer", "A policy has each kind of layer at most once."),
        Code(
            "cap-below-base", "The longest wait between tries is shorter than the first.", "cap: 1s, base: 2s"
        ),
        Code(
            "minimum-beyond-window",
            "A window never holds as many calls as the breaker waits for, so it never opens.",
        ),
        Code("p99-below-p50", "99 of 100 calls cannot be faster than half of them."),
        Code(
            "call-cycle",
            "Services call each other without end, so a simulated request would never be answered.",
        ),
        Code("fault-unreached", "No request reaches the service, so its fault changes nothing."),
        Code("fault-too-late", "The scenario is over before the fault begins."),
        Code("no-performance", "A service without `performance` answers at once and without limit."),
        Code(
            "assertion-broken",
            "An assertion of a scenario does not hold; the message shows what was measured.",
        ),
        Code("assertion-undecided", "An assertion names something that was not measured in this scenario."),
        Code("json-schema", "The JSON Schema of a pipeline cannot be read or compiled."),
        Code("same-file", "Two outputs, or an output and an input, are the same file."),
        Code("unreachable-rule", "A routing rule stands below one that takes every event."),
        Code("input-missing", "The `input` of a pipeline names no file that can be read now."),
        Code("lookup-table", "The table of a lookup is missing, cannot be read, or has a mistake in a row."),
        Code("lookup-column", "The table of a lookup has no column of this name."),
        Code(
            "unknown-attribute",
            "A routing rule asks for a name that is nearly one of CloudEvents.",
            "dta.amount > 1.0",
            "data.amount > 1.0",
        ),
        Code("program-missing", "A service could not be started here: its program or its folder is missing."),
        Code(
            "alert",
            "An alert fires: its condition holds for the numbers of the run, or has no value for them.",
        ),
        Code("input-damaged", "A compressed input is cut or damaged; nobody knows what else it held."),
        Code("invalid-event", "An event is not valid, and the pipeline says `error_handling: fail`."),
        Code(
            "rule-without-value",
            "A routing condition had no value for some events, because a field was missing.",
        ),
        Code("failed", "The command could not answer; the message says what kept it."),
        Code("service-failed", "A service died, did not start, or did not turn healthy in time."),
        Code("service-killed", "A service ignored its stop signal and had to be killed."),
        Code("job-unfinished", "A job of a run could not be done to its end."),
    )
}

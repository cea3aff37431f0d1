"""What the codes of problems with pipelines mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("test-failed", "A test of a pipeline expects something else than what came out."),
    Code("json-schema", "The JSON Schema of a pipeline cannot be read or compiled."),
    Code("same-file", "Two outputs, or an output and an input, are the same file."),
    Code("unused-policy", "A destination names a policy, and none of its kind goes through one."),
    Code(
        "column-name",
        "A column of a SQLite destination has a name that is taken, or that SQLite does not take.",
    ),
    Code("unreachable-rule", "A routing rule stands below one that takes every event."),
    Code(
        "redact-too-late",
        "A `redact` stands below a stage that moves fields, so it could not find them in the original.",
    ),
    Code("input-missing", "The `input` of a pipeline names no file that can be read now."),
    Code("lookup-table", "The table of a lookup is missing, cannot be read, or has a mistake in a row."),
    Code(
        "cannot-follow",
        "The input shall be followed and cannot be: it is sorted, several files, not NDJSON, or paced.",
        "input: {paths: [a.ndjson], follow: true}",
        "input: {paths: [a.ndjson], order: input, follow: true}",
    ),
    Code(
        "program-missing", "A program that a pipeline starts, for lookups or as a destination, is not there."
    ),
    Code(
        "while-running",
        "Something beside a run did not work: a webhook, its metrics file, a file that was followed.",
    ),
    Code(
        "lookup-url",
        "The URL of a lookup has no `{key}` in its path or query.",
        "http://127.0.0.1:8080/customers",
        "http://127.0.0.1:8080/customers/{key}",
    ),
    Code("lookup-column", "The table of a lookup has no column of this name."),
    Code(
        "unknown-attribute",
        "A routing rule asks for a name that is nearly one of CloudEvents.",
        "dta.amount > 1.0",
        "data.amount > 1.0",
    ),
    Code(
        "alert",
        "An alert fires: its condition holds for the numbers of the run, or has no value for them.",
    ),
    Code("input-empty", "The input files hold no event, so the outputs are empty."),
    Code("input-damaged", "A compressed input is cut or damaged; nobody knows what else it held."),
    Code("invalid-event", "An event is not valid, and the pipeline says `error_handling: fail`."),
    Code(
        "rule-without-value",
        "A routing condition had no value for some events, because a field was missing.",
    ),
)

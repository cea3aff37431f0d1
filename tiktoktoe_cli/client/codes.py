"""What the codes of problems with requests mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code(
        "fallback-circle",
        "A request falls back to another one, and that one, sooner or later, to the first: there is no"
        " last answer.",
        "requests:   {charge: {policy: a}}\nresilience: {a: [fallback: {request: charge}]}",
        "requests:   {charge: {policy: a}, backup: {policy: b}}\nresilience: {a: [fallback: {request: backup}], b: []}",
    ),
    Code(
        "breaker-restarted",
        "The state file holds a breaker that was set otherwise; what it had counted means nothing now.",
        "minimum_calls: 5, after the file was written with 10",
        "a `--state FILE` of its own for each way to set a breaker",
    ),
    Code(
        "clock-went-back",
        "The state file was written at a time that is still to come for this machine.",
        "a `--state FILE` that was copied from a machine whose clock is ahead",
        "set the clock, or delete the file",
    ),
    Code(
        "state-not-saved",
        "The requests were sent, but what their breakers learned could not be kept: the next invocation goes on"
        " where this one began.",
        "--state FILE, on a disk that is full",
        "free some space, or `--state FILE` in a folder that you may write to",
    ),
    Code(
        "body-not-written",
        "The answer came, but its body could not be written into the file.",
        "--output-body FILE, on a disk that is full",
        "free some space, or name a file elsewhere",
    ),
)

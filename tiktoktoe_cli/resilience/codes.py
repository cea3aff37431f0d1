"""What the codes of problems with policies mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code(
        "duplicate-layer",
        "A policy has each kind of layer at most once; only a timeout may stand twice, around all attempts"
        " and around each.",
        "[retry: {}, timeout: 1s, retry: {}]",
        "[timeout: 5s, retry: {}, timeout: 1s]",
    ),
    Code(
        "cap-below-base",
        "The longest wait between tries is shorter than the first.",
        "cap: 1s, base: 2s",
        "cap: 5s, base: 2s",
    ),
    Code(
        "minimum-beyond-window",
        "A window never holds as many calls as the breaker waits for, so it never opens.",
        "window: {calls: 5}, minimum_calls: 10",
        "window: {calls: 100}, minimum_calls: 10",
    ),
    Code(
        "impossible-window",
        "The library whose rules are asked for cannot keep a window of this kind or length.",
        "semantics: hystrix, window: {time: 10s}, health_interval: 1ms",
        "semantics: hystrix, window: {time: 10s}, health_interval: 500ms",
    ),
    Code(
        "unknown-semantics",
        "No circuit breaker whose rules are known here has this name.",
        "semantics: envoy",
        "semantics: envoy_outlier",
    ),
    Code(
        "unknown-option",
        "The breaker whose rules are asked for has no such option, under any of its names.",
        "semantics: hystrix, slidingWindowSize: 20",
        "semantics: resilience4j, slidingWindowSize: 20",
    ),
    Code(
        "option-elsewhere",
        "The library has this option, but here it belongs to another layer, or its effect is not had.",
        "[circuit_breaker: {semantics: opossum, timeout: 3000}]",
        "[circuit_breaker: {semantics: opossum}, timeout: 3s]",
    ),
    Code(
        "option-ignored",
        "The library has this option, and it does not decide when the circuit turns: it may stay, and does nothing.",
        "semantics: resilience4j, registerHealthIndicator: true",
        "semantics: resilience4j",
    ),
    Code(
        "option-twice",
        "An option is given twice: under its name here and under the library's, or by two that exclude each other.",
        "failure_threshold: 50%, failureRateThreshold: 50",
        "failure_threshold: 50%",
    ),
    Code(
        "breaker-inside-retry",
        "Inside a retry, a breaker counts every attempt: failures / attempts calls, rounded down, are let through"
        " whole, and if a rest is left, it opens amid the attempts of the next one.",
        "[retry: {max_attempts: 5}, circuit_breaker: {minimum_calls: 5}]",
        "[circuit_breaker: {minimum_calls: 5}, retry: {max_attempts: 5}]",
    ),
    Code(
        "retries-cut-short",
        "The attempts and the waits between them may take longer than the timeout around them, so that the"
        " last ones are never made.",
        "[timeout: 2s, retry: {max_attempts: 3}, timeout: 1s]",
        "[timeout: 5s, retry: {max_attempts: 3}, timeout: 1s]",
    ),
    Code(
        "half-open-wedges",
        "A breaker that waits for its probes for ever stays half-open when one of them never returns.",
        "[circuit_breaker: {semantics: gobreaker}]",
        "[circuit_breaker: {semantics: gobreaker}, timeout: 2s]",
    ),
    Code(
        "timeout-hides-hangs",
        "A timeout around a breaker cancels a call that hangs. That says nothing about the other side, so the breaker"
        " counts no failure and never opens: it needs a shorter timeout inside of it.",
        "[timeout: 5s, circuit_breaker: {}]",
        "[timeout: 5s, circuit_breaker: {}, timeout: 1s]",
    ),
    Code(
        "inert-ejection",
        "The share of hosts that may be ejected at a time is less than one host, so that none ever is.",
        "hosts: 3, max_ejection: 10%",
        "hosts: 3, max_ejection: 34%",
    ),
    Code(
        "fallback-inside",
        "A fallback turns a failure into an answer, so that what stands around it never sees one.",
        "[retry: {}, fallback: {value: none}]",
        "[fallback: {value: none}, retry: {}]",
    ),
)

"""What the codes of problems with scenarios mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code(
        "p99-below-p50",
        "99 of 100 calls cannot be faster than half of them.",
        "lognormal: {p50: 20ms, p99: 10ms}",
        "lognormal: {p50: 20ms, p99: 80ms}",
    ),
    Code(
        "call-cycle",
        "Services call each other without end, so a simulated request would never be answered.",
        'a: {depends_on: {b: "^1"}}, b: {depends_on: {a: "^2"}}',
        'a: {depends_on: {b: "^1"}}, b: {depends_on: {a: {kind: soft}}}',
    ),
    Code(
        "fault-unreached",
        "No request reaches the service, so its fault changes nothing.",
        "traffic: {gateway: ...}, faults: [{on: reports, ...}], and nothing calls `reports`",
        "faults: [{on: a service that `gateway` leads to, ...}]",
    ),
    Code(
        "fault-too-late",
        "The scenario is over before the fault begins.",
        "duration: 1m, faults: [{at: 2m, ...}]",
        "duration: 5m, faults: [{at: 2m, ...}]",
    ),
    Code(
        "no-performance",
        "A service without `performance` answers at once and without limit.",
        "ledger: {version: 1.4.3}",
        "ledger: {performance: {service_time: {lognormal: {p50: 4ms, p99: 20ms}}}}",
    ),
    Code(
        "fallback-assumed",
        "A fallback makes another request. Calls between services are simulated, requests are not, so it"
        " always answers at once.",
        "[fallback: {request: backup}, retry: {}]",
        "[fallback: {value: none}, retry: {}]",
    ),
    Code(
        "assertion-broken",
        "An assertion of a scenario does not hold; the message shows what was measured.",
        "assert: ['success_rate >= 0.999'], and 0.97 was measured",
        "a bound that the system can keep, or a system that keeps it",
    ),
    Code(
        "retry-storm",
        "Calls that follow each other each retry, so that their attempts multiply: 3 x 3 x 3 make 27 of"
        " one request.",
        "three services in a row, each with retry: {max_attempts: 3}",
        "retry: {max_attempts: 3} at the first of them, or retries with a `budget`",
    ),
    Code(
        "outlasts-caller",
        "A service goes on trying a dependency when its own caller has given up; that work is for nobody.",
        "gateway waits 1s for orders, orders waits 5s for the ledger",
        "gateway waits 5s for orders, orders waits 1s for the ledger",
    ),
    Code(
        "minimum-unreachable",
        "At the rate of calls that the scenario declares, a breaker's window never holds enough of them to decide.",
        "window: {time: 10s}, minimum_calls: 10 (at 0.5/s)",
        "minimum_calls: 4",
    ),
    Code(
        "assertion-undecided",
        "An assertion names something that was not measured in this scenario.",
        "assert: ['recovery_time < duration(\"60s\")'] without `faults`",
        "faults: [{at: 2m, for: 30s, on: payments, kill: true}]",
    ),
)

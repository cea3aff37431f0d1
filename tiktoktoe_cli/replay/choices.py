"""The closed sets of words that a pipeline's YAML and its code share."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """How events stand in a file."""

    AUTO = "auto"
    NDJSON = "ndjson"
    JSON_ARRAY = "json_array"
    CONCATENATED = "concatenated"
    RECORDS = "records"
    CSV = "csv"
    CLOUDEVENTS = "cloudevents"
    PARQUET = "parquet"


class TimeFormat(StrEnum):
    """How an event writes down when it happened."""

    RFC3339 = "rfc3339"
    EPOCH_S = "epoch_s"
    EPOCH_MS = "epoch_ms"


class Order(StrEnum):
    """In which order events go through the stages."""

    EVENT_TIME = "event_time"
    INPUT = "input"


class ErrorHandling(StrEnum):
    """What becomes of an event that is not valid."""

    SKIP_INVALID = "skip_invalid"
    DEAD_LETTER = "dead_letter"
    FAIL = "fail"


class CloudEventsCheck(StrEnum):
    """Whether events must be CloudEvents 1.0."""

    STRICT = "strict"
    OFF = "off"


class OnMiss(StrEnum):
    """What becomes of an event that the table says nothing about."""

    NULL = "null"
    DEAD_LETTER = "dead_letter"
    DROP = "drop"


class OnLookupError(StrEnum):
    """What becomes of an event if a lookup gets no answer."""

    DEAD_LETTER = "dead_letter"
    NULL = "null"
    FAIL = "fail"


class OnNoValue(StrEnum):
    """What becomes of an event for which an expression has no value."""

    DEAD_LETTER = "dead_letter"
    NULL = "null"


class Redact(StrEnum):
    """How a field is hidden."""

    DROP = "drop"
    MASK = "mask"
    HMAC = "hmac"


class Binding(StrEnum):
    """How events stand in an HTTP request."""

    BINARY = "binary"
    STRUCTURED = "structured"
    BATCH = "batch"
    PLAIN = "plain"


class Guarantee(StrEnum):
    """How often an event arrives at its destination."""

    AT_LEAST_ONCE = "at_least_once"


class Acknowledgement(StrEnum):
    """How a program says that it has its events."""

    EXIT = "exit"
    LINES = "lines"


class Compression(StrEnum):
    """How an output is compressed."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"


class MetricName(StrEnum):
    """The numbers of a run that monitoring can show; alerts may use all but those of single stages."""

    PROCESSED_EVENTS = "processed_events"
    DELIVERED_EVENTS = "delivered_events"
    DEAD_LETTERS = "dead_letters"
    DUPLICATES = "duplicates"
    ERROR_RATE = "error_rate"
    ENRICHMENT_LATENCY = "enrichment_latency"
    STAGE_EVENTS = "stage_events"


class Emit(StrEnum):
    """What a correlation passes on."""

    ANNOTATE = "annotate"
    GROUP = "group"
    JOIN = "join"


class Lateness(StrEnum):
    """How long a window waits, where no duration says so."""

    UNLIMITED = "unlimited"

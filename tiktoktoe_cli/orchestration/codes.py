"""What the codes of problems with runs mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("service-failed", "A service died, did not start, or did not turn healthy in time."),
    Code(
        "service-killed",
        "A service ignored its stop signal and had to be killed, or a step around its end failed.",
    ),
    Code("job-unfinished", "A job of a run could not be done to its end."),
)

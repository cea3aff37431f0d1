"""`tiktoktoe` and `python -m tiktoktoe_cli`: hands over to the front desk."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _open_standard_streams()
    # A command lives for seconds and keeps nearly all it makes: collecting often finds nothing, and costs a third of
    # the time of reading a large configuration and some of every start.
    gc.set_threshold(100_000, 20, 100)
    try:
        sys.exit(_run(sys.argv[1:]))
    except KeyboardInterrupt:  # before the front desk could take it
        sys.exit(130)


def _open_standard_streams() -> None:
    """Let a standard stream that is closed lead nowhere: the next file that is opened would take its place."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest descriptor, which is this one


def _run(arguments: list[str]) -> int:
    from tiktoktoe_cli.cli.door import enter

    return enter(arguments)


if __name__ == "__main__":
    main()

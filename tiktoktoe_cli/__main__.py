"""`tiktoktoe` and `python -m tiktoktoe_cli`: hands over to the front desk."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        sys.exit(_run(sys.argv[1:]))
    except KeyboardInterrupt:  # before the front desk could take it
        sys.exit(130)


def _run(arguments: list[str]) -> int:
    from tiktoktoe_cli.cli.door import enter

    return enter(arguments)


if __name__ == "__main__":
    main()

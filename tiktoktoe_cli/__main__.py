"""`tiktoktoe` and `python -m tiktoktoe_cli`: hands over to the front desk."""

import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # answered before anything is imported
        from tiktoktoe_cli import __version__

        sys.stdout.write(f"tiktoktoe {__version__}\n")
        return
    from tiktoktoe_cli.cli.door import enter

    sys.exit(enter(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""Child processes: start a program in a group of its own, keep the end of its output, stop the whole group.

May touch: processes, pipes, signals to groups it started, the log files it is told to write.
Must not: use a shell, decide when anything starts or stops, read the environment (it arrives in a `Command`).
A program that leaves its session on purpose (a daemon) is not followed: run services in the foreground.
"""

from tiktoktoe_cli.processes.child import Child, StopOutcome
from tiktoktoe_cli.processes.command import Command, check_command
from tiktoktoe_cli.processes.exits import Exit
from tiktoktoe_cli.processes.guard import Guard
from tiktoktoe_cli.processes.lines import LineWatch
from tiktoktoe_cli.processes.tail import Tail

__all__ = ["Child", "Command", "Exit", "Guard", "LineWatch", "StopOutcome", "Tail", "check_command"]

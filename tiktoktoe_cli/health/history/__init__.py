"""What checks found over days: a file that grows with every run, and how things went in the last day and week.

`store` is the file (SQLite), `trend` and `columns` are pure. Times come from outside.
"""

from tiktoktoe_cli.health.history.columns import with_trends
from tiktoktoe_cli.health.history.store import KEEP_NS, History, open_history
from tiktoktoe_cli.health.history.trend import WINDOWS, Period, Trend, Trends

__all__ = ["KEEP_NS", "WINDOWS", "History", "Period", "Trend", "Trends", "open_history", "with_trends"]

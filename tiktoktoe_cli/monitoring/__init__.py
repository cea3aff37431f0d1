"""What a run measured, judged: alerts over its numbers.

Pure decisions: it is handed numbers and says which alerts fire. It may not read clocks, files or the network, and
knows no feature; the features bind the variables that their alerts may use.
"""

from tiktoktoe_cli.monitoring.alerts import Alarms, AlertFacts, AlertState

__all__ = ["Alarms", "AlertFacts", "AlertState"]

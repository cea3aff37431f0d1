"""Does a system fit on its machines: a question of packing, not of sums.

`amounts` are what machines offer and replicas need; `fitting` answers with a placement, a proof or "unknown", by
bounds (`proofs`), quick ways to pack (`packing`) and an exact search with a limit (`search`); `survival` takes a
machine away; `study` is all of it for one system, also with other numbers of replicas (`scaling`). Pure; knows of no
scheduler's other rules (zones, affinity, ports).
"""

from tiktoktoe_cli.graph.capacity.fitting import Fit
from tiktoktoe_cli.graph.capacity.proofs import Proof, Reason
from tiktoktoe_cli.graph.capacity.scaling import scaled
from tiktoktoe_cli.graph.capacity.study import Study, WhatIf, study_capacity
from tiktoktoe_cli.graph.capacity.survival import Loss

__all__ = ["Fit", "Loss", "Proof", "Reason", "Study", "WhatIf", "scaled", "study_capacity"]

"""What goes wrong in a story: every fault that the practice CRM knows, on writes and on reads.

Left out is only what the client may not be asked to see through: a refusal or a "come again" after
something was stored (the settings under [api] say so where a CRM does that).
"""

from __future__ import annotations

from importer.sandbox.faults import Fault, Operation, Rule

ENDING = 0.007
"""The share of requests that each kind of fault ends."""


def _everywhere(fault: Fault, **measures: object) -> Rule:
    return Rule(**{"fault": fault, "on": None, "rate": ENDING, **measures})  # type: ignore[arg-type] # measures of a rule, by name


def _writing(fault: Fault, **measures: object) -> Rule:
    return _everywhere(fault, **{"on": Operation.CREATE, **measures})


RULES = (
    _everywhere(Fault.DROP_BEFORE),
    _everywhere(Fault.DROP_AFTER),
    _everywhere(Fault.RESET_BEFORE),
    _everywhere(Fault.RESET_AFTER),
    _everywhere(Fault.HANG_BEFORE),
    _everywhere(Fault.HANG_AFTER),
    _everywhere(Fault.ERROR_BEFORE, status=500),
    _everywhere(Fault.ERROR_BEFORE, status=503, html=True),
    _writing(Fault.ERROR_BEFORE, status=503, retry_after=7),
    _writing(Fault.ERROR_BEFORE, status=401, rate=ENDING / 10),
    _everywhere(Fault.ERROR_AFTER, status=502),
    _everywhere(Fault.ERROR_AFTER, status=504, html=True),
    _writing(Fault.PARTIAL_COMMIT, status=500),
    _everywhere(Fault.TOO_MANY_REQUESTS, retry_after=2),
    _everywhere(Fault.TOO_MANY_REQUESTS, html=True),
    _everywhere(Fault.HTML_ANSWER),
    _everywhere(Fault.CUT_ANSWER),
    _writing(Fault.SHORT_ANSWER),
    _writing(Fault.REORDERED_ANSWER),
    _writing(Fault.ODD_STATUS),
    _everywhere(Fault.SLOW_DRIP, seconds=0.5),
    _everywhere(Fault.SLOW_DRIP, seconds=5.0),
    _writing(Fault.DELAYED_VISIBILITY, seconds=50.0, rate=0.05),
    _writing(Fault.DELAYED_VISIBILITY, seconds=20.0, looks=1, rate=0.02),
    _writing(Fault.FOREIGN_TWIN, rate=0.02),
)

HARMLESS = frozenset(
    {
        Fault.TOO_MANY_REQUESTS,
        Fault.DELAYED_VISIBILITY,
        Fault.FOREIGN_TWIN,
        "connection-refused",
    }
)
"""Alone, these put nothing in doubt."""

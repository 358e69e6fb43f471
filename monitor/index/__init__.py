"""The tension index: how much of the news of the theatre's sources is escalation, against what is normal for those
sources.

    entries -> arrays (reposts once) -> hour blocks -> windows of 24 hours -> shares against the reference -> IndexPoint

The formula and its reasons are in docs/method.md. Pure: a frame of entries and `now` in, points out. Oil is never part
of it.
"""

from importlib import import_module
from typing import Any

from monitor.index.parameters import Parameters

_IMPORTED_ON_USE = {
    "compute": "points",
    "lookback": "points",
    "ReferenceCache": "reference",
    "contributions": "decomposition",
    "decompose": "decomposition",
    "by_language": "languages",
}
__all__ = ["Parameters", *_IMPORTED_ON_USE]


def __getattr__(name: str) -> Any:
    """Import on first use: these modules need pandas, and finding that there is nothing to compute does not."""
    if name not in _IMPORTED_ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_IMPORTED_ON_USE[name]}"), name)

"""Why something cannot be shown now, in words: the database is upgraded, was upgraded by a newer program, is away."""

from __future__ import annotations

from monitor.errors import ClockError, ConfigError, MonitorError, StorageError, StorageNewer, StorageUpgrading
from monitor.language import _
from monitor.ui.components import safe_html

FAULTS = (StorageError, ClockError, ConfigError)  # that a page meets without a fault of its own


def show(fault: MonitorError, otherwise: str) -> None:
    """`otherwise` introduces a fault that has no words of its own here."""
    if isinstance(fault, StorageNewer):
        safe_html.banner("error", _newer(fault))
    elif isinstance(fault, StorageUpgrading):
        safe_html.banner("info", _upgrading(fault))
    else:
        safe_html.banner("error", otherwise, str(fault))


def _newer(fault: StorageNewer) -> str:
    return _(
        "A newer version of this program has upgraded the database, to schema version {found}; this program knows up "
        "to {known} and does not read it any more. It has to be updated and started again.",
        found=fault.found,
        known=fault.known,
    )


def _upgrading(fault: StorageUpgrading) -> str:
    if fault.to is None:
        return _("A newer version of this program is upgrading the database, and the page waits until that is done.")
    if fault.waits:
        return _(
            "The database has to be upgraded from schema version {at} to {to}. Another process has it now; the page "
            "waits for it and comes by itself.",
            at=fault.at,
            to=fault.to,
        )
    return _(
        "The database is being upgraded from schema version {at} to {to}; the page comes by itself when that is done.",
        at=fault.at,
        to=fault.to,
    )

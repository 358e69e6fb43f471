"""The tension index: how much of the news of the theatre's sources is escalation, against what is normal for those sources.

    entries -> sheet (reposts once) -> hour blocks -> windows of 24 hours -> shares against the reference -> IndexPoint

The formula and its reasons are in docs/method.md. Pure: a frame of entries and `now` in, points out. Leaves reading and
keeping to storage/index.py. Oil never goes in.
"""

from monitor.index.points import compute, lookback
from monitor.index.reference import Book
from monitor.index.rules import Rules
from monitor.index.why import contributions, decompose

__all__ = ["Book", "Rules", "compute", "contributions", "decompose", "lookback"]

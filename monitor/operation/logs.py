"""Lines of the log, as text or as JSON (MONITOR_LOG), each with the id of the round that it belongs to.

A round is one feed asked once, from fetching to storing, or one run of a step that follows; its lines share an id.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from monitor.pipeline import rounds

FORMATS = ("text", "json")


class Text(logging.Formatter):
    """`2026-03-02 12:00:00,123 INFO monitor.pipeline.polling [1f2e3d4c]: ...`: a line a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(of_round)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        name = rounds.current.get()
        record.of_round = f" [{name}]" if name else ""
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = one_line(record.message)
        return super().formatMessage(record)


class Json(logging.Formatter):
    """An object a line: time (UTC), level, logger, message; round and exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        row: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if name := rounds.current.get():
            row["round"] = name
        row["message"] = record.getMessage()
        if record.exc_info:
            row["exception"] = self.formatException(record.exc_info)
        return json.dumps(row)  # ASCII: no text of a feed can break a line or colour a terminal


# controls, ends of lines, and what turns the direction of a line
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Text of a feed can neither begin a line that looks like another record nor steer a terminal."""
    return _UNSAFE.sub(lambda found: repr(found[0])[1:-1], text)


def begin(form: str) -> None:
    """Log to standard error from now on, in `form`. In the place of what was set up before."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)

"""The briefs of feeds.yaml: which is made when. They go where alerts go, MONITOR_ALERT_URLS."""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from monitor.config.shape import Shape
from monitor.config.values import Duration, Words, wrong

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ScheduledBrief(Shape):
    """A brief that is made and sent again and again."""

    name: Words = Field(description="What the message is called; each brief has its own name.")
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]( [A-Za-z_]+(/[A-Za-z_+\-0-9]+)*)?$")] = Field(
        description="When: a time of day and a time zone, such as 06:30 Asia/Dubai; without one, UTC."
    )
    days: tuple[Day, ...] = Field(DAYS, min_length=1, description="On these days of the week; left out: every day.")
    span: Annotated[timedelta, Duration("1h", "7d")] = Field(
        timedelta(days=1), description="Its events are of so long before."
    )
    lang: Literal["en", "fr", "ar", "fa"] = Field("en", description="The language of its headings.")
    enabled: bool = Field(True, strict=True, description="false: it is not made.")

    @field_validator("at")
    @classmethod
    def _known_zone(cls, at: str) -> str:
        zone = at.partition(" ")[2]
        if zone and zone not in zoneinfo.available_timezones():
            raise wrong(f"no time zone {zone!r}; write one such as Asia/Dubai or Europe/London")
        return at

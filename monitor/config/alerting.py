"""The rules of feeds.yaml's `alerts`: one shape for each kind. Leaves deciding to alerts.py and addresses to MONITOR_ALERT_URLS."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.config.shape import Shape
from monitor.config.values import Words, duration, wrong
from monitor.models import DEESCALATION, ESCALATION, FORMER_CATEGORIES, PARTS, Grain

Measure = Literal["tension", "relief"]
Part = Literal["all", *PARTS]
Category = Annotated[
    Literal[*ESCALATION, *DEESCALATION],
    BeforeValidator(lambda value: FORMER_CATEGORIES.get(value, value) if isinstance(value, str) else value),
]
Percent = Annotated[float, Field(strict=True, gt=0, le=100, allow_inf_nan=False)]
Level = Annotated[float, Field(strict=True, gt=0, le=100_000, allow_inf_nan=False)]


class Rule(Shape):
    """What every rule has."""

    name: Words = Field(description="What the alert is called; each rule has its own name.")
    enabled: bool = Field(True, strict=True, description="false: the rule rests.")
    cool_down: duration("1m", "30d") = Field(
        timedelta(hours=6), description="No second alert of this rule for so long."
    )


class LevelRule(Rule):
    """The index at or above a level; resolved only once it is below a lower one, so that it does not flutter."""

    kind: Literal["level"]
    measure: Measure = "tension"
    above: Level = Field(description="Fires at this level or above; 100 is normal.")
    below: Level = Field(description="Resolves under this level; not more than `above`.")
    part: Part = Field("all", description="A part of the theatre, or all.")
    grain: Grain = Field("hour", description="The points to look at: hour or day.")

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.below > self.above:
            raise wrong("`below` is more than `above`; the rule would never resolve: lower it")
        return self


class JumpRule(Rule):
    """The index moved by more than its uncertainty: the 90 % bands then and now do not overlap."""

    kind: Literal["jump"]
    measure: Measure = "tension"
    direction: Literal["up", "down", "either"] = "up"
    within: duration("1h", "30d") = Field(timedelta(hours=24), description="Now is compared with so long ago.")
    part: Part = Field("all", description="A part of the theatre, or all.")
    grain: Grain = Field("hour", description="The points to look at: hour or day.")


class SignalRule(Rule):
    """One grave event told by several independent publishers."""

    kind: Literal["signal"]
    direction: Literal["escalation", "deescalation", "either"] = "escalation"
    weight: Annotated[
        float, Field(strict=True, ge=0, le=10, allow_inf_nan=False, description="At least this grave, 0 to 10.")
    ] = 8.0
    publishers: Annotated[int, Field(strict=True, ge=1, le=100, description="At least so many publisher families.")] = 3
    within: duration("10m", "7d") = Field(timedelta(hours=6), description="Told by them within so long.")
    categories: tuple[Category, ...] = Field((), description="Only these categories; left out: all.")
    part: Part = Field("all", description="A part of the theatre, or all.")


class PriceRule(Rule):
    """A price moved by at least so many per cent."""

    kind: Literal["price"]
    series: Words = Field(description="A name of `prices`.")
    percent: Percent = Field(description="At least so many per cent.")
    direction: Literal["up", "down", "either"] = "either"
    within: duration("1d", "30d") = Field(timedelta(days=1), description="Compared with the close so long ago.")


class SilenceRule(Rule):
    """Nothing comes: feeds do not answer or bring nothing new, or the worker does not run."""

    kind: Literal["silence"]
    of: Literal["feeds", "worker"] = Field(description="feeds: each feed below; worker: the poller itself.")
    longer_than: duration("1m", "30d") = Field(
        timedelta(hours=6), description="Silent or failing for longer than this."
    )
    feeds: tuple[Words, ...] = Field((), description="Only these feeds, by name; left out: all that are enabled.")


AnyRule = Annotated[LevelRule | JumpRule | SignalRule | PriceRule | SilenceRule, Field(discriminator="kind")]
RULES: dict[str, type[Rule]] = {
    "level": LevelRule,
    "jump": JumpRule,
    "signal": SignalRule,
    "price": PriceRule,
    "silence": SilenceRule,
}

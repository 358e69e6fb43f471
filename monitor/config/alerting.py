"""The rules of feeds.yaml's `alerts`: one shape for each kind. Addresses are in MONITOR_ALERT_URLS, never here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor.config import names
from monitor.config.shape import Shape
from monitor.config.values import Duration, Words, wrong
from monitor.models import DEESCALATION, ESCALATION, FORMER_CATEGORIES, FORMER_PARTS, PARTS, Grain, Measure


def _part(value: object) -> object:
    if isinstance(value, str) and value in FORMER_PARTS:
        raise wrong(f"{value!r} is called {FORMER_PARTS[value]!r} now; write that")
    return value


def _word(value: str) -> str:
    if "*" in value.rstrip("*") or not any(c.isalnum() for c in value):
        raise wrong("a star stands at the end of a word, for every ending; write seiz*")
    return value


if TYPE_CHECKING:  # a type checker cannot read the values of a tuple
    Part: TypeAlias = str
    OnePart: TypeAlias = str
    Category: TypeAlias = str
    Actor: TypeAlias = str
    Place: TypeAlias = str
else:
    Part = Annotated[Literal["all", *PARTS], BeforeValidator(_part)]
    OnePart = Annotated[Literal[tuple(PARTS)], BeforeValidator(_part)]
    Category = Annotated[
        Literal[*ESCALATION, *DEESCALATION],
        BeforeValidator(lambda value: FORMER_CATEGORIES.get(value, value) if isinstance(value, str) else value),
    ]
    Actor = Annotated[Words, AfterValidator(names.actor)]
    Place = Annotated[Words, AfterValidator(names.place)]
Percent = Annotated[float, Field(strict=True, gt=0, le=100, allow_inf_nan=False)]
Value = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Word = Annotated[Words, AfterValidator(_word)]
Level = Annotated[float, Field(strict=True, gt=0, le=100_000, allow_inf_nan=False)]


class Rule(Shape):
    """What every rule has."""

    name: Words = Field(description="What the alert is called; each rule has its own name.")
    kind: str
    enabled: bool = Field(True, strict=True, description="false: the rule is switched off.")
    cool_down: Annotated[timedelta, Duration("1m", "30d")] = Field(
        timedelta(hours=6),
        description=(
            "For so long no second alert on the same thing: the same story, price series or feed, or the "
            "rule's part of the index."
        ),
    )


class LevelRule(Rule):
    """The index is at or above a level; resolved only once it is below a lower one, so that it does not flutter."""

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
    """The newest 90 % band of the index lies outside every band from one to three times `within` ago."""

    kind: Literal["jump"]
    measure: Measure = "tension"
    direction: Literal["up", "down", "either"] = "up"
    within: Annotated[timedelta, Duration("1h", "30d")] = Field(
        timedelta(hours=24),
        description=(
            "The newest point is compared with all points from once to three times so long ago; "
            "half of them need numbers."
        ),
    )
    part: Part = Field("all", description="A part of the theatre, or all.")
    grain: Grain = Field("hour", description="The points to look at: hour or day.")


class SignalRule(Rule):
    """One severe event that several independent publishers report.

    Everything that is asked for has to hold of one signal. Actors and places are kept as codes and as names of the
    gazetteer.
    """

    kind: Literal["signal"]
    direction: Literal["escalation", "deescalation", "either"] = "escalation"
    severity: Annotated[
        float, Field(strict=True, ge=0, le=10, allow_inf_nan=False, description="At least this severe, 0 to 10.")
    ] = 8.0
    publishers: Annotated[int, Field(strict=True, ge=1, le=100, description="At least so many publisher families.")] = 3
    within: Annotated[timedelta, Duration("10m", "7d")] = Field(
        timedelta(hours=6), description="Their reports are at most so far from each other."
    )
    categories: tuple[Category, ...] = Field((), description="Only these categories; left out: all.")
    confidence: Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)] | None = Field(
        None, description="Only signals that the reader is at least so sure of, 0 to 1; left out: all."
    )
    part: Part = Field("all", description="A part of the theatre, or all.")
    mode: Literal["act", "words"] | None = Field(
        None, description="act: what was done; words: what was said; left out: both."
    )
    event: tuple[Words, ...] = Field(
        (), description="Only these event types of the lexicon, such as ship.seize; left out: all."
    )
    place: tuple[Place, ...] = Field(
        (),
        description="Only at one of these places, by their names in the gazetteer, such as Strait of Hormuz; "
        "left out: all.",
    )
    actor: tuple[Actor, ...] = Field(
        (), description="Only done by or to one of these: a code such as IRN or a name such as Houthis; left out: all."
    )
    words: tuple[Word, ...] = Field(
        (),
        description="Only where the title, or the words that prove the signal, hold one of these; seiz* stands for "
        "every ending.",
    )
    together: Literal["story", "all"] = Field(
        "story",
        description="Which reports are one event: those of one story, or all that the rule asks for. Of all together "
        "there is one alert, and after `cool_down` another one of newer reports.",
    )

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, given: Any) -> Any:
        if isinstance(given, dict) and "weight" in given:
            raise wrong("`weight` is called `severity` now; rename it")
        return given


class PriceRule(Rule):
    """A price moved by at least so many per cent."""

    kind: Literal["price"]
    series: Words = Field(description="A name of `prices`.")
    percent: Percent = Field(description="At least so many per cent.")
    direction: Literal["up", "down", "either"] = "either"
    within: Annotated[timedelta, Duration("1d", "30d")] = Field(
        timedelta(days=1), description="Compared with the close so long ago."
    )


class SeriesRule(Rule):
    """A series of a file is at or beyond a level; resolved only past another one, so that it does not flutter."""

    kind: Literal["series"]
    series: Words = Field(description="A name of `series`.")
    direction: Literal["up", "down"] = Field("up", description="up: fires at `above`; down: fires at `below`.")
    above: Value = Field(description="up: fires at this value or above; down: resolves over this value.")
    below: Value = Field(description="down: fires at this value or below; up: resolves under this value.")

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.below > self.above:
            raise wrong("`below` is more than `above`; the rule would never resolve: exchange them")
        return self


class SilenceRule(Rule):
    """Feeds do not answer or bring nothing new, or nobody polls."""

    kind: Literal["silence"]
    of: Literal["feeds", "worker"] = Field(description="feeds: each feed below; worker: the poller itself.")
    longer_than: Annotated[timedelta, Duration("1m", "30d")] = Field(
        timedelta(hours=6), description="Silent or failing for longer than this."
    )
    feeds: tuple[Words, ...] = Field((), description="Only these feeds, by name; left out: all that are enabled.")


AnyRule = Annotated[
    LevelRule | JumpRule | SignalRule | PriceRule | SeriesRule | SilenceRule, Field(discriminator="kind")
]
RULES: dict[str, type[Rule]] = {
    "level": LevelRule,
    "jump": JumpRule,
    "signal": SignalRule,
    "price": PriceRule,
    "series": SeriesRule,
    "silence": SilenceRule,
}

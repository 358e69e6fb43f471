"""A form that makes one rule of feeds.yaml, beginning with nothing or with a rule that is there.

Gives what feeds.yaml would say; config/trial.py writes and checks it, as it does the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import streamlit as st

from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SeriesRule, SignalRule
from monitor.config.names import actor_names, event_types, place_names
from monitor.config.settings import Settings
from monitor.config.values import UNITS, duration_text
from monitor.language import N_, _
from monitor.models import DEESCALATION, ESCALATION, PARTS
from monitor.ui.components.rule_wording import MEASURE, SIDES, span
from monitor.ui.components.wording import CATEGORY_WORDS

KINDS = {
    "signal": N_("an event is reported"),
    "level": N_("the index reaches a level"),
    "jump": N_("the index leaves its range"),
    "price": N_("a price moves"),
    "series": N_("a series of a file reaches a level"),
}
MADE: dict[type[Rule], str] = {
    SignalRule: "signal", LevelRule: "level", JumpRule: "jump", PriceRule: "price", SeriesRule: "series"
}  # fmt: skip
WAYS = {"up": N_("up"), "down": N_("down"), "either": N_("either way")}
TOGETHER = {
    "story": N_("each story for itself"),
    "all": N_("all reports together, whatever their story"),
}
HOURS = ("1h", "2h", "3h", "6h", "12h", "1d", "2d", "3d", "7d")
SPANS_OF_DAYS = ("1d", "2d", "3d", "7d", "14d", "30d")
MODES = {"": N_("both"), "act": N_("done"), "words": N_("said")}
WHOLE = {"all": N_("all"), **PARTS}
NEW = N_("a new rule")
QUIET = ("1h", "3h", "6h", "12h", "1d", "2d", "3d", "7d")


def said(table: Mapping[str, str]) -> dict[str, str]:
    return {code: _(words) for code, words in table.items()}


def in_words(length: str) -> str:
    """`6 h` for `6h`, which feeds.yaml has."""
    return span(timedelta(seconds=float(length[:-1]) * UNITS[length[-1]]))


class _Fields:
    """Widgets whose first values are those of a rule; each has a key of its own for every rule that one may begin with,
    so that choosing another rule fills the form anew.
    """

    def __init__(self, begun: Rule | None):
        self.begun = begun
        self.given: dict[str, Any] = {}

    def key(self, name: str) -> str:
        return f"rule_{name}_{self.begun.name if self.begun else ''}"

    def first(self, name: str, default: Any) -> Any:
        return getattr(self.begun, name, default) if self.begun else default

    def choose(self, name: str, label: str, options: dict[str, str], default: str, **more: Any) -> str:
        names, first = list(options), self.first(name, default)
        at = names.index(first) if first in names else 0
        self.given[name] = st.selectbox(
            label, names, index=at, format_func=options.__getitem__, key=self.key(name), **more
        )
        return self.given[name]

    def several(self, name: str, label: str, options: dict[str, str], **more: Any) -> None:
        first = [one for one in self.first(name, ()) if one in options]
        self.given[name] = st.multiselect(
            label, list(options), default=first, format_func=options.__getitem__, key=self.key(name), **more
        )

    def span(self, name: str, label: str, lengths: tuple[str, ...], default: str, **more: Any) -> None:
        first: Any = self.first(name, None)
        chosen = duration_text(first) if isinstance(first, timedelta) else default
        lengths = lengths if chosen in lengths else (*lengths, chosen)
        self.given[name] = st.selectbox(
            label, lengths, index=lengths.index(chosen), format_func=in_words, key=self.key(name), **more
        )

    def number(self, name: str, label: str, default: float, least: float, most: float, **more: Any) -> None:
        whole = isinstance(default, int)
        first, kind = self.first(name, default), int if whole else float
        self.given[name] = st.number_input(label, kind(least), kind(most), kind(first), key=self.key(name), **more)


def form(settings: Settings) -> dict[str, Any]:
    """The widgets; gives what they say, by the names of feeds.yaml."""
    known = {rule.name: rule for rule in settings.alerts if type(rule) in MADE}
    chosen = st.selectbox(
        _("Begin with"), [NEW, *known], format_func=lambda name: _(NEW) if name == NEW else name, key="rule_begun"
    )
    begun = known.get(chosen)
    fields = _Fields(begun)
    left, right = st.columns(2)
    with left:
        name = st.text_input(
            _("Name of the rule"), begun.name if begun else _("My rule"), max_chars=200, key=fields.key("name")
        )
    kinds = dict(KINDS) if settings.series else {key: words for key, words in KINDS.items() if key != "series"}
    with right:
        kind = st.selectbox(
            _("It fires when"),
            list(kinds),
            index=list(kinds).index(MADE[type(begun)]) if begun and MADE[type(begun)] in kinds else 0,
            format_func=lambda kind: _(kinds[kind]),
            key=fields.key("kind"),
        )
    {"signal": _signal, "level": _level, "jump": _jump, "price": _price, "series": _series}[kind](fields, settings)
    fields.span(
        "cool_down", _("Quiet time after an alert"), QUIET, "6h",
        help=_("For so long no second alert on the same thing."),
    )  # fmt: skip
    return {"name": name, "kind": kind, **fields.given}


def _signal(fields: _Fields, settings: Settings) -> None:
    one, two, three = st.columns(3)
    with one:
        side = fields.choose("direction", _("Direction"), said(SIDES), "escalation")
        fields.number("publishers", _("At least so many publishers"), 2 if fields.begun is None else 3, 1, 100)
        fields.span("within", _("Reported within"), HOURS, "6h", help=_("How far apart their reports may be."))
    wanted = {"escalation": ESCALATION, "deescalation": DEESCALATION}.get(side, ESCALATION + DEESCALATION)
    with two:
        words_of = said({category: CATEGORY_WORDS[category] for category in wanted})
        fields.several("categories", _("Categories"), words_of, placeholder=_("all"))
        fields.number("severity", _("At least so severe (0 to 10)"), 8.0, 0.0, 10.0, step=0.5)
        fields.choose("together", _("What is one event"), said(TOGETHER), "story")
    with three:
        fields.choose("part", _("Part of the theatre"), said(WHOLE), "all")
        mode = fields.choose("mode", _("Done or said"), said(MODES), "")
        fields.given["mode"] = mode or None
        first = ", ".join(fields.first("words", ()))
        words = st.text_input(
            _("Title or evidence holds one of"), first, key=fields.key("words"), placeholder="seiz*, hijack*",
            help=_("Words in any language, with commas between them; a star stands for every ending."),
        )  # fmt: skip
        fields.given["words"] = [word.strip() for word in words.split(",") if word.strip()]
    one, two, three = st.columns(3)
    with one:
        fields.several("place", _("Places"), {name: _(name) for name in place_names()}, placeholder=_("all"))
    with two:
        fields.several(
            "actor", _("Done by or to"), {code: f"{_(name)} ({code})" for code, name in actor_names().items()},
            placeholder=_("anyone"),
        )  # fmt: skip
    with three:
        types = event_types(settings.theatre.lexicon)
        fields.several("event", _("Event types of the lexicon"), {name: name for name in types}, placeholder=_("all"))


def _measured(fields: _Fields) -> None:
    fields.choose("measure", _("Measure"), said(MEASURE), "tension")
    fields.choose("part", _("Part of the theatre"), said(WHOLE), "all")


def _level(fields: _Fields, settings: Settings) -> None:
    one, two = st.columns(2)
    with one:
        _measured(fields)
    with two:
        fields.number("above", _("Fires at this level or above (100 is normal)"), 200.0, 1.0, 100_000.0, step=10.0)
        fields.number("below", _("Over when under"), 150.0, 1.0, 100_000.0, step=10.0)


def _jump(fields: _Fields, settings: Settings) -> None:
    one, two = st.columns(2)
    with one:
        _measured(fields)
    with two:
        fields.choose("direction", _("Which way"), said(WAYS), "up")
        fields.span("within", _("Compared with one to three times so long ago"), HOURS, "1d")


def _price(fields: _Fields, settings: Settings) -> None:
    one, two = st.columns(2)
    with one:
        fields.choose("series", _("Price"), {price.name: price.name for price in settings.prices}, "")
        fields.number("percent", _("By at least so many per cent"), 5.0, 0.5, 100.0, step=0.5)
    with two:
        fields.choose("direction", _("Which way"), said(WAYS), "either")
        fields.span("within", _("Within"), SPANS_OF_DAYS, "1d")


def _series(fields: _Fields, settings: Settings) -> None:
    one, two = st.columns(2)
    with one:
        fields.choose("series", _("Series"), {series.name: series.name for series in settings.series}, "")
        fields.choose("direction", _("Fires when it goes"), said({way: WAYS[way] for way in ("up", "down")}), "up")
    with two:
        fields.number("above", _("Upper level"), 60.0, -1e9, 1e9)
        fields.number("below", _("Lower level"), 20.0, -1e9, 1e9)

"""The filters over articles as widgets, each in the page's address, so that a link shows what its sender saw."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from monitor.models import CATEGORIES, PARTS
from monitor.storage.articles import Filter
from monitor.ui.components import article_detail, safe_html
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, LANGUAGES, MEASURES, MODE_WORDS, TIER, TIERS
from monitor.ui.queries import reads

RANGES = {"24 hours": 1, "3 days": 3, "7 days": 7, "30 days": 30, "all": None}
SIGNED = ("escalation", "deescalation", "mixed")  # the default: sport and weather are one click away
DAYS = ("from_day", "to_day")
MORE = (*DAYS, "category", "mode", "lang", "publisher", "actor", "source", "target", "place", "part", "tier", "story")


def since_of(chosen: str, now: datetime) -> datetime | None:
    """The start of a range, in whole minutes so that reads are shared."""
    days = RANGES[chosen]
    return None if days is None else (now - timedelta(days=days)).replace(second=0, microsecond=0)


def time_range(default: str = "7 days", *, replaced: bool = False) -> datetime | None:
    """The start of the range that is chosen; `replaced`: something else says the time."""
    chosen = st.segmented_control(
        "Time", list(RANGES), default=default, key="time", bind="query-params", required=True, disabled=replaced
    )
    return since_of(chosen, reads.now())


def measure(key: str) -> str:
    """Which of the index's measures is looked at."""
    return st.segmented_control(
        "Index",
        list(MEASURES),
        default="tension",
        format_func=MEASURES.__getitem__,
        key=key,
        bind="query-params",
        required=True,
    )


def filters() -> Filter:
    """The filter that the widgets set. Rarely used ones are behind a button that counts those in force."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Words in title or summary",
            key="text",
            bind="query-params",
            placeholder="Hormuz, pétrolier, هرمز",
            max_chars=200,
            width=260,
        )
        since = time_range(replaced=any(in_force(key) for key in DAYS))
        directions = st.pills(
            "Direction",
            list(DIRECTION_WORDS),
            format_func=DIRECTION_WORDS.__getitem__,
            selection_mode="multi",
            default=SIGNED,
            key="direction",
            bind="query-params",
        )
        active = sum(in_force(key) for key in MORE)
        with st.popover(f"More filters ({active} in force)" if active else "More filters"):
            days, more = days_of_own(), _more()
    span: dict[str, Any] = days or {"since": since}
    return Filter(**span, directions=tuple(directions), text=text or "", **more)


def in_force(key: str) -> bool:
    """Whether a filter that is drawn later on is set; a link that was just opened has no state yet."""
    return bool(st.session_state.get(key, key in st.query_params))


def days_of_own() -> dict[str, datetime]:
    """The first and the last whole day, either alone too, instead of a range up to now; empty while none is chosen."""
    one, two = st.columns(2)
    first = one.date_input(
        "From day (UTC)",
        value=None,
        key="from_day",
        bind="query-params",
        format="YYYY-MM-DD",
        help="Replaces the time range.",
    )
    last = two.date_input(
        "to day (UTC)",
        value=None,
        key="to_day",
        bind="query-params",
        format="YYYY-MM-DD",
        help="Up to the end of this day.",
    )
    midnights: dict[str, datetime | None] = {
        "since": datetime.combine(first, time(), UTC) if first else None,
        "until": datetime.combine(last + timedelta(days=1), time(), UTC) if last else None,
    }  # fmt: skip
    return {name: at for name, at in midnights.items() if at}


def _more() -> dict:
    names = reads.actor_names()
    actors, places = reads.known_tags("actor"), reads.known_tags("place")

    def actor(code: str) -> str:
        return article_detail.named(code, names)

    def several(label: str, key: str, options, **more) -> tuple:
        return tuple(st.multiselect(label, options, key=key, bind="query-params", **more))

    one, two = st.columns(2)
    with one:
        chosen = {
            "categories": several("Category", "category", CATEGORIES, format_func=CATEGORY_WORDS.__getitem__),
            "modes": several("Acts or words", "mode", list(MODE_WORDS), format_func=MODE_WORDS.__getitem__),
            "langs": several("Language", "lang", list(LANGUAGES), format_func=LANGUAGES.__getitem__),
            "publishers": several("Publisher", "publisher", reads.publishers(), format_func=safe_html.sound),
            "tiers": several("Tier of the source", "tier", TIERS, help=TIER),
        }
    with two:
        chosen |= {
            "actors": several("Actor named", "actor", actors, format_func=actor),
            "places": several("Place", "place", places),
            "parts": several("Part of the theatre", "part", list(PARTS), format_func=PARTS.__getitem__),
        }
        source = st.selectbox(
            "Who did it", actors, index=None, format_func=actor, key="source", bind="query-params", placeholder="anyone"
        )
        target = st.selectbox(
            "to whom",
            actors,
            index=None,
            format_func=actor,
            key="target",
            bind="query-params",
            placeholder="anyone",
            help="Applies only together with who did it.",
        )
        story = st.number_input("Story number", min_value=1, value=None, step=1, key="story", bind="query-params")
    return chosen | {"pair": (source, target) if source and target else None, "story": story}


def slug(wanted: Filter) -> str:
    """The filter in a file's name, letters and digits only."""
    words = [
        *wanted.directions, *wanted.categories, *wanted.modes, *wanted.langs, *wanted.publishers, *wanted.actors,
        *wanted.places, *wanted.parts, *(f"tier {tier}" for tier in wanted.tiers), *(wanted.pair or ()),
        f"story {wanted.story}" if wanted.story else "", wanted.text,
        f"since {wanted.since:%Y%m%d}" if wanted.since else "", f"until {wanted.until:%Y%m%d}" if wanted.until else "",
    ]  # fmt: skip
    return "".join(f"-{''.join(c if c.isalnum() else '_' for c in word)}" for word in words if word)[:80]

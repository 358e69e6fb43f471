"""The filters over articles as widgets, each in the page's address, so that a link shows what its sender saw. The time
is that of all pages (period).
"""

from __future__ import annotations

import streamlit as st

from monitor.models import CATEGORIES, PARTS
from monitor.storage.articles import Filter
from monitor.ui.components import article_detail, safe_html
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, LANGUAGES, MEASURES, MODE_WORDS, TIER, TIERS
from monitor.ui.exports.periods import Period
from monitor.ui.queries import reads

SIGNED = ("escalation", "deescalation", "mixed")  # the default: sport and weather are one click away
MORE = ("category", "mode", "lang", "publisher", "actor", "source", "target", "place", "part", "tier")


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


def filters(shown: Period) -> Filter:
    """The filter that the widgets set, over the articles of this period.

    Rarely used ones are behind a button that counts those in force.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Words in title or summary",
            key="text",
            bind="query-params",
            placeholder="Hormuz, pétrolier, هرمز",
            max_chars=200,
            width=260,
        )
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
            more = _more()
    return Filter(
        since=shown.since, until=shown.until, directions=tuple(directions), text=text or "", story=of_story(), **more
    )


def of_story() -> int | None:
    """The story that a link asks the articles of. Not called `story` as on the Stories page: Streamlit would take the
    one for the other when somebody goes back.
    """
    number = st.query_params.get("of_story", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def in_force(key: str) -> bool:
    """Whether a filter that is drawn later on is set; a link that was just opened has no state yet."""
    return bool(st.session_state.get(key, key in st.query_params))


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
    return chosen | {"pair": (source, target) if source and target else None}


def slug(wanted: Filter) -> str:
    """The filter but for its time in a file's name, letters and digits only."""
    words = [
        *wanted.directions, *wanted.categories, *wanted.modes, *wanted.langs, *wanted.publishers, *wanted.actors,
        *wanted.places, *wanted.parts, *(f"tier {tier}" for tier in wanted.tiers), *(wanted.pair or ()),
        f"story {wanted.story}" if wanted.story else "", wanted.text,
    ]  # fmt: skip
    return "".join(f"-{''.join(c if c.isalnum() else '_' for c in word)}" for word in words if word)[:80]

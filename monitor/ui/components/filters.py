"""The filters over articles and stories as widgets, the same on both pages, each in the page's address; those in force
as chips that can be taken away one by one. The time is that of all pages (period).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from monitor.language import N_, _
from monitor.models import CATEGORIES, PARTS
from monitor.storage.articles import Filter
from monitor.storage.search import question_of
from monitor.ui.components import safe_html, speech
from monitor.ui.components.wording import (
    CATEGORY_WORDS,
    DIRECTION_WORDS,
    LANGUAGES,
    MEASURES,
    MODE_WORDS,
    TIER,
    TIERS,
    commas,
    labelled,
    listed,
    named,
)
from monitor.ui.exports.periods import Period
from monitor.ui.queries import reads

SIGNED = ("escalation", "deescalation", "mixed")
SHOW = (N_("with a signal"), N_("about the Gulf"), N_("everything"))
SHOWN = "about the Gulf"  # the default: sport and weather are one click away
SEARCH = N_(
    'All words have to be there: **tanker hormuz**. Side by side: **"oil tanker"**. Either: **tanker OR vessel**. '
    "Not: **-houthi**. A beginning: **tank\\***. A name such as *Bab el-Mandeb* is found in every spelling and script "
    "that the gazetteer knows."
)


@dataclass(frozen=True)
class Choice:
    """One of the rarely used filters: several values of a field of Filter."""

    name: str  # in the address
    field: str
    label: str  # for _
    options: Callable[[], Sequence[Any]]
    named: Callable[[Any], str] = str
    help: str | None = None


def _direction(code: str) -> str:
    return _(DIRECTION_WORDS[code])


def _actor(code: str) -> str:
    return named(code, reads.actor_names())


CHOICES = (
    Choice("category", "categories", N_("Category"), lambda: CATEGORIES, lambda code: _(CATEGORY_WORDS[code])),
    Choice("place", "places", N_("Place"), lambda: reads.known_tags("place"), lambda place: _(place)),
    Choice("part", "parts", N_("Part of the theatre"), lambda: list(PARTS), lambda code: _(PARTS[code])),
    Choice("actor", "actors", N_("Actor named"), lambda: reads.known_tags("actor"), _actor),
    Choice("mode", "modes", N_("Acts or words"), lambda: list(MODE_WORDS), lambda code: _(MODE_WORDS[code])),
    Choice("lang", "langs", N_("Language"), lambda: list(LANGUAGES), lambda code: _(LANGUAGES[code])),
    Choice("publisher", "publishers", N_("Publisher"), lambda: reads.publishers(), safe_html.sound),
    Choice("tier", "tiers", N_("Tier of the source"), lambda: TIERS, str, TIER),
)
PAIR = {"source": N_("Who did it"), "target": N_("to whom")}


def measure(key: str) -> str:
    """Which of the index's measures is looked at."""

    def said(measure: str) -> str:
        return _(MEASURES[measure])

    speech.bound(key, MEASURES, said)
    return st.segmented_control(
        _("Index"),
        list(MEASURES),
        default="tension",
        format_func=said,
        key=key,
        bind="query-params",
        required=True,
    )


def filters(
    shown: Period,
    prefix: str = "",
    more: Callable[[], None] | None = None,
    sides: Sequence[str] = tuple(DIRECTION_WORDS),
) -> Filter:
    """The filter that the widgets set, over this period; rarely used ones are behind a button.

    `prefix` stands before the name of each in the address: pages of Streamlit may not share a name. `more` draws what
    only this page has; `sides` are the directions to choose from.
    """
    in_the_spoken_language(prefix, sides)
    unknown(prefix)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _("Words in title or summary"),
            key=f"{prefix}text",
            bind="query-params",
            placeholder='Hormuz "oil tanker" -houthi',
            max_chars=200,
            width=260,
            help=_(SEARCH),
        )
        show = st.segmented_control(
            _("Show"),
            SHOW,
            default=SHOWN,
            format_func=_,
            key=f"{prefix}show",
            bind="query-params",
            required=True,
        )
        directions = st.pills(
            _("Direction"),
            sides,
            format_func=_direction,
            selection_mode="multi",
            key=f"{prefix}direction",
            bind="query-params",
        )
        if more:
            more()
        with st.popover(_("More filters")):
            chosen = _choices(prefix)
    return Filter(
        since=shown.since, until=shown.until, text=text or "", story=of_story(), **chosen,
        directions=tuple(directions) or (SIGNED if show == "with a signal" else ()),
        theatre=True if show == SHOWN else None,
    )  # fmt: skip


def _choices(prefix: str) -> dict[str, Any]:
    columns = st.columns(2)
    chosen: dict[str, Any] = {}
    for number, one in enumerate(CHOICES):
        values = columns[number % 2].multiselect(
            _(one.label),
            one.options(),
            format_func=one.named,
            key=prefix + one.name,
            bind="query-params",
            filter_mode="contains",
            select_all=False,  # Enter takes the one that is marked
            help=_(one.help) if one.help else None,
        )
        chosen[one.field] = tuple(values)
    actors = reads.known_tags("actor")
    pair = []
    for (name, label), column in zip(PAIR.items(), columns, strict=True):
        asked = _("Applies only together with who did it.") if name == "target" else None
        pair.append(
            column.selectbox(
                _(label),
                actors,
                index=None,
                format_func=_actor,
                key=prefix + name,
                bind="query-params",
                filter_mode="contains",
                placeholder=_("anyone"),
                help=asked,
            )
        )
    return chosen | {"pair": tuple(pair) if all(pair) else None}


def of_story() -> int | None:
    """The story that a link asks the articles of. Not called `story` as on the Stories page: Streamlit would take the
    one for the other when somebody goes back.
    """
    number = st.query_params.get("of_story", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def in_the_spoken_language(prefix: str, sides: Sequence[str]) -> None:
    speech.bound(f"{prefix}show", SHOW, _)
    speech.bound(f"{prefix}direction", sides, _direction)
    for one in CHOICES:
        if prefix + one.name in given():
            speech.bound(prefix + one.name, one.options(), one.named)
    for name in PAIR:
        if prefix + name in given():
            speech.bound(prefix + name, reads.known_tags("actor"), _actor)


def unknown(prefix: str) -> None:
    """Says which values of the link are none; they are left out."""
    known: dict[str, Sequence[str]] = {
        "direction": [_(words) for words in DIRECTION_WORDS.values()],
        "show": [_(words) for words in SHOW],
        **{one.name: [one.named(value) for value in one.options()] for one in CHOICES if prefix + one.name in given()},
        **{name: [_actor(code) for code in reads.known_tags("actor")] for name in PAIR if prefix + name in given()},
    }
    strange = [
        labelled(name, value)
        for name, values in known.items()
        for value in st.query_params.get_all(prefix + name)
        if value and value not in values
    ]
    if strange:
        said = commas(strange)[:300]
        safe_html.banner("warning", _("The link asks for what there is not; it is left out:"), safe_html.sound(said))


def given() -> set[str]:
    return set(st.query_params)


def chips(wanted: Filter, prefix: str = "", more: Sequence[tuple[str, str, Any]] = ()) -> None:
    """The filters in force, each with a way to take it away; `more` are the page's own, as (label, key, default)."""
    found: list[tuple[str, str, Any]] = []  # label, key, what remains without it
    if text := st.session_state.get(f"{prefix}text"):
        found.append((_("words: {text}", text=text), f"{prefix}text", ""))
    if (show := st.session_state.get(f"{prefix}show", SHOWN)) != SHOWN:
        found.append((_("show: {what}", what=_(show)), f"{prefix}show", SHOWN))
    for name, label, said in (
        ("direction", _("direction"), _direction),
        *((one.name, _(one.label).lower(), one.named) for one in CHOICES),
    ):
        values = list(st.session_state.get(prefix + name) or ())
        found += [
            (
                _("{filter}: {value}", filter=label, value=said(value)),
                prefix + name,
                [other for other in values if other != value],
            )
            for value in values
        ]
    for name, label in PAIR.items():
        if code := st.session_state.get(prefix + name):
            said_of = _("{filter}: {value}", filter=_(label).lower(), value=_actor(code))
            found.append((said_of, prefix + name, None))
    if wanted.story:
        found.append((_("reports of story {story}", story=wanted.story), "of_story", None))
    found += more
    if not found:
        return
    with st.container(horizontal=True, gap="xsmall", key=f"{prefix}chips"):
        for number, (label, key, rest) in enumerate(found):
            st.button(
                safe_html.label(label[:80]),
                key=f"chip_{number}_{key}",
                icon=":material/close:",
                on_click=take_away,
                args=({key: rest},),
                help=_("Take this filter away"),
            )
        if len(found) > 1:
            # of several values of one filter, the chip of the last leaves the others
            st.button(
                _("Take all away"), key=f"{prefix}chip_all", type="tertiary", on_click=take_away,
                args=({key: [] if isinstance(rest, list) else rest for _, key, rest in found},),
            )  # fmt: skip


def take_away(what: dict[str, Any]) -> None:
    """Put what remains in the place of filters, in a callback."""
    for key, rest in what.items():
        if key == "of_story":
            st.query_params.pop("of_story", None)
        else:
            st.session_state[key] = rest


def spelled(text: str) -> None:
    """Says in which spellings the names of a search were looked for."""
    asked = question_of(text)
    of_name = {terms[0].words: terms[1:] for terms in (*asked.wanted, asked.unwanted) if terms}
    for name in asked.names:
        forms = shortest([" ".join(name), *(" ".join(term.words) for term in of_name.get(name, ()))])[1:]
        if forms:
            said = listed([f"{safe_html.ISOLATE}{form}{safe_html.POP}" for form in forms], 6)
            safe_html.note(_("{name} was also looked for as {forms}.", name=" ".join(name), forms=said))


def shortest(forms: Sequence[str]) -> list[str]:
    """The first form, and those that hold no other one: what finds `hormuz` finds `strait of hormuz` too."""
    return [
        form
        for number, form in enumerate(forms)
        if not number or not any(f" {other} " in f" {form} " for other in forms if other != form)
    ]


def slug(wanted: Filter) -> str:
    """The filter but for its time in a file's name, letters and digits only."""
    words = [
        *wanted.directions, *wanted.categories, *wanted.modes, *wanted.langs, *wanted.publishers, *wanted.actors,
        *wanted.places, *wanted.parts, *(f"tier {tier}" for tier in wanted.tiers), *(wanted.pair or ()),
        f"story {wanted.story}" if wanted.story else "", wanted.text,
    ]  # fmt: skip
    return "".join(f"-{''.join(c if c.isalnum() else '_' for c in word)}" for word in words if word)[:50]

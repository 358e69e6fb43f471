"""Where it happens, and who does what to whom."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from monitor.language import N_, _, n_, numeral
from monitor.storage.articles import Filter
from monitor.storage.counts import Count
from monitor.ui.app import pages
from monitor.ui.charts import actor_matrix
from monitor.ui.charts import map as map_chart
from monitor.ui.components import (
    article_detail,
    downloads,
    filters,
    number_table,
    period,
    row_selection,
    safe_html,
    speech,
    times,
)
from monitor.ui.components.wording import DIRECTION_SIGNS, DIRECTION_WORDS, commas, listed
from monitor.ui.exports.periods import Period
from monitor.ui.queries import places_and_pairs, reads
from monitor.ui.queries.places_and_pairs import COUNTED, PAIR, PLACE

ARTICLES = 12  # of a place or pair, below the table
ELSEWHERE = 12  # places that are named as not on the map


def columns(shown: Period) -> dict:
    moving = not shown.fixed and shown.time != "all"
    against = (
        _("Stories, against the {time} before", time=_(shown.time))
        if moving
        else _("Stories, against as long a time before")
    )
    number = st.column_config.NumberColumn
    return {
        row_selection.SIGN: row_selection.sign_column(_("The direction that more stories have")),
        "escalation": number(_("▲ stories"), width=75, help=_("Stories that report escalation")),
        "deescalation": number(_("▼ stories"), width=75, help=_("Stories that report de-escalation")),
        "change": number(_("change"), width=70, format="%+d", help=against),
        "publishers": number(_("publishers"), width=85, help=_("Publishers with a report of it")),
        "severity": number(
            _("severity"), width=70, format="%.1f", help=_("The most severe of its signals, from 1 to 10")
        ),
    }


def choose(parameter: str, value: object) -> None:
    if value is not None:
        st.query_params[parameter] = str(value)


def signed(frame: pd.DataFrame) -> pd.DataFrame:
    """With the sign of the direction that has more stories before each row."""
    more = frame["deescalation"] > frame["escalation"]
    return row_selection.with_signs(frame, [DIRECTION_SIGNS["deescalation" if one else "escalation"] for one in more])


def forget(parameter: str) -> None:
    st.query_params.pop(parameter, None)


def where(found: Sequence[Count], earlier: Sequence[Count] | None, during: Period) -> None:
    coordinates = reads.coordinates()
    here, elsewhere = map_chart.split(found, coordinates)
    speech.bound("view", map_chart.VIEWS, _)
    view = st.segmented_control(
        _("View"), list(map_chart.VIEWS), default="whole region", format_func=_, key="view", bind="query-params",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    frame = places_and_pairs.table(here, earlier, PLACE)
    option = map_chart.places(here, coordinates, view)
    marks = map_chart.marks(option)
    key = f"map_{view}_{hash(tuple(here))}"
    with st.container(horizontal=True, gap="medium", key="map_and_list"):
        with st.container(key="map", gap="xsmall"):
            top = commas(
                _(
                    "{place} {up} up, {down} down",
                    place=_(count.values[0]),
                    up=count.escalation,
                    down=count.deescalation,
                )
                for count in here[:5]
            )
            st.echarts_chart(
                option, height="stretch", key=key,
                alt=n_("Map of {n} place; most stories: {top}", "Map of {n} places; most stories: {top}", len(here),
                       n=numeral(len(here)), top=top),
                on_select=lambda: choose("spot", row_selection.mark(key, marks)),
            )  # fmt: skip
        with st.container(key="place_list", gap="xsmall"):
            said = frame.assign(place=[_(name) for name in frame["place"]])
            row_selection.table(
                signed(said[[*PLACE, *places_and_pairs.SIDES, "change", "publishers"]]), list(frame["place"]), "spot",
                key=f"places_{hash(tuple(here))}", height=row_selection.tall(len(frame), 15),
                alt=n_("{n} place", "{n} places", len(frame), n=numeral(len(frame))),
                column_config={"place": _("place"), **columns(during)},
            )  # fmt: skip
            downloads.offer("places", name="places", shown=during)
    text = _(
        "Wheel or pinch to zoom, drag to move. The upper half of a mark is escalation, the lower de-escalation; their "
        "areas grow with the number of stories. Squares: terminals; diamonds: chokepoints; dashed: sea lanes. Borders "
        "are approximate."
    )
    if elsewhere:
        named = [f"{_(count.values[0])} ({count.stories})" for count in elsewhere]
        text += " " + _("Not on the map, with stories: {places}.", places=listed(named, ELSEWHERE))
    safe_html.note(text)
    if spot := st.query_params.get("spot"):
        articles(_(spot), Filter(places=(spot,)), {"place": spot}, "spot", during)


def who(found: Sequence[Count], earlier: Sequence[Count] | None, during: Period) -> None:
    english = reads.actor_names()
    names = {code: _(name) for code, name in english.items()}
    speech.bound("kind", places_and_pairs.SIDES, lambda code: _(DIRECTION_WORDS[code]))
    direction = st.segmented_control(
        _("Kind"), places_and_pairs.SIDES, default="escalation", format_func=lambda code: _(DIRECTION_WORDS[code]),
        key="kind", bind="query-params", required=True, label_visibility="collapsed",
    )  # fmt: skip
    safe_html.note(_(
        "Who (row) did it to whom (column): the number of stories in which a clause names both. The deeper the colour, "
        "the more severe."
    ))  # fmt: skip
    text = st.column_config.TextColumn
    cells = actor_matrix.cells(found, direction)
    pairs = [">".join(count.values) for count in cells]
    frame = places_and_pairs.table(found, earlier, PAIR)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        if cells:
            option = actor_matrix.matrix(cells, direction, names)
            key = f"matrix_{direction}_{hash(tuple(cells))}"
            top = commas(
                f"{actor_matrix.pair_named(count.values, names)} {getattr(count, direction)}"
                for count in sorted(cells, key=lambda count: -getattr(count, direction))[:5]
            )
            st.echarts_chart(
                option, height=150 + 34 * len(option["yAxis"]["data"]), key=key,
                alt=_("Who acts on whom, stories: {top}", top=top),
                on_select=lambda: choose("pair", row_selection.mark(key, {"pairs": pairs})),
            )  # fmt: skip
            if len(cells) < sum(1 for count in found if getattr(count, direction)):
                safe_html.note(_("The {n} actors with most stories; the table has all pairs.", n=actor_matrix.ACTORS))
        else:
            st.text(_("No signal of this kind names both sides."))
    with right:
        shown = frame.assign(**{side: [names.get(code, code) for code in frame[side]] for side in PAIR})
        row_selection.table(
            signed(shown[[*PAIR, *places_and_pairs.SIDES, "change", "severity"]]),
            [">".join(count.values) for count in found], "pair",
            key=f"pairs_{hash(tuple(found))}", height=row_selection.tall(len(frame), 12),
            alt=n_("{n} pair of actors", "{n} pairs of actors", len(frame), n=numeral(len(frame))),
            column_config={
                "source": text(_("who"), width=115), "target": text(_("to whom"), width=115), **columns(during)
            },
        )  # fmt: skip
        downloads.offer("pairs", name="pairs", shown=during)
    source, target = (st.query_params.get("pair", "").split(">", 1) + [""])[:2]
    if source and target:
        title = actor_matrix.pair_named((source, target), names)
        link = {name: article_detail.named(code, english) for name, code in zip(PAIR, (source, target), strict=True)}
        articles(title, Filter(pair=(source, target)), link, "pair", during)


def articles(title: str, wanted: Filter, link: dict[str, str], parameter: str, during: Period) -> None:
    """The newest articles with signals of what was chosen, below the map or the matrix; a click on one opens it."""
    asked = replace(wanted, since=during.since, until=during.until, directions=filters.SIGNED)
    upto = reads.arrived_id()
    found, total = reads.found(asked, ARTICLES, upto), reads.count(replace(asked, upto_id=upto))
    with st.container(key=f"articles_of_{parameter}", border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            head = n_(
                "{title}: {n} article with signals", "{title}: {n} articles with signals", total, n=numeral(total),
                title=title,
            )  # fmt: skip
            safe_html.show(safe_html.tag("h3", head, class_="plain"))
            st.page_link(
                pages.target("articles.py"), label=_("All of them, with filters"), query_params=link | period.along()
            )
            st.button(
                _("Close"), key=f"close_{parameter}", icon=":material/close:", type="tertiary",
                on_click=forget, args=(parameter,),
            )  # fmt: skip
        if not found:
            st.text(_("None in this time."))
            return
        frame = pd.DataFrame({
            N_("title"): [safe_html.cell(one.title) for one in found],
            "time": pd.to_datetime([one.at for one in found], utc=True),
            N_("direction"): [_(DIRECTION_WORDS[one.direction]) for one in found],
            N_("publisher"): [safe_html.cell(one.publisher) for one in found],
        })  # fmt: skip
        key = f"{parameter}_articles_{hash(tuple(one.id for one in found))}"
        number_table.show(
            frame, key=key, alt=_("The newest articles: {title}", title=title), on_select="rerun",
            selection_mode=row_selection.MODE,
            config={
                "title": st.column_config.TextColumn(width=520),
                "time": times.column(95),
            },
        )  # fmt: skip
        if (chosen := row_selection.row(key)) is not None:
            # the period goes along by itself: it belongs to the frame of all pages
            st.switch_page(pages.target("articles.py"), query_params=link | {"article": str(found[chosen].id)})


st.title(_("Where and who"), anchor=False)
shown = period.chosen()
speech.bound("counted", COUNTED, _)
counted = st.segmented_control(
    _("Counted"), list(COUNTED), default="acts and words", format_func=_, key="counted", bind="query-params",
    required=True, label_visibility="collapsed",
)  # fmt: skip
modes = COUNTED[counted]
earlier = places_and_pairs.before(shown.since, shown.until)
places = reads.stories_of_places(shown.since, shown.until, modes)
pairs = reads.stories_of_pairs(shown.since, shown.until, modes)
if not places and not pairs:
    polled = bool(reads.newest_id())
    st.info(_("No signal in this time names a place or a pair of actors.") if polled else _("Nothing polled yet."))
if places:
    st.header(_("Where"), anchor=False)
    where(places, reads.stories_of_places(*earlier, modes) if earlier else None, shown)
if pairs:
    st.header(_("Who against whom"), anchor=False)
    who(pairs, reads.stories_of_pairs(*earlier, modes) if earlier else None, shown)

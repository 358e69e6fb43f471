"""All articles with every filter, and how each was read, with the words that prove it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from monitor.language import _, n_, numeral, spoken
from monitor.models import UNREAD, Article
from monitor.storage.articles import Filter
from monitor.ui.components import (
    article_detail,
    downloads,
    filters,
    gloss,
    period,
    row_selection,
    safe_html,
    speech,
    times,
)
from monitor.ui.components.wording import DIRECTION_SIGNS, LANGUAGES, SCORE, kinds, signs
from monitor.ui.exports import links
from monitor.ui.queries import reads

LIMIT = 500
ROWS = 20  # of the list that stand without a scroll bar


@speech.ticking(run_every=reads.TICK)
def arrivals(wanted: Filter, upto: int) -> None:
    """Announces new articles and shows them when asked, so that nothing moves while somebody reads."""
    latest = reads.arrived_id()
    asked = replace(wanted, after_id=upto, upto_id=latest)
    new = reads.count(asked) if latest > upto else 0
    if not new:
        return
    with st.container(key="arrivals", gap="xsmall"):
        for article in reads.found(asked, 2, latest):
            safe_html.show(safe_html.passage(f"{article.title} ({article.publisher})", kind="title", lang=article.lang))
        if st.button(n_("Show {n} new", "Show {n} new", new), key="show_new", type="primary"):
            st.session_state.pop("upto", None)
            st.rerun()


def table(found: list[Article], beside: bool) -> None:
    """The list; narrower `beside` an open article. Choosing a row puts its number into the address."""
    language, names = spoken(), reads.actor_names()
    foreign = [a for a in found if gloss.needed(a, language)]
    frame = pd.DataFrame({
        "title": [safe_html.cell(a.title) for a in found],
        "in English": [gloss.of(a, names) if gloss.needed(a, language) else "" for a in found],
        "time": pd.to_datetime([a.at for a in found], utc=True),
        "publisher": [safe_html.cell(a.publisher) for a in found],
        "signals": [kinds(a.categories) for a in found],
        "score": [a.score if a.categories else None for a in found],
        "language": [_(LANGUAGES.get(a.lang, a.lang)) if a.lang else "" for a in found],
    })  # fmt: skip
    if not foreign:
        frame = frame.drop(columns=["in English", "language"])
    frame = row_selection.with_signs(frame, [DIRECTION_SIGNS[a.direction] for a in found])
    ids = [a.id for a in found]
    row_selection.table(
        frame,
        ids,
        "article",
        height=row_selection.tall(len(ids), ROWS),
        key=f"list_{hash((*ids, st.session_state.get('closed', 0)))}",
        placeholder="",
        column_config={
            row_selection.SIGN: row_selection.sign_column(signs()),
            "title": st.column_config.TextColumn(_("title"), width=WIDE if not beside else NARROW),
            "in English": st.column_config.TextColumn(
                _("in {language}", language=_(LANGUAGES[language])), width=220,
                help=_("Not a translation: what was read in it."),
            ),
            "time": times.column(95),
            "publisher": st.column_config.TextColumn(_("publisher"), width=110),
            "signals": st.column_config.TextColumn(_("signals"), width=200),
            "score": st.column_config.NumberColumn(_("score"), format="%+.1f", width=60, help=_(SCORE)),
            "language": st.column_config.TextColumn(_("language"), width=75),
        },
        alt=n_("List of {n} article, newest first", "List of {n} articles, newest first", len(found)),
    )  # fmt: skip


WIDE, NARROW = None, 330  # pixels of a title; None: what the other columns leave


def close() -> None:
    st.query_params.pop("article", None)
    st.session_state["closed"] = st.session_state.get("closed", 0) + 1


def opened(number: str) -> None:
    """The article that the address names, with its reading."""
    article = reads.article(int(number)) if number.isdigit() and len(number) < 19 else None
    if article is None:
        st.text(_("There is no article with this number."))
        return
    with st.container(key="reading", border=True):
        st.button(_("Close the article"), key="close", on_click=close, icon=":material/close:")
        article_detail.show(article)


st.title(_("Articles"), anchor=False)
shown = period.chosen()
wanted = filters.filters(shown)
filters.chips(wanted)
st.session_state.setdefault("upto", reads.arrived_id())
upto = reads.newest_id() if UNREAD in wanted.directions else st.session_state.upto
found = reads.found(wanted, LIMIT, upto)
total = reads.count(replace(wanted, upto_id=upto))
with st.container(horizontal=True, vertical_alignment="center"):
    count = n_("{n} article", "{n} articles", total, n=numeral(total))
    st.text(_("The newest {limit} of {articles}", limit=numeral(LIMIT), articles=count) if total > LIMIT else count)
    if total:
        asked = links.query_of(replace(wanted, since=None, until=None))
        downloads.offer("articles", asked, name=f"articles{filters.slug(wanted)}", shown=shown)
if wanted.text:
    filters.spelled(wanted.text)
number = st.query_params.get("article", "")
with st.container(key="split"):
    left, right = st.columns([3, 2], gap="medium") if number else (st.container(), None)
    with left:
        if found:
            table(found, right is not None)
            if not number:
                safe_html.note(_("Click a title to read the article, with the words behind each signal marked."))
        elif not st.session_state.upto:
            st.info(_("Nothing polled yet. New articles are announced here."))
        else:
            st.info(_("No article matches these filters. Choose a longer time or take a filter away."))
    if right:
        with right:
            opened(number)
arrivals(wanted, upto)

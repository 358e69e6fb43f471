"""All articles with every filter, and how each was read, with the words that prove it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from monitor.models import UNREAD, Article
from monitor.storage.articles import Filter
from monitor.ui.components import article_detail, downloads, filters, period, row_selection, safe_html, times
from monitor.ui.components.wording import DIRECTION_WORDS, LANGUAGES, SCORE, kinds, many
from monitor.ui.exports import links
from monitor.ui.queries import reads

LIMIT = 500


@st.fragment(run_every=reads.TICK)
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
        if st.button(f"Show {new} new", key="show_new", type="primary"):
            st.session_state.pop("upto", None)
            st.rerun()


def table(found: list[Article]) -> None:
    """The list. Choosing a row puts its number into the address."""
    frame = pd.DataFrame({
        "title": [safe_html.cell(a.title) for a in found],
        "time": pd.to_datetime([a.at for a in found], utc=True),
        "direction": [DIRECTION_WORDS[a.direction] for a in found],
        "signals": [kinds(a.categories) for a in found],
        "score": [a.score if a.categories else None for a in found],
        "publisher": [safe_html.cell(a.publisher) for a in found],
        "language": [LANGUAGES.get(a.lang or "", a.lang or "") for a in found],
    })  # fmt: skip
    ids = [a.id for a in found]
    row_selection.table(
        frame,
        ids,
        "article",
        height=row_selection.tall(len(ids), 17),
        key=f"list_{hash((*ids, st.session_state.get('closed', 0)))}",
        placeholder="",
        column_config={
            "time": st.column_config.DatetimeColumn(
                f"time ({times.zone_name()})", format="D MMM HH:mm", timezone=times.zone_name(), width=95
            ),
            "direction": st.column_config.TextColumn(width=105),
            "title": st.column_config.TextColumn(width=250),
            "publisher": st.column_config.TextColumn(width=105),
            "score": st.column_config.NumberColumn(format="%+.1f", width=60, help=SCORE),
            "signals": st.column_config.TextColumn(width=150),
            "language": st.column_config.TextColumn(width=70),
        },
        alt=f"List of {len(found)} articles, newest first",
    )


def close() -> None:
    st.query_params.pop("article", None)
    st.session_state["closed"] = st.session_state.get("closed", 0) + 1


def beside(shown: str, some: bool) -> None:
    """The article that the address names, with its reading; without one, a hint how to open one if there are `some`."""
    if not shown:
        if some:
            st.text("Click a title to read the article here, with the words behind each signal marked.")
        return
    article = reads.article(int(shown)) if shown.isdigit() and len(shown) < 19 else None
    if article is None:
        st.text("There is no article with this number.")
        return
    with st.container(key="reading", border=True):
        st.button("Back to the list", key="close", on_click=close, icon=":material/close:")
        article_detail.show(article)


st.title("Articles", anchor=False)
shown = period.chosen()
wanted = filters.filters(shown)
st.session_state.setdefault("upto", reads.arrived_id())
upto = reads.newest_id() if UNREAD in wanted.directions else st.session_state.upto
found = reads.found(wanted, LIMIT, upto)
total = reads.count(replace(wanted, upto_id=upto))
with st.container(horizontal=True, vertical_alignment="center"):
    st.text(many(total, "article") + (f", the newest {LIMIT} shown" if total > LIMIT else ""))
    if total:
        asked = links.query_of(replace(wanted, since=None, until=None))
        downloads.offer("articles", asked, name=f"articles{filters.slug(wanted)}", shown=shown)
with st.container(key="split"):
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if found:
            table(found)
        elif not st.session_state.upto:
            st.info("Nothing polled yet. New articles are announced here.")
        else:
            st.info("No article matches these filters. Widen the time range or remove a filter.")
    with right:
        beside(st.query_params.get("article", ""), bool(found))
arrivals(wanted, upto)

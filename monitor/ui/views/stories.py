"""Events that several publishers report: who reported when, and how their readings differ."""

from collections import Counter
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.models import CATEGORIES, Article, Story
from monitor.stories.account import Account
from monitor.ui.charts import report_timeline
from monitor.ui.components import article_card, article_detail, downloads, period, row_selection, safe_html, times
from monitor.ui.components.wording import (
    CATEGORY_WORDS,
    DIRECTION_WORDS,
    LANGUAGES,
    SCORE,
    STORY_SCORE,
    TIER,
    after,
    contradictions,
    followed,
    kinds,
    languages,
    many,
    state,
)
from monitor.ui.queries import reads

LIMIT = 300
NAMED = 6  # publishers, and reports that contradict, that a story's sentences name
INDEPENDENT = "Publishers with different owners; copies of one text count once"
STATE = (
    "Whether its reports agree: disputed where some deny it or report the opposite, "
    "corrected where it was edited or withdrawn"
)


def table(found: list[Story]) -> None:
    """The list. Choosing a row puts the story's number into the address."""
    frame = pd.DataFrame({
        "title": [safe_html.cell(reads.title(s, times.language())) for s in found],
        "state": [s.state for s in found],
        "direction": [DIRECTION_WORDS[s.direction] for s in found],
        "last report": pd.to_datetime([s.last_seen for s in found], utc=True),
        "publishers": [s.publishers for s in found],
        "articles": [s.articles for s in found],
        "score": [s.score if s.categories else None for s in found],
        "signals": [kinds(s.categories) for s in found],
        "languages": [languages(s.langs) for s in found],
        "first reported by": [safe_html.cell(s.first_publisher) for s in found],
        "first seen": pd.to_datetime([s.first_seen for s in found], utc=True),
    })  # fmt: skip
    ids = [s.id for s in found]
    first, last = (
        st.column_config.DatetimeColumn(label, format="D MMM HH:mm", timezone=times.zone_name(), width=115)
        for label in ("first seen", f"last report ({times.zone_name()})")
    )
    row_selection.table(
        frame,
        ids,
        "story",
        forget=("article",),
        height=row_selection.tall(len(ids), 9),
        key=f"stories_{hash(tuple(ids))}",
        placeholder="",
        column_config={
            "last report": last,
            "first seen": first,
            "title": st.column_config.TextColumn(width=480),
            "direction": st.column_config.TextColumn(width=110),
            "score": st.column_config.NumberColumn(format="%+.1f", width=60, help=STORY_SCORE),
            "signals": st.column_config.TextColumn(width=190),
            "state": st.column_config.TextColumn(width=105, help=STATE),
            "first reported by": st.column_config.TextColumn(width=130),
            "publishers": st.column_config.NumberColumn(width=80, help=INDEPENDENT),
            "articles": st.column_config.NumberColumn(width=65),
        },
        alt=f"List of {len(found)} stories, newest report first",
    )


def story(number: str) -> None:
    """One story: the article that represents it, the timeline, every report, and the reading of a chosen one."""
    found = reads.story(int(number)) if number.isdigit() and len(number) < 19 else None
    if found is None:
        st.text("There is no story with this number.")
        return
    members, now, account = reads.members(found.id), reads.now(), reads.account_of(found)
    face = reads.article(reads.face(account, times.language())) if account else None
    if account is None or face is None:
        st.text("This story has no report any more.")
        return
    about = (
        state(found),
        f"{many(found.publishers, 'publisher')}, {many(found.articles, 'article')}",
        languages(found.langs),
        article_card.first_seen(found.first_seen, now),
        safe_html.tag("span", "last ", times.shown(found.last_seen, now)),
    )
    with st.container(border=True, key="story"):
        safe_html.show(article_card.brief(found.direction, face, about))
        safe_html.show(safe_html.tag("p", followed(account.first_publisher, account.followers, NAMED)))
        against(account, members)
        st.text(difference(members))
        shown = members[-report_timeline.REPORTS :]
        st.echarts_chart(
            report_timeline.reports(shown, zone=times.zone_name()),
            height=90 + 24 * len({a.publisher for a in shown}),
            key=f"timeline_{found.id}",
            alt=(
                f"Who reported when: {many(len(shown), 'report')} by "
                f"{many(len({a.publisher for a in shown}), 'publisher')}"
            ),
        )
        if len(shown) < len(members):
            safe_html.note(
                f"The chart shows the newest {len(shown)} of {many(len(members), 'report')}; the table has all."
            )
        reports(found, members, account)
    if (chosen := st.query_params.get("article", "")).isdigit() and (article := reads.article(int(chosen))):
        with st.container(key="reading", border=True):
            article_detail.show(article)


OF_STORIES = [word for word in DIRECTION_WORDS if word != "unread"]


def difference(members: list[Article]) -> str:
    """One sentence: do the reports read the same way?"""
    votes = Counter(article.direction for article in members)
    parts = [f"{DIRECTION_WORDS[d]}: {many(votes[d], 'report')}" for d in DIRECTION_WORDS if votes[d]]
    agree = "All reports read the same way" if len(parts) == 1 else "Reports read differently"
    return f"{agree} ({', '.join(parts)})."


def against(account: Account, members: list[Article]) -> None:
    """The reports that deny a story, report the opposite or were corrected."""
    said = contradictions(account)
    found = [article for article in members if article.id in said]
    for article in found[:NAMED]:
        head = safe_html.tag("span", f"{article.publisher}: {said[article.id]}")
        safe_html.show(
            safe_html.tag(
                "div", head, safe_html.passage(article.title, kind="title", lang=article.lang), class_="against"
            )
        )
    if len(found) > NAMED:
        safe_html.note(f"The table below has {len(found) - NAMED} more such reports.")


def reports(about: Story, members: list[Article], account: Account) -> None:
    said = contradictions(account)
    first = members[0].at
    copies = {one.publisher: f"copy of {one.copies}" for one in account.followers if one.copies}
    frame = pd.DataFrame({
        "title": [safe_html.cell(a.title) for a in members],
        "time": pd.to_datetime([a.at for a in members], utc=True),
        "after the first": ["" if a.at == first else after(a.at - first) for a in members],
        "publisher": [safe_html.cell(a.publisher) for a in members],
        "in this story": [safe_html.cell(said.get(a.id) or copies.get(a.publisher)) for a in members],
        "direction": [DIRECTION_WORDS[a.direction] for a in members],
        "score": [a.score if a.categories else None for a in members],
        "signals": [kinds(a.categories) for a in members],
        "language": [LANGUAGES.get(a.lang or "", a.lang or "") for a in members],
        "tier": [a.tier for a in members],
    })  # fmt: skip
    ids = [a.id for a in members]
    row_selection.table(
        frame,
        ids,
        "article",
        height=row_selection.tall(len(ids), 9),
        key=f"reports_{about.id}_{len(ids)}",
        placeholder="",
        column_config={
            "time": st.column_config.DatetimeColumn(
                f"time ({times.zone_name()})", format="D MMM HH:mm", timezone=times.zone_name(), width=110
            ),
            "title": st.column_config.TextColumn(width=460),
            "score": st.column_config.NumberColumn(format="%+.1f", help=SCORE),
            "in this story": st.column_config.TextColumn(width=150),
            "signals": st.column_config.TextColumn(width=190),
            "tier": st.column_config.NumberColumn(help=TIER),
        },
        alt=f"{len(ids)} reports, oldest first",
    )
    downloads.offer("articles", f"story={about.id}", name=f"story-{about.id}", label="Download these reports as CSV")


st.title("Stories", anchor=False)
shown = period.chosen()
with st.container(horizontal=True, vertical_alignment="bottom"):
    direction = st.pills(
        "Direction",
        OF_STORIES,
        format_func=DIRECTION_WORDS.__getitem__,
        key="story_direction",
        bind="query-params",
    )
    category = st.selectbox(
        "Category",
        CATEGORIES,
        index=None,
        format_func=CATEGORY_WORDS.__getitem__,
        key="story_category",
        bind="query-params",
        placeholder="any",
        width=200,
    )
    least = st.number_input(
        "Publishers, at least",
        1,
        99,
        2,
        key="least",
        bind="query-params",
        width=150,
        help=INDEPENDENT,
    )
    everything = st.toggle("Show stories without a signal", key="everything", bind="query-params")
signed = not everything and direction != "none"
found = reads.stories_reported(shown.since, shown.until, direction, category, int(least), LIMIT, signed)
st.text(many(len(found), "story") + (f": the {LIMIT} with the newest reports" if len(found) == LIMIT else ""))
if found:
    table(found)
    if not st.query_params.get("story"):
        safe_html.note("Click a title to see who reported the story when, and how their readings differ.")
    sides = [direction] if direction else [] if everything else [word for word in OF_STORIES if word != "none"]
    query = (
        [("direction", side) for side in sides]
        + [("least", str(int(least)))]
        + ([("category", category)] if category else [])
    )
    downloads.offer(
        "stories",
        urlencode(query),
        name="-".join(filter(None, ("stories", direction, category, f"by_{int(least)}"))),
        shown=shown,
    )
else:
    st.info("No story matches these filters." if reads.newest_id() else "Nothing polled yet.")
if number := st.query_params.get("story"):
    story(number)

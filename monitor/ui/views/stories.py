"""Events that several publishers report: who reported when, and how their readings differ."""

from collections import Counter
from dataclasses import replace

import pandas as pd
import streamlit as st

from monitor.language import N_, _, n_, numeral, spoken
from monitor.models import Article, Story
from monitor.stories.account import Account
from monitor.ui.app import pages
from monitor.ui.charts import report_timeline
from monitor.ui.components import (
    article_card,
    article_detail,
    downloads,
    filters,
    gloss,
    leads,
    number_table,
    period,
    row_selection,
    safe_html,
    times,
)
from monitor.ui.components.wording import (
    DIRECTION_SIGNS,
    DIRECTION_WORDS,
    SCORE,
    STORY_SCORE,
    TIER,
    after,
    commas,
    contradictions,
    followed,
    kinds,
    labelled,
    languages,
    signs,
    state,
)
from monitor.ui.exports import links
from monitor.ui.queries import reads

OF_STORIES = [name for name in DIRECTION_WORDS if name != "unread"]
LONG, SHORT = 20, 7  # rows of the list that stand without a scroll bar: alone, and above a story
NAMED = 6  # publishers, and reports that contradict, that a story's sentences name
INDEPENDENT = N_("Publishers with different owners; copies of one text count once")
STATE = N_(
    "Whether its reports agree: disputed where some deny it or report the opposite, "
    "corrected where it was edited or withdrawn"
)


def table(found: list[Story], rows: int) -> None:
    """The list. Choosing a row puts the story's number into the address."""
    frame = pd.DataFrame({
        row_selection.SIGN: [DIRECTION_SIGNS[s.direction] for s in found],
        N_("title"): [safe_html.cell(reads.title(s, spoken())) for s in found],
        N_("state"): [_(s.state) for s in found],
        N_("publishers"): [s.publishers for s in found],
        "last report": pd.to_datetime([s.last_seen for s in found], utc=True),
        N_("articles"): [s.articles for s in found],
        N_("score"): [s.score if s.categories else None for s in found],
        N_("signals"): [kinds(s.categories) for s in found],
        N_("languages"): [languages(s.langs) for s in found],
        N_("first reported by"): [safe_html.cell(s.first_publisher) for s in found],
        "first seen": pd.to_datetime([s.first_seen for s in found], utc=True),
    })  # fmt: skip
    ids = [s.id for s in found]
    first, last = (
        times.column(115, label) for label in (_("first seen"), _("last report ({zone})", zone=times.zone_name()))
    )
    row_selection.table(
        frame,
        ids,
        "story",
        forget=("article",),
        height=row_selection.tall(len(ids), rows),
        key=f"stories_{hash(tuple(ids))}",
        placeholder="",
        column_config=number_table.headed(
            frame.columns,
            {
                "last report": last,
                "first seen": first,
                row_selection.SIGN: row_selection.sign_column(signs()),
                "score": st.column_config.NumberColumn(format="%+.1f", width=60, help=_(STORY_SCORE)),
                "signals": st.column_config.TextColumn(width=170),
                "state": st.column_config.TextColumn(width=135, help=_(STATE)),
                "first reported by": st.column_config.TextColumn(width=130),
                "publishers": st.column_config.NumberColumn(width=80, help=_(INDEPENDENT)),
                "articles": st.column_config.NumberColumn(width=65),
            },
        ),
        alt=n_(
            "List of {n} stories, the leading ones first", "List of {n} stories, the leading ones first", len(found)
        ),
    )


def story(number: str) -> None:
    """One story: the article that represents it, the timeline, every report, and the reading of a chosen one."""
    found = reads.story(int(number)) if number.isdigit() and len(number) < 19 else None
    if found is None:
        st.text(_("There is no story with this number."))
        return
    members, now, account = reads.members(found.id), reads.now(), reads.account_of(found)
    face = reads.article(reads.face(account, spoken())) if account else None
    if account is None or face is None:
        st.text(_("This story has no report any more."))
        return
    about = (
        state(found),
        commas(
            [
                n_("{n} publisher", "{n} publishers", found.publishers, n=numeral(found.publishers)),
                n_("{n} article", "{n} articles", found.articles, n=numeral(found.articles)),
            ]
        ),
        languages(found.langs),
        article_card.first_seen(found.first_seen, now),
        safe_html.tag("span", safe_html.sentence(_("last {time}"), time=times.shown(found.last_seen, now))),
    )
    with st.container(border=True, key="story"):
        st.button(_("Close the story"), key="close", on_click=close, icon=":material/close:")
        safe_html.show(article_card.brief(found.direction, face, about))
        if said := gloss.line(face, reads.actor_names(), spoken()):
            safe_html.note(said)
        if len(members) == 1:
            one_report(found, members[0])
            return
        safe_html.show(safe_html.tag("p", followed(account.first_publisher, account.followers, NAMED)))
        against(account, members)
        st.text(difference(members))
        shown = members[-report_timeline.REPORTS :]
        publishers = len({a.publisher for a in shown})
        st.echarts_chart(
            report_timeline.reports(shown, zone=times.zone_name()),
            height=90 + 24 * publishers,
            key=f"timeline_{found.id}",
            alt=_(
                "Who reported when: {reports} by {publishers}",
                reports=n_("{n} report", "{n} reports", len(shown)),
                publishers=n_("{n} publisher", "{n} publishers", publishers),
            ),
        )
        if len(shown) < len(members):
            safe_html.note(
                n_(
                    "The chart shows the newest {shown} of {n} report; the table has all.",
                    "The chart shows the newest {shown} of {n} reports; the table has all.",
                    len(members),
                    n=numeral(len(members)),
                    shown=len(shown),
                )
            )
        reports(found, members, account)
    if (chosen := st.query_params.get("article", "")).isdigit() and (article := reads.article(int(chosen))):
        with st.container(key="reading", border=True):
            article_detail.show(article, of_story=False)


def close() -> None:
    for name in ("story", "article"):
        st.query_params.pop(name, None)


def one_report(found: Story, member: Article) -> None:
    """A story of one report has nothing to compare: the way to the report."""
    st.text(_("Reported by {publisher} alone so far.", publisher=safe_html.sound(member.publisher)))
    st.page_link(pages.target("articles.py"), label=_("How it was read"), query_params=leads.article(member.id))


def difference(members: list[Article]) -> str:
    """One sentence: do the reports read the same way?"""
    votes = Counter(article.direction for article in members)
    parts = [
        n_("{direction}: {n} report", "{direction}: {n} reports", votes[d], n=numeral(votes[d]), direction=_(words))
        for d, words in DIRECTION_WORDS.items()
        if votes[d]
    ]
    if len(parts) == 1:
        return _("All reports read the same way ({counts}).", counts=parts[0])
    return _("Reports read differently ({counts}).", counts=commas(parts))


def against(account: Account, members: list[Article]) -> None:
    """The reports that deny a story, report the opposite or were corrected."""
    said = contradictions(account)
    found = [article for article in members if article.id in said]
    for article in found[:NAMED]:
        head = safe_html.tag("span", labelled(article.publisher, said[article.id]))
        safe_html.show(
            safe_html.tag(
                "div", head, safe_html.passage(article.title, kind="title", lang=article.lang), class_="against"
            )
        )
    if len(found) > NAMED:
        more = len(found) - NAMED
        safe_html.note(
            n_("The table below has {n} more such reports.", "The table below has {n} more such reports.", more)
        )


def reports(about: Story, members: list[Article], account: Account) -> None:
    said = contradictions(account)
    first = members[0].at
    copies = {one.publisher: _("copy of {publisher}", publisher=one.copies) for one in account.followers if one.copies}
    frame = pd.DataFrame({
        row_selection.SIGN: [DIRECTION_SIGNS[a.direction] for a in members],
        N_("title"): [safe_html.cell(a.title) for a in members],
        "time": pd.to_datetime([a.at for a in members], utc=True),
        N_("after the first"): ["" if a.at == first else after(a.at - first) for a in members],
        N_("publisher"): [safe_html.cell(a.publisher) for a in members],
        N_("in this story"): [safe_html.cell(said.get(a.id) or copies.get(a.publisher)) for a in members],
        N_("score"): [a.score if a.categories else None for a in members],
        N_("signals"): [kinds(a.categories) for a in members],
        N_("language"): [languages([a.lang] if a.lang else []) for a in members],
        N_("tier"): [a.tier for a in members],
    })  # fmt: skip
    ids = [a.id for a in members]
    row_selection.table(
        frame,
        ids,
        "article",
        height=row_selection.tall(len(ids), 9),
        key=f"reports_{about.id}_{len(ids)}",
        placeholder="",
        column_config=number_table.headed(
            frame.columns,
            {
                "time": times.column(110),
                row_selection.SIGN: row_selection.sign_column(signs()),
                "title": st.column_config.TextColumn(width=460),
                "score": st.column_config.NumberColumn(format="%+.1f", help=_(SCORE)),
                "in this story": st.column_config.TextColumn(width=150),
                "signals": st.column_config.TextColumn(width=190),
                "tier": st.column_config.NumberColumn(help=_(TIER)),
            },
        ),
        alt=n_("{n} reports, oldest first", "{n} reports, oldest first", len(ids)),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.offer(
            "articles", f"story={about.id}", name=f"story-{about.id}", label=_("Download these reports as CSV")
        )
        st.page_link(
            pages.target("articles.py"), label=_("These reports as articles"), query_params=leads.reports(about)
        )


def at_least() -> None:
    label = _("Publishers, at least")
    st.number_input(label, 1, 99, 1, key="least", bind="query-params", width=150, help=_(INDEPENDENT))


st.title(_("Stories"), anchor=False)
shown = period.chosen()
wanted = filters.filters(shown, "story_", at_least, OF_STORIES)
least = int(st.session_state["least"])
at_least_words = n_("at least {n} publishers", "at least {n} publishers", least)
filters.chips(wanted, "story_", [(at_least_words, "least", 1)] if least > 1 else [])
signed = st.session_state["story_show"] == filters.SHOW[0]
found, total = reads.stories_listed(shown.since, shown.until, wanted, publishers=least, signed=signed)
with st.container(horizontal=True, vertical_alignment="center"):
    count = {"n": numeral(total)}
    if total > len(found):
        leading = {**count, "leading": len(found)}
        st.text(n_("The leading {leading} of {n} story", "The leading {leading} of {n} stories", total, **leading))
    else:
        st.text(n_("{n} story", "{n} stories", total, **count))
    if found:
        asked = links.query_of(replace(wanted, since=None, until=None), least=str(least), signed=str(signed).lower())
        downloads.offer("stories", asked, name=f"stories{filters.slug(wanted)}", shown=shown)
if wanted.text:
    filters.spelled(wanted.text)
number = st.query_params.get("story", "")
if found:
    table(found, SHORT if number else LONG)
    if not number:
        safe_html.note(
            _(
                "The leading stories first: by publishers, severity and newness. Click a title to see who reported the "
                "story when, and how their readings differ; click a column's head to sort."
            )
        )
else:
    st.info(_("No story matches these filters.") if reads.newest_id() else _("Nothing polled yet."))
if number:
    if number not in {str(story.id) for story in found}:
        safe_html.note(_("This story is not in the list: it is of another time or does not pass the filters."))
    story(number)

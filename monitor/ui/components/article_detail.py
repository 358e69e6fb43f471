"""One article as it was read: its evidence marked, and for each signal the rule, severity and operators behind it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from monitor.language import spoken
from monitor.models import UNREAD, Article, Signal, Suppressed
from monitor.reader.corrections import RULE, in_force
from monitor.ui.app import pages
from monitor.ui.components import correcting, gloss, leads, safe_html, times
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, DONE, LANGUAGES, named
from monitor.ui.queries import reads

LONG = 1_500  # characters of a summary; beyond that it scrolls by itself


def show(article: Article, *, of_story: bool = True) -> None:
    """Numbers beside the marks are those of the list below. `of_story`: with the way to the article's story."""
    spans: list[Signal | Suppressed] = [*article.signals, *article.suppressed]
    now, names = reads.now(), reads.actor_names()
    head = (
        safe_html.tag("span", DIRECTION_WORDS[article.direction], class_="direction"),
        *(safe_html.tag("span", part) for part in sureness(article)),
        safe_html.tag(
            "span", article.publisher if article.feed == article.publisher else f"{article.publisher} ({article.feed})"
        ),
        safe_html.tag("span", times.shown(article.at, now)),
        safe_html.tag("span", "first seen ", times.shown(article.first_seen, now)),
    )
    texts = [
        safe_html.passage(
            getattr(article, field),
            [(n, s) for n, s in enumerate(spans, 1) if s.field == field],
            kind=kind,
            lang=article.lang,
        )
        for field, kind in (("title", "title"), ("summary", "long" if len(article.summary) > LONG else ""))
    ]
    safe_html.show(safe_html.tag("article", safe_html.tag("div", *head, class_="card-head"), *texts))
    if not article.summary and any(signal.field == "summary" for signal in article.signals):
        safe_html.note("The summary is no longer kept; the words that were found in it are.")
    if said := gloss.line(article, names, spoken()):
        safe_html.note(said)
    if of_story:
        others(article)
    for version in reads.versions_of(article.id):
        if version.title != article.title:
            st.text(f"Another title, first seen {times.local(version.seen_at, now)}: {safe_html.sound(version.title)}")
    st.text(
        f"Actors: {', '.join(named(code, names) for code in article.actors) or 'none named'}\nPlaces: "
        f"{', '.join(article.places) or 'none named'}"
    )
    if not article.signals:
        st.text(without_signal(article))
    correcting.fault(article)
    said = reads.said_of(article.id)
    held = in_force(said, article.title, article.summary)
    with st.container(key="signals", gap="xsmall"):
        for number, found in enumerate(article.signals, 1):
            with st.container(key=f"signal_{number}", horizontal=True, gap="small"):
                safe_html.show(line(article, number, *of_signal(found, names)))
                correcting.judge(article, number, found)
            correcting.judging(article, number, found, held)
        for number, off in enumerate(article.suppressed, len(article.signals) + 1):
            struck = correcting.struck(off, held)
            with st.container(key=f"signal_{number}", horizontal=True, gap="small"):
                safe_html.show(line(article, number, *of_suppressed(off), struck=struck is not None))
                if struck is not None:
                    correcting.take_back(number, struck)
                else:
                    correcting.pick(article, number, off)
    if article.direction != UNREAD:
        correcting.missing(article, held)
    correcting.history(said)
    safe_html.show(
        safe_html.tag(
            "details",
            safe_html.tag("summary", "Details"),
            f"{f'Read by {article.method}' if article.method else 'Not read yet'}; language "
            f"{LANGUAGES.get(article.lang or '', 'not known')}; source of tier {article.tier}; article {article.id}"
            + (f" of story {article.story_id}." if article.story_id else "."),
            class_="note",
        )
    )
    with st.container(horizontal=True):
        if link := safe_html.web_link(article.link):
            st.link_button("Open at the publisher", link)
        with st.popover("Copy as text"):
            st.code(as_text(article, names), language=None, wrap_lines=True)


def others(article: Article) -> None:
    """Who else reports what this article does."""
    story = reads.story(article.story_id) if article.story_id else None
    if story is None:
        return
    if story.articles < 2:
        safe_html.note("No other report of it so far.")
        return
    count = story.articles - 1
    st.page_link(
        pages.target("stories.py"),
        label=f"{count} other{'s report' if count > 1 else ' reports'} this: who, and how",
        query_params=leads.story(story.id),
    )


def sureness(article: Article) -> list[str]:
    """The score, how sure the reader is of the direction, and the direction that came next;
    nothing where it was not read.
    """
    if article.direction == UNREAD or article.fault:
        return []
    parts = [f"score {article.score:+.1f}"]
    if article.confidence is not None:
        parts.append(f"confidence {article.confidence:.0%}")
    if article.runner_up:
        parts.append(f"next {DIRECTION_WORDS[article.runner_up]}")
    return parts


def without_signal(article: Article) -> str:
    if article.direction == UNREAD:
        return "Not read yet: whether it reports anything is seen in a moment."
    if article.fault:
        return f"It {article.fault}. Whether it reports anything is not known."
    about = "nothing here changes the risk." if article.theatre else "nothing here is about the Gulf theatre."
    return f"No signal: {about}"


def sure(confidence: float | None) -> str:
    return "" if confidence is None else f", confidence {confidence:.0%}"


def of_signal(found: Signal, names: Mapping[str, str]) -> tuple[str, str, str, str | None, str]:
    """(what it is, its words, who to whom, why, by which rule); every number that made the reading stands in it."""
    who = ", ".join(f"{word} {value}" for word, value in (
        ("by", found.source and named(found.source, names)), ("to", found.target and named(found.target, names)),
        ("at", found.place),
    ) if value)  # fmt: skip
    rule = "; ".join((f"rule {found.rule}", *found.operators))
    added = ", added" if found.rule == RULE else ""
    kind = f"{CATEGORY_WORDS[found.category]}, {DONE[found.mode]}"
    head = f"{kind}, severity {found.severity:+.1f}{sure(found.confidence)}{added}"
    return head, found.text, who, found.why, rule


def of_suppressed(off: Suppressed) -> tuple[str, str, str, str | None, str]:
    return f"{CATEGORY_WORDS[off.category]}, not counted", off.text, off.reason, None, ""


def line(
    article: Article, number: int, head: str, text: str, how: str, why: str | None, rule: str, *, struck: bool = False
) -> safe_html.Html:
    """One line of the numbered list of signals and of what does not count; why it says so, and by which rule, is folded
    in.
    """
    behind = [part for part in (why or "", safe_html.tag("div", rule) if rule else "") if part]
    folded = [safe_html.tag("details", safe_html.tag("summary", "Why"), *behind)] if behind else []
    words = safe_html.tag("q", text, dir="auto", lang=article.lang)
    item = safe_html.tag("li", safe_html.tag("b", head), ": ", words, safe_html.tag("div", how, *folded, class_="note"))
    return safe_html.tag("ol", item, class_="signals struck" if struck else "signals", start=str(number))


def as_text(article: Article, names: dict[str, str]) -> str:
    """The reading for a mail or a note, UTC throughout."""
    lines = [
        article.title,
        f"{article.publisher}, {article.at:%Y-%m-%d %H:%M} UTC, first seen {article.first_seen:%Y-%m-%d %H:%M} UTC",
        *([article.link] if article.link and safe_html.web_link(article.link) else []),
        "",
        *([article.summary, ""] if article.summary else []),
        f"Read as {DIRECTION_WORDS[article.direction]}, {', '.join(sureness(article))} ({article.method})"
        if sureness(article)
        else without_signal(article),
    ]
    for signal in article.signals:
        who = " ".join(
            f"{word} {value}"
            for word, value in (("by", signal.source), ("to", signal.target), ("at", signal.place))
            if value
        )
        changes = f"; {'; '.join(signal.operators)}" if signal.operators else ""
        line = (
            f"- {CATEGORY_WORDS[signal.category]} ({signal.mode}, "
            f'{signal.severity:+.1f}{sure(signal.confidence)}): "{signal.text}" in the {signal.field}, '
            f"rule {signal.rule}"
        )
        lines.append(f"{line}{changes}{f'; {who}' if who else ''}{f'; why: {signal.why}' if signal.why else ''}")
    lines += [
        f'- not counted, {off.reason}: "{off.text}" ({CATEGORY_WORDS[off.category]})' for off in article.suppressed
    ]
    lines += [
        f"Actors: {', '.join(named(code, names) for code in article.actors) or 'none named'}",
        f"Places: {', '.join(article.places) or 'none named'}",
    ]
    return safe_html.sound("\n".join(lines))

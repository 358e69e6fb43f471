"""One article as it was read: its evidence marked, and for each signal the rule, severity and operators behind it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from monitor.language import N_, _, n_, numeral, spoken
from monitor.models import UNREAD, Article, Signal, Suppressed
from monitor.reader.corrections import RULE, in_force
from monitor.ui.app import pages
from monitor.ui.components import article_card, correcting, gloss, leads, reasons, safe_html, times
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, DONE, LANGUAGES, commas, named, semicolons
from monitor.ui.queries import reads

LONG = 1_500  # characters of a summary; beyond that it scrolls by itself
ROLES = {"source": N_("by {name}"), "target": N_("to {name}"), "place": N_("at {name}")}
IN_FIELD = {
    "title": N_('{signal}: "{text}" in the title, rule {rule}'),
    "summary": N_('{signal}: "{text}" in the summary, rule {rule}'),
}


def show(article: Article, *, of_story: bool = True) -> None:
    """Numbers beside the marks are those of the list below. `of_story`: with the way to the article's story."""
    spans: list[Signal | Suppressed] = [*article.signals, *article.suppressed]
    now, names = reads.now(), reads.actor_names()
    head = (
        safe_html.tag("span", _(DIRECTION_WORDS[article.direction]), class_="direction"),
        *(safe_html.tag("span", part) for part in sureness(article)),
        safe_html.tag(
            "span", article.publisher if article.feed == article.publisher else f"{article.publisher} ({article.feed})"
        ),
        safe_html.tag("span", times.shown(article.at, now)),
        article_card.first_seen(article.first_seen, now),
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
        safe_html.note(_("The summary is no longer kept; the words that were found in it are."))
    if said := gloss.line(article, names, spoken()):
        safe_html.note(said)
    if of_story:
        others(article)
    for version in reads.versions_of(article.id):
        if version.title != article.title:
            time, title = times.local(version.seen_at, now), safe_html.sound(version.title)
            st.text(_("Another title, first seen {time}: {title}", time=time, title=title))
    st.text("\n".join(who_and_where(article, names)))
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
            safe_html.tag("summary", _("Details")),
            details(article),
            class_="note",
        )
    )
    with st.container(horizontal=True):
        if link := safe_html.web_link(article.link):
            st.link_button(_("Open at the publisher"), link)
        with st.popover(_("Copy as text")):
            st.code(as_text(article, names), language=None, wrap_lines=True)


def who_and_where(article: Article, names: Mapping[str, str]) -> list[str]:
    actors, places = commas(named(code, names) for code in article.actors), commas(_(place) for place in article.places)
    return [
        _("Actors: {names}", names=actors) if actors else _("Actors: none named"),
        _("Places: {names}", names=places) if places else _("Places: none named"),
    ]


def details(article: Article) -> str:
    """How it was read, and the numbers that it has."""
    lang, story = LANGUAGES.get(article.lang or ""), article.story_id
    parts = (
        _("Read by {method}", method=article.method) if article.method else _("Not read yet"),
        _("language {language}", language=_(lang)) if lang else _("language not known"),
        _("source of tier {tier}", tier=article.tier),
        _("article {id} of story {story}", id=article.id, story=story) if story else _("article {id}", id=article.id),
    )
    return f"{semicolons(parts)}."


def others(article: Article) -> None:
    """Who else reports what this article does."""
    story = reads.story(article.story_id) if article.story_id else None
    if story is None:
        return
    if story.articles < 2:
        safe_html.note(_("No other report of it so far."))
        return
    count = story.articles - 1
    st.page_link(
        pages.target("stories.py"),
        label=n_("{n} other reports this: who, and how", "{n} others report this: who, and how", count),
        query_params=leads.story(story.id),
    )


def sureness(article: Article) -> list[str]:
    """The score, how sure the reader is of the direction, and the direction that came next;
    nothing where it was not read.
    """
    if article.direction == UNREAD or article.fault:
        return []
    parts = [_("score {score}", score=numeral(article.score, "+.1f"))]
    if article.confidence is not None:
        parts.append(_("confidence {share}", share=numeral(article.confidence, ".0%")))
    if article.runner_up:
        parts.append(_("next {direction}", direction=_(DIRECTION_WORDS[article.runner_up])))
    return parts


def without_signal(article: Article) -> str:
    if article.direction == UNREAD:
        return _("Not read yet: whether it reports anything is seen in a moment.")
    if article.fault:
        return _("It {fault}. Whether it reports anything is not known.", fault=article.fault)
    if article.theatre:
        return _("No signal: nothing here changes the risk.")
    return _("No signal: nothing here is about the Gulf theatre.")


def sure(confidence: float | None) -> list[str]:
    return [] if confidence is None else [_("confidence {share}", share=numeral(confidence, ".0%"))]


def of_signal(found: Signal, names: Mapping[str, str]) -> tuple[str, str, str, str | None, str]:
    """(what it is, its words, who to whom, why, by which rule); every number that made the reading stands in it."""
    who = commas(
        _(word, name=_(named(value, names))) for role, word in ROLES.items() if (value := getattr(found, role))
    )
    rule = semicolons((_("rule {rule}", rule=found.rule), *map(reasons.reason, found.operators)))
    severity = _("severity {severity}", severity=numeral(found.severity, "+.1f"))
    added = [_("added")] if found.rule == RULE else []
    what = (_(CATEGORY_WORDS[found.category]), _(DONE[found.mode]), severity, *sure(found.confidence), *added)
    return commas(what), found.text, who, found.why and reasons.why(found.why), rule


def of_suppressed(off: Suppressed) -> tuple[str, str, str, str | None, str]:
    head = _("{category}, not counted", category=_(CATEGORY_WORDS[off.category]))
    return head, off.text, reasons.reason(off.reason), None, ""


def line(
    article: Article, number: int, head: str, text: str, how: str, why: str | None, rule: str, *, struck: bool = False
) -> safe_html.Html:
    """One line of the numbered list of signals and of what does not count; why it says so, and by which rule, is folded
    in.
    """
    behind = [part for part in (why or "", safe_html.tag("div", rule) if rule else "") if part]
    folded = [safe_html.tag("details", safe_html.tag("summary", _("Why")), *behind)] if behind else []
    words = safe_html.tag("q", text, dir="auto", lang=article.lang)
    said = safe_html.sentence(_("{label}: {value}"), label=safe_html.tag("b", head), value=words)
    item = safe_html.tag("li", said, safe_html.tag("div", how, *folded, class_="note"))
    return safe_html.tag("ol", item, class_="signals struck" if struck else "signals", start=str(number))


def as_text(article: Article, names: dict[str, str]) -> str:
    """The reading for a mail or a note, UTC throughout."""
    read = _("Read as {direction}", direction=_(DIRECTION_WORDS[article.direction]))
    lines = [
        article.title,
        _(
            "{publisher}, {time} UTC, first seen {seen} UTC", publisher=article.publisher,
            time=f"{article.at:%Y-%m-%d %H:%M}", seen=f"{article.first_seen:%Y-%m-%d %H:%M}",
        ),
        *([article.link] if article.link and safe_html.web_link(article.link) else []),
        "",
        *([article.summary, ""] if article.summary else []),
        f"{commas((read, *sureness(article)))} ({article.method})" if sureness(article) else without_signal(article),
    ]  # fmt: skip
    for signal in article.signals:
        how = commas((_(correcting.MODES[signal.mode]), numeral(signal.severity, "+.1f"), *sure(signal.confidence)))
        what = f"{_(CATEGORY_WORDS[signal.category])} ({how})"
        who = " ".join(_(word, name=value) for role, word in ROLES.items() if (value := getattr(signal, role)))
        parts = (
            _(IN_FIELD[signal.field], signal=what, text=signal.text, rule=signal.rule),
            *map(reasons.reason, signal.operators), who,
            _("why: {why}", why=reasons.why(signal.why)) if signal.why else "",
        )  # fmt: skip
        lines.append(f"- {semicolons(part for part in parts if part)}")
    for off in article.suppressed:
        what = _(CATEGORY_WORDS[off.category])
        said = _(
            'not counted, {reason}: "{text}" ({category})',
            reason=reasons.reason(off.reason),
            text=off.text,
            category=what,
        )
        lines.append(f"- {said}")
    lines += who_and_where(article, names)
    return safe_html.sound("\n".join(lines))

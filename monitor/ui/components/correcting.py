"""Lets people say that a signal of an article is right, wrong or missing:
what that will change, and two clicks to do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from monitor.errors import InputError, StorageError
from monitor.language import N_, _, n_, numeral
from monitor.models import CATEGORIES, Article, Correction, Signal, Suppressed
from monitor.reader import corrections as rules
from monitor.storage.corrections import reading_of
from monitor.ui.app import access
from monitor.ui.components import downloads, safe_html, times
from monitor.ui.components.wording import CATEGORY_WORDS, CORRECTIONS, DIRECTION_WORDS, MODE_WORDS, commas
from monitor.ui.queries import reads

FOLLOWS = N_(
    "Its story, filters and alerts follow at once, the index from this hour on. Index points of earlier hours "
    "stay as they were published."
)
MODES = {"act": N_("act"), "words": N_("words")}
A_MODE = {"act": N_("an act"), "words": N_("words")}
OPEN, FAULT, WHO = "correcting", "correction_fault", "corrected_by"  # keys of the session
MISSING = "missing"


def fault(article: Article) -> None:
    """What was wrong with the correction that was tried last, until the next click on a correction."""
    number, said, filled = st.session_state.get(FAULT, (None, "", {}))
    if number == article.id:
        safe_html.banner("error", _(said, **filled))


def judge(article: Article, number: int, found: Signal) -> None:
    """Beside one signal, by its number in the list: the way to say that it is right or wrong,
    which opens the fields.
    """
    place = _place(article, number, found)
    if st.session_state.get(OPEN) != place:
        _opener(_("Wrong?"), f"judge_{place}", place, help=_("Say that this signal is wrong, or right"))


def judging(article: Article, number: int, found: Signal, held: Sequence[Correction]) -> None:
    """Below a signal that is being judged: what that will change, name, note, and the verdicts to choose from."""
    place = _place(article, number, found)
    if st.session_state.get(OPEN) != place:
        return
    span = found.field, found.start, found.end, found.text
    about = Correction(None, article.id, reads.now(), "right", found.category, found.mode, *span, None, article.method)
    wrong = replace(about, kind="wrong")
    verdict = next((one for one in reversed(held) if rules.about(one, found)), None)
    with st.container(border=True, key=f"judging_{place}", gap="small"):
        safe_html.note(" ".join([_("If it is wrong, it counts no more."), _change(article, wrong), _(FOLLOWS)]))
        note = _who_and_note(place)
        with st.container(horizontal=True, gap="small"):
            st.button(_("It is wrong"), key=f"wrong_{place}", type="primary", on_click=_keep, args=(wrong, note))
            st.button(_("It is right"), key=f"right_{place}", on_click=_keep, args=(about, note))
            if verdict is not None:
                back = replace(verdict, kind="undone")
                st.button(_("Take back what was said"), key=f"undo_{place}", on_click=_keep, args=(back, note))
            st.button(_("Cancel"), key=f"cancel_{place}", on_click=_open, args=(None,))


def _opener(label: str, key: str, place: str, *, help: str | None = None, icon: str | None = None) -> None:
    st.button(label, key=key, on_click=_open, args=(place,), type="tertiary", help=help, icon=icon)


def _place(article: Article, number: int, found: Signal) -> str:
    """Of a signal, and of no other that the list may have in its place when it was corrected."""
    return f"{article.id}_{number}_{found.category}_{found.mode}_{found.field}_{found.start}"


def struck(off: Suppressed, held: Sequence[Correction]) -> Correction | None:
    """The correction that took this signal away, if one did."""
    return next(
        (
            one
            for one in reversed(held)
            if one.kind == "wrong"
            and (one.category, one.field) == (off.category, off.field)
            and off.reason == rules.in_words(one)
        ),
        None,
    )


def pick(article: Article, number: int, off: Suppressed) -> None:
    """Beside words that do not count: the way to say that they do, which fills in the fields of what is missing."""
    key = f"pick_{article.id}_{number}"
    help = _("Say that these words should count")
    st.button(_("Missing?"), key=key, on_click=_pick, args=(article, off), type="tertiary", help=help)


def take_back(number: int, verdict: Correction) -> None:
    """Beside a signal that was struck out: the way to have it back."""
    key, back = f"undo_{number}_{verdict.id}", replace(verdict, kind="undone")
    help = _("Take back that it is wrong")
    st.button(_("Undo"), key=key, on_click=_keep, args=(back, None), type="tertiary", help=help)


def missing(article: Article, held: Sequence[Correction]) -> None:
    """Below the signals: the way to name one that the reader did not find."""
    place = f"{article.id}_{MISSING}"
    if st.session_state.get(OPEN) != place:
        _opener(_("Something is missing"), f"open_{place}", place, icon=":material/add:")
        return
    with st.container(border=True, key=f"judging_{place}", gap="small"):
        asked = _("What is missing? It will count as sure, and be as grave as its category usually is.")
        safe_html.note(f"{asked} {_(FOLLOWS)}")
        with st.container(horizontal=True):
            st.selectbox(
                _("Category"),
                CATEGORIES,
                index=None,
                format_func=lambda category: _(CATEGORY_WORDS[category]),
                key=f"category_{place}",
                placeholder=_("choose one"),
            )
            st.segmented_control(
                _("It is"),
                list(MODE_WORDS),
                default="act",
                format_func=lambda mode: _(A_MODE[mode]),
                key=f"mode_{place}",
                required=True,
            )
        st.text_input(
            _("The words that state it"),
            max_chars=rules.MAX_TEXT,
            key=f"words_{place}",
            placeholder=_("copied from the title or the summary"),
        )
        note = _who_and_note(place)
        with st.container(horizontal=True):
            st.button(_("Add it"), key=f"add_{place}", type="primary", on_click=_add, args=(article, place, note))
            st.button(_("Cancel"), key=f"cancel_{place}", on_click=_open, args=(None,))


def history(said: Sequence[Correction]) -> None:
    """All that was said of the article, the newest first."""
    if not said:
        return
    now = reads.now()
    with st.expander(n_("{n} correction", "{n} corrections", len(said), n=numeral(len(said)))):
        for one in reversed(said):
            when = safe_html.tag("bdi", commas([times.local(one.at, now), *([one.who] if one.who else [])]))
            parts = [
                safe_html.sentence(
                    _("{when}: {category} ({mode}) {verdict}, {words}"), when=when,
                    category=_(CATEGORY_WORDS[one.category]), mode=_(MODES[one.mode]), verdict=_(CORRECTIONS[one.kind]),
                    words=safe_html.tag("q", one.text, dir="auto"),
                )
            ]  # fmt: skip
            parts += [safe_html.tag("span", f". {one.note}", dir="auto")] if one.note else []
            safe_html.show(safe_html.tag("div", *parts, class_="said"))
        label = _("Download the corrections of all articles as CSV")
        downloads.offer("corrections", name="corrections", label=label)


# -- what happens on a click, before the language of the page is chosen ---------------------------------------


def _open(place: str | None) -> None:
    st.session_state[OPEN] = place
    st.session_state.pop(FAULT, None)


def _pick(article: Article, off: Suppressed) -> None:
    place = f"{article.id}_{MISSING}"
    _open(place)
    st.session_state[f"category_{place}"] = off.category
    st.session_state[f"words_{place}"] = off.text[: rules.MAX_TEXT]


def _add(article: Article, place: str, note: str) -> None:
    category, mode, words = (st.session_state.get(f"{name}_{place}") for name in ("category", "mode", "words"))
    if not category:
        st.session_state[FAULT] = article.id, N_("Choose a category."), {}
        return
    try:
        field, start, end = rules.where(words or "", article.title, article.summary)
    except InputError as fault:
        st.session_state[FAULT] = article.id, str(fault), {}
        return
    text = getattr(article, field)[start:end]
    _keep(
        Correction(
            None,
            article.id,
            reads.now(),
            "missing",
            category,
            mode or "act",
            field,
            start,
            end,
            text,
            None,
            article.method,
        ),
        note,
    )


def _keep(said: Correction, note: str | None) -> None:
    """Store it, with the name and note that stand in the fields."""
    if WHO in st.session_state:  # a field that is not shown any more loses what stands in it
        st.session_state["who"] = st.session_state[WHO]
    typed = st.session_state.get(note) if note else None
    given = replace(
        said,
        id=None,
        at=reads.now(),
        who=_name()[: rules.MAX_WHO] or None,
        note=(typed or "")[: rules.MAX_NOTE] or None,
    )
    try:
        reads.correct(given)
    except (InputError, StorageError) as fault:
        st.session_state[FAULT] = said.article_id, N_("Not kept: {fault}"), {"fault": str(fault)}
        return
    _open(None)


def _name() -> str:
    """The name given in this browser session; where people log in, that of the account until another is given."""
    if "who" not in st.session_state and access.log_in_configured() and st.user.is_logged_in:
        return str(st.user.get("name") or st.user.get("email") or "")
    return str(st.session_state.get("who", ""))


def _who_and_note(place: str) -> str:
    """Two fields; gives the key of the note."""
    with st.container(horizontal=True):
        st.text_input(_("Your name, if you like"), _name(), max_chars=rules.MAX_WHO, key=WHO, width=180)
        st.text_input(_("Note"), max_chars=rules.MAX_NOTE, key=f"note_{place}", placeholder=_("optional"))
    return f"note_{place}"


def _change(article: Article, said: Correction) -> str:
    """What the correction will make of the article, in a sentence."""
    after = rules.corrected(reading_of(article), rules.in_force((said,), article.title, article.summary))
    was, score, before = (
        _(DIRECTION_WORDS[article.direction]),
        numeral(after.score, "+.1f"),
        numeral(article.score, "+.1f"),
    )
    if after.direction != article.direction:
        return _(
            "The article becomes {direction} instead of {was}, score {score} instead of {before}.",
            direction=_(DIRECTION_WORDS[after.direction]), was=was, score=score, before=before,
        )  # fmt: skip
    if after.score == article.score:
        return _("The article stays {direction}, score {score}.", direction=was, score=score)
    return _(
        "The article stays {direction}, score {score} instead of {before}.", direction=was, score=score, before=before
    )

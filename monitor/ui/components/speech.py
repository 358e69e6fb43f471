"""The language of the pages: the viewer's choice, in the address as `locale`, else the browser's, else English.

What was chosen goes from page to page, and the address of a page in another language than English always names it:
Streamlit writes what a filter shows into the address, so whoever follows it has to read it in that language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from typing import Any

import streamlit as st

from monitor.language import LANGUAGES, REVIEWED, RIGHT_TO_LEFT, _, speak, speaking, spoken
from monitor.ui.components import held_up, safe_html

WIDTH = 96  # pixels of the picker


def chosen() -> str:
    for said in (st.query_params.get("locale"), st.session_state.get("locale")):
        if said in LANGUAGES:
            return said
    return of_browser()


def of_browser() -> str:
    named = (st.context.locale or "").replace("_", "-").partition("-")[0].lower()
    return named if named in LANGUAGES else "en"


def begin() -> None:
    """Speak the viewer's language in this run of the script."""
    speak(chosen())


def pick() -> None:
    # not bound to the address, where Streamlit would write the name of the language and not its code
    st.session_state["language"] = spoken()
    st.selectbox(
        _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="language", on_change=_picked,
        label_visibility="collapsed", width=WIDTH,
    )  # fmt: skip


def _picked() -> None:
    st.query_params["locale"] = st.session_state["language"]


def layout() -> None:
    """The style sheet and the language of the page, from which the browser takes its direction; keeps what was chosen;
    says where nobody has reviewed the words.
    """
    named = st.query_params.get("locale")
    if named in LANGUAGES:
        st.session_state["locale"] = named
    elif spoken() != "en" or "locale" in st.session_state:
        st.query_params["locale"] = spoken()
    safe_html.styles(spoken(), "rtl" if spoken() in RIGHT_TO_LEFT else "ltr")
    if spoken() not in REVIEWED:
        safe_html.banner("info", _("The words of these pages have not been reviewed by a native speaker."))


def bound(key: str, options: Iterable[Hashable], said: Callable[[Any], str]) -> None:
    """Before a widget bound to the address, into which Streamlit writes options as they are `said` on the screen: what
    an address says in another language, or by its code, is put into the spoken one, and what is chosen stays chosen
    when the viewer takes another language.
    """
    given, options = st.query_params.get_all(key), list(options)
    if not given or set(given) <= {said(one) for one in options}:
        return
    meant = {str(one): one for one in options}
    for language in (*LANGUAGES, spoken()):  # what two of them say is meant as here
        with speaking(language):
            meant |= {said(one): one for one in options}
    spelled = [said(meant[value]) if value in meant else value for value in given]
    if spelled == given:
        return
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]  # the codes; the browser's words would be taken for unknown ones
    else:
        st.query_params[key] = spelled
        st.rerun()  # a widget reads the address as the run began


def ticking(run_every: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """st.fragment for what says something: a run of a fragment alone begins in English, so it chooses the language.
    What it cannot read it says in its place, until it can.
    """

    def decorated(draw: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(draw)
        def drawn(*args: Any, **named: Any) -> Any:
            begin()
            try:
                return draw(*args, **named)
            except held_up.FAULTS as fault:
                held_up.show(fault, _("This part of the page cannot be shown now:"))

        return st.fragment(drawn, run_every=run_every)

    return decorated


def by_language(cache: Callable[[Callable[..., Any]], Any]) -> Callable[[Callable[..., Any]], Any]:
    """A cache of Streamlit for what says something: an answer is kept for the language that it was given in."""

    def decorated(make: Callable[..., Any]) -> Any:
        @wraps(make)
        def of_language(language: str, *args: Any, **named: Any) -> Any:
            return make(*args, **named)

        del of_language.__wrapped__  # or its arguments would be taken for make's
        kept = cache(of_language)

        @wraps(make)
        def answered(*args: Any, **named: Any) -> Any:
            return kept(spoken(), *args, **named)

        answered.clear = kept.clear  # type: ignore[attr-defined]
        return answered

    return decorated

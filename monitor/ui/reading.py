"""One article as it was read: its evidence marked, and for each signal the rule, weight and operators behind it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor.models import Article
from monitor.ui import safe
from monitor.ui.wording import CATEGORY_WORDS, DIRECTION_WORDS


def show(article: Article) -> None:
    """Numbers beside the marks are those of the table below."""
    spans = [*article.signals, *article.turned_off]
    with st.container(border=True, key="reading"):
        st.caption(
            f"{DIRECTION_WORDS[article.direction]} · score {article.score:+.1f} · {article.at:%Y-%m-%d %H:%M} UTC"
            f" · first seen {article.first_seen:%Y-%m-%d %H:%M} UTC · {article.method}"
        )
        for field in ("title", "summary"):
            safe.reading(getattr(article, field), [(n, s) for n, s in enumerate(spans, 1) if s.field == field], title=field == "title")
        st.text(f"{article.publisher} ({article.feed})")
        st.text("Actors: " + (", ".join(article.actors) or "none named") + "   Places: " + (", ".join(article.places) or "none named"))
        if not article.signals:
            st.text("No signal: " + ("nothing here moves the risk." if article.theatre else "no tie to the Gulf theatre."))
        if spans:
            st.dataframe(table(article), hide_index=True, alt=f"{len(article.signals)} signals and {len(article.turned_off)} turned off")
        if link := safe.web_link(article.link):
            st.link_button("Open at the publisher", link)


def table(article: Article) -> pd.DataFrame:
    """Signals first, then what was found and does not count, with the reason."""
    rows = [
        {
            "no.": n, "signal": CATEGORY_WORDS[s.category], "act or words": s.mode, "weight": f"{s.weight:+.1f}", "evidence": safe.cell(s.text),
            "rule": s.rule, "operators": "; ".join(s.operators), "who": s.source or "", "to whom": s.target or "", "where": s.place or "",
        }
        for n, s in enumerate(article.signals, 1)
    ]  # fmt: skip
    rows += [
        {
            "no.": n, "signal": f"{CATEGORY_WORDS[s.category]} turned off", "act or words": "", "weight": "", "evidence": safe.cell(s.text),
            "rule": "", "operators": s.reason, "who": "", "to whom": "", "where": "",
        }
        for n, s in enumerate(article.turned_off, len(article.signals) + 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)

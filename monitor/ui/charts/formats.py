"""What a chart is told of how to write numbers and times in the language that is spoken. Pure.

ECharts knows names of months in English alone, and Streamlit the separators of English and, for what is "localized", of
the language that app/numbers.js names.
"""

from __future__ import annotations

from monitor.language import numeral, spoken

CLOCK = {"hour": "{HH}:{mm}", "minute": "{HH}:{mm}"}
# each step of a time axis says enough to be read alone
TIMES = {
    "en": {"year": "{yyyy}", "month": "{MMM} {yyyy}", "day": "{d} {MMM}", **CLOCK},
    "fr": {"year": "{yyyy}", "month": "{MM}/{yyyy}", "day": "{dd}/{MM}", **CLOCK},
    "ar": {"year": "{yyyy}", "month": "{MM}/{yyyy}", "day": "{dd}/{MM}", **CLOCK},
    "fa": {"year": "{yyyy}", "month": "{yyyy}/{MM}", "day": "{MM}/{dd}", **CLOCK},
}


def times() -> dict[str, str]:
    """Of the labels of a time axis."""
    return TIMES[spoken()]


def of_tooltip(form: str) -> str:
    """The printf-like form where the language has the separators that it knows; else the number as the browser writes
    it, without what the form adds to it.
    """
    return form if numeral(0.5, ".1f") == "0.5" else "localized"

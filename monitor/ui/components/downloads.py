"""The file of what a table or chart shows, and the address that a program pulls it from."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import streamlit as st

from monitor.language import _
from monitor.ui.app import access
from monitor.ui.components import safe_html
from monitor.ui.exports.periods import THE_LAST, Period
from monitor.ui.queries import reads


def offer(table: str, query: str = "", *, name: str = "", label: str = "", shown: Period | None = None) -> None:
    """`query` says exactly what is shown, but for the period where `shown` gives it; `name` is the file's, with the
    filter in it. `label` where another than "Download as CSV" is needed.
    """
    if shown:
        name = "-".join(part for part in (name, shown.name()) if part)
    exact = _address(
        table, query, urlencode(shown.of_file()) if shown else "", urlencode({"name": name}) if name else ""
    )
    environment = reads.context().settings.current()[0].environment
    signed = (
        f"{exact}&signature={access.signature(exact)}"
        if environment.export_token and not access.log_in_configured()
        else exact
    )
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        key=f"download_{table}_{''.join(c for c in name if c.isalnum())}",
        gap="small",
    ):
        safe_html.show(safe_html.tag("a", label or _("Download as CSV"), href=signed, download="", class_="download"))
        with st.popover(_("CSV for programs"), type="tertiary"):
            st.text(_("For a spreadsheet or a notebook:"))
            if shown and not shown.fixed:
                st.text(_("always {period}", period=_(THE_LAST[shown.time])))
                st.code(_origin() + _address(table, query, urlencode(shown.relative())), language=None, wrap_lines=True)
            st.text(_("the times that are shown now") if shown else _("the newest rows of what is shown"))
            st.code(f"{_origin()}{exact}", language=None, wrap_lines=True)
            if environment.export_token:
                st.text(_("It needs the token: add &token=..., or send the header Authorization: Bearer ..."))
            elif access.log_in_configured():
                st.text(_("It works in a browser that is logged in. For programs, set MONITOR_EXPORT_TOKEN."))


def _address(table: str, *queries: str) -> str:
    return f"{_base()}/api/export/{table}.csv?{'&'.join(query for query in queries if query)}"


def _origin() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _base() -> str:
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""

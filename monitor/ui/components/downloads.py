"""The download of a table or chart, and a link that a spreadsheet or a notebook can pull."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import streamlit as st

from monitor.ui.app import access
from monitor.ui.components import safe_html
from monitor.ui.queries import reads


def offer(table: str, query: str = "", *, name: str = "", label: str = "Download as CSV") -> None:
    """`query` says exactly what is shown; `name` is the file's, with the filter in it."""
    query = "&".join(part for part in (query, urlencode({"name": name}) if name else "") if part)
    base = _base()
    path = f"{base}/api/export/{table}.csv?{query}"
    environment = reads.context().settings.current()[0].environment
    signed = (
        f"{path}&signature={access.signature(path)}"
        if environment.export_token and not access.log_in_configured()
        else path
    )
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        key=f"download_{table}_{''.join(c for c in name if c.isalnum())}",
        gap="small",
    ):
        safe_html.show(safe_html.tag("a", label, href=signed, download="", class_="download"))
        with st.popover("Copy link", type="tertiary"):
            st.text("For a spreadsheet or a notebook: gives the newest rows of this view each time.")
            st.code(f"{_origin()}{path}", language=None, wrap_lines=True)
            if environment.export_token:
                st.text("It needs the token: add &token=..., or send the header Authorization: Bearer ...")
            elif access.log_in_configured():
                st.text("It works in a browser that is logged in. For programs, set MONITOR_EXPORT_TOKEN.")


def _origin() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _base() -> str:
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""

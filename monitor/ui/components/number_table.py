"""A table of numbers as it stands on the pages of oil prices and of why the index moved: formats, height and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from monitor.language import _
from monitor.ui.components import row_selection


def headed(columns: Iterable[str], config: Mapping[str, Any] = {}) -> dict[str, Any]:
    """Streamlit's `config` of columns, in which each has its name in the viewer's language for a heading, where there
    is no other.
    """
    return {name: {"label": _(name)} | {k: v for k, v in (config.get(name) or {}).items() if v is not None}
            for name in columns}  # fmt: skip


def show(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    *,
    key: str,
    alt: str,
    columns: Sequence[str] | None = None,
    formats: Mapping[str, str] = {},
    config: Mapping[str, Any] = {},
    most: int = 12,
    **shown: Any,
) -> None:
    """`formats` are printf-like, by column; `config` is Streamlit's, for what no format says; `most` rows stand without
    a scroll bar. The columns are headed by their names in the viewer's language. The other arguments are those of
    st.dataframe.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=columns)
    numbers = {name: st.column_config.NumberColumn(format=form) for name, form in formats.items()}
    st.dataframe(
        frame,
        hide_index=True,
        height=row_selection.tall(len(frame), most),
        key=key,
        alt=alt,
        placeholder="",
        column_config=headed(frame.columns, {**numbers, **config}),
        **shown,
    )

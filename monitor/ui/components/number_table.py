"""A table of numbers as it stands on the pages of oil prices and of why the index moved: formats, height and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from monitor.language import _
from monitor.ui.components import row_selection


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
    heads = {str(name): _(str(name)) for name in frame.columns}
    numbers = {name: st.column_config.NumberColumn(_(name), format=form) for name, form in formats.items()}
    st.dataframe(
        frame,
        hide_index=True,
        height=row_selection.tall(len(frame), most),
        key=key,
        alt=alt,
        placeholder="",
        column_config={**heads, **numbers, **config},
        **shown,
    )

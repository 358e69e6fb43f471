"""Tables whose rows can be chosen: a click anywhere in a row, or the arrow keys, opens it.

Streamlit's own way of choosing rows asks for a hit on a small box before the row; what people click is the title.
Choosing again does not close what is open, and sorting does not either: each page has a button for that.

A table that gets the focus, by Tab or by a click on a column's head to sort it, has its first cell chosen by Streamlit.
So the column of signs, the first where there is one, opens nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import pandas as pd
import streamlit as st

MODE: Literal["single-cell"] = "single-cell"
SIGN = "sign"  # the column before all others that opens nothing


def tall(rows: int, most: int) -> int | Literal["content"]:
    """The height of a table: of all its rows while they are few, then of so many with a scroll bar."""
    return "content" if rows <= most else 35 * most


def row(key: str) -> int | None:
    """The row that is chosen in a table, by its place in the frame."""
    state = st.session_state.get(key)
    cells = state.selection.cells if state else []
    return cells[0][0] if cells and cells[0][1] != SIGN else None


def with_signs(frame: pd.DataFrame, signs: Sequence[str]) -> pd.DataFrame:
    """The frame with a column of signs before all others."""
    frame = frame.copy()
    frame.insert(0, SIGN, list(signs))
    return frame


def sign_column(help: str, width: int = 45):
    """How the column of signs is shown."""
    return st.column_config.TextColumn(" ", width=width, help=help, pinned=False)


def table(
    frame: pd.DataFrame, ids: Sequence[Hashable], parameter: str, *, key: str, forget: Sequence[str] = (), **shown
) -> None:
    """A table whose chosen row puts its id into the page's address, as `parameter`; what is named in `forget` leaves
    the address.

    The other arguments are those of st.dataframe.
    """

    def choose() -> None:
        if (chosen := row(key)) is not None:
            st.query_params[parameter] = str(ids[chosen])
            for name in forget:
                st.query_params.pop(name, None)

    st.dataframe(frame, hide_index=True, on_select=choose, selection_mode=MODE, key=key, **shown)


def mark(key: str, items: Mapping[str, Sequence[Hashable]]) -> Hashable | None:
    """What was clicked in a chart: `items` has for each series that can be, by its id, what its marks stand for."""
    state = st.session_state.get(key)
    for group in state.selection.selected if state else []:
        for number in group["data_indices"]:
            if number < len(ours := items.get(group["series_id"], ())):
                return ours[number]
    return None

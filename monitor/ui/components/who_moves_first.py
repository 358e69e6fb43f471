"""Whether the index or a price moves first: a sentence, bars with the band of chance, and the numbers behind them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.prices.lead_lag import Lag
from monitor.ui.charts import returns_and_lags
from monitor.ui.components import downloads, filters, number_table
from monitor.ui.components.wording import MEASURES, many
from monitor.ui.queries import studies


def show(series: str, part: str, closes: pd.Series, now: datetime) -> None:
    st.header("Who moves first", anchor=False)
    st.text(
        "Each bar says how closely daily changes of the index go with the price's returns so many trading days later "
        "(left: earlier). Of two series that have nothing to do with each other, 95 % keep inside the dashed band at "
        "all 21 lags."
    )
    measure = filters.measure("lag_index")
    found = studies.lead_lag(studies.levels(series, measure, part, now), closes)
    if found.note:
        st.info(f"Not enough data yet: {found.note}.")
        return
    clear = [lag for lag in found.lags if lag.significant]
    named = "; ".join(f"{correlated(lag)} ({lag.correlation:+.2f})" for lag in clear)
    said = f"{MEASURES[measure]} and {series} are associated {named}."
    if not clear:
        said = f"No lag stands out: there is no clear link between {measure} and {series}."
    st.text(f"{said} {found.days:,} joint days{studies.vintage(series)}.")
    st.echarts_chart(
        returns_and_lags.lags(found),
        height=320,
        key="lag_chart",
        alt=f"Correlation of {measure} and {series} at -10 to +10 trading days. {said}",
    )
    with st.expander("The numbers"):
        number_table.show(
            studies.lag_rows(found), columns=studies.LAG_COLUMNS, key="lag_table", most=21,
            formats=dict.fromkeys(studies.LAG_COLUMNS[1:6], "%.3f"), alt=f"Lead and lag of {series}. {said}",
        )  # fmt: skip
    downloads.offer(
        "lead-lag",
        urlencode({"series": series, "measure": measure, "part": part}),
        name=f"lead-lag-{series}",
        label="Download these lags as CSV",
    )


def correlated(lag: Lag) -> str:
    if not lag.lag:
        return "on the same day"
    return f"with the {'index' if lag.lag > 0 else 'price'} {many(abs(lag.lag), 'trading day')} ahead"

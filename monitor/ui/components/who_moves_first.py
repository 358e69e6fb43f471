"""Whether the index or a price moves first: a sentence, bars with the band of chance, and the numbers behind them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor.language import _, n_, numeral
from monitor.prices.lead_lag import Lag
from monitor.ui.charts import returns_and_lags
from monitor.ui.components import downloads, filters, number_table
from monitor.ui.components.wording import MEASURES, semicolons
from monitor.ui.queries import studies


def show(series: str, part: str, closes: pd.Series, now: datetime) -> None:
    st.header(_("Who moves first"), anchor=False)
    st.text(
        _(
            "Each bar says how closely daily changes of the index go with the price's returns so many trading days "
            "later (left: earlier). Of two series that have nothing to do with each other, 95 % keep inside the dashed "
            "band at all 21 lags."
        )
    )
    measure = filters.measure("lag_index")
    found = studies.lead_lag(studies.levels(series, measure, part, now), closes)
    if found.note:
        st.info(_("Not enough data yet: {note}.", note=found.note))
        return
    clear = [lag for lag in found.lags if lag.significant]
    if clear:
        lags = semicolons(f"{correlated(lag)} ({numeral(lag.correlation, '+.2f')})" for lag in clear)
        said = _(
            "{measure} and {series} are associated {lags}.", measure=_(MEASURES[measure]), series=series, lags=lags
        )
    else:
        said = _(
            "No lag stands out: there is no clear link between {measure} and {series}.",
            measure=_(measure),
            series=series,
        )
    days = n_("{n} joint days", "{n} joint days", found.days, n=numeral(found.days))
    st.text(f"{said} {days}{studies.vintage(series)}.")
    st.echarts_chart(
        returns_and_lags.lags(found),
        height=320,
        key="lag_chart",
        alt=_("Correlation of {measure} and {series} at -10 to +10 trading days.", measure=_(measure), series=series)
        + f" {said}",
    )
    with st.expander(_("The numbers")):
        number_table.show(
            studies.lag_rows(found), columns=studies.LAG_COLUMNS, key="lag_table", most=21,
            formats=dict.fromkeys(studies.LAG_COLUMNS[1:6], "%.3f"),
            alt=_("Lead and lag of {series}.", series=series) + f" {said}",
        )  # fmt: skip
    downloads.offer(
        "lead-lag",
        urlencode({"series": series, "measure": measure, "part": part}),
        name=f"lead-lag-{series}",
        label=_("Download these lags as CSV"),
    )


def correlated(lag: Lag) -> str:
    if not lag.lag:
        return _("on the same day")
    days = abs(lag.lag)
    if lag.lag > 0:
        return n_("with the index {n} trading day ahead", "with the index {n} trading days ahead", days)
    return n_("with the price {n} trading day ahead", "with the price {n} trading days ahead", days)

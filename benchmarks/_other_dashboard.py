"""A stand-in for tension-dashboard (github.com/AstoVidatu04/tension-dashboard), written by us after its description,
not its code.

Run by ui.py with the Python of .venv-bench as a Streamlit script of its own: up to 250 articles, kept in a cache of
Streamlit's; in every run keywords in titles, daily counts, rolling means, z-scores, a logistic score; four metrics, two
charts of Plotly Express, two tables, the newest twenty articles as markdown. Its news service is left out: the articles
lie in a file, which is kinder to it than the network is.
"""

import json
import os

import numpy as np
import pandas as pd
import plotly.express as px
import streamlit as st

SIGNS = {
    "hostile": (
        "attack",
        "strike",
        "missile",
        "drone",
        "threat",
        "warn",
        "kill",
        "sanction",
        "raid",
        "bomb",
        "clash",
        "escalat",
    ),
    "military": ("military", "navy", "carrier", "troops", "deploy", "drill", "air force", "hormuz", "weapon", "bomber"),
    "diplomacy": (
        "talks",
        "deal",
        "negotiat",
        "diplom",
        "envoy",
        "meeting",
        "agree",
        "ceasefire",
        "dialogue",
        "mediat",
    ),
}


@st.cache_data(ttl=3600, show_spinner=False)
def articles(most: int) -> pd.DataFrame:
    with open(os.environ["BENCH_ARTICLES"], encoding="utf-8") as file:
        found = pd.DataFrame(json.load(file)[:most])
    return found.assign(at=pd.to_datetime(found["at"], utc=True)).sort_values("at")


def by_day(found: pd.DataFrame) -> pd.DataFrame:
    marks = (
        found["title"]
        .str.lower()
        .apply(
            lambda title: pd.Series({kind: int(any(word in title for word in words)) for kind, words in SIGNS.items()})
        )
    )
    table = marks.assign(day=found["at"].dt.date, articles=1).groupby("day").sum()
    return (
        table.reindex(pd.date_range(table.index.min(), table.index.max(), freq="D").date)
        .fillna(0)
        .rename_axis("day")
        .reset_index()
    )


def scored(table: pd.DataFrame, weights: dict[str, float], smooth: int) -> pd.DataFrame:
    sums = 0.0
    for kind, weight in weights.items():
        level = table[kind].rolling(smooth, min_periods=1).mean()
        table[f"z_{kind}"] = (level - level.mean()) / (level.std(ddof=0) or 1.0)
        sums = sums + weight * table[f"z_{kind}"]
    return table.assign(score=100 / (1 + np.exp(-sums)))


st.set_page_config(page_title="Stand-in", layout="wide")
st.title("Tension")
st.caption("An indicator made of public news.")
with st.sidebar:
    st.text_input("Query", "United States Iran")
    days = st.slider("Days back", 7, 180, 30)
    most = st.slider("Articles at most", 50, 250, 250, step=25)
    weights = {
        "hostile": st.slider("Hostile", 0.0, 5.0, 2.0, 0.1),
        "military": st.slider("Military", 0.0, 5.0, 1.5, 0.1),
    }
    weights["diplomacy"] = -st.slider("Diplomacy", 0.0, 5.0, 1.0, 0.1)
    smooth = st.slider("Smoothing", 1, 14, 3)
    st.button("Refresh")
found = articles(most)
table = scored(by_day(found), weights, smooth)
numbers = {
    "Score": f"{table['score'].iloc[-1]:.1f}/100",
    "Articles": f"{len(found)}",
    "Window": f"{days} days",
    "Updated": f"{found['at'].max():%Y-%m-%d %H:%M}",
}
for column, (name, value) in zip(st.columns(4), numbers.items()):
    column.metric(name, value)
left, right = st.columns([5, 4])
with left:
    st.subheader("Score")
    st.plotly_chart(px.line(table, x="day", y="score"))
    st.subheader("Signals a day")
    st.plotly_chart(px.line(table.melt(id_vars="day", value_vars=list(SIGNS)), x="day", y="value", color="variable"))
with right:
    st.subheader("What drives it")
    last = table.iloc[-1]
    drivers = [
        {"part": kind, "count": last[kind], "z": last[f"z_{kind}"], "effect": weight * last[f"z_{kind}"]}
        for kind, weight in weights.items()
    ]
    st.dataframe(pd.DataFrame(drivers).sort_values("effect", ascending=False), hide_index=True)
    st.subheader("Newest")
    for row in found.iloc[::-1].head(20).itertuples():
        st.markdown(f"- [{row.title}]({row.link})  \n  *{row.at:%Y-%m-%d %H:%M} UTC, {row.publisher}*")
with st.expander("Table"):
    st.dataframe(table)

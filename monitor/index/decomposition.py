"""Why the index moved: an exact split of the change between two moments over categories, publishers and stories.

The index is a sum over entries (shares.py), so each entry has its points in it, and a change is the difference of two
such sums. An entry with several categories of one direction gives each an equal part; in attention those of both
directions count, and what has none is "no signal".
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from monitor.clock import hour_of
from monitor.index.entry_arrays import HOUR, read
from monitor.index.parameters import WINDOW_HOURS
from monitor.index.reference import ReferenceCache
from monitor.index.shares import coefficients
from monitor.models import CATEGORIES, DEESCALATION, ESCALATION, Measure

CATEGORIES_OF = {"tension": ESCALATION, "relief": DEESCALATION, "attention": CATEGORIES}
NO_SIGNAL = "no signal"  # the category of an entry that has none, in attention
COLUMNS = {"category": "category", "publisher": "publisher", "story": "story_id"}


def contributions(
    frame: pd.DataFrame, *, cache: ReferenceCache, at: datetime, now: datetime, measure: Measure = "tension"
) -> pd.DataFrame:
    """The points that each entry and category adds to the hourly index at `at`; they sum to it.

    `at` is the hour's start. Columns: article_id, publisher, story_id (its own article's where it has none), category,
    points. Empty where nothing counted. Entries after `now` are left out.
    """
    end = hour_of(at) + timedelta(hours=1)
    frame = frame[
        (frame["at"] <= pd.Timestamp(now)) & (frame["at"] >= pd.Timestamp(end - timedelta(hours=2 * WINDOW_HOURS)))
    ]
    arrays = read(frame, cache.codes, cache.parameters)
    last = int(end.timestamp()) * 1_000_000 // HOUR
    arrays = arrays.take((arrays.hour >= last - WINDOW_HOURS) & (arrays.hour < last))
    publishers = len(cache.codes)
    counts = np.bincount(arrays.publisher, minlength=publishers).astype(float)
    tiers = np.bincount(arrays.publisher, arrays.weight, publishers).astype(float)
    weight = np.divide(tiers, counts, out=np.zeros_like(tiers), where=counts > 0)
    reference = cache.reference((last - 1) // 24)
    normal, counted, known = getattr(reference, measure), getattr(arrays, measure), CATEGORIES_OF[measure]
    none = NO_SIGNAL if measure == "attention" else "unknown"
    each = coefficients(counts[:, None], weight, normal[:publishers, :1].astype(float), cache.parameters.shrink)[:, 0]
    points = each[arrays.publisher] * counted
    rows = frame.iloc[arrays.row[counted > 0]]
    table = pd.DataFrame({
        "article_id": rows["article_id"].to_numpy(),
        "publisher": rows["publisher"].astype(str).to_numpy(),
        "story_id": rows["story_id"].astype("Int64").fillna(rows["article_id"].astype("Int64")).to_numpy(),
        "category": [[c for c in text.split(";") if c in known] or [none] for text in rows["categories"]],
        "points": points[counted > 0],
    })  # fmt: skip
    table["points"] /= table["category"].map(len)
    return table.explode("category", ignore_index=True)


def decompose(before: pd.DataFrame, after: pd.DataFrame, by: str) -> pd.DataFrame:
    """Two moments' contributions -> what each category, publisher or story added to the change, largest first; sums to
    the change.

    Columns: the name asked `by`, before, after, change; for stories also the articles behind them.
    """
    column = COLUMNS[by]
    sides = {side: table.groupby(column)["points"].sum() for side, table in (("before", before), ("after", after))}
    found = pd.DataFrame(sides).fillna(0.0)
    found["change"] = found["after"] - found["before"]
    if by == "story":
        both = pd.concat([before, after])
        found["articles"] = both.groupby(column)["article_id"].agg(lambda ids: tuple(dict.fromkeys(ids)))
    order = found["change"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].rename_axis(by).reset_index()

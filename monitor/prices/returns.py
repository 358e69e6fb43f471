"""Daily closes of one kind, values of a file, and their log returns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from monitor.models import Observation, Price


def closes(prices: Iterable[Price]) -> pd.Series:
    """Finished days' closes by date, of the kind (front month, spot ...) that most of them are:
    kinds are never mixed in one return.
    """
    final = [price for price in prices if price.final]
    if not final:
        return pd.Series(dtype=float)
    kind = Counter(price.kind for price in final).most_common(1)[0][0]
    found = {price.day.date(): price.close for price in final if price.kind == kind}
    return pd.Series(found, dtype=float).sort_index()


def values(observations: Iterable[Observation]) -> pd.Series:
    """The values of a series of a file by date, one a day: to be studied like closes."""
    return pd.Series({one.day.date(): one.value for one in observations}, dtype=float).sort_index()


def returns(prices: pd.Series) -> pd.Series:
    """Log returns. A price of zero or less has no logarithm:
    WTI closed at -37 dollars on 2020-04-20, two days are missing there.
    """
    return np.log(prices.where(prices > 0)).diff().iloc[1:]

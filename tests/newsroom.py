"""Simulated news with known truth: publishers of different size and bent,
events reported by several of them, a planted change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

START = datetime(2026, 1, 1, tzinfo=UTC)


def news(
    *, days: int, publishers: int = 12, a_day: float = 25.0, ratio: float = 1.0, change_on: int | None = None,
    seed: int = 0, share: float = 0.06, mentions: float = 0.1, reports_each: float = 2.0, start: datetime = START,
) -> pd.DataFrame:  # fmt: skip
    """Entries of `days` days with the columns of storage.index.entries.

    Each publisher has its own volume and its own share of signals (`share` on average); from day `change_on` on every
    share of escalation is `ratio` times as large. Signals come in stories that are reported `reports_each` times on
    average, by any publisher. Of the other entries the share `mentions` is about the theatre without a signal.
    """
    random = np.random.default_rng(seed)
    volume = random.gamma(4, a_day / 4, publishers)
    bent = random.gamma(6, share / 6, publishers)
    day = np.arange(days)
    factor = np.where(day >= (days if change_on is None else change_on), ratio, 1.0)
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("minute", "publisher", "escalation", "deescalation", "story")
    }
    stories = 1
    quiet = random.poisson(volume * np.maximum(1 - bent - bent * factor[:, None], 0))
    _append(
        columns,
        random,
        np.repeat(np.tile(day, publishers), quiet.T.ravel()),
        np.repeat(np.arange(publishers), quiet.sum(axis=0)),
        0,
        0,
        0,
    )
    for direction in ("escalation", "deescalation"):
        weight = volume * bent
        for d in day:
            reports = 1 + random.poisson(
                reports_each - 1,
                random.poisson(weight.sum() / reports_each * (factor[d] if direction == "escalation" else 1)),
            )
            who = random.choice(publishers, reports.sum(), p=weight / weight.sum())
            story = np.repeat(np.arange(stories, stories + len(reports)), reports)
            stories += len(reports)
            gravity = np.repeat(random.choice([4.0, 6.0, 9.0], len(reports)), reports)
            zero = np.zeros(len(who))
            _append(
                columns,
                random,
                np.full(len(who), d),
                who,
                *((gravity, zero) if direction == "escalation" else (zero, gravity)),
                story,
            )
    table = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.argsort(table["minute"], kind="stable")
    table = {name: values[order] for name, values in table.items()}
    act = random.random(len(order)) < 0.6
    theatre = (table["story"] > 0) | (random.random(len(order)) < mentions)
    zero = np.zeros(len(order))
    return pd.DataFrame(
        {
            "article_id": np.arange(1, len(order) + 1),
            "at": pd.to_datetime([start], utc=True)[0] + pd.to_timedelta(table["minute"], unit="min"),
            "publisher": pd.Categorical.from_codes(
                table["publisher"].astype(int), [f"P{n:02d}" for n in range(publishers)]
            ),
            "tier": (table["publisher"] % 4 + 1).astype("int8"),
            "escalation_act": np.where(act, table["escalation"], zero),
            "escalation_words": np.where(act, zero, table["escalation"]),
            "deescalation_act": np.where(act, table["deescalation"], zero),
            "deescalation_words": np.where(act, zero, table["deescalation"]),
            "theatre": theatre,
            "categories": np.where(
                table["escalation"] > 0, "attack;threat", np.where(table["deescalation"] > 0, "talks", "")
            ),
            "parts": np.where(
                table["story"] % 3 == 1, "iran_us;nuclear_file", np.where(table["story"] % 3 == 2, "lebanon", "")
            ),
            "text_key": np.arange(1, len(order) + 1),
            "story_id": pd.array(np.where(table["story"] > 0, table["story"], None), dtype="Int64"),
        }
    )


# of the entries that report something, the share that a reader finds; of the others about the theatre, the share in
# which it finds what is not there: about what docs/method-signals.md has
FOUND = {"escalation": 0.80, "deescalation": 0.67}
FALSE_ALARMS = {"escalation": 0.07, "deescalation": 0.03}


def misread(frame: pd.DataFrame, seed: int, *, by_probability: bool = False) -> pd.DataFrame:
    """The entries as a reader with errors reads them. `by_probability`: each signal's severity times a confidence that
    says, on average, how often it is meant.
    """
    random, found = np.random.default_rng(10_000 + seed), frame.copy()
    count = len(found)
    for direction in ("escalation", "deescalation"):
        act, words = (found[f"{direction}_{mode}"].to_numpy(copy=True) for mode in ("act", "words"))
        meant = (act > 0) | (words > 0)
        lost = meant & (random.random(count) > FOUND[direction])
        made = found["theatre"].to_numpy() & ~meant & (random.random(count) < FALSE_ALARMS[direction])
        as_act, gravity = random.random(count) < 0.6, random.choice([4.0, 6.0, 9.0], count)
        act[lost], words[lost] = 0, 0
        act[made & as_act], words[made & ~as_act] = gravity[made & as_act], gravity[made & ~as_act]
        if by_probability:
            sure = np.where(made, random.beta(6, 2.2, count), random.beta(7, 1.2, count))
            act, words = act * sure, words * sure
        found[f"{direction}_act"], found[f"{direction}_words"] = act, words
    return found


def _append(columns, random, day, publisher, escalation, deescalation, story) -> None:
    count = len(day)
    columns["minute"].append(day * 1440 + random.integers(0, 1440, count))
    columns["publisher"].append(publisher)
    for name, value in (("escalation", escalation), ("deescalation", deescalation), ("story", story)):
        columns[name].append(np.broadcast_to(value, count).astype(float if name != "story" else np.int64))


def day_of(number: int) -> datetime:
    return START + timedelta(days=number)

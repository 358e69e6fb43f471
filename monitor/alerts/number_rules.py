"""Rules on prices and on series of files."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.alerts import wording
from monitor.alerts.facts import Facts, Finding
from monitor.config.alerting import PriceRule, SeriesRule

FRESH_PRICE = timedelta(days=5)  # an older price is no news


def price(rule: PriceRule, facts: Facts, now: datetime) -> list[Finding]:
    """The newest price against the finished close so long before its day, of the same source; once a trading day."""
    prices = [price for price in facts.prices.get(rule.series, ()) if (price.market_time or price.day) <= now]
    if not prices or now - prices[-1].day > FRESH_PRICE:
        return []
    last = prices[-1]
    before = [
        price for price in prices if price.final and price.source == last.source and price.day <= last.day - rule.within
    ]
    if not before or before[-1].close <= 0:
        return []
    percent = 100 * (last.close / before[-1].close - 1)
    wanted = {"up": percent, "down": -percent, "either": abs(percent)}[rule.direction]
    if wanted < rule.percent:
        return []
    return [Finding(f"{rule.name}:{last.day:%Y-%m-%d}", True, wording.price(rule.series, percent, last, before[-1]))]


def series(rule: SeriesRule, facts: Facts) -> Finding:
    newest = facts.values.get(rule.series)
    if newest is None:
        return Finding(rule.name, None)
    up = rule.direction == "up"
    at, over = (
        (newest.value >= rule.above, newest.value < rule.below)
        if up
        else (newest.value <= rule.below, newest.value > rule.above)
    )
    fires = True if at else False if over else None
    return Finding(rule.name, fires, wording.series(rule, newest, over=over))

"""The news of now as one page that needs no server: for a thousand readers, or a mail.

    index points, prices, leading stories with their reports -> index.html, and index.csv and stories.csv beside it

No script, nothing from elsewhere; text of feeds is escaped, and a link of theirs is one only if it leads to the web.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor import export
from monitor.config.settings import Settings
from monitor.errors import InputError
from monitor.index import state
from monitor.models import Article, IndexPoint, Price, Story
from monitor.operation.page import ORANGE, direction, line, linked, text, whole
from monitor.storage import articles, index, leading, notes, prices, stories, tables
from monitor.storage.store import Store

SPAN, STORIES_SPAN = timedelta(days=14), timedelta(days=2)  # of the line and its file; of the stories
STORIES, REPORTS = 40, 6  # stories, and reports of each: with page.TITLE and page.LINK the page stays under 1 MB
DIRECTIONS = {"escalation": "escalation", "deescalation": "de-escalation", "mixed": "escalation and de-escalation"}


@dataclass(frozen=True, slots=True)
class Page:
    """What the page says."""

    now: datetime
    points: Sequence[IndexPoint]  # hourly, of all parts, oldest first
    last_article: datetime | None  # first_seen of the newest
    prices: Sequence[Price]
    stories: Sequence[tuple[Story, Sequence[Article]]]
    replay: bool = False
    synthetic: bool = False


def write(store: Store, settings: Settings, now: datetime, folder: Path, *, replay: bool = False) -> list[Path]:
    """Make `folder` with the page and its files. Raises InputError where it is there already, StorageError."""
    points = index.points(store, "hour", since=now - SPAN, until=now + timedelta(hours=1))
    newest = articles.find(store, articles.Filter(), limit=1)
    found = [one.story for one in leading.leading(store, now - STORIES_SPAN, now, STORIES)]
    page = Page(
        now,
        points,
        newest[0].first_seen if newest else None,
        [price for series in settings.prices if (price := prices.newest(store, series.name, now))],
        [(story, stories.members(store, story.id)[:REPORTS]) for story in found],
        replay,
        "synthetic" in notes.all(store),
    )
    rows = tables.rows(store, "stories", since=now - STORIES_SPAN, until=now)
    try:
        folder.mkdir(parents=True)
        written = [folder / name for name in ("index.html", "index.csv", "stories.csv")]
        written[0].write_text(html(page), encoding="utf-8")
        _csv(written[1], "index", map(asdict, points))
        _csv(written[2], "stories", rows)
    except FileExistsError:
        raise InputError(f"{folder} is there already and is not overwritten; choose another name") from None
    except OSError as fault:
        raise InputError(f"{folder} cannot be written: {fault.strerror}") from fault
    return written


def _csv(path: Path, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("wb") as out:
        export.write(table, rows, format="csv", out=out)


# -- the page: pure ---------------------------------------------------------------------------------------


def html(page: Page) -> str:
    title = f"Gulf tension monitor, {page.now:%Y-%m-%d %H:%M} UTC"
    body = [f"<h1>{title}</h1>"]
    if page.synthetic:
        body.append(
            '<p class="note">Synthetic data: every article and price here was made up. None of it happened.</p>'
        )
    if page.replay:
        body.append('<p class="note">Replay: this is not the news of now.</p>')
    body.append(f'<p class="lead">{text(state.sentence(state.state(page.points, page.now), page.now))}</p>')
    body.append(f"<p>{_numbers(page)}</p>")
    body.append(f"<p><small>{_freshness(page)}</small></p>{_line(page.points)}")
    body.append(
        '<p><a href="index.csv">The index as CSV</a>. 100 is what is normal; the pale band is the 90 % range.</p>'
    )
    if page.prices:
        body.append("<h2>Oil and markets</h2><table>")
        body += [
            f"<tr><td>{text(price.series)}</td><td>{price.close:,.2f} {text(price.unit)}</td>"
            f"<td>{price.day:%Y-%m-%d}{'' if price.final else ', so far'}</td></tr>"
            for price in page.prices
        ]
        body.append("</table>")
    body.append("<h2>Leading stories of two days</h2>")
    if not page.stories:
        body.append("<p>No story with a signal.</p>")
    body += [_story(story, reports) for story, reports in page.stories]
    body.append('<p><a href="stories.csv">Stories as CSV</a></p>')
    return whole(title, body)


def _numbers(page: Page) -> str:
    last = page.points[-1] if page.points else None
    if last is None or page.now - last.at > timedelta(hours=3):
        return "The index has no number of the last three hours."
    if last.tension is None:
        return f"Not enough news for an index. {text(last.missing or last.status)}"
    provisional = " Provisional: the reference is still short." if last.status == "provisional" else ""
    said = f"Tension {last.tension:.0f}{_band(last.tension_low, last.tension_high)}"
    if last.relief is not None:
        said += f", relief {last.relief:.0f}{_band(last.relief_low, last.relief_high)}"
    return f"{said}, in the 24 hours to {last.at + timedelta(hours=1):%H:%M} UTC.{provisional}"


def _band(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low:.0f} to {high:.0f})"


def _freshness(page: Page) -> str:
    if page.last_article is None:
        return "No article is stored."
    return f"The newest article came at {page.last_article:%Y-%m-%d %H:%M} UTC. This page does not change."


def _line(points: Sequence[IndexPoint]) -> str:
    if not points:
        return ""
    label = f"Tension from {points[0].at:%Y-%m-%d} to {points[-1].at:%Y-%m-%d}"
    return line(points, "tension", ORANGE, label)


def _story(story: Story, reports: Sequence[Article]) -> str:
    said = f"{DIRECTIONS.get(story.direction, 'no signal')}, score {story.score:+.1f}, {text(story.state)}"
    made = [
        f'<article class="{direction(story.direction)}"><h3 dir="auto">{text(story.title)}</h3>',
        f"<small>{said}; {story.publishers} independent publishers; {story.first_seen:%Y-%m-%d %H:%M} to ",
        f"{story.last_seen:%Y-%m-%d %H:%M} UTC</small><ul>",
    ]
    for report in reports:
        made.append(f"<li>{report.at:%m-%d %H:%M} {text(report.publisher)}: {linked(report.title, report.link)}</li>")
    return "".join([*made, "</ul></article>"])

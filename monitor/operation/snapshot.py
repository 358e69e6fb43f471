"""The news of now as one page that needs no server: for a thousand readers, or a mail.

    index points, prices, leading stories with their reports -> index.html, and index.csv and stories.csv beside it

No script, nothing from elsewhere; text of feeds is escaped, and a link of theirs is one only if it leads to the web.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from monitor import export
from monitor.config.environment import is_web_address
from monitor.config.settings import Settings
from monitor.errors import InputError
from monitor.models import Article, IndexPoint, Price, Story
from monitor.storage import articles, index, notes, prices, stories, tables
from monitor.storage.store import Store

SPAN, STORIES_SPAN = timedelta(days=14), timedelta(days=2)  # of the line and its file; of the stories
# stories, reports of each, characters of a title and of a link that is one: the page stays under 1 MB
STORIES, REPORTS, TITLE, LINK = 40, 6, 200, 600
WIDTH, HEIGHT = 720, 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } li { margin: .3rem 0 } small { opacity: .75 }
article { margin: 1rem 0; border-left: 4px solid #7a7a7a; padding-left: .8rem }
article h3 { font-size: 1rem; margin: 0 }
article.escalation { border-color: #d55e00 } article.deescalation { border-color: #0085ca }
.note { border: 2px solid #d55e00; padding: .5rem .8rem } svg { width: 100%; height: auto } td { padding-right: 1.5rem }
"""
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
    found = [leading.story for leading in stories.leading(store, now - STORIES_SPAN, now, STORIES)]
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
    told = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Gulf tension monitor, {page.now:%Y-%m-%d %H:%M} UTC</title><style>{STYLE}</style></head><body>",
        f"<h1>Gulf tension monitor, {page.now:%Y-%m-%d %H:%M} UTC</h1>",
    ]  # fmt: skip
    if page.synthetic:
        told.append(
            '<p class="note">Synthetic data: every article and price here was made up. None of it happened.</p>'
        )
    if page.replay:
        told.append('<p class="note">Replay: this is not the news of now.</p>')
    told.append(f"<p>{_headline(page)}</p>")
    told.append(f"<p><small>{_freshness(page)}</small></p>{_line(page.points)}")
    told.append(
        '<p><a href="index.csv">The index as CSV</a>. 100 is what is normal; the pale band is the 90 % range.</p>'
    )
    if page.prices:
        told.append("<h2>Oil and markets</h2><table>")
        told += [
            f"<tr><td>{_text(price.series)}</td><td>{price.close:,.2f} {_text(price.unit)}</td>"
            f"<td>{price.day:%Y-%m-%d}{'' if price.final else ', so far'}</td></tr>"
            for price in page.prices
        ]
        told.append("</table>")
    told.append("<h2>Leading stories of two days</h2>")
    if not page.stories:
        told.append("<p>No story with a signal.</p>")
    told += [_story(story, reports) for story, reports in page.stories]
    told.append('<p><a href="stories.csv">Stories as CSV</a></p></body></html>\n')
    return "\n".join(told)


def _headline(page: Page) -> str:
    last = page.points[-1] if page.points else None
    if last is None or page.now - last.at > timedelta(hours=3):
        return "<b>The index has no number of the last three hours.</b>"
    if last.tension is None:
        return f"<b>Not enough news for an index.</b> {_text(last.missing or last.status)}"
    provisional = " Provisional: the reference is still short." if last.status == "provisional" else ""
    said = f"<b>Tension {last.tension:.0f}</b>{_band(last.tension_low, last.tension_high)}"
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
    """Tension as a line with its range; a gap where there is no number, never a line across it."""
    known = [p.tension_high or p.tension for p in points if p.tension is not None]
    if len(known) < 2:
        return ""
    begin, end = points[0].at, points[-1].at
    seconds, top = max((end - begin).total_seconds(), 1.0), max(120.0, *(value for value in known if value is not None))

    def x(point: IndexPoint) -> float:
        return WIDTH * (point.at - begin).total_seconds() / seconds

    def y(value: float) -> float:
        return HEIGHT - HEIGHT * value / top

    runs: list[list[IndexPoint]] = [[]]
    for point in points:
        if point.tension is None or (runs[-1] and point.at - runs[-1][-1].at > timedelta(hours=1)):
            runs.append([])
        if point.tension is not None:
            runs[-1].append(point)
    drawn = [f'<line x1="0" x2="{WIDTH}" y1="{y(100):.1f}" y2="{y(100):.1f}" stroke="#7a7a7a" stroke-dasharray="4 4"/>']
    for run in filter(None, runs):
        band = [(x(p), y(p.tension_high)) for p in run if p.tension_high is not None]
        band += [(x(p), y(p.tension_low)) for p in reversed(run) if p.tension_low is not None]
        line = [(x(p), y(p.tension)) for p in run if p.tension is not None]
        drawn.append(f'<polygon points="{_places(band)}" fill="#d55e00" fill-opacity="0.2"/>')
        drawn.append(f'<polyline points="{_places(line)}" fill="none" stroke="#d55e00" stroke-width="1.5"/>')
    label = f"Tension from {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def _places(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _story(story: Story, reports: Sequence[Article]) -> str:
    kind = story.direction if story.direction in DIRECTIONS else "none"
    said = f"{DIRECTIONS.get(story.direction, 'no signal')}, score {story.score:+.1f}, {_text(story.state)}"
    told = [
        f'<article class="{kind}"><h3 dir="auto">{_text(story.title)}</h3>',
        f"<small>{said}; {story.publishers} independent publishers; {story.first_seen:%Y-%m-%d %H:%M} to ",
        f"{story.last_seen:%Y-%m-%d %H:%M} UTC</small><ul>",
    ]
    for report in reports:
        title = f'<bdi dir="auto">{_text(report.title)}</bdi>'
        if report.link and is_web_address(report.link) and len(escape(report.link)) <= LINK:
            title = f'<a rel="noopener noreferrer" href="{escape(report.link)}">{title}</a>'
        told.append(f"<li>{report.at:%m-%d %H:%M} {_text(report.publisher)}: {title}</li>")
    return "".join([*told, "</ul></article>"])


def _text(text: str) -> str:
    return escape(text if len(text) <= TITLE else text[: TITLE - 1] + "…")

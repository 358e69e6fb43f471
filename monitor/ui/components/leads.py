"""Ways from what is shown to what it is made of: the parameters of a link to another page, with the period.

st.page_link(pages.target("articles.py"), label=..., query_params=leads.articles(place="Strait of Hormuz"))
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from monitor.language import _
from monitor.models import PARTS, Story
from monitor.ui.components import period
from monitor.ui.components.wording import CATEGORY_WORDS, DIRECTION_WORDS, MODE_WORDS, named
from monitor.ui.exports.periods import Period, period_of
from monitor.ui.queries import reads

ACTORS = ("actor", "source", "target")
Parameters = dict[str, str | list[str]]


def articles(
    *, text: str = "", direction: str = "", category: str = "", mode: str = "", place: str = "", part: str = "",
    actor: str = "", source: str = "", target: str = "", publisher: str = "", shown: Period | None = None,
) -> Parameters:  # fmt: skip
    """The Articles page with these filters, by their codes as in files (attack, IRN), over the period that is shown."""
    return _asked("", shown, text, direction, category, mode, place, part, actor, source, target, publisher)


def stories(
    *, text: str = "", direction: str = "", category: str = "", mode: str = "", place: str = "", part: str = "",
    actor: str = "", source: str = "", target: str = "", publisher: str = "", shown: Period | None = None,
) -> Parameters:  # fmt: skip
    """The Stories page, likewise."""
    return _asked("story_", shown, text, direction, category, mode, place, part, actor, source, target, publisher)


def _asked(prefix: str, shown: Period | None, *values: str) -> Parameters:
    """An address holds what people read; see filters.CHOICES."""
    names = ("text", "direction", "category", "mode", "place", "part", "actor", "source", "target", "publisher")
    words = {"direction": DIRECTION_WORDS, "category": CATEGORY_WORDS, "mode": MODE_WORDS, "part": PARTS}
    asked: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if value:
            said = _(words[name][value]) if name in words else _actor(value) if name in ACTORS else value
            asked[prefix + name] = said
    return asked | period.along(shown)


def _actor(code: str) -> str:
    return named(code, reads.actor_names())


def story(id: int) -> Parameters:
    """One story on the Stories page."""
    return {"story": str(id)}


def article(id: int) -> Parameters:
    """One article on the Articles page."""
    return {"article": str(id)}


def reports(of: Story) -> Parameters:
    """The articles of a story on the Articles page, over the time of the story."""
    shown = period_of(reads.now(), since=of.first_seen, until=of.last_seen + timedelta(minutes=1))
    return {"of_story": str(of.id), "show": "everything", **period.along(shown)}


def why(at: datetime, **asked: str) -> Parameters:
    """What moved the index in the 24 hours up to an hour of it."""
    shown = period_of(reads.now(), since=at - timedelta(days=1), until=at)
    return {**asked, **period.along(shown)}

"""The words of the screen: what each category, state and level is called, and sentences made from facts. Pure
functions.

Each word is defined here once, so that screen, tooltip and test agree. Tables hold words for `_`, which says them in
the language of the viewer; functions have said them already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from monitor.language import N_, RIGHT_TO_LEFT, _, isolated, n_, numeral, spoken
from monitor.models import DEESCALATION, ESCALATION, FeedState, Story
from monitor.storage.signals import Reported
from monitor.stories.account import Account, Follower

CATEGORY_WORDS = {
    "attack": N_("strikes and clashes"),
    "maritime": N_("incidents at sea"),
    "threat": N_("threats"),
    "mobilize": N_("military moves"),
    "nuclear": N_("nuclear steps"),
    "sanction": N_("sanctions"),
    "rupture": N_("ruptures"),
    "unrest": N_("unrest"),
    "energy": N_("energy works hit"),
    "talks": N_("talks"),
    "accord": N_("accords"),
    "ceasefire": N_("cease-fires"),
    "concession": N_("concessions"),
    "release": N_("releases"),
    "withdrawal": N_("withdrawals"),
    "sanctions_relief": N_("sanctions relief"),
    "appeal": N_("appeals for calm"),
}
DIRECTION_WORDS = {
    "escalation": N_("▲ escalation"),
    "deescalation": N_("▼ de-escalation"),
    "mixed": N_("◆ mixed"),
    "none": N_("· none"),
    "unread": N_("… not read yet"),
}
DIRECTION_SIGNS = {name: words.split()[0] for name, words in DIRECTION_WORDS.items()}
STATE_WORDS = {
    "new": N_("○ not asked yet"),
    "well": N_("● well"),
    "empty": N_("○ no items"),
    "silent": N_("◐ silent"),
    "failing": N_("✕ failing"),
    "gone": N_("✕ gone (410)"),
    "off": N_("– switched off"),
}
STATE_MEANS = {
    "new": N_("not asked yet"),
    "well": N_("it answers, with entries"),
    "empty": N_("it answers, but the feed has no entries"),
    "silent": N_("it answers, but has brought nothing new for much longer than usual"),
    "failing": N_("its last request failed; it is asked again, less often"),
    "gone": N_("it answered that it is gone for good (410) and is not asked again"),
    "off": N_("switched off in feeds.yaml"),
}
SOURCES = {"yahoo": "Yahoo Finance", "fred": "FRED", "synthetic": N_("made up")}
# what went wrong with a feed, a file or a provider of prices: the same word in log, database, CSV and screen
FAULTS = (
    N_("dns"), N_("network"), N_("timeout"), N_("tls"), N_("refused address"), N_("redirects"), N_("http"),
    N_("rate limited"), N_("gone"), N_("too large"), N_("encoding"), N_("not a feed"), N_("not a series"),
    N_("not parseable"), N_("dangerous"), N_("storage"), N_("parser"), N_("program"), N_("no time"), N_("not carried"),
    N_("empty"), N_("unreadable"), N_("unit"), N_("not a number"), N_("clock"), N_("symbol"), N_("failed"),
)  # fmt: skip
CORRECTIONS = {"right": N_("right"), "wrong": N_("wrong"), "missing": N_("missing"), "undone": N_("taken back")}
PRICE_KINDS = (N_("front month"), N_("spot"), N_("index"), N_("equity"), N_("synthetic"))
MEASURES = {"tension": N_("Tension"), "relief": N_("Relief"), "attention": N_("Attention")}
# the same within a sentence
MEASURES_WITHIN = {"tension": N_("tension"), "relief": N_("relief"), "attention": N_("attention")}
# what a first-time reader has to know, in the order of the page
GUIDE = (
    (
        N_("Tension, Relief"),
        N_(
            "How much of all news polled in the last 24 hours reports escalation (or de-escalation), weighted by "
            "severity and averaged over publishers. 100 is the normal level. Prices are not part of it."
        ),
    ),
    (
        N_("Attention"),
        N_(
            "How much of the news polled in the last 24 hours is about the Gulf theatre at all, whatever it says. How "
            "much the world looks, not how bad it is: it rises for talks as for strikes. 100 is the normal level."
        ),
    ),
    (
        N_("Levels"),
        N_(
            "Of tension, over seven days: under 75 below normal; under 125 normal; under 200 elevated; under 400 high; "
            "from there on very high."
        ),
    ),
    (
        N_("90 %"),
        N_(
            "The range in which the number would lie nine times out of ten with other stories of the same kind. While "
            "two ranges overlap, the change is not clear."
        ),
    ),
    (
        N_("▲ ▼ ◆"),
        N_("Escalation raises the risk of armed conflict, de-escalation lowers it; mixed holds both."),
    ),
    (
        N_("act, words"),
        N_(
            "Something done or decided, or only said: a threat, an offer. The number beside it is its severity, from 1 "
            "to 10."
        ),
    ),
    (
        N_("Publisher"),
        N_(
            "Feeds with the same owner count once, and so do copies of one text, so three publishers are three "
            "independent sources. A story is one event, with the reports of all of them."
        ),
    ),
    (
        N_("Marks on the chart"),
        N_(
            "A square is an alert. A triangle is the first day of an episode: a day that stood out from the 60 before "
            "it, as the Oil page studies them."
        ),
    ),
)
SCORE = N_(
    "From -10 to +10: its signals by severity and confidence, those of the summary by half; above zero for escalation"
)
STORY_SCORE = N_("From -10 to +10: the highest and the lowest score of its reports together")
TIERS = (1, 2, 3, 4)
TIER = N_(
    "Of the source, from feeds.yaml: 1 agencies and papers of record, 2 established titles, 3 trade press and "
    "sources without a tier, 4 state and party voices"
)
MODE_WORDS = {"act": N_("acts"), "words": N_("words")}
DONE = {"act": N_("done"), "words": N_("said")}  # of one signal
LANGUAGES = {
    "en": N_("English"),
    "fr": N_("French"),
    "ar": N_("Arabic"),
    "fa": N_("Persian"),
    "he": N_("Hebrew (not tagged)"),
}


def signs() -> str:
    """What the signs of the directions mean."""
    return commas(_(words) for words in DIRECTION_WORDS.values())


def commas(words: Iterable[str]) -> str:
    """Words or clauses that stand side by side."""
    return _(", ").join(_apart(words))


def semicolons(clauses: Iterable[str]) -> str:
    """Whole clauses that stand side by side."""
    return _("; ").join(_apart(clauses))


def labelled(label: str, value: str) -> str:
    """A label and what it stands for."""
    return _("{label}: {value}", label=label, value=value)


def fault(kind: str | None, message: str | None) -> str:
    """The stored message, which is English; behind its kind in words where another language is spoken."""
    if not message or not kind or spoken() == "en":
        return message or ""
    return labelled(_(kind), message)


def _apart(words: Iterable[str]) -> Iterable[str]:
    """Latin names would run together from left to right."""
    return map(isolated, words) if spoken() in RIGHT_TO_LEFT else words


def upper(text: str) -> str:
    """With a capital letter in front."""
    return text[:1].upper() + text[1:]


def provisional(reference: tuple[date, date] | None) -> str:
    """What a provisional index is measured against; `reference` is the fixed window, if there is one."""
    if reference:
        return _(
            "Provisional: the reference window {first} to {last} is not over, or has too little news to say what is "
            "normal.",
            first=reference[0],
            last=reference[1],
        )
    return _("Provisional: measured against a built-in reference until there are 14 days of history.")


def reasons(reported: Sequence[Reported]) -> str:
    """What the news of a day reports, both sides: `Strikes and clashes reported by 6 publishers; talks by 3.`"""
    sides = [words for categories in (ESCALATION, DEESCALATION) if (words := _leading(reported, categories))]
    return upper(semicolons(sides) if sides else _("no signals in the last 24 hours")) + "."


def _leading(reported: Sequence[Reported], categories: tuple[str, ...]) -> str:
    ours = sorted(
        (t for t in reported if t.category in categories),
        key=lambda t: (-t.publishers, -t.articles, t.category),
    )[:2]
    said: list[str] = []
    for one in ours:
        filled = {"what": _(CATEGORY_WORDS[one.category]), "n": numeral(one.publishers)}
        said.append(
            n_("{what} by {n} publisher", "{what} by {n} publishers", one.publishers, **filled)
            if said
            else n_("{what} reported by {n} publisher", "{what} reported by {n} publishers", one.publishers, **filled)
        )
    return commas(said)


def state(story: Story) -> str:
    """Whether a story's reports agree, in a few words: `confirmed by 3 publishers`."""
    count = story.confirmed_by
    match story.state:
        case "reported by one":
            return _("reported by one publisher")
        case "confirmed":
            return n_("confirmed by {n} publisher", "confirmed by {n} publishers", count, n=numeral(count))
        case "disputed":
            return n_(
                "disputed: confirmed by {n} publisher, denied or contradicted by others",
                "disputed: confirmed by {n} publishers, denied or contradicted by others",
                count,
                n=numeral(count),
            )
        case "corrected":
            return _("corrected: edited or withdrawn since")
    return _(story.state)


def after(delay: timedelta) -> str:
    """`at the same time`, `4 min later`, `1 h 10 min later`, `2 days later`."""
    minutes = int(delay.total_seconds() // 60)
    if minutes < 1:
        return _("at the same time")
    if minutes < 60:
        return n_("{n} min later", "{n} min later", minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        if rest:
            return _("{hours} h {minutes} min later", hours=hours, minutes=rest)
        return n_("{n} h later", "{n} h later", hours)
    return n_("{n} day later", "{n} days later", hours // 24)


def followed(first: str, followers: Sequence[Follower], most: int = 3) -> str:
    """`First reported by AFP; then BBC 4 min later, DW 1 h later and 2 more. Copies of their texts: Daily.`"""
    own = [
        _("{publisher} {later}", publisher=one.publisher, later=after(one.after))
        for one in followers
        if one.copies is None
    ]
    copies = [one.publisher for one in followers if one.copies is not None]
    if own:
        said = _("First reported by {first}; then {others}.", first=first, others=listed(own, most))
    else:
        said = _("First reported by {first}.", first=first)
    return said + " " + _("Copies of their texts: {names}.", names=listed(copies, most)) if copies else said


def contradictions(found: Account) -> dict[int, str]:
    """article id -> what its report says against the story: `denies it`, `reports the opposite`, `corrected`."""
    said = dict.fromkeys(found.opposite, _("reports the opposite"))
    return said | dict.fromkeys(found.corrected, _("corrected")) | dict.fromkeys(found.denying, _("denies it"))


def kinds(categories: Sequence[str]) -> str:
    """Categories in the words of the screen."""
    return commas(_(CATEGORY_WORDS[category]) for category in categories)


def languages(codes: Sequence[str]) -> str:
    return commas(_(LANGUAGES.get(code, code)) for code in codes)


def listed(names: Sequence[str], most: int = 3) -> str:
    """`BBC, DW, France 24 and 2 more`."""
    more = len(names) - most
    said = commas(names[:most])
    return n_("{names} and {n} more", "{names} and {n} more", more, names=said) if more > 0 else said


def waiting(articles: int, since: datetime | None, now: datetime) -> str:
    """`12 articles wait to be read, the first came 3 min ago.` Empty where none does."""
    if not articles:
        return ""
    count = numeral(articles)
    if since is None or now - since < timedelta(minutes=1):
        return n_("{n} article waits to be read.", "{n} articles wait to be read.", articles, n=count)
    return n_(
        "{n} article waits to be read, the first came {ago}.",
        "{n} articles wait to be read, the first came {ago}.",
        articles,
        n=count,
        ago=age(since, now),
    )


CLOCK_SLACK = timedelta(minutes=5)  # ahead of the clock an answer may be: clocks of several machines differ
FRESH_FOR, STALE_FOR = timedelta(minutes=45), timedelta(hours=3)


def freshness(states: Sequence[FeedState], enabled: int, now: datetime) -> tuple[str, str, str]:
    """(sign, one word, the rest) of how complete and fresh the news is, from the states of the enabled feeds."""
    answers = [state.last_success for state in states if state.last_success]
    failing = sum(state.state in ("failing", "gone") for state in states)
    if not enabled:
        return "○", _("Nothing to poll"), _("no feed is switched on.")
    if not states:
        said = n_("{n} feed configured.", "{n} feeds configured.", enabled, n=numeral(enabled))
        return "○", _("Nothing asked yet"), said
    if failing == len(states):
        if answers:
            said = _(
                "Is there a network? The pages show what was stored before; the last answer was {ago}.",
                ago=age(max(answers), now),
            )
        else:
            said = _("Is there a network? The pages show what was stored before; no feed has ever answered.")
        return "✕", _("No feed answers"), said
    short = [n_("{n} failing", "{n} failing", failing)] if failing else []
    if (unasked := enabled - len(states)) > 0:
        short.append(n_("{n} not asked yet", "{n} not asked yet", unasked))
    if not answers:
        asked = n_("from {n} feed", "from {n} feeds", len(states), n=numeral(len(states)))
        return "○", _("No answer yet"), commas([asked, *short]) + "."
    if later := sum(answer > now + CLOCK_SLACK for answer in answers):
        said = n_(
            "{n} feed answered later than this machine's clock says it is now; all are asked again.",
            "{n} feeds answered later than this machine's clock says it is now; all are asked again.",
            later,
            n=numeral(later),
        )
        return "◐", _("Clock set back"), said
    gap = now - max(answers)
    sign, word = (
        ("●", _("Fresh")) if gap <= FRESH_FOR else ("◐", _("Stale")) if gap <= STALE_FOR else ("✕", _("Silent"))
    )
    answering = n_(
        "{n} of {feeds} answers",
        "{n} of {feeds} answer",
        len(states) - failing,
        feeds=n_("{n} feed", "{n} feeds", enabled, n=numeral(enabled)),
    )
    last = _("last answer {ago}", ago=age(max(answers), now))
    return sign, word, semicolons([last, commas([answering, *short])]) + "."


def day_age(day: date, today: date) -> str:
    """How long ago a day was: a close is of a day, not of a minute."""
    gone = (today - day).days
    if gone < 1:
        return _("today")
    return _("yesterday") if gone == 1 else n_("{n} day ago", "{n} days ago", gone)


STEP_FAILS = {
    "polling": N_("Feeds cannot be polled"),
    "reading": N_("New articles are not read"),
    "stories": N_("New articles are not grouped into stories"),
    "index": N_("The index is not updated"),
    "prices": N_("Prices are not updated"),
    "series": N_("Series from files are not updated"),
    "word count": N_("The word count that the index is compared with is not updated"),
    "alerts": N_("Alert rules are not checked"),
    "briefs": N_("Briefs are not made"),
}


def step_failing(step: str, since: datetime, next_try: datetime | None, now: datetime) -> str:
    """Which step of the pipeline fails, since when, and when it is tried again; all by real time.

    `New articles are not grouped into stories: failing since 14:02 UTC (12 min ago), next try in 3 min.`
    """
    what = _(STEP_FAILS[step]) if step in STEP_FAILS else _("The step {step} does not work", step=step)
    time = f"{since:%H:%M} UTC" if since.date() == now.date() else f"{since:%Y-%m-%d %H:%M} UTC"
    if next_try is None:
        return _("{what}: failing since {time} ({ago}).", what=what, time=time, ago=age(since, now))
    return _(
        "{what}: failing since {time} ({ago}), next try {ahead}.",
        what=what,
        time=time,
        ago=age(since, now),
        ahead=ahead(next_try, now),
    )


def ahead(then: datetime, now: datetime) -> str:
    """How long until then, in one unit: `in 3 min`."""
    seconds = (then - now) // timedelta(seconds=1)
    if seconds < 1:
        return _("now")
    if seconds < 90:
        return n_("in {n} s", "in {n} s", seconds)
    return n_("in {n} min", "in {n} min", round(seconds / 60))


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: `5 min ago`. A time ahead of the clock says so; a missing one stays missing."""
    if then is None:
        return _("never")
    gap = now - then
    if gap < timedelta(0):
        return _("ahead of the clock")
    if gap >= timedelta(days=2):
        return n_("{n} d ago", "{n} d ago", gap.days)
    if gap >= timedelta(hours=2):
        return n_("{n} h ago", "{n} h ago", gap // timedelta(hours=1))
    if gap >= timedelta(minutes=1):
        return n_("{n} min ago", "{n} min ago", gap // timedelta(minutes=1))
    return _("just now")


def named(code: str, names: Mapping[str, str]) -> str:
    """An actor by name; the code alone where the gazetteer has none. Groups have codes that say nothing to a reader."""
    if code not in names:
        return code
    return f"{names[code]} ({code})" if len(code) == 3 else names[code]

"""The words of the screen: what each category, state and level is called, and sentences made from facts. Pure
functions.

Each word is defined here once, so that screen, tooltip and test agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from monitor.models import DEESCALATION, ESCALATION, FeedState, Story
from monitor.storage.signals import Reported
from monitor.stories.account import Account, Follower

CATEGORY_WORDS = {
    "attack": "strikes and clashes",
    "maritime": "incidents at sea",
    "threat": "threats",
    "mobilize": "military moves",
    "nuclear": "nuclear steps",
    "sanction": "sanctions",
    "rupture": "ruptures",
    "unrest": "unrest",
    "energy": "energy works hit",
    "talks": "talks",
    "accord": "accords",
    "ceasefire": "cease-fires",
    "concession": "concessions",
    "release": "releases",
    "withdrawal": "withdrawals",
    "sanctions_relief": "sanctions relief",
    "appeal": "appeals for calm",
}
DIRECTION_WORDS = {
    "escalation": "▲ escalation",
    "deescalation": "▼ de-escalation",
    "mixed": "◆ mixed",
    "none": "· none",
    "unread": "… not read yet",
}
DIRECTION_SIGNS = {name: words.split()[0] for name, words in DIRECTION_WORDS.items()}
SIGNS = ", ".join(DIRECTION_WORDS.values())  # what the signs mean
STATE_WORDS = {
    "new": "○ not asked yet",
    "well": "● well",
    "empty": "○ no items",
    "silent": "◐ silent",
    "failing": "✕ failing",
    "gone": "✕ gone (410)",
    "off": "– switched off",
}
STATE_MEANS = {
    "new": "not asked yet",
    "well": "it answers, with entries",
    "empty": "it answers, but the feed has no entries",
    "silent": "it answers, but has brought nothing new for much longer than usual",
    "failing": "its last request failed; it is asked again, less often",
    "gone": "it answered that it is gone for good (410) and is not asked again",
    "off": "switched off in feeds.yaml",
}
SOURCES = {"yahoo": "Yahoo Finance", "fred": "FRED", "synthetic": "made up"}
MEASURES = {"tension": "Tension", "relief": "Relief", "attention": "Attention"}
# what a first-time reader has to know, in the order of the page
GUIDE = (
    (
        "Tension, Relief",
        "How much of all news polled in the last 24 hours reports escalation (or de-escalation), "
        "weighted by severity and averaged "
        "over publishers. 100 is the normal level. Prices are not part of it.",
    ),
    (
        "Attention",
        "How much of the news polled in the last 24 hours is about the Gulf theatre at all, whatever it says. "
        "How much the world looks, "
        "not how bad it is: it rises for talks as for strikes. 100 is the normal level.",
    ),
    (
        "Levels",
        (
            "Of tension, over seven days: under 75 below normal; under 125 normal; under 200 elevated; under 400 high; "
            "from there on very high."
        ),
    ),
    (
        "90 %",
        (
            "The range in which the number would lie nine times out of ten with other stories of the same kind. While "
            "two ranges overlap, the change is not clear."
        ),
    ),
    ("▲ ▼ ◆", "Escalation raises the risk of armed conflict, de-escalation lowers it; mixed holds both."),
    (
        "act, words",
        (
            "Something done or decided, or only said: a threat, an offer. The number beside it is its severity, "
            "from 1 to 10."
        ),
    ),
    (
        "Publisher",
        (
            "Feeds with the same owner count once, and so do copies of one text, so three publishers are three "
            "independent sources. A story is one event, with the reports of all of them."
        ),
    ),
    (
        "Marks on the chart",
        (
            "A square is an alert. A triangle is the first day of an episode: a day that stood out from the 60 before "
            "it, as the Oil page studies them."
        ),
    ),
)
SCORE = (
    "From -10 to +10: its signals by severity and confidence, those of the summary by half; above zero for escalation"
)
STORY_SCORE = "From -10 to +10: the highest and the lowest score of its reports together"
TIERS = (1, 2, 3, 4)
TIER = (
    "Of the source, from feeds.yaml: 1 agencies and papers of record, 2 established titles, 3 trade press and "
    "sources without a tier, 4 state and party voices"
)
MODE_WORDS = {"act": "acts", "words": "words"}
DONE = {"act": "done", "words": "said"}  # of one signal
LANGUAGES = {"en": "English", "fr": "French", "ar": "Arabic", "fa": "Persian", "he": "Hebrew (not tagged)"}


def provisional(reference: tuple[date, date] | None) -> str:
    """What a provisional index is measured against; `reference` is the fixed window, if there is one."""
    if reference:
        return (
            f"Provisional: the reference window {reference[0]} to {reference[1]} is not over, or has too little "
            "news to say what is normal."
        )
    return "Provisional: measured against a built-in reference until there are 14 days of history."


def reasons(reported: Sequence[Reported]) -> str:
    """What the news of a day reports, both sides: `Strikes and clashes reported by 6 publishers; talks by 3.`"""
    sides = [words for categories in (ESCALATION, DEESCALATION) if (words := _leading(reported, categories))]
    text = "; ".join(sides) if sides else "no signals in the last 24 hours"
    return text[0].upper() + text[1:] + "."


def _leading(reported: Sequence[Reported], categories: tuple[str, ...]) -> str:
    ours = sorted(
        (t for t in reported if t.category in categories),
        key=lambda t: (-t.publishers, -t.articles, t.category),
    )[:2]
    return ", ".join(
        f"{CATEGORY_WORDS[t.category]} {'by' if number else 'reported by'} {many(t.publishers, 'publisher')}"
        for number, t in enumerate(ours)
    )


def state(story: Story) -> str:
    """Whether a story's reports agree, in a few words: `confirmed by 3 publishers`."""
    confirming = many(story.confirmed_by, "publisher")
    match story.state:
        case "reported by one":
            return "reported by one publisher"
        case "confirmed":
            return f"confirmed by {confirming}"
        case "disputed":
            return f"disputed: confirmed by {confirming}, denied or contradicted by others"
        case "corrected":
            return "corrected: edited or withdrawn since"
    return story.state


def after(delay: timedelta) -> str:
    """`at the same time`, `4 min later`, `1 h 10 min later`, `2 days later`."""
    minutes = int(delay.total_seconds() // 60)
    if minutes < 1:
        return "at the same time"
    if minutes < 60:
        return f"{minutes} min later"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min later" if rest else f"{hours} h later"
    return f"{hours // 24} days later"


def followed(first: str, followers: Sequence[Follower], most: int = 3) -> str:
    """`First reported by AFP; BBC 4 min later, DW 1 h later and 2 more. Copies of their texts: Daily.`"""
    own = [f"{one.publisher} {after(one.after)}" for one in followers if one.copies is None]
    copies = [one.publisher for one in followers if one.copies is not None]
    said = f"First reported by {first}" + (f"; then {listed(own, most)}" if own else "")
    return f"{said}. Copies of their texts: {listed(copies, most)}." if copies else f"{said}."


def contradictions(found: Account) -> dict[int, str]:
    """article id -> what its report says against the story: `denies it`, `reports the opposite`, `corrected`."""
    said = dict.fromkeys(found.opposite, "reports the opposite")
    return said | dict.fromkeys(found.corrected, "corrected") | dict.fromkeys(found.denying, "denies it")


def kinds(categories: Sequence[str]) -> str:
    """Categories in the words of the screen."""
    return ", ".join(CATEGORY_WORDS[category] for category in categories)


def languages(codes: Sequence[str]) -> str:
    return ", ".join(LANGUAGES.get(code, code) for code in codes)


def listed(names: Sequence[str], most: int = 3) -> str:
    """`BBC, DW, France 24 and 2 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def many(count: int, noun: str) -> str:
    """`1 publisher`, `2 publishers`, `3 stories`, `4 days`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeo" else f"{count:,} {noun}s"


def waiting(articles: int, since: datetime | None, now: datetime) -> str:
    """`12 articles wait to be read, the first came 3 min ago.` Empty where none does."""
    if not articles:
        return ""
    first = "" if since is None or now - since < timedelta(minutes=1) else f", the first came {age(since, now)}"
    return f"{many(articles, 'article')} {'waits' if articles == 1 else 'wait'} to be read{first}."


CLOCK_SLACK = timedelta(minutes=5)  # ahead of the clock an answer may be: clocks of several machines differ
FRESH_FOR, STALE_FOR = timedelta(minutes=45), timedelta(hours=3)


def freshness(states: Sequence[FeedState], enabled: int, now: datetime) -> tuple[str, str, str]:
    """(sign, one word, the rest) of how complete and fresh the news is, from the states of the enabled feeds."""
    answers = [state.last_success for state in states if state.last_success]
    failing = sum(state.state in ("failing", "gone") for state in states)
    if not enabled:
        return "○", "Nothing to poll", "no feed is switched on."
    if not states:
        return "○", "Nothing asked yet", f"{many(enabled, 'feed')} configured."
    if failing == len(states):
        newest = f"the last answer was {age(max(answers), now)}" if answers else "no feed has ever answered"
        return "✕", "No feed answers", f"Is there a network? The pages show what was stored before; {newest}."
    trouble = f", {failing} failing" if failing else ""
    waiting = f", {enabled - len(states)} not asked yet" if enabled > len(states) else ""
    if not answers:
        return "○", "No answer yet", f"from {many(len(states), 'feed')}{trouble}{waiting}."
    if later := sum(answer > now + CLOCK_SLACK for answer in answers):
        return (
            "◐",
            "Clock set back",
            f"{many(later, 'feed')} answered later than this machine's clock says it is now; all are asked again.",
        )
    gap = now - max(answers)
    sign, word = ("●", "Fresh") if gap <= FRESH_FOR else ("◐", "Stale") if gap <= STALE_FOR else ("✕", "Silent")
    return (
        sign,
        word,
        (
            f"last answer {age(max(answers), now)}; {len(states) - failing} of {many(enabled, 'feed')} "
            f"answer{'s' if len(states) - failing == 1 else ''}{trouble}{waiting}."
        ),
    )


def day_age(day: date, today: date) -> str:
    """How long ago a day was: a close is of a day, not of a minute."""
    gone = (today - day).days
    return "today" if gone < 1 else "yesterday" if gone == 1 else f"{gone} days ago"


STEP_FAILS = {
    "polling": "Feeds cannot be polled",
    "reading": "New articles are not read",
    "stories": "New articles are not grouped into stories",
    "index": "The index is not updated",
    "prices": "Prices are not updated",
    "series": "Series from files are not updated",
    "word count": "The word count that the index is compared with is not updated",
    "alerts": "Alert rules are not checked",
    "briefs": "Briefs are not made",
}


def step_failing(step: str, since: datetime, next_try: datetime | None, now: datetime) -> str:
    """Which step of the pipeline fails, since when, and when it is tried again; all by real time.

    `New articles are not grouped into stories: failing since 14:02 UTC (12 min ago), next try in 3 min.`
    """
    what = STEP_FAILS.get(step, f"The step {step} does not work")
    day = "" if since.date() == now.date() else f"{since:%Y-%m-%d} "
    again = "" if next_try is None else f", next try {ahead(next_try, now)}"
    return f"{what}: failing since {day}{since:%H:%M} UTC ({age(since, now)}){again}."


def ahead(then: datetime, now: datetime) -> str:
    """How long until then, in one unit: `in 3 min`."""
    seconds = (then - now) // timedelta(seconds=1)
    if seconds < 1:
        return "now"
    return f"in {seconds} s" if seconds < 90 else f"in {round(seconds / 60)} min"


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: `5 min ago`. A time ahead of the clock says so; a missing one stays missing."""
    if then is None:
        return "never"
    gap = now - then
    if gap < timedelta(0):
        return "ahead of the clock"
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if gap >= (2 * length if unit != "min" else length):
            return f"{gap // length} {unit} ago"
    return "just now"


def named(code: str, names: Mapping[str, str]) -> str:
    """An actor by name; the code alone where the gazetteer has none. Groups have codes that say nothing to a reader."""
    if code not in names:
        return code
    return f"{names[code]} ({code})" if len(code) == 3 else names[code]

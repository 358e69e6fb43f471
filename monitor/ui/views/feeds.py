"""The health of every feed, the history of one, and a test of any address."""

from dataclasses import replace
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from monitor import clock
from monitor.feeds import probe
from monitor.feeds.probe import ProbeResult
from monitor.models import Feed, FeedState, SeriesState
from monitor.prices.series.age import stale
from monitor.storage.articles import Filter
from monitor.ui.components import downloads, row_selection, safe_html, times
from monitor.ui.components.wording import (
    DIRECTION_WORDS,
    LANGUAGES,
    STATE_MEANS,
    STATE_WORDS,
    STEP_FAILS,
    TIER,
    age,
    ahead,
    kinds,
    many,
)
from monitor.ui.queries import feed_test, reads

TROUBLE = ("failing", "gone", "silent")
SHOWN = {"all": None, "in trouble": TROUBLE, "well": ("well", "empty"), "not asked": ("new", "off")}
COLORS = {
    "new": "gray", "well": "blue", "empty": "gray", "silent": "orange", "failing": "red", "gone": "red", "off": "gray",
}  # fmt: skip
ENTRIES = 12  # of one feed, shown on its own
ROUNDS = 30
RARE = ("unreadable", "error", "moved to")  # columns that are shown when some feed has something in them
FEW = 16  # feeds that are shown without a scroll bar of their own


def states() -> list[tuple[Feed, FeedState, str]]:
    """Every configured feed with its stored state, and the word for it, trouble first."""
    settings, _ = reads.context().settings.current()
    known = reads.feed_states()
    found = []
    for feed in settings.feeds:
        state = known.get(feed.name) or FeedState(feed.name, feed.url)
        found.append((feed, state, "off" if not feed.enabled else state.state))
    order = {"gone": 0, "failing": 1, "silent": 2, "new": 4, "off": 5}
    return sorted(found, key=lambda row: order.get(row[2], 3))


@st.fragment(run_every=reads.TICK)
def health(wanted: tuple[str, ...] | None) -> None:
    """The only part that ticks."""
    rows, now = states(), reads.now()
    summary(rows)
    rows = [row for row in rows if wanted is None or row[2] in wanted]
    if not rows:
        st.info("No feed is in this state.")
        return
    table = pd.DataFrame({
        "feed": [safe_html.cell(feed.name) for feed, _, _ in rows],
        "state": [[STATE_WORDS[word]] for _, _, word in rows],
        "last answer": [age(state.last_success, now) for _, state, _ in rows],
        "new": [state.new_entries for _, state, _ in rows],
        "unreadable": [state.bad_entries for _, state, _ in rows],
        "stored": [state.entries for _, state, _ in rows],
        "last new entry": [age(state.last_new, now) for _, state, _ in rows],
        "next due": [due(state, word, now) for _, state, word in rows],
        "error": [safe_html.cell(state.error) for _, state, _ in rows],
        "HTTP": [state.status for _, state, _ in rows],
        "moved to": [safe_html.web_link(state.moved_to) for _, state, _ in rows],
        "publisher": [safe_html.cell(feed.publisher) for feed, _, _ in rows],
        "language": [LANGUAGES.get(feed.language or "", feed.language or "any") for feed, _, _ in rows],
        "tier": [feed.tier for feed, _, _ in rows],
        "address": [safe_html.web_link(feed.url) for feed, _, _ in rows],
    })  # fmt: skip
    names = [feed.name for feed, _, _ in rows]
    table = table.drop(columns=[name for name in RARE if not table[name].any()])
    troubled = sum(word in TROUBLE for _, _, word in rows)
    row_selection.table(
        table,
        names,
        "feed",
        height=row_selection.tall(len(rows), FEW),
        key=f"feeds_{hash((*names, st.session_state.get('feed_closed', 0)))}",
        placeholder="",
        column_config={
            "feed": st.column_config.TextColumn(pinned=True, width=170),
            "state": st.column_config.MultiselectColumn(
                options=list(STATE_WORDS.values()), color=list(COLORS.values()), width=125
            ),
            "address": st.column_config.LinkColumn(width=300),
            "moved to": st.column_config.LinkColumn(width="small"),
            "error": st.column_config.TextColumn(width=260),
            "new": st.column_config.NumberColumn(help="New entries in the last round"),
            "unreadable": st.column_config.NumberColumn(
                help="Entries of the last document that could not be read; they are tried again"
            ),
            "stored": st.column_config.NumberColumn(help="Entries of this feed, all time"),
            "tier": st.column_config.NumberColumn(help=TIER),
            "HTTP": st.column_config.NumberColumn(
                help="Status of the last answer: 200 is good, 304 means that nothing is new"
            ),
        },
        alt=f"Health of {many(len(rows), 'feed')}, {troubled} in trouble",
    )
    if st.query_params.get("feed") != st.session_state.get("feed_shown"):
        st.rerun()


@st.fragment(run_every=reads.TICK)
def steps() -> None:
    """The steps of the pipeline that fail: which, since when, why, and when they are tried again. Ticks."""
    found, now = reads.failing_steps(), clock.real_now()
    if not found:
        return
    st.text("Steps that fail now")
    st.dataframe(
        pd.DataFrame(
            {
                "step": [failure.step for failure in found],
                "what it means": [STEP_FAILS.get(failure.step, "") for failure in found],
                "failing since": [age(failure.since, now) for failure in found],
                "times in a row": [failure.failures for failure in found],
                "next try": [ahead(failure.next_try, now) if failure.next_try else "" for failure in found],
                "error": [safe_html.cell(failure.error) for failure in found],
            }
        ),
        hide_index=True,
        height="auto",
        key="steps",
        placeholder="",
        alt=f"{many(len(found), 'step')} that fail",
    )


@st.fragment(run_every=reads.TICK)
def series_of_files() -> None:
    """The series of files in feeds.yaml: how old the newest value is, and what is wrong with the file. Ticks."""
    settings, _ = reads.context().settings.current()
    known, now = reads.series_states(), reads.now()
    shown = [one for one in settings.series if one.enabled]
    if not shown:
        return
    states = [known.get(one.name) or SeriesState(one.name, one.url) for one in shown]
    newest = [reads.newest_value(one.name, now) for one in shown]
    st.text("Series of files")
    st.dataframe(
        pd.DataFrame({
            "series": [safe_html.cell(one.name) for one in shown],
            "newest day": [value.day.date() if value else None for value in newest],
            "value": [value.value if value else None for value in newest],
            "unit": [safe_html.cell(one.unit) for one in shown],
            "last answer": [age(state.last_success, now) for state in states],
            "last new value": [age(state.last_new, now) for state in states],
            "next due": [ahead(state.next_due, now) if state.next_due else "" for state in states],
            "error": [safe_html.cell(state.error) for state in states],
            "stale": [
                safe_html.cell(stale(one, value, now)) if value else ""
                for one, value in zip(shown, newest, strict=True)
            ],
            "address": [safe_html.web_link(one.url) for one in shown],
        }),
        hide_index=True, height="auto", key="series_of_files", placeholder="",
        column_config={"address": st.column_config.LinkColumn(width=300)},
        alt=f"{len(shown)} series of files, {sum(state.error is not None for state in states)} failing",
    )  # fmt: skip


def summary(rows: list[tuple[Feed, FeedState, str]]) -> None:
    """One line that answers whether the news is complete, states in words with their signs."""
    counts = {word: sum(row[2] == word for row in rows) for word in STATE_WORDS}
    asked = sum(count for word, count in counts.items() if word not in ("new", "off"))
    if not asked:
        st.info(f"{many(len(rows), 'feed')} configured, none polled yet.")
    elif asked == sum(counts[word] for word in ("failing", "gone")):
        st.error("No feed answers. Is there a network? The pages show what was stored before.")
    parts = [
        safe_html.tag("span", f"{count} {STATE_WORDS[word]}", title=STATE_MEANS[word])
        for word, count in counts.items()
        if count
    ]
    safe_html.show(safe_html.tag("p", safe_html.tag("span", f"{many(len(rows), 'feed')}:"), *parts, class_="card-head"))
    faulty = sum(reads.unreadable().values())
    for sentence in (*reads.waits(reads.now()), *([f"{many(faulty, 'article')} could not be read."] if faulty else [])):
        safe_html.note(sentence)


def due(state: FeedState, word: str, now) -> str:
    if word in ("off", "gone"):
        return "never"
    if state.next_due is None or state.next_due <= now:
        return "now"
    return times.local(state.next_due, now)


@st.fragment(run_every=reads.TICK)
def facts(name: str) -> None:
    """The state of one feed in full words; ticks."""
    feed, state, word = next(row for row in states() if row[0].name == name)
    now = reads.now()
    lines = [f"{STATE_WORDS[word]}: {STATE_MEANS[word]}.", f"Address: {feed.url}"]
    if state.bad_entries:
        lines.append(
            f"{many(state.bad_entries, 'entry')} of its last document could not be read. "
            "Tried again at the next round; the log says why."
        )
    if faulty := reads.unreadable().get(name):
        lines.append(f"{many(faulty, 'article')} of all that it brought could not be read; each says why.")
    if state.error:
        lines.append(f"Error: {state.error} ({many(state.failures, 'time')} in a row)")
    lines.append(
        f"Last asked {age(state.last_polled, now)}, last answer {age(state.last_success, now)}, last new entry "
        f"{age(state.last_new, now)}, "
        f"next due {due(state, word, now)}."
    )
    if state.interval:
        lines.append(
            f"Asked every {state.interval.total_seconds() / 60:.0f} min. {many(state.entries, 'entry')} stored."
        )
    safe_html.show(safe_html.tag("div", *(safe_html.tag("div", line) for line in lines), class_="reading"))
    if state.moved_to and state.moved_to != feed.url:
        st.warning("The feed has moved permanently. The new line for feeds.yaml:")
        st.code(probe.as_yaml(replace(feed, url=state.moved_to)), language=None, wrap_lines=True)


def one(feed: Feed) -> None:
    """One feed: its state, its last rounds and entries, its line in feeds.yaml."""
    safe_html.show(safe_html.tag("h2", feed.name, class_="plain"))
    facts(feed.name)
    with st.container(horizontal=True):
        st.button("Test it now", key="test_this", icon=":material/network_check:", on_click=begin, args=(feed,))
        if st.button("Close", key="close_feed"):
            st.query_params.pop("feed", None)
            st.session_state["feed_closed"] = st.session_state.get("feed_closed", 0) + 1
            st.rerun()
    if st.session_state.get("trial_of") == feed.url:
        outcome()
    left, right = st.columns(2, gap="medium")
    with left:
        rounds = reads.rounds_of(feed.name)[:ROUNDS]
        st.text("Its last round" if len(rounds) == 1 else f"Its last {len(rounds)} rounds")
        st.dataframe(
            pd.DataFrame({
                "asked": pd.to_datetime([r.at for r in rounds], utc=True),
                "state": [STATE_WORDS.get(r.state, r.state) for r in rounds], "new": [r.new_entries for r in rounds],
                "unreadable": [r.bad_entries for r in rounds], "stored": [r.entries for r in rounds],
                "HTTP": [r.status for r in rounds], "error": [safe_html.cell(r.error) for r in rounds],
            }),
            hide_index=True, height="auto", column_config={"asked": moment()}, key="rounds", placeholder="",
            alt=f"The last {len(rounds)} rounds of this feed, newest first",
        )  # fmt: skip
        downloads.offer(
            "rounds", urlencode({"feed": feed.name}), name=f"rounds-{feed.name}", label="All its rounds as CSV"
        )
    with right:
        st.text("Its newest entries")
        entries = reads.found(Filter(feeds=(feed.name,)), ENTRIES, reads.newest_id())
        st.dataframe(
            pd.DataFrame(
                {
                    "time": pd.to_datetime([a.at for a in entries], utc=True),
                    "title": [safe_html.cell(a.title) for a in entries],
                    "direction": [DIRECTION_WORDS[a.direction] for a in entries],
                }
            ),
            hide_index=True,
            height="auto",
            column_config={"time": moment(), "title": st.column_config.TextColumn(width=330)},
            key="entries",
            alt=f"The newest {len(entries)} entries of this feed",
        )
        downloads.offer(
            "articles", urlencode({"feed": feed.name}), name=f"articles-{feed.name}", label="All its entries as CSV"
        )
    st.text("Its line in feeds.yaml")
    st.code(probe.as_yaml(feed), language=None, wrap_lines=True)


def moment():
    return st.column_config.DatetimeColumn(
        f"time ({times.zone_name()})", format="D MMM HH:mm", timezone=times.zone_name(), width=110
    )


# -- a test of one address --------------------------------------------------------------------------------


def begin(feed: Feed) -> None:
    """Start a test, unless this session's last one is of the same address and under way."""
    running = st.session_state.get("trial")
    if running is None or running.done() or st.session_state["trial_of"] != feed.url:
        st.session_state["trial"], st.session_state["trial_of"] = feed_test.feed_tests().start(feed), feed.url


def begin_typed() -> None:
    if address := (st.session_state.get("address") or "").strip():
        begin(feed_test.feed_of(address))


@st.fragment(run_every=1.0)
def waiting() -> None:
    """Waits for the answer without redrawing the rest of the page."""
    future = st.session_state.get("trial")
    if future is not None and future.done():
        st.rerun()
    st.text(f"Asking {safe_html.sound(st.session_state['trial_of'])[:200]} ...")


def outcome() -> None:
    """What came of the last test of this session."""
    future = st.session_state["trial"]
    if future is None:
        st.warning("Too many tests are running. Try again in a minute.")
    elif not future.done():
        waiting()
    elif fault := future.exception():
        safe_html.banner("error", "The test itself failed:", type(fault).__name__)
    else:
        answer(future.result())


def test_form(shown_above: str) -> None:
    """The form, with the outcome below it unless the outcome is shown with its feed already."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Test an address",
            key="address",
            placeholder="https://example.org/feed.xml",
            max_chars=2000,
            width=480,
            on_change=begin_typed,
        )
        st.button("Test", key="test", type="primary", on_click=begin_typed)
    safe_html.note(
        "The address is asked once, under the limits that polling has: public addresses only. Nothing is stored, and "
        "feeds.yaml is not changed."
    )
    if "trial" in st.session_state and st.session_state["trial_of"] != shown_above:
        outcome()


def answer(found: ProbeResult) -> None:
    status = f"HTTP {found.status}" if found.status else "no HTTP answer"
    facts = [f"{found.feed.url}: {found.answer}, {status}"]
    if found.parsed:
        newest = f"newest {times.local(found.newest, reads.now())}" if found.newest else "no certain date"
        facts.append(
            f"{found.parsed.title or 'no title'} ({found.parsed.kind}), {many(len(found.entries), 'entry')}, {newest}"
        )
    facts.append(found.remark)
    sign = "● " if found.well else "✕ "
    safe_html.show(
        safe_html.tag(
            "div", *(safe_html.tag("div", fact) for fact in [sign + facts[0], *facts[1:]] if fact), class_="reading"
        )
    )
    if not found.well:
        return
    if found.entries:
        shown = list(zip(found.entries, found.readings, strict=True))[:ENTRIES]
        st.dataframe(
            pd.DataFrame(
                {
                    "published": pd.to_datetime([e.published for e, _ in shown], utc=True),
                    "title": [safe_html.cell(e.title) for e, _ in shown],
                    "direction": [DIRECTION_WORDS[r.direction] for _, r in shown],
                    "signals": [kinds(r.categories) for _, r in shown],
                    "language": [LANGUAGES.get(r.lang or "", r.lang or "") for _, r in shown],
                }
            ),
            hide_index=True,
            column_config={"published": moment()},
            key="tried",
            placeholder="",
            alt=f"The first {len(shown)} entries of the address tested",
        )
    settings, _ = reads.context().settings.current()
    if any(feed.url == found.feed.url for feed in settings.feeds):
        st.text("It is in feeds.yaml already.")
    else:
        st.text("To poll it, add this line below feeds: in feeds.yaml, and check publisher, tier and country.")
        st.code(
            probe.as_yaml(probe.proposed(found, [feed.name for feed in settings.feeds])), language=None, wrap_lines=True
        )


st.title("Feeds", anchor=False)
if owner := reads.holder():
    safe_html.note(f"Polling is running (last sign {age(owner.heartbeat, clock.real_now())}): {owner.holder}.")
steps()
st.session_state["feed_shown"] = name = st.query_params.get("feed")
shown = st.segmented_control(
    "Show",
    list(SHOWN),
    default="all",
    key="feeds_shown",
    bind="query-params",
    required=True,
    label_visibility="collapsed",
)
health(SHOWN[shown])
downloads.offer(
    "feeds", urlencode([("state", word) for word in SHOWN[shown] or ()]), name=f"feeds-{shown}".replace(" ", "-")
)
opened = None
if name:
    if opened := next((row for row in states() if row[0].name == name), None):
        with st.container(border=True, key="feed"):
            one(opened[0])
    else:
        st.text("There is no feed with this name in feeds.yaml.")
else:
    series_of_files()
    safe_html.note("Click a feed for its last rounds and entries, a test, and its line in feeds.yaml.")
test_form(opened[0].url if opened else "")

"""What the rules say: what fires now, what fired before and whether it was sent, and which rules there are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from monitor.alerts import delivery
from monitor.alerts.service import SENDING
from monitor.alerts.wording import no_longer
from monitor.clock import hour_of
from monitor.config import trial
from monitor.config.alerting import Rule
from monitor.config.settings import Settings
from monitor.errors import ConfigError
from monitor.models import Alert, AlertDelivery
from monitor.ui.app import pages
from monitor.ui.components import downloads, leads, period, row_selection, rule_form, safe_html, speech, times
from monitor.ui.components.rule_wording import means, span
from monitor.ui.components.wording import age, many
from monitor.ui.exports.periods import Period
from monitor.ui.queries import alert_reads, reads, rule_trials

LIMIT = 500
TRIED = {7: "7 days", 14: "14 days", 30: "30 days", 90: "90 days"}
STATES = {"firing": "▲ fired", "resolved": "○ over", "corrected": "↺ correction", "made": "✉ brief"}


def sending(alert: Alert, deliveries: Sequence[AlertDelivery], addressed: bool, now: datetime) -> str:
    """What became of the message, in words."""
    missing = [one for one in deliveries if one.state in ("failed", "unknown")]
    if alert.sent:
        but = f", {len(missing)} of {len(deliveries)} without it" if missing else ""
        return f"sent {times.local(alert.sent, now)}{but}"
    if failed := [one for one in missing if one.state == "failed"]:
        tries, again = max(one.attempts for one in failed), min(one.next_try or now for one in failed)
        return f"✕ {many(tries, 'try')} failed, again {times.local(again, now)}"
    if missing:
        return "not known whether it arrived"
    if now - alert.at > delivery.OLD:
        return "not sent: too old by then" if addressed else "not sent: no address was set"
    return "waiting" if addressed else "not sent: no address is set"


DELIVERY_WORDS = {
    "waiting": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "failed": "✕ failed, tried again",
    "unknown": "? not known whether it arrived",
    "removed": "– taken out before it was sent there",
}


def first_line(alert: Alert) -> str:
    return safe_html.cell(alert.message.split("\n", 1)[0])


def reports(alert: Alert) -> str:
    """The headlines below an alert's message, whose lines are `- Headline https://...`"""
    if alert.state == "made":
        return ""
    lines = (line.removeprefix("- ").partition(" http")[0] for line in alert.message.splitlines()[1:])
    return safe_html.cell("; ".join(lines))


@speech.ticking(run_every=reads.TICK)
def firing() -> None:
    """What began and is not over. The part that ticks, with the trouble of sending."""
    now, found = reads.now(), alert_reads.firing()
    st.header("Firing now", anchor=False)
    if not found:
        st.text("Nothing fires now.")
    for alert in found:
        head = safe_html.tag("strong", f"▲ {alert.rule}")
        safe_html.show(
            safe_html.tag(
                "div",
                head,
                safe_html.tag("span", f" since {times.local(alert.at, now)} ({age(alert.at, now)}): "),
                first_line(alert),
                class_="reading",
                dir="auto",
            )
        )
    if note := reads.notes().get(SENDING):
        safe_html.banner("warning", "No alert can be sent:", note.value)
    recent = alert_reads.history(LIMIT)
    sent_how = alert_reads.deliveries(tuple(alert.id for alert in recent))
    trouble = [
        (alert, one) for alert in recent for one in sent_how.get(alert.id, ()) if one.state in ("failed", "unknown")
    ]
    if trouble:
        alert, one = trouble[0]
        count = many(len({alert.id for alert, _ in trouble}), "alert")
        safe_html.banner(
            "warning",
            f"{count} did not reach every address; the newest:",
            f"{alert.rule} to {one.address}: {one.error}",
        )


def history(found: list[Alert], addressed: bool, shown: Period) -> None:
    """The list. Choosing a row puts the alert's number into the address."""
    now, zone = reads.now(), times.zone_name()
    deliveries = alert_reads.deliveries(tuple(a.id for a in found))
    corrected = alert_reads.since_corrected(LIMIT)
    frame = pd.DataFrame({
        "time": pd.to_datetime([a.at for a in found], utc=True),
        "rule": [safe_html.cell(a.rule) for a in found],
        "state": [STATES[a.state] + (", since corrected" if a.id in corrected else "") for a in found],
        "what": [first_line(a) for a in found],
        "reports": [reports(a) for a in found],
        "kind": [a.kind for a in found],
        "sending": [sending(a, deliveries.get(a.id, ()), addressed, now) for a in found],
    })  # fmt: skip
    frame = row_selection.with_signs(frame, [STATES[a.state].split()[0] for a in found])
    row_selection.table(
        frame,
        [a.id for a in found],
        "alert",
        height=row_selection.tall(len(found), 12),
        key=f"alerts_{hash(tuple(a.id for a in found))}",
        column_config={
            row_selection.SIGN: row_selection.sign_column(", ".join(STATES.values())),
            "time": st.column_config.DatetimeColumn(f"time ({zone})", format="D MMM HH:mm", timezone=zone, width=120),
            "what": st.column_config.TextColumn(width=360),
            "reports": st.column_config.TextColumn(width=360),
            "kind": st.column_config.TextColumn(width=60),
            "sending": st.column_config.TextColumn(width=190),
        },
        alt=f"{len(found)} alerts, newest first",
    )
    downloads.offer("alerts", name="alerts", shown=shown)
    if not st.query_params.get("alert"):
        safe_html.note("Click a row for the whole message and the stories behind it.")


def one(alert: Alert) -> None:
    """The whole message with the stories behind it, which articles were edited since,
    and what became of each delivery.
    """
    with st.container(border=True, key="alert"):
        st.text(safe_html.sound(alert.message))
        if changed := alert_reads.since_corrected(LIMIT).get(alert.id):
            count = many(len(changed), "article")
            st.text(f"Since corrected: {count} behind it {no_longer(changed)}.")
            for article in changed:
                edited = times.local(article.changed_at, reads.now())
                safe_html.show(safe_html.passage(f"{article.publisher}, {edited}: {article.title}", kind="title"))
        for number in alert.stories[:5]:
            if story := reads.story(number):
                safe_html.show(safe_html.passage(story.title, kind="title"))
            st.page_link(
                pages.target("stories.py"),
                label=f"Story {number}: who reported it, and how",
                query_params=leads.story(number),
            )
            if story:
                st.page_link(
                    pages.target("articles.py"), label="Its reports as articles", query_params=leads.reports(story)
                )
        for sent in alert_reads.deliveries((alert.id,)).get(alert.id, ()):
            st.text(
                safe_html.sound(
                    f"{sent.address}: {DELIVERY_WORDS[sent.state]}{f' ({sent.error})' if sent.error else ''}"
                )
            )


def rules(configured: tuple[Rule, ...]) -> None:
    newest = {}
    for alert in reversed(alert_reads.history(LIMIT)):
        if alert.state == "firing":
            newest[alert.rule] = alert.at
    st.header("Rules", anchor=False)
    if not configured:
        st.text("feeds.yaml has no rules under alerts.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "rule": [safe_html.cell(r.name) for r in configured],
                "fires when": [safe_html.cell(means(r)) for r in configured],
                "watches": ["yes" if r.enabled else "switched off" for r in configured],
                "quiet time after one": [span(r.cool_down) for r in configured],
                "last fired": pd.to_datetime([newest.get(r.name) for r in configured], utc=True),
            }
        ),
        hide_index=True,
        key="rules",
        height="content",
        placeholder="never",
        column_config={
            "fires when": st.column_config.TextColumn(width=620),
            "last fired": st.column_config.DatetimeColumn(format="D MMM HH:mm", timezone=times.zone_name(), width=120),
        },
        alt=f"{len(configured)} rules of feeds.yaml",
    )
    downloads.offer("rules", name="rules")


def make_and_try(settings: Settings) -> None:
    """A form that makes a rule, the line that feeds.yaml needs for it, and what it would have reported."""
    st.header("Make a rule, or change one", anchor=False)
    st.text(
        "Choose what it waits for, try it on the news that is stored, and paste the line below into feeds.yaml under "
        "alerts. Nothing is stored or sent by trying."
    )
    with st.container(border=True, key="rule_form"):
        given = rule_form.form(settings)
        try:
            rule = trial.rule_of(trial.as_yaml(given), settings)
        except ConfigError as fault:
            for problem in fault.problems:
                safe_html.banner("warning", "This rule cannot be used:", f"{problem.where}: {problem.message}")
            return
        line = trial.as_yaml(trial.as_given(rule))
        safe_html.note(f"Fires when {means(rule)}.")
        st.code(f"  {line}", language="yaml", wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            days = st.selectbox(
                "Try it on the last", list(TRIED), format_func=TRIED.__getitem__, key="rule_days", width=140
            )
            asked = st.button("Try it", type="primary", key="rule_try")
    if asked:
        st.session_state["rule_tried"] = (line, days)
    if st.session_state.get("rule_tried") == (line, days):
        outcome(line, days)


def outcome(line: str, days: int) -> None:
    until = hour_of(reads.now())
    found = rule_trials.tried(line, until - timedelta(days=days), until)
    fired = [alert for alert in found if alert.state == "firing"]
    if not fired:
        st.info(f"In the {TRIED[days]} to {times.local(until, until)} this rule would not have fired.")
        return
    apart = f"once in {days} days" if len(fired) == 1 else f"{len(fired)} times in {days} days"
    safe_html.note(f"It would have fired {apart}, looking once an hour at stories as they are grouped today.")
    zone = times.zone_name()
    st.dataframe(
        pd.DataFrame({
            "time": pd.to_datetime([a.at for a in found], utc=True),
            "state": [STATES[a.state] for a in found],
            "what": [first_line(a) for a in found],
            "reports": [reports(a) for a in found],
        }),
        hide_index=True,
        key="rule_outcome",
        height=row_selection.tall(len(found), 10),
        column_config={
            "time": st.column_config.DatetimeColumn(f"time ({zone})", format="D MMM HH:mm", timezone=zone, width=120),
            "state": st.column_config.TextColumn(width=70),
            "what": st.column_config.TextColumn(width=430),
            "reports": st.column_config.TextColumn(width=560),
        },
        alt=f"{len(found)} alerts that the rule would have given, oldest first",
    )  # fmt: skip


st.title("Alerts", anchor=False)
settings, _ = reads.context().settings.current()
urls = settings.environment.alert_urls
st.text(
    "A rule watches for something: a grave event that several publishers report, an index that rises, a price that "
    "moves, a feed that falls silent. When it happens, the alert appears here and names the stories behind it. "
    "What lasts, such as a high index, is also reported when it is over. One-off events are reported once and do not "
    "end. When a report behind an alert is edited or corrected, a correction follows."
)
if "synthetic" in reads.notes():
    safe_html.note("Alerts of synthetic data are shown here and never sent.")
elif urls:
    safe_html.note("Sent once to every address that is set" + (f", {len(urls)} in all." if len(urls) > 1 else "."))
else:
    safe_html.note("Shown here only, and not sent: no address is set (MONITOR_ALERT_URLS in the environment).")
firing()
st.header("Fired in this time", anchor=False)
shown = period.chosen()
if fired := alert_reads.history(LIMIT, shown.since, shown.until):
    history(fired, bool(urls) and "synthetic" not in reads.notes(), shown)
elif alert_reads.history(1):
    st.info("No rule has fired in this time; choose a longer one.")
else:
    st.info("No rule has fired yet. Below you can see what each rule waits for, and try one on the past.")
if number := st.query_params.get("alert"):
    if alert := next((a for a in alert_reads.history(LIMIT) if str(a.id) == number), None):
        one(alert)
    else:
        st.text(f"There is no alert with this number among the newest {LIMIT}.")
rules(settings.alerts)
make_and_try(settings)

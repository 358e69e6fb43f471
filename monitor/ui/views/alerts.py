"""What the rules say: what fires now, what fired before and whether it was sent, and which rules there are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from monitor.alerts import delivery
from monitor.alerts.facts import ChangedArticle
from monitor.alerts.service import SENDING
from monitor.clock import hour_of
from monitor.config import trial
from monitor.config.alerting import Rule
from monitor.config.settings import Settings
from monitor.errors import ConfigError
from monitor.language import N_, _, n_
from monitor.models import Alert, AlertDelivery
from monitor.ui.app import pages
from monitor.ui.components import downloads, leads, period, row_selection, rule_form, safe_html, speech, times
from monitor.ui.components.rule_wording import means, span
from monitor.ui.components.wording import age, commas, labelled
from monitor.ui.exports.periods import Period
from monitor.ui.queries import alert_reads, reads, rule_trials

LIMIT = 500
TRIED = (7, 14, 30, 90)  # days
STATES = {
    "firing": N_("▲ fired"), "resolved": N_("○ over"), "corrected": N_("↺ correction"), "made": N_("✉ brief")
}  # fmt: skip


def sending(alert: Alert, deliveries: Sequence[AlertDelivery], addressed: bool, now: datetime) -> str:
    """What became of the message, in words."""
    missing = [one for one in deliveries if one.state in ("failed", "unknown")]
    if alert.sent:
        time = times.local(alert.sent, now)
        if missing:
            return _("sent {time}, {n} of {all} without it", time=time, n=len(missing), all=len(deliveries))
        return _("sent {time}", time=time)
    if failed := [one for one in missing if one.state == "failed"]:
        tries, again = max(one.attempts for one in failed), min(one.next_try or now for one in failed)
        time = times.local(again, now)
        return n_("✕ {n} try failed, again {time}", "✕ {n} tries failed, again {time}", tries, time=time)
    if missing:
        return _("not known whether it arrived")
    if now - alert.at > delivery.OLD:
        return _("not sent: too old by then") if addressed else _("not sent: no address was set")
    return _("waiting") if addressed else _("not sent: no address is set")


DELIVERY_WORDS = {
    "waiting": N_("waiting"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "failed": N_("✕ failed, tried again"),
    "unknown": N_("? not known whether it arrived"),
    "removed": N_("– taken out before it was sent there"),
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
    st.header(_("Firing now"), anchor=False)
    if not found:
        st.text(_("Nothing fires now."))
    for alert in found:
        said = safe_html.sentence(
            _("{rule} since {time} ({ago}): {message}"), rule=safe_html.tag("strong", f"▲ {alert.rule}"),
            time=times.local(alert.at, now), ago=age(alert.at, now), message=safe_html.tag("bdi", first_line(alert)),
        )  # fmt: skip
        safe_html.show(safe_html.tag("div", said, class_="reading"))
    if note := reads.notes().get(SENDING):
        safe_html.banner("warning", _("No alert can be sent:"), note.value)
    recent = alert_reads.history(LIMIT)
    sent_how = alert_reads.deliveries(tuple(alert.id for alert in recent))
    trouble = [
        (alert, one) for alert in recent for one in sent_how.get(alert.id, ()) if one.state in ("failed", "unknown")
    ]
    if trouble:
        newest, one = trouble[0]
        count = n_(
            "{n} alert did not reach every address; the newest:", "{n} alerts did not reach every address; the newest:",
            len({alert.id for alert, delivery in trouble}),
        )  # fmt: skip
        detail = _("{rule} to {address}: {fault}", rule=newest.rule, address=one.address, fault=one.error)
        safe_html.banner("warning", count, detail)


def history(found: list[Alert], addressed: bool, shown: Period) -> None:
    """The list. Choosing a row puts the alert's number into the address."""
    now = reads.now()
    deliveries = alert_reads.deliveries(tuple(a.id for a in found))
    corrected = alert_reads.since_corrected(LIMIT)
    frame = pd.DataFrame({
        "time": pd.to_datetime([a.at for a in found], utc=True),
        "rule": [safe_html.cell(a.rule) for a in found],
        "state": [
            _("{state}, since corrected", state=_(STATES[a.state])) if a.id in corrected else _(STATES[a.state])
            for a in found
        ],
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
            row_selection.SIGN: row_selection.sign_column(commas(_(words) for words in STATES.values())),
            "time": times.column(120),
            "rule": st.column_config.TextColumn(_("rule")),
            "state": st.column_config.TextColumn(_("state")),
            "what": st.column_config.TextColumn(_("what"), width=360),
            "reports": st.column_config.TextColumn(_("reports"), width=360),
            "kind": st.column_config.TextColumn(_("kind"), width=60),
            "sending": st.column_config.TextColumn(_("sending"), width=190),
        },
        alt=n_("{n} alert, newest first", "{n} alerts, newest first", len(found)),
    )
    downloads.offer("alerts", name="alerts", shown=shown)
    if not st.query_params.get("alert"):
        safe_html.note(_("Click a row for the whole message and the stories behind it."))


def no_longer(changed: Sequence[ChangedArticle]) -> str:
    """`Since corrected: 2 articles behind it were edited and no longer say so.`"""
    by = {article.by for article in changed}
    if by == {"publisher"}:
        return n_(
            "Since corrected: {n} article behind it was edited and no longer says so.",
            "Since corrected: {n} articles behind it were edited and no longer say so.",
            len(changed),
        )
    if by == {"person"}:
        return n_(
            "Since corrected: {n} article behind it was corrected here and no longer says so.",
            "Since corrected: {n} articles behind it were corrected here and no longer say so.",
            len(changed),
        )
    return n_(
        "Since corrected: {n} article behind it was edited or corrected here and no longer says so.",
        "Since corrected: {n} articles behind it were edited or corrected here and no longer say so.",
        len(changed),
    )


def one(alert: Alert) -> None:
    """The whole message with the stories behind it, which articles were edited since,
    and what became of each delivery.
    """
    with st.container(border=True, key="alert"):
        st.text(safe_html.sound(alert.message))
        if changed := alert_reads.since_corrected(LIMIT).get(alert.id):
            st.text(no_longer(changed))
            for article in changed:
                edited = times.local(article.changed_at, reads.now())
                safe_html.show(
                    safe_html.passage(labelled(commas((article.publisher, edited)), article.title), kind="title")
                )
        for number in alert.stories[:5]:
            if story := reads.story(number):
                safe_html.show(safe_html.passage(story.title, kind="title"))
            st.page_link(
                pages.target("stories.py"),
                label=_("Story {story}: who reported it, and how", story=number),
                query_params=leads.story(number),
            )
            if story:
                st.page_link(
                    pages.target("articles.py"), label=_("Its reports as articles"), query_params=leads.reports(story)
                )
        for sent in alert_reads.deliveries((alert.id,)).get(alert.id, ()):
            filled = {"address": sent.address, "state": _(DELIVERY_WORDS[sent.state])}
            said = (
                _("{address}: {state} ({fault})", fault=sent.error, **filled)
                if sent.error
                else _("{address}: {state}", **filled)
            )
            st.text(safe_html.sound(said))


def rules(configured: tuple[Rule, ...]) -> None:
    newest = {}
    for alert in reversed(alert_reads.history(LIMIT)):
        if alert.state == "firing":
            newest[alert.rule] = alert.at
    st.header(_("Rules"), anchor=False)
    if not configured:
        st.text(_("feeds.yaml has no rules under alerts."))
        return
    st.dataframe(
        pd.DataFrame(
            {
                "rule": [safe_html.cell(r.name) for r in configured],
                "fires when": [safe_html.cell(means(r)) for r in configured],
                "watches": [_("yes") if r.enabled else _("switched off") for r in configured],
                "quiet time after one": [span(r.cool_down) for r in configured],
                "last fired": pd.to_datetime([newest.get(r.name) for r in configured], utc=True),
            }
        ),
        hide_index=True,
        key="rules",
        height="content",
        placeholder=_("never"),
        column_config={
            "rule": st.column_config.TextColumn(_("rule")),
            "fires when": st.column_config.TextColumn(_("fires when"), width=620),
            "watches": st.column_config.TextColumn(_("watches")),
            "quiet time after one": st.column_config.TextColumn(_("quiet time after one")),
            "last fired": times.column(120, _("last fired")),
        },
        alt=n_("{n} rule of feeds.yaml", "{n} rules of feeds.yaml", len(configured)),
    )
    downloads.offer("rules", name="rules")


def make_and_try(settings: Settings) -> None:
    """A form that makes a rule, the line that feeds.yaml needs for it, and what it would have reported."""
    st.header(_("Make a rule, or change one"), anchor=False)
    st.text(
        _(
            "Choose what it waits for, try it on the news that is stored, and paste the line below into feeds.yaml "
            "under alerts. Nothing is stored or sent by trying."
        )
    )
    with st.container(border=True, key="rule_form"):
        given = rule_form.form(settings)
        try:
            rule = trial.rule_of(trial.as_yaml(given), settings)
        except ConfigError as fault:
            for problem in fault.problems:
                safe_html.banner("warning", _("This rule cannot be used:"), f"{problem.where}: {problem.message}")
            return
        line = trial.as_yaml(trial.as_given(rule))
        safe_html.note(_("Fires when {what}.", what=means(rule)))
        st.code(f"  {line}", language="yaml", wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            days = st.selectbox(
                _("Try it on the last"),
                TRIED,
                format_func=lambda days: n_("{n} day", "{n} days", days),
                key="rule_days",
                width=140,
            )
            asked = st.button(_("Try it"), type="primary", key="rule_try")
    if asked:
        st.session_state["rule_tried"] = (line, days)
    if st.session_state.get("rule_tried") == (line, days):
        outcome(line, days)


def outcome(line: str, days: int) -> None:
    until = hour_of(reads.now())
    found = rule_trials.tried(line, until - timedelta(days=days), until)
    fired = [alert for alert in found if alert.state == "firing"]
    if not fired:
        time = times.local(until, until)
        st.info(
            n_(
                "In the {n} day to {time} this rule would not have fired.",
                "In the {n} days to {time} this rule would not have fired.",
                days,
                time=time,
            )
        )
        return
    safe_html.note(
        n_(
            "It would have fired once in {days}, looking once an hour at stories as they are grouped today.",
            "It would have fired {n} times in {days}, looking once an hour at stories as they are grouped today.",
            len(fired),
            days=n_("{n} day", "{n} days", days),
        )
    )
    st.dataframe(
        pd.DataFrame({
            "time": pd.to_datetime([a.at for a in found], utc=True),
            "state": [_(STATES[a.state]) for a in found],
            "what": [first_line(a) for a in found],
            "reports": [reports(a) for a in found],
        }),
        hide_index=True,
        key="rule_outcome",
        height=row_selection.tall(len(found), 10),
        column_config={
            "time": times.column(120),
            "state": st.column_config.TextColumn(_("state"), width=70),
            "what": st.column_config.TextColumn(_("what"), width=430),
            "reports": st.column_config.TextColumn(_("reports"), width=560),
        },
        alt=n_(
            "{n} alert that the rule would have given, oldest first",
            "{n} alerts that the rule would have given, oldest first",
            len(found),
        ),
    )  # fmt: skip


st.title(_("Alerts"), anchor=False)
settings = reads.context().settings.current()[0]
urls = settings.environment.alert_urls
st.text(
    _(
        "A rule watches for something: a grave event that several publishers report, an index that rises, a price "
        "that moves, a feed that falls silent. When it happens, the alert appears here and names the stories behind "
        "it. What lasts, such as a high index, is also reported when it is over. One-off events are reported once and "
        "do not end. When a report behind an alert is edited or corrected, a correction follows."
    )
)
if "synthetic" in reads.notes():
    safe_html.note(_("Alerts of synthetic data are shown here and never sent."))
elif urls:
    if len(urls) > 1:
        safe_html.note(_("Sent once to every address that is set, {n} in all.", n=len(urls)))
    else:
        safe_html.note(_("Sent once to every address that is set."))
else:
    safe_html.note(_("Shown here only, and not sent: no address is set (MONITOR_ALERT_URLS in the environment)."))
firing()
st.header(_("Fired in this time"), anchor=False)
shown = period.chosen()
if fired := alert_reads.history(LIMIT, shown.since, shown.until):
    history(fired, bool(urls) and "synthetic" not in reads.notes(), shown)
elif alert_reads.history(1):
    st.info(_("No rule has fired in this time; choose a longer one."))
else:
    st.info(_("No rule has fired yet. Below you can see what each rule waits for, and try one on the past."))
if number := st.query_params.get("alert"):
    if alert := next((a for a in alert_reads.history(LIMIT) if str(a.id) == number), None):
        one(alert)
    else:
        st.text(_("There is no alert with this number among the newest {limit}.", limit=LIMIT))
rules(settings.alerts)
make_and_try(settings)

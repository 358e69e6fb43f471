"""The frame around every page: navigation, and the banners that a viewer must see before reading any number."""

import gc
import time
from pathlib import Path

import streamlit as st

from monitor.clock import real_now
from monitor.errors import MonitorError, StorageNewer, StorageUpgrading
from monitor.language import _
from monitor.models import FORMER_CATEGORIES
from monitor.ui.app import access, pages
from monitor.ui.components import held_up, period, safe_html, speech, status
from monitor.ui.components.held_up import FAULTS
from monitor.ui.components.wording import CATEGORY_WORDS, step_failing
from monitor.ui.queries import reads

HERE = Path(__file__).parent
# the start and the end of a period, of files, of days and of hours, in links from before there was one period
STARTS, ENDS = ("since", "from_day", "from_hour"), ("until", "to_day", "to_hour")


@speech.ticking(run_every=reads.TICK)
def banners(own_freshness: bool) -> None:
    """How fresh the news is, and what else has to be known: synthetic data, a replayed clock, a broken configuration,
    steps that fail.

    Said on every page, as soon as it is known; the Overview says in its own place how fresh it is.
    """
    try:
        schema = reads.standing()
        schema.check()
        notes, polled = reads.notes(), reads.pollers()
        replayed = reads.now() if reads.context().clock.replay else None
        failing = reads.failing_steps()
        fresh = None if own_freshness else reads.fresh(reads.now())
        waits = [] if own_freshness else reads.waits(reads.now())
    except (StorageNewer, StorageUpgrading):
        st.rerun()  # the whole page then says what it waits for
    except FAULTS as fault:
        safe_html.banner("error", _("The database or the clock cannot be read now:"), str(fault))
        return
    if schema.upgrading:
        safe_html.banner(
            "info",
            _("A newer version of this program is upgrading the database; until that is done this one stores nothing."),
        )
    if "synthetic" in notes:
        safe_html.banner(
            "warning",
            _("Synthetic data: every article and price here was made up to show the program. None of it happened."),
        )
    if replayed:
        safe_html.banner("info", _("Replay, as of {time} UTC", time=f"{replayed:%Y-%m-%d %H:%M}"))
    if "configuration" in notes:
        safe_html.banner(
            "error",
            _("The configuration has a fault; the last good one stays in force."),
            notes["configuration"].value,
        )
    for failure in failing:
        safe_html.banner(
            "error", step_failing(failure.step, failure.since, failure.next_try, real_now()), failure.error
        )
    if not polled:
        safe_html.banner("warning", _("Polling is not running: the pages show what was stored before."))
    if fresh:
        safe_html.show(status.fresh(fresh, waits))


@speech.ticking(run_every=reads.TICK)
def until_well(fault: MonitorError, otherwise: str, met: float) -> None:
    """In the place of a page: what was the matter when it was `met`, until the database can be read; then the page."""
    if time.monotonic() - met > reads.TICK / 2:  # by now it may be another thing
        try:
            reads.check()
        except FAULTS as still:
            fault = still
        else:
            st.rerun()
    held_up.show(fault, otherwise)


@st.cache_resource(show_spinner=False)
def settle(page: str) -> None:
    """Streamlit collects garbage after every run; what the first run of a page imported and opened never becomes
    garbage.
    """
    gc.collect()
    gc.freeze()


def follow_old_link() -> None:
    """Put values and parameters that were renamed under their names of now and begin again: widgets read the address as
    the run began.

    Streamlit writes what a filter shows into the address, so that is what stands there; parts of the theatre are shown
    as before.
    """
    shown = {former: CATEGORY_WORDS[name] for former, name in FORMER_CATEGORIES.items()}
    changed = False
    for name in ("category", "story_category"):
        values = st.query_params.get_all(name)
        if any(value in shown for value in values):
            st.query_params[name] = [shown.get(value, value) for value in values]
            changed = True
    if old := {name: st.query_params[name] for name in (*STARTS, *ENDS) if name in st.query_params}:
        start, end = (next((old[name] for name in names if name in old), "") for names in (STARTS, ENDS))
        both = f"{start} to {end}"
        period.put(both if start and end else f"since {start}" if start else f"until {end}")
        for name in old:
            del st.query_params[name]
    if changed:
        st.rerun()


speech.begin()
st.set_page_config(page_title=_("Gulf tension monitor"), page_icon=str(HERE / "icon.svg"), layout="wide")
page = st.navigation(
    [pages.page(*named, default=not number) for number, named in enumerate(pages.PAGES)], position="top"
)
follow_old_link()
speech.layout()
try:
    access.gate(reads.settings().current()[0].environment)
    reads.check()
except FAULTS as fault:
    until_well(fault, _("The dashboard cannot read what it needs:"), time.monotonic())
    st.stop()
banners(own_freshness=page.url_path == "")
try:
    period.pick()
    page.run()
except FAULTS as fault:
    until_well(fault, _("This page cannot be shown:"), time.monotonic())
settle(page.url_path)

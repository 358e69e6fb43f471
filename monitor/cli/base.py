"""What every command shares: the application, where it prints, how it fails,
and how it reads options and configuration.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import BinaryIO

import typer
from rich.console import Console

from monitor import clock
from monitor.config.settings import LastGood, Settings
from monitor.errors import MonitorError, ProblemsError, StorageUpgrading
from monitor.storage.store import Store, open_store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Watches the news of the Gulf; docs/ says how.",
)
out, err = Console(), Console(stderr=True, highlight=False, soft_wrap=True)


def command_line(command: Callable) -> Callable:
    """Errors that people can do something about become a line on stderr and an exit status."""

    @wraps(command)
    def guarded(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except ProblemsError as fault:
            for problem in fault.problems:
                err.print(str(problem), markup=False)
            raise typer.Exit(2) from None
        except MonitorError as fault:
            err.print(str(fault), markup=False)
            raise typer.Exit(1) from None
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return guarded


def configured() -> tuple[LastGood, Settings]:
    settings = LastGood(environ=os.environ)
    return settings, settings.current()[0]


def database(settings: Settings) -> Store:
    """Open, after an upgrade that is said as it goes."""
    said: list[str] = []

    def say(upgrading: StorageUpgrading) -> None:
        if str(upgrading) not in said:
            said.append(str(upgrading))
            err.print(str(upgrading), markup=False)

    return open_store(settings.environment.database_url, say=say)


def time_of(text: str | None) -> datetime | None:
    """An ISO date or time of an option. Raises BadParameter (exit 2)."""
    try:
        return None if text is None else clock.parse_time(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def opened(path: Path | None) -> BinaryIO:
    """The file to write to, or standard output. Raises BadParameter (exit 2)."""
    try:
        return path.open("wb") if path else os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be written ({error.strerror}); check the folder and its rights"
        ) from None

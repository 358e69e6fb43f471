"""The command line: one module for each family of commands.

    python -m monitor --help

Exit status: 0 done, 1 something failed while running, 2 configuration or usage.
"""

from monitor.cli import commands, reading, markets, trust, operation, archive  # isort: skip  in the order of --help
from monitor.cli.base import app, err, out

__all__ = ["app", "archive", "commands", "err", "markets", "operation", "out", "reading", "trust"]

"""Runs the command line: python -m monitor."""

from monitor.cli import app

if __name__ == "__main__":
    app(prog_name="monitor")

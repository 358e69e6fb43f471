"""Watches the Gulf in the news: polls feeds, tags signals with their evidence, computes an index, shows it beside oil.

The way of one article:

    feeds.yaml -> config -> due feeds -> fetch -> parse -> tag -> storage -> stories -> index -> alerts -> screen, CSV

One package a subject; docs/design.md has the table of them. Inside a package, pure modules (facts and `now` in, facts
out) stand beside those that touch network, disk, processes or the screen, and never import them (tests/test_map.py
guards it).
"""

__version__ = "0.1.0"

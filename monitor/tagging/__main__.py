"""Shows the reading of a text while an editor works on a lexicon: python -m monitor.tagging TITLE [SUMMARY]."""

import sys

from rich.console import Console

from monitor.tagging.lines import show
from monitor.tagging.tagger import Tagger

if __name__ == "__main__":
    title, summary = sys.argv[1], " ".join(sys.argv[2:])
    Console().print(show(Tagger.load().read(title, summary), title, summary))

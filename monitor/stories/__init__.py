"""Stories: which articles tell one event, in whatever language. Pure; one door, Grouper.

features.py (what an article is compared by)  likeness.py (how alike two are)  grouper.py (which belong together)  words.yaml
"""

from monitor.stories.grouper import WINDOW, Grouper, Placement

__all__ = ["WINDOW", "Grouper", "Placement"]

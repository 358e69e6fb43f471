"""Stories: which articles report one event, in whatever language. Pure; article -> features -> Grouper.

features.py (what an article is compared by) likeness.py (how alike two are) grouper.py (which belong together)
words.yaml account.py (how a story reads) headlines.py (what a headline says of its own report) headlines.yaml
"""

from monitor.stories.features import Features, features, made_by
from monitor.stories.grouper import WINDOW, Grouper, Placement

__all__ = ["WINDOW", "Features", "Grouper", "Placement", "features", "made_by"]

"""Stories: which articles report one event, in whatever language. Pure; article -> features -> Grouper.

words.py (stems, and how common they are)  features.py (what an article is compared by)  likeness.py (how alike two
are, weights in likeness.yaml)  linkage.py (which are a group)  grouper.py (as they come)  archive.py (of a file)
fit.py (fits the weights)  account.py (how a story reads)  headlines.py (what a headline says of its own report)
"""

from monitor.stories.features import Features, features, made_by
from monitor.stories.grouper import WINDOW, Grouper, Placement

__all__ = ["WINDOW", "Features", "Grouper", "Placement", "features", "made_by"]

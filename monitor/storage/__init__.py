"""Everything that is kept: one door (`open_store`) and one file a noun.

articles  signals  stories    what was read            feeds  prices  index  alerts    what was fetched, reckoned, said
lease  meta                   who works, what failed   tables                          rows for exports
"""

from monitor.storage.store import Store, open_store

__all__ = ["Store", "open_store"]

"""Everything that is stored. `open_store` opens the database; there is one module for each kind of thing.

articles signals stories what was read feeds prices index alerts what was fetched, computed, reported lease meta who
works, what failed tables rows for exports
"""

from monitor.storage.store import Store, open_store

__all__ = ["Store", "open_store"]

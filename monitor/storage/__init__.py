"""Everything that is stored. `open_store` opens the database; there is one module for each kind of thing.

articles signals stories   what was read; saving writes it
feeds prices index alerts  what was fetched, computed, reported
lease team election        who works on it
retention backup copying   what is removed, and copies
tables                     rows for exports
"""

from monitor.storage.store import Store, open_store

__all__ = ["Store", "open_store"]

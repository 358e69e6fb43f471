"""Series of numbers from files on the web (`series` in feeds.yaml): fetched like feeds, read, kept with their vintage.

due series -> fetch (feeds/fetch) -> a process of its own: document.read -> observations, or the reason why not
"""

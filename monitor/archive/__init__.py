"""Reads archives of news in bulk: years of files, on all processors or on a Dask cluster, exactly once.

    files -> shards -> a process each: rows -> gate, reader -> Parquet by month -> manifest -> the database

The runner only hands out shards. That nothing is lost or doubled, whatever is killed, follows from three things: a
shard is a fixed stretch of a fixed file, what is made of it depends on nothing else, and the manifest names a file only
after it is whole on the disk.
"""

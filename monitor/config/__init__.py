"""Reads feeds.yaml and the environment and refuses what is wrong, every fault at once: file, line, place, remedy.

feeds.yaml -> document (data, lines) -> shapes, cross-checks -> Settings, or ConfigError with every Problem

Nothing is imported here: the reader processes need `document` for the word files, and nothing of pydantic.
"""

"""Reads text: what happened, who, where, and the words that prove it."""

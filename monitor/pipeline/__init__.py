"""Runs the rounds: feeds when they are due, then the steps that follow new articles,
as the one owner of the database.
"""

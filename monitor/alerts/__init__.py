"""Alerts: `rules` decides, by a module for each kind of rule; `service` stores and sends by `delivery` and `notify`;
`rehearsal` tries rules on the past; `wording` has the sentences.
"""

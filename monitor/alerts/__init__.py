"""Alerts: `rules` decides, `service` stores and sends by `delivery` and `notify`, `wording` has the sentences."""

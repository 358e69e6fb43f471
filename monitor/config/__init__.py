"""Reads feeds.yaml and the environment and refuses what is wrong, every fault at once: file, line, place, remedy.

feeds.yaml -> document (data, lines) -> shapes, cross-checks -> Settings, or ConfigError with every Problem
"""

from monitor.config.alerting import JumpRule, LevelRule, PriceRule, Rule, SignalRule, SilenceRule
from monitor.config.editors import schema
from monitor.config.environment import SETTINGS, Environment, environment
from monitor.config.settings import LastGood, Settings, Theatre, load
from monitor.config.shapes import Defaults, Index

__all__ = [
    "SETTINGS", "Defaults", "Environment", "Index", "JumpRule", "LastGood", "LevelRule", "PriceRule", "Rule", "Settings", "SignalRule", "SilenceRule",
    "Theatre", "environment", "load", "schema",
]  # fmt: skip

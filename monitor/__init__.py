"""Watches the Gulf in the news: polls feeds, tags signals with their proof, makes an index, shows it beside oil.

The road of one article:

    feeds.yaml -> config -> due feeds -> fetch -> parse -> tag -> stories -> storage -> index -> alerts -> screen, CSV

The floors, lowest first. A file imports from lower floors only, never from a neighbour on its own
(tests/test_map.py guards it):

    words       models  errors
    settings    config/  clock
    thinking    parse/  identity  publishers  parts  schedule  tagging/  stories/  index/  oil  alerts  dispatch  (pure: facts and `now` in, facts out)
    hands       fetch/  readers/  storage/  prices/  notify  export                             (network, processes, disk)
    round       poll  upkeep  alarm  grouping  owner  checking  retag                                  (what is done)
    watch       worker                                                                          (when it is done)
    roof        ui/  demo  __main__                                                             (screen and command line)
"""

__version__ = "0.1.0"

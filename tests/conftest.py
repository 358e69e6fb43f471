"""What holds for every test: no settings of the person who runs them, no limit on the time of a hypothesis example."""

import os

from hypothesis import settings

from tests.browser import browser_page  # noqa: F401 - a fixture

for name in [name for name in os.environ if name.startswith("MONITOR_") and name != "MONITOR_REQUIRE_BROWSER"]:
    del os.environ[name]

settings.register_profile("house", deadline=None)  # a busy machine is not a fault
settings.load_profile("house")

"""What holds for every test: no settings of the person who runs them,
no limit on the time of a hypothesis example, one main module.
"""

import os
import sys

import pytest
from hypothesis import settings

from tests.browser import browser_page  # noqa: F401 - a fixture
from tests.made_up import made_up_fortnight, reader, tagger  # noqa: F401 - fixtures
from tests.stores import address, fresh_postgres, postgres, store  # noqa: F401 - fixtures

for name in [name for name in os.environ if name.startswith("MONITOR_") and name != "MONITOR_REQUIRE_BROWSER"]:
    del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives Chromium is marked so, wherever it stands."""
    for item in items:
        if "browser_page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def own_main(monkeypatch):
    """A page under test takes the place of the main module, and a process started later would run that page."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


settings.register_profile("monitor", deadline=None)  # a busy machine is not a fault
settings.load_profile("monitor")

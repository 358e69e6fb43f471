"""The dashboard in one process and without a browser, as Streamlit's AppTest runs it."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from monitor.ui.app import pages
from monitor.ui.queries import reads

MAIN = Path(reads.__file__).parents[1] / "app" / "main.py"

# every AppTest looks through all packages that are installed, which takes longer than most pages do
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def dashboard() -> AppTest:
    """Not run yet."""
    return AppTest.from_file(MAIN, default_timeout=120)


def forget() -> None:
    """What an earlier test's pages have read."""
    st.cache_data.clear()
    st.cache_resource.clear()
    pages._target.cache_clear()

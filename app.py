"""Serves the dashboard, and starts and stops polling with it:
`streamlit run app.py`, or `gulf-monitor run` of an installed package.
"""

import gc
import logging
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

# there is none while this file is read, and everything that pages cache would say so
logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(
    lambda record: "No runtime found" not in record.getMessage()
)

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from monitor import clock  # noqa: E402
from monitor.config.settings import LastGood  # noqa: E402
from monitor.errors import ConfigError  # noqa: E402
from monitor.operation import logs  # noqa: E402
from monitor.operation.answers import Answers  # noqa: E402
from monitor.pipeline.polling import Pipeline  # noqa: E402
from monitor.storage.news import News  # noqa: E402
from monitor.storage.opening import Opening  # noqa: E402
from monitor.ui.app import browser_scripts  # noqa: E402
from monitor.ui.app.health import Health  # noqa: E402
from monitor.ui.app.security import SecureHeaders  # noqa: E402
from monitor.ui.exports import brief as brief_routes  # noqa: E402
from monitor.ui.exports import routes as export_routes  # noqa: E402
from monitor.ui.queries import reads  # noqa: E402

SOON = 3.0  # seconds within which a database is open, as a rule: the first visitor then sees its pages at once
logs.begin("text")

try:
    settings = LastGood(environ=os.environ)
    environment = settings.current()[0].environment
    logs.begin(environment.log)
except ConfigError as fault:
    print(fault, file=sys.stderr)
    sys.exit(2)


@asynccontextmanager
async def lifespan(app):
    """The pipeline runs from before the first visitor until the server stops. While the database cannot be opened, or
    is being upgraded, the pages say so.
    """
    time, ends = clock.from_environment(environment.now), []
    answers = health.answers = Answers(None, settings, time, waiting=lambda: opening.fault())

    def opened(store):
        pipeline = Pipeline(settings, store, time)
        news = None if store.sqlite else News(store)
        answers.work, answers.store = pipeline.work, store
        reads.provide(reads.Context(store, time, settings, news, lambda: pipeline.failures))
        pipeline.start()
        ends.extend([pipeline.stop, *([news.close] if news else []), store.close])

    opening = Opening(environment.database_url, opened)
    reads.expect(opening, settings)
    opening.start(wait=SOON)
    # Streamlit collects garbage after every run of a script; what is imported by now never becomes garbage.
    gc.collect()
    gc.freeze()
    yield
    opening.close()
    for end in ends:
        end()


base = st.get_option("server.baseUrlPath") or ""
health = Health()
app = st.App(
    Path(browser_scripts.__file__).with_name("main.py"),
    lifespan=lifespan,
    routes=[
        *health.routes(base),
        *export_routes.routes(base),
        *brief_routes.routes(base),
        *browser_scripts.routes(base),
    ],
    middleware=[Middleware(SecureHeaders), Middleware(browser_scripts.BrowserScripts)],
)

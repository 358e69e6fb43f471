"""Hostile servers and documents through the whole road, `python -m monitor poll --once`, beside healthy neighbours.

What each kind must come to stands in hostile.py and test_parse_hostile.py; here all of them meet in one round, so that
the healthy feeds, the memory of all processes and what is left behind are looked at under the worst of company.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from monitor.storage import articles, feeds, open_store
from monitor.storage.articles import Filter
from tests import running
from tests.hostile import HOSTILE, Hostile
from tests.internet import Internet, Page
from tests.processes import Watch, tree
from tests.test_fetch_hostile import prepared
from tests.test_parse_hostile import ENDURED, REFUSED

pytestmark = pytest.mark.slow

GROWTH = 60  # megabytes
HEALTHY = 3
SLOW = [case for case in HOSTILE if case.kind == "timeout"]
QUICK = [case for case in HOSTILE if case.kind != "timeout"]


def news(name: str) -> Page:
    return Page(
        running.rss(
            [{"title": f"{name}: tanker {n} sails", "link": f"https://press.example/{name}/{n}"} for n in range(5)]
        ),
        latency=0.1,
    )


def poll(folder, net: Internet, urls: dict[str, str], *, timeout: str) -> tuple[subprocess.Popen, str, Watch]:
    """One round over `urls` and the healthy feeds, in a folder for temporary files of its own."""
    (folder / "tmp").mkdir()
    healthy = {f"Healthy {n}": net.serve(f"/healthy{n}", news(f"Healthy {n}")) for n in range(HEALTHY)}
    lines = [f"prices: []\ndefaults: {{timeout: {timeout}, max_bytes: 5MB}}\nfeeds:\n"]
    lines += [
        f"  - {{name: {json.dumps(name)}, url: '{url}', allow_private: true}}\n"
        for name, url in (healthy | urls).items()
    ]
    (folder / "feeds.yaml").write_text("".join(lines), encoding="utf-8")
    settings = running.environment(folder, TMPDIR=str(folder / "tmp"))
    command = [sys.executable, "-m", "monitor", "poll", "--once"]
    with subprocess.Popen(
        command, env=settings, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        with Watch(process.pid) as watch:
            _, said = process.communicate(timeout=120)
    return process, said, watch


def check(
    folder, net: Internet, process: subprocess.Popen, said: str, watch: Watch, expected: dict[str, tuple]
) -> None:
    assert process.returncode == 0, said
    store = open_store(f"sqlite:///{folder / 'monitor.db'}")
    states = feeds.states(store)
    wrong = {name: states[name].failure for name, kinds in expected.items() if states[name].failure not in kinds}
    assert not wrong
    assert all(state.error for state in states.values() if state.failure)
    assert all(states[name].entries for name, kinds in expected.items() if states[name].failure is None)
    for n in range(HEALTHY):
        assert states[f"Healthy {n}"].state == "well"
        assert articles.count(store, Filter(feeds=(f"Healthy {n}",))) == 5
    store.close()
    assert not net.canary
    assert len(tree(process.pid)) == 1 and not [child for child in watch.seen if running_still(child)]
    assert not os.listdir(folder / "tmp")


def running_still(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def served(net: Internet, case: Hostile) -> str:
    return prepared(net, case).url


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory) -> int:
    """What a round over the healthy feeds alone takes, in megabytes."""
    with Internet() as net:
        *_, watch = poll(tmp_path_factory.mktemp("ordinary"), net, {}, timeout="30s")
    return watch.peak


@pytest.mark.parametrize(("cases", "timeout"), [(SLOW, "2s"), (QUICK, "30s")], ids=["slow servers", "all others"])
def test_hostile_servers_in_one_round(tmp_path, ordinary, cases, timeout):
    with Internet() as net:
        done = poll(tmp_path, net, {case.name: served(net, case) for case in cases}, timeout=timeout)
        expected = {case.name: case.kind if isinstance(case.kind, tuple) else (case.kind,) for case in cases}
        check(tmp_path, net, *done, expected)
    assert done[2].peak <= ordinary + GROWTH


def test_hostile_documents_in_one_round(tmp_path, ordinary):
    with Internet() as net:
        paths = {name: f"/document{n}" for n, name in enumerate(REFUSED | ENDURED)}
        urls = {name: net.serve(paths[name], Page(body)) for name, body in (REFUSED | ENDURED).items()}
        done = poll(tmp_path, net, urls, timeout="30s")
        check(tmp_path, net, *done, {name: ("dangerous",) if name in REFUSED else (None,) for name in urls})
    assert done[2].peak <= ordinary + GROWTH

"""Every hostile kind alone in a round with three healthy feeds: how long the round takes, what memory it needs, what
comes of it.

    python -m benchmarks.hostile

Asked of each: at most 35 s, at most 60 MB more than a healthy round, the right failure or document, the neighbours
untouched, the canary silent. Servers that hold a connection open as long as they may all run in one round of the
default 20 s. The kinds are those of tests/hostile.py and tests/test_parse_hostile.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.hostile import HOSTILE
from tests.internet import Internet, Page
from tests.processes import Watch
from tests.test_fetch_hostile import prepared
from tests.test_parse_hostile import ENDURED, REFUSED
from tests.test_poll_hostile import news

ROOT = Path(__file__).resolve().parent.parent

HEALTHY, ENTRIES = 3, 5
SECONDS, GROWTH = 35, 60


class Rounds:
    """A process that polls what it is given, round after round, and the watch on it."""

    def __init__(self, database: str):
        command = [sys.executable, "-m", "benchmarks._poll_rounds", database]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        self.watch = Watch(self.process.pid, every=0.02).__enter__()

    def poll(self, urls: dict[str, str]) -> tuple[dict, int]:
        """What came of each feed, with the seconds; and the most megabytes meanwhile."""
        self.watch.peak = 0
        assert self.process.stdin and self.process.stdout  # both are pipes
        print(json.dumps(urls), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline()), self.watch.peak

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)
        self.watch.__exit__()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Internet() as net:
        rounds = Rounds(f"sqlite:///{folder}/hostile.db")
        healthy = {f"Healthy {n}": net.serve(f"/healthy{n}", news(f"Healthy {n}")) for n in range(HEALTHY)}
        for _ in range(5):
            _, usual = rounds.poll(healthy)
        kinds = {case.name: case.kind if isinstance(case.kind, tuple) else (case.kind,) for case in HOSTILE}
        kinds |= {name: ("dangerous",) for name in REFUSED} | {name: (None,) for name in ENDURED}
        kinds["redirects, each in time, together too slow"] = ("redirects",)  # they end sooner than 20 s
        slow = {case.name: prepared(net, case).url for case in HOSTILE if case.kind == "timeout"}
        urls = {case.name: prepared(net, case).url for case in HOSTILE if case.kind != "timeout"}
        urls |= {
            name: net.serve(f"/document{n}", Page(body)) for n, (name, body) in enumerate((REFUSED | ENDURED).items())
        }
        missed, most, longest = [], (0, ""), (0.0, "")
        for group in (slow, *({name: url} for name, url in urls.items())):
            report, peak = rounds.poll(healthy | group)
            name = ", ".join(group) if len(group) == 1 else f"{len(group)} slow servers at once"
            most, longest = max(most, (peak - usual, name)), max(longest, (report["seconds"], name))
            wrong = [one for one in group if report["failures"][one] not in kinds[one]]
            hurt = [one for one in healthy if report["failures"][one] or report["entries"][one] != ENTRIES]
            if wrong or hurt or peak - usual > GROWTH or report["seconds"] > SECONDS:
                missed.append(name)
                print(
                    f"MISSED {name}: {report['seconds']:.1f} s, {peak - usual:+d} MB, wrong {wrong}, "
                    f"neighbours hurt {hurt}"
                )
        rounds.close()
        print(f"{len(kinds)} hostile kinds, {len(missed)} missed; canary {'touched' if net.canary else 'silent'}")
        print(f"longest round    {longest[0]:6.1f} s   {longest[1]}")
        print(f"most memory      {most[0]:+6d} MB  {most[1]}; a healthy round takes {usual} MB in all")


if __name__ == "__main__":
    main()

"""The files of deploy/: parsed, and held to what they promise. None is run: tests have no container engine."""

import configparser
import json
import re
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from monitor.config.environment import SETTINGS
from monitor.models import Feed, FeedState
from monitor.operation import metrics
from monitor.pipeline.work import Work
from monitor.storage.gauges import Gauges

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NAMES = {setting.name for setting in SETTINGS} | {"MONITOR_ADDRESS", "MONITOR_PORT"}


def read(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def known_metrics():
    gauges = Gauges(
        1,
        {"A": FeedState("A", "a", last_polled=NOON)},
        1,
        NOON,
        "m",
        NOON,
        Counter(),
        {"x": 1},
        {"me": NOON + timedelta(1)},
    )
    text = metrics.exposition(gauges, (Feed("A", "a"),), Work(), NOON, NOON, 1).decode()
    families = text_string_to_metric_families(text)
    return {sample.name for family in families for sample in family.samples} | {
        family.name for family in text_string_to_metric_families(text)
    }


def asked(expressions):
    return set(re.findall(r"\b(?:gulf_monitor|process)_\w+", " ".join(expressions)))


def test_rules_and_board_ask_for_metrics_that_there_are():
    groups = yaml.safe_load(read("prometheus/rules.yaml"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert all(rule.keys() == {"alert", "expr", "for", "labels", "annotations"} for rule in rules)
    assert all(re.fullmatch(r"\d+[smh]", rule["for"]) and rule["annotations"]["summary"] for rule in rules)
    board = json.loads(read("grafana/board.json"))
    targets = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    wanted = asked([rule["expr"] for rule in rules]), asked(targets)
    assert all(found and found <= known_metrics() for found in wanted)


def test_the_image_is_built_in_two_stages_and_runs_without_rights():
    lines = [line for line in re.sub(r"\\\n", " ", read("Dockerfile")).splitlines() if line and line[0] not in "# "]
    words = [line.split()[0] for line in lines]
    assert words.count("FROM") == 2 and words[-1] == "CMD"
    last = lines[len(words) - words[::-1].index("FROM") :]
    assert "USER 10001" in last and any(line.startswith("HEALTHCHECK") for line in last)
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    copied = {
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    }
    root = DEPLOY.parent
    assert copied and all((root / name).exists() for name in copied)
    kept = {line[1:] for line in read("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    assert {name for name in copied if not any(k == name or k.startswith(name + "/") for k in kept)} == set()
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    for name in re.findall(r'^"([^"]+)" = "monitor/', project, flags=re.M):  # what the wheel takes in
        assert any(name == one or name.startswith(one + "/") for one in copied), name


def settings_in(text):
    return set(re.findall(r"\bMONITOR_[A-Z_]+", text))


@pytest.mark.parametrize(
    "name", ["Dockerfile", "compose.yaml", "kubernetes.yaml", *(f"systemd/{u.name}" for u in UNITS)]
)
def test_every_setting_named_is_one(name):
    assert settings_in(read(name)) and settings_in(read(name)) <= NAMES


def test_compose_locks_every_process_and_hides_the_database():
    compose = yaml.safe_load(read("compose.yaml"))
    services = compose["services"]
    assert services.keys() == {"database", "poller-1", "poller-2", "dashboard", "web"}
    for name in ("poller-1", "poller-2", "dashboard"):
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["user"] == "10001"
        assert "no-new-privileges:true" in service["security_opt"] and "ports" not in service
        assert any(volume.endswith(":/var/cache/gulf-monitor") for volume in service["volumes"])
    assert services["database"]["networks"] == ["inside"] and compose["networks"]["inside"]["internal"]
    assert {name for name, service in services.items() if "ports" in service} == {"web"}
    named = {v.split(":")[0] for s in services.values() for v in s.get("volumes", ()) if not v.startswith(".")}
    assert named == set(compose["volumes"])


def test_kubernetes_locks_every_container_and_probes_it():
    found = [part for part in yaml.safe_load_all(read("kubernetes.yaml")) if part]
    assert [part["kind"] for part in found] == ["Deployment", "Deployment", "Service"]
    for deployment in found[:2]:
        pod = deployment["spec"]["template"]
        assert deployment["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
        assert pod["spec"]["securityContext"]["runAsNonRoot"] and not pod["spec"]["automountServiceAccountToken"]
        (container,) = pod["spec"]["containers"]
        locked = container["securityContext"]
        assert locked["readOnlyRootFilesystem"] and locked["capabilities"] == {"drop": ["ALL"]}
        assert not locked["allowPrivilegeEscalation"]
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            assert container[probe]["httpGet"]["path"].split("?")[0] in ("/healthz", "/readyz")
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_are_hardened_and_may_write_their_cache(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    parser.optionxform = str
    parser.read_string(unit.read_text(encoding="utf-8"))
    service = parser["Service"]
    assert service["CacheDirectory"] == "gulf-monitor" and service["StateDirectory"] == "gulf-monitor"
    assert "Environment=XDG_CACHE_HOME=/var/cache/gulf-monitor" in unit.read_text(encoding="utf-8")
    assert service["ProtectSystem"] == "strict" and service["NoNewPrivileges"] == "yes"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_knows_every_word_of_the_units(unit, tmp_path):
    text = unit.read_text(encoding="utf-8").replace("/opt/gulf-monitor/bin/gulf-monitor", shutil.which("true"))
    (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True)
    assert done.returncode == 0 and unit.name not in done.stderr, done.stderr

"""hostdnsctl metrics: the counters as Prometheus reads them, and the files that use them."""

import json
import pathlib
import re
import subprocess

import pytest

from conftest import make_open_folder
from daemon import PROGRAM, Daemon, wait_until

CTL = PROGRAM.with_name("hostdnsctl")
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? ([\d.]+)")


def ctl(server, *words):
    return subprocess.run([CTL, "-s", server.path, *words], check=True, capture_output=True,
                          text=True, timeout=60).stdout


def samples(text):
    """{name{labels}: number}"""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, number = SAMPLE.fullmatch(line).groups()
            found[f"{name}{{{labels}}}" if labels else name] = float(number)
    return found


@pytest.fixture(scope="module")
def server():
    path = make_open_folder() / "control"
    daemon = Daemon("-o", f"control={path}", "-o", "cache-size=1000000", "-o", "ttl=300")
    daemon.path = path
    yield daemon
    daemon.stop()


def grown(server, ask, wanted):
    """Waits until these metrics have grown by so much since before `ask`, because a question is
    counted behind its reply."""
    before = samples(ctl(server, "metrics"))
    ask()

    def has_grown():
        after = samples(ctl(server, "metrics"))
        return all(after[name] - before[name] == more for name, more in wanted.items())

    wait_until(has_grown, f"{wanted}")


def test_promtool_finds_no_fault(server):
    server.ask("localhost")
    said = subprocess.run(["promtool", "check", "metrics"], input=ctl(server, "metrics"),
                          capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_promtool_would_find_one(server):
    wrong = ctl(server, "metrics").replace("hostdns_reloads_total", "hostdns_reloads")
    said = subprocess.run(["promtool", "check", "metrics"], input=wrong, capture_output=True,
                          text=True, timeout=60, check=False)
    assert said.returncode != 0
    assert "hostdns_reloads" in said.stderr


def test_a_question_and_its_repetition(server):
    questions = 'hostdns_questions_total{transport="%s",type="A",rcode="NOERROR"}'
    grown(server, lambda: server.ask("a.example.test"), {
        questions % "udp": 1, questions % "tcp": 0, "hostdns_cache_misses_total": 1,
        'hostdns_lookups_total{source="dns",outcome="records"}': 1,
        'hostdns_lookup_duration_seconds_bucket{source="dns",outcome="records",le="+Inf"}': 1,
        'hostdns_lookup_duration_seconds_count{source="dns",outcome="records"}': 1,
        'hostdns_lookup_duration_seconds_count{source="host",outcome="records"}': 0})
    grown(server, lambda: server.ask("a.example.test", tcp=True), {
        questions % "udp": 0, questions % "tcp": 1, "hostdns_cache_hits_total": 1,
        'hostdns_lookup_duration_seconds_count{source="dns",outcome="records"}': 0,
        "hostdns_tcp_accepted_total": 1})


def test_a_name_without_such_records_and_one_that_is_missing(server):
    questions = 'hostdns_questions_total{transport="udp",type="AAAA",rcode="%s"}'
    grown(server, lambda: server.ask("v4only.lab", "AAAA"), {
        questions % "NODATA": 1, questions % "NOERROR": 0,
        'hostdns_lookups_total{source="host",outcome="nodata"}': 1})
    grown(server, lambda: server.ask("nosuch.example.test", "AAAA"), {
        questions % "NXDOMAIN": 1,
        'hostdns_lookups_total{source="dns",outcome="nxdomain"}': 1})


def test_it_goes_on_after_a_reload(server):
    before = samples(ctl(server, "metrics"))
    ctl(server, "reload")
    after = samples(ctl(server, "metrics"))
    assert after["hostdns_reloads_total"] == before["hostdns_reloads_total"] + 1
    for name, number in before.items():
        if name.startswith("hostdns_questions_total"):
            assert after[name] == number


def test_the_manual_has_each_metric(server):
    page = (pathlib.Path(__file__).parents[2] / "src/daemon/hostdnsd.8").read_text()
    described = re.findall(r"^\.It Cm (hostdns_\w+)", page, re.M)
    assert described == re.findall(r"^# TYPE (\w+) ", ctl(server, "metrics"), re.M)


# The alert rules and the dashboard of conf/.

CONF = pathlib.Path(__file__).parents[2] / "conf"
ALERTS = CONF / "prometheus-alerts.yml"
DASHBOARD = CONF / "grafana-dashboard.json"


def rules(tmp_path, expressions):
    """A file of rules with these expressions."""
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": [
        {"record": f"panel:{number}", "expr": expression}
        for number, expression in enumerate(expressions)]}]}))
    return file


def check_rules(file):
    return subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True,
                          timeout=60, check=False)


def unknown(text, shown):
    """The metrics that a text names and that the server does not show; a histogram's name stands
    in front of its buckets, sum and count."""
    known = {re.match(r"\w+", name).group() for name in samples(shown)}
    return set(re.findall(r"hostdns_\w+", text)) - known


def expressions_of_dashboard():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_promtool_accepts_the_alert_rules():
    said = check_rules(ALERTS)
    assert said.returncode == 0, said.stderr
    assert re.search(r"SUCCESS: \d+ rules found", said.stdout)


def test_alerts_and_dashboard_name_what_is_shown_alone(server):
    shown = ctl(server, "metrics")
    for file in ALERTS, DASHBOARD:
        assert unknown(file.read_text(), shown) == set()
    assert unknown("rate(hostdns_cache_hit_total[5m])", shown) == {"hostdns_cache_hit_total"}


def test_promtool_accepts_the_expressions_of_the_dashboard(tmp_path):
    expressions = [text.replace("$__rate_interval", "5m") for text in expressions_of_dashboard()]
    assert len(expressions) >= 10
    said = check_rules(rules(tmp_path, expressions))
    assert said.returncode == 0, said.stderr
    assert check_rules(rules(tmp_path, [expressions[0] + ")"])).returncode != 0

"""The alert rules of conf/: when each fires, and when it does not, as Prometheus would see it."""

import json
import pathlib
import re
import subprocess

from tables import table

ALERTS = pathlib.Path(__file__).parents[2] / "conf/prometheus-alerts.yml"

QUESTIONS = 'hostdns_questions_total{instance="a",transport="udp",type="A",rcode="%s"}'
BUCKET = ('hostdns_lookup_duration_seconds_bucket'
          '{instance="a",source="dns",outcome="records",le="%s"}')
HUNG = 'hostdns_threads_hung{instance="a"}'
DIED = 'hostdns_restarts_total{instance="a",process="serve"}'
LOST = 'hostdns_log_lines_lost_total{instance="a"}'
UNFILTERED = 'hostdns_unfiltered_processes{instance="a"}'
TAKEN = 'hostdns_addresses_taken_back_total{instance="a"}'
BUILD = 'hostdns_build_info{instance="%s",version="%s"}'

# The alert, the values of each minute (promtool's notation: 0+6x30 grows by 6 for 30 minutes,
# and _ is a minute without a value), the minute looked at, and the labels of what fires then.
FIRES = [
    ("HostdnsGone", {}, 6, 'severity="critical"'),
    ("HostdnsGone", {BUILD % ("a", "1"): "1x40", BUILD % ("b", "1"): "1x3 _x37"}, 20,
     'instance="b",severity="critical"'),
    ("HostdnsFailures", {QUESTIONS % "SERVFAIL": "0+6x30", QUESTIONS % "NOERROR": "0+94x30"}, 20,
     'instance="a",severity="warning"'),
    ("HostdnsSlow", {BUCKET % "1.024": "0+94x30", BUCKET % "2.048": "0+100x30",
                     BUCKET % "+Inf": "0+100x30"}, 20, 'instance="a",severity="warning"'),
    ("HostdnsThreadsHung", {HUNG: "0x3 1x20"}, 10, 'instance="a",severity="warning"'),
    ("HostdnsProcessDied", {DIED: "3x5 4x20"}, 10,
     'instance="a",process="serve",severity="warning"'),
    ("HostdnsLogLost", {LOST: "0x5 7x20"}, 10, 'instance="a",severity="info"'),
    ("HostdnsUnfiltered", {UNFILTERED: "1x5"}, 1, 'instance="a",severity="warning"'),
    ("HostdnsAddressTaken", {TAKEN: "0x5 1x40"}, 30, 'instance="a",severity="critical"'),
]
QUIET = [
    ("HostdnsGone", {BUILD % ("a", "1"): "1x40"}, 20),
    ("HostdnsGone", {}, 4),
    # An upgrade changes the version.
    ("HostdnsGone", {BUILD % ("a", "1"): "1x3 _x37", BUILD % ("a", "2"): "_x3 1x37"}, 30),
    ("HostdnsFailures", {QUESTIONS % "SERVFAIL": "0+4x30", QUESTIONS % "NOERROR": "0+96x30"}, 20),
    ("HostdnsFailures", {QUESTIONS % "SERVFAIL": "0x30", QUESTIONS % "NOERROR": "0x30"}, 20),
    ("HostdnsSlow", {BUCKET % "0.001": "0+96x30", BUCKET % "8.192": "0+100x30",
                     BUCKET % "+Inf": "0+100x30"}, 20),
    ("HostdnsThreadsHung", {HUNG: "1x3 0x20"}, 10),
    ("HostdnsProcessDied", {DIED: "3x30"}, 20),
    ("HostdnsProcessDied", {DIED: "3x5 4x40"}, 40),
    ("HostdnsLogLost", {LOST: "7x30"}, 20),
    ("HostdnsUnfiltered", {UNFILTERED: "0x5"}, 1),
    ("HostdnsAddressTaken", {TAKEN: "2x90"}, 80),
]


def promtool_says(tmp_path, alert, series, minute, firing):
    """None if at this minute the alert fires with each of these labels, and with no others."""
    file = tmp_path / "test.json"
    file.write_text(json.dumps({"rule_files": [str(ALERTS)], "tests": [{
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{
            "expr": f'ALERTS{{alertname="{alert}",alertstate="firing"}}',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": f'ALERTS{{alertname="{alert}",alertstate="firing",{labels}}}',
                             "value": 1} for labels in firing]}]}]}))
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True,
                          timeout=120, check=False)
    return None if done.returncode == 0 else done.stdout + done.stderr


@table("alert, series, minute, labels", FIRES)
def test_an_alert_fires(tmp_path, alert, series, minute, labels):
    assert promtool_says(tmp_path, alert, series, minute, [labels]) is None


@table("alert, series, minute", QUIET)
def test_an_alert_is_quiet(tmp_path, alert, series, minute):
    assert promtool_says(tmp_path, alert, series, minute, []) is None


def test_promtool_tells_what_is_not_as_expected(tmp_path):
    alert, series, minute, _ = FIRES[-1]
    assert "FAILED" in promtool_says(tmp_path, alert, series, minute, [])
    alert, series, minute = QUIET[-1]
    assert "FAILED" in promtool_says(tmp_path, alert, series, minute, ['severity="critical"'])


def test_each_alert_has_a_case_of_either_kind():
    alerts = set(re.findall(r"- alert: (\w+)", ALERTS.read_text()))
    assert len(alerts) >= 8
    assert {case[0] for case in FIRES} == {case[0] for case in QUIET} == alerts

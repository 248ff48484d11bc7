"""The samples of each measurement and server, one for each round."""

import csv
import statistics

# measurement: (unit, what it says)
MEASUREMENTS = {
    "cached": ("µs", "CPU an answer, cached, UDP"),
    "cached-rate": ("1/s", "answers a second of the same"),
    "cached-edns": ("µs", "CPU an answer, cached, UDP with EDNS as dig asks"),
    "cached-dnsperf": ("µs", "CPU an answer, cached, UDP, asked by dnsperf"),
    "tcp-single": ("µs", "CPU an answer, cached, TCP, one question a connection"),
    "tcp-pipelined": ("µs", "CPU an answer, cached, TCP, ten connections that stay"),
    "cold": ("µs", "CPU an answer, names asked once"),
    "cold-rate": ("1/s", "answers a second of the same"),
    "hosts": ("µs", "CPU an answer, names of a hosts file of 1,000, asked once"),
    "hosts-rate": ("1/s", "answers a second of the same"),
    "burst-failed": ("", "of 2,000 questions at once from one socket, fresh names"),
    "start-memory": ("bytes", "proportional set size after start"),
    "name-memory": ("bytes", "of proportional set size for a cached name, at 100,000"),
    "names-held": ("", "of these 100,000, the share that is still answered"),
    "million-memory": ("", "growth of serve with a million names, in cache-sizes"),
    "ready": ("ms", "from start to ready"),
    "workers-1": ("1/s", "cached answers a second, one worker, on two cores"),
    "workers-2": ("1/s", "cached answers a second, two workers, on two cores"),
    "fleet": ("µs", "CPU an answer, cached, of dnsdist and of three hosts behind it together"),
    "fleet-direct": ("µs", "CPU an answer, cached, of one of these hosts asked directly"),
    "names-of-a-file": ("ms", "5,000 cached names of a file, asked by a client"),
    "instructions-lookup": ("", "instructions of lookup an answer"),
    "instructions-shown": ("", "more instructions of serve for a question that the page shows"),
}
FACILITIES = {
    "nothing": "nothing",
    "web": "web",
    "reader": "web, with a reader of /events",
    "dnstap": "dnstap, to a file",
}
for _name, _what in FACILITIES.items():
    MEASUREMENTS[f"instructions-serve-{_name}"] = (
        "", f"instructions of serve an answer, 10,000 a second, switched on: {_what}")
    MEASUREMENTS[f"watched-{_name}"] = (
        "µs", f"CPU an answer, cached, 10,000 questions a second, switched on: {_what}")
    MEASUREMENTS[f"watched-side-{_name}"] = (
        "%", f"of a core for the process that watches meanwhile, switched on: {_what}")
HOSTS_SIZES = (10, 1000, 150_000)
LINES = {
    "plain": "files dns",
    "mdns": "files mdns4_minimal [NOTFOUND=return] dns",
    "myhostname": "files myhostname dns",
    "resolve": "files resolve [!UNAVAIL=return] dns",
    "desktop": "files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns",
    "behind": "files dns myhostname",
}
for _size in HOSTS_SIZES:
    MEASUREMENTS[f"cold-rate-{_size}"] = ("1/s", f"DNS names asked once, {_size} hosts lines")
    MEASUREMENTS[f"hosts-rate-{_size}"] = ("1/s", f"hosts names asked once, {_size} hosts lines")
MEASUREMENTS[f"ready-{HOSTS_SIZES[-1]}"] = ("ms", f"start to ready, {HOSTS_SIZES[-1]} hosts lines")
MEASUREMENTS["hosts-memory"] = ("bytes", f"PSS, set of {HOSTS_SIZES[-1]} hosts lines included")
for _name, _line in LINES.items():
    MEASUREMENTS[f"line-rate-{_name}"] = ("1/s", f"DNS names asked once, hosts: {_line}")
MEASUREMENTS["single-p50"] = ("µs", "DNS names asked once, one at a time")
LEVELS = (0, 1000, 10000)
SCANS = (0, 60)
SCANNED = 800_000
KINDS = ("cached", "local", "fresh")
FLOODS = ("none", "answered", "hung")
for _level in LEVELS:
    for _kind in KINDS:
        MEASUREMENTS[f"p50-{_kind}-{_level}"] = ("µs", f"{_kind} names beside {_level} hung ones")
        MEASUREMENTS[f"p99-{_kind}-{_level}"] = ("µs", f"{_kind} names beside {_level} hung ones")
        MEASUREMENTS[f"failed-{_kind}-{_level}"] = ("", "of these, without NOERROR")
    MEASUREMENTS[f"hung-longest-{_level}"] = ("s", f"until the last of {_level} hung names")
    MEASUREMENTS[f"hung-unanswered-{_level}"] = ("", f"of {_level} hung names")
for _scans in SCANS:
    for _kind in ("cached", "fresh"):
        MEASUREMENTS[f"p50-{_kind}-scans-{_scans}"] = ("µs", f"{_kind} names, scans: {_scans}")
        MEASUREMENTS[f"p99-{_kind}-scans-{_scans}"] = ("µs", f"{_kind} names, scans: {_scans}")
        MEASUREMENTS[f"failed-{_kind}-scans-{_scans}"] = ("", "of these, without NOERROR")
MEASUREMENTS["scans-failed"] = ("", f"of {SCANS[1]} hosts names of {SCANNED} lines at once")
for _flood in FLOODS:
    for _kind in KINDS:
        MEASUREMENTS[f"p50-{_kind}-flood-{_flood}"] = ("µs", f"{_kind} names, flood: {_flood}")
        MEASUREMENTS[f"p99-{_kind}-flood-{_flood}"] = ("µs", f"{_kind} names, flood: {_flood}")
        MEASUREMENTS[f"failed-{_kind}-flood-{_flood}"] = ("", "of these, without NOERROR")


class Results:
    def __init__(self):
        self.samples = {}

    def add(self, measurement, server, value):
        assert measurement in MEASUREMENTS, measurement
        self.samples.setdefault(measurement, {}).setdefault(server, []).append(value)

    def of(self, measurement, server):
        return self.samples.get(measurement, {}).get(server, [])

    def median(self, measurement, server):
        values = self.of(measurement, server)
        return statistics.median(values) if values else None

    def ratio(self, above, below):
        """The median of the ratios of the rounds, because both figures of a round met the same load."""
        pairs = list(zip(self.of(*above), self.of(*below)))
        ratios = [a / b for a, b in pairs if b]
        return statistics.median(ratios) if ratios else None

    def spread(self, measurement, server):
        """How far the rounds lie apart, as a share of their median."""
        values = self.of(measurement, server)
        return (max(values) - min(values)) / statistics.median(values) if values else 0.0

    def servers(self, *measurements):
        """In the order in which they were added."""
        return list(dict.fromkeys(server for measurement in measurements
                                  for server in self.samples.get(measurement, {})))

    def write_csv(self, path):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["measurement", "server", "unit", "median", "min", "max", "rounds",
                             "what"])
            for measurement, servers in self.samples.items():
                unit, what = MEASUREMENTS[measurement]
                for server, values in servers.items():
                    writer.writerow([measurement, server, unit,
                                     f"{statistics.median(values):.6g}", f"{min(values):.6g}",
                                     f"{max(values):.6g}", len(values), what])

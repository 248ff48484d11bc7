"""Reports what was measured: tables, a verdict on each target, a file of figures, a picture."""

import os
import pathlib
import time

import picture
from results import FACILITIES, FLOODS, HOSTS_SIZES, KINDS, LEVELS, LINES, SCANNED, SCANS
from servers import CORES

ANSWER_COLUMNS = (("cached", "UDP µs", 1), ("cached-edns", "with EDNS µs", 1),
                  ("cached-dnsperf", "dnsperf µs", 1), ("tcp-single", "TCP µs", 1),
                  ("tcp-pipelined", "pipelined µs", 1), ("cached-rate", "thousand/s", 1000),
                  ("start-memory", "start MB", 1e6), ("name-memory", "bytes a name", 1))
OURS = "hostdnsd"


def at_most(limit):
    return lambda value: value <= limit, f"≤ {limit:g}"


def at_least(limit):
    return lambda value: value >= limit, f"≥ {limit:g}"


def ratios():
    """(what, above, below, test): targets on the ratio of two measurements."""
    def cached(against, limit, measurement="cached", what="cached"):
        return (f"CPU, {what}, × {against}", (measurement, OURS), (measurement, against),
                at_most(limit))

    yield cached("reflector", 1.05)
    yield cached("unbound", 0.75)
    yield cached("dnsmasq", 0.56)
    yield cached("reflector", 1.10, "cached-edns", "cached with EDNS")
    yield cached("unbound", 1.0, "tcp-single", "TCP, one question a connection")
    yield cached("unbound", 0.8, "tcp-pipelined", "TCP pipelined")
    yield ("answers/s, cold, × 16 threads of getaddrinfo()", ("cold-rate", OURS),
           ("cold-rate", "direct"), at_least(0.5))
    yield cached("direct", 2.5, "cold", "cold")
    yield ("answers/s, hosts file, × 16 threads of getaddrinfo()", ("hosts-rate", OURS),
           ("hosts-rate", "direct"), at_least(0.333))
    most = HOSTS_SIZES[-1]
    yield (f"answers/s, cold, {most:,} hosts lines, × with {HOSTS_SIZES[0]}",
           (f"cold-rate-{most}", OURS), (f"cold-rate-{HOSTS_SIZES[0]}", OURS), at_least(0.95))
    yield (f"answers/s, cold, {most:,} hosts lines, × dnsmasq", (f"cold-rate-{most}", OURS),
           (f"cold-rate-{most}", "dnsmasq"), at_least(0.95))
    yield (f"answers/s, hosts names of {most:,} lines, × getaddrinfo()",
           (f"hosts-rate-{most}", OURS), (f"hosts-rate-{most}", "direct"), at_least(0.9))
    for name in list(LINES)[1:]:
        yield (f"answers/s, cold, {LINES[name]}, × {LINES['plain']}",
               (f"line-rate-{name}", OURS), ("line-rate-plain", OURS), at_least(0.8))
    yield ("median of one cold name at a time, × dnsmasq", ("single-p50", OURS),
           ("single-p50", "dnsmasq"), at_most(1.5))
    for kind in ("cached", "fresh"):
        yield (f"p99, {kind} names, {SCANS[1]} scans of {SCANNED:,} lines, × without",
               (f"p99-{kind}-scans-{SCANS[1]}", OURS), (f"p99-{kind}-scans-{SCANS[0]}", OURS),
               at_most(1.5))
    for level in LEVELS[1:]:
        for kind in KINDS:
            yield (f"p99, {kind} names, {level} hung, × without", (f"p99-{kind}-{level}", OURS),
                   (f"p99-{kind}-0", OURS), at_most(1.5))
    for flood in FLOODS[1:]:
        for kind in KINDS:
            yield (f"median, {kind} names, {flood} flood, × without",
                   (f"p50-{kind}-flood-{flood}", OURS), (f"p50-{kind}-flood-none", OURS),
                   at_most(3 if kind == "fresh" else 1.5))
    yield ("5,000 names of a file, hostdns -f, × dig -f", ("names-of-a-file", "hostdns"),
           ("names-of-a-file", "dig"), at_most(1.0))
    yield ("bytes a cached name, × dnsmasq", ("name-memory", OURS), ("name-memory", "dnsmasq"),
           at_most(1.0))
    yield ("instructions of serve with the web page, × without",
           ("instructions-serve-web", OURS), ("instructions-serve-nothing", OURS), at_most(1.02))


def worst(results, measurements):
    values = [value for measurement in measurements for value in results.of(measurement, OURS)]
    return max(values) if values else None


def absolutes(results):
    """(what, value, test)"""
    failed = [f"failed-{kind}-{level}" for kind in KINDS for level in LEVELS[1:]]
    yield "failed beside hung names, worst run", worst(results, failed), at_most(0)
    failed = [f"failed-{kind}-flood-{flood}" for kind in KINDS for flood in FLOODS[1:]]
    yield "failed beside a flood, worst run", worst(results, failed), at_most(0)
    yield ("hung names without SERVFAIL",
           worst(results, [f"hung-unanswered-{level}" for level in LEVELS[1:]]), at_most(0))
    yield ("seconds until SERVFAIL of a hung name, longest",
           worst(results, [f"hung-longest-{level}" for level in LEVELS[1:]]), at_most(4.5))
    failed = [f"failed-{kind}-scans-{SCANS[1]}" for kind in ("cached", "fresh")]
    yield ("failed, or failed beside, of 60 scans, worst run",
           worst(results, ["scans-failed", *failed]), at_most(0))
    yield "failed of 2,000 at once", worst(results, ["burst-failed"]), at_most(0)
    memory = results.median("start-memory", OURS)
    yield "MB of all processes after start", memory and memory / 1e6, at_most(8)
    yield ("growth with a million names, × cache-size", results.median("million-memory", OURS),
           at_most(1.0))
    ready = results.median("ready", OURS)
    yield "ms from start to ready", ready, at_most(20)
    later = results.median(f"ready-{HOSTS_SIZES[-1]}", OURS)
    yield (f"ms later with {HOSTS_SIZES[-1]:,} hosts lines", ready and later and later - ready,
           at_most(20))


def verdict(value, test):
    if value is None:
        return "not measured"
    return "met" if test(value) else "MISSED"


def is_enough_for_hosts(results, value):
    """100,000 a second, or a third of direct calls, whichever is less."""
    rate = results.median("hosts-rate", OURS)
    return value >= 0.333 or (rate is not None and rate >= 100_000)


def target_rows(results, everything):
    rows = all_target_rows(results)
    return [row for row in rows if everything or row[1]]


def all_target_rows(results):
    for what, above, below, (test, limit) in ratios():
        value = results.ratio(above, below)
        if above[0] == "hosts-rate":
            test, limit = lambda v: is_enough_for_hosts(results, v), "≥ 0.333, or 100,000/s"
        yield [what, show(value), limit, verdict(value, test)]
    for what, value, (test, limit) in absolutes(results):
        yield [what, show(value), limit, verdict(value, test)]


def show(value, unit=1):
    if value is None:
        return ""
    value /= unit
    return f"{value:,.0f}" if abs(value) >= 1000 or value == 0 else f"{value:.3g}"


def table(title, head, rows):
    """A table in Markdown that can be read as it is."""
    rows = [list(map(str, row)) for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells):
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([f"{title}:", "", line(head), line(rule), *map(line, rows)]) + "\n"


def answer_table(results):
    columns = [column for column in ANSWER_COLUMNS if results.servers(column[0])]
    for server in results.servers(*(column[0] for column in columns)):
        yield [server, *(show(results.median(name, server), unit) for name, _, unit in columns)]


def cold_table(results):
    for measurement, what in ("cold", "DNS"), ("hosts", "hosts file"):
        for server in results.servers(measurement):
            yield [f"{server}, {what}", show(results.median(f"{measurement}-rate", server)),
                   show(results.median(measurement, server))]


def hosts_table(results):
    for kind, what in ("cold", "DNS"), ("hosts", "hosts file"):
        measurements = [f"{kind}-rate-{size}" for size in HOSTS_SIZES]
        for server in results.servers(*measurements):
            yield [f"{server}, {what}", *(show(results.median(measurement, server))
                                          for measurement in measurements)]


def line_table(results):
    for name, line in LINES.items():
        if results.of(f"line-rate-{name}", OURS):
            yield [line, show(results.median(f"line-rate-{name}", OURS))]


def watched_table(results):
    for name, what in FACILITIES.items():
        instructions, cpu, side = (f"{kind}-{name}" for kind in (
            "instructions-serve", "watched", "watched-side"))
        if results.of(instructions, OURS) or results.of(cpu, OURS):
            yield [what, show(results.median(instructions, OURS)),
                   show(results.ratio((instructions, OURS), ("instructions-serve-nothing", OURS))),
                   show(results.median(cpu, OURS)), show(results.median(side, OURS))]


def latency_table(results, besides):
    for server in results.servers(f"p99-cached-{besides[0]}"):
        for kind in KINDS:
            if not results.of(f"p99-{kind}-{besides[0]}", server):
                continue
            cells = []
            for beside in besides:
                failed = max(results.of(f"failed-{kind}-{beside}", server), default=0)
                middle, late = (results.median(f"{share}-{kind}-{beside}", server)
                                for share in ("p50", "p99"))
                cells.append((f"{show(middle)} / {show(late)}" if middle else "no answer")
                             + (f", {failed} failed" if failed else ""))
            yield [f"{server}, {kind} names", *cells]


def other_table(results):
    for measurement, what, unit in (
            ("ready", "ms from start to ready", 1),
            ("instructions-serve-nothing", "instructions of serve an answer", 1),
            ("instructions-lookup", "instructions of lookup an answer", 1),
            ("instructions-shown", "more instructions of serve for a question that the page shows", 1),
            ("workers-1", "thousand cached answers/s, 1 worker, two cores", 1000),
            ("workers-2", "thousand cached answers/s, 2 workers, two cores", 1000),
            ("fleet-direct", "µs of CPU time a cached answer, asked directly", 1),
            ("fleet", "µs of CPU time a cached answer, three hosts behind dnsdist", 1),
            ("single-p50", "median µs of one cold name at a time", 1),
            ("names-of-a-file", "ms for 5,000 names of a file", 1),
            ("hosts-memory", f"MB with {HOSTS_SIZES[-1]:,} hosts lines", 1e6),
            ("names-held", "share of 100,000 names held", 1)):
        for server in results.servers(measurement):
            yield [f"{server}: {what}", show(results.median(measurement, server), unit)]
    for server in results.servers("burst-failed"):
        yield [f"{server}: failed of 2,000 at once, worst", max(results.of("burst-failed",
                                                                          server))]


def tables(results, everything):
    columns = [head for name, head, _ in ANSWER_COLUMNS if results.servers(name)]
    levels = [f"{level:,} hung" for level in LEVELS]
    for title, head, rows in (
            ("CPU time an answer, cached names", ["server", *columns], answer_table(results)),
            ("Names asked once, 100 in flight", ["who, from where", "answers/s", "CPU µs"],
             cold_table(results)),
            ("Names asked once, 50 in flight, by lines of the hosts file, answers/s",
             ["who, from where", *(f"{size:,}" for size in HOSTS_SIZES)], hosts_table(results)),
            ("DNS names asked once, 50 in flight, by the hosts: line",
             ["hosts:", "answers/s"], line_table(results)),
            ("Beside hung names, p50 / p99 in µs", ["names", *levels],
             latency_table(results, LEVELS)),
            ("Beside scans of a long hosts file, p50 / p99 in µs",
             ["names", *(f"{scans} scans" for scans in SCANS)],
             latency_table(results, [f"scans-{scans}" for scans in SCANS])),
            ("Of a client that asks little, beside another one's flood, p50 / p99 in µs",
             ["names", "no flood", "20,000 a second", "7,000 hung a second"],
             latency_table(results, [f"flood-{flood}" for flood in FLOODS])),
            ("Watched while it answers cached names",
             ["switched on", "instructions of serve", "× nothing", "CPU µs at 10,000/s",
              "its process, % of a core"], watched_table(results)),
            ("Besides", ["what", "median"], other_table(results)),
            ("Targets", ["what", "measured", "wanted", ""], target_rows(results, everything))):
        if rows := list(rows):
            yield table(title, head, rows)


class Machine:
    """What else the machine did meanwhile."""

    def __init__(self):
        self.start = time.monotonic()
        self.load = os.getloadavg()[0]
        self.ticks = self.read_ticks()

    @staticmethod
    def read_ticks():
        return list(map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]))

    def noise(self, results, effort):
        """One line."""
        passed = [now - then for now, then in zip(self.read_ticks(), self.ticks)]
        steal = 100 * passed[7] / max(sum(passed[:8]), 1)
        spread = 100 * results.spread("cached", "reflector")
        rounds = len(results.of("cached", "reflector"))
        said = (f"the reflector's {rounds} rounds lie {spread:.0f} % apart"
                if rounds else "the reflector did not run")
        return (f"Noise ({effort} run of {time.monotonic() - self.start:.0f} s, "
                f"{len(CORES)} cores, Linux {os.uname().release}): {said}; "
                f"stolen time {steal:.1f} %; load average {self.load:.1f} at the start. "
                + ("Read ratios only." if spread > 10 or steal > 1 else ""))


def publish(results, machine, folder, effort, everything):
    """If `everything` was to be measured, targets without a figure are listed too."""
    text = "\n".join([*tables(results, everything), machine.noise(results, effort)])
    print(text, flush=True)
    (folder / "results.md").write_text(text + "\n")
    results.write_csv(folder / "results.csv")
    (folder / "results.svg").write_text(picture.draw(folder / "results.csv"))

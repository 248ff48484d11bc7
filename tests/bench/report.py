"""Says what was measured: tables, a verdict on each target, a file of figures, a plot."""

import os
import pathlib
import shutil
import subprocess
import time

from results import FLOODS, KINDS, LEVELS
from servers import CORES, warn

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
    for level in LEVELS[1:]:
        for kind in KINDS:
            yield (f"p99, {kind} names, {level} hung, × without", (f"p99-{kind}-{level}", OURS),
                   (f"p99-{kind}-0", OURS), at_most(1.5))
    for flood in FLOODS[1:]:
        for kind in KINDS:
            yield (f"median, {kind} names, {flood} flood, × without",
                   (f"p50-{kind}-flood-{flood}", OURS), (f"p50-{kind}-flood-none", OURS),
                   at_most(3 if kind == "fresh" else 1.5))
    yield ("bytes a cached name, × dnsmasq", ("name-memory", OURS), ("name-memory", "dnsmasq"),
           at_most(1.0))


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
    yield "failed of 2,000 at once", worst(results, ["burst-failed"]), at_most(0)
    memory = results.median("start-memory", OURS)
    yield "MB of all processes after start", memory and memory / 1e6, at_most(8)
    yield ("growth with a million names, × cache-size", results.median("million-memory", OURS),
           at_most(1.0))
    yield "ms from start to ready", results.median("ready", OURS), at_most(20)


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
    """Markdown that reads well as it is."""
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
            ("instructions", "instructions of serve an answer", 1),
            ("instructions-lookup", "instructions of lookup an answer", 1),
            ("workers-1", "thousand cached answers/s, 1 worker, two cores", 1000),
            ("workers-2", "thousand cached answers/s, 2 workers, two cores", 1000),
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
            ("Beside hung names, p50 / p99 in µs", ["names", *levels],
             latency_table(results, LEVELS)),
            ("Of a client that asks little, beside another one's flood, p50 / p99 in µs",
             ["names", "no flood", "20,000 a second", "7,000 hung a second"],
             latency_table(results, [f"flood-{flood}" for flood in FLOODS])),
            ("Besides", ["what", "median"], other_table(results)),
            ("Targets", ["what", "measured", "wanted", ""], target_rows(results, everything))):
        if rows := list(rows):
            yield table(title, head, rows)


class Machine:
    """What else happened meanwhile."""

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


PLOT = """
set output '{output}'
set terminal {terminal}
set multiplot layout 1,2
set style data histograms
set style histogram errorbars gap 1 lw 1
set style fill solid 0.7
set boxwidth 0.9
set yrange [0:*]
set grid ytics
set xtics rotate by -35 nomirror
set key top right
set title 'CPU of a cached answer, median and range'
set ylabel 'µs'
plot '{folder}/cached.dat' using 2:3:4:xtic(1) title 'UDP', \\
     '' using 5:6:7 title 'with EDNS'
set style histogram clustered gap 1
set key top left
set title 'p99 of hostdnsd beside hung names'
plot '{folder}/isolation.dat' using 2:xtic(1) title 'cached', '' using 3 title 'local', \\
     '' using 4 title 'fresh'
unset multiplot
"""


def write_plot_data(results, folder):
    def cells(measurement, server):
        values = results.of(measurement, server) or [0]
        return f"{results.median(measurement, server) or 0} {min(values)} {max(values)}"

    (folder / "cached.dat").write_text("".join(
        f'"{server}" {cells("cached", server)} {cells("cached-edns", server)}\n'
        for server in results.servers("cached")))
    (folder / "isolation.dat").write_text("".join(
        f'"{level} hung" ' + " ".join(str(results.median(f"p99-{kind}-{level}", OURS) or 0)
                                      for kind in KINDS) + "\n"
        for level in LEVELS))


def draw(results, folder):
    if not results.servers("cached") or not shutil.which("gnuplot"):
        warn("no plot: nothing to draw, or no gnuplot")
        return
    write_plot_data(results, folder)
    for kind, terminal in ("svg", "svg size 1100,480"), ("png", "pngcairo size 1100,480"):
        script = PLOT.format(output=folder / f"results.{kind}", terminal=terminal, folder=folder)
        drawn = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True,
                               check=False)
        if drawn.returncode != 0:
            warn(f"gnuplot: {drawn.stderr.strip()}")


def publish(results, machine, folder, effort, everything):
    """`everything` was to be measured: a target without a figure is told, too."""
    text = "\n".join([*tables(results, everything), machine.noise(results, effort)])
    print(text, flush=True)
    (folder / "results.md").write_text(text + "\n")
    results.write_csv(folder / "results.csv")
    draw(results, folder)

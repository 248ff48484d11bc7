"""Names asked once, with hosts files of several lengths and with several hosts: lines."""

import pathlib
import time

from generators import (cpu_and_load, direct, finish, load, load_of_kind, loads_beside, noerror,
                        start_load, warm)
from results import HOSTS_SIZES, LINES, SCANNED, SCANS
from servers import CORES, ms_until_ready, running, start_hostdnsd, use_hosts

IN_FLIGHT = 50
BESIDE = ["hostdnsd", "dnsmasq"]
# Names of the file that are asked: getaddrinfo() reads 150,000 lines for each of them.
ASKED = {1000: 1000, 150_000: 100}
SINGLE_NAMES, SINGLE_RATE = 200, 200  # one at a time, at this rate


def let_rest():
    """Waits until every server has read what has just changed."""
    time.sleep(0.5)


def rate(results, measurement, server, count, *how):
    result = cpu_and_load(server, "-n", count, "-w", IN_FLIGHT, "-o", 5, *how)
    results.add(measurement, server.name, result["rate"])


def one_size(results, effort, size, number):
    """Each round has a new file, so no name was asked before."""
    prefix = f"s{number}-"
    use_hosts(prefix, size)
    let_rest()
    with running(BESIDE, hosts=True, cached=2 * effort.cold_names) as started:
        let_rest()
        for server in started.values():
            rate(results, f"cold-rate-{size}", server, effort.cold_names, "-p",
                 f"cold{size}-{number}-")
            if size in ASKED:
                rate(results, f"hosts-rate-{size}", server, ASKED[size], "-p", prefix, "-z",
                     ".hosts.lab")
    if size in ASKED:
        results.add(f"hosts-rate-{size}", "direct",
                    direct(ASKED[size], prefix, ".hosts.lab")["rate"])


def long_hosts(results, effort):
    """Asks for DNS names and for names in the hosts file, which all servers share."""
    for number in range(effort.rounds):
        for size in HOSTS_SIZES:
            one_size(results, effort, size, number)


def start_scans(server, number):
    """Asks for each name of the file for the first time, for both address families at once."""
    names = SCANS[1] // 2
    how = ["-n", names, "-w", names, "-p", "s", "-z", ".hosts.lab", "-i", number * names, "-o", 6]
    return [start_load(server, *how), start_load(server, "-6", *how)]


def scans_and_others(results, server, effort, number):
    """Runs the same loads twice, the second time while libc reads the file again and again."""
    for scans in SCANS:
        asked = start_scans(server, number) if scans else []
        loads_beside(results, server, f"scans-{scans}", {
            kind: load_of_kind(server, kind, effort.isolation_seconds, f"{number}-{scans}-")
            for kind in ("cached", "fresh")})
        if scans:
            found = sum(noerror(finish(process)) for process in asked)
            results.add("scans-failed", server.name, scans - found)


def beside_scans(results, effort):
    """Here the server has all cores, as on a real host."""
    use_hosts("s", SCANNED)
    let_rest()
    server = start_hostdnsd(5400, core=CORES)
    try:
        time.sleep(2)  # meanwhile the server reads the words of the file
        warm(server, 100, "c")
        for number in range(effort.isolation_rounds):
            scans_and_others(results, server, effort, number)
    finally:
        server.stop()


def long_start(results, effort):
    """Start and memory with a long hosts file; `ready` and `memory_after_start` use a short one."""
    use_hosts("s", HOSTS_SIZES[-1])
    let_rest()
    for _ in range(effort.rounds):
        results.add(f"ready-{HOSTS_SIZES[-1]}", "hostdnsd", ms_until_ready())
        with running(["hostdnsd"]) as started:
            let_rest()
            for server in started.values():
                results.add("hosts-memory", server.name, server.pss_bytes())


def lines(results, effort):
    """Asks for DNS names with the hosts: lines of distributions, each in a fresh server."""
    path = pathlib.Path("/etc/nsswitch.conf")
    before = path.read_text()
    try:
        for number in range(effort.rounds):
            for name, line in LINES.items():
                path.write_text(f"hosts: {line}\n")
                let_rest()
                with running(["hostdnsd"]) as started:
                    for server in started.values():
                        rate(results, f"line-rate-{name}", server, effort.cold_names, "-p",
                             f"line{number}-")
    finally:
        path.write_text(before)


def single(results, effort):
    """Asks for DNS names one at a time, as a user does who asks for the first time."""
    with running(BESIDE) as started:
        for number in range(effort.rounds):
            for server in started.values():
                result = load(server, "-n", SINGLE_NAMES, "-w", 1, "-r", SINGLE_RATE, "-o", 5,
                              "-p", f"single{number}-")
                results.add("single-p50", server.name, result["p50_us"])

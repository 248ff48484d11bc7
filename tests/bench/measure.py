"""The measurements. Each gets the results, to which it adds, and its effort."""

import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import time

import servers
from generators import (RATE, cpu_and_load, direct, dnsperf, finish, kinds_of, load,
                        load_of_kind, loads_beside, noerror, start_load, warm)
from measure_hosts import beside_scans, lines, long_hosts, long_start, single
from measure_watched import instructions, watched
from results import FLOODS, LEVELS
from servers import (BUILD, CORES, HUNG_SERVER, LOAD_CORE, WORK, fleet_front, ms_until_ready,
                     pinned, running, start_hostdnsd, use_hosts, use_name_server, warn)

CACHED_NAMES = 1000
MANY_NAMES = 100_000
CLIENT_NAMES = 5000
FEWEST_ROUNDS = 5
QUIET_RATE = 200  # a second, of each kind of names beside a flood
QUIET = "127.0.0.9"  # who asks for these; the flood comes from 127.0.0.1
FLOOD_RATE = {"answered": 20_000, "hung": 7_000}  # a second, of names that differ
# Until the flood has taken what it can get: its questions have waited for 4.4 s, and have been
# told so.
FLOOD_LEAD = {"answered": 1, "hung": 6.5}


@dataclasses.dataclass
class Effort:
    rounds: int  # at least
    seconds: float  # of load in a round
    dnsperf_rounds: int  # a second and more each
    dnsperf_servers: tuple
    cold_names: int
    isolation_rounds: int
    isolation_seconds: float
    isolation_servers: tuple
    flood_servers: tuple
    burst_servers: tuple
    memory_servers: tuple
    million: bool
    watched: bool


QUICK = Effort(rounds=5, seconds=0.3, dnsperf_rounds=1,
               dnsperf_servers=("hostdnsd", "reflector", "unbound", "dnsmasq"),
               cold_names=2000, isolation_rounds=5, isolation_seconds=0.8,
               isolation_servers=("hostdnsd",), flood_servers=("hostdnsd",),
               burst_servers=("hostdnsd",), memory_servers=("hostdnsd", "dnsmasq"),
               million=False, watched=False)
FULL = Effort(rounds=7, seconds=1.0, dnsperf_rounds=5,
              dnsperf_servers=tuple(servers.STARTERS), cold_names=10_000, isolation_rounds=15,
              isolation_seconds=2.0, isolation_servers=("hostdnsd", "unbound", "dnsmasq"),
              flood_servers=("hostdnsd", "unbound", "dnsmasq"),
              burst_servers=("hostdnsd", "unbound", "dnsmasq"),
              memory_servers=("hostdnsd", "dnsmasq", "unbound", "knot-resolver", "dnsdist"),
              million=True, watched=True)


def add_cpu(results, measurement, server, result):
    if result["cpu_us"] is not None:
        results.add(measurement, server.name, result["cpu_us"])


def cached_udp(results, effort):
    """All servers run, and a round asks one after another, so the others are idle meanwhile."""
    with running(servers.STARTERS) as started:
        for server in started.values():
            warm(server, CACHED_NAMES)
        for _ in range(effort.rounds):
            for server in started.values():
                how = ["-m", CACHED_NAMES, "-d", effort.seconds,
                       *(["-s"] if len(CORES) > 1 else [])]
                plain = cpu_and_load(server, *how)
                add_cpu(results, "cached", server, plain)
                results.add("cached-rate", server.name, plain["rate"])
                add_cpu(results, "cached-edns", server, cpu_and_load(server, "-e", *how))
        for _ in range(effort.dnsperf_rounds):
            for server in [started[name] for name in effort.dnsperf_servers if name in started]:
                spent = dnsperf(server, CACHED_NAMES, max(1, round(effort.seconds)))
                if spent is not None:
                    results.add("cached-dnsperf", server.name, spent)


def tcp(results, effort):
    names = [name for name in servers.STARTERS if name not in ("reflector", "systemd-resolved")]
    with running(names) as started:
        speaking = [server for server in started.values() if server.tcp]
        if "hostdnsd" in started and not started["hostdnsd"].tcp:
            warn("hostdnsd takes no TCP connections")
        for server in speaking:
            warm(server, CACHED_NAMES)
        for _ in range(effort.rounds):
            for server in speaking:
                how = ["-t", "-m", CACHED_NAMES, "-d", effort.seconds]
                add_cpu(results, "tcp-single", server, cpu_and_load(server, "-w", 20, *how))
                add_cpu(results, "tcp-pipelined", server,
                        cpu_and_load(server, "-w", 100, "-c", 10, *how))


def cold(results, effort):
    """Nobody has asked for these names before, so the name server takes part."""
    count = effort.cold_names
    with running(["hostdnsd", "unbound", "dnsmasq", "knot-resolver"]) as started:
        for number in range(effort.rounds):
            for server in started.values():
                result = cpu_and_load(server, "-n", count, "-p", f"cold{number}-", "-o", 5)
                add_cpu(results, "cold", server, result)
                results.add("cold-rate", server.name, result["rate"])
            result = direct(count, f"direct{number}-", ".bench.lab")
            results.add("cold", "direct", result["cpu_us"])
            results.add("cold-rate", "direct", result["rate"])


def hosts(results, effort):
    """Each round has a new hosts file, so no name was asked before."""
    with running(["hostdnsd"]) as started:
        for number in range(effort.rounds):
            use_hosts(f"h{number}-", 1000)
            for server in started.values():
                result = cpu_and_load(server, "-n", 1000, "-p", f"h{number}-", "-z",
                                      ".hosts.lab", "-o", 5)
                add_cpu(results, "hosts", server, result)
                results.add("hosts-rate", server.name, result["rate"])
            result = direct(1000, f"h{number}-", ".hosts.lab")
            results.add("hosts", "direct", result["cpu_us"])
            results.add("hosts-rate", "direct", result["rate"])


def burst(results, effort):
    """2,000 questions at once from one socket, as one Node process sends them."""
    use_name_server(HUNG_SERVER)  # its buffers are large, so only the server loses packets
    with running(effort.burst_servers, upstream=HUNG_SERVER, waiting=20_000) as started:
        for number in range(effort.rounds):
            for server in started.values():
                result = load(server, "-n", 2000, "-w", 2000, "-b", 64, "-p",
                              f"burst{number}-", "-o", 4.5)
                results.add("burst-failed", server.name, 2000 - noerror(result))
                if result["records"] < 2000 and server.name == "hostdnsd":
                    warn(f"2,000 at once: {result}")


def wait_for_turn(server, prefix):
    """Waits until every earlier question of a client is waiting at name servers."""
    if server.name == "hostdnsd":  # which answers new names of a client in turn
        finish(start_load(server, "-n", 1, "-w", 1, "-r", 1000, "-o", 5, "-p", prefix))
    else:
        time.sleep(0.3)


def beside_hung_names(results, server, level, effort, number, last):
    """In one run hung names are outstanding all the time, and three loads run beside them."""
    hung = None
    warm(server, 100, "c")
    if level:
        # All of them are asked before the others start, slowly enough to be no flood, and the
        # load waits for them until the others have ended.
        hung = start_load(server, "-n", level, "-w", level, "-r", 7000, "-o", 6,
                          "-p", f"hung{number}-")
        time.sleep(level / 7000)
        wait_for_turn(server, f"behind{number}-")
    loads_beside(results, server, level, {
        kind: load_of_kind(server, kind, effort.isolation_seconds, number)
        for kind in kinds_of(server)})
    if hung and last:
        result = finish(hung)
        results.add(f"hung-longest-{level}", server.name, result["max_us"] / 1e6)
        results.add(f"hung-unanswered-{level}", server.name,
                    level - result["rcodes"].get("SERVFAIL", 0))
    elif hung:
        hung.kill()
        hung.communicate()


def isolation(results, effort):
    """Each run starts fresh servers, so nothing is cached or outstanding from another run."""
    use_name_server(HUNG_SERVER)
    use_hosts("l", round(RATE * effort.isolation_seconds) + 1)
    for number in range(effort.isolation_rounds):
        last = number == effort.isolation_rounds - 1
        for level in LEVELS:
            for name in effort.isolation_servers:
                if name != "hostdnsd" and number >= FEWEST_ROUNDS:
                    continue  # only our p99 has a target, so it needs more rounds
                with running([name], upstream=HUNG_SERVER, waiting=20_000) as started:
                    for server in started.values():
                        beside_hung_names(results, server, level, effort, number,
                                          last and name == "hostdnsd")


def beside_a_flood(results, server, witness, flood, effort, rounds):
    """A client asks little while another one floods the server. It also asks a witness that is not
    flooded, whose latency shows what the machine itself adds."""
    seconds = effort.isolation_seconds
    storm = None
    warm(server, 100, "c")
    if flood != "none":
        lead = FLOOD_LEAD[flood]
        prefix = f"hung{rounds.start}-" if flood == "hung" else f"flood{rounds.start}-"
        storm = start_load(server, "-a", "127.0.0.1", "-r", FLOOD_RATE[flood], "-w", 50_000,
                           "-d", lead + len(rounds) * (seconds + 10), "-o", 6, "-p", prefix)
        time.sleep(lead)
    for number in rounds:
        for asked in filter(None, (server, witness)):
            loads_beside(results, asked, f"flood-{flood}", {
                kind: load_of_kind(asked, kind, seconds, f"{flood}{number}-", "-a", QUIET,
                                   rate=QUIET_RATE)
                for kind in kinds_of(server)})
    if storm:
        storm.kill()
        storm.communicate()


def floods(results, effort):
    """Each flood meets a fresh server in each round, except that of hung names, which takes long to
    build up."""
    use_name_server(HUNG_SERVER)
    use_hosts("l", round(QUIET_RATE * effort.isolation_seconds) + 1)
    for name in effort.flood_servers:
        for number in range(effort.rounds):
            for flood in FLOODS:
                rounds = range(number, number + 1)
                if flood == "hung":
                    rounds = range(effort.rounds) if number == 0 else ()
                if not rounds:
                    continue
                witnesses = ["reflector"] if name == "hostdnsd" and flood != "hung" else []
                with running([name, *witnesses], upstream=HUNG_SERVER,
                             waiting=20_000) as started:
                    if name in started:
                        beside_a_flood(results, started[name], started.get("reflector"), flood,
                                       effort, rounds)


@contextlib.contextmanager
def silent_name_server():
    """Stops knot for a while, so that only cached names can be answered."""
    knots = [int(path.parent.name) for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
             if f"{WORK}/knot.conf".encode() in path.read_bytes().split(b"\0")]
    for pid in knots:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in knots:
            os.kill(pid, signal.SIGCONT)


def held_share(server, names):
    """The share of a thousand evenly spread names that is answered without the name server."""
    sample = WORK / "sample.txt"
    sample.write_text("".join(f"m{i}.bench.lab\n" for i in range(0, names, names // 1000)))
    with silent_name_server():
        result = load(server, "-f", sample, "-n", 1000, "-w", 50, "-o", 0.3)
    return noerror(result) / 1000


def filled_pss(name, names):
    """The PSS of a server whose cache has room for that many names and was filled with them, and
    the share of them that it holds."""
    with running([name], cached=names) as started:
        if name not in started:
            return None, 0
        warm(started[name], names, "m")
        return started[name].pss_bytes(), held_share(started[name], names)


def memory_a_name(results, effort):
    """The growth from 1,000 to 100,000 names, each in a server with room for that many, because
    some allocate at their start."""
    for name in effort.memory_servers:
        few, _ = filled_pss(name, CACHED_NAMES)
        many, held = filled_pss(name, MANY_NAMES)
        if few is None or many is None:
            continue
        results.add("names-held", name, held)
        if held > 0.99:
            results.add("name-memory", name, (many - few) / (MANY_NAMES - CACHED_NAMES))
        else:
            warn(f"{name} answers {held:.0%} of {MANY_NAMES} names: no bytes a cached name")


def memory_after_start(results, effort):
    for _ in range(effort.rounds):
        with running(["hostdnsd", "unbound", "dnsmasq", "knot-resolver", "dnsdist",
                      "systemd-resolved"]) as started:
            for server in started.values():
                results.add("start-memory", server.name, server.pss_bytes())


def serve_pid(server):
    return next(pid for pid in server.pids()
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "hostdnsd-serve")


def pss_of(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024


def million_names(results, effort):
    """The growth of serve when a million names pass through a cache of 16 MB."""
    size = 16 << 20
    if not effort.million:
        return
    server = start_hostdnsd(5400, ["-o", f"cache-size={size}"])
    try:
        pid = serve_pid(server)
        before = pss_of(pid)
        load(server, "-n", 1_000_000, "-p", "million", "-o", 5)
        results.add("million-memory", "hostdnsd", (pss_of(pid) - before) / size)
    finally:
        server.stop()


def throughput(server, seconds):
    """Runs several loads with a socket each, because a kernel spreads sockets, not questions."""
    loads = [start_load(server, "-m", CACHED_NAMES, "-d", seconds, "-w", 25, core=CORES)
             for _ in range(8)]
    return sum(finish(process)["rate"] for process in loads)


def workers(results, effort):
    for _ in range(effort.rounds):
        for count in 1, 2:
            server = start_hostdnsd(5400, ["-o", f"workers={count}"], core=CORES[:2])
            try:
                warm(server, CACHED_NAMES)
                results.add(f"workers-{count}", "hostdnsd",
                            throughput(server, effort.seconds))
            finally:
                server.stop()


def fleet(results, effort):
    """Three hosts behind dnsdist, on one core; each has only its share of the names."""
    with contextlib.ExitStack() as stack:
        hosts = []
        for port in 5401, 5402, 5403:
            hosts.append(start_hostdnsd(port))
            stack.callback(hosts[-1].stop)
        front = fleet_front(5400, [host.at for host in hosts])
        stack.callback(front.stop)
        for server in front, hosts[0]:
            warm(server, CACHED_NAMES)
        for _ in range(effort.rounds):
            how = ["-m", CACHED_NAMES, "-d", effort.seconds]
            add_cpu(results, "fleet-direct", hosts[0], cpu_and_load(hosts[0], *how))
            before = sum(host.cpu_seconds() for host in hosts)
            result = cpu_and_load(front, *how)
            spent = sum(host.cpu_seconds() for host in hosts) - before
            add_cpu(results, "fleet", front, result)
            if result["answered"]:
                results.add("fleet", "hostdnsd", spent * 1e6 / result["answered"])


def ready(results, effort):
    for _ in range(effort.rounds):
        results.add("ready", "hostdnsd", ms_until_ready())


def ask_a_file(results, client, command, names):
    """The time in which a client looks up all names of a file, with one address for each."""
    start = time.monotonic()
    shown = subprocess.run([*pinned(LOAD_CORE), *map(str, command)], capture_output=True,
                           text=True, check=False).stdout
    if shown.count("\n") == names:
        results.add("names-of-a-file", client, (time.monotonic() - start) * 1e3)
    else:
        warn(f"{client}: {shown.count(chr(10))} of {names} names")


def client(results, effort):
    """Our client and dig take turns with the same file, whose answers are cached."""
    names = WORK / "names.txt"
    names.write_text("".join(f"n{i}.bench.lab A\n" for i in range(CLIENT_NAMES)))
    with running(["hostdnsd"]) as started:
        for server in started.values():
            warm(server, CLIENT_NAMES)
            for _ in range(effort.rounds):
                ask_a_file(results, "hostdns", [BUILD / "hostdns", f"@{server.address}", "-p",
                                                server.port, "+short", "-f", names], CLIENT_NAMES)
                ask_a_file(results, "dig", ["dig", f"@{server.address}", "-p", server.port,
                                            "+short", "-f", names], CLIENT_NAMES)


ALL = (cached_udp, tcp, cold, hosts, long_hosts, beside_scans, lines, single, burst, isolation,
       floods, memory_after_start, memory_a_name, million_names, workers, fleet, ready, long_start,
       client, instructions, watched)

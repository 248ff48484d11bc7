"""Runs the load generators on a separate core and reads their output."""

import json
import re
import subprocess

from results import KINDS
from servers import LOAD_CORE, SERVER_CORE, TOOLS, WORK, pinned, warn

RATE = 500  # a second, of each kind of names beside others


def start_load(server, *options, core=LOAD_CORE):
    return subprocess.Popen([*pinned(core), TOOLS / "load", *map(str, options), server.at],
                            stdout=subprocess.PIPE, text=True)


def finish(process):
    text, _ = process.communicate()
    return json.loads(text)


def load(server, *options):
    return finish(start_load(server, *options))


def noerror(result):
    return result["rcodes"].get("NOERROR", 0)


def warm(server, names, prefix="n"):
    """Asks until each of the names was answered once with a record."""
    for _ in range(3):
        result = load(server, "-n", names, "-m", names, "-p", prefix, "-o", 5)
        if result["records"] == names:
            return
    warn(f"{server.name}: {result['records']} of {names} names before the measurement: {result}")


def cpu_and_load(server, *options):
    """The report of a load, with cpu_us, the server's CPU time for each answer."""
    before = server.cpu_seconds()
    result = load(server, *options)
    spent = server.cpu_seconds() - before
    if result["answered"] == 0 or noerror(result) < 0.99 * result["sent"]:
        warn(f"{server.name}: {noerror(result)} of {result['sent']} answered well: {result}")
    result["cpu_us"] = spent * 1e6 / result["answered"] if result["answered"] else None
    return result


def dnsperf(server, names, seconds):
    """The server's CPU time for each answer to dnsperf."""
    questions = WORK / "dnsperf.txt"
    questions.write_text("".join(f"n{i}.bench.lab A\n" for i in range(names)))
    before = server.cpu_seconds()
    text = subprocess.run(
        [*pinned(LOAD_CORE), "dnsperf", "-s", server.address, "-p", str(server.port), "-d",
         questions, "-l", str(seconds), "-q", "100"],
        capture_output=True, text=True, check=False).stdout
    spent = server.cpu_seconds() - before
    completed = re.search(r"Queries completed:\s+(\d+)", text)
    return spent * 1e6 / int(completed[1]) if completed and int(completed[1]) else None


def direct(count, prefix, suffix, threads=16):
    """Looks the same names up with getaddrinfo(), on the core that servers usually have."""
    text = subprocess.run(
        [*pinned(SERVER_CORE), TOOLS / "direct", str(threads), str(count), prefix, "0", suffix],
        capture_output=True, text=True, check=True).stdout
    result = json.loads(text)
    if result["answered"] != count:
        warn(f"direct: {result['answered']} of {count} names found")
    return result


def load_of_kind(server, kind, seconds, number, *how, rate=RATE):
    """Starts a load of cached names, of names in the hosts file, or of names never asked before."""
    names = {"cached": ["-p", "c", "-m", 100],
             "local": ["-p", "l", "-z", ".hosts.lab"],
             "fresh": ["-p", f"fresh{number}-"]}[kind]
    return start_load(server, "-r", rate, "-w", 4096, "-d", seconds, "-o", 5, *names, *how)


def loads_beside(results, server, beside, loads):
    """Waits for the load of each kind and adds its figures to the results."""
    for kind, process in loads.items():
        result = finish(process)
        if result["answered"]:
            results.add(f"p50-{kind}-{beside}", server.name, result["p50_us"])
            results.add(f"p99-{kind}-{beside}", server.name, result["p99_us"])
        results.add(f"failed-{kind}-{beside}", server.name, result["sent"] - noerror(result))


def kinds_of(server):
    """Only hostdnsd answers from the hosts file here."""
    return KINDS if server.name == "hostdnsd" else ("cached", "fresh")

#!/usr/bin/python3
"""Measures hostdnsd beside other name servers: make bench, or scripts/bench.

    run.py [--quick] [MEASUREMENT]...

Runs inside tests/lab. Prints tables; build/bench/ gets results.csv, results.md and a plot.
"""

import argparse
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import measure
import report
from results import Results
from servers import NAME_SERVER, TOOLS, WORK, name_servers, use_hosts, use_name_server, warn


def parse():
    parser = argparse.ArgumentParser(description="Measures hostdnsd beside other servers.")
    parser.add_argument("--quick", action="store_true", help="in under two minutes")
    parser.add_argument("measurement", nargs="*",
                        choices=[[], *(function.__name__ for function in measure.ALL)])
    return parser.parse_args()


def chosen(names):
    return [function for function in measure.ALL if not names or function.__name__ in names]


def run(function, results, effort):
    """A measurement that fails is missing from the tables, and the others go on. Each starts with
    the same files, because a long hosts file makes every lookup slower."""
    start = time.monotonic()
    try:
        use_hosts()
        use_name_server(NAME_SERVER)
        function(results, effort)
    except Exception as error:  # pylint: disable=broad-except
        warn(f"{function.__name__}: {type(error).__name__}: {error}")
        return False
    warn(f"{function.__name__}: {time.monotonic() - start:.0f} s")
    return True


def main():
    arguments = parse()
    if not os.path.isdir("/etc/lab"):
        sys.exit("bench: this rewrites /etc: run it with tests/lab, as make bench does")
    WORK.mkdir(exist_ok=True)
    results, machine = Results(), report.Machine()
    effort = measure.QUICK if arguments.quick else measure.FULL
    with name_servers():
        good = [run(function, results, effort) for function in chosen(arguments.measurement)]
    report.publish(results, machine, TOOLS, "quick" if arguments.quick else "full",
                   everything=not arguments.measurement)
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""
Has a server endure everything at the same time, for MINUTES (make soak MINUTES=60):

  tests/soak/run.py [MINUTES [KIND]]

KIND is plain, address or thread, as the server in $BUILD is built, or valgrind, which watches a
plain one.

The time has cycles. In the first half of each, processes are killed, and replaced by reloads; in
the second half none ends, so that those that grow can be seen. Twice in it nobody asks for a
moment, and memory, descriptors and threads are compared.

What happens is told on stderr, once a second on a terminal and otherwise once a minute. The
figures go to $BUILD/soak/KIND.json and, over time, to KIND.svg. The exit status is 0 if all promises
were held, 1 if not or if there is no private network here, and 64 after wrong arguments.
"""
import os
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
KINDS = ("plain", "address", "thread", "valgrind")
MOST_MINUTES = 10_000


def refuse(words):
    print(f"soak: {words}", file=sys.stderr)
    sys.exit(64)


def parse(words):
    minutes, kind, *more = [*words, *["60", "plain"][len(words):]]
    if more:
        refuse("two arguments at most: MINUTES and KIND")
    if kind not in KINDS:
        refuse(f'"{kind}" is none of {", ".join(KINDS)}')
    try:
        number = float(minutes)
    except ValueError:
        refuse(f'"{minutes}" is no number of minutes')
    if not 0 < number <= MOST_MINUTES:
        refuse(f'"{minutes}" is no number of minutes from above 0 to {MOST_MINUTES}')
    return number, kind


def enter_lab():
    """With CI=true it fails where it would otherwise skip its command."""
    os.environ["CI"] = "true"
    os.execv(TOP / "tests/lab", ["lab", sys.executable, __file__, *sys.argv[1:]])


def main():
    minutes, kind = parse(sys.argv[1:])
    if not os.path.isdir("/etc/lab"):
        enter_lab()
    sys.path[:0] = [str(TOP / "tests/system"), str(TOP / "tests/soak")]
    from course import run_course  # pylint: disable=import-outside-toplevel
    return 0 if run_course(minutes, kind) else 1


if __name__ == "__main__":
    sys.exit(main())

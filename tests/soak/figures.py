"""The figures of a soak, and whether they keep what is promised."""

import bisect
import collections
import dataclasses

GROWTH = {"kilobytes": 1024,  # which malloc may take without a leak
          "descriptors": 0,
          "threads": 8}  # which lookup starts by and by, as it has more to do, and keeps
STEADY = 2  # how often as long as in the first third the slowest of 100 may take in the last one
FLAT_KINDS = ("DNS", "hosts", "fresh")  # the others wait for name servers that hang
FEW = 3000  # answers in a third, of which the slowest of 100 says nothing


def percentile(values, share):
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))] if ordered else None


def waits_between(ledger, kind, since, until):
    """Seconds of the answers of this time."""
    with ledger.lock:
        times, waits = ledger.times[kind], ledger.waits[kind]
        return waits[bisect.bisect_left(times, since):bisect.bisect_left(times, until)]


def latencies(ledger, since, until):
    """{kind: half and 99 of 100 answers took no longer, in milliseconds}"""
    found = {}
    for kind in sorted(ledger.asked):
        if waits := waits_between(ledger, kind, since, until):
            found[kind] = {"answers": len(waits), "p50": round(1e3 * percentile(waits, 0.5), 3),
                           "p99": round(1e3 * percentile(waits, 0.99), 3)}
    return found


@dataclasses.dataclass
class Rest:
    """What the processes took up when nobody asked; `name` says when."""

    name: str
    at: float
    uses: dict


def more_open(was, now):
    more = collections.Counter(now.open) - collections.Counter(was.open)
    return f": {', '.join(sorted(more.elements()))}" if more else ""


def grown(before, after, is_plain=True):
    """Lists what processes have more of. What watches a server takes memory for itself, and makes
    it so slow that it starts more threads."""
    when = f"{after.name} than {before.name}"
    for role, was in before.uses.items():
        now = after.uses.get(role)
        if not now:
            yield f"there is no {role} process {after.name}"
            continue
        for word, growth in GROWTH.items():
            if getattr(now, word) > getattr(was, word) + growth and (
                    is_plain or word == "descriptors"):
                yield (f"{role} has {getattr(now, word)} {word} instead of {getattr(was, word)} "
                       f"{when}{more_open(was, now) if word == 'descriptors' else ''}")


def thirds(ledger, begun, ended):
    """(latencies of the first third, those of the last one)"""
    third = (ended - begun) / 3
    return latencies(ledger, begun, begun + third), latencies(ledger, ended - third, ended)


def ratio(first, last, kind):
    return last[kind]["p99"] / first[kind]["p99"]


def slower(first, last):
    """Lists kinds that take longer at the end, beyond what the machine itself takes longer."""
    if any(kind not in part or part[kind]["answers"] < FEW
           for part in (first, last) for kind in ("reflector", *FLAT_KINDS)):
        return
    allowed = STEADY * max(1, ratio(first, last, "reflector"))
    for kind in FLAT_KINDS:
        if ratio(first, last, kind) > allowed:
            yield (f"the slowest of 100 answers of {kind} takes {last[kind]['p99']} ms in the last "
                   f"third and {first[kind]['p99']} in the first")


def broken(soak, weather, rests, first, last):
    """Lists the promises that were not held."""
    ledger = soak.ledger
    for word, examples in ("wrong", ledger.wrong), ("unanswered", ledger.unanswered):
        if ledger.numbers[word]:
            yield f"{ledger.numbers[word]} {word}, such as {examples[0]}"
    yield from weather.failures()
    yield from soak.failures()
    if soak.reopened() > soak.most_reopened():
        yield (f"connections were closed {soak.reopened()} times when a client asked, more than the "
               f"{soak.most_reopened()} times that processes with connections were replaced")
    yield from (f"there were no {name}" for name, times in weather.times().items() if not times)
    for early, late in zip(rests[::2], rests[1::2]):
        yield from grown(early, late, soak.is_plain)
    if len(rests) > 2:
        yield from grown(rests[1], rests[-1], soak.is_plain)
    yield from slower(first, last)


def summary(soak, weather, rests, begun, ended):
    """All of it, for JSON."""
    ledger = soak.ledger
    first, last = thirds(ledger, begun, ended)
    kills = {}
    for kill in ledger.kills:
        kills.setdefault(kill.role, {"times": 0, "cost": 0})
        kills[kill.role]["times"] += 1
        kills[kill.role]["cost"] += kill.cost
    return {
        "minutes": round((ended - begun) / 60, 2),
        "questions": sum(ledger.asked.values()) - ledger.asked["reflector"],
        "questions-by-kind": dict(ledger.asked),
        "questions-of-bursts": weather.questions_of_bursts(),
        "wrong": ledger.numbers["wrong"], "unanswered": ledger.numbers["unanswered"],
        "examples": ledger.wrong + ledger.unanswered,
        "connections-closed-when-asked": soak.reopened(),
        "kills": kills, "troubles": weather.times(),
        "frames-of-dnstap": weather.troubles.frames,
        "lines-of-log": soak.log.lines, "lines-lost": soak.counters()["log-lost"],
        "slowest-edit-seconds": round(max(one.slowest for one in soak.truth.versions()), 3),
        "first-third": first, "last-third": last,
        "rests": [{"name": rest.name, "at": round(rest.at - begun, 1),
                   "uses": {role: vars(use) for role, use in rest.uses.items()}}
                  for rest in rests],
        "broken": list(broken(soak, weather, rests, first, last)),
    }

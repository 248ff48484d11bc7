"""What the clients of the soak ask, and what is right: what the name servers and the files hold."""

import dataclasses
import itertools
import random
import threading
import time

import dns.query
import dns.rcode

from ask import Reply, make

KNOT = "127.0.0.1"
EDIT_SECONDS = 10  # in which an edit is seen, on a busy machine; promised is one second
RETIRED_SECONDS = 60  # for which a process that was replaced serves a connection in use

# Those of the zone example.test whose records are the same whoever asks. Each is asked for all types.
NAMES = ["a", "aaaa", "both", "types", "cname-types", "multi", "txt", "leaf.empty",
         "empty", "nosuch", "x.wild", "day", "zero", "cname-both", "chain1"]
TYPES = ["A", "AAAA", "MX", "TXT", "SRV", "CAA", "HTTPS", "SVCB", "NAPTR", "TYPE65280", "LOC",
         "SSHFP", "TLSA", "NS", "DS", "SOA", "CNAME"]
OTHERS = [("delegated.example.test", "DS"), ("1.2.0.192.in-addr.arpa", "PTR"),
          ("2.2.0.192.in-addr.arpa", "PTR"), ("5.2.0.192.in-addr.arpa", "PTR")]
LIES = ["wrongid", "wrongquestion", "short", "servfail", "refused", "notimp", "formerr",
        "tc", "lame", "drop", "optdrop", "optformerr", "optbare", "slow1"]
FRESH = 5000  # names, of which each has expired when it is asked again
HOSTS = 100
HOSTS_FILE = "".join(["127.0.0.1 localhost\n::1 localhost\n10.0.0.4 v4only.lab\n",
                      "2001:db8:a::6 v6only.lab\n10.0.0.10 dual.lab alias.lab\n",
                      "2001:db8:a::10 dual.lab alias.lab\n10.0.6.6 mail.example.test\n",
                      "10.0.6.1 order.lab\n172.16.6.1 order.lab\n",
                      *(f"10.0.7.{number} h{number}.lab\n" for number in range(HOSTS))])
class OneOf:
    """What is right depends on which name server was asked."""

    def __init__(self, *outcomes):
        self.outcomes = outcomes

    def allows(self, outcome, _begun, _ended):
        return outcome in self.outcomes

    def __repr__(self):
        return f"one of {self.outcomes}"


FROM_HOSTS = [
    ("v4only.lab", "A", ["v4only.lab A 10.0.0.4"]), ("v4only.lab", "AAAA", "NODATA"),
    ("v6only.lab", "AAAA", ["v6only.lab AAAA 2001:db8:a::6"]), ("v6only.lab", "A", "NODATA"),
    ("dual.lab", "AAAA", ["dual.lab AAAA 2001:db8:a::10"]),
    ("alias.lab", "A", OneOf(["alias.lab CNAME dual.lab", "dual.lab A 10.0.0.10"],
                             ["alias.lab A 10.0.0.10"])),
    ("4.0.0.10.in-addr.arpa", "PTR", ["4.0.0.10.in-addr.arpa PTR v4only.lab"]),
    ("localhost", "A", ["localhost A 127.0.0.1"]), ("v4only.lab", "MX", "NODATA"),
    *((f"h{number}.lab", "A", [f"h{number}.lab A 10.0.7.{number}"]) for number in range(HOSTS))]


class Versions:
    """What is right of something that is edited. An edit is seen after `seconds`."""

    def __init__(self, first, seconds):
        self.lock, self.all, self.seconds = threading.Lock(), [(0.0, first)], seconds
        self.slowest = 0.0  # seconds in which an edit was not yet seen

    def change(self, outcome):
        """Before the edit: the new one may be seen from now on."""
        with self.lock:
            self.all.append((time.monotonic(), outcome))

    def allows(self, outcome, begun, ended):
        """Whether it was right at some time of the question, or just before."""
        until = None
        with self.lock:
            for since, right in reversed(self.all):
                if until is not None and until < begun - self.seconds:
                    return False
                if since <= ended and right == outcome:
                    if until is not None:
                        self.slowest = max(self.slowest, begun - until)
                    return True
                until = since
        return False

    def __repr__(self):
        return f"one of {[right for _, right in self.all[-4:]]}"


@dataclasses.dataclass
class Question:
    """`right` is an outcome (ask.Reply) with its records in order, Versions, or OneOf these."""

    name: str
    rdtype: str
    right: object
    ttls: dict = dataclasses.field(default_factory=dict)  # the longest, by record
    edns: bool = False
    is_ordered: bool = False

    def allows(self, outcome, begun, ended):
        if isinstance(outcome, list) and not self.is_ordered:
            outcome = sorted(outcome)
        if isinstance(self.right, (Versions, OneOf)):
            return self.right.allows(outcome, begun, ended)
        return outcome == self.right

    def ttls_are_right(self, reply):
        return all(ttl <= self.ttls.get(record, ttl) for record, ttl in reply.ttls)


def held(name, rdtype):
    """The question, with what knot says to it."""
    reply = dns.query.tcp(make(name, rdtype), KNOT, timeout=10, one_rr_per_rrset=True)
    ttls = {Reply.record(rr): rr.ttl for rr in reply.answer}
    right = sorted(ttls)
    if reply.rcode() != dns.rcode.NOERROR:
        word = dns.rcode.to_text(reply.rcode())
        right = sorted([*right, word]) if right else word
    return Question(name, rdtype, right or "NODATA", ttls)


class Truth:
    """Questions by kind, as endless iterators, and what is edited. An edit is seen the later the
    more the server is made `slow` by what watches it."""

    def __init__(self, slow):
        seconds = EDIT_SECONDS * slow
        self.edited = Versions("NXDOMAIN", seconds)
        self.fixed = Versions("NXDOMAIN", seconds + RETIRED_SECONDS)
        self.both = Versions(["mail.example.test A 10.0.6.6"], seconds)
        self.order = Versions(["order.lab A 10.0.6.1", "order.lab A 172.16.6.1"],
                              seconds + RETIRED_SECONDS)
        self.here = Versions("127.0.0.2", seconds)
        self.from_dns = [held(f"{name}.example.test", rdtype) for name in NAMES for rdtype in TYPES]
        self.from_dns += [held(*question) for question in OTHERS]

    def versions(self):
        """Of what is seen without new processes."""
        return self.edited, self.both, self.here

    def kinds(self):
        return {"DNS": self.kept, "hosts": self.of_hosts, "edited": self.of_edits,
                "fresh": self.fresh, "lies": self.lies}

    def kept(self, seed):
        return self.shuffled(self.from_dns, seed)

    def of_hosts(self, seed):
        return self.shuffled([Question(*row) for row in FROM_HOSTS], seed)

    @staticmethod
    def shuffled(questions, seed):
        """Each again and again, every other time with EDNS."""
        chance = random.Random(seed)
        for edns in itertools.cycle([False, True]):
            for question in chance.sample(questions, len(questions)):
                yield dataclasses.replace(question, edns=edns)

    def of_edits(self, seed):
        for number in itertools.count():
            yield Question("edited.lab", "A", self.edited)
            yield Question("mail.example.test", "A", self.both)
            yield Question("fixed.soak", "A", self.fixed)
            yield Question("order.lab", "A", self.order, is_ordered=True)
            yield self.asked_here(f"n{seed}-{number % FRESH}.qhere-ok.fault.test")

    def asked_here(self, name):
        """The fault server that resolv.conf names, or knot, which holds the same for all names."""
        return Question(name, "A", Either(self.here, name))

    @staticmethod
    def fresh(seed):
        for number in itertools.count():
            name = f"n{seed}-{number % FRESH}"
            yield Question(f"{name}.fault.test", "A", [f"{name}.fault.test A 192.0.2.200"])
            yield Question(f"{name}.wild.example.test", "AAAA",
                           [f"{name}.wild.example.test AAAA 2001:db8::5"], edns=True)
            yield Question(f"{name}.wild.example.test", "TXT", "NODATA")
            yield Question(f"{name}.nosuch.example.test", "A", "NXDOMAIN", edns=True)

    @staticmethod
    def lies(seed):
        """Of the first name servers. The last one holds the truth."""
        for number in itertools.count():
            for lie in LIES:
                name = f"n{seed}-{number % FRESH}.q{lie}-{lie}.fault.test"
                yield Question(name, "A", [f"{name} A 192.0.2.200"], edns=number % 2 == 0)
            yield Question("x.broken.test", "A", "SERVFAIL")
            # libc takes such a reply for the last word and asks nobody else.
            name = f"n{seed}-{number % FRESH}.qgarbage-garbage.fault.test"
            yield Question(name, "A", OneOf("SERVFAIL", [f"{name} A 192.0.2.200"]))


class Either(Versions):
    """The address of a fault server of the moment, or that of knot."""

    def __init__(self, servers, name):
        super().__init__(None, servers.seconds)
        self.servers, self.name = servers, name

    def allows(self, outcome, begun, ended):
        if not isinstance(outcome, list):
            return False
        address = outcome[-1].rpartition(" ")[2]
        return outcome == [f"{self.name} A {address}"] and (
            address == "192.0.2.200" or self.servers.allows(address, begun, ended))

    def __repr__(self):
        return f"192.0.2.200 or {self.servers}"

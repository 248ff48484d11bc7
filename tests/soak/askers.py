"""The clients of the soak: each asks on and on, and notes what was wrong, missing and slow."""

import array
import collections
import contextlib
import dataclasses
import math
import socket
import threading
import time

import dns.exception

from ask import Reply, make
from load import Way

PATIENCE_SECONDS = 10  # for an answer; promised are 4.5 on a machine that is not busy
BACK_SECONDS = 2  # a process that has just been replaced may have missed a question
ANSWERING = ("serve", "lookup")  # the end of another process costs no answer
KEPT_FAILURES = 20


@dataclasses.dataclass
class Kill:
    """What it cost: questions that were not answered because of it."""

    role: str
    at: float
    back: float = math.inf
    cost: int = 0


class Ledger:
    """What became of all questions."""

    def __init__(self):
        self.lock = threading.Lock()
        self.asked = collections.Counter()  # by kind
        self.wrong, self.unanswered = [], []
        self.numbers = collections.Counter()  # of these two
        self.kills = []
        self.times = collections.defaultdict(lambda: array.array("d"))  # by kind: when it ended
        self.waits = collections.defaultdict(lambda: array.array("f"))  # by kind: how long it took

    def note_answer(self, kind, begun, ended):
        with self.lock:
            self.asked[kind] += 1
            self.times[kind].append(ended)
            self.waits[kind].append(ended - begun)

    def note_wrong(self, kind, what):
        with self.lock:
            self.asked[kind] += 1
            self.numbers["wrong"] += 1
            self.wrong = [*self.wrong, what][:KEPT_FAILURES]

    def note_missing(self, kind, what, begun, ended):
        """No answer, or SERVFAIL: the cost of a kill, if there was one at that time."""
        with self.lock:
            self.asked[kind] += 1
            if kill := self.kill_between(begun, ended, *ANSWERING):
                kill.cost += 1
                return
            self.numbers["unanswered"] += 1
            self.unanswered = [*self.unanswered, what][:KEPT_FAILURES]

    def kill_between(self, begun, ended, *roles):
        """The last kill of such a process that was felt at that time, or None."""
        for kill in reversed(self.kills):
            if kill.role in roles and kill.at <= ended and begun <= kill.back + BACK_SECONDS:
                return kill
        return None

    def cost(self):
        cost = collections.Counter()
        for kill in self.kills:
            cost[kill.role] += kill.cost
        return cost


class Gate:
    """Those who do something pass it; who holds it knows that nobody does."""

    def __init__(self):
        self.free, self.inside, self.is_shut = threading.Condition(), 0, False

    def __enter__(self):
        with self.free:
            self.free.wait_for(lambda: not self.is_shut)
            self.inside += 1

    def __exit__(self, *_):
        with self.free:
            self.inside -= 1
            self.free.notify_all()

    @contextlib.contextmanager
    def shut(self):
        with self.free:
            self.is_shut = True
            self.free.wait_for(lambda: self.inside == 0)
        try:
            yield
        finally:
            with self.free:
                self.is_shut = False
                self.free.notify_all()


class WayFrom(Way):
    """From an address of its own. Counts the connections that were closed when it asked."""

    def __init__(self, to, way, source, slow):
        super().__init__(to, way)
        self.source, self.patience = source, PATIENCE_SECONDS * slow
        self.reopened = 0

    def connect(self):
        if not self.socket:
            kind = socket.SOCK_DGRAM if self.way == "udp" else socket.SOCK_STREAM
            self.socket = socket.socket(socket.AF_INET, kind)
            self.socket.settimeout(self.patience)
            self.socket.bind((self.source, 0))
            self.socket.connect(self.to)


    def ask(self, wire):
        """A process that is replaced closes connections, in the end also those in use, and a client
        asks again then (RFC 7766 section 6.2.4)."""
        was_open = self.socket is not None
        try:
            return self.exchange(wire)
        except (EOFError, ConnectionError):
            self.close()
            if not was_open:
                raise
        self.reopened += 1
        return self.exchange(wire)


class Client(threading.Thread):
    """Asks questions of one kind, one after another: by datagrams, with a connection for each
    question, or with one that is kept while it lasts."""

    def __init__(self, talk, kind, questions, ledger, gate, pause):
        super().__init__()
        self.talk, self.kind, self.questions = talk, kind, questions
        self.ledger, self.gate, self.pause = ledger, gate, pause
        self.over = threading.Event()
        self.asked, self.error = 0, None

    def run(self):
        try:
            with self.talk:
                while not self.over.wait(self.pause):
                    with self.gate:
                        self.ask(next(self.questions))
                    self.asked += 1
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def ask(self, question):
        query = make(question.name, question.rdtype, edns=question.edns)
        outcome, begun = None, time.monotonic()
        try:
            wire = self.talk.ask(query.to_wire())
            ended = time.monotonic()
            reply = Reply(query, wire, tcp=self.talk.way != "udp")
            outcome = reply.outcome
            is_right = question.allows(outcome, begun, ended) and question.ttls_are_right(reply)
        except (OSError, EOFError) as error:
            ended = time.monotonic()
            self.talk.close()
            self.ledger.note_missing(self.kind, self.tell(question, error), begun, ended)
            return
        except (AssertionError, dns.exception.DNSException) as error:
            is_right, outcome = False, error
        if is_right:
            self.ledger.note_answer(self.kind, begun, ended)
        elif outcome == "SERVFAIL":
            self.ledger.note_missing(self.kind, self.tell(question, outcome), begun, ended)
        else:
            self.ledger.note_wrong(self.kind, self.tell(question, outcome))

    def tell(self, question, outcome):
        return (f"{question.name} {question.rdtype} over {self.talk.way}"
                f"{' with EDNS' if question.edns else ''}: {outcome!r} instead of {question.right!r}")


class Yardstick(Client):
    """Asks the bench's reflector, which does nothing: what that takes is the machine's own."""

    def ask(self, question):
        query, begun = make(question.name), time.monotonic()
        with contextlib.suppress(OSError):
            self.talk.ask(query.to_wire())
            self.ledger.note_answer(self.kind, begun, time.monotonic())

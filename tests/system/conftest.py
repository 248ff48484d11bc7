"""Fixtures of the system tests. They run inside tests/lab, which says what is where."""

import collections
import contextlib
import itertools
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

import dns.query
import pytest

import tables
from ask import Over, Server, make
from conformance_table import MARKER, ConformanceTable
from daemon import BUILT, PROGRAM, Daemon
from everything import Everything
from name_server import NameServer
from tap import Reader
from waiting import Begun, Host

names = itertools.count(1)
FUTURE = 4_000_000_000  # seconds since 1970


def pytest_configure(config):
    if not os.path.isdir("/etc/lab"):
        pytest.exit("these tests rewrite /etc: run them with tests/lab", returncode=1)
    PROGRAM.parent.mkdir(exist_ok=True)
    for program in BUILT.parent.glob("hostdns*"):
        shutil.copy(program, PROGRAM.parent)
    config.addinivalue_line("markers", MARKER)
    config.pluginmanager.register(ConformanceTable(config), "conformance table")
    config.pluginmanager.register(tables, "tables")


def pytest_collection_modifyitems(items):
    """In each file, the tests that have been begun with it (waiting.py) come last."""
    order = {path: at for at, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (order[item.path], hasattr(item.function, "before")))


@pytest.fixture(scope="module")
def server(request):
    """One hostdnsd for a file of tests that leave no trace in it, with the file's
    SERVER_OPTIONS."""
    daemon = Daemon(*getattr(request.module, "SERVER_OPTIONS", ()))
    yield daemon
    daemon.stop()


@pytest.fixture(params=["udp", "tcp"])
def transport(request):
    """For tests of what holds over both."""
    return request.param


@pytest.fixture
def either(server, transport):
    """The server, asked over UDP, then over TCP."""
    return Over(server, transport)


class Lent:
    """What a fixture lends to a test until the test ends, or to a row of a table."""

    def __init__(self):
        self.begin()

    @contextlib.contextmanager
    def each_row(self):
        before = vars(self).copy()
        self.begin()
        try:
            yield
        finally:
            self.end()
            vars(self).update(before)


class Start(Lent):
    """Starts a hostdnsd, which the test may stop itself."""

    def begin(self):
        self.daemons = []

    def __call__(self, *options, **how):
        self.daemons.append(Daemon(*options, **how))
        return self.daemons[-1]

    def end(self):
        for daemon in self.daemons:
            if not daemon.stopped:
                daemon.stop()


@pytest.fixture
def start():
    starter = Start()
    yield starter
    starter.end()


class Etc(Lent):
    """Rewrites files of the lab's own /etc and brings them back."""

    hosts_are_of_the_future = False

    def begin(self):
        self.old = {}

    def keep(self, name):
        path = pathlib.Path("/etc", name)
        if name not in self.old:
            self.old[name] = path.read_text() if path.exists() else None
        return path

    def remove(self, name):
        self.keep(name).unlink(missing_ok=True)

    def write(self, name, text):
        """Replaces it in one step, as careful programs do."""
        path = self.keep(name)
        new = path.with_name(f"{name}.new")
        new.write_text(text)
        if name == "hosts" and self.hosts_are_of_the_future:
            os.utime(new, (FUTURE, FUTURE))
        new.replace(path)

    def add(self, name, text):
        self.write(name, pathlib.Path("/etc", name).read_text() + text)

    @staticmethod
    def rest(name):
        """Waits until the file has been left alone for so long that lookup believes what it
        has read of it (hosts_words.c)."""
        changed = pathlib.Path("/etc", name).stat().st_ctime
        while time.time() < changed + 0.2:
            time.sleep(0.01)

    def restore(self):
        """What is as it was is left alone: a new host.conf has a server replace its processes,
        which sees no edit at that moment."""
        for name, text in dict(self.old).items():
            path = pathlib.Path("/etc", name)
            if text is None:
                self.remove(name)
            elif path.is_symlink() or not path.is_file() or path.read_bytes() != text.encode():
                self.write(name, text)

    end = restore


@pytest.fixture
def etc():
    files = Etc()
    yield files
    files.restore()


@pytest.fixture(scope="module")
def module_etc():
    """As etc, for changes that stay for all tests of a file."""
    files = Etc()
    yield files
    files.restore()


@pytest.fixture(scope="module", params=[True, False], ids=["words", "no words"])
def words(request):
    """For files of tests of which each runs twice: as it is, and without lookup knowing which
    words the hosts file has, which it never believes of a file of the future."""
    path = pathlib.Path("/etc/hosts")
    before = path.read_text()
    Etc.hosts_are_of_the_future = not request.param
    Etc().write("hosts", before)
    yield request.param
    Etc.hosts_are_of_the_future = False
    Etc().write("hosts", before)


@pytest.fixture(scope="module")
def hosts(request, module_etc, words):  # pylint: disable=unused-argument
    """The file's HOSTS are the hosts file."""
    module_etc.add("hosts", request.module.HOSTS)
    module_etc.rest("hosts")


@pytest.fixture(scope="module", autouse=True)
def begun(request, module_etc):
    """The tests of a file that wait at the same time (waiting.py)."""
    items = [item for item in request.session.items
             if item.path == request.path and hasattr(item.function, "before")]
    host = Host(module_etc)
    started = Begun(host, items)
    module_etc.restore()
    yield started
    host.stop()


@pytest.fixture(scope="module")
def patience(module_etc):
    """For a file whose name servers all answer: more time for them on a busy machine."""
    module_etc.write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:4 attempts:1\n")


def make_open_folder():
    """One that a server can read though it has given up root. It ends with the lab."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="/run"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def open_folder():
    return make_open_folder()


@pytest.fixture
def everything(start, etc, open_folder):
    open_folder.chmod(0o777)
    with contextlib.closing(Reader(open_folder)) as reader:
        yield Everything(start, etc, reader, open_folder)


class Clocks:
    """The clocks that a server believes in, which a test moves by so many seconds in all."""

    PAGE = struct.Struct("qqq")

    def __init__(self, folder):
        source = pathlib.Path(__file__).parent / "preload/clocks.c"
        preloaded, self.page = folder / "clocks.so", folder / "clocks"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", preloaded, source], check=True)
        self.env = {"LD_PRELOAD": str(preloaded), "CLOCKS": str(self.page)}
        self.slept = self.stepped = self.sleeps_after_send = 0
        self.page.write_bytes(self.PAGE.pack(0, 0, 0))

    def move(self):
        with self.page.open("r+b") as page:
            page.write(self.PAGE.pack(self.slept, self.stepped, self.sleeps_after_send))

    def sleep(self, seconds):
        """The machine has slept."""
        self.slept = seconds
        self.move()

    def sleep_after_send(self, seconds):
        """The machine will sleep as soon as a process has sent a client its reply."""
        self.sleeps_after_send = seconds
        self.move()

    def step(self, seconds):
        """Somebody has set the time of day, perhaps back."""
        self.stepped = seconds
        self.move()


@pytest.fixture
def clocks(open_folder):
    return Clocks(open_folder)


@pytest.fixture
def sleep(clocks):
    """Lets the machine that a server believes in sleep for some seconds, in all."""
    def run(seconds):
        clocks.sleep(seconds)

    run.env = clocks.env
    return run


@pytest.fixture(scope="package")
def modules():
    """The environment of a server that finds the NSS modules in nss/."""
    folder = make_open_folder()
    for name in ("hang", "crash", "daemon", "forger", "garbage", "greedy", "noisy", "old", "rude",
                 "status"):
        shutil.copy(compiled(name), folder)
    return {"LD_LIBRARY_PATH": str(folder)}


def compiled(name):
    """A module beside the server. Other labs compile it too; whole is what any of them left."""
    sources = pathlib.Path(__file__).parent / "nss"
    module = BUILT.parent / "nss" / f"libnss_{name}.so.2"
    newest = max(path.stat().st_mtime for path in sources.iterdir())
    if not module.exists() or module.stat().st_mtime < newest:
        module.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=module.parent) as own:
            new = pathlib.Path(own, module.name)
            subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-shared", "-fPIC", "-O1",
                            "-o", new, sources / f"{name}.c"], check=True)
            new.replace(module)
    return module


class NameServers(Lent):
    """Starts name servers."""

    def begin(self):
        self.servers = []

    def __call__(self, address, answer, **how):
        self.servers.append(NameServer(address, answer, **how))
        return self.servers[-1]

    def end(self):
        for running in self.servers:
            running.close()


@pytest.fixture
def name_server():
    servers = NameServers()
    yield servers
    servers.end()


class Upstream(Server):
    """The fault server, which counts the questions it gets."""

    def counts(self, name):
        """{type: Counter} of what was asked for a name, in the fault server's words."""
        reply = dns.query.udp(make(f"count.{name}", "TXT"), self.to[0], timeout=5)
        counts = {}
        for text in (rr for rrset in reply.answer for rr in rrset):
            rdtype, *words = text.strings[0].decode().split()
            pairs = (word.split("=") for word in words)
            counts[rdtype] = collections.Counter({key: int(value) for key, value in pairs})
        return counts

    def count(self, name, rdtype):
        return self.counts(name).get(rdtype, collections.Counter())

    def asked(self, name):
        """{type: number} of the questions with an OPT record. Who does not answer at once,
        as on a busy machine, is asked without as well."""
        return {rdtype: count["asked"] - count["plain"]
                for rdtype, count in self.counts(name).items()}

    def answered(self, name, rdtype):
        return self.count(name, rdtype)["answered"]


@pytest.fixture(scope="package")
def upstream():
    return Upstream("127.0.0.2", 53)


@pytest.fixture
def fresh():
    """Makes a name that nobody asked before, with the faults given: fresh("qok-drop")."""
    return lambda faults: f"n{next(names)}.{faults}.fault.test"


def say(request, lines):
    """Prints them between the dots, captured or not."""
    plugins = request.config.pluginmanager
    with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
        plugins.get_plugin("terminalreporter").ensure_newline()
        for line in lines:
            plugins.get_plugin("terminalreporter").write_line(line)


@pytest.fixture(scope="module")
def stats(request):
    """Counts what a file of tests compares, and prints that at the end of the file."""
    counter = collections.Counter()
    yield counter
    say(request, [f"{request.path.name}: {number} {what}" for what, number in counter.items()])


class Matrix:
    """What was seen to work: one row for each asker, one column for each question."""

    def __init__(self, rows, columns):
        self.rows = rows
        self.columns = columns
        self.cells = {}

    def fill(self, row, column, nearest=None):
        """`nearest`: what was tested in place of the question."""
        assert row in self.rows and column in self.columns
        self.cells[row, column] = nearest or "ok"

    def missing(self):
        return [(row, column) for row in self.rows for column in self.columns
                if (row, column) not in self.cells]

    def lines(self):
        notes = [f"*{number} {cell}" for number, cell in enumerate(self.notes(), 1)]
        width = max(map(len, self.rows))
        yield "  ".join([" " * width, *self.columns])
        for row in self.rows:
            marks = (f"{self.mark(row, column):{len(column)}}" for column in self.columns)
            yield "  ".join([f"{row:{width}}", *marks]).rstrip()
        yield from notes

    def notes(self):
        return sorted({cell for cell in self.cells.values() if cell != "ok"})

    def mark(self, row, column):
        cell = self.cells.get((row, column), "-")
        return cell if cell in ("ok", "-") else f"*{self.notes().index(cell) + 1}"


@pytest.fixture(scope="module")
def matrix(request):
    """The matrix of a file that has ROWS and COLUMNS, printed at the end of the file."""
    filled = Matrix(request.module.ROWS, request.module.COLUMNS)
    yield filled
    say(request, [f"{request.path.name}:", *filled.lines()])

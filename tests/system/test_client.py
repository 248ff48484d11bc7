"""
The bundled client as a person, a script and a pipe meet it: build/hostdns against small
name servers (responder.py). Only the loopback interface is used.
"""
import concurrent.futures
import itertools
import re
import resource
import select
import signal
import socket
import subprocess
import threading
import time

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

import way
from daemon import INSTRUMENTED
from responder import ENOUGH, ENV, HOSTDNS, Responder, heed_ctrl_c
from tables import table
from waiting import waiting


class Server(Responder):
    """Hands each query to script(server, query, client), which sends what it wants."""

    def __init__(self, script, family=socket.AF_INET, over_tcp=None):
        """over_tcp(query) returns the octets that one is told over a connection."""
        super().__init__(family, listens=bool(over_tcp))
        self.script, self.over_tcp = script, over_tcp
        self.queries, self.queries_over_tcp = [], []

    def heard(self, wire, client):
        query = dns.message.from_wire(wire)
        self.queries.append(query)
        self.script(self, query, client)

    def heard_over_tcp(self, wire):
        query = dns.message.from_wire(wire)
        self.queries_over_tcp.append(query)
        return self.over_tcp(query)

    def send(self, reply, client):
        super().send(reply if isinstance(reply, bytes) else reply.to_wire(max_size=65535), client)


ZONE = [dns.rrset.from_text(*line.split(None, 4)) for line in r"""
    host.test.        60   IN A     192.0.2.10
    host.test.        60   IN AAAA  2001:db8::10
    v4only.test.      60   IN A     192.0.2.11
    v6only.test.      60   IN AAAA  2001:db8::11
    alias.test.       30   IN CNAME middle.test.
    middle.test.      30   IN CNAME host.test.
    noaddress.test.   60   IN TXT   "nothing here"
    mail.test.        3600 IN MX    10 mx.mail.test.
    odd\.name.test.   60   IN A     192.0.2.12
    svc.test.         60   IN HTTPS 1 . alpn="h2"
    10.2.0.192.in-addr.arpa. 60 IN PTR host.test.
""".strip().splitlines()]


def answer(query):
    """What a true name server says about ZONE."""
    reply = dns.message.make_response(query, recursion_available=True)
    name, rdtype = query.question[0].name, query.question[0].rdtype
    if not any(rrset.name == name for rrset in ZONE):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    while True:
        found = [r for r in ZONE if r.name == name and r.rdtype == rdtype]
        alias = [r for r in ZONE if r.name == name and r.rdtype == dns.rdatatype.CNAME]
        reply.answer += found or alias
        if found or not alias:
            return reply
        name = alias[0][0].target


def honest(server, query, client):
    server.send(answer(query), client)


def rcode(code, *ede):
    def script(server, query, client):
        reply = dns.message.make_response(query, recursion_available=True)
        reply.use_edns(0, options=list(ede))
        reply.set_rcode(code)
        server.send(reply, client)
    return script


FROM = re.compile(r'(?:From:            |; From: )(.*), in [\d.]+ m?s\n')


def run(*args, stdin='', **kwargs):
    """The client with an empty pipe for standard input, unless there are lines for it. The
    lines that tell where answers came from stand apart, in `sources`: they have times."""
    result = subprocess.run([HOSTDNS, *args], input=stdin, capture_output=True, text=True,
                            timeout=ENOUGH, env=ENV, **kwargs)
    result.sources = FROM.findall(result.stdout)
    result.stdout = FROM.sub('', result.stdout)
    return result


def ask(server, *args, **kwargs):
    return run(f'@{server.host}', '-p', str(server.port), *args, **kwargs)


def outcome(result):
    return result.returncode, result.stdout, result.stderr


@pytest.fixture
def server():
    with Server(honest) as running:
        yield running


# One shot: what is found

def test_a_name_has_a_canonical_name_and_addresses(server):
    assert outcome(ask(server, 'alias.test')) == (0, """\
Name:            alias.test
Canonical name:  host.test
IPv4 address:    192.0.2.10
IPv6 address:    2001:db8::10
""", '')


def test_one_family_of_addresses_is_enough(server):
    v4, v6 = ask(server, 'v4only.test', '+short'), ask(server, 'v6only.test', '+short')
    assert outcome(v4) == (0, '192.0.2.11\n', '')
    assert outcome(v6) == (0, '2001:db8::11\n', '')


def test_both_families_are_asked_for_together():
    waiting = []

    def when_both_came(server, query, client):
        waiting.append(query)
        for earlier in waiting if len(waiting) == 2 else []:
            server.send(answer(earlier), client)

    with Server(when_both_came) as server:
        assert ask(server, 'host.test', '+short').stdout == '192.0.2.10\n2001:db8::10\n'
        assert len(server.queries) == 2


def test_a_query_is_what_it_should_be(server):
    ask(server, 'Host.Test', 'MX')
    query, = server.queries
    assert query.question[0].to_text() == 'Host.Test. IN MX'
    assert query.opcode() == dns.opcode.QUERY
    assert query.flags == dns.flags.RD
    assert (query.edns, query.payload) == (0, 1232)
    assert [(option.otype, option.to_wire()) for option in query.options] == [(way.OPTION, b'')]


def test_ids_are_not_to_be_guessed(server):
    """Nor are those of the next client to be known by those of the last."""
    for _ in range(2):
        ask(server, *['host.test'] * 4)
    ids = {query.id for query in server.queries}
    assert len(server.queries) == 16 and len(ids) > 12


def test_records_of_a_type_come_in_presentation_form(server):
    assert outcome(ask(server, 'mail.test', 'MX')) == (
        0, 'mail.test.\t3600\tIN\tMX\t10 mx.mail.test.\n', '')
    assert ask(server, 'svc.test', 'https').stdout == 'svc.test.\t60\tIN\tHTTPS\t1 . alpn=h2\n'
    assert ask(server, 'svc.test', 'TYPE65').stdout == 'svc.test.\t60\tIN\tHTTPS\t1 . alpn=h2\n'


def test_an_alias_is_shown_with_the_records_at_its_end(server):
    assert ask(server, 'alias.test', 'A').stdout.split('\n') == [
        'alias.test.\t30\tIN\tCNAME\tmiddle.test.',
        'middle.test.\t30\tIN\tCNAME\thost.test.',
        'host.test.\t60\tIN\tA\t192.0.2.10', '']
    assert ask(server, 'alias.test', '+short').stdout == '192.0.2.10\n2001:db8::10\n'
    assert ask(server, 'alias.test', 'A', '+short').stdout == (
        'middle.test.\nhost.test.\n192.0.2.10\n'), 'as dig does'
    assert ask(server, 'alias.test', 'CNAME', '+short').stdout == 'middle.test.\n'


def test_a_reverse_name_is_made_of_an_address(server):
    assert ask(server, '-x', '192.0.2.10').stdout == (
        '10.2.0.192.in-addr.arpa.\t60\tIN\tPTR\thost.test.\n')
    assert outcome(ask(server, '+short', '-x', '192.0.2.10')) == (0, 'host.test.\n', '')
    result = ask(server, '-x', '2001:db8::1')
    assert result.returncode == 1
    assert result.stderr.startswith('hostdns: 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.'
                                    '8.b.d.0.1.0.0.2.ip6.arpa: no such name')


def test_a_final_dot_changes_nothing_and_hides_a_type(server):
    assert ask(server, 'host.test.').stdout == ask(server, 'host.test').stdout
    result = ask(server, 'host.test', 'mx.', '+short')
    assert result.stdout == '192.0.2.10\n2001:db8::10\n'
    assert result.stderr.startswith('hostdns: mx: no such name')


def test_an_escaped_name_is_found(server):
    assert ask(server, r'odd\.name.test').stdout.startswith(
        'Name:            odd\\.name.test\nCanonical name:  odd\\.name.test\n')


def test_several_names_keep_their_order(server):
    result = ask(server, 'v6only.test', 'AAAA', '-x', '192.0.2.10', 'v4only.test', '+short')
    assert result.stdout == '2001:db8::11\nhost.test.\n192.0.2.11\n'


def test_a_server_may_be_named_in_one_word_and_over_ipv6(server):
    assert run(f'@127.0.0.1:{server.port}', 'v4only.test', '+short').stdout == '192.0.2.11\n'
    with Server(honest, socket.AF_INET6) as six:
        assert run(f'@[::1]:{six.port}', 'v4only.test', '+short').stdout == '192.0.2.11\n'
        assert run('@::1', f'-p{six.port}', 'v4only.test', '+short').stdout == '192.0.2.11\n'


# One shot: what is not found, and failures

def test_no_such_name(server):
    assert outcome(ask(server, 'nx.test')) == (
        1, '', f'hostdns: nx.test: no such name (NXDOMAIN), says {server.says}\n')


def test_no_such_records(server):
    assert outcome(ask(server, 'noaddress.test')) == (
        1, '', 'hostdns: noaddress.test: the name exists but has no addresses, '
        f'says {server.says}\n')
    assert outcome(ask(server, 'alias.test', 'MX')) == (
        1, '', 'hostdns: alias.test (alias of host.test): the name exists but has no MX '
        f'records, says {server.says}\n')


def test_server_failure_with_the_reason():
    reason = dns.edns.EDEOption(22, 'resolver said: timed out')
    with Server(rcode(dns.rcode.SERVFAIL, reason)) as server:
        assert outcome(ask(server, 'host.test')) == (
            2, '', f'hostdns: host.test: SERVFAIL (server failure), says {server.says}: '
            'No Reachable Authority (22): resolver said: timed out\n')


@table('code', ['FORMERR', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'BADVERS'])
def test_any_other_rcode_is_a_failure(code):
    with Server(rcode(dns.rcode.from_text(code))) as server:
        result = ask(server, 'host.test', 'TXT')
        assert (result.returncode, result.stdout) == (2, '')
        assert re.fullmatch(f'hostdns: host.test: {code}( \\(.*\\))?, says {server.says}\n',
                            result.stderr)


def test_formerr_without_question_is_a_failure():
    def bare(server, query, client):
        server.send(query.id.to_bytes(2, 'big') + b'\x80\x01' + bytes(8), client)

    with Server(bare) as server:
        result = ask(server, 'host.test')
        assert result.returncode == 2 and 'FORMERR' in result.stderr


def test_half_an_answer_is_shown_and_the_failure_told():
    def only_v4(server, query, client):
        failing = query.question[0].rdtype == dns.rdatatype.AAAA
        (rcode(dns.rcode.SERVFAIL) if failing else honest)(server, query, client)

    with Server(only_v4) as server:
        assert outcome(ask(server, 'host.test', '+short')) == (
            2, '192.0.2.10\n',
            f'hostdns: host.test AAAA: SERVFAIL (server failure), says {server.says}\n')


def test_the_highest_exit_code_wins(server):
    assert ask(server, 'host.test', 'nx.test', 'host.test').returncode == 1
    assert ask(server, 'nx.test', 'a..b', 'host.test').returncode == 64


def test_nobody_listens():
    with Server(honest) as gone:
        pass
    start = time.monotonic()
    assert outcome(ask(gone, 'host.test')) == (
        3, '', f'hostdns: host.test: nobody answers at {gone.says} (is hostdnsd running?)\n')
    assert time.monotonic() - start < 4


pool = concurrent.futures.ThreadPoolExecutor(2)


def ask_meanwhile(server, *args):
    """A future of what comes, and after how many seconds."""
    def asking():
        start = time.monotonic()
        result = ask(server, *args)
        return outcome(result), time.monotonic() - start

    return pool.submit(asking)


@waiting
def test_silence_is_no_reply(host):
    with Server(lambda *_: None) as server:
        future = ask_meanwhile(server, 'host.test', 'A')
        yield
        said, seconds = future.result()
        assert said == (
            3, '', f'hostdns: host.test: no reply from {server.says} (2 tries of 5 s)\n')
        assert 9.9 < seconds < 20
        assert [query.id for query in server.queries] == [server.queries[0].id] * 2


@waiting
def test_a_lost_reply_is_asked_for_again(host):
    def second_time(server, query, client):
        if len(server.queries) == 2:
            honest(server, query, client)

    with Server(second_time) as server:
        future = ask_meanwhile(server, 'v4only.test', 'A', '+short')
        yield
        assert future.result()[0] == (0, '192.0.2.11\n', '')


# Replies that are none

def lie(query):
    """An NXDOMAIN, which would be believed if it were taken for the reply."""
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


def wrong_id(server, query, client):
    reply = lie(query)
    reply.id ^= 0x5555
    server.send(reply, client)


def wrong_name(server, query, client):
    server.send(lie(dns.message.make_query('other.test', 'A', id=query.id)), client)


def wrong_type(server, query, client):
    server.send(lie(dns.message.make_query(query.question[0].name, 'MX', id=query.id)), client)


def wrong_class(server, query, client):
    server.send(lie(dns.message.make_query(query.question[0].name, 'A', 'CH', id=query.id)), client)


def no_question(server, query, client):
    server.send(query.id.to_bytes(2, 'big') + b'\x80\x03' + bytes(8), client)


def echo(server, query, client):
    server.send(query, client)


def wrong_opcode(server, query, client):
    reply = lie(query)
    reply.set_opcode(dns.opcode.NOTIFY)
    server.send(reply, client)


def wrong_source(server, query, client):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(('127.0.0.1', 0))
        stranger.sendto(lie(query).to_wire(), client)


def wrong_address(server, query, client):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(('127.0.0.2', server.port))
        stranger.sendto(lie(query).to_wire(), client)


def too_short(server, query, client):
    server.send(lie(query).to_wire()[:11], client)
    server.send(b'x', client)


FALSE = [wrong_id, wrong_name, wrong_type, wrong_class, no_question, echo, wrong_opcode,
         wrong_source, wrong_address, too_short]


def test_a_false_reply_is_ignored_and_the_true_one_awaited():
    """By one client, which asks for a name after each lie, so that it tells those it believes."""
    lies = {f'{first.__name__}.test.': first for first in FALSE}

    def script(server, query, client):
        name = query.question[0].name
        lies[name.to_text()](server, query, client)
        reply = dns.message.make_response(query, recursion_available=True)
        reply.answer.append(dns.rrset.from_text(name, 60, 'IN', 'A', '192.0.2.11'))
        server.send(reply, client)

    with Server(script) as server:
        result = ask(server, *[word for name in lies for word in (name, 'A')], '+short')
        assert result.stderr == ''
        assert (result.returncode, result.stdout) == (0, '192.0.2.11\n' * len(lies))
        assert len(server.queries) == len(lies), 'none is asked twice'


def test_the_letter_case_of_the_reply_does_not_matter():
    def shout(server, query, client):
        reply = answer(query)
        wire = reply.to_wire().replace(b'\x06v4only\x04test', b'\x06V4ONLY\x04TEST')
        server.send(wire, client)

    with Server(shout) as server:
        assert outcome(ask(server, 'v4only.test', '+short')) == (0, '192.0.2.11\n', '')


# Replies that are odd

def truncate(server, query, client):
    reply = answer(query)
    reply.flags |= dns.flags.TC
    server.send(reply, client)


def truncate_to_nothing(server, query, client):
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.TC
    server.send(reply, client)


def framed(message):
    wire = message if isinstance(message, bytes) else message.to_wire(max_size=65535)
    return len(wire).to_bytes(2, 'big') + wire


def honest_over_tcp(query):
    return framed(answer(query))


def test_what_does_not_fit_a_datagram_is_asked_for_over_tcp():
    for script in truncate, truncate_to_nothing:
        with Server(script, over_tcp=honest_over_tcp) as server:
            assert outcome(ask(server, 'host.test', '+short')) == (
                0, '192.0.2.10\n2001:db8::10\n', '')
            assert outcome(ask(server, 'nx.test', 'MX')) == (
                1, '', f'hostdns: nx.test: no such name (NXDOMAIN), says {server.says}\n')
            assert [query.to_wire() for query in server.queries_over_tcp] == [
                query.to_wire() for query in server.queries], "the same questions"


@pytest.mark.parametrize('family', [socket.AF_INET, socket.AF_INET6])
def test_tcp_alone(family):
    with Server(honest, family, over_tcp=honest_over_tcp) as server:
        assert outcome(ask(server, 'v4only.test', '+short', '+tcp')) == (0, '192.0.2.11\n', '')
        assert outcome(ask(server, '+tcp', '+short', stdin='v4only.test A\nhost.test MX\n')) == (
            1, '192.0.2.11\n', 'hostdns: host.test: the name exists but has no MX records, says '
            f'{server.says}\n')
        assert not server.queries


def test_tcp_alone_where_nobody_listens(server):
    assert outcome(ask(server, 'v4only.test', 'A', '+tcp')) == (
        3, '', f'hostdns: v4only.test: nobody answers at {server.says} (is hostdnsd running?)\n')


def test_a_truncated_answer_is_shown_and_said_to_be_so():
    with Server(truncate, over_tcp=honest_over_tcp) as server:
        assert outcome(ask(server, 'v4only.test', 'A', '+short', '+ignore')) == (
            2, '192.0.2.11\n', f'hostdns: v4only.test: the answer from {server.says} was '
            'truncated, records are missing\n')
        assert outcome(ask(server, 'v4only.test', 'MX', '+ignore')) == (
            2, '', f'hostdns: v4only.test: the answer from {server.says} was '
            'truncated, nothing of it is left\n')
        assert not server.queries_over_tcp


def cut_off(query):
    return honest_over_tcp(query)[:-1]


def of_another_id(query):
    reply = answer(query)
    reply.id ^= 1
    return framed(reply)


@table('over_tcp, why', [
    (None, 'Connection refused'), (cut_off, 'the server closed the connection'),
    (of_another_id, 'Bad message'), (lambda query: b'', 'the server closed the connection'),
    (lambda query: framed(b''), 'Bad message'), (lambda query: b'\xff\xff' + bytes(65535),
                                                'Bad message')])
def test_the_truncated_answer_is_shown_if_tcp_fails(over_tcp, why):
    with Server(truncate, over_tcp=over_tcp) as server:
        assert outcome(ask(server, 'v4only.test', 'A', '+short')) == (
            2, '192.0.2.11\n', f'hostdns: v4only.test: the answer from {server.says} was '
            f'truncated, records are missing, and TCP failed: {why}\n')


def test_ctrl_c_while_tcp_is_silent_ends_it():
    asked, over = threading.Event(), threading.Event()

    def silent(query):
        asked.set()
        over.wait(ENOUGH)
        return b''

    with Server(truncate, over_tcp=silent) as server:
        with subprocess.Popen([HOSTDNS, f'@127.0.0.1:{server.port}', 'v4only.test'], env=ENV,
                              stdin=subprocess.DEVNULL, preexec_fn=heed_ctrl_c) as client:
            assert asked.wait(ENOUGH)
            client.send_signal(signal.SIGINT)
            assert client.wait(ENOUGH) == -signal.SIGINT
        over.set()


VIEWS = ('+short', '+nosource', '+dig', '+multiline', '+yaml', '+json', '+trace')
MEMORY = 3 << 20  # data of the client and its libraries: the text of 64 KiB is 256 KiB


def bound_memory():
    """A sanitizer has memory of its own. What a process has had at most would be that of
    this one, from which it is forked."""
    if not INSTRUMENTED:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


@table('rdtype, data', [
    ('TXT', [bytes(64000)]), ('TXT', [(b'\xff' + b'y' * 255) * 250]),
    ('TXT', [b''.join(b'\xff' + bytes(range(at % 2, 255 + at % 2)) for at in range(250))]),
    ('TYPE65280', [bytes(64000)]), ('A', [i.to_bytes(4, 'big') for i in range(4050)])])
def test_an_answer_of_64_kib_costs_a_few_times_its_size(rdtype, data):
    big = dns.message.make_response(dns.message.make_query('big.test', rdtype))
    big.answer += [rrset('big.test', rdtype, octets) for octets in data]

    def tell_big(query):
        big.id = query.id
        return framed(big)

    with Server(truncate_to_nothing, over_tcp=tell_big) as server:
        for view in VIEWS:
            shown = subprocess.run([HOSTDNS, f'@127.0.0.1:{server.port}', 'big.test', rdtype, view],
                                   env=ENV, stdin=subprocess.DEVNULL, capture_output=True,
                                   preexec_fn=bound_memory, timeout=ENOUGH)
            assert (shown.returncode, shown.stderr) == (0, b''), view
            assert len(shown.stdout) >= 32000, view


def hostile(*rrsets):
    def script(server, query, client):
        reply = dns.message.make_response(query)
        reply.answer += [rrset for rrset in rrsets if rrset.name == query.question[0].name
                         or rrset.rdtype != dns.rdatatype.CNAME]
        server.send(reply, client)
    return script


def rrset(name, rdtype, wire):
    """A record with these octets of data; name is a list of labels or text."""
    owner = dns.name.Name(name) if isinstance(name, list) else dns.name.from_text(name)
    data = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), wire)
    return dns.rrset.from_rdata(owner, 60, data)


def is_harmless(text):
    return all(' ' <= c < '\x7f' or c in '\n\t' for c in text)


def test_control_octets_do_not_reach_the_terminal():
    evil = b'\x1b]0;owned\x07\n\r\x9b\xff\x00'
    label = bytes([len(evil)]) + evil
    with Server(hostile(rrset('evil.test', 'TXT', label), rrset([evil, b''], 'TXT', label),
                        rrset('evil.test', 'CNAME', label + b'\0'))) as server:
        result = ask(server, 'evil.test', 'TXT')
        assert result.stdout and is_harmless(result.stdout + result.stderr)
        result = ask(server, 'evil.test')
        assert is_harmless(result.stdout + result.stderr)
        assert r'(alias of \027]0\;owned\007\010\013\155\255\000)' in result.stderr


def test_control_octets_in_a_canonical_name_are_escaped():
    evil = b'\x1b[2Jx'
    with Server(hostile(rrset('evil.test', 'CNAME', b'\5' + evil + b'\0'),
                        rrset([evil, b''], 'A', bytes([192, 0, 2, 66])))) as server:
        result = ask(server, 'evil.test')
        assert 'Canonical name:  \\027[2Jx\n' in result.stdout
        assert is_harmless(result.stdout)


def test_control_octets_in_a_reason_are_escaped():
    reason = dns.edns.EDEOption(0, 'a\x1b[31mb\n\x9b')
    with Server(rcode(dns.rcode.SERVFAIL, reason)) as server:
        result = ask(server, 'host.test', 'A')
        assert result.stderr.endswith(': Other Error (0): a\\027[31mb\\010\\194\\155\n')
        assert is_harmless(result.stderr)


def test_data_that_is_no_address_is_not_shown_as_one():
    with Server(hostile(rrset('bad.test', 'A', b'\x1b[31'), rrset('bad.test', 'A', b'12345'),
                        rrset('bad.test', 'AAAA', b''))) as server:
        result = ask(server, 'bad.test', '+short')
        assert (result.returncode, result.stdout) == (2, '27.91.51.49\n')
        assert f'{server.says} sent a malformed reply' in result.stderr
        assert ask(server, 'bad.test', 'A', '+short').stdout == (
            '27.91.51.49\n\\# 5 3132333435\n\\# 0\n')


def test_records_beside_the_question_are_no_answer():
    with Server(hostile(rrset('other.test', 'A', b'1234'))) as server:
        assert outcome(ask(server, 'host.test'))[:2] == (1, '')


def test_a_circle_of_aliases_ends():
    def circle(server, query, client):
        reply = dns.message.make_response(query)
        reply.answer += [rrset('a.test', 'CNAME', b'\1b\4test\0'),
                         rrset('b.test', 'CNAME', b'\1a\4test\0')]
        server.send(reply, client)

    with Server(circle) as server:
        assert ask(server, 'a.test').returncode == 1


def test_every_cut_of_a_reply_is_survived():
    """By one client, which hears them all and says of each that it is none."""
    least = 12 + 16  # the header and the question
    sizes = []

    def cut(server, query, client):
        wire = answer(query).to_wire()
        sizes.append(least + len(sizes) if server.cutting else len(wire))
        server.send(wire[:sizes[-1]], client)

    with Server(cut) as server:
        server.cutting = False
        assert ask(server, 'alias.test', 'A').returncode == 0
        cuts = list(range(least, sizes.pop()))
        server.cutting = True
        result = ask(server, *['alias.test', 'A'] * len(cuts))
        assert (result.returncode, sizes) == (2, cuts), result
        assert is_harmless(result.stdout + result.stderr)
        malformed = re.compile(f'hostdns: alias.test(?: \\(alias of .*\\))?: {server.says} '
                               'sent a malformed reply')
        for size, line in itertools.zip_longest(cuts, result.stderr.splitlines()):
            assert line and malformed.fullmatch(line), f'cut to {size} octets'


def test_a_big_reply_is_taken_whole():
    text = b'\xff' + b'y' * 255
    with Server(hostile(rrset('big.test', 'TXT', text * 15))) as server:
        assert ask(server, 'big.test', 'TXT', '+short').stdout.count('y' * 255) == 15


def test_many_empty_strings_cost_little():
    with Server(hostile(rrset('big.test', 'TXT', bytes(4000)))) as server:
        start = time.monotonic()
        assert ask(server, 'big.test', 'TXT', '+short').stdout.count('""') == 4000
        assert time.monotonic() - start < 60


# The command line

@table('args, message', [
    (['--foo'], 'unknown option "--foo"'), (['+tls'], 'unknown option "+tls"'),
    (['-p'], 'PORT is missing'), (['-p', '65536', 'a'], '"65536" is not a port'),
    (['-p', 'x'], '"x" is not a port'), (['@host.test#x'], 'no ADDRESS, ADDRESS#PORT or NAME'),
    (['-x', 'host.test'], 'not an IPv4 or IPv6 address'), (['a..b'], 'not a domain name'),
    (['x' * 64], 'not a domain name'), ([''], 'not a domain name'),
    (['-t', 'MX'], 'no NAME'), (['-t', 'MXX', 'a'], '"MXX" is not a type'),
    (['a.test', 'MXX'], 'did you mean MX?'), (['CNAM', 'a.test'], 'did you mean CNAME?')])
def test_a_mistake_is_one_clear_line(args, message):
    result = run(*args)
    assert (result.returncode, result.stdout) == (64, '')
    assert result.stderr.startswith('hostdns: ') and message in result.stderr
    assert result.stderr.count('\n') == 1


def test_a_server_by_its_name_is_looked_up_at_hostdnsd(start, etc):
    """For which this host has one that knows its names; each address with the usual port."""
    def outcome_at(*args):
        result = run(*args, 'host.test', '+short', 'A')
        return result.returncode, result.stdout + result.stderr

    assert outcome_at('@v4only.lab') == (
        64, "hostdns: @v4only.lab: nobody answers at 127.0.0.1 port 5353 "
            "(is hostdnsd running?)\n")
    start(listen='127.0.0.1:5353')
    with Server(honest) as server:
        assert outcome_at(f'@localhost#{server.port}') == (0, '192.0.2.10\n')
        assert outcome_at('@localhost', '-p', str(server.port), '-4') == (0, '192.0.2.10\n')
    with Server(honest, family=socket.AF_INET6) as server:
        assert outcome_at('-6', f'@localhost#{server.port}') == (0, '192.0.2.10\n')
    assert outcome_at('@v4only.lab', '-6') == (
        64, 'hostdns: @v4only.lab: no IPv6 address is known by 127.0.0.1 port 5353\n')
    assert outcome_at('@nosuch.example.test') == (
        64, 'hostdns: @nosuch.example.test: no address is known by 127.0.0.1 port 5353\n')


def test_the_search_list_is_tried_where_it_is_asked_for(start, etc):
    """As dig does: a name with a dot first as it is, one without it last."""
    etc.write('resolv.conf', 'nameserver 127.0.0.2\nsearch nosuch.test test\n')
    with Server(honest) as server:
        def asked(*args, **options):
            server.queries.clear()
            result = ask(server, '+short', *args, **options)
            return result.returncode, [str(query.question[0].name) for query in server.queries]

        assert asked('host', 'A', '+search') == (0, ['host.nosuch.test.', 'host.test.'])
        assert asked('host', 'A') == (1, ['host.'])
        assert asked('host.', 'A', '+search') == (1, ['host.'])
        assert asked('host', 'A', '+domain=test') == (0, ['host.test.'])
        assert asked('nosuch.host', 'A', '+search') == (
            1, ['nosuch.host.', 'nosuch.host.nosuch.test.', 'nosuch.host.test.'])
        assert asked('nosuch.host', 'A', '+search', '+ndots=2') == (
            1, ['nosuch.host.nosuch.test.', 'nosuch.host.test.', 'nosuch.host.'])
        assert asked('+search', stdin='host A\n') == (0, ['host.nosuch.test.', 'host.test.'])


def test_what_stands_in_the_query():
    with Server(honest) as server:
        ask(server, '+short', '+norec', '+cdflag', '+adflag', '+dnssec', '+nsid', '+bufsize=4096',
            '+subnet=192.0.2.77/24', '+cookie=0011223344556677', 'CH', 'TXT', 'host.test',
            '+tries=1', '+timeout=1')
        query = server.queries[0]
        assert dns.flags.to_text(query.flags) == 'AD CD'
        assert (query.edns, query.ednsflags, query.payload) == (0, dns.flags.DO, 4096)
        assert [int(option.otype) for option in query.options] == [3, 8, 10]
        assert query.options[1].to_text() == 'ECS 192.0.2.0/24 scope/0'
        assert query.options[2].to_wire() == bytes.fromhex('0011223344556677')
        assert (query.question[0].rdclass, query.question[0].rdtype) == (3, 16)
        ask(server, '+short', '+noedns', 'host.test', 'A')
        assert server.queries[-1].edns == -1
        assert dns.flags.to_text(server.queries[-1].flags) == 'RD'


@table('args, queries, seconds', [
    (['+tries=3', '+timeout=1'], 3, 3), (['+retry=1', '+time=1'], 2, 2),
    (['+tries=1', '+timeout=1'], 1, 1)])
def test_tries_and_their_time_are_as_asked_for(args, queries, seconds):
    with Server(lambda *_: None) as server:
        result = ask(server, 'host.test', 'A', *args)
        assert (result.returncode, len(server.queries)) == (3, queries)
        tries = 'try' if queries == 1 else 'tries'
        assert f'({queries} {tries} of {seconds // queries} s)' in result.stderr


def test_version_and_help():
    for word in '-V', '--version':
        assert re.fullmatch(r'hostdns \d+\.\d+\S*\n', run(word).stdout)
    for word in '-h', '--help':
        shown = run(word)
        assert shown.returncode == 0 and shown.stdout.startswith('usage: hostdns [@SERVER] ')
        assert shown.stdout.count('\n') < 25, 'one screen'


@table('args, expected', [
    (['MX', 'mail.test'], '10 mx.mail.test.\n'), (['mail.test', 'MX'], '10 mx.mail.test.\n'),
    (['-t', 'mx', 'mail.test'], '10 mx.mail.test.\n'),
    (['mail.test', '-t', 'mx'], '10 mx.mail.test.\n'),
    (['A', 'host.test', 'AAAA', '-q', 'noaddress.test', 'TXT'],
     '192.0.2.10\n2001:db8::10\n"nothing here"\n'),
    (['192.0.2.10'], 'host.test.\n'), (['-q', '192.0.2.10'], 'host.test.\n'),
    (['--', 'v4only.test'], '192.0.2.11\n')])
def test_types_and_names_stand_where_people_put_them(args, expected):
    with Server(honest) as server:
        result = ask(server, '+short', *args)
        assert result.stdout == expected


def test_addresses_and_types_from_a_pipe(server):
    assert outcome(ask(server, '+short', stdin='192.0.2.10\nMX mail.test\nhost.test A AAAA\n')) == (
        0, 'host.test.\n10 mx.mail.test.\n192.0.2.10\n2001:db8::10\n', '')


def test_the_server_may_come_from_the_environment(server):
    env = {**ENV, 'HOSTDNS_SERVER': f'127.0.0.1#{server.port}'}
    result = subprocess.run([HOSTDNS, '+short', 'v4only.test'], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, env=env, timeout=ENOUGH)
    assert outcome(result) == (0, '192.0.2.11\n', '')


def test_output_that_cannot_be_written_is_told(server):
    with open('/dev/full', 'w') as full:
        result = subprocess.run([HOSTDNS, '@127.0.0.1', '-p', str(server.port), 'host.test'],
                                stdout=full, stderr=subprocess.PIPE, text=True, env=ENV,
                                timeout=ENOUGH)
    assert result.returncode == 74
    assert result.stderr.startswith('hostdns: cannot write: ')


# Names from a pipe

def test_each_line_is_a_name(server):
    lines = '# names\n\nv4only.test\r\n  mail.test\tMX  # mail\nv6only.test AAAA'
    assert outcome(ask(server, '+short', stdin=lines)) == (
        0, '192.0.2.11\n10 mx.mail.test.\n2001:db8::11\n', '')
    assert ask(server, stdin='alias.test\n').stdout == ask(server, 'alias.test').stdout


def test_the_worst_line_decides_and_the_rest_goes_on(server):
    result = ask(server, '+short', stdin='nx.test\nv4only.test\n')
    assert (result.returncode, result.stdout) == (1, '192.0.2.11\n')
    result = ask(server, '+short', stdin='host.test NOTYPE\nnx.test\nv4only.test\n')
    assert (result.returncode, result.stdout) == (64, '192.0.2.11\n')
    assert result.stderr.startswith('hostdns: line 1: more than one NAME\n')


def test_no_lines_are_no_mistake(server):
    assert outcome(ask(server)) == (0, '', '')


def test_an_answer_does_not_wait_for_the_next_line(server):
    with subprocess.Popen([HOSTDNS, f'@127.0.0.1:{server.port}', '+short'], text=True, env=ENV,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        for _ in range(3):
            client.stdin.write('v4only.test\n')
            client.stdin.flush()
            ready, _, _ = select.select([client.stdout], [], [], ENOUGH)
            assert ready and client.stdout.readline() == '192.0.2.11\n'
        client.stdin.close()
        assert client.wait(ENOUGH) == 0

"""
The dialogue of hostdns as a person at a terminal meets it, from the first prompt to the shell's
own one behind it.
"""
import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import termios
import threading
import time

import pytest

from responder import ENOUGH, ENV, HOSTDNS
from tables import table
from test_client import FROM, Server, honest, server  # noqa: F401

NAME = 'Enter hostname to be looked up: '
ENTER = "Press 'Ctrl + C' to exit or 'Enter' to continue."
CLOSED = '\r\nDNS client socket closed\r\n'
CTRL_C, CTRL_D, CTRL_Z, UP = '\x03', '\x04', '\x1a', '\x1b[A'


class Person:
    """Somebody at a terminal, with the client in front of him."""

    def __init__(self, server, *args, own=True, columns=0, rows=0, **env):
        """The terminal controls the client, unless it is not its `own`."""
        self.terminal, client_side = pty.openpty()
        fcntl.ioctl(client_side, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.before = termios.tcgetattr(client_side)
        self.client_side = client_side
        self.seen = ''
        self.client = subprocess.Popen(
            args or [HOSTDNS, f'@127.0.0.1:{server.port}'], stdin=client_side,
            stdout=client_side, stderr=client_side, start_new_session=True,
            env={**ENV, 'LC_ALL': 'C.UTF-8', **env},
            preexec_fn=lambda: own and fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def type(self, keys):
        os.write(self.terminal, keys if isinstance(keys, bytes) else keys.encode())

    def answer(self, keys):
        """Types at the prompt for names."""
        self.see(NAME)
        self.type(keys)

    def ask(self, keys):
        """What is shown for a line at the prompt for names, up to the one for Enter."""
        self.answer(keys)
        return self.see(ENTER)

    def begin(self, keys):
        """Types part of a line at the prompt for names, and sees it there."""
        self.answer(keys)
        self.see(keys)

    def end(self, keys=CTRL_C):
        self.type(keys)
        self.ends()

    def ends(self):
        self.see(CLOSED)
        self.leave()

    def see(self, text):
        """Reads until the text is there; what came before it is returned and forgotten."""
        deadline = time.monotonic() + ENOUGH
        while text not in self.seen:
            ready, _, _ = select.select([self.terminal], [], [], deadline - time.monotonic())
            assert ready, f'{text!r} did not come: {self.seen!r}'
            self.seen += os.read(self.terminal, 4096).decode(errors='replace')
        before, self.seen = self.seen.split(text, 1)
        return before

    def leave(self, status=0):
        assert self.client.wait(ENOUGH) == status
        assert termios.tcgetattr(self.client_side) == self.before

    def hang_up(self):
        if self.terminal is not None:
            os.close(self.terminal)
        self.terminal = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.client.poll() is None:
            self.client.kill()
            self.client.wait()
        self.hang_up()
        os.close(self.client_side)


def test_a_dialogue_from_name_to_name(server):
    with Person(server) as person:
        seen = person.ask('alias.test\n').replace('\r', '')
        assert FROM.findall(seen) == [server.says]
        assert FROM.sub('', seen).endswith('Name:            alias.test\n'
                                           'Canonical name:  host.test\n'
                                           'IPv4 address:    192.0.2.10\n'
                                           'IPv6 address:    2001:db8::10\n')
        person.type('\n')
        assert 'hostdns: nx.test: no such name (NXDOMAIN)' in person.ask('nx.test\n')
        person.end()


def test_an_empty_name_is_asked_for_again(server):
    with Person(server) as person:
        for keys in ['\n', '   \n', '\n']:
            person.answer(keys)
        person.see(NAME)
        person.end(CTRL_D)
    assert server.queries == []


@table('key', [CTRL_C, CTRL_D])
def test_the_dialogue_ends_at_any_prompt(server, key):
    with Person(server) as person:
        person.see(NAME)
        person.end(key)
    with Person(server) as person:
        person.ask('host.test\n')
        person.end(key)


def test_ctrl_c_ends_the_dialogue_within_a_name(server):
    with Person(server) as person:
        person.begin('half')
        person.end()
    assert server.queries == []


def test_ctrl_c_ends_the_dialogue_within_a_query():
    asked = threading.Event()
    with Server(lambda *_: asked.set()) as server, Person(server) as person:
        person.answer('host.test\n')
        assert asked.wait(ENOUGH)
        start = time.monotonic()
        person.end()
        assert time.monotonic() - start < 4


def test_a_server_that_is_not_there_does_not_end_the_dialogue():
    with Server(honest) as gone:
        pass
    with Person(gone) as person:
        for _ in range(2):
            assert f'nobody answers at {gone.says}' in person.ask('host.test\n')
            person.type('\n')
        person.see(NAME)
        person.end()


@pytest.mark.parametrize('term', ['xterm', 'dumb'])
def test_lines_can_be_edited_and_brought_back(server, term):
    with Person(server, TERM=term) as person:
        person.see(NAME)
        person.type('4only.tesx\x7ft\x01v\n')  # backspace; Ctrl+A: to the start of the line
        assert '192.0.2.11' in person.see(ENTER)
        person.type('\n')
        assert '192.0.2.11' in person.ask(UP + '\n')
        person.end()
    assert [query.question[0].name.to_text() for query in server.queries] == ['v4only.test.'] * 4


def test_keys_beyond_ascii_do_no_harm(server):
    with Person(server) as person:
        person.ask('m\u00fcller.test\n')
        person.type('\n')
        person.see(NAME)
        person.end()


def test_a_type_may_be_typed_behind_the_name(server):
    with Person(server) as person:
        assert '10 mx.mail.test.' in person.ask('mail.test MX\n')
        person.end(CTRL_D)


def test_a_stopped_dialogue_goes_on(server):
    with Person(server) as person:
        person.begin('v4on')
        person.client.send_signal(signal.SIGSTOP)
        person.client.send_signal(signal.SIGCONT)
        person.type('ly.test\n')
        assert '192.0.2.11' in person.see(ENTER)
        person.end()


def test_a_killed_dialogue_leaves_the_terminal_in_order(server):
    with Person(server) as person:
        person.begin('half')
        person.client.terminate()
        person.leave(-signal.SIGTERM)


def test_without_a_terminal_for_output_there_is_no_dialogue(server):
    with Person(server) as person:
        person.see(NAME)
        reader = subprocess.Popen(
            [HOSTDNS, f'@127.0.0.1:{server.port}', '+short'], stdin=person.client_side,
            stdout=subprocess.PIPE, env=ENV, text=True)
        person.client.kill()
        person.client.wait()
        termios.tcsetattr(person.client_side, termios.TCSANOW, person.before)
        person.type('v4only.test\n' + CTRL_D)
        assert reader.communicate(timeout=ENOUGH)[0] == '192.0.2.11\n'


def names(server):
    """Those asked about, each once for its two types."""
    return [query.question[0].name.to_text() for query in server.queries[::2]]


# Several lines at once

def test_every_pasted_line_is_asked_about(server):
    with Person(server) as person:
        assert '192.0.2.11' in person.ask('v4only.test\nv6only.test\n\nhost.test\n')
        assert '2001:db8::11' in person.ask('')
        assert '192.0.2.10' in person.ask('')
        person.end()
    assert names(server) == ['v4only.test.', 'v6only.test.', 'host.test.']


def test_a_thousand_pasted_lines_are_asked_about(server):
    with Person(server) as person:
        typing = threading.Thread(
            target=lambda: [person.type(f'n{i}.test\n') for i in range(1000)])
        typing.start()
        for _ in range(1000):
            person.see(ENTER)
        typing.join()
        person.end()
    assert names(server) == [f'n{i}.test.' for i in range(1000)]


def test_a_pasted_end_is_an_end(server):
    with Person(server) as person:
        person.ask('v4only.test\nquit\n')
        person.ends()
    assert names(server) == ['v4only.test.']


def test_what_is_typed_instead_of_enter_is_the_next_name(server):
    with Person(server) as person:
        person.ask('host.test\n')
        person.type('v')
        person.see(f'\r\n{NAME}v')
        person.type('4only.test\n')
        assert '192.0.2.11' in person.see(ENTER)
        person.end()


def slow_server():
    """It sets `asked` when a query comes, and waits for `may_answer`."""
    def slow(_, query, client):
        server.asked.set()
        assert server.may_answer.wait(ENOUGH)
        honest(server, query, client)

    server = Server(slow)
    server.asked, server.may_answer = threading.Event(), threading.Event()
    return server


def test_what_is_typed_during_a_query_is_the_next_name():
    with slow_server() as server, Person(server) as person:
        person.answer('host.test\n')
        assert server.asked.wait(ENOUGH)
        person.type('v4only.test\n')
        person.see('v4only.test\r\n')  # the terminal shows it by itself
        server.may_answer.set()
        person.see(ENTER)
        assert '192.0.2.11' in person.ask('')
        person.end()


def test_an_end_that_is_typed_during_a_query_is_one():
    with slow_server() as server, Person(server) as person:
        person.answer('v4only.test\nv6only.test\n')
        assert server.asked.wait(ENOUGH)
        person.type('quit\n')
        server.may_answer.set()
        person.see(ENTER)
        assert '2001:db8::11' in person.see(ENTER)
        person.ends()


def test_ctrl_c_right_behind_a_key_ends_the_dialogue(server):
    for _ in range(10):
        with Person(server) as person:
            person.ask('v4only.test\n')
            person.type('\n')
            person.type(CTRL_C)  # the terminal forgets what was typed before it
            person.ends()


# Octets

@table('locale, typed, asked', [
    ('C', b'prin\xc3\xa4ter', 'xn--printer-8wa.'),
    ('C.UTF-8', b'prin\xc3\xa4ter', 'xn--printer-8wa.'),
    ('C.UTF-8', b'Prin\xc3\xa4ter.test', 'xn--printer-8wa.test.'),
])
def test_letters_are_asked_for_as_names_have_them(locale, typed, asked):
    with Server(honest) as server:
        with Person(server, LC_ALL=locale) as person:
            person.ask(typed + b'\n')
            person.end()
        assert names(server) == [asked]


@table('locale, typed', [
    ('C', b'prin\xc3\xa4\xe4ter'), ('C.UTF-8', b'prin\xc3\xa4\xe4ter'),
    ('C.UTF-8', b'printer\xe2\x82'),
])
def test_octets_that_are_no_letters_are_not_dropped(locale, typed):
    """Or another host would be asked for."""
    with Server(honest) as server:
        with Person(server, LC_ALL=locale) as person:
            assert 'not a name in the letters of this locale' in person.ask(typed + b'\n')
            person.end()
        assert names(server) == []


# Commands

def test_help_is_shown_and_is_no_name(server):
    with Person(server) as person:
        person.answer('help\n')
        said = person.see(NAME)
        for words in ['NAME TYPE', '@SERVER', 'NAME @SERVER', 'quit', '"help.", with a dot']:
            assert words in said
        person.type('help.\n')
        assert 'help: no such name' in person.see(ENTER)
        person.end()
    assert names(server) == ['help.']


@table('word', ['quit', 'exit', ' Quit '])
def test_a_word_ends_the_dialogue(server, word):
    with Person(server) as person:
        person.see(NAME)
        person.end(word + '\n')
    assert server.queries == []


def test_an_address_is_looked_up_in_reverse(server):
    with Person(server) as person:
        assert 'PTR\thost.test.' in person.ask('192.0.2.10\n')
        person.end()


def test_another_server_from_now_on(server):
    with Server(honest) as other, Person(server) as person:
        person.answer(f'@127.0.0.1#{other.port}\n')
        person.see(f'Questions go to {other.says} from now on.')
        for _ in range(2):
            person.ask('v4only.test\n')
            person.type('\n')
        person.end()
    assert (len(server.queries), len(other.queries)) == (0, 4)


def test_another_server_for_one_question(server):
    with Server(honest) as other, Person(server) as person:
        person.ask(f'v4only.test @127.0.0.1#{other.port}\n')
        person.type('\n')
        person.ask('v6only.test\n')
        person.end()
    assert (names(other), names(server)) == (['v4only.test.'], ['v6only.test.'])


def test_a_server_that_is_none_changes_nothing(server):
    with Person(server) as person:
        person.answer('@192.0.2.1#65536\n')
        person.see('hostdns: @192.0.2.1#65536: ')
        assert '192.0.2.11' in person.ask('v4only.test\n')
        person.end()


# Earlier lines

def test_tab_completes_an_earlier_name(server):
    with Person(server) as person:
        person.ask('v4only.test\n')
        person.type('\n')
        person.ask('v6only.test\n')
        person.type('\n')
        person.answer('V4\t')
        person.see('V4only.test ')
        person.type('A\n')
        assert '192.0.2.11' in person.see(ENTER)
        person.type('\n')
        person.answer('v\t')
        person.see('V4only.test\r\nv6only.test\r\n')  # the newest first
        person.end()


def test_a_pasted_tab_is_a_blank(server):
    with Person(server) as person:
        person.ask('mail.test.example\n')
        person.type('\n')
        assert '10 mx.mail.test.' in person.ask('mail.test\tMX\n')
        person.end()


def test_lines_are_kept_from_one_dialogue_to_the_next(server, tmp_path):
    command = ['env', '-u', 'HOSTDNS_HISTORY', HOSTDNS, f'@127.0.0.1:{server.port}']
    for keys in ['help\nv4only.test\n', UP + '\n', UP + UP + '\n']:
        with Person(server, *command, XDG_STATE_HOME=str(tmp_path / 'state')) as person:
            assert '192.0.2.11' in person.ask(keys)
            person.end()
    kept = tmp_path / 'state/hostdns/history'
    assert kept.read_text() == 3 * 'v4only.test\n'
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_dialogues_at_once_keep_the_lines_of_both(server, tmp_path):
    kept = str(tmp_path / 'history')
    with Person(server, HOSTDNS_HISTORY=kept) as one, Person(server, HOSTDNS_HISTORY=kept) as two:
        for person, name in [(one, 'a.test'), (two, 'b.test'), (one, 'c.test')]:
            person.ask(f'{name}\n')
            person.type('\n')
        one.end()
        two.end()
    assert (tmp_path / 'history').read_text() == 'a.test\nb.test\nc.test\n'


@table('place', ['', '/dev/null', '/dev/null/history', '/proc/history'])
def test_without_a_place_to_keep_lines_nothing_is_said(server, place):
    with Person(server, HOSTDNS_HISTORY=place) as person:
        said = FROM.sub('', person.ask('v4only.test\n').replace('\r', ''))
        assert said == ('v4only.test\n'
                        'Name:            v4only.test\n'
                        'Canonical name:  v4only.test\n'
                        'IPv4 address:    192.0.2.11\n')
        person.end()


# The terminal

def shell(server):
    """A shell with the dialogue in the foreground."""
    person = Person(server, 'bash', '--norc', '--noprofile', '--noediting', '-i', PS1='$ ')
    person.see('$ ')
    person.type(f'{shlex.quote(str(HOSTDNS))} @127.0.0.1:{server.port}\n')
    return person


def go_on(person):
    """Stops what runs, and has it go on."""
    person.type(CTRL_Z)
    person.see('Stopped')
    person.see('$ ')
    person.type('fg\n')


def test_a_stopped_dialogue_is_drawn_again(server):
    with shell(server) as person:
        person.begin('v4on')
        for _ in range(2):
            go_on(person)
            person.see(f'{NAME}v4on')
        person.type('ly.test\n')
        assert '192.0.2.11' in person.see(ENTER)
        go_on(person)
        person.see(ENTER)
        person.type('\n')
        person.answer('quit\n')
        person.see(CLOSED)
        person.see('$ ')


def test_a_dialogue_that_is_stopped_from_elsewhere_is_drawn_again(server):
    with Person(server) as person:
        person.begin('v4on')
        person.client.send_signal(signal.SIGSTOP)
        person.client.send_signal(signal.SIGCONT)
        person.see(f'{NAME}v4on')
        person.end()


def test_a_window_of_another_size_is_drawn_again(server):
    with Person(server, TERM='xterm') as person:
        person.begin('v4on')
        fcntl.ioctl(person.terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 20, 0, 0))
        person.see('\x1b[A\r\x1b[J')  # 36 characters have become two rows
        person.see('Enter hostname to be')
        person.type('ly.test\n')
        assert '192.0.2.11' in person.see(ENTER)
        fcntl.ioctl(person.terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        person.see(ENTER)
        person.end()


@table('columns, rows', [(1, 1), (2, 2), (3, 3), (5, 10), (8, 24), (11, 2), (40, 1)])
def test_in_a_small_window_a_line_is_read_all_the_same(server, columns, rows):
    with Person(server, TERM='xterm', columns=columns, rows=rows) as person:
        person.type('v4only.test\n')
        assert '192.0.2.11' in person.see(ENTER)
        person.type('\nv4onlyy\x7f.test A\n')
        assert '192.0.2.11' in person.see(ENTER)
        person.end()


@table('keys', [b'y' * 200, b'a\xff' * 30, '\u6f22'.encode() * 60])
@table('columns, rows', [(12, 5), (20, 3), (5, 10)])
def test_a_line_may_be_longer_than_the_window(server, columns, rows, keys):
    """What libedit shows there it would write behind the end of its memory."""
    with Person(server, TERM='xterm', columns=columns, rows=rows) as person:
        for more in (keys, b'\x01', b'\x05', keys, b'\x7f', keys, b'\x01\x05', keys):
            person.type(more)
        person.type('\n')
        person.see('hostdns: ')
        person.end()


@table('is_own, status', [(True, -signal.SIGHUP), (False, os.EX_IOERR)])
@table('is_asked', [False, True])
def test_a_terminal_that_goes_away_ends_the_dialogue(server, is_own, status, is_asked):
    with Person(server, own=is_own) as person:
        person.see(NAME)
        if is_asked:
            person.type('v4only.test\n')
            person.see(ENTER)
        os.close(person.client_side)
        person.client_side = os.open('/dev/null', os.O_RDONLY)
        person.hang_up()
        assert person.client.wait(ENOUGH) == status

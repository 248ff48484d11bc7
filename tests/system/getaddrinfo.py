"""What getaddrinfo() says, in the words of ask.Reply.

As a program it reads questions as JSON and says what comes in a process that has asked libc
nothing else. It imports little, for it is started often.
"""

import json
import socket
import subprocess
import sys

FAMILIES = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}
SAYINGS = {socket.EAI_NODATA: "NODATA", socket.EAI_NONAME: "NXDOMAIN",
           socket.EAI_AGAIN: "SERVFAIL", socket.EAI_ADDRFAMILY: "NO SUCH FAMILY"}


def libc(name, rdtype):
    """(what getaddrinfo says, canonical name); without the addresses that come twice."""
    try:
        found = socket.getaddrinfo(name, None, FAMILIES[rdtype], socket.SOCK_STREAM, 0,
                                   socket.AI_CANONNAME)
    except socket.gaierror as error:
        return SAYINGS[error.errno], None
    return list(dict.fromkeys(entry[4][0] for entry in found)), found[0][3]


def libc_afresh(questions):
    """What getaddrinfo() says in a process of its own. This one has gone through other tests:
    after gethostbyaddr() its libc may keep to a resolv.conf of then."""
    run = subprocess.run([sys.executable, __file__], input=json.dumps(questions),
                         text=True, stdout=subprocess.PIPE, check=True)
    return [saying for saying, _ in json.loads(run.stdout)]


if __name__ == "__main__":
    json.dump([libc(*question) for question in json.load(sys.stdin)], sys.stdout)

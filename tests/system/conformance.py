"""What a stub server owes its clients, row by row, and what this one does about each.

A row is one rule of an RFC, or of the clients in use; its number is its place in the project's
specification. Tests say which row they cover with `@pytest.mark.row("2.10")`, and
conformance_table.py prints which rows hold. A row that was decided otherwise than the
specification proposes says why; its tests then hold us to the decision.
"""

import typing

MUST, SHOULD, CHOICE = "MUST", "SHOULD", "CHOICE"
UDP, TCP = "udp", "tcp"
BOTH = (UDP, TCP)
# For rows about what lies behind the transport, such as processes: either shows it.
ONE = ()


class Row(typing.NamedTuple):
    number: str
    level: str
    what: str
    over: tuple  # the transports over which tests must have shown it
    otherwise: str  # why it was decided otherwise, or ""


ROWS = {}


def row(number, level, what, over=BOTH, otherwise=""):
    assert number not in ROWS
    ROWS[number] = Row(number, level, what, over if isinstance(over, tuple) else (over,),
                       otherwise)


# 1: what clients punish at once
row("1.1", MUST, "A name without data of the asked type exists: NOERROR, no records.")
row("1.2", MUST, "Addresses that cannot be had are NXDOMAIN, NODATA or SERVFAIL, nothing else.")
row("1.3", MUST, "Each failure of getaddrinfo has its code; a failure is never a denial.")
row("1.4", MUST, "RA is set in every reply to RD, denials and errors too.")
row("1.5", MUST, "The question comes back octet for octet, in errors too.")
row("1.6", MUST, "CNAME records come in the order of the chain, addresses at its end.")
row("1.7", MUST, "Nothing but the asked type and the chain to it is in the answer.")
row("1.8", MUST, "The reply comes from the address and port that were asked.")
row("1.9", MUST, "A truncated reply is full of whole records, and keeps its OPT.", UDP)
row("1.10", MUST, "TCP is served on the port of UDP, always.", TCP)

# 2: header, opcode, class
row("2.1", MUST, "A reply is never answered: dropped over UDP; over TCP the connection closes.")
row("2.2", MUST, "ID, opcode and RD are those of the question.")
row("2.3", MUST, "The Z bit is ignored, and zero in replies.")
row("2.4", SHOULD, "AA, RA and RCODE in a question are ignored.")
row("2.5", CHOICE, "A question with TC is answered.")
row("2.6", SHOULD, "AA is never set.")
row("2.7", MUST, "AD is a trusted name server's, for who asks with AD or DO; else it is clear.")
row("2.8", SHOULD, "CD is copied.")
row("2.9", CHOICE, "RD=0 is answered like RD=1.",
    otherwise="tests of DNS compliance ask with RD=0, and a refusal looks broken to them")
row("2.10", MUST, "Every opcode but QUERY: NOTIMP, flags cleared.")
row("2.11", SHOULD, "That is decided by the header: the rest may be anything.")
row("2.12", MUST, "QDCOUNT other than 1: FORMERR; 0 with a cookie fetches one, if cookies are on.")
row("2.13", CHOICE, "Records in answer or authority of a question: FORMERR, none copied.")
row("2.14", CHOICE, "Records beside OPT in the additional section are passed over.")
row("2.15", MUST, "Class IN is served; HS, and CH but for its identity names, are REFUSED.")
row("2.16", CHOICE, "Class ANY is answered as IN; NONE and 0: REFUSED, \"not supported\".")
row("2.17", SHOULD, "Identity names of class CH: REFUSED, or the operator's text with TTL 0.")
row("2.18", CHOICE, "Zone transfers: REFUSED; the TCP connection stays.")
row("2.19", CHOICE, "OPT, TKEY, TSIG as types: FORMERR; MAILA, MAILB: NOTIMP; others NODATA.")
row("2.20", MUST, "Types we never heard of are ordinary: NODATA or NXDOMAIN by the name.")

# 3: names
row("3.1", MUST, "Letter case makes no difference, and each asker sees his own.")
row("3.2", MUST, "255 octets are a name; 256 are FORMERR.")
row("3.3", MUST, "The longest names work with every octet escaped.")
row("3.4", MUST, "Compression pointers in the question: FORMERR, without a loop.")
row("3.5", MUST, "Label types 01 and 10: FORMERR.")
row("3.6", MUST, "Octets that libc cannot carry never reach it; name servers are asked directly.")
row("3.7", MUST, "Underscores are letters like others.")
row("3.8", MUST, "A name that reads as an address is a name.")
row("3.9", SHOULD, "The root exists: NODATA, or what DNS says of NS and SOA.")
row("3.10", MUST, "Search lists never touch a name.")
row("3.11", CHOICE, "Single labels go to the host as any other name.")
row("3.12", SHOULD, "Above a name of the hosts file names exist: NODATA, from the first question on.")
row("3.13", SHOULD, "Parts of reverse names, and junk there: what the name servers say.")
row("3.14", SHOULD, "Labels in the manner of RFC 2317 are NXDOMAIN if nobody knows them.")
row("3.15", MUST, "Reverse names have no addresses, forward names no PTR: NODATA.")

# 4: answers, TTLs, denials
row("4.1", MUST, "Records of a set share one TTL, below 2^31.")
row("4.2", CHOICE, "Names that are not from DNS have a TTL of 10 seconds, or as set.")
row("4.3", MUST, "A kept answer's TTL counts down. Kept are late answers and the other family's.",
    ONE)
row("4.4", MUST, "No record comes twice.")
row("4.5", MUST, "No IPv4 address is dressed up as AAAA.")
row("4.6", SHOULD, "Link-local addresses of machines, whose scope cannot travel, stay at home.")
row("4.7", MUST, "AAAA is answered on a host without IPv6, unless filtered.")
row("4.8", CHOICE, "Addresses come in libc's order, each time.")
row("4.9", SHOULD, "Aliases from DNS have their whole chain; local ones their canonical name.")
row("4.10", MUST, "A canonical name that is none gives no CNAME: addresses stand at the question.")
row("4.11", MUST, "CNAME: the alias's, else NODATA; nothing is an alias of itself.")
row("4.12", SHOULD, "An alias asked for another type: its CNAME.")
row("4.13", MUST, "The code speaks of the chain's end.")
row("4.14", SHOULD, "PTR: the one name that getnameinfo() gives, if it is legal.")
row("4.15", CHOICE, "ANY: A and AAAA.")
row("4.16", SHOULD, "HTTPS and SVCB of a local name are NODATA at once, nobody is asked.")
row("4.17", MUST, "Names are compressed in owners, CNAME and PTR, not in unknown types.")
row("4.18", MUST, "Pointers point back, into the message.")
row("4.19b", MUST, "NXDOMAIN for one type, while the name has an address, is NODATA.")
row("4.20", CHOICE, "The SOA of a denial can be left out: negative-ttl=0.")
row("4.21", CHOICE, "A denial has one SOA: that of DNS, or one of our own for local names.")
row("4.22", CHOICE, "It stands in the authority section and nowhere else.")
row("4.23", CHOICE, "Its owner is the name or above; TTL and MINIMUM are for downstream caches.")
row("4.24", SHOULD, "A failure is kept for a second for its name and type.")
row("4.25", SHOULD, "Time-outs are SERVFAIL with a reason before clients give up.")

# 5: EDNS
row("5.1", MUST, "OPT if and only if the question had one.")
row("5.2", MUST, "Versions above 0: BADVERS, ours is 0.")
row("5.3", SHOULD, "BADVERS comes before all else.")
row("5.4", MUST, "Unknown options are ignored and not echoed.")
row("5.5", MUST, "Unknown flags are ignored, and zero in replies.")
row("5.6", MUST, "DO is copied.")
row("5.7", MUST, "Two OPT records: FORMERR with one.")
row("5.8", SHOULD, "OPT in the wrong place or not at the root: FORMERR.")
row("5.9", MUST, "Lengths that overrun: FORMERR with OPT.")
row("5.10", MUST, "Sizes below 512 mean 512.", UDP)
row("5.11", SHOULD, "No UDP reply beyond 1232 octets, whatever the client takes.", UDP)
row("5.12", SHOULD, "Questions up to 4096 octets over UDP, 65535 over TCP; longer ones dropped.")
row("5.13", CHOICE, "TSIG and SIG(0): REFUSED, \"not supported\".")
row("5.14", MUST, "Codes above 15 need OPT; without it they are SERVFAIL.")
row("5.15", CHOICE, "NSID: none, or the operator's.")
row("5.16", CHOICE, "Client subnet: neither used, echoed nor passed on.")
row("5.17", CHOICE, "Padding, if switched on: replies of n times 468 octets to who padded.")
row("5.18", MUST, "Keepalive: nothing over UDP; over TCP our idle time, to who asks.")
row("5.19", MUST, "Cookies: never, or, if switched on, on every reply to one.")
row("5.20", MUST, "If they are on, a cookie of no legal length is FORMERR.")
row("5.21", SHOULD, "Server cookies are those of RFC 9018, bound to the client's address.")
row("5.22", SHOULD, "Failures and refusals carry an extended error, if EDNS was there.")
row("5.23", CHOICE, "OPT is found anywhere in the additional section; ours is last.")
row("5.24", CHOICE, "Options may come in any order and twice: the first counts.")

# 6: special-use names
row("6.localhost", SHOULD, "localhost and what is below: loopback, answered here.")
row("6.reverse-loopback", SHOULD, "127.0.0.1 and ::1 are localhost, unless hosts says otherwise.")
row("6.invalid", SHOULD, "invalid and below: NXDOMAIN, nobody is asked.")
row("6.test", CHOICE, "test and example are ordinary.")
row("6.onion", MUST, "onion and below: NXDOMAIN, nobody is asked; ordinary with onion=yes.")
row("6.local", CHOICE, "local goes to NSS, with threads of its own, so that misses delay no one.")
row("6.home.arpa", CHOICE, "home.arpa is ordinary.")
row("6.internal-alt", CHOICE, "internal, lan and corp are ordinary; alt does not exist.")
row("6.ipv4only.arpa", SHOULD, "ipv4only.arpa: what the host's name servers say.")
row("6.resolver.arpa", MUST, "resolver.arpa is answered here: NODATA, below it NXDOMAIN.")
row("6.use-application-dns", CHOICE, "The browsers' canary is ordinary, or NXDOMAIN by option.")
row("6.rfc6303", SHOULD, "Reverse names of private addresses are asked as the host asks them.",
    otherwise="getaddrinfo and gethostbyaddr ask the host's name servers, which may be a "
              "company's own and know them; what they deny, they deny with their SOA")
row("6.arpa", CHOICE, "The root, and addresses of reverse names, never go to NSS modules.")
row("6.gateway", MUST, "_gateway and the host's own name work as its NSS modules say.")

# 7: UDP and TCP
row("7.1", SHOULD, "Less than a header: dropped.", UDP)
row("7.2", SHOULD, "A header and rubbish: FORMERR with true counts.")
row("7.3", CHOICE, "Octets behind the message do not matter.")
row("7.4", MUST, "Packets from port 0 or from ourselves are dropped.", UDP)
row("7.5", SHOULD, "Two servers cannot be made to talk to each other.", UDP)
row("7.6", SHOULD, "The same packet again while it is being answered costs no second lookup.", UDP)
row("7.7", MUST, "A slow name delays no other.")
row("7.8", MUST, "A and AAAA under one ID get each its own answer.")
row("7.9", SHOULD, "Replies are not fragmented: what the path cannot take comes as TC.", UDP)
row("7.10", SHOULD, "Length and message are one write.", TCP)
row("7.11", MUST, "Octet by octet is fine.", TCP)
row("7.12", MUST, "Questions on one connection are read and answered as they are ready.", TCP)
row("7.13", MUST, "A client that has shut its side is answered, then closed.", TCP)
row("7.14", SHOULD, "A length no message can have: closed.", TCP)
row("7.15", CHOICE, "A malformed message: FORMERR, the connection stays.", TCP)
row("7.16", SHOULD, "Idle connections are closed after seconds, never while we owe an answer.", TCP)
row("7.17", SHOULD, "Trickling octets do not keep a connection.", TCP)
row("7.18", SHOULD, "Connections are limited, in all and for each source; UDP goes on.", TCP)
row("7.19", MUST, "No TC over TCP.", TCP)
row("7.20", MUST, "Resets do no harm, and a reader that does not read costs a bounded queue.", TCP)
row("7.21", SHOULD, "A client that is gone is forgotten; its lookup ends.", TCP)
row("7.22", MUST, "Without descriptors, accepting waits; it does not spin.", TCP)
row("7.23", CHOICE, "TCP Fast Open is off.", TCP)

# 8: the battery of RFC 8906
row("8.1.1", MUST, "SOA without EDNS: NOERROR.")
row("8.1.2", MUST, "An unknown type: NOERROR, no answer.")
row("8.1.3.1", MUST, "CD: NOERROR, no AD.")
row("8.1.3.2", MUST, "AD: NOERROR, no AD.")
row("8.1.3.3", MUST, "Z: NOERROR, Z is zero.")
row("8.1.3.4", MUST, "RD: NOERROR, RA.")
row("8.1.4", MUST, "An unknown opcode: NOTIMP, no flag but QR.")
row("8.1.5", MUST, "SOA over TCP: NOERROR.", TCP)
row("8.2.1", MUST, "EDNS: OPT, version 0.")
row("8.2.2", MUST, "EDNS 1: BADVERS, version 0.")
row("8.2.3", MUST, "An unknown option: not there in the reply.")
row("8.2.4", MUST, "An unknown flag: zero in the reply.")
row("8.2.5", MUST, "EDNS 1 and an unknown flag: BADVERS, zero.")
row("8.2.6", MUST, "EDNS 1 and an unknown option: BADVERS, no option.")
row("8.2.7", MUST, "Truncated with EDNS: TC and OPT.", UDP)
row("8.2.8", MUST, "DO: copied.")
row("8.2.9", MUST, "EDNS 1 and DO: BADVERS.")
row("8.2.10", MUST, "Several known options at once: NOERROR.")

# 9: abuse, resources, identity
row("9.1", MUST, "Loopback by default; others by an allow list, strangers are REFUSED.")
row("9.2", SHOULD, "Replies are no larger than 1232 octets to anybody; ANY is small.", UDP)
row("9.3", MUST, "What waits is bounded; beyond that SERVFAIL at once, \"not ready\".", ONE)
row("9.4", MUST, "Threads stuck in a module are counted, replaced up to a cap, and reported.", ONE)
row("9.5", SHOULD, "A name server that is ourselves is found and not asked; one line is logged.",
    ONE)
row("9.6", MUST, "A new resolv.conf counts for the next question.", ONE)
row("9.7", MUST, "A new hosts line counts for the next question.", ONE)
row("9.8", CHOICE, "Nothing stale is ever served.", ONE)
row("9.9", MUST, "Whatever octets come: each reply is one, and the next question is answered.")

/*
 * Turns the words that a person types into a query on the wire, and checks whether a
 * datagram that came in may be believed to be the reply to it.
 */
#pragma once

#include "dns/edns.h"
#include "dns/question.h"
#include "dns/wire.h"

enum {
    /* NSID, way, cookie, client subnet */
    ASK_OPTIONS = 4 + 4 + 4 + EDNS_COOKIE_MAX + 4 + 4 + 16,
    ASK_SIZE = WIRE_HEADER + NAME_WIRE_MAX + 4 + EDNS_SIZE + ASK_OPTIONS,
    ASK_TEXT = NAME_PRINTED,
};

/* What a query asks for besides its question. Zeroed, it is the query that the client sends
 * by default. */
struct ask_form {
    uint16_t class;    /* 0: IN */
    bool is_iterative; /* RD is not set */
    bool has_ad, has_cd;
    bool without_edns;
    uint8_t edns_version;
    uint16_t udp_size; /* the longest datagram that may come back; 0: EDNS_UDP_SIZE */
    bool has_do;
    bool has_nsid;       /* asks which server answers (RFC 5001) */
    bool wants_way;      /* asks how the answer was found: dns/way */
    uint8_t cookie_size; /* 0: no cookie is sent (RFC 7873) */
    uint8_t cookie[EDNS_COOKIE_MAX];
    uint16_t subnet_family; /* RFC 7871: 1 for IPv4, 2 for IPv6 */
    bool has_subnet;
    uint8_t subnet_bits;
    uint8_t subnet[16];
};

struct ask {
    struct ask_form form;     /* its class is never 0 */
    bool is_renewed;          /* ask_renew has written it again */
    struct question question; /* the name in the letter case it was typed in */
    uint16_t id;              /* drawn at random */
    char name[ASK_TEXT];    /* the name as text that is safe to print, final dot included */
    uint8_t wire[ASK_SIZE]; /* the query, ready to send */
    size_t size;
};

/* 0, or -1 with errno: EINVAL if the text is no domain name, or the system's error. */
int ask_build(struct ask *, const char *name, uint16_t type, const struct ask_form *);

/* Writes the query again, with another id and this cookie (8, or 16 to 40 octets). */
void ask_renew(struct ask *, const uint8_t *cookie, size_t size);

/*
 * The reverse name of an address, "10.2.0.192.in-addr.arpa.". False if the text is no IPv4
 * or IPv6 address.
 */
bool ask_reverse(const char *address, char name[static ASK_TEXT]);

/*
 * True if this datagram is the reply to that question: the same id, a response to a
 * QUERY, the same question but for letter case. Its records may still be unreadable.
 */
bool ask_is_reply(const struct ask *, const uint8_t *wire, size_t size);

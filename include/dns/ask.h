/*
 * Asking: from the words a person types to a query on the wire, and the check whether a
 * datagram that came in may be believed to be the reply to it.
 */
#ifndef DNS_ASK_H
#define DNS_ASK_H

#include "dns/question.h"

enum {
    ASK_SIZE = 12 + NAME_WIRE_MAX + 4 + 11, /* header, question, OPT record */
    ASK_TEXT = NAME_PRINTED,
    ASK_UDP_SIZE = 1232, /* reply size asked for: fits any path unfragmented */
};

struct ask {
    struct question question; /* the name in the letter case it was typed in */
    uint16_t id;              /* drawn at random */
    char name[ASK_TEXT];    /* the name as text that is safe to print, final dot included */
    uint8_t wire[ASK_SIZE]; /* the query, ready to send */
    size_t size;
};

/* The number of a type by its word, "MX" or "TYPE65280" in any case; 0: not a type. */
uint16_t ask_type(const char *word);

/* The type whose word is nearest, "MX" for "MXX"; NULL if none is near. */
const char *ask_nearest_type(const char *word);

/* 0, or -1 with errno: EINVAL: the text is no domain name; else the system's failure. */
int ask_build(struct ask *, const char *name, uint16_t type);

/*
 * The name under which the names of an address are kept, "10.2.0.192.in-addr.arpa.". False
 * if the text is no IPv4 or IPv6 address.
 */
bool ask_reverse(const char *address, char name[static ASK_TEXT]);

/*
 * True if this datagram is the reply to that question: the same id, a response to a
 * QUERY, the same question but for letter case. Its records may still be unreadable.
 */
bool ask_is_reply(const struct ask *, const uint8_t *wire, size_t size);

/* True if such a reply has the flag TC: there is more, which did not fit. */
bool ask_is_truncated(const uint8_t *wire);

#endif

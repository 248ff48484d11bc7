/*
 * The calls of libc's resolver and their results: getaddrinfo() for names, and
 * gethostbyaddr_r() for addresses, which unlike getnameinfo() tells why it has failed.
 *
 * Their codes blend what DNS keeps apart. Read together, and with the libc stub's word on
 * whether libc has come to DNS at all, they tell more. The name servers have to tell the
 * rest.
 */
#pragma once

#include <netdb.h>
#include <stdatomic.h>

#include "dns/answer.h"
#include "lookup/resolver.h"

/* The address that libc's DNS module asks in place of the host's name servers. */
struct libc_dns {
    const struct addr *stub;  /* NULL: it fails at once, and counts as asked */
    const atomic_bool *asked; /* set by the libc stub; NULL: it counts as asked */
};

enum libc_outcome {
    LIBC_FOUND,
    LIBC_NO_DATA, /* the name exists, without this family */
    LIBC_NO_NAME, /* no such name, or another family's failure hidden behind it */
    LIBC_ALIAS,   /* a CNAME whose target has no data of this family */
    LIBC_FAILURE,
};

struct libc_result {
    enum libc_outcome outcome;
    bool used_dns;              /* so its result may be what the name servers said */
    struct addrinfo *addresses; /* of a name that was found, or NULL */
    struct hostent entry;       /* of an address that was found */
    int code, system_error, resolver_error; /* getaddrinfo's, errno, h_errno */
    char *buffer;                           /* what `entry` points into */
};

struct libc_address {
    int family;
    socklen_t size;
    uint8_t octets[16];
};

/*
 * `flags` as for resolver_prepare. If `dns` is NULL, libc's DNS module fails at once, and
 * counts as not asked: that is for lines in which no source follows it, so that all others
 * have been asked. The result is freed with libc_free().
 */
struct libc_result libc_ask_name(const char *name, int family, const struct libc_dns *dns,
                                 unsigned flags);
struct libc_result libc_ask_address(const struct libc_address *, const struct libc_dns *dns,
                                    unsigned flags);
void libc_free(struct libc_result *);

/* True if it was DNS that failed, as it does without a server. */
bool libc_failed_in_dns(const struct libc_result *);
/* True if the failure is libc's own, whatever the name. */
bool libc_is_broken(const struct libc_result *);
/* Makes a failure of the answer, with what libc says as the reason. */
void libc_tell_failure(const struct libc_result *, struct answer *);

/* True if libc's sources lead as far as DNS for a name that nobody else knows. */
bool libc_leads_to_dns(void);

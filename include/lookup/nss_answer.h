/*
 * Answers made of what libc's sources other than DNS have found (NSS): addresses, and a
 * canonical name as a CNAME.
 */
#pragma once

#include <netdb.h>

#include "dns/answer.h"
#include "lookup/config.h"

/* The answer to the question for the other address family. */
struct twin_answer {
    struct question question;
    struct answer answer; /* prepared with answer_init */
    bool is_told;
};

/* The address family of a type; AF_INET for one that is no address type. */
int nss_answer_family(uint16_t type);

/* The text to ask libc for. With a final dot libc does not take it for an address, and
 * finds a name that the hosts file has with that dot: in a message every name is absolute.
 */
enum name_reach nss_answer_text(const struct question *, char text[static NAME_TEXT + 1]);

/* The addresses, at the asked name. */
void nss_answer_addresses(const struct lookup_config *, const struct question *,
                          struct answer *, const struct addrinfo *list);
/* The addresses from a source before DNS, which is all there is to know: with a CNAME, and
 * for the other family, if `twin` is not NULL. */
void nss_answer_owned(const struct lookup_config *, const struct question *,
                      struct answer *, const struct addrinfo *list,
                      struct twin_answer *twin);
/* No records, with this RCODE. */
void nss_answer_none(const struct lookup_config *, const struct question *, struct answer *,
                     enum rcode);

#include "lookup/libc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"

enum {
    BUFFER_FIRST = 1024,
    BUFFER_MAX = 1 << 20, /* no host has that many names */
};

static bool has_come(const struct libc_dns *dns)
{
    return dns && (!dns->door || !dns->asked || *dns->asked);
}

static const struct addr *door_of(const struct libc_dns *dns)
{
    return dns ? dns->door : NULL;
}

static enum libc_saying saying_of_name(const struct libc_said *said)
{
    if (said->code == 0)
        return LIBC_FOUND;
    if (said->code == EAI_NODATA)
        return LIBC_NO_DATA;
    if (said->code != EAI_NONAME)
        return LIBC_FAILURE;
    if (said->resolver_error == HOST_NOT_FOUND)
        return LIBC_NO_NAME;
    if (said->resolver_error == NO_RECOVERY && said->system_error == ENOENT)
        return LIBC_ALIAS;
    return LIBC_FAILURE;
}

/*
 * AI_CANONNAME and no other flag: AI_ADDRCONFIG and AI_V4MAPPED would change the answer,
 * the IDN flags the question. One socket type, or each address comes three times.
 */
struct libc_said libc_ask_name(const char *name, int family, const struct libc_dns *dns,
                               unsigned flags)
{
    const struct addrinfo hints = {
        .ai_flags = AI_CANONNAME, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct libc_said said = {.code = EAI_SYSTEM};

    if (resolver_prepare(door_of(dns), flags) == 0) {
        errno = 0;
        h_errno = 0;
        said.code = getaddrinfo(name, NULL, &hints, &said.addresses);
    }
    said.system_error = errno;
    said.resolver_error = h_errno;
    shortage_end();
    shortage_check_descriptors();
    if (said.code != 0)
        said.addresses = NULL;
    said.saying = saying_of_name(&said);
    said.came_to_dns = has_come(dns);
    return said;
}

static enum libc_saying saying_of_address(const struct libc_said *said, bool found)
{
    if (found)
        return LIBC_FOUND;
    if (said->resolver_error == HOST_NOT_FOUND)
        return LIBC_NO_NAME;
    return said->resolver_error == NO_DATA ? LIBC_NO_DATA : LIBC_FAILURE;
}

/* Fills the buffer of `size`, or says that it is too small. */
static bool try_address(struct libc_said *said, const struct libc_address *address,
                        size_t size)
{
    struct hostent *result = NULL;
    int code =
        gethostbyaddr_r(address->octets, address->size, address->family, &said->entry,
                        said->buffer, size, &result, &said->resolver_error);

    said->saying = saying_of_address(said, result != NULL);
    return code != ERANGE;
}

struct libc_said libc_ask_address(const struct libc_address *address,
                                  const struct libc_dns *dns, unsigned flags)
{
    struct libc_said said = {.saying = LIBC_FAILURE, .resolver_error = NETDB_INTERNAL};
    bool done = false;

    for (size_t size = BUFFER_FIRST; !done && size <= BUFFER_MAX; size *= 2) {
        shortage_watch();
        free(said.buffer);
        said.buffer = malloc(size);
        done = !said.buffer || resolver_prepare(door_of(dns), flags) == -1 ||
               try_address(&said, address, size);
        shortage_end();
        shortage_check_descriptors();
    }
    said.came_to_dns = has_come(dns);
    return said;
}

void libc_free(struct libc_said *said)
{
    if (said->addresses)
        freeaddrinfo(said->addresses);
    free(said->buffer);
    *said = (struct libc_said){.saying = LIBC_FAILURE};
}

bool libc_failed_in_dns(const struct libc_said *said)
{
    return said->code == EAI_AGAIN && said->resolver_error == TRY_AGAIN;
}

bool libc_is_broken(const struct libc_said *said)
{
    return said->code == EAI_SYSTEM || said->code == EAI_MEMORY;
}

void libc_tell_failure(const struct libc_said *said, struct answer *answer)
{
    const char *words = gai_strerror(said->code);

    if (said->code == EAI_AGAIN)
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "host resolver: %s",
                    words);
    else if (said->code == EAI_SYSTEM)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "host resolver: %s: %s", words,
                    strerror(said->system_error));
    else
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "host resolver: %s (%s)",
                    words, hstrerror(said->resolver_error));
}

bool libc_leads_to_dns(void)
{
    struct libc_said said = libc_ask_name("unknown.invalid", AF_INET, NULL, 0);
    bool leads = said.code == EAI_AGAIN;

    libc_free(&said);
    return leads;
}

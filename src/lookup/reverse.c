#include "lookup/reverse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "lookup/negative.h"
#include "lookup/resolver.h"
#include "lookup/sources.h"

enum {
    BUFFER_FIRST = 1024,
    BUFFER_MAX = 1 << 20, /* no host has that many names */
};

struct call {
    struct hostent entry;
    bool found;
    int resolver_error; /* h_errno, if not found */
    char *buffer;       /* what `entry` points into; ours to free */
};

/* Fills the buffer of `size`, or says that it is too small. */
static bool try_call(struct call *call, const struct reverse_address *address, size_t size)
{
    struct hostent *result = NULL;
    int code =
        gethostbyaddr_r(address->octets, address->size, address->family, &call->entry,
                        call->buffer, size, &result, &call->resolver_error);

    call->found = result != NULL;
    return code != ERANGE;
}

static struct call call_libc(const struct reverse_address *address,
                             enum resolver_servers servers)
{
    struct call call = {.resolver_error = NETDB_INTERNAL};

    for (size_t size = BUFFER_FIRST; size <= BUFFER_MAX; size *= 2) {
        free(call.buffer);
        call.buffer = malloc(size);
        if (!call.buffer || resolver_prepare(servers) == -1 ||
            try_call(&call, address, size))
            break;
    }
    return call;
}

/* A module that knows no name may give the address back as text: that is none. */
static bool is_address_text(const struct reverse_address *address, const char *name)
{
    char text[INET6_ADDRSTRLEN];

    return inet_ntop(address->family, address->octets, text, sizeof text) &&
           strcmp(text, name) == 0;
}

static void add_name(const struct lookup_config *config,
                     const struct reverse_address *address, struct answer *answer,
                     const char *text)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len = is_address_text(address, text) ? 0 : name_from_host(text, name);

    if (len > 0)
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, name, len, config->ttl,
                        NULL);
}

static void say_found(const struct lookup_config *config, const struct question *question,
                      const struct reverse_address *address, struct answer *answer,
                      const struct hostent *entry)
{
    if (question->type == TYPE_PTR || question->type == TYPE_ANY) {
        add_name(config, address, answer, entry->h_name);
        for (char **alias = entry->h_aliases; *alias; alias++)
            add_name(config, address, answer, *alias);
    }
    negative_finish(config, question, answer);
}

static void say_call(const struct lookup_config *config, const struct question *question,
                     const struct reverse_address *address, struct answer *answer,
                     const struct call *call)
{
    if (call->found) {
        say_found(config, question, address, answer, &call->entry);
    } else if (call->resolver_error == HOST_NOT_FOUND || call->resolver_error == NO_DATA) {
        if (call->resolver_error == HOST_NOT_FOUND)
            answer->rcode = RCODE_NXDOMAIN;
        negative_finish(config, question, answer);
    } else {
        answer_fail(answer, RCODE_SERVFAIL,
                    call->resolver_error == TRY_AGAIN ? EDE_NO_REACHABLE_AUTHORITY
                                                      : EDE_NETWORK_ERROR,
                    "host resolver: %s", hstrerror(call->resolver_error));
    }
}

/* The hosts file is matched by IPv4 address only. */
static struct reverse_address unmapped(const struct reverse_address *address)
{
    struct reverse_address ip4 = {.family = AF_INET, .size = sizeof(struct in_addr)};
    struct in6_addr ip6;

    if (address->family != AF_INET6)
        return *address;
    memcpy(&ip6, address->octets, sizeof ip6);
    if (!IN6_IS_ADDR_V4MAPPED(&ip6))
        return *address;
    memcpy(ip4.octets, address->octets + 12, ip4.size);
    return ip4;
}

bool reverse_local(const struct lookup_config *config, const struct question *question,
                   const struct reverse_address *asked, struct answer *answer)
{
    struct reverse_address address = unmapped(asked);
    struct call call = call_libc(&address, RESOLVER_NO_SERVERS);
    /* Where sources follow DNS, DNS may know better. */
    bool done = call.found ? !sources_follow_dns() : call.resolver_error == HOST_NOT_FOUND;

    if (done)
        say_call(config, question, &address, answer, &call);
    free(call.buffer);
    return done;
}

void reverse_network(const struct lookup_config *config, const struct question *question,
                     const struct reverse_address *asked, struct answer *answer)
{
    struct reverse_address address = unmapped(asked);
    struct call call = call_libc(&address, RESOLVER_HOST_SERVERS);

    say_call(config, question, &address, answer, &call);
    free(call.buffer);
}

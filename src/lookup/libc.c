#include "lookup/libc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "lookup/hosts_words.h"

enum {
    BUFFER_FIRST = 1024,
    BUFFER_GROWS = 8,
    BUFFER_MAX =
        32 << 20, /* octets; a hosts file with longer lines makes the lookup fail */
};

static bool libc_used_dns(const struct libc_dns *dns)
{
    return dns && (!dns->stub || !dns->asked || *dns->asked);
}

static const struct addr *stub_of(const struct libc_dns *dns)
{
    return dns ? dns->stub : NULL;
}

static enum libc_outcome outcome_of_name(const struct libc_result *result)
{
    if (result->code == 0)
        return LIBC_FOUND;
    if (result->code == EAI_NODATA)
        return LIBC_NO_DATA;
    if (result->code != EAI_NONAME)
        return LIBC_FAILURE;
    if (result->resolver_error == HOST_NOT_FOUND)
        return LIBC_NO_NAME;
    if (result->resolver_error == NO_RECOVERY && result->system_error == ENOENT)
        return LIBC_ALIAS;
    return LIBC_FAILURE;
}

/*
 * Only AI_CANONNAME is set, because AI_ADDRCONFIG and AI_V4MAPPED would change the answer,
 * and the IDN flags the question. Without a socket type each address would come three
 * times.
 */
static struct libc_result ask_name(const char *name, int family, const struct libc_dns *dns,
                                   unsigned flags)
{
    const struct addrinfo hints = {
        .ai_flags = AI_CANONNAME, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct libc_result result = {.code = EAI_SYSTEM};

    if (resolver_prepare(stub_of(dns), flags) == 0) {
        errno = 0;
        h_errno = 0;
        result.code = getaddrinfo(name, NULL, &hints, &result.addresses);
    }
    result.system_error = errno;
    result.resolver_error = h_errno;
    shortage_end();
    shortage_check_descriptors();
    if (result.code != 0)
        result.addresses = NULL;
    result.outcome = outcome_of_name(&result);
    result.used_dns = libc_used_dns(dns);
    return result;
}

/*
 * If libc cannot read the hosts file, because the host has no descriptor left for a moment
 * or its disk fails, it goes on to the next source, which denies a name of the file. So a
 * result that is not from the file counts only at the second time if the file may have one.
 */
static bool may_be_missed(const struct libc_result *result, enum hosts_words in_file)
{
    return in_file == HOSTS_WORDS_PERHAPS &&
           (result->outcome != LIBC_FOUND || result->used_dns);
}

static enum hosts_words name_in_file(const char *name)
{
    char text[NAME_TEXT + 1];
    size_t len = strlen(name);

    if (len == 0 || len >= sizeof text)
        return HOSTS_WORDS_UNKNOWN;
    memcpy(text, name, len + 1);
    if (text[len - 1] == '.')
        text[len - 1] = '\0';
    return hosts_words_name(text);
}

struct libc_result libc_ask_name(const char *name, int family, const struct libc_dns *dns,
                                 unsigned flags)
{
    struct libc_result result = ask_name(name, family, dns, flags);

    if (may_be_missed(&result, name_in_file(name))) {
        libc_free(&result);
        result = ask_name(name, family, dns, flags);
    }
    return result;
}

static enum libc_outcome outcome_of_address(const struct libc_result *result, bool found)
{
    if (found)
        return LIBC_FOUND;
    if (result->resolver_error == HOST_NOT_FOUND)
        return LIBC_NO_NAME;
    return result->resolver_error == NO_DATA ? LIBC_NO_DATA : LIBC_FAILURE;
}

/* False if the buffer of `size` octets is too small. */
static bool try_address(struct libc_result *result, const struct libc_address *address,
                        size_t size)
{
    struct hostent *found = NULL;
    int code =
        gethostbyaddr_r(address->octets, address->size, address->family, &result->entry,
                        result->buffer, size, &found, &result->resolver_error);

    result->outcome = outcome_of_address(result, found != NULL);
    return code != ERANGE;
}

static struct libc_result ask_address(const struct libc_address *address,
                                      const struct libc_dns *dns, unsigned flags)
{
    struct libc_result result = {.outcome = LIBC_FAILURE, .resolver_error = NETDB_INTERNAL};
    bool done = false;

    for (size_t size = BUFFER_FIRST; !done && size <= BUFFER_MAX; size *= BUFFER_GROWS) {
        shortage_watch();
        free(result.buffer);
        result.buffer = malloc(size);
        done = !result.buffer || resolver_prepare(stub_of(dns), flags) == -1 ||
               try_address(&result, address, size);
        shortage_end();
        shortage_check_descriptors();
    }
    if (!done || !result.buffer)
        result.code = EAI_MEMORY;
    result.used_dns = libc_used_dns(dns);
    return result;
}

struct libc_result libc_ask_address(const struct libc_address *address,
                                    const struct libc_dns *dns, unsigned flags)
{
    struct libc_result result = ask_address(address, dns, flags);

    if (may_be_missed(&result, hosts_words_address(address->octets, address->size))) {
        libc_free(&result);
        result = ask_address(address, dns, flags);
    }
    return result;
}

void libc_free(struct libc_result *result)
{
    if (result->addresses)
        freeaddrinfo(result->addresses);
    free(result->buffer);
    *result = (struct libc_result){.outcome = LIBC_FAILURE};
}

bool libc_failed_in_dns(const struct libc_result *result)
{
    return result->code == EAI_AGAIN && result->resolver_error == TRY_AGAIN;
}

bool libc_is_broken(const struct libc_result *result)
{
    return result->code == EAI_SYSTEM || result->code == EAI_MEMORY;
}

void libc_tell_failure(const struct libc_result *result, struct answer *answer)
{
    const char *words = gai_strerror(result->code);

    if (result->code == EAI_AGAIN)
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "host resolver: %s",
                    words);
    else if (result->code == EAI_SYSTEM)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "host resolver: %s: %s", words,
                    strerror(result->system_error));
    else
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "host resolver: %s (%s)",
                    words, hstrerror(result->resolver_error));
}

bool libc_leads_to_dns(void)
{
    struct libc_result result = libc_ask_name("unknown.invalid", AF_INET, NULL, 0);
    bool leads = result.code == EAI_AGAIN;

    libc_free(&result);
    return leads;
}

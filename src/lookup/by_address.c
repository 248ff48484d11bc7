#include "lookup/by_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/localhost.h"
#include "lookup/by_name.h"
#include "lookup/hosts_file.h"
#include "lookup/sources.h"

/* Some modules return the address as text if they know no name; that is not added. */
static void add_name(const struct lookup_config *config, struct answer *answer,
                     const char *text)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len = name_from_host(text, name);

    if (len > 0)
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, (struct name){name, len},
                        config->local->ttl, NULL);
}

static void say_found(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct hostent *entry)
{
    answer->source = ANSWER_FROM_HOST;
    /* Only the name that getnameinfo() returns, and no aliases, because some clients take
     * the first of several PTR records for the host's name and others the last. */
    if (question->type == TYPE_PTR || question->type == TYPE_ANY)
        add_name(config, answer, entry->h_name);
    answer_finish(answer, question, config->local->negative_ttl);
}

/* The name of an IPv4 address in the hosts file is that of the IPv4-mapped address as well.
 * glibc 2.36 does not find it there, 2.41 does; both do if asked for the IPv4 address. */
static struct libc_address address_of(enum reverse_kind kind,
                                      const uint8_t octets[static 16])
{
    struct libc_address ip4 = {.family = AF_INET, .size = sizeof(struct in_addr)};
    struct libc_address ip6 = {.family = AF_INET6, .size = sizeof(struct in6_addr)};

    memcpy(ip4.octets, octets, ip4.size);
    if (kind == REVERSE_IP4)
        return ip4;
    memcpy(ip6.octets, octets, ip6.size);
    if (!reverse_is_mapped(octets))
        return ip6;
    memcpy(ip4.octets, octets + 12, ip4.size);
    return ip4;
}

static bool is_localhost(const struct libc_address *address)
{
    return localhost_has_address(address->octets, address->size);
}

/* RFC 6761 section 6.3: the address of such a name leads to it, so no server is asked. */
static void say_localhost(const struct lookup_config *config,
                          const struct question *question, struct answer *answer)
{
    answer->source = ANSWER_FROM_HOST;
    localhost_say_reverse(question, config->local->ttl, answer);
    answer_finish(answer, question, config->local->negative_ttl);
}

static enum lookup_next probe_address(const struct lookup_config *config,
                                      const struct question *question,
                                      const struct libc_address *address,
                                      const struct libc_dns *dns, struct answer *answer)
{
    struct sources sources = sources_now();
    struct libc_result result =
        libc_ask_address(address, sources.follow_dns ? dns : NULL, RESOLVER_PROBE);
    bool is_final = question->type != TYPE_PTR || !result.used_dns ||
                    is_localhost(address); /* otherwise DNS may know better */
    enum lookup_next next = LOOKUP_DONE;

    if (result.outcome == LIBC_FOUND && is_final)
        say_found(config, question, answer, &result.entry);
    else if (is_localhost(address))
        say_localhost(config, question, answer);
    else if (libc_is_broken(&result))
        libc_tell_failure(&result, answer);
    else if (sources.doubted)
        next = LOOKUP_RELAY;
    else if (result.outcome == LIBC_NO_NAME && !result.used_dns)
        nss_answer_none(config, question, answer,
                        RCODE_NXDOMAIN); /* the sources end before DNS */
    else
        next = question->type == TYPE_PTR ? LOOKUP_VERDICT : LOOKUP_RELAY;
    libc_free(&result);
    return next;
}

/* There are zones at such names, and people delegate them (RFC 1035 section 3.5), so the
 * name servers tell what they have. If none is asked, the name exists without data. */
static enum lookup_next probe_part(const struct lookup_config *config,
                                   const struct question *question, struct answer *answer)
{
    enum lookup_next next = by_name_probe_past_libc(config, question, answer);

    if (next == LOOKUP_DONE) {
        answer_reset(answer);
        nss_answer_none(config, question, answer, RCODE_NOERROR);
    }
    return next;
}

enum lookup_next by_address_probe(const struct lookup_config *config,
                                  const struct question *question, enum reverse_kind kind,
                                  const uint8_t octets[static 16],
                                  const struct libc_dns *dns, struct answer *answer)
{
    static const struct libc_dns unseen = {0};
    struct libc_address address;

    if (kind == REVERSE_IP4 || kind == REVERSE_IP6) {
        address = address_of(kind, octets);
        if (address.family == AF_INET && kind == REVERSE_IP6)
            dns = &unseen; /* for these libc would ask DNS for another name */
        return probe_address(config, question, &address, dns, answer);
    }
    if (kind == REVERSE_PARTIAL)
        return probe_part(config, question, answer);
    /* Such a name is no address, but zones have such names (RFC 2317). */
    return by_name_probe_past_libc(config, question, answer);
}

bool by_address_is_asked(const struct question *question)
{
    uint8_t address[16];

    return reverse_parse(question_name(question), address) != REVERSE_NONE;
}

bool by_address_has_below(const struct question *question)
{
    uint8_t octets[16];
    struct reverse_part part;
    struct libc_address address = {0};
    struct libc_result result;
    bool found;

    if (reverse_parse(question_name(question), octets) != REVERSE_PARTIAL)
        return false;
    part = reverse_part_of(question_name(question));
    address.family = part.size == 4 ? AF_INET : AF_INET6;
    address.size = part.size;
    if (!hosts_file_address_below(octets, part.size, part.bits, address.octets))
        return false;
    result = libc_ask_address(&address, NULL, RESOLVER_PROBE);
    found = result.outcome == LIBC_FOUND;
    libc_free(&result);
    return found;
}

/* True if the name that libc has found is one of the response's. A name that is none for
 * DNS can only come from there. */
static bool is_in_response(const struct answer *answer, const char *text)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len = name_from_host(text, name);

    return len > 0 ? answer_has_data(answer, TYPE_PTR, name, len)
                   : answer_count_type(answer, TYPE_PTR) > 0;
}

/* The response counts if libc has gone by it. libc also accepts names that a DNS client
 * could not use, and then asks no further source. */
static void say_verdict(const struct lookup_config *config, const struct question *question,
                        const struct response *response, const struct libc_result *result,
                        struct answer *answer)
{
    unsigned refused_before = shortage_count();
    bool is_usable = response_to_answer(response, question, NULL, answer);

    if (result->outcome == LIBC_FOUND && is_usable &&
        is_in_response(answer, result->entry.h_name))
        return;
    if (!is_usable && shortage_count() != refused_before)
        return; /* the name may be the response's, which memory was too short to read */
    if (result->outcome == LIBC_FOUND) {
        answer_reset(answer);
        say_found(config, question, answer, &result->entry);
    } else if (libc_is_broken(result)) {
        libc_tell_failure(result, answer);
    } else if (!result->used_dns && result->outcome == LIBC_FAILURE) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "host resolver: %s",
                    hstrerror(result->resolver_error));
    } else if (!result->used_dns && result->outcome == LIBC_NO_NAME) {
        answer_reset(answer);
        nss_answer_none(config, question, answer, RCODE_NXDOMAIN);
    }
}

void by_address_verdict(const struct lookup_config *config, const struct question *question,
                        const struct response *response, const struct libc_dns *dns,
                        struct answer *answer)
{
    uint8_t octets[16];
    enum reverse_kind kind = reverse_parse(question_name(question), octets);
    struct libc_address address = address_of(kind, octets);
    struct libc_result result;

    sources_now(); /* see by_name_verdict */
    result = libc_ask_address(&address, dns, question->flags);
    say_verdict(config, question, response, &result, answer);
    libc_free(&result);
}

#include "lookup/reverse.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/localhost.h"
#include "lookup/host.h"
#include "lookup/negative.h"
#include "lookup/sources.h"

/* The address as text, which is what some modules say if they know no name, is none. */
static void add_name(const struct lookup_config *config, struct answer *answer,
                     const char *text)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len = name_from_host(text, name);

    if (len > 0)
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, name, len, config->ttl,
                        NULL);
}

static void say_found(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct hostent *entry)
{
    answer->source = ANSWER_FROM_HOST;
    /* The name that getnameinfo() gives, and no alias: of several PTR records one client
     * takes the first and another the last for the host's name. */
    if (question->type == TYPE_PTR || question->type == TYPE_ANY)
        add_name(config, answer, entry->h_name);
    negative_finish(config, question, answer);
}

static void say_none(const struct lookup_config *config, const struct question *question,
                     struct answer *answer, enum rcode rcode)
{
    answer->rcode = (uint16_t)rcode;
    negative_finish(config, question, answer);
}

/* An IPv4 address in the hosts file has the name of its mapped one as well, but not every
 * glibc finds it there: 2.36 does not, 2.41 does. Both find it as an IPv4 address. */
static struct libc_address address_of(enum reverse_kind kind,
                                      const uint8_t octets[static 16])
{
    struct libc_address ip4 = {.family = AF_INET, .size = sizeof(struct in_addr)};
    struct libc_address ip6 = {.family = AF_INET6, .size = sizeof(struct in6_addr)};
    struct in6_addr address;

    memcpy(ip4.octets, octets, ip4.size);
    if (kind == REVERSE_IP4)
        return ip4;
    memcpy(ip6.octets, octets, ip6.size);
    memcpy(&address, octets, sizeof address);
    if (!IN6_IS_ADDR_V4MAPPED(&address))
        return ip6;
    memcpy(ip4.octets, octets + 12, ip4.size);
    return ip4;
}

static bool is_localhost(const struct libc_address *address)
{
    return localhost_has_address(address->octets, address->size);
}

/* RFC 6761 section 6.3 is about the name; its address leads to it, and to no server. */
static void say_localhost(const struct lookup_config *config,
                          const struct question *question, struct answer *answer)
{
    answer->source = ANSWER_FROM_HOST;
    localhost_say_reverse(question, config->ttl, answer);
    negative_finish(config, question, answer);
}

static enum lookup_next probe_address(const struct lookup_config *config,
                                      const struct question *question,
                                      const struct libc_address *address,
                                      const struct libc_dns *dns, struct answer *answer)
{
    struct sources sources = sources_look();
    struct libc_said said =
        libc_ask_address(address, sources.follow_dns ? dns : NULL, RESOLVER_PROBE);
    bool is_final = question->type != TYPE_PTR || !said.came_to_dns ||
                    is_localhost(address); /* else DNS may know better */
    enum lookup_next next = LOOKUP_DONE;

    if (said.saying == LIBC_FOUND && is_final)
        say_found(config, question, answer, &said.entry);
    else if (is_localhost(address))
        say_localhost(config, question, answer);
    else if (sources.doubted)
        next = LOOKUP_RELAY;
    else if (said.saying == LIBC_NO_NAME && !said.came_to_dns)
        say_none(config, question, answer, RCODE_NXDOMAIN); /* they end before DNS */
    else
        next = question->type == TYPE_PTR ? LOOKUP_VERDICT : LOOKUP_RELAY;
    libc_free(&said);
    return next;
}

/* Types that nobody keeps at a part of an address: not worth a question to a name server.
 */
static bool is_address_data(uint16_t type)
{
    return type == TYPE_PTR || type == TYPE_A || type == TYPE_AAAA || type == TYPE_ANY;
}

enum lookup_next reverse_probe(const struct lookup_config *config,
                               const struct question *question, enum reverse_kind kind,
                               const uint8_t octets[static 16], const struct libc_dns *dns,
                               struct answer *answer)
{
    static const struct libc_dns unseen = {0};
    struct libc_address address;

    if (kind == REVERSE_IP4 || kind == REVERSE_IP6) {
        address = address_of(kind, octets);
        if (address.family == AF_INET && kind == REVERSE_IP6)
            dns = &unseen; /* libc asks there for another name than this one */
        return probe_address(config, question, &address, dns, answer);
    }
    if (kind == REVERSE_JUNK) /* no address, but zones have such names (RFC 2317) */
        return host_probe_odd(config, question, answer);
    if (!is_address_data(question->type))
        return LOOKUP_RELAY; /* a zone may start there */
    say_none(config, question, answer, RCODE_NOERROR);
    return LOOKUP_DONE;
}

/* True if the name that libc has found is one of the reply's. One that we would not give
 * from another source can only be. */
static bool is_heard(const struct answer *answer, const char *text)
{
    uint8_t name[NAME_WIRE_MAX];
    size_t len = name_from_host(text, name);

    return len > 0 ? relay_has_data(answer, TYPE_PTR, name, len)
                   : relay_has_type(answer, TYPE_PTR);
}

/* libc takes names that a DNS client could not use, and looks no further. */
static void say_verdict(const struct lookup_config *config, const struct question *question,
                        const struct heard *heard, const struct libc_said *said,
                        struct answer *answer)
{
    unsigned refused_before = shortage_count();
    bool heard_one = heard_say(heard, question, NULL, answer);

    if (said->saying == LIBC_FOUND && heard_one && is_heard(answer, said->entry.h_name))
        return;
    if (!heard_one && shortage_count() != refused_before)
        return; /* it may be the reply's name, and the reply is lost: a failure */
    if (said->saying == LIBC_FOUND) {
        answer_reset(answer);
        say_found(config, question, answer, &said->entry);
    } else if (!said->came_to_dns && said->saying == LIBC_NO_NAME) {
        answer_reset(answer);
        say_none(config, question, answer, RCODE_NXDOMAIN);
    }
}

void reverse_verdict(const struct lookup_config *config, const struct question *question,
                     const struct heard *heard, const struct libc_dns *dns,
                     struct answer *answer)
{
    uint8_t octets[16];
    enum reverse_kind kind = reverse_parse(question->name, question->name_len, octets);
    struct libc_address address = address_of(kind, octets);
    struct libc_said said = libc_ask_address(&address, dns, question->flags);

    say_verdict(config, question, heard, &said, answer);
    libc_free(&said);
}

#include "lookup/host.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/localhost.h"
#include "dns/reverse.h"
#include "lookup/found.h"
#include "lookup/hosts_file.h"
#include "lookup/negative.h"
#include "lookup/shortcut.h"
#include "lookup/sources.h"

static int family_of(uint16_t type)
{
    return type == TYPE_AAAA ? AF_INET6 : AF_INET;
}

/* Adds the addresses of one family, in libc's order; false if there is no room. */
static bool add_addresses(const struct lookup_config *config, struct answer *answer,
                          uint16_t owner, uint16_t type, const struct addrinfo *list)
{
    int family = family_of(type);

    for (const struct addrinfo *info = found_first(list, family); info;
         info = found_next(list, info, family))
        if (!answer_add_address(answer, owner, type, found_address(info), config->ttl))
            return false;
    return true;
}

/* What a source other than DNS has found, at the name that stands at `owner`. */
static void say_addresses(const struct lookup_config *config,
                          const struct question *question, struct answer *answer,
                          uint16_t owner, const struct addrinfo *list)
{
    unsigned before = answer->count[SECTION_ANSWER];
    uint16_t type = question->type;
    bool done = true;

    answer->source = ANSWER_FROM_HOST;
    if (type == TYPE_A || type == TYPE_ANY)
        done = add_addresses(config, answer, owner, TYPE_A, list);
    if (done && (type == TYPE_AAAA || type == TYPE_ANY) && !config->filter_aaaa)
        done = add_addresses(config, answer, owner, TYPE_AAAA, list);
    if (!done)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "too many addresses for a message");
    else if (answer->count[SECTION_ANSWER] == before && config->negative_ttl > 0)
        answer_add_soa_at(answer, owner, config->negative_ttl);
}

static void say_local(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct addrinfo *list)
{
    say_addresses(config, question, answer, ANSWER_OWNER_QUESTION, list);
}

/* The text libc is asked. A final dot keeps it from taking the name for an address. */
static enum name_reach host_text(const struct question *question,
                                 char text[static NAME_TEXT + 1])
{
    enum name_reach reach = name_to_host(question->name, question->name_len, text);

    if (reach != NAME_NOWHERE && name_looks_numeric(text))
        strcat(text, ".");
    return reach;
}

/* libc's canonical name in wire form: its length, or 0 if it is none for DNS. */
static size_t name_of(const struct addrinfo *found, uint8_t name[static NAME_WIRE_MAX])
{
    return found->ai_canonname ? name_from_host(found->ai_canonname, name) : 0;
}

/*
 * The wire form of a canonical name other than the asked one, if who asks us for it is told
 * of the same: it is looked up by itself, is its own canonical name, and has the same
 * addresses of both families. A hosts file may give an alias addresses of its own; a CNAME
 * would then give them to the canonical name as well, or take them from it in a cache.
 * Whatever type is asked, this is decided by the same two lookups.
 */
static bool find_canonical(const struct question *question, const struct addrinfo *found,
                           struct question *canonical)
{
    uint8_t own_name[NAME_WIRE_MAX], address[16];
    char text[NAME_TEXT + 1];
    struct libc_said said;
    size_t own_len;
    bool is_own;

    canonical->name_len = (uint8_t)name_of(found, canonical->name);
    if (canonical->name_len == 0 ||
        name_equal(canonical->name, canonical->name_len, question->name,
                   question->name_len) ||
        reverse_parse(canonical->name, canonical->name_len, address) != REVERSE_NONE ||
        host_text(canonical, text) != NAME_EVERYWHERE)
        return false;
    said = libc_ask_name(text, AF_UNSPEC, NULL, RESOLVER_PROBE);
    own_len = said.addresses ? name_of(said.addresses, own_name) : 0;
    is_own = own_len > 0 &&
             name_equal(own_name, own_len, canonical->name, canonical->name_len) &&
             found_same(said.addresses, found);
    libc_free(&said);
    return is_own;
}

/* What a source before DNS has found, which is all there is to know. */
static void say_owned(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct addrinfo *list)
{
    uint16_t owner = ANSWER_OWNER_QUESTION, type = question->type;
    struct question canonical;

    if (find_canonical(question, list, &canonical)) {
        answer_add_name(answer, owner, TYPE_CNAME, canonical.name, canonical.name_len,
                        config->ttl, &owner);
        answer->source = ANSWER_FROM_HOST;
        if (type == TYPE_CNAME || type == TYPE_ANY)
            return; /* who asks for these gets no further */
    }
    say_addresses(config, question, answer, owner, list);
}

static void say_nothing(const struct lookup_config *config, const struct question *question,
                        struct answer *answer, enum rcode rcode)
{
    answer->rcode = (uint16_t)rcode;
    negative_finish(config, question, answer);
}

bool host_has_below(const struct question *question)
{
    char text[NAME_TEXT + 1], child[NAME_TEXT];
    struct libc_said said;
    bool found;

    if (host_text(question, text) == NAME_NOWHERE || !hosts_file_child(text, child))
        return false;
    said = libc_ask_name(child, AF_UNSPEC, NULL, RESOLVER_PROBE);
    found = said.saying == LIBC_FOUND;
    libc_free(&said);
    return found;
}

enum lookup_next host_probe_odd(const struct lookup_config *config,
                                const struct question *question, struct answer *answer)
{
    struct sources sources = sources_look();

    if (sources.follow_dns || sources.doubted || libc_leads_to_dns())
        return LOOKUP_RELAY;
    say_nothing(config, question, answer, RCODE_NXDOMAIN);
    return LOOKUP_DONE;
}

static bool asks_addresses(const struct lookup_config *config,
                           const struct question *question)
{
    return question->type == TYPE_A ||
           (question->type == TYPE_AAAA && !config->filter_aaaa);
}

/* No name server is asked, and what the host does not know is clear. */
static void say_localhost(const struct lookup_config *config,
                          const struct question *question, const struct libc_said *said,
                          struct answer *answer)
{
    if (said->saying == LIBC_FOUND) {
        say_owned(config, question, answer, said->addresses);
        return;
    }
    answer->source = ANSWER_FROM_HOST;
    localhost_say(question, config->filter_aaaa, config->ttl, answer);
    negative_finish(config, question, answer);
}

/* True if what libc has found says all about the type, also that there is none. */
static bool is_whole(const struct sources *sources, const struct question *question,
                     const struct addrinfo *found)
{
    if (!sources->doubted)
        return true;
    return (question->type == TYPE_A || question->type == TYPE_AAAA) &&
           found_first(found, family_of(question->type)) != NULL;
}

/* Who knows the name, as far as libc can tell. */
enum owner {
    OWNER_THIS_HOST,  /* it is localhost */
    OWNER_BEFORE_DNS, /* a source whose word counts, whatever DNS says */
    OWNER_BEHIND_DNS, /* a source whose word counts if DNS does not know the name */
    OWNER_IN_PART,    /* a source that does not tell all about it */
    OWNER_NOBODY,     /* the sources end before DNS */
    OWNER_DNS,        /* nobody else, or that is for DNS to tell */
};

static enum owner owner_of(const struct question *question, const struct sources *sources,
                           const struct libc_said *said)
{
    if (localhost_is_asked(question))
        return OWNER_THIS_HOST;
    if (said->saying == LIBC_FOUND && !is_whole(sources, question, said->addresses))
        return OWNER_IN_PART;
    if (said->saying == LIBC_FOUND)
        return said->came_to_dns ? OWNER_BEHIND_DNS : OWNER_BEFORE_DNS;
    if (sources->doubted || said->came_to_dns ||
        (said->saying != LIBC_NO_NAME && said->saying != LIBC_NO_DATA))
        return OWNER_DNS;
    return OWNER_NOBODY;
}

/* The name servers decide, if the sources lead to them. */
static enum lookup_next ask_dns(const struct lookup_config *config,
                                const struct question *question,
                                const struct sources *sources, const char *name,
                                const struct libc_said *said)
{
    if (!asks_addresses(config, question) || sources->doubted)
        return LOOKUP_RELAY;
    return shortcut_leads_to_dns(sources, name, family_of(question->type), said)
               ? LOOKUP_DNS_DECIDES
               : LOOKUP_VERDICT;
}

static enum lookup_next act_on(enum owner owner, const struct lookup_config *config,
                               const struct question *question,
                               const struct sources *sources, const char *name,
                               const struct libc_said *said, struct answer *answer)
{
    switch (owner) {
    case OWNER_THIS_HOST:
        say_localhost(config, question, said, answer);
        return LOOKUP_DONE;
    case OWNER_BEFORE_DNS:
        say_owned(config, question, answer, said->addresses);
        return LOOKUP_DONE;
    case OWNER_BEHIND_DNS:
        if (asks_addresses(config, question))
            return LOOKUP_VERDICT;
        say_local(config, question, answer, said->addresses);
        return LOOKUP_DONE;
    case OWNER_IN_PART:
        return LOOKUP_EXISTS;
    case OWNER_NOBODY:
        say_nothing(config, question, answer,
                    said->saying == LIBC_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
        return LOOKUP_DONE;
    case OWNER_DNS:
        break;
    }
    return ask_dns(config, question, sources, name, said);
}

enum lookup_next host_probe(const struct lookup_config *config,
                            const struct question *question, const struct libc_dns *dns,
                            struct answer *answer)
{
    struct sources sources = sources_look();
    char name[NAME_TEXT + 1];
    enum name_reach reach = host_text(question, name);
    struct libc_said said;
    enum lookup_next next;
    enum owner owner;

    if (reach == NAME_NOWHERE)
        return host_probe_odd(config, question, answer);
    said = libc_ask_name(name, AF_UNSPEC, sources.follow_dns ? dns : NULL, RESOLVER_PROBE);
    owner = owner_of(question, &sources, &said);
    if (reach == NAME_LOCAL_SOURCE && (owner == OWNER_NOBODY || owner == OWNER_DNS))
        next = host_probe_odd(config, question, answer);
    else
        next = act_on(owner, config, question, &sources, name, &said, answer);
    libc_free(&said);
    return next;
}

/* The family's addresses in libc's order; to be freed. */
static struct relay_order order_of(const struct addrinfo *list, int family)
{
    struct relay_order order = {.size = found_size(family)};
    size_t room = 0;
    uint8_t *addresses;

    for (const struct addrinfo *info = list; info; info = info->ai_next)
        room++;
    addresses = malloc(room * order.size + 1);
    for (const struct addrinfo *info = found_first(list, family); info && addresses;
         info = found_next(list, info, family))
        memcpy(addresses + order.count++ * order.size, found_address(info), order.size);
    order.addresses = addresses;
    return order;
}

/* Only addresses of `order` have been passed on, so to count them is enough. */
static bool has_all(const struct answer *answer, uint16_t type,
                    const struct relay_order *order)
{
    return relay_count_type(answer, type) == order->count;
}

/* libc has found addresses. If they are the reply's, its records are passed on; otherwise a
 * source that follows DNS in nsswitch.conf had the last word. */
static void say_found(const struct lookup_config *config, const struct question *question,
                      const struct heard *heard, const struct libc_said *said,
                      struct answer *answer)
{
    unsigned refused_before = shortage_count();
    struct relay_order order = order_of(said->addresses, family_of(question->type));
    bool heard_it = order.count > 0 && said->came_to_dns &&
                    heard_say(heard, question, &order, answer) &&
                    has_all(answer, question->type, &order);

    if (!heard_it && shortage_count() != refused_before) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "no memory for the answer");
    } else if (!heard_it) {
        answer_reset(answer);
        say_local(config, question, answer, said->addresses);
    }
    free((void *)(uintptr_t)order.addresses);
}

/*
 * libc has found none. What the name servers said tells why; but a reply with addresses
 * that libc does not accept, by its own checks or `no-aaaa` in resolv.conf, is none.
 */
static void say_not_found(const struct lookup_config *config,
                          const struct question *question, const struct heard *heard,
                          const struct libc_said *said, struct answer *answer)
{
    if (!heard_say(heard, question, NULL, answer))
        return;
    if (libc_is_broken(said)) {
        libc_tell_failure(said, answer);
    } else if (relay_has_type(answer, question->type)) {
        answer_reset(answer);
        if (said->saying == LIBC_FAILURE)
            libc_tell_failure(said, answer);
        else
            say_nothing(config, question, answer, RCODE_NOERROR);
    }
}

/* Where sources follow DNS and DNS does not know the name, one of them may, if only with
 * the other family. */
static bool say_source_behind_dns(const struct lookup_config *config,
                                  const struct question *question, const char *name,
                                  const struct heard *heard, const struct libc_dns *dns,
                                  struct answer *answer)
{
    struct libc_said local;
    bool found;
    if (!sources_follow_dns() || heard_rcode(heard) == RCODE_NOERROR)
        return false;
    local = libc_ask_name(name, family_of(question->type) == AF_INET ? AF_INET6 : AF_INET,
                          dns, question->flags);
    found = local.saying == LIBC_FOUND;
    if (found)
        say_local(config, question, answer, local.addresses);
    libc_free(&local);
    return found;
}

/* libc's sources ended before DNS, for this family: whoever knows the name has the other.
 */
static void say_without_dns(const struct lookup_config *config,
                            const struct question *question, const char *name,
                            struct answer *answer)
{
    struct libc_said said = libc_ask_name(name, AF_UNSPEC, NULL, 0);

    if (said.saying == LIBC_FOUND)
        say_owned(config, question, answer, said.addresses);
    else if (said.saying == LIBC_NO_NAME || said.saying == LIBC_NO_DATA)
        say_nothing(config, question, answer,
                    said.saying == LIBC_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
    else
        libc_tell_failure(&said, answer);
    libc_free(&said);
}

void host_verdict(const struct lookup_config *config, const struct question *question,
                  const struct heard *heard, const struct libc_dns *dns,
                  struct answer *answer)
{
    char name[NAME_TEXT + 1];
    struct libc_said said;

    host_text(question, name);
    said = libc_ask_name(name, family_of(question->type), dns, question->flags);
    if (said.saying == LIBC_FOUND)
        say_found(config, question, heard, &said, answer);
    else if (!said.came_to_dns)
        say_without_dns(config, question, name, answer);
    else if (!say_source_behind_dns(config, question, name, heard, dns, answer))
        say_not_found(config, question, heard, &said, answer);
    libc_free(&said);
}

void host_say_any(const struct question *question, const struct heard *a,
                  const struct heard *aaaa, struct answer *answer)
{
    bool heard_one = heard_say(a, question, NULL, answer);
    struct question one = *question;

    if (!heard_one)
        answer_reset(answer);
    if (!relay_has_type(answer, TYPE_CNAME) && aaaa->reply &&
        heard_rcode(aaaa) == RCODE_NOERROR)
        heard_say(aaaa, question, NULL, answer);
    if (answer->count[SECTION_ANSWER] > 0) {
        answer->rcode = RCODE_NOERROR;
        return;
    } /* A negative answer, or a failure: one family tells it, and the failure goes first.
       */
    answer_reset(answer);
    one.type = aaaa->reply ? TYPE_A : TYPE_AAAA;
    heard_say(aaaa->reply ? a : aaaa, &one, NULL, answer);
}

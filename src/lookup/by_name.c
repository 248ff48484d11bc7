#include "lookup/by_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/localhost.h"
#include "dns/order.h"
#include "lookup/addrinfo.h"
#include "lookup/hosts_file.h"
#include "lookup/hosts_words.h"
#include "lookup/sources.h"

bool by_name_has_below(const struct question *question)
{
    char text[NAME_TEXT], child[NAME_TEXT];
    struct libc_result result;
    bool found;

    if (name_to_host(question_name(question), text) == NAME_NOWHERE ||
        hosts_words_name(text) == HOSTS_WORDS_ABSENT || !hosts_file_child(text, child))
        return false;
    result = libc_ask_name(child, AF_UNSPEC, NULL, RESOLVER_PROBE);
    found = result.outcome == LIBC_FOUND;
    libc_free(&result);
    return found;
}

enum lookup_next by_name_probe_past_libc(const struct lookup_config *config,
                                         const struct question *question,
                                         struct answer *answer)
{
    struct sources sources = sources_now();

    if (sources.follow_dns || sources.doubted || libc_leads_to_dns())
        return LOOKUP_RELAY;
    nss_answer_none(config, question, answer, RCODE_NXDOMAIN);
    return LOOKUP_DONE;
}

bool by_name_asks_addresses(const struct lookup_config *config,
                            const struct question *question)
{
    return question->type == TYPE_A ||
           (question->type == TYPE_AAAA && !config->local->filter_aaaa);
}

/* No name server is asked about localhost: what the host does not know is answered here. */
static void say_localhost(const struct lookup_config *config,
                          const struct question *question, const struct libc_result *result,
                          struct answer *answer)
{
    if (result->outcome == LIBC_FOUND) {
        nss_answer_owned(config, question, answer, result->addresses, NULL);
        return;
    }
    answer->source = ANSWER_FROM_HOST;
    localhost_say(question, config->local->filter_aaaa, config->local->ttl, answer);
    answer_finish(answer, question, config->local->negative_ttl);
}

/* True if libc's result is complete for the type, even if it has no records of it. */
static bool is_whole(const struct sources *sources, const struct question *question,
                     const struct addrinfo *found)
{
    if (!sources->doubted)
        return true;
    return type_is_address(question->type) &&
           addrinfo_has(found, nss_answer_family(question->type));
}

/* True if the line or a source before DNS is broken. What DNS says of the name, above all a
 * denial, is then not for the client: the source may know the name. */
static bool fails_before_dns(const struct sources *sources,
                             const struct libc_result *result)
{
    return result->outcome == LIBC_FAILURE && !libc_failed_in_dns(result) &&
           !result->used_dns && !sources->doubted;
}

/* The source that knows the name, as far as libc can tell. */
enum owner {
    OWNER_THIS_HOST,  /* it is localhost */
    OWNER_BEFORE_DNS, /* a source whose word counts, whatever DNS says */
    OWNER_BEHIND_DNS, /* a source whose word counts if DNS does not know the name */
    OWNER_IN_PART,    /* a source that does not tell everything about the name */
    OWNER_NOBODY,     /* the sources end before DNS */
    OWNER_UNKNOWN,    /* libc failed before it came to DNS */
    OWNER_DNS,        /* no other source, or only DNS can tell */
};

static enum owner owner_of(const struct question *question, const struct sources *sources,
                           const struct libc_result *result)
{
    if (localhost_is_asked(question))
        return OWNER_THIS_HOST;
    if (result->outcome == LIBC_FOUND && !is_whole(sources, question, result->addresses))
        return OWNER_IN_PART;
    if (result->outcome == LIBC_FOUND)
        return result->used_dns ? OWNER_BEHIND_DNS : OWNER_BEFORE_DNS;
    if (fails_before_dns(sources, result))
        return OWNER_UNKNOWN;
    if (sources->doubted || result->used_dns ||
        (result->outcome != LIBC_NO_NAME && result->outcome != LIBC_NO_DATA))
        return OWNER_DNS;
    return OWNER_NOBODY;
}

/*
 * True if libc, asked for this family alone as in a verdict, comes to DNS and goes by the
 * response; `both` is its result for both families. `files` knows the same names for one
 * family and for both; other sources may know a family only when they are asked for that.
 */
static bool leads_to_dns(const struct sources *sources, const char *name, int family,
                         const struct libc_result *both)
{
    struct libc_result one;
    bool leads;

    if (!sources->end_in_dns || !libc_failed_in_dns(both))
        return false;
    if (sources->files_then_dns)
        return true;
    one = libc_ask_name(name, family, NULL, RESOLVER_PROBE);
    leads = libc_failed_in_dns(&one);
    libc_free(&one);
    return leads;
}

/* The name servers decide, if the sources lead to them. */
static enum lookup_next ask_dns(const struct lookup_config *config,
                                const struct question *question,
                                const struct sources *sources, const char *name,
                                const struct libc_result *result)
{
    if (!by_name_asks_addresses(config, question) || sources->doubted)
        return LOOKUP_RELAY;
    return leads_to_dns(sources, name, nss_answer_family(question->type), result)
               ? LOOKUP_DNS_DECIDES
               : LOOKUP_VERDICT;
}

static enum lookup_next act_on(enum owner owner, const struct lookup_config *config,
                               const struct question *question,
                               const struct sources *sources, const char *name,
                               const struct libc_result *result, struct answer *answer,
                               struct twin_answer *twin)
{
    switch (owner) {
    case OWNER_THIS_HOST:
        say_localhost(config, question, result, answer);
        return LOOKUP_DONE;
    case OWNER_BEFORE_DNS:
        nss_answer_owned(config, question, answer, result->addresses, twin);
        return LOOKUP_DONE;
    case OWNER_BEHIND_DNS:
        if (by_name_asks_addresses(config, question))
            return LOOKUP_VERDICT;
        nss_answer_addresses(config, question, answer, result->addresses);
        return LOOKUP_DONE;
    case OWNER_IN_PART:
        return LOOKUP_EXISTS;
    case OWNER_NOBODY:
        nss_answer_none(config, question, answer,
                        result->outcome == LIBC_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
        return LOOKUP_DONE;
    case OWNER_UNKNOWN:
        if (by_name_asks_addresses(config, question))
            return LOOKUP_VERDICT;
        libc_tell_failure(result, answer);
        return LOOKUP_DONE;
    case OWNER_DNS:
        break;
    }
    return ask_dns(config, question, sources, name, result);
}

enum lookup_next by_name_probe(const struct lookup_config *config,
                               const struct question *question, const struct libc_dns *dns,
                               struct answer *answer, struct twin_answer *twin)
{
    struct sources sources = sources_now();
    char name[NAME_TEXT + 1];
    enum name_reach reach = nss_answer_text(question, name);
    struct libc_result result;
    enum lookup_next next;
    enum owner owner;

    if (reach == NAME_NOWHERE)
        return by_name_probe_past_libc(config, question, answer);
    result =
        libc_ask_name(name, AF_UNSPEC, sources.follow_dns ? dns : NULL, RESOLVER_PROBE);
    owner = owner_of(question, &sources, &result);
    if (reach == NAME_LOCAL_SOURCE && (owner == OWNER_NOBODY || owner == OWNER_DNS))
        next = by_name_probe_past_libc(config, question, answer);
    else
        next = act_on(owner, config, question, &sources, name, &result, answer, twin);
    libc_free(&result);
    return next;
}

/* The family's addresses in libc's order. The caller frees them. */
static struct relay_order order_of(const struct addrinfo *list, int family)
{
    struct relay_order order = {.size = addrinfo_size(family)};
    struct addrinfo_walk walk = addrinfo_walk(list, family);
    size_t room = 0;
    uint8_t *addresses;
    const void *address;

    for (const struct addrinfo *info = list; info; info = info->ai_next)
        room++;
    addresses = malloc(room * order.size + 1);
    while (addresses && (address = addrinfo_walk_next(&walk)))
        memcpy(addresses + order.count++ * order.size, address, order.size);
    order.addresses = addresses;
    return order;
}

/* Only addresses of `order`, or all of these and others, have been passed on, so to count
 * them is enough. */
static bool has_all(const struct answer *answer, uint16_t type,
                    const struct relay_order *order)
{
    return answer_count_type(answer, type) >= order->count;
}

/* True if libc has gone by the response, and the answer could be made of that. libc may
 * have seen nothing but addresses that are left out. */
static bool is_from_dns(const struct question *question, const struct response *response,
                        const struct libc_result *result, const struct relay_order *order,
                        struct answer *answer)
{
    return (order->count > 0 || order->is_part) && result->used_dns &&
           response_to_answer(response, question, order, answer) &&
           has_all(answer, question->type, order);
}

/* libc has found addresses. If they are those of the response, its records are passed on;
 * otherwise a source behind DNS in nsswitch.conf had the last word. If libc has seen a part
 * of a response that cannot be read to its end, the rest must not be denied. */
static void say_found(const struct lookup_config *config, const struct question *question,
                      const struct response *response, const struct libc_result *result,
                      struct answer *answer)
{
    unsigned refused_before = shortage_count();
    struct relay_order order =
        order_of(result->addresses, nss_answer_family(question->type));
    bool done;

    order.is_part = response->reply &&
                    order_is_cut(question->type, response->reply, response->reply_len);
    done = is_from_dns(question, response, result, &order, answer);
    if (!done && shortage_count() != refused_before) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "no memory for the answer");
    } else if (!done && !(order.is_part && answer->rcode == RCODE_SERVFAIL)) {
        answer_reset(answer);
        nss_answer_addresses(config, question, answer, result->addresses);
    }
    free((void *)(uintptr_t)order.addresses);
}

/*
 * libc has found none, and the response tells why. But if it has addresses, which libc has
 * refused by its own checks or because of `no-aaaa` in resolv.conf, there is no data.
 */
static void say_not_found(const struct lookup_config *config,
                          const struct question *question, const struct response *response,
                          const struct libc_result *result, struct answer *answer)
{
    if (!response_to_answer(response, question, NULL, answer))
        return;
    if (libc_is_broken(result)) {
        libc_tell_failure(result, answer);
    } else if (answer_count_type(answer, question->type) > 0) {
        answer_reset(answer);
        if (result->outcome == LIBC_FAILURE)
            libc_tell_failure(result, answer);
        else
            nss_answer_none(config, question, answer, RCODE_NOERROR);
    }
}

/* A source behind DNS may know what DNS does not, if only for the other family. */
static bool say_source_behind_dns(const struct lookup_config *config,
                                  const struct question *question, const char *name,
                                  const struct response *response,
                                  const struct libc_dns *dns, struct answer *answer)
{
    struct libc_result local;
    bool found;
    if (!sources_now().follow_dns || response_rcode(response) == RCODE_NOERROR)
        return false;
    local = libc_ask_name(name,
                          nss_answer_family(question->type) == AF_INET ? AF_INET6 : AF_INET,
                          dns, question->flags);
    found = local.outcome == LIBC_FOUND;
    if (found)
        nss_answer_addresses(config, question, answer, local.addresses);
    libc_free(&local);
    return found;
}

/* For this family libc did not come to DNS, so a source before DNS knows the name, perhaps
 * with addresses of the other family. */
static void say_without_dns(const struct lookup_config *config,
                            const struct question *question, const char *name,
                            struct answer *answer)
{
    struct libc_result result = libc_ask_name(name, AF_UNSPEC, NULL, 0);

    if (result.outcome == LIBC_FOUND)
        nss_answer_owned(config, question, answer, result.addresses, NULL);
    else if (result.outcome == LIBC_NO_NAME || result.outcome == LIBC_NO_DATA)
        nss_answer_none(config, question, answer,
                        result.outcome == LIBC_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
    else
        libc_tell_failure(&result, answer);
    libc_free(&result);
}

void by_name_verdict(const struct lookup_config *config, const struct question *question,
                     const struct response *response, const struct libc_dns *dns,
                     struct answer *answer)
{
    char name[NAME_TEXT + 1];
    struct libc_result result;

    sources_now(); /* libc may not have been asked before, and nscd may run by now */
    nss_answer_text(question, name);
    result = libc_ask_name(name, nss_answer_family(question->type), dns, question->flags);
    if (result.outcome == LIBC_FOUND)
        say_found(config, question, response, &result, answer);
    else if (!result.used_dns)
        say_without_dns(config, question, name, answer);
    else if (!say_source_behind_dns(config, question, name, response, dns, answer))
        say_not_found(config, question, response, &result, answer);
    libc_free(&result);
}

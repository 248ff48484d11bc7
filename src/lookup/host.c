#include "lookup/host.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortage.h"
#include "dns/clear.h"
#include "dns/localhost.h"
#include "dns/reverse.h"
#include "lookup/found.h"
#include "lookup/hosts_file.h"
#include "lookup/negative.h"
#include "lookup/resolver.h"
#include "lookup/sources.h"

/* What one call of getaddrinfo() says when its three error codes are read together. */
enum saying {
    SAYS_FOUND,
    SAYS_NODATA,  /* the name exists, without this family */
    SAYS_NO_NAME, /* no such name, or another family's failure hidden behind it */
    SAYS_ALIAS,   /* a CNAME whose target has no data of this family */
    SAYS_FAILURE,
};

struct call {
    enum saying saying;
    int code, system_error, resolver_error; /* getaddrinfo's, errno, h_errno */
    struct addrinfo *found;                 /* freeaddrinfo() takes it; NULL if none */
};

static enum saying saying_of(const struct call *call)
{
    if (call->code == 0)
        return SAYS_FOUND;
    if (call->code == EAI_NODATA)
        return SAYS_NODATA;
    if (call->code != EAI_NONAME)
        return SAYS_FAILURE;
    if (call->resolver_error == HOST_NOT_FOUND)
        return SAYS_NO_NAME;
    if (call->resolver_error == NO_RECOVERY && call->system_error == ENOENT)
        return SAYS_ALIAS;
    return SAYS_FAILURE;
}

/*
 * AI_CANONNAME and no other flag: AI_ADDRCONFIG and AI_V4MAPPED would change the answer,
 * the IDN flags the question. One socket type, or each address comes three times.
 */
static struct call call_libc(const char *name, int family, const struct addr *door,
                             unsigned flags)
{
    const struct addrinfo hints = {
        .ai_flags = AI_CANONNAME, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct call call = {.code = EAI_SYSTEM};

    if (resolver_prepare(door, flags) == 0) {
        errno = 0;
        h_errno = 0;
        call.code = getaddrinfo(name, NULL, &hints, &call.found);
    }
    call.system_error = errno;
    call.resolver_error = h_errno;
    shortage_end();
    shortage_check_descriptors();
    if (call.code != 0)
        call.found = NULL;
    call.saying = saying_of(&call);
    return call;
}

static void call_free(struct call *call)
{
    if (call->found)
        freeaddrinfo(call->found);
    call->found = NULL;
}

/* True if libc's sources lead as far as DNS for a name that nobody else knows. */
static bool reaches_dns(void)
{
    struct call call = call_libc("unknown.invalid", AF_INET, NULL, 0);
    bool reaches = call.code == EAI_AGAIN;

    call_free(&call);
    return reaches;
}

static void say_failure(struct answer *answer, const struct call *call)
{
    const char *words = gai_strerror(call->code);

    if (call->code == EAI_AGAIN)
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "host resolver: %s",
                    words);
    else if (call->code == EAI_SYSTEM)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "host resolver: %s: %s", words,
                    strerror(call->system_error));
    else
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "host resolver: %s (%s)",
                    words, hstrerror(call->resolver_error));
}

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
    struct call call;
    size_t own_len;
    bool is_own;

    canonical->name_len = (uint8_t)name_of(found, canonical->name);
    if (canonical->name_len == 0 ||
        name_equal(canonical->name, canonical->name_len, question->name,
                   question->name_len) ||
        reverse_parse(canonical->name, canonical->name_len, address) != REVERSE_NONE ||
        host_text(canonical, text) != NAME_EVERYWHERE)
        return false;
    call = call_libc(text, AF_UNSPEC, NULL, RESOLVER_PROBE);
    own_len = call.found ? name_of(call.found, own_name) : 0;
    is_own = own_len > 0 &&
             name_equal(own_name, own_len, canonical->name, canonical->name_len) &&
             found_same(call.found, found);
    call_free(&call);
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
    struct call call;
    bool found;

    if (host_text(question, text) == NAME_NOWHERE || !hosts_file_child(text, child))
        return false;
    call = call_libc(child, AF_UNSPEC, NULL, RESOLVER_PROBE);
    found = call.saying == SAYS_FOUND;
    call_free(&call);
    return found;
}

enum lookup_next host_probe_odd(const struct lookup_config *config,
                                const struct question *question, struct answer *answer)
{
    struct sources sources = sources_look();

    if (sources.follow_dns || sources.doubted || reaches_dns())
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
                          const struct question *question, const struct call *call,
                          struct answer *answer)
{
    if (call->saying == SAYS_FOUND) {
        say_owned(config, question, answer, call->found);
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

static bool failed_in_dns(const struct call *call)
{
    return call->code == EAI_AGAIN && call->resolver_error == TRY_AGAIN;
}

/*
 * True if libc, asked for this family alone as in a verdict, comes to DNS and goes by what
 * it says. Between plain sources the probe of both families has shown it; others may know
 * one family only when they are asked for that.
 */
static bool comes_to_dns(const struct sources *sources, const char *name, int family,
                         const struct call *both)
{
    struct call call;
    bool comes;

    if (!sources->end_in_dns || !failed_in_dns(both))
        return false;
    if (sources->plain)
        return true;
    call = call_libc(name, family, NULL, RESOLVER_PROBE);
    comes = failed_in_dns(&call);
    call_free(&call);
    return comes;
}

enum lookup_next host_probe(const struct lookup_config *config,
                            const struct question *question, const struct addr *door,
                            const atomic_bool *asked, struct answer *answer)
{
    struct sources sources = sources_look();
    bool follow = sources.follow_dns, came = follow;
    enum lookup_next next =
        asks_addresses(config, question) ? LOOKUP_VERDICT : LOOKUP_RELAY;
    char name[NAME_TEXT + 1];
    enum name_reach reach = host_text(question, name);
    struct call call;

    if (reach == NAME_NOWHERE)
        return host_probe_odd(config, question, answer);
    call = call_libc(name, AF_UNSPEC, follow ? door : NULL, RESOLVER_PROBE);
    if (follow && door)
        came = *asked;
    if (localhost_is_asked(question)) {
        say_localhost(config, question, &call, answer);
        next = LOOKUP_DONE;
    } else if (call.saying == SAYS_FOUND) {
        if (!is_whole(&sources, question, call.found)) {
            next = LOOKUP_EXISTS;
        } else if (!came) {
            say_owned(config, question, answer, call.found);
            next = LOOKUP_DONE;
        } else if (!asks_addresses(config, question)) {
            say_local(config, question, answer, call.found);
            next = LOOKUP_DONE;
        } /* else by a source behind DNS: DNS may know better */
    } else if (reach == NAME_LOCAL_SOURCE) {
        next = host_probe_odd(config, question, answer);
    } else if (sources.doubted) {
        next = LOOKUP_RELAY;
    } else if (!came && (call.saying == SAYS_NO_NAME || call.saying == SAYS_NODATA)) {
        say_nothing(config, question, answer, /* the sources end before DNS */
                    call.saying == SAYS_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
        next = LOOKUP_DONE;
    } else if (next == LOOKUP_VERDICT &&
               comes_to_dns(&sources, name, family_of(question->type), &call)) {
        next = LOOKUP_PLAIN;
    }
    call_free(&call);
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
                      const struct heard *heard, const struct addrinfo *found,
                      struct answer *answer)
{
    unsigned refused_before = shortage_count();
    struct relay_order order = order_of(found, family_of(question->type));
    bool said = order.count > 0 && heard_counts(heard) &&
                heard_say(heard, question, &order, answer) &&
                has_all(answer, question->type, &order);

    if (!said && shortage_count() != refused_before) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "no memory for the answer");
    } else if (!said) {
        answer_reset(answer);
        say_local(config, question, answer, found);
    }
    free((void *)(uintptr_t)order.addresses);
}

/*
 * libc has found none. What the name servers said tells why; but a reply with addresses
 * that libc does not accept, by its own checks or `no-aaaa` in resolv.conf, is none.
 */
static void say_not_found(const struct lookup_config *config,
                          const struct question *question, const struct heard *heard,
                          const struct call *call, struct answer *answer)
{
    if (!heard_say(heard, question, NULL, answer))
        return;
    if (call->code == EAI_SYSTEM || call->code == EAI_MEMORY) {
        say_failure(answer, call);
    } else if (relay_has_type(answer, question->type)) {
        answer_reset(answer);
        if (call->saying == SAYS_FAILURE)
            say_failure(answer, call);
        else
            say_nothing(config, question, answer, RCODE_NOERROR);
    }
}

/* Where sources follow DNS and DNS does not know the name, one of them may, if only with
 * the other family. */
static bool say_source_behind_dns(const struct lookup_config *config,
                                  const struct question *question, const char *name,
                                  const struct heard *heard, const struct addr *door,
                                  struct answer *answer)
{
    struct call local;
    bool found;
    if (!sources_follow_dns() || heard_rcode(heard) == RCODE_NOERROR)
        return false;
    local = call_libc(name, family_of(question->type) == AF_INET ? AF_INET6 : AF_INET, door,
                      question->flags);
    found = local.saying == SAYS_FOUND;
    if (found)
        say_local(config, question, answer, local.found);
    call_free(&local);
    return found;
}

/* libc's sources ended before DNS, for this family: whoever knows the name has the other.
 */
static void say_without_dns(const struct lookup_config *config,
                            const struct question *question, const char *name,
                            struct answer *answer)
{
    struct call call = call_libc(name, AF_UNSPEC, NULL, 0);

    if (call.saying == SAYS_FOUND)
        say_owned(config, question, answer, call.found);
    else if (call.saying == SAYS_NO_NAME || call.saying == SAYS_NODATA)
        say_nothing(config, question, answer,
                    call.saying == SAYS_NO_NAME ? RCODE_NXDOMAIN : RCODE_NOERROR);
    else
        say_failure(answer, &call);
    call_free(&call);
}

bool host_knows_verdict(const struct question *question, const struct heard *heard)
{
    return !heard->reply || clear_reply(question, heard->reply, heard->reply_len);
}

void host_verdict(const struct lookup_config *config, const struct question *question,
                  const struct heard *heard, const struct addr *door, struct answer *answer)
{
    char name[NAME_TEXT + 1];
    struct call call;

    host_text(question, name);
    call = call_libc(name, family_of(question->type), door, question->flags);
    if (call.saying == SAYS_FOUND)
        say_found(config, question, heard, call.found, answer);
    else if (!heard_counts(heard))
        say_without_dns(config, question, name, answer);
    else if (!say_source_behind_dns(config, question, name, heard, door, answer))
        say_not_found(config, question, heard, &call, answer);
    call_free(&call);
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

#include "lookup/host.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "lookup/direct.h"
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
static struct call call_libc(const char *name, int family, enum resolver_servers servers)
{
    const struct addrinfo hints = {
        .ai_flags = AI_CANONNAME, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct call call = {.code = EAI_SYSTEM};

    if (resolver_prepare(servers) == 0) {
        errno = 0;
        h_errno = 0;
        call.code = getaddrinfo(name, NULL, &hints, &call.found);
    }
    call.system_error = errno;
    call.resolver_error = h_errno;
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

bool host_reaches_dns(void)
{
    struct call call = call_libc("unknown.invalid", AF_INET, RESOLVER_NO_SERVERS);
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

static const struct sockaddr_in6 *ip6_of(const struct addrinfo *info)
{
    return (const struct sockaddr_in6 *)(const void *)info->ai_addr;
}

/* An IPv4 address in the clothes of IPv6, as the hosts file may have it, is an IPv4
 * address. */
static bool is_mapped(const struct addrinfo *info)
{
    return info->ai_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&ip6_of(info)->sin6_addr);
}

static int true_family(const struct addrinfo *info)
{
    return is_mapped(info) ? AF_INET : info->ai_family;
}

static const void *address_of(const struct addrinfo *info)
{
    if (is_mapped(info))
        return ip6_of(info)->sin6_addr.s6_addr + 12;
    if (info->ai_family == AF_INET6)
        return &ip6_of(info)->sin6_addr;
    return &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr;
}

static size_t address_size(int family)
{
    return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

/* An AAAA record has no place for a scope, and without it the address leads nowhere. */
static bool has_scope(const struct addrinfo *info)
{
    return info->ai_family == AF_INET6 && ip6_of(info)->sin6_scope_id != 0;
}

/* The same address on several lines of the hosts file comes several times (RFC 2181, 5). */
static bool is_repeated(const struct addrinfo *list, const struct addrinfo *info)
{
    int family = true_family(info);

    for (; list != info; list = list->ai_next)
        if (true_family(list) == family &&
            memcmp(address_of(list), address_of(info), address_size(family)) == 0)
            return true;
    return false;
}

/* Adds the addresses of one family, in libc's order; false if there is no room. */
static bool add_addresses(const struct lookup_config *config, struct answer *answer,
                          uint16_t owner, uint16_t type, const struct addrinfo *list)
{
    for (const struct addrinfo *info = list; info; info = info->ai_next) {
        if (true_family(info) != family_of(type) || has_scope(info) ||
            is_repeated(list, info))
            continue;
        if (!answer_add_address(answer, owner, type, address_of(info), config->ttl))
            return false;
    }
    return true;
}

/* Adds what `list` has of the asked type or types under `owner`. */
static void add_asked(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, uint16_t owner, const struct addrinfo *list)
{
    uint16_t type = question->type;
    bool done = true;

    if (type == TYPE_A || type == TYPE_ANY)
        done = add_addresses(config, answer, owner, TYPE_A, list);
    if (done && (type == TYPE_AAAA || type == TYPE_ANY))
        done = add_addresses(config, answer, owner, TYPE_AAAA, list);
    if (!done)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "too many addresses for a message");
}

/* The canonical name in wire form if it is another name than the asked one, otherwise 0. */
static size_t alias_target(const struct question *question, const struct addrinfo *list,
                           uint8_t target[static NAME_WIRE_MAX])
{
    size_t len;

    if (!list || !list->ai_canonname)
        return 0;
    len = name_from_host(list->ai_canonname, target);
    if (len == 0 || name_equal(target, len, question->name, question->name_len))
        return 0;
    return len;
}

/* Answers from a source other than DNS stand under the asked name: in the hosts file an
 * alias may have other addresses than its canonical name. */
static void say_local(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct addrinfo *list)
{
    add_asked(config, question, answer, ANSWER_OWNER_QUESTION, list);
    negative_finish(config, question, answer);
}

/*
 * An answer from DNS: an alias is shown as the one CNAME that libc tells, with the
 * addresses at its target. Who asks for the alias itself or another type gets the CNAME
 * alone (RFC 1034 section 3.6.2). `more` holds further addresses of the same name, or is
 * NULL.
 */
static void say_dns(const struct lookup_config *config, const struct question *question,
                    struct answer *answer, const struct addrinfo *list,
                    const struct addrinfo *more)
{
    uint8_t target[NAME_WIRE_MAX];
    size_t target_len = alias_target(question, list, target);
    uint16_t owner = ANSWER_OWNER_QUESTION;

    if (target_len > 0 && !answer_add_name(answer, owner, TYPE_CNAME, target, target_len,
                                           config->ttl, &owner)) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "no memory for the answer");
        return;
    }
    if (target_len == 0 || question->type != TYPE_ANY) {
        add_asked(config, question, answer, owner, list);
        add_asked(config, question, answer, owner, more);
    }
    negative_finish(config, question, answer);
}

/* Step 3, for a family that says "no such name" or "alias without data". */
static struct call call_other_family(const char *name, int family, const struct call *first)
{
    struct call other =
        call_libc(name, family == AF_INET ? AF_INET6 : AF_INET, RESOLVER_HOST_SERVERS);

    if (first->saying == SAYS_ALIAS || other.saying == SAYS_ALIAS ||
        other.saying == SAYS_FOUND)
        other.saying = SAYS_NODATA; /* what was found stays: it tells the alias */
    return other;
}

/* Steps 2 and 3. SAYS_NODATA may come with the other family's result. */
static struct call call_dns(const char *name, int family)
{
    struct call call = call_libc(name, family, RESOLVER_HOST_SERVERS);

    if (call.saying != SAYS_NO_NAME && call.saying != SAYS_ALIAS)
        return call;
    return call_other_family(name, family, &call);
}

static void say_call(const struct lookup_config *config, const struct question *question,
                     struct answer *answer, const struct call *call)
{
    if (call->saying == SAYS_FAILURE) {
        say_failure(answer, call);
        return;
    }
    if (call->saying == SAYS_NO_NAME)
        answer->rcode = RCODE_NXDOMAIN;
    say_dns(config, question, answer, call->found, NULL);
}

/* The text libc is asked. A final dot keeps it from taking the name for an address. */
static enum name_reach host_text(const struct question *question,
                                 char text[static NAME_TEXT + 1])
{
    enum name_reach reach = name_to_host(question->name, question->name_len, text);

    if (reach == NAME_EVERYWHERE && name_looks_numeric(text))
        strcat(text, ".");
    return reach;
}

/* An odd name that no other source knows: only the name servers themselves can tell. */
static bool odd_name_local(const struct lookup_config *config,
                           const struct question *question, struct answer *answer)
{
    if (host_reaches_dns())
        return false;
    answer->rcode = RCODE_NXDOMAIN;
    negative_finish(config, question, answer);
    return true;
}

bool host_local(const struct lookup_config *config, const struct question *question,
                struct answer *answer)
{
    char name[NAME_TEXT + 1];
    enum name_reach reach = host_text(question, name);
    struct call call;
    bool done = true;

    if (reach == NAME_NOWHERE)
        return odd_name_local(config, question, answer);
    call = call_libc(name, AF_UNSPEC, RESOLVER_NO_SERVERS);
    if (call.saying == SAYS_FOUND)
        if (sources_follow_dns())
            done = false;
        else
            say_local(config, question, answer, call.found);
    else if (reach == NAME_LOCAL_SOURCE)
        done = odd_name_local(config, question, answer);
    else if (call.saying == SAYS_NO_NAME || call.saying == SAYS_NODATA)
        say_call(config, question, answer, &call); /* the sources end before DNS */
    else
        done = false;
    call_free(&call);
    return done;
}

static bool same_canonical_name(const struct call *a, const struct call *b)
{
    return a->found && b->found && a->found->ai_canonname && b->found->ai_canonname &&
           strcasecmp(a->found->ai_canonname, b->found->ai_canonname) == 0;
}

/*
 * Where sources follow DNS in nsswitch.conf, what step 1 found counts only if DNS does not
 * know better. True if the answer is complete.
 */
static bool say_source_behind_dns(const struct lookup_config *config,
                                  const struct question *question, struct answer *answer,
                                  const char *name)
{
    struct call local, dns;

    if (!sources_follow_dns())
        return false;
    local = call_libc(name, AF_UNSPEC, RESOLVER_NO_SERVERS);
    if (local.saying != SAYS_FOUND) {
        call_free(&local);
        return false;
    }
    dns = call_libc(name, family_of(question->type), RESOLVER_HOST_SERVERS);
    if (dns.saying != SAYS_FOUND)
        say_local(config, question, answer, local.found);
    else if (same_canonical_name(&local, &dns))
        say_local(config, question, answer, dns.found);
    else
        say_dns(config, question, answer, dns.found, NULL);
    call_free(&local);
    call_free(&dns);
    return true;
}

/* RFC 8482 section 4.1 lets ANY be answered with what is at hand: both families' addresses.
 */
static void say_any(const struct lookup_config *config, const struct question *question,
                    struct answer *answer, const char *name)
{
    struct call a = call_dns(name, AF_INET), aaaa = call_dns(name, AF_INET6);

    if (a.saying == SAYS_FOUND)
        say_dns(config, question, answer, a.found, aaaa.found);
    else if (aaaa.saying == SAYS_FOUND)
        say_dns(config, question, answer, aaaa.found, NULL);
    else
        say_call(config, question, answer, aaaa.saying == SAYS_FAILURE ? &aaaa : &a);
    call_free(&a);
    call_free(&aaaa);
}

void host_network(const struct lookup_config *config, const struct question *question,
                  struct answer *answer)
{
    char name[NAME_TEXT + 1];
    struct call call;

    if (host_text(question, name) != NAME_EVERYWHERE) {
        direct_ask(config, question, answer);
        return;
    }
    if (say_source_behind_dns(config, question, answer, name))
        return;
    if (question->type == TYPE_ANY) {
        say_any(config, question, answer, name);
        return;
    }
    call = call_dns(name, family_of(question->type));
    say_call(config, question, answer, &call);
    call_free(&call);
}

#include "client/explain_why.h"

#include "client/explain_why_dns.h"
#include "client/explain_why_modules.h"
#include "client/explain_why_ours.h"
#include "client/explain_why_sources.h"
#include "dns/name.h"

#include <stdlib.h>
#include <string.h>

/* True also for "fe80::1%eth0", which cannot even be a domain name. */
static bool is_numeric(const struct finding_subject *subject)
{
    return !subject->is_address &&
           (name_is_numeric(subject->name) || strchr(subject->name, ':'));
}

/* False if no source has been asked, so that there is no more to say. */
static bool why_libc_alone(const struct findings *findings, struct texts *why)
{
    const struct finding_subject *subject = &findings->subject;
    const char *address;

    if (findings->host.is_wrong)
        texts_add(why,
                  "libc cannot use the hosts: line of nsswitch.conf, or another one there, "
                  "and asks no source at all.");
    if (findings->host.endless_file) {
        texts_put(why,
                  "%s is a FIFO or a device, which libc would read for ever, and so would "
                  "every program that looks up a name; it was not asked.",
                  findings->host.endless_file);
        return false;
    }
    if (!is_numeric(subject) || !finding_is_found(&findings->all))
        return true;
    address = findings->all.found.all[0];
    texts_put(why,
              "getaddrinfo() takes %s for %s%s, and asks no source; over DNS it is a name "
              "like any other.",
              subject->text,
              strcmp(subject->text, address) == 0 ? "an address" : "the address ",
              strcmp(subject->text, address) == 0 ? "" : address);
    return false;
}

/* AI_ADDRCONFIG */

static bool is_ip6(const char *address)
{
    return strchr(address, ':') != NULL;
}

/* True if the flag has removed an address of this family. */
static bool lacks(const struct findings *findings, bool ip6)
{
    const struct texts *found = &findings->all.found;

    for (size_t i = 0; i < found->count; i++)
        if (is_ip6(found->all[i]) == ip6 &&
            !texts_have(&findings->with_config.found, found->all[i]))
            return true;
    return false;
}

static void why_config(const struct findings *findings, struct texts *why)
{
    bool lacks_ip4, lacks_ip6;
    const char *kinds;

    if (findings->subject.is_address || !finding_is_found(&findings->all))
        return;
    lacks_ip4 = lacks(findings, false) && !findings->host.has_ipv4;
    lacks_ip6 = lacks(findings, true) && !findings->host.has_ipv6;
    if (!lacks_ip4 && !lacks_ip6)
        return;
    kinds = !lacks_ip6 ? "IPv4" : lacks_ip4 ? "IPv4 or IPv6" : "IPv6";
    texts_put(
        why,
        "Programs that set AI_ADDRCONFIG, as many do, are given no %s addresses, since "
        "this host has none but 127.0.0.1 and ::1.",
        kinds);
}

/* nscd */

static void why_nscd(const struct findings *findings, struct texts *why)
{
    const struct finding *all = &findings->all, *without = &findings->without_nscd;

    if (findings->host.has_nscd &&
        (all->outcome != without->outcome || !texts_are_same(&all->found, &without->found)))
        texts_add(why, "nscd answers in place of the sources, which would say something "
                       "else: its cache may be old (nscd -i hosts empties it).");
}

/* The order of addresses. Name servers are compared by family, since each reply has one. */

static bool is_sorted(const struct findings *findings)
{
    for (size_t i = 0; i < findings->server_count; i++)
        for (size_t part = 0; part < findings->servers[i].count; part++)
            if (!findings->servers[i].is_ours &&
                texts_differ_in_order(&findings->servers[i].answers[part].found,
                                      &findings->all.found))
                return true;
    return false;
}

static void why_sorted(const struct findings *findings, struct texts *why)
{
    if (findings->subject.is_address || findings->all.found.count < 2)
        return;
    if (findings->host.has_gai_rules)
        texts_add(
            why,
            "getaddrinfo() sorts the addresses (RFC 6724) by the rules in /etc/gai.conf.");
    else if (is_sorted(findings))
        texts_add(why, "getaddrinfo() sorts the addresses by this host's routes to them "
                       "(RFC 6724); name servers use another order.");
}

static void why_environment(const struct findings *findings, struct texts *why)
{
    char *names = texts_join(&findings->host.environment, 3);

    if (findings->host.environment.count > 0)
        texts_put(why, "The environment has variables that change what libc does: %s.",
                  names);
    free(names);
}

/* If no reason was found. */

/* A name server that says something else than getaddrinfo(). */
static const struct finding_server *differing_server(const struct findings *findings)
{
    for (size_t i = 0; i < findings->server_count; i++)
        if (findings_server_found(&findings->servers[i]) && !findings->subject.is_address &&
            !findings_server_says(&findings->servers[i], &findings->all.found))
            return &findings->servers[i];
    return NULL;
}

static const char *summary(enum finding_outcome outcome)
{
    switch (outcome) {
    case FINDING_FOUND:
        return "All that know it say the same.";
    case FINDING_NO_DATA:
        return "The name exists, but has no such addresses.";
    case FINDING_FAILED:
        return "The source that should know it fails, so nobody can tell.";
    case FINDING_BROKEN:
        return "libc itself fails, whatever the name.";
    case FINDING_SILENT:
    case FINDING_CRASHED:
    case FINDING_ENDED:
    case FINDING_UNASKED:
        return "libc has not found an answer, so nobody can tell.";
    default:
        return "Nobody knows it.";
    }
}

static void why_all_alike(const struct findings *findings, struct texts *why)
{
    const struct finding_server *server = differing_server(findings);

    if (server)
        texts_put(
            why,
            "getaddrinfo() and %s differ, and nothing that is looked at here says why.",
            server->name);
    else
        texts_add(why, summary(findings->all.outcome));
}

void explain_why(struct findings *findings)
{
    struct texts *why = &findings->why;

    if (why_libc_alone(findings, why)) {
        explain_why_sources(findings, why);
        explain_why_modules(findings, why);
        explain_why_dns(findings, why);
        why_config(findings, why);
        why_nscd(findings, why);
        why_sorted(findings, why);
        explain_why_ours(findings, why);
    }
    if (why->count == 0)
        why_all_alike(findings, why);
    why_environment(findings, why);
}

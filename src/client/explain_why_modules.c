#include "client/explain_why_modules.h"

#include "client/explain_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SLOW_US = 4000000 };

/* Multicast DNS */

static bool is_mdns(const char *source)
{
    return strncmp(source, "mdns", 4) == 0;
}

static bool is_below_local(const char *name)
{
    size_t len = strlen(name);

    len -= len > 0 && name[len - 1] == '.';
    return len > 6 && strncasecmp(name + len - 6, ".local", 6) == 0;
}

/* "a.b.local": modules whose name ends with _minimal take one label only. */
static bool is_deep(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot && is_below_local(dot + 1);
}

static void tell_mdns(const struct findings *findings, size_t at, struct texts *why)
{
    const struct finding *said = findings_said(findings, at);
    const char *label = findings->sources[at].label;
    bool is_minimal = strstr(label, "_minimal") != NULL;

    if (said->outcome == FINDING_UNAVAILABLE && is_minimal &&
        is_deep(findings->subject.name))
        texts_put(why, "%s takes only names of one label before .local.", label);
    else if (said->outcome == FINDING_UNAVAILABLE)
        texts_put(why,
                  "%s has nobody to ask: avahi-daemon does not run, or a name server has a "
                  "zone \"local\" of its own, and such names are left to DNS.",
                  label);
    else if (said->outcome == FINDING_NO_NAME && said->took_us > SLOW_US)
        texts_put(why,
                  "%s waited %.0f s for an answer from the network before it said that "
                  "there is none.",
                  label, (double)said->took_us / 1e6);
    else if (finding_is_found(said) && strncmp(label, "mdns4", 5) == 0 &&
             findings->subject.family == AF_UNSPEC)
        texts_put(why, "%s looks for IPv4 addresses alone.", label);
}

static void why_local(const struct findings *findings, struct texts *why)
{
    bool has_mdns = false;

    if (findings->subject.is_address || !is_below_local(findings->subject.name))
        return;
    for (size_t i = 0; i < findings->source_count; i++) {
        if (!is_mdns(findings->sources[i].name))
            continue;
        has_mdns = true;
        if (findings->sources[i].same_as == i)
            tell_mdns(findings, i, why);
    }
    if (!has_mdns && !finding_is_found(&findings->all))
        texts_add(why,
                  "Names below .local belong to multicast DNS (RFC 6762), and no source of "
                  "the hosts: line speaks it, as mdns4_minimal does.");
}

/* systemd-resolved */

static bool is_reached(const struct finding_server *server)
{
    return server->answers[0].verdict != VERDICT_UNREACHABLE;
}

/* A name server that tells over DNS what the module `resolve` hides: its stub, or else
 * another one, preferably one that can be reached. */
static const struct finding_server *witness(const struct findings *findings)
{
    const struct finding_server *best = NULL;

    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];

        if (server->count == 0 || server->is_ours)
            continue;
        if (server->is_stub && is_reached(server))
            return server;
        if (!best || (!is_reached(best) && is_reached(server)))
            best = server;
    }
    return best;
}

static void why_resolve_denies(const struct findings *findings, struct texts *why)
{
    const struct finding_server *server = witness(findings);
    bool is_refusal = server && server->is_stub && server->answers[0].rcode == 5 &&
                      finding_is_single_label(&findings->subject);
    char *words;

    if (!server)
        return;
    words = explain_answer_words(findings, server);
    if (server->answers[0].verdict == VERDICT_NO_RECORDS)
        texts_put(
            why,
            "resolve says \"no such name\" for names without addresses, too; over DNS "
            "%s knows that it exists.",
            server->name);
    else if (!finding_has_answered(&server->answers[0]) && !is_refusal)
        texts_put(why,
                  "resolve says \"no such name\" for failures, too; over DNS %s says: %s.",
                  server->name, words);
    free(words);
}

static void why_resolve_is_off(const struct findings *findings, struct texts *why)
{
    for (size_t i = 0; i < findings->source_count; i++)
        if (strcmp(findings->sources[i].name, "resolve") == 0)
            texts_put(why, "systemd-resolved does not run, so %s.",
                      findings->sources[i].on[HOSTS_UNAVAIL] == HOSTS_RETURN
                          ? "the search ends at resolve"
                          : "resolve is passed over");
}

/* systemd-resolved has search domains of its own. */
static void why_resolve_searches(const struct findings *findings,
                                 const struct finding *said, struct texts *why)
{
    const char *name = findings->subject.name;
    size_t len = strlen(name);

    if (said->canonical && finding_is_single_label(&findings->subject) &&
        name[len - 1] != '.' && strncasecmp(said->canonical, name, len) == 0 &&
        said->canonical[len] == '.' && said->canonical[len + 1] != '\0')
        texts_put(why,
                  "systemd-resolved tries its own search domains: it has found %s. Over "
                  "DNS it takes a name as it is, and refuses those of one label.",
                  said->canonical);
}

static void why_resolve(const struct findings *findings, struct texts *why)
{
    const struct finding *said = findings_of(findings, "resolve");

    if (!said || findings->subject.is_address)
        return;
    switch (said->outcome) {
    case FINDING_FOUND:
        why_resolve_searches(findings, said, why);
        break;
    case FINDING_NO_NAME:
        why_resolve_denies(findings, why);
        break;
    case FINDING_UNAVAILABLE:
        why_resolve_is_off(findings, why);
        break;
    default:
        break;
    }
}

void explain_why_modules(const struct findings *findings, struct texts *why)
{
    why_local(findings, why);
    why_resolve(findings, why);
}

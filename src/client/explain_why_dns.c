#include "client/explain_why_dns.h"

#include "client/explain_words.h"
#include "dns/rcode.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The server of resolv.conf whose answer libc uses: the first one that answers. */
static const struct finding_server *first_heard(const struct findings *findings)
{
    for (size_t i = 0; i < findings->server_count; i++)
        if (findings->servers[i].is_of_host && finding_is_heard(&findings->servers[i]))
            return &findings->servers[i];
    return NULL;
}

/* The search list */

/* True if getaddrinfo() has its answer from DNS. */
static bool is_by_dns(const struct findings *findings, const struct finding *said)
{
    size_t last = findings_last_asked(findings);

    return last < findings->source_count
               ? findings_said(findings, last) == said
               : texts_are_same(&said->found, &findings->all.found);
}

static void why_searched(const struct findings *findings, const struct finding *said,
                         struct texts *why)
{
    const char *name = findings->subject.name;

    if (!findings->searched || !is_by_dns(findings, said))
        return;
    texts_put(why,
              "%s is found as %s: getaddrinfo() tries the domains of the search list, %s. "
              "Over DNS a name is asked for as it is, so the whole name has to be given.",
              findings->subject.text, findings->searched,
              search_has_dots(&findings->host.search, name)
                  ? "when the name itself brings nothing"
                  : "and these first, as the name has fewer dots than ndots says");
}

/* What libc makes of replies */

/* The names that res_hnok() accepts (resolv/res-name-checking.c of glibc). */
static bool is_host_name(const char *name)
{
    if (*name == '-')
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("-_.", *name))
            return false;
    return true;
}

static void why_dropped(const struct findings *findings, const struct finding *said,
                        struct texts *why)
{
    const struct finding_server *server = first_heard(findings);

    if (server && findings_server_found(server) && said->outcome == FINDING_NO_NAME &&
        !is_host_name(findings->subject.name))
        texts_put(
            why,
            "%s knows the name, but libc drops answers for names that are no host names, "
            "which have letters, digits, \"-\" and \"_\", but no \"-\" in front.",
            server->name);
}

static void why_alias(const struct finding *said, struct texts *why)
{
    if (said->outcome == FINDING_ALIAS)
        texts_add(why, "The name is an alias (CNAME) that leads to no addresses; for that "
                       "getaddrinfo() says \"no such name\".");
}

/* True if the search goes on behind dns. */
static bool goes_on_behind(const struct findings *findings, const struct finding *said)
{
    for (size_t i = 0; i + 1 < findings->source_count; i++)
        if (findings_said(findings, i) == said)
            return findings_last_asked(findings) > i;
    return false;
}

static void why_no_data(const struct findings *findings, const struct finding *said,
                        struct texts *why)
{
    const struct finding_server *server = first_heard(findings);

    if (server && goes_on_behind(findings, said) && said->outcome == FINDING_NO_DATA &&
        findings->all.outcome == FINDING_NO_NAME)
        texts_put(why,
                  "%s knows that the name exists, without addresses; a source behind dns, "
                  "which does not know it, has the last word.",
                  server->name);
}

static const char *failure_of(const struct finding_answer *answer)
{
    return answer->verdict == VERDICT_FAILED   ? rcode_text(answer->rcode)
           : answer->verdict == VERDICT_SILENT ? "no reply"
                                               : "no good reply";
}

/* If one family is found and the other one fails, programs do not learn of the failure. */
static void why_half(const struct findings *findings, struct texts *why)
{
    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];
        const struct finding_answer *failed;

        if (server->is_ours || server->count < 2 || !findings_server_found(server) ||
            !finding_is_found(&findings->all))
            continue;
        failed = &server->answers[server->answers[0].found.count > 0];
        if (!finding_has_answered(failed))
            texts_put(why,
                      "%s fails for %s (%s): getaddrinfo() hides that, and gives the other "
                      "addresses alone.",
                      server->name, finding_kind(failed), failure_of(failed));
    }
}

static bool is_silent(const struct finding_server *server)
{
    return server->end == FORKED_SILENT ||
           (server->count > 0 && server->answers[0].verdict == VERDICT_SILENT);
}

/* Servers before the one that answers. */
static void why_slow(const struct findings *findings, struct texts *why)
{
    const struct finding_server *first = first_heard(findings);

    for (size_t i = 0; first && &findings->servers[i] != first; i++)
        if (is_silent(&findings->servers[i]))
            texts_put(why, "%s does not answer, and libc waits for it before it asks %s.",
                      findings->servers[i].name, first->name);
}

static void why_nobody(const struct findings *findings, struct texts *why)
{
    if (findings->host.has_no_server && !finding_is_found(&findings->all))
        texts_add(why, "resolv.conf names no name server: libc asks port 53 of this host.");
}

/* systemd-resolved's stub, which may not be there, or may refuse such names. */

static void why_stub(const struct findings *findings, struct texts *why)
{
    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];

        if (!server->is_stub || !server->is_of_host || server->count == 0)
            continue;
        if (server->answers[0].verdict == VERDICT_UNREACHABLE)
            texts_put(why,
                      "resolv.conf names %s, systemd-resolved's stub, and nobody listens "
                      "there.",
                      server->name);
        else if (findings->all.outcome == FINDING_FAILED &&
                 server->answers[0].rcode == RCODE_REFUSED &&
                 finding_is_single_label(&findings->subject))
            texts_put(why,
                      "%s, systemd-resolved's stub, refuses names of one label, which libc "
                      "takes for a failure.",
                      server->name);
    }
}

/* Name servers that differ from each other. */

static bool say_the_same(const struct finding_server *a, const struct finding_server *b)
{
    struct texts of_a = findings_server_texts(a);
    bool is_same = findings_server_says(b, &of_a);

    free(of_a.all);
    return is_same;
}

static void why_servers(const struct findings *findings, struct texts *why)
{
    const struct finding_server *first = first_heard(findings);

    for (size_t i = 0; first && i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];

        if (server->is_ours || !finding_is_heard(server) || say_the_same(server, first))
            continue;
        texts_put(why,
                  "%s and %s say different things; libc takes the word of the first one of "
                  "resolv.conf that answers.",
                  first->name, server->name);
    }
}

void explain_why_dns(const struct findings *findings, struct texts *why)
{
    const struct finding *said = findings_of(findings, "dns");

    if (said) {
        why_searched(findings, said, why);
        why_dropped(findings, said, why);
        why_alias(said, why);
        why_no_data(findings, said, why);
        why_half(findings, why);
        why_slow(findings, why);
        why_nobody(findings, why);
        why_stub(findings, why);
    }
    why_servers(findings, why);
}
